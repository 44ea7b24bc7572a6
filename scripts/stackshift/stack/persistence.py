"""How many independent scenes a stack counts for whose offsets hang together from date to date.

A season, a drift or a step moves neighbours alike, so that n scenes say less of such scenes in
general than n that are independent, and their median goes along with them.
"""

import math
from dataclasses import dataclass

import numpy as np

# A correlation is taken for one that is less likely by chance; else scenes are independent.
LEVEL = 0.05
# With fewer scenes it cannot be told.
LEAST = 6
# Scenes farther off than so many standard deviations count as these.
_FAR = 3.0
# Median absolute deviation of the standard normal distribution.
_NORMAL = 0.6745
# Above it is told from 1 by no stack.
_MOST = 0.99


@dataclass(frozen=True)
class InTime:
    """How offsets hang together from date to date.

    Attributes
    ----------
    correlation : of neighbours, without the bias of few scenes, at most .99.
    p : probability that independent scenes seem as correlated, one-sided.
    design : how many scenes say as much as an independent one, from 1 to the number of scenes.
    """

    correlation: float
    p: float
    design: float


def in_time(offsets) -> InTime:
    """How the offsets of scenes hang together from date to date.

    The correlation of neighbours, r, is that along all axes together, of offsets clipped so that
    one scene far off does not hide it. Its mean and variance by chance are those over all orders of
    the scenes (Wald & Wolfowitz 1943, Ann. Math. Stat. 14, 378). Of n scenes it is too small
    by (1 + 4 r) / n (Marriott & Pope 1954, Biometrika 41, 390). Whether scenes are within a
    distance goes by the squares of offsets, whose correlation is r^2, and n of these count for
    n (1 - r^2) / (1 + r^2) (Bayley & Hammersley 1946, J. R. Stat. Soc. Suppl. 8, 184).

    Parameters
    ----------
    offsets : (axes, scenes) metres in the order of time; NaN for a scene that was not measured,
        whose neighbours are neighbours then.
    """
    offsets = np.atleast_2d(np.asarray(offsets, float))
    values = _clipped(offsets[:, np.isfinite(offsets).all(axis=0)])
    count = values.shape[1]
    total = float((values**2).sum())
    if count < LEAST or total <= 0:
        return InTime(0.0, 1.0, 1.0)
    product = float((values[:, 1:] * values[:, :-1]).sum())
    mean, variance = np.sum([_by_chance(axis) for axis in values], axis=0)
    p = 0.5 * math.erfc((product - mean) / math.sqrt(2 * max(variance, 1e-12 * total**2)))
    correlation = (count * product / total + 1) / (count - 4)
    correlation = min(max(correlation, -_MOST), _MOST)
    if p > LEVEL or correlation <= 0:
        return InTime(correlation, p, 1.0)
    square = correlation**2
    return InTime(correlation, p, min((1 + square) / (1 - square), float(count)))


def _clipped(values: np.ndarray) -> np.ndarray:
    """(axes, scenes) about their means, none far from the median."""
    if not values.size:
        return values
    middle = np.median(values, axis=1, keepdims=True)
    width = np.median(np.abs(values - middle), axis=1, keepdims=True) / _NORMAL * _FAR
    # Where more than half are one value nothing is known of the scatter.
    width[width == 0] = np.inf
    values = np.clip(values, middle - width, middle + width)
    return values - values.mean(axis=1, keepdims=True)


def _by_chance(values: np.ndarray) -> tuple[float, float]:
    """Mean and variance of the sum of products of neighbours over all orders of (scenes,) values.

    The values add up to zero, so that means of products of two, three or four different ones
    follow from the sums of their squares and fourth powers.
    """
    n, square, fourth = len(values), (values**2).sum(), (values**4).sum()
    two = -square / (n * (n - 1))
    squares = (square**2 - fourth) / (n * (n - 1))
    three = (2 * fourth - square**2) / (n * (n - 1) * (n - 2))
    four = (3 * square**2 - 6 * fourth) / (n * (n - 1) * (n - 2) * (n - 3))
    # Of all pairs of products these are the same one, such as share a value, and the others.
    mean = (n - 1) * two
    variance = (n - 1) * squares + 2 * (n - 2) * three + (n - 2) * (n - 3) * four - mean**2
    return float(mean), float(variance)
