"""Tables of tiles for a map: outlines, arrows, times and reasons."""

import pandas as pd
import shapely

from stackshift.ground.geometry import on_the_map
from stackshift.ground.lattice import Grid, tile_edges
from stackshift.stack import columns
from stackshift.tile.match import OK, STATUSES


def outlines(grid: Grid, rows: int, across: int) -> dict[tuple[int, int], shapely.Polygon]:
    """Footprint of each tile (row, column) in the grid's CRS."""
    a, _, c, _, e, f = grid.transform
    x = [c + a * edge for edge in tile_edges(grid.width, across)]
    y = [f + e * edge for edge in tile_edges(grid.height, rows)]
    return {
        (row, column): shapely.box(
            x[column], min(y[row : row + 2]), x[column + 1], max(y[row : row + 2])
        )
        for row in range(rows)
        for column in range(across)
    }


def with_arrows(table: pd.DataFrame, shift: tuple[str, str], pixels, grid: Grid) -> pd.DataFrame:
    """A table with where its displacements point on a map in the grid's CRS.

    Parameters
    ----------
    shift : columns to the east and to the north.
    pixels : what a pixel is on the ground in each tile (column, row).
    """
    steps = grid.transform[0], grid.transform[4]
    arrows = [
        on_the_map((east, north), pixels[x, y], steps)
        for x, y, east, north in table[[columns.TILE_X, columns.TILE_Y, *shift]].itertuples(
            index=False
        )
    ]
    right, up = zip(*arrows, strict=True) if arrows else ((), ())
    return table.assign(**{columns.ARROW_RIGHT: right, columns.ARROW_UP: up})


def timed(table: pd.DataFrame) -> pd.DataFrame:
    """A table with the time of its scenes, or of both scenes of its pairs, as times and not names.

    QGIS' temporal controller takes the time of a scene, or from the older to the newer of a pair.
    """
    ends = {
        columns.SCENE: columns.TIME,
        columns.SECONDARY: columns.BEGIN,
        columns.REFERENCE: columns.END,
    }
    return table.assign(
        **{
            time: pd.to_datetime(table[name], format="%Y%m%dT%H%M%S", utc=True)
            for name, time in ends.items()
            if name in table
        }
    )


def reasons(status: pd.Series) -> pd.Series:
    """Why tiles were rejected, in words; empty for those that count."""
    return status.where(status != OK, "").str.replace("_", " ")


def reasons_of_tiles(tiles: pd.DataFrame) -> pd.Series:
    """The most frequent reason of tiles that count in no pair, in words; empty for others."""
    bad = {columns.REJECTED.format(s): s.replace("_", " ") for s in STATUSES if s != OK}
    most = tiles[list(bad)].fillna(0).idxmax(axis=1).map(bad)
    return most.where(tiles[columns.COUNT] == 0, "")
