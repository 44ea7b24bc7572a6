"""The aligned mean of a stack, tile by tile: an image with less speckle than any of its scenes.

Each scene's logarithms are moved to where the scene would lie without its displacement and summed
with a weight. A scene's own part can be taken out again by a subtraction, as it would otherwise be
matched with itself.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stackshift.tile.frequencies import blocks
from stackshift.tile.scaled import Tile

# A pixel counts where this share of the most scenes that any pixel has are there.
_ENOUGH = 0.25
# A scene's brightness is that of one row of so many, where that many pixels tell it: to 1 / 181 of
# what speckle does to a pixel.
_ROWS = 4
_MANY = 1 << 15
# Weights of scenes differ by no more than this factor from one.
_HEAVIEST = 8.0


@dataclass(frozen=True)
class MeanImage:
    """Weighted sum of the logarithms of moved scenes, (rows, columns) float32 each.

    Attributes
    ----------
    total : sum of weight times the natural logarithm of gamma0, less the scene's level.
    weight : sum of the weights of the scenes that are there.
    scenes : number of scenes that are there.
    """

    total: np.ndarray
    weight: np.ndarray
    scenes: np.ndarray

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> "MeanImage":
        """The mean of no scene."""
        return cls(*(np.zeros(shape, np.float32) for _ in range(3)))

    @classmethod
    def from_bands(cls, bands: np.ndarray, level: float, transform: str) -> "MeanImage":
        """The mean of a tile again, out of (decibels, scenes, weight), (3, rows, columns) float32.

        Parameters
        ----------
        bands : as the template holds them, NaN where the mean is not known; the last two are taken
            over as they are.
        level : what was added to the mean.
        transform : as in `decibels`.
        """
        total = np.empty_like(bands[0])
        for rows in blocks(total.shape):
            mean = from_decibels(bands[0, rows], transform)
            mean -= np.float32(level)
            np.multiply(mean, bands[2, rows], out=total[rows])
            unknown = np.isnan(total[rows])
            if unknown.any():
                total[rows][unknown] = 0
        return cls(total, bands[2], bands[1])

    def add(self, tile: Tile, level: float, weight: float) -> None:
        """Add a scene that lies in its place, so much brighter than the mean, in place."""
        factor, taken = np.float32(weight), np.float32(level)
        for part, there in _pieces(tile):
            if there is False:
                continue
            self.total[part] += _share(tile, part, there, taken, factor)
            self.weight[part] += factor * there
            self.scenes[part] += there

    def mean(self) -> Tile:
        """The mean, which is valid where enough scenes are there."""
        every = [((rows, slice(None)), False) for rows in blocks(self.total.shape)]
        return self._mean(every, lambda part, _: (self.total[part], self.weight[part]))

    def plenty(self) -> bool:
        """Whether enough scenes stay at every pixel, whichever of them is taken out."""
        fewest, most = (float(found) for found in (self.scenes.min(), self.scenes.max()))
        return fewest - 1 > _least(most)

    def mean_without(self, own: Tile, level: float, weight: float, plenty: bool = False) -> Tile:
        """The mean without a scene that was added with this level and weight.

        ``plenty`` of scenes, where it is known, saves counting what is left at each pixel.
        """
        factor, taken = np.float32(weight), np.float32(level)

        def rest(part, there):
            if there is False:
                return self.total[part], self.weight[part]
            left = _share(own, part, there, taken, factor)
            np.subtract(self.total[part], left, out=left)
            return left, self.weight[part] - factor * there

        return self._mean(list(_pieces(own)), rest, plenty)

    def _mean(self, pieces: list, rest, plenty: bool = False) -> Tile:
        """The mean of what is left in some pieces without a scene that is there in some of them."""
        values, valid = np.empty_like(self.total), np.ones(self.total.shape, bool)
        if not plenty:
            least = _least(max(float(self._left(*piece).max(initial=0)) for piece in pieces))
        for part, there in pieces:
            total, weight = rest(part, there)
            enough = valid[part]
            if plenty or np.greater(self._left(part, there), least, out=enough).all():
                np.divide(total, weight, out=values[part])
            else:
                values[part] = 0
                np.divide(total, weight, out=values[part], where=enough)
        return Tile(values, valid)

    def _left(self, part, there) -> np.ndarray:
        """How many scenes are left in a piece."""
        return self.scenes[part] if there is False else self.scenes[part] - there


def _pieces(tile: Tile) -> Iterator[tuple[tuple[slice, slice], np.ndarray | bool]]:
    """Pieces that make up a tile, and where it is valid in each.

    Of a tile that is a rectangle these are blocks of it, True, and the rims beside it, False, which
    costs much less than a mask; of any other one blocks with a mask.
    """
    within = tile.rectangle
    if within is None:
        for rows in blocks(tile.shape):
            yield (rows, slice(None)), tile.valid[rows]
        return
    (height, width), (rows, columns) = tile.shape, within
    for some in blocks((rows.stop - rows.start, width)):
        first, last = rows.start + some.start, min(rows.start + some.stop, rows.stop)
        yield (slice(first, last), columns), True
    rims = (
        (slice(0, rows.start), slice(0, width)),
        (slice(rows.stop, height), slice(0, width)),
        (rows, slice(0, columns.start)),
        (rows, slice(columns.stop, width)),
    )
    for rim in rims:
        if all(side.start < side.stop for side in rim):
            yield rim, False


def _share(tile: Tile, part, there, level: np.float32, factor: np.float32) -> np.ndarray:
    """What a piece of a scene adds to the sum."""
    found = tile.values[part] - level
    found *= factor
    if there is not True:
        found *= there
    return found


def _least(most: float) -> float:
    """More scenes than this are there where a pixel of the mean counts, of the most anywhere."""
    return max(0.5, _ENOUGH * most - 0.5)


def level(tile: Tile, image: MeanImage) -> float:
    """How much brighter a scene is than the mean where both are, so that no edge of it shows.

    Of some rows where these have enough in common, or of all.
    """
    apart, count = _apart(tile, image, _ROWS)
    if count < _MANY:
        apart, count = _apart(tile, image, 1)
    return apart / count if count else float(tile.values[tile.valid].mean(dtype=float))


def _apart(tile: Tile, image: MeanImage, step: int) -> tuple[float, int]:
    """Sum of a scene's differences from the mean over one row of so many, and their number."""
    least, total, count = _least(float(image.scenes.max(initial=0))), 0.0, 0
    for rows in blocks(tile.shape):
        part = slice(rows.start + -rows.start % step, rows.stop, step)
        both = tile.valid[part] & (image.scenes[part] > least)
        if here := int(np.count_nonzero(both)):
            apart = np.zeros(both.shape, np.float32)
            np.divide(image.total[part], image.weight[part], out=apart, where=both)
            np.subtract(tile.values[part], apart, out=apart, where=both)
            total, count = total + float(apart.sum(dtype=float)), count + here
    return total, count


def decibels(values: np.ndarray, transform: str) -> np.ndarray:
    """Values on the scale of `scaled.transformed` as decibels of gamma0, float32."""
    if transform == "log":
        return values * np.float32(10 / math.log(10))
    return 20 * np.log10(np.maximum(values, np.float32(1e-5)))


def from_decibels(values: np.ndarray, transform: str) -> np.ndarray:
    """The opposite of `decibels`."""
    if transform == "log":
        return values * np.float32(math.log(10) / 10)
    return np.float32(10) ** (values / 20)


def weights(coherence: np.ndarray) -> np.ndarray:
    """Weight of each scene in the mean, out of its coherence with the mean of the others.

    With signal s and noise n_i of a scene, its share of signal is a_i = s / (s + n_i), the mean's
    is a = 1 / (1 + 1 / sum of a_j / (1 - a_j)), and the squared coherence of the two is a_i a. The
    mean of least noise weights scenes by 1 / n_i, which goes as a_i / (1 - a_i).

    Parameters
    ----------
    coherence : (scenes,) 0 to 1; NaN for a scene that could not be matched.

    Returns
    -------
    (scenes,) weights, 1 on average over those that are known; 0 for the others.
    """
    square = np.asarray(coherence, float) ** 2
    known = np.isfinite(square)
    found = np.zeros(square.shape)
    if not known.any():
        return found
    share = np.clip(square[known], 1e-4, 0.9)
    for _ in range(20):
        mean = 1 / (1 + 1 / (share / (1 - share)).sum())
        share = np.clip(square[known] / mean, 1e-4, 0.9)
    weight = share / (1 - share)
    weight /= np.median(weight)
    weight = np.clip(weight, 1 / _HEAVIEST, _HEAVIEST)
    found[known] = weight / weight.mean()
    return found
