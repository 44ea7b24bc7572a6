"""Number the scenes of all pairs of a stack, index 0 being the newest.

The numbers change with every scene that is added, the measurements do not: so they are put in here,
in one small job, and no pair is measured again because of them.
"""

import logging
from pathlib import Path

from stackio import files, job
from stackshift.stack import columns
from stackshift.stack.pairing import newest_first


def main(pairs: list[str], directory: str, scenes: list[str]) -> None:
    """Write each pair's JSON again with the numbers of its scenes.

    Parameters
    ----------
    pairs : JSONs of the measured pairs.
    directory : folder to write into.
    scenes : names of all scenes of the stack.
    """
    index = {scene: i for i, scene in enumerate(newest_first(scenes))}
    Path(directory).mkdir(parents=True, exist_ok=True)
    for stale in Path(directory).glob("*.json"):
        stale.unlink()
    for path in pairs:
        pair = files.read_json(path)
        pair.pop("made_from", None)
        numbers = {
            columns.REFERENCE_INDEX: index[pair["reference"]["scene"]],
            columns.SECONDARY_INDEX: index[pair["secondary"]["scene"]],
        }
        pair["reference"] = {"index": numbers[columns.REFERENCE_INDEX]} | pair["reference"]
        pair["secondary"] = {"index": numbers[columns.SECONDARY_INDEX]} | pair["secondary"]
        pair["tiles"] = [numbers | record for record in pair["tiles"]]
        files.write_json(Path(directory) / Path(path).name, pair)
    logging.info("%d scenes, %d pairs", len(scenes), len(pairs))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            pairs=list(snakemake.input.pairs),
            directory=snakemake.output.correlation,
            scenes=list(snakemake.params.scenes),
        )
