"""The record of one tile in the JSON of a pair or a scene."""

import numpy as np

from stackshift.ground.geometry import (
    Pixel,
    correlation_in_metres,
    errors_in_metres,
    to_metres,
)
from stackshift.stack import columns
from stackshift.tile.match import Match

# Micrometres and millionths: finer digits are noise, and make files of two runs look different.
_DIGITS = 6
_QUARTERS = "quarters"


def tile_record(match: Match, column: int, row: int, valid_fraction: float, pixel: Pixel) -> dict:
    """A tile's record, in metres.

    Parameters
    ----------
    match : what the method found, in pixels.
    column, row : number of the tile from the left and from the top of the grid.
    valid_fraction : share of pixels valid in both tiles, 0 to 1.
    pixel : what a pixel is on the ground in the middle of the tile.

    Returns
    -------
    A value for each key; None where there is none, as a rejected tile has no shift.
    """
    east, north = to_metres(match.shift, pixel) if match.shift else (None, None)
    sigma_east, sigma_north, correlation = None, None, None
    if match.sigma:
        across = match.covariance[0][1] if match.covariance else 0.0
        sigma_east, sigma_north = errors_in_metres(match.sigma, pixel, across)
        correlation = correlation_in_metres(match.sigma, pixel, across)
    return {
        columns.TILE_X: column,
        columns.TILE_Y: row,
        columns.SHIFT_X: _rounded(east),
        columns.SHIFT_Y: _rounded(north),
        columns.SIGMA_X: _rounded(sigma_east),
        columns.SIGMA_Y: _rounded(sigma_north),
        columns.CORRELATION_XY: _rounded(correlation),
        columns.QUALITY: _rounded(match.quality),
        columns.COHERENCE: _rounded(match.coherence),
        columns.ERROR: _rounded(match.error),
        columns.PHASE: _rounded(match.phase),
        columns.VALID_FRACTION: _rounded(valid_fraction),
        columns.STATUS: match.status,
        columns.MESSAGE: match.message,
    }


def shared_record(match: Match, pixel: Pixel) -> dict:
    """The part of a tile's error that others of its ground have alike, in metres east and north.

    It has the sign of what is pulled, so that it adds up over tiles that lie off alike alone.
    """
    if not match.shared or not any(match.shared):
        return {}
    east, north = to_metres(match.shared, pixel)
    return {columns.SHARED_X: _rounded(east), columns.SHARED_Y: _rounded(north)}


def part_record(match: Match, pixel: Pixel) -> dict:
    """Shift and standard errors of a part of a tile that was matched, in metres."""
    record = tile_record(match, 0, 0, 1.0, pixel)
    return {
        key: record[key]
        for key in (columns.SHIFT_X, columns.SHIFT_Y, columns.SIGMA_X, columns.SIGMA_Y)
    }


def quarters_record(quarters: list[Match], pixel: Pixel) -> dict:
    """The parts of a tile of which there are few, where any was found."""
    found = [part_record(match, pixel) for match in quarters]
    return {_QUARTERS: found} if found else {}


def quarters_of(tiles: list[dict]) -> list[np.ndarray]:
    """Of each tile's record that has quarters (quarters, 4) metres: as for `series.widening`."""
    keys = (columns.SHIFT_X, columns.SHIFT_Y, columns.SIGMA_X, columns.SIGMA_Y)
    return [
        np.array([[quarter[key] for key in keys] for quarter in tile[_QUARTERS]], float)
        for tile in tiles
        if tile.get(_QUARTERS)
    ]


def _rounded(value: float | None) -> float | None:
    # Adding zero turns -0.0 into 0.0.
    return None if value is None else round(value, _DIGITS) + 0.0
