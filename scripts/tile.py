"""Cut one scene into tiles, each a GeoTIFF with its own geotransform."""

import stackio.job as job

import logging
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from stackio import raster, writing
from stackio.moved_area import MovedArea
from stackio.tags import move_of, tags_of
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid, tile_edges

# Tiles beside each other that are written at a time, so that not all files of a fine cut are open.
_ABREAST = 64


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
            name: MovedArea(
                opened.enter_context(raster.open_scene(path)),
                move_of(tags_of(source)) if name == "area" else (0.0, 0.0),
            )
            for name, path in layers.items()
        }
        grid = raster.grid_of(source)
        try:
            row_edges = tile_edges(grid.height, rows)
            column_edges = tile_edges(grid.width, columns)
        except InputError as error:
            raise InputError(f"{scene}: {error}") from None
        tags = tags_of(source) | {"stage": "tile", "tiles": f"{rows} x {columns}"}
        said = writing.said_of(source)

        def opened_tile(row: int, column: int):
            """A tile to be written."""
            top, bottom = row_edges[row : row + 2]
            left, right = column_edges[column : column + 2]
            part = _part(grid, top, left, bottom - top, right - left)
            path = Path(directory) / f"{row}_{column}.tif"
            return writing.create(path, part, tags | {"tile": f"{row}_{column}"}, **said)

        for row, left in product(range(rows), range(0, columns, _ABREAST)):
            some = range(left, min(left + _ABREAST, columns))
            edges = row_edges[row : row + 2], column_edges[left : some.stop + 1]
            with ExitStack() as written:
                targets = [written.enter_context(opened_tile(row, column)) for column in some]
                _fill(targets, source, beside, *edges)
    logging.info("%d x %d tiles of %d x %d pixels", rows, columns, grid.height, grid.width)


def _fill(targets, source, beside: dict, rows: list[int], columns: list[int]) -> None:
    """Write tiles that lie beside each other, block by block, as all share their lines of pixels.

    Parameters
    ----------
    targets : the tiles, to be written.
    source, beside : what they are cut from, and the layers that lie on it.
    rows, columns : edges of the tiles in the scene.
    """
    shares = [_Shares() for _ in targets]
    for first, count in raster.row_blocks(rows[1] - rows[0]):
        here = (rows[0] + first, rows[0] + first + count), (columns[0], columns[-1])
        block = raster.read_part(source, *here)[0]
        around = {name: layer.part(*here) for name, layer in beside.items()}
        for target, share, (left, right) in zip(targets, shares, pairwise(columns), strict=True):
            part = slice(left - columns[0], right - columns[0])
            writing.write_rows(target, first, block[:, part])
            share.add({name: layer[:, part] for name, layer in around.items()})
    for target, share in zip(targets, shares, strict=True):
        if tags := share.tags():
            writing.add_tags(target, tags)


class _Shares:
    """What of a tile is masked, and of what its layers say nothing."""

    def __init__(self):
        self._pixels, self._masked = 0, None
        self._known, self._lacking = Counter(), Counter()

    def add(self, layers: dict[str, np.ndarray]) -> None:
        """Count in some rows of each layer; ``before`` is the scene as it was before."""
        known = np.isfinite(layers.pop("before")) if "before" in layers else None
        for name, layer in layers.items():
            nothing = np.isnan(layer if known is None else layer[known])
            self._known[name] += nothing.size
            self._lacking[name] += int(np.count_nonzero(nothing))
        if "mask" in layers:
            self._pixels += layers["mask"].size
            self._masked = (self._masked or 0) + int(np.count_nonzero(layers["mask"] > 0))

    def tags(self) -> dict[str, str]:
        """Both as tags of the tile."""
        found = {
            f"tile_no_{name}": f"{self._lacking[name] / max(count, 1):.6f}"
            for name, count in self._known.items()
        }
        if self._masked is not None:
            found["tile_masked"] = f"{self._masked / self._pixels:.6f}"
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
