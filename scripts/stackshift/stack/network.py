"""From shifts of pairs to one offset a scene: a robust network adjustment and its errors.

A pair's shift brings its secondary onto its reference, so it is the offset of the reference less
that of the secondary. Its error has two parts. One is a scene's own: the scene's speckle enters all
its pairs alike, just as an offset would, so that no network can tell the two apart. The other is
the pair's own, the product of the two speckles, which redundant pairs average out and which closes
badly around loops. Their shares follow from how well the network closes.
"""

from dataclasses import dataclass

import numpy as np

from stackshift.stack.normals import (
    GUESS,
    GUESS_WORTH,
    ITERATIONS,
    LEAST,
    Network,
    members_of,
    parts,
)
from stackshift.stack.robust import TUNING
from stackshift.stack.snooping import without_wrong_pairs

# Loops that close worse than the quoted errors say tell that these are too small: a little if by
# more standard errors of that finding than the first, for sure if by the second. The scenes' part
# then is not what the loops leave, but half of all again: in this proportion to the pairs'.
_DOUBTFUL, _SURE = 0.75, 2.0
_SCENES_TO_PAIRS = 1.0
# What Huber's psi leaves of the variance of normal residuals.
_HUBERS_PART = 0.87


@dataclass(frozen=True)
class Adjustment:
    """Offsets of the scenes of a network along one axis.

    Attributes
    ----------
    offsets : (scenes,) in metres, relative to the mean of the scene's part of the network; NaN for
        a scene without a pair.
    sigmas : (scenes,) standard errors in metres; NaN where there is no offset.
    residuals : (pairs,) measured less adjusted shift, metres.
    weights : (pairs,) Huber's weight of each pair, 1 for one that fits.
    part : (scenes,) number of the scene's part of the network from 0, -1 without a pair.
    own_share : share of a pair's variance that is its own and not that of its scenes.
    """

    offsets: np.ndarray
    sigmas: np.ndarray
    residuals: np.ndarray
    weights: np.ndarray
    part: np.ndarray
    own_share: float


def adjust(count: int, pairs, shifts, sigmas, reference: int | None = None) -> Adjustment:
    """Offsets of the scenes out of the shifts of their pairs.

    Pairs that are wrong are left out one by one, where the loops tell which they are: a residual
    over the standard error that its local redundancy leaves it (Baarda 1968, A testing procedure
    for use in geodetic networks). Of all others Huber's psi bounds what one of them does. The
    normal equations are banded once scenes are ordered by Reverse Cuthill and McKee (1969), with
    one scene of each part held; what offsets are relative to comes after.

    Parameters
    ----------
    count : number of scenes.
    pairs : (pairs, 2) numbers of the reference and the secondary scene.
    shifts : (pairs,) metres that bring the secondary onto the reference.
    sigmas : (pairs,) their standard errors, metres.
    reference : scene whose offset is set to zero; None for the mean of each part.

    Returns
    -------
    The adjustment: least squares with Huber's psi on the pairs' own part of the error. The scenes'
    part is what the loops leave of the quoted errors; where these close so badly that the quoted
    errors must be too small, it grows with them.
    """
    pairs = np.asarray(pairs, int).reshape(-1, 2)
    shifts, sigmas = np.asarray(shifts, float), np.asarray(sigmas, float)
    part = parts(count, pairs)
    if not len(pairs):
        nothing = np.full(count, np.nan)
        return Adjustment(nothing, nothing, shifts, shifts, part, GUESS)
    network = Network(pairs, shifts, sigmas, part)
    kept = without_wrong_pairs(network)
    offsets, huber, share = _solved(network, kept)
    inverse = network.inverse(huber)
    own = _scene_variance(network, kept, share)
    return Adjustment(
        network.relative(offsets, reference),
        np.sqrt(np.maximum(_variance(share * inverse, own, part, reference), 0)),
        network.residuals(offsets),
        huber,
        part,
        share,
    )


def _variance(covariance, own, part, reference: int | None) -> np.ndarray:
    """Variance of offsets relative to the mean of their part, or to the reference in its part.

    Parameters
    ----------
    covariance : (scenes, scenes) of the pairs' part of the error.
    own : (scenes,) variance of each scene's own part.
    part, reference : as in `adjust`.
    """
    found = np.full(len(part), np.nan)
    for members in members_of(part):
        inner = covariance[np.ix_(members, members)]
        if reference in members:
            zero = int(np.flatnonzero(members == reference)[0])
            pairs = inner.diagonal() + inner[zero, zero] - 2 * inner[zero]
            scenes = np.where(members == reference, 0, own[members] + own[reference])
        else:
            size = len(members)
            mean = inner.mean(axis=1)
            pairs = inner.diagonal() - 2 * mean + mean.mean()
            scenes = own[members] * (1 - 2 / size) + own[members].sum() / size**2
        found[members] = pairs + scenes
    return found


def _solved(network: Network, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Iteratively reweighted least squares with Huber's psi; ``kept`` is 0 for a pair left out.

    Returns
    -------
    (offsets, Huber's weights, share of the pairs' own part).
    """
    huber, share = kept.copy(), GUESS
    offsets = np.zeros(len(network.part))
    free = network.redundancy - int((kept == 0).sum())
    for _ in range(ITERATIONS):
        previous, offsets = offsets, network.solve(huber)
        standardised = network.residuals(offsets) / network.sigmas
        share = _own_share(standardised, huber, kept, free)
        scaled = np.abs(standardised) / np.sqrt(share)
        huber = kept * np.minimum(1, TUNING / np.maximum(scaled, 1e-12))
        if np.abs(offsets - previous).max() <= 1e-6 * np.median(network.sigmas):
            break
    return network.solve(huber), huber, share


def _own_share(standardised, huber, kept, redundancy: int) -> float:
    """Share of the pairs' variance that loops show, from the residuals over their sigmas."""
    squares = float((huber * standardised**2).sum())
    free = max(redundancy - float((kept - huber).sum()), 0)
    share = (squares + GUESS * GUESS_WORTH) / (free + GUESS_WORTH)
    return float(np.clip(share, LEAST, None))


def _scene_variance(network: Network, kept, share: float) -> np.ndarray:
    """(scenes,) variance of each scene's own part of the error, square metres.

    Half of what is not the pairs'. Where the loops close worse than the quoted errors of whole
    pairs allow, nothing would be left, though the scenes' part has not gone: all is larger than
    quoted. How surely, the number of redundant pairs tells.
    """
    total, number = np.zeros(len(network.part)), np.zeros(len(network.part))
    for end in network.pairs.T:
        np.add.at(total, end, network.sigmas**2)
        np.add.at(number, end, 1)
    free = network.redundancy - int((kept == 0).sum()) + GUESS_WORTH
    beyond = (share / _HUBERS_PART - 1) * np.sqrt(free / 2)
    surely = float(np.clip((beyond - _DOUBTFUL) / (_SURE - _DOUBTFUL), 0, 1))
    left = max(1 - share, surely * _SCENES_TO_PAIRS * share)
    return 0.5 * left * total / np.maximum(number, 1)


def loop_closures(pairs, shifts, sigmas) -> list[tuple[tuple[int, int, int], float, float]]:
    """Misclosure of every triangle of pairs: shift ab plus shift bc less shift ac.

    Returns
    -------
    (scenes a, b, c), misclosure in metres, and its standard error for independent pairs.
    """
    known = {tuple(map(int, pair)): i for i, pair in enumerate(np.asarray(pairs, int))}
    behind: dict[int, list[tuple[int, int]]] = {}
    for (first, second), number in known.items():
        behind.setdefault(first, []).append((second, number))
    closures = []
    for (a, b), ab in known.items():
        for c, bc in behind.get(b, ()):
            if (a, c) in known:
                ac = known[a, c]
                error = float(np.sqrt(sigmas[ab] ** 2 + sigmas[bc] ** 2 + sigmas[ac] ** 2))
                closures.append(((a, b, c), float(shifts[ab] + shifts[bc] - shifts[ac]), error))
    return closures
