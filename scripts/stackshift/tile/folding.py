"""What averaging over a pixel folds onto which frequency: geometry alone, computed once a size."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

TURN = 2 * np.pi
# Where the level near Nyquist is taken, along one axis and at most that far across it, as shares
# of the Nyquist frequency, and how many lines of the spectrum are enough for it.
_NEAR = (0.8, 0.96)
_ACROSS = 0.3
_LINES = 20
_ANGLES = (np.arange(6) + 0.5) / 6 * np.pi / 2


@dataclass(frozen=True)
class Folding:
    """Frequencies, and what is folded onto them along rows.

    Attributes
    ----------
    rows : frequency along rows, rad a pixel.
    boxes : power response of an average over a pixel.
    ratio : of the power responses beyond Nyquist and here.
    further : logarithm of the ratio of the radial frequencies beyond and here.
    """

    rows: np.ndarray
    boxes: np.ndarray
    ratio: np.ndarray
    further: np.ndarray

    def folded(self, slope: float) -> np.ndarray:
        """Power folded along rows over the power that belongs there, for |k|^-slope."""
        return self.ratio * np.exp(-slope * self.further)


def folding(rows: np.ndarray, columns: np.ndarray) -> Folding:
    """What is folded along rows onto frequencies (rad a pixel, not negative)."""
    beyond = TURN - rows
    return Folding(
        rows=rows,
        boxes=(np.sinc(rows / TURN) * np.sinc(columns / TURN)) ** 2,
        # The response of a box at k and at 2 pi - k differs by the frequency alone.
        ratio=(rows / beyond) ** 2,
        further=np.log(np.hypot(beyond, columns) / np.hypot(rows, columns)),
    )


@lru_cache(maxsize=16)
def rings(cutoff: float, bins: int) -> Folding:
    """Folding of the radial bins of a band, (bins, angles); by columns with the angles reversed."""
    k = (np.arange(bins)[:, None] + 0.5) / bins * cutoff * np.pi
    return folding(k * np.cos(_ANGLES), k * np.sin(_ANGLES))


@dataclass(frozen=True)
class Corner:
    """Some coefficients of a real FFT near Nyquist along one axis.

    Attributes
    ----------
    lines, places : indices of rows and columns of the FFT, for `numpy` to index with both.
    rows, columns : their frequencies, rad a pixel.
    logarithm : of the radial frequency.
    folding : along the axis.
    """

    lines: np.ndarray
    places: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    logarithm: np.ndarray
    folding: Folding


@lru_cache(maxsize=16)
def corner(padded: tuple[int, int], axis: int) -> Corner:
    """Coefficients near Nyquist along an axis of an FFT of a size."""
    limits = [
        (_NEAR[0] * size / 2, _NEAR[1] * size / 2) if axis == a else (1, _ACROSS * size / 2)
        for a, size in enumerate(padded)
    ]
    # Neighbours along a line lie beside each other in memory.
    lines, places = _some(limits[0], 1), _some(limits[1], 4)
    rows, columns = TURN * lines / padded[0], TURN * places / padded[1]
    both = rows[:, None], columns[None]
    return Corner(
        lines[:, None],
        places[None],
        rows,
        columns,
        np.log(np.hypot(*both)),
        folding(*both[:: 1 - 2 * axis]),
    )


def _some(limits: tuple[float, float], together: int) -> np.ndarray:
    """Some of the whole numbers within limits, in groups of neighbours, at least one."""
    first = int(np.ceil(limits[0]))
    count = max(int(limits[1]) + 1 - first, 1)
    step = max(1, count // _LINES)
    found = np.arange(0, count, step * together)[:, None] + np.arange(together)
    return first + found[found < count]
