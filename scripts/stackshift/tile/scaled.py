"""A tile on the scale on which it is matched, which keeps its spectrum for its next match.

The logarithm turns multiplicative speckle into additive noise of constant variance.
"""

import math
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from stackshift.tile.frequencies import Band, Spectrum, blocks, spectrum
from stackshift.tile.gaps import fill_holes, surroundings
from stackshift.tile.windows import Window

# Power below -60 dB is far below the noise of any radar: borders and masks, and no measurement.
FAINTEST = np.float32(1e-6)


class Tile:
    """A tile, which unpacks into (values, valid).

    What follows from its arrays is kept: they must not change.

    Parameters
    ----------
    values : (rows, columns) float32, 0 where not valid.
    valid : (rows, columns) booleans.
    """

    def __init__(self, values: np.ndarray, valid: np.ndarray):
        self._values, self.valid = values, valid
        self._kept: tuple[Window, Band, Spectrum] | None = None

    @property
    def values(self) -> np.ndarray:
        """(rows, columns) float32, 0 where not valid."""
        return self._values

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.values, self.valid))

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        rows, columns = self.valid.shape
        return rows, columns

    @cached_property
    def complete(self) -> bool:
        """Whether all pixels are valid."""
        return bool(self.valid.all())

    @cached_property
    def rectangle(self) -> tuple[slice, slice] | None:
        """The rows and columns that are valid, if all within these are and nothing else is.

        None of either where no pixel is valid.
        """
        rows, columns = surroundings(self.valid, 0)
        sides = [side.stop - side.start for side in (rows, columns)]
        return (rows, columns) if np.count_nonzero(self.valid) == math.prod(sides) else None

    @cached_property
    def filled(self) -> np.ndarray:
        """The values with all holes filled, where all are narrow."""
        return self.filled_in(~self.valid)

    def filled_in(self, holes: np.ndarray) -> np.ndarray:
        """The values with those holes filled that are asked for."""
        if not holes.any():
            return self.values
        values = self.values.copy()
        fill_holes(values, self.valid, holes)
        return values

    def part(self, rows: slice, columns: slice) -> "Tile":
        """A part of it."""
        return Tile(self.values[rows, columns], self.valid[rows, columns])

    def spectrum(self, window: Window, band: Band) -> Spectrum:
        """Its spectrum with all holes filled, of which the last one asked for is kept."""
        if self._kept is None or self._kept[0] is not window or self._kept[1] is not band:
            self._kept = window, band, self._transformed(window, band)
        return self._kept[2]

    def forget(self) -> None:
        """Let go of what is kept beside the values."""
        self._kept = None
        self.__dict__.pop("filled", None)

    def _transformed(self, window: Window, band: Band) -> Spectrum:
        return spectrum(self.filled, window, band)


class Remainder(Tile):
    """A mean of tiles without one of them; its pixels are made if they are asked for.

    The transform is linear: the spectrum of what is left is a difference of two that are there, and
    a level is none of it.

    Parameters
    ----------
    mean, own : of all and of the one, both without a gap.
    share : weight of the one over that of all others.
    level : how much brighter the one is than it was added.
    """

    def __init__(self, mean: Tile, own: Tile, share: float, level: float):
        super().__init__(mean.values, mean.valid)
        self._parts, self._level = (mean, own), np.float32(level)
        self._share = np.float32(share)

    @cached_property
    def _left(self) -> np.ndarray:
        mean, own = self._parts
        return mean.values + self._share * (mean.values - own.values + self._level)

    @property
    def values(self) -> np.ndarray:
        """(rows, columns) float32."""
        return self._left

    def _transformed(self, window: Window, band: Band) -> Spectrum:
        mean, own = (tile.spectrum(window, band) for tile in self._parts)
        return mean.beyond(own, self._share)


def transformed(tile: np.ndarray, transform: str) -> Tile:
    """A tile on the scale on which it is matched, and where it is valid.

    Parameters
    ----------
    tile : (rows, columns) gamma0 power; what is not finite or below -60 dB is no data.
    transform : ``log`` for the natural logarithm, ``amplitude`` for the square root.

    Returns
    -------
    The tile: float32 values, 0 where not valid, and booleans.
    """
    tile = np.asarray(tile, np.float32)
    values, valid = np.empty(tile.shape, np.float32), np.empty(tile.shape, bool)
    scaled = np.log if transform == "log" else np.sqrt
    # No data needs no warning.
    with np.errstate(divide="ignore", invalid="ignore"):
        for rows in blocks(tile.shape):
            np.greater_equal(tile[rows], FAINTEST, out=valid[rows])
            valid[rows] &= tile[rows] < np.inf
            scaled(tile[rows], out=values[rows])
            if not valid[rows].all():
                np.copyto(values[rows], 0, where=~valid[rows])
    return Tile(values, valid)
