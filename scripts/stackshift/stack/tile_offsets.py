"""What each tile of each scene shows, and what a tile does over the stack."""

import numpy as np
import pandas as pd

from stackshift.ground import geometry
from stackshift.stack import columns as c
from stackshift.stack import series
from stackshift.stack.offsets import AXES, taken_off
from stackshift.stack.shown import Stack
from stackshift.stack.tables import grouped


def scene_tiles_table(stack: Stack, table: pd.DataFrame) -> pd.DataFrame:
    """One row for each scene and tile, with the columns of `columns.SCENE_TILES_TABLE`.

    Offsets have the zero of the scenes' table, and the errors of the tiles themselves.
    """
    zero = [
        taken_off(stack.means[:, axis], table[offset]) for axis, (offset, *_) in enumerate(AXES)
    ]
    rows = [
        {c.SCENE: name, c.TILE_X: tile[c.TILE_X], c.TILE_Y: tile[c.TILE_Y]}
        | {
            column: value
            for axis, (offset, sigma, *_) in enumerate(AXES)
            for column, value in (
                (offset, stack.offsets[i, j, axis] - zero[axis]),
                (sigma, stack.sigmas[i, j, axis]),
            )
        }
        | {c.CORRELATION_EN: tile.get(c.CORRELATION_XY)}
        | {key: tile.get(key) for key in (*c.TILE_FIGURES, c.STATUS, c.MESSAGE)}
        for i, (name, one) in enumerate(zip(stack.names, stack.contents, strict=True))
        for j, tile in enumerate(one["tiles"])
    ]
    found = pd.DataFrame(rows, columns=list(c.SCENE_TILES_TABLE))
    return found.astype(dict.fromkeys(c.TILE_FIGURES, float))


def series_of_tiles(stack: Stack) -> pd.DataFrame:
    """What each tile does over the stack: SCENES_MEASURED, MOVES and SCATTER of each.

    Where a scene rests on one tile alone, that tile's offset is the scene's and tells no scatter.
    """
    measured = np.isfinite(stack.offsets).all(axis=2)
    alone = (stack.counted == 1)[:, None] & measured & ~stack.moves
    scatter = series.spread(np.where(alone[..., None], np.nan, stack.offsets), stack.means)
    count = measured.sum(axis=0)
    return pd.DataFrame(
        {
            c.TILE_X: [x for x, _ in stack.cells],
            c.TILE_Y: [y for _, y in stack.cells],
            c.SCENES_MEASURED: count,
            c.MOVES: stack.moves.astype(int),
            c.SCATTER_EAST: scatter[:, 0],
            c.SCATTER_NORTH: scatter[:, 1],
        }
    )


def moving_tiles(stack: Stack) -> list[dict]:
    """The tiles that move by themselves."""
    return [
        {c.TILE_X: x, c.TILE_Y: y}
        for (x, y), moves in zip(stack.cells, stack.moves, strict=True)
        if moves
    ]


def still(tiles: pd.DataFrame, stack: Stack) -> pd.DataFrame:
    """The scenes' tiles that count and do not move by themselves."""
    moving = {cell for cell, moves in zip(stack.cells, stack.moves, strict=True) if moves}
    cells = zip(tiles[c.TILE_X], tiles[c.TILE_Y], strict=True)
    return tiles[
        tiles[c.OFFSET_EAST].notna() & np.array([cell not in moving for cell in cells], bool)
    ]


def as_seen_from(
    tiles: pd.DataFrame, pixels: dict[tuple[int, int], geometry.Pixel], place: geometry.Pixel
) -> pd.DataFrame:
    """The tiles' offsets along east and north of one place, instead of each tile's own.

    Parameters
    ----------
    tiles : with the columns of `columns.SCENE_TILES_TABLE`.
    pixels : what a pixel is on the ground in each tile (column, row).
    place : and at the place.
    """
    values = tiles[[c.OFFSET_EAST, c.OFFSET_NORTH]].to_numpy(float)
    moved = np.full(values.shape, np.nan)
    for cell, mine in grouped(tiles, c.TILE_X, c.TILE_Y):
        own = tuple(values[mine].T)
        moved[mine] = np.transpose(geometry.as_seen_from(own, pixels[cell], place))
    return tiles.assign(**{c.OFFSET_EAST: moved[:, 0], c.OFFSET_NORTH: moved[:, 1]})
