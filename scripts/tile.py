"""Cut one scene into tiles, each a GeoTIFF with its own geotransform."""

import logging
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from stackio import job, raster, writing
from stackio.tags import tags_of
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid, tile_edges


def main(
    scene: str,
    directory: str,
    rows: int,
    columns: int,
    mask: str | None = None,
    area: str | None = None,
    before: str | None = None,
) -> None:
    """Write the tiles of one scene as ``{row}_{column}.tif``, counted from the upper left.

    Parameters
    ----------
    scene : raster to cut.
    directory : folder to write into.
    rows, columns : number of tiles from north to south and from west to east.
    mask, area : layers with which the scene was masked and its normalisation undone; each tile
        carries the share of its pixels that is masked, and of those that the scene had a value in
        the share of which either has nothing to say.
    before : the scene as it was before; None where it had a value everywhere.
    """
    used = (("mask", mask), ("area", area), ("before", before if mask or area else None))
    layers = {name: path for name, path in used if path}
    with raster.open_scene(scene) as source, ExitStack() as opened:
        beside = {
            name: opened.enter_context(raster.open_scene(path)) for name, path in layers.items()
        }
        grid = raster.grid_of(source)
        try:
            row_edges = tile_edges(grid.height, rows)
            column_edges = tile_edges(grid.width, columns)
        except InputError as error:
            raise InputError(f"{scene}: {error}") from None
        tags = tags_of(source) | {"stage": "tile", "tiles": f"{rows} x {columns}"}
        said = writing.said_of(source)
        for row in range(rows):
            top, bottom = row_edges[row : row + 2]
            # All tiles of a row share their lines of pixels: these are read once.
            band = raster.read_rows(source, top, bottom - top)
            around = {
                name: raster.read_rows(layer, top, bottom - top) for name, layer in beside.items()
            }
            for column in range(columns):
                left, right = column_edges[column : column + 2]
                tile = _part(grid, top, left, bottom - top, right - left)
                path = Path(directory) / f"{row}_{column}.tif"
                own = {"tile": f"{row}_{column}"}
                own |= _shares({name: one[:, left:right] for name, one in around.items()})
                with writing.create(path, tile, tags | own, **said) as target:
                    writing.write_rows(target, 0, band[:, left:right])
    logging.info("%d x %d tiles of %d x %d pixels", rows, columns, grid.height, grid.width)


def _shares(parts: dict[str, np.ndarray]) -> dict[str, str]:
    """Tags of a tile that tell what of it is masked, and of what layers say nothing."""
    found = {}
    known = np.isfinite(parts.pop("before")) if "before" in parts else None
    for name, layer in parts.items():
        nothing = np.isnan(layer) if known is None else np.isnan(layer[known])
        found[f"tile_no_{name}"] = f"{nothing.mean() if nothing.size else 0:.6f}"
        if name == "mask":
            found["tile_masked"] = f"{(layer > 0).mean():.6f}"
    return found


def _part(grid: Grid, top: int, left: int, height: int, width: int) -> Grid:
    a, _, c, _, e, f = grid.transform
    return Grid(grid.crs, (a, 0.0, c + left * a, 0.0, e, f + top * e), width, height)


if __name__ == "__main__":
    with job.logged(snakemake):
        for one in job.members(snakemake):
            main(
                scene=one.input.scene,
                directory=one.output.tiles,
                rows=one.params.tiles[0],
                columns=one.params.tiles[1],
                mask=getattr(one.input, "mask", None),
                area=getattr(one.input, "area", None),
                before=getattr(one.input, "before", None),
            )
