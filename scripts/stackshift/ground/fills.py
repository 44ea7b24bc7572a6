"""Values that stand for no data in a radar image although nothing says so.

What speckle makes has no value twice, but for steps of integers. So one value that no radar
measures, or that fills areas and lies apart from its neighbours in the histogram, is none.
"""

import numpy as np

from stackshift.ground import power

# A value is a mark of no data if so many pixels of a block have it.
_FEWEST = 16
# And, outside all that is measured, this share of the pixels that are.
_MOST = 0.3
_MEASURED = {
    power.POWER: (-1.0, 1e6),
    power.AMPLITUDE: (0.0, 1e3),
    power.DECIBEL: (-100.0, 60.0),
}
# Within, it fills this share of the pixels, its neighbours to the right have it too, and no other
# value is anywhere near as frequent in areas.
_SHARE = 0.01
_FILLED = 0.8
_TIMES = 10
# An image that is cut off at its brightest or darkest has many values just inside of that: within
# decibels, and steps of integers.
_GAP = 1.0
_STEPS = 2.5
_FINE = 500
# Neighbours to compare are looked for in one row of so many.
ROWS = 4
# Repeats are columns if so many of them go on in the next row.
_IN_COLUMNS = 0.85


def outside(block: np.ndarray, values: str, step: float) -> float | None:
    """A value beyond all that is measured which many pixels have; None if there is none.

    Parameters
    ----------
    block : (rows, columns) in the unit ``values``, NaN = no data.
    values : ``power``, ``amplitude`` or ``decibel``.
    step : between two values that the file can hold, 0 for floats.
    """
    low, high = _MEASURED[values]
    # Of most images the extremes are all that is looked at.
    if not (np.fmin.reduce(block, None) < low or np.fmax.reduce(block, None) > high):
        return None
    beyond = (block < low) | (block > high)
    found, counts = np.unique(block[beyond], return_counts=True)
    value, most = float(found[counts.argmax()]), counts.max()
    if most <= max(_MOST * counts.sum(), _FEWEST):
        return None
    # Amplitudes that are not calibrated may be as large, and be cut off at their brightest.
    rest = block[np.isfinite(block) & (block != value)]
    return value if value < low or not rest.size or _apart(value, rest, values, step) else None


def area(block: np.ndarray, values: str, step: float) -> float | None:
    """A value within what is measured that fills areas as no radar image does; None without.

    Parameters
    ----------
    block, values, step : as in `outside`.
    """
    some = block[::ROWS]
    again = some[:, 1:][some[:, 1:] == some[:, :-1]]
    if not again.size:
        return None
    found, counts = np.unique(again, return_counts=True)
    value, most = found[counts.argmax()], counts.max()
    if len(counts) > 1 and most < _TIMES * np.partition(counts, -2)[-2]:
        return None
    if most < _FILLED * np.count_nonzero(some == value):
        return None
    rest = some[np.isfinite(some) & (some != value)]
    return float(value) if rest.size and _apart(float(value), rest, values, step) else None


def _apart(value: float, rest: np.ndarray, values: str, step: float) -> bool:
    """Whether a value lies between others, or beyond all of them with nothing just before it."""
    low, high = float(rest.min()), float(rest.max())
    if low < value < high:
        # Of few steps some are frequent.
        return high - low > _FINE * step
    nearest = low if value < low else high
    if abs(value - nearest) <= _STEPS * step:
        return False
    if values == power.DECIBEL:
        return abs(value - nearest) > _GAP
    if min(value, nearest) <= 0:
        return True
    factor = 20 if values == power.AMPLITUDE else 10
    return abs(factor * np.log10(value / nearest)) > _GAP


def may_be_filled(counts: np.ndarray) -> bool:
    """Whether enough pixels repeat their neighbour, by `repeats`, for `area` to find a value."""
    return counts[1] >= max(_SHARE * counts[0], _FEWEST)


def repeats(block: np.ndarray) -> np.ndarray:
    """(pixels, those that repeat their neighbour, of these those that do so in the next row too).

    Nearest-neighbour resampling puts whole columns twice where the new posting is finer; integers,
    lossy compression and median filters give one value to pixels anywhere.
    """
    some = block[::ROWS]
    again = some[:, 1:] == some[:, :-1]
    beside = np.count_nonzero(again)
    if not beside:
        return np.array([some.size, 0, 0])
    # In another CRS columns lie a little askew.
    near = again[:-1].copy()
    near[:, 1:] |= again[:-1, :-1]
    near[:, :-1] |= again[:-1, 1:]
    kept = np.count_nonzero(again[1:] & near) * len(again) / max(len(again) - 1, 1)
    return np.array([some.size, beside, kept])


def repeated(counts: np.ndarray) -> float:
    """Share of the pixels that were put twice by resampling, out of the sum of `repeats`."""
    pixels, beside, kept = map(float, counts)
    return beside / max(pixels, 1.0) if kept > _IN_COLUMNS * beside else 0.0
