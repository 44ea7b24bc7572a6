"""The true offsets of a simulated stack."""

import stackio.job as job

import csv

from stackio import earth, files
from stackshift.ground.geometry import to_metres
from stackshift.simulate import planted, terrain
from stackshift.simulate.place import ground_grid
from stackshift.simulate.simulated_stack import scene_offsets
from stackshift.stack import columns


def main(settings: dict, path: str) -> None:
    """Write where each scene lies: metres on the ground, positive to true east and north.

    With it stands what of that was planted, and by what.

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
        head = [columns.SCENE, columns.OFFSET_EAST, columns.OFFSET_NORTH]
        table.writerow([*head, "planted_east", "planted_north", "planted"])
        plants = settings.get("planted", [])
        for i, (scene, (right, up)) in enumerate(scene_offsets(settings, seen).items()):
            values = *to_metres((-up, right), pixel), *planted.metres(plants, i, scene)
            said = planted.said(plants, i, scene)
            table.writerow([scene, *(f"{value:.6f}" for value in values), said])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(settings=snakemake.params.settings, path=snakemake.output.table)
