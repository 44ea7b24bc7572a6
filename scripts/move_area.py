"""Move what a scene was divided by with the scene: the area of the map where the pixels came from.

Gamma0 was divided by the area where the scene lay. Once the scene is moved by minus its offset, a
pixel has the quotient from the place it came from, and so that place's area undoes it; the area at
the pixel's new place is what it is then compared with.
"""

import logging
import math

import numpy as np

from stackio import earth, files, job, raster, writing
from stackio.tags import tags_of
from stackshift.ground.geometry import to_pixels
from stackshift.ground.resampling import HALO, sampled


def main(area: str, moves: str, scene: str, path: str) -> None:
    """Write the area that belongs to a corrected scene.

    Parameters
    ----------
    area : raster on the stack's grid that belongs to the scene as it was.
    moves : JSON with ``east`` and ``north`` in metres of each scene, as `decision.moves` gives it.
    scene : its name.
    path : raster to write.
    """
    move = files.read_json(moves)[scene]
    with raster.open_scene(area) as source:
        grid = raster.grid_of(source)
        tags = tags_of(source) | {"moved_east": move["east"], "moved_north": move["north"]}
        down, right = to_pixels((move["east"], move["north"]), earth.pixel_in_the_middle(grid))
        halo = HALO + math.ceil(abs(down))
        with writing.create(path, grid, tags, bands=("area",)) as target:
            for first, count in raster.row_blocks(grid.height):
                top, bottom = max(0, first - halo), min(grid.height, first + count + halo)
                image = raster.read_rows(source, top, bottom - top)
                if down or right:
                    rows = np.arange(first - top, first - top + count)[:, None] - down
                    columns = np.arange(grid.width)[None, :] - right
                    image = sampled(image, *np.broadcast_arrays(rows, columns))
                else:
                    image = image[first - top :][:count]
                writing.write_rows(target, first, image)
    logging.info("moved %+.3f pixels down, %+.3f to the right", down, right)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            area=snakemake.input.area,
            moves=snakemake.input.moves,
            scene=snakemake.wildcards.scene,
            path=snakemake.output.area,
        )
