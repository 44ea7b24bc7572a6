"""Displace one real scene by a known sub-pixel amount: the proof on the user's own ground.

Either by interpolation, which shows what the estimator makes of a displacement but is smooth, or as
means of displaced boxes of pixels, which are exact and have detail finer than a pixel, as products
have.
"""

import stackio.job as job

import logging

import numpy as np

from stackio import files, prepared, writing
from stackio.tags import tags_of, warp_of, with_warp
from stackshift.ground.lattice import Grid
from stackshift.simulate.injection import boxed, displaced, drawn, drawn_whole
from stackshift.stack.check_columns import BOXES, INTERPOLATED


def main(
    scene: str,
    path: str,
    name: str,
    largest: float,
    boxes: int | None,
    seed: int,
    truth: str,
    area: str | None = None,
    mask: str | None = None,
) -> None:
    """Write a displaced scene and by how much it was displaced.

    Parameters
    ----------
    scene : raster on the stack's grid, NaN = no data.
    path : raster to write, on the same grid, or on a coarser one from the same corner.
    name : name of the scene, which with the seed gives its displacement.
    largest : largest displacement along either axis by interpolation, pixels.
    boxes : length of the boxes in pixels; None for interpolation.
    seed : seed of the displacements.
    truth : JSON to write: displacement in pixels of the scene, rows to the south and columns to
        the east.
    area, mask : layers to prepare the scene with before it is displaced; see `prepared`.
    """
    east, north = drawn_whole(name, seed, boxes) if boxes else drawn(name, seed, largest)
    with prepared.opened(scene, area, mask) as source:
        grid = source.grid
        image = source.rows(0, grid.height)
        tags = tags_of(source.scene) | {"stage": "inject"} | source.tags()
    if boxes:
        moved = boxed(image, boxes, (-north, east))
        a, _, c, _, e, f = grid.transform
        corner = (boxes * a, 0.0, c, 0.0, boxes * e, f)
        grid = Grid(grid.crs, corner, moved.shape[1], moved.shape[0])
        tags = with_warp(tags, None)
    else:
        moved = displaced(image, (-north, east))
        # What was put in by interpolation was not taken out: detail finer than a pixel stayed.
        rows, columns = warp_of(tags)
        tags = with_warp(tags, (rows + north, columns - east))
    with writing.create(path, grid, tags, **prepared.said(area)) as target:
        writing.write_rows(target, 0, moved)
    kind = BOXES if boxes else INTERPOLATED
    files.write_json(truth, {"scene": name, "kind": kind, "rows": -north, "columns": east})
    logging.info(
        "%s displaced by %+.3f east, %+.3f north pixels, %s; %.2f %% more without data",
        name,
        east,
        north,
        kind,
        100 * float(np.isnan(moved).mean() - np.isnan(image).mean()),
    )


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scene=snakemake.input.scene,
            path=snakemake.output.scene,
            name=snakemake.wildcards.scene,
            largest=snakemake.params.largest,
            boxes=snakemake.params.boxes,
            seed=snakemake.params.seed,
            truth=snakemake.output.truth,
            area=snakemake.input.get("area"),
            mask=snakemake.input.get("mask"),
        )
