"""The record of one tile in the JSON of a pair."""

from stackshift.ground.geometry import to_metres
from stackshift.stack import columns
from stackshift.tile.match import Match

# Micrometres and millionths: finer digits are noise, and make files of two runs look different.
_DIGITS = 6


def tile_record(
    match: Match, column: int, row: int, valid_fraction: float, size: tuple[float, float]
) -> dict:
    """A tile's record, in metres.

    Parameters
    ----------
    match : what the method found, in pixels.
    column, row : number of the tile from the west and from the north.
    valid_fraction : share of pixels valid in both tiles, 0 to 1.
    size : metres a column to the east and a row to the north, from `geometry.pixel_size`.

    Returns
    -------
    A value for each key; None where there is none, as a rejected tile has no shift.
    """
    east, north = to_metres(match.shift, size) if match.shift else (None, None)
    # A standard error has no sign, whichever way the rows run.
    sigma_east, sigma_north = map(abs, to_metres(match.sigma, size)) if match.sigma else (None,) * 2
    return {
        columns.TILE_X: column,
        columns.TILE_Y: row,
        columns.SHIFT_X: _rounded(east),
        columns.SHIFT_Y: _rounded(north),
        columns.SIGMA_X: _rounded(sigma_east),
        columns.SIGMA_Y: _rounded(sigma_north),
        columns.QUALITY: _rounded(match.quality),
        columns.COHERENCE: _rounded(match.coherence),
        columns.ERROR: _rounded(match.error),
        columns.PHASE: _rounded(match.phase),
        columns.VALID_FRACTION: _rounded(valid_fraction),
        columns.STATUS: match.status,
        columns.MESSAGE: match.message,
    }


def part_record(match: Match, size: tuple[float, float]) -> dict:
    """Shift and standard errors of a part of a tile that was matched, in metres."""
    record = tile_record(match, 0, 0, 1.0, size)
    return {
        key: record[key]
        for key in (columns.SHIFT_X, columns.SHIFT_Y, columns.SIGMA_X, columns.SIGMA_Y)
    }


def _rounded(value: float | None) -> float | None:
    # Adding zero turns -0.0 into 0.0.
    return None if value is None else round(value, _DIGITS) + 0.0
