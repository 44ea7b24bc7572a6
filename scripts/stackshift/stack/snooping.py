"""Pairs of a network that are wrong: data snooping."""

import numpy as np
from scipy.special import stdtr

from stackshift.stack.normals import GUESS, GUESS_WORTH, ITERATIONS, LEAST, Network
from stackshift.stack.robust import TUNING

# A pair so many of its quoted standard errors off may be wrong, if chance makes one so in a
# thousand networks; and with any other pair left out it must still be so many errors off.
_GROSS = 5.0
_BY_CHANCE = 1e-3
_STILL = 4.0
# Pairs that less of an error shows in than this hold the network together and cannot be judged.
_CONTROLLED = 1e-6


def without_wrong_pairs(network: Network) -> np.ndarray:
    """1 for each pair that counts, 0 for one that is wrong: data snooping (Baarda 1968).

    A pair's residual over its standard error is judged by how the other pairs scatter, one pair at
    a time, the worst first. Where another pair, left out instead, explains the misclosure as well,
    nobody knows which is wrong, and none is left out. At last, those that fit without the others
    are taken in again.
    """
    kept = np.ones(len(network.pairs))
    usual = _usual_scatter(network)
    while (wrong := _wrong_pair(network, kept, usual)) is not None:
        kept[wrong] = 0
    for pair in np.flatnonzero(kept == 0)[:-1]:
        inverse, residuals = network.inverse(kept), network.residuals(network.solve(kept))
        first, second = network.pairs[pair]
        fitted = inverse[first, first] + inverse[second, second] - 2 * inverse[first, second]
        error = np.sqrt((network.sigmas[pair] ** 2 + fitted) * max(usual, GUESS))
        kept[pair] = float(abs(residuals[pair]) < _STILL * error)
    return kept


def _usual_scatter(network: Network) -> float:
    """How much the bulk of the pairs scatters, over what their errors say, as a variance.

    By the median residual of a fit with weights that wild pairs do not move.
    """
    if not network.redundancy:
        return 1.0
    huber, scatter, worth = (
        np.ones(len(network.pairs)),
        1.0,
        network.redundancy / len(network.pairs),
    )
    for _ in range(ITERATIONS // 3):
        standardised = network.residuals(network.solve(huber)) / network.sigmas
        scatter = max(1.4826 * float(np.median(np.abs(standardised))), np.sqrt(LEAST * worth))
        huber = np.minimum(1, TUNING * scatter / np.maximum(np.abs(standardised), 1e-12))
    return scatter**2 / worth


def _wrong_pair(network: Network, kept, usual: float) -> int | None:
    """The pair that is most clearly wrong, or None if none is or nobody knows which."""
    inverse = network.inverse(kept)
    standardised = network.residuals(network.solve(kept)) / network.sigmas
    first, second = network.pairs.T
    fitted = inverse[first, first] + inverse[second, second] - 2 * inverse[first, second]
    redundancy = 1 - fitted / network.sigmas**2
    judged = (kept > 0) & (redundancy > _CONTROLLED)
    error = np.sqrt(np.where(judged, redundancy, 1.0))
    test = np.where(judged, standardised / error, 0.0)
    squares = float((kept * standardised**2).sum())
    free = network.redundancy - int((kept == 0).sum())
    others = _scatter(squares - test**2, free - 1, usual)
    p = 2 * stdtr(max(free - 1, 0) + GUESS_WORTH, -np.abs(test) / np.sqrt(others))
    suspects = np.flatnonzero((np.abs(test) > _GROSS) & (p * judged.sum() < _BY_CHANCE))
    for pair in suspects[np.argsort(-np.abs(test[suspects]), kind="stable")]:
        a, b = network.pairs[pair]
        shared = network.difference(inverse[a] - inverse[b])
        alike = np.where(judged, -shared / (network.sigmas * network.sigmas[pair]), 0.0)
        alike /= error * error[pair]
        alike[pair] = 0.0
        # The test of this pair with another one left out.
        rest = np.maximum(1 - alike**2, 0.0)
        told = rest > _CONTROLLED
        still = (test[pair] - alike * test) / np.sqrt(np.where(told, rest, 1.0))
        scatter = _scatter(squares - test**2 - still**2, free - 2, usual)
        scatter[pair] = others[pair]
        still = np.where(told, np.abs(still) / np.sqrt(scatter), 0.0)
        if still.min() > _STILL:
            return int(pair)
    return None


def _scatter(squares, free: int, usual: float) -> np.ndarray:
    """Variance of the pairs over what their errors say, out of squared residuals of some.

    No more than that of the bulk: other wrong pairs may be among them.
    """
    squares = np.maximum(squares, 0.0) + GUESS * GUESS_WORTH
    return np.minimum(squares / (max(free, 0) + GUESS_WORTH), max(usual, GUESS))
