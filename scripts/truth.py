"""The true offsets of a simulated stack."""

import csv

from stackio import earth, files, job
from stackshift.ground.geometry import to_metres
from stackshift.simulate import terrain
from stackshift.simulate.place import ground_grid
from stackshift.simulate.simulated_stack import scene_offsets
from stackshift.stack import columns


def main(settings: dict, path: str) -> None:
    """Write where each scene lies: metres on the ground, positive to true east and north.

    Parameters
    ----------
    settings : the stack's ``simulate`` section of the config.
    path : CSV to write.
    """
    grid = ground_grid(settings)
    pixel = earth.pixel_in_the_middle(grid)
    _, latitude = earth.place_in_the_middle(grid)
    seen = terrain.view(settings, latitude, pixel)
    with files.whole(path) as part, open(part, "w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow([columns.SCENE, columns.OFFSET_EAST, columns.OFFSET_NORTH])
        for scene, (right, up) in scene_offsets(settings, seen).items():
            east, north = to_metres((-up, right), pixel)
            table.writerow([scene, f"{east:.6f}", f"{north:.6f}"])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(settings=snakemake.params.settings, path=snakemake.output.table)
