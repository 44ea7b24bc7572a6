"""Which scenes of a stack are moved, and by how much."""

import stackio.job as job

import logging

import pandas as pd

from stackio import files
from stackshift.stack import columns as c
from stackshift.stack import decision
from stackshift.stack.zero import Zero


def main(
    scenes: str, when: str, requirement: dict, moves: str, reference: str | None = None
) -> None:
    """Write how each scene is to be moved, by its name.

    Parameters
    ----------
    scenes : table of the scenes' offsets.
    when, requirement : as for `decision.moves`.
    moves : JSON to write.
    reference : what offsets are relative to, as ``align: reference`` of the config says it.
    """
    table = pd.read_csv(scenes, dtype={c.SCENE: str})
    decided = decision.moves(table, when, requirement, Zero.of(reference).scene)
    found = dict(zip(table[c.SCENE], decided, strict=True))
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
            reference=snakemake.params.reference,
        )
