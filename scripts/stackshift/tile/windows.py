"""The weight of each pixel of a tile: a taper, gaps, and windows that lie on the same content.

Whatever is fixed in the frame would pull a shift towards zero, so the edges of a tile are tapered.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# The slopes of a window vary slowly: lines between these add nothing.
_EVERY = 4


@lru_cache(maxsize=16)
def taper(size: int, fraction: float) -> np.ndarray:
    """Tukey window: cosine flanks over ``fraction`` / 2 of the length at each end, float32.

    Harris 1978, doi:10.1109/PROC.1978.10837.
    """
    flank = fraction * size / 2
    distance = np.minimum(np.arange(size) + 0.5, size - np.arange(size) - 0.5)
    if not flank:
        return np.ones(size, np.float32)
    ramp = np.clip(distance / flank, 0, 1)
    return (0.5 - 0.5 * np.cos(np.pi * ramp)).astype(np.float32)


@dataclass(frozen=True)
class Window:
    """Weight of each pixel of a tile, with its sum.

    ``weight`` is float32, (rows, columns); ``sides`` the weights along rows and along columns of
    which it is the product, None with gaps. ``samples`` is the effective number of independent
    pixels, (sum w^2)^2 / sum w^4; ``steepness`` the sum of the squared slope along rows and along
    columns over the sum of w^2, 1 / pixel^2.
    """

    sides: tuple[np.ndarray, np.ndarray] | None
    total: float
    samples: float
    steepness: np.ndarray
    _whole: np.ndarray | None = None

    @property
    def weight(self) -> np.ndarray:
        """Weight of each pixel, float32, (rows, columns); not kept, as it is as large as a tile."""
        if self._whole is not None:
            return self._whole
        rows, columns = self.sides  # type: ignore[misc]
        return rows[:, None] * columns

    def mean(self, values: np.ndarray) -> np.float32:
        """Weighted mean of a tile."""
        # Sums of rows, as one long sum of float32 would drift.
        if self.sides:
            lines = np.einsum("ij,j->i", values, self.sides[1]) * self.sides[0]
        else:
            lines = np.einsum("ij,ij->i", values, self.weight)
        return np.float32(float(lines.sum(dtype=float)) / self.total)

    def apply(self, values: np.ndarray, rows: slice) -> None:
        """Weigh some rows of a tile in place."""
        if self.sides:
            values *= self.sides[1]
            values *= self.sides[0][rows, None]
        else:
            values *= self.weight[rows]


def window(shape: tuple[int, int], fraction: float, weight: np.ndarray | None) -> Window:
    """Taper of a tile times the weight of its gaps."""
    plain = _plain_window(shape, fraction)
    return plain if weight is None else _with_gaps(plain.weight * weight)


def windows(plain: Window, displacement: np.ndarray) -> tuple[Window, Window]:
    """A window for each of two tiles that lies on the same content.

    Parameters
    ----------
    plain : the window of tiles whose content is not displaced.
    displacement : (rows, columns) in pixels, at most 2, of the second tile's content. Each window
        moves by half of it, so that both are rounded alike.
    """
    half = np.clip(0.5 * np.asarray(displacement), -1, 1)
    return _moved(plain, -half), _moved(plain, half)


def _moved(plain: Window, displacement: np.ndarray) -> Window:
    if plain.sides:
        rows, columns = map(moved, plain.sides, displacement[:, None])
        return _of_sides(rows, columns)
    return _with_gaps(moved(plain.weight, displacement))


@lru_cache(maxsize=64)
def _plain_window(shape: tuple[int, int], fraction: float) -> Window:
    return _of_sides(taper(shape[0], fraction), taper(shape[1], fraction))


def moved(weight: np.ndarray, displacement: np.ndarray) -> np.ndarray:
    """Weights of pixels displaced by up to a pixel along each axis, linear between pixels."""
    for axis, distance in enumerate(displacement):
        there = np.zeros_like(weight)
        ahead, behind = [slice(None)] * weight.ndim, [slice(None)] * weight.ndim
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        if distance > 0:
            there[tuple(ahead)] = weight[tuple(behind)]
        else:
            there[tuple(behind)] = weight[tuple(ahead)]
        share = np.float32(abs(distance))
        weight = (1 - share) * weight + share * there
    return weight


def _of_sides(rows: np.ndarray, columns: np.ndarray) -> Window:
    """A window out of the weights along rows and along columns, float32."""
    both = [side.astype(float) for side in (rows, columns)]
    squares = [float((side**2).sum()) for side in both]
    fourths = [float((side**4).sum()) for side in both]
    # The window ends at the tile's edge, which is a slope too.
    slopes = [float((np.diff(side, prepend=0, append=0) ** 2).sum()) for side in both]
    return Window(
        (rows, columns),
        float(both[0].sum() * both[1].sum()),
        (squares[0] * squares[1]) ** 2 / max(fourths[0] * fourths[1], 1e-12),
        np.array([s / max(square, 1e-12) for s, square in zip(slopes, squares, strict=True)]),
    )


def _with_gaps(weight: np.ndarray) -> Window:
    # Sums and not dot products, whose last bits depend on the number of threads.
    square = weight * weight
    total = float(square.sum())
    steepness = [_steepness(weight), _steepness(weight.T)]
    weight_sum = float(weight.sum())
    square *= square
    return Window(
        None,
        weight_sum,
        total**2 / max(float(square.sum()), 1e-12),
        np.array(steepness) / max(total, 1e-12),
        weight,
    )


def _steepness(weight: np.ndarray) -> float:
    """Sum of the squared slope along the first axis, from every fourth line along it."""
    lines = weight[:, ::_EVERY]
    total = float((np.diff(lines, axis=0) ** 2).sum()) + float((lines[[0, -1]] ** 2).sum())
    return total * weight.shape[1] / lines.shape[1]
