"""The best mean of several measurements of the same products, whose errors hang together.

The weighted mean is the best linear unbiased estimate of correlated measurements (Lyons, Gibaut &
Clifford 1988, Nucl. Instrum. Meth. A 270, 110). What the polarizations' errors have in common, as
change of the ground, does not show in their difference; but that they differ by less than they
would without it does.
"""

import numpy as np
from scipy.special import chdtrc

from stackshift.stack import screening

# So many scenes with independent, honest errors are assumed beside those that are there, as a few
# scenes cannot tell how their errors hang together.
_ASSUMED = 8
# Differences of more than so many times the bulk's say nothing about the others.
_FAR = 4.0
# Errors with nearly all in common would be subtracted from each other.
_MOST_COMMON = 0.9
# Median of a squared normal deviate.
_MEDIAN_SQUARE = 0.4549364
# A scene that all offsets are relative to has no error: metres that are none.
_NONE = 1e-6


class Combined:
    """The mean of several measurements of the same products along one axis.

    Attributes
    ----------
    values, sigmas : (products,) metres; NaN where nothing was measured. The errors of products
        that disagree reach as far as their measurements lie apart.
    apart : (products,) how far the measurements of a product lie apart in standard errors of
        their difference; NaN for those measured once.
    disagree : (products,) whether that is more than chance (Holm, over all products).
    correlation : of the errors of any two measurements, 0 to 0.9.
    widened : by what the errors were multiplied, as the products' measurements scatter more.
    weights : (measurements, products) what each counts for, in sum 1; 0 for what is not there.
    """

    def __init__(self, values, sigmas, same_zero: bool):
        """values, sigmas : (measurements, products); NaN for what is not there.

        same_zero : whether the measurements are from one zero, else their medians are made equal.
        """
        values, sigmas = np.array(values, float), np.array(sigmas, float)
        known = np.isfinite(values) & np.isfinite(sigmas)
        sigmas = np.maximum(sigmas, _NONE)
        if not same_zero:
            to_one_zero(values, known)
        spread = _spread(values, sigmas, known, same_zero)
        self.correlation = _correlation(spread, sigmas, known)
        self.widened = float(np.sqrt(max(1.0, spread)))
        count = values.shape[1]
        self.values, self.sigmas, square = (np.full(count, np.nan) for _ in range(3))
        self.weights = np.zeros(values.shape)
        for at in np.flatnonzero(known.any(axis=0)):
            of = known[:, at]
            covariance = _covariance(sigmas[of, at], self.correlation)
            weights = self.weights[of, at] = _weights(covariance)
            self.values[at] = weights @ values[of, at]
            self.sigmas[at] = self.widened * np.sqrt(weights @ covariance @ weights)
            if of.sum() > 1:
                off = values[of, at] - self.values[at]
                square[at] = off @ np.linalg.solve(covariance, off) / self.widened**2
        free = known.sum(axis=0) - 1
        p = np.array([chdtrc(f, s) if f > 0 else np.nan for f, s in zip(free, square, strict=True)])
        # Both axes are looked at.
        self.disagree = screening.holm(p) < screening.ALPHA / 2
        self.apart = np.sqrt(square / np.maximum(free, 1))
        self.sigmas[self.disagree] *= self.apart[self.disagree]


def to_one_zero(values: np.ndarray, known: np.ndarray) -> None:
    """Move each measurement's values to the zero of the first that it has products with."""
    for i in range(1, len(values)):
        for j in range(i):
            both = known[i] & known[j]
            if both.any():
                values[i] -= np.median(values[i, both] - values[j, both])
                break


def _spread(values, sigmas, known, same_zero: bool) -> float:
    """By what the differences' variance exceeds that of independent errors: 1 if they are."""
    squares = []
    for i in range(len(values)):
        for j in range(i):
            both = known[i] & known[j]
            # The median was taken out of them.
            free = 1.0 if same_zero else 1 - 1 / max(int(both.sum()), 2)
            variance = sigmas[i, both] ** 2 + sigmas[j, both] ** 2
            squares.append((values[i, both] - values[j, both]) ** 2 / variance / free)
    found = np.concatenate(squares) if squares else np.empty(0)
    if not found.size:
        return 1.0
    bulk = max(1.0, float(np.median(found)) / _MEDIAN_SQUARE)
    near = found[found <= _FAR**2 * bulk]
    return float((near.sum() + _ASSUMED) / (near.size + _ASSUMED))


def _correlation(spread: float, sigmas, known) -> float:
    """The correlation with which errors as quoted make differences scatter so."""
    shares = []
    for i in range(len(sigmas)):
        for j in range(i):
            one, other = sigmas[i, known[i] & known[j]], sigmas[j, known[i] & known[j]]
            shares.append(2 * one * other / (one**2 + other**2))
    found = np.concatenate(shares) if shares else np.empty(0)
    if not found.size or spread >= 1:
        return 0.0
    return float(min(_MOST_COMMON, (1 - spread) / found.mean()))


def _covariance(sigmas: np.ndarray, correlation: float) -> np.ndarray:
    matrix = correlation * np.outer(sigmas, sigmas)
    np.fill_diagonal(matrix, sigmas**2)
    return matrix


def _weights(covariance: np.ndarray) -> np.ndarray:
    """Weights of the best mean that are not negative: what would be subtracted is left out."""
    left = np.arange(len(covariance))
    while True:
        weights = np.linalg.solve(covariance[np.ix_(left, left)], np.ones(len(left)))
        if (weights >= 0).all() or len(left) == 1:
            break
        left = np.delete(left, int(np.argmin(weights)))
    found = np.zeros(len(covariance))
    found[left] = weights / weights.sum()
    return found
