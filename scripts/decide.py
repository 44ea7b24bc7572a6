"""Which scenes of a stack are moved, and by how much."""

import logging

import pandas as pd

from stackio import files, job
from stackshift.stack import columns as c
from stackshift.stack import decision


def main(scenes: str, when: str, requirement: dict, moves: str) -> None:
    """Write how each scene is to be moved, by its name.

    Parameters
    ----------
    scenes : table of the scenes' offsets.
    when, requirement : as for `decision.moves`.
    moves : JSON to write.
    """
    table = pd.read_csv(scenes, dtype={c.SCENE: str})
    found = dict(zip(table[c.SCENE], decision.moves(table, when, requirement), strict=True))
    files.write_json(moves, found)
    moved = sum(move["corrected"] for move in found.values())
    logging.info("%d of %d scenes are moved", moved, len(found))
    for scene, move in found.items():
        if move["sigma_east"] is None:
            logging.warning("%s stays where it is: %s", scene, move["reason"])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=snakemake.input.scenes,
            when=snakemake.params.when,
            requirement=snakemake.params.requirement,
            moves=snakemake.output.moves,
        )
