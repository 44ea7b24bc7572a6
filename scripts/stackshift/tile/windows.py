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
    """Weight of each pixel of a tile, float32, with its sum.

    ``samples`` is the effective number of independent pixels, (sum w^2)^2 / sum w^4; ``steepness``
    the sum of the squared slope along rows and along columns over the sum of w^2, 1 / pixel^2.
    """

    weight: np.ndarray
    total: float
    samples: float
    steepness: np.ndarray


def window(shape: tuple[int, int], fraction: float, weight: np.ndarray | None) -> Window:
    """Taper of a tile times the weight of its gaps."""
    plain = _plain_window(shape, fraction)
    return plain if weight is None else _summed(plain.weight * weight)


def windows(plain: Window, displacement: np.ndarray) -> tuple[Window, Window]:
    """A window for each of two tiles that lies on the same content.

    Parameters
    ----------
    plain : the window of tiles whose content is not displaced.
    displacement : (rows, columns) in pixels, at most 2, of the second tile's content. Each window
        moves by half of it, so that both are rounded alike.
    """
    half = np.clip(0.5 * np.asarray(displacement), -1, 1)
    return _summed(moved(plain.weight, -half)), _summed(moved(plain.weight, half))


@lru_cache(maxsize=4)
def _plain_window(shape: tuple[int, int], fraction: float) -> Window:
    return _summed(taper(shape[0], fraction)[:, None] * taper(shape[1], fraction)[None])


def moved(weight: np.ndarray, displacement: np.ndarray) -> np.ndarray:
    """Weights of pixels displaced by up to a pixel, (rows, columns), linear between pixels."""
    for axis, distance in enumerate(displacement):
        there = np.zeros_like(weight)
        ahead = (slice(1, None), slice(None))[:: 1 - 2 * axis]
        behind = (slice(None, -1), slice(None))[:: 1 - 2 * axis]
        if distance > 0:
            there[ahead] = weight[behind]
        else:
            there[behind] = weight[ahead]
        share = np.float32(abs(distance))
        weight = (1 - share) * weight + share * there
    return weight


def _summed(weight: np.ndarray) -> Window:
    # Sums and not dot products, whose last bits depend on the number of threads.
    square = weight * weight
    total = float(square.sum())
    steepness = [_steepness(weight), _steepness(weight.T)]
    weight_sum = float(weight.sum())
    square *= square
    return Window(
        weight,
        weight_sum,
        total**2 / max(float(square.sum()), 1e-12),
        np.array(steepness) / max(total, 1e-12),
    )


def _steepness(weight: np.ndarray) -> float:
    """Sum of the squared slope along the first axis, from every fourth line along it."""
    lines = weight[:, ::_EVERY]
    # The window ends at the tile's edge, which is a slope too.
    total = float((np.diff(lines, axis=0) ** 2).sum()) + float((lines[[0, -1]] ** 2).sum())
    return total * weight.shape[1] / lines.shape[1]
