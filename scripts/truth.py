"""The true offsets of a simulated stack."""

import csv

from stackio import files, job
from stackshift.simulate.simulated_stack import scene_offsets
from stackshift.stack import columns


def main(settings: dict, path: str) -> None:
    """Write where each scene lies: metres, positive east and north.

    Parameters
    ----------
    settings : the stack's ``simulate`` section of the config.
    path : CSV to write.
    """
    with files.whole(path) as part, open(part, "w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow([columns.SCENE, columns.OFFSET_EAST, columns.OFFSET_NORTH])
        for scene, (east, north) in scene_offsets(settings).items():
            posting = settings["posting"]
            table.writerow([scene, f"{east * posting:.6f}", f"{north * posting:.6f}"])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(settings=snakemake.params.settings, path=snakemake.output.table)
