"""From shifts of pairs to one offset a scene: a robust network adjustment and its errors.

A pair's shift brings its secondary onto its reference, so it is the offset of the reference less
that of the secondary. Its error has two parts. One is a scene's own: the scene's speckle enters all
its pairs alike, just as an offset would, so that no network can tell the two apart. The other is
the pair's own, the product of the two speckles, which redundant pairs average out and which closes
badly around loops. Their shares follow from how well the network closes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph
from scipy.special import stdtr

from stackshift.stack.robust import TUNING

# What the share of the pairs' own part is taken for until loops tell it, and how many redundant
# pairs that guess is worth.
_GUESS = 0.5
_GUESS_WORTH = 4
_LEAST = 0.05
# Loops that close worse than the quoted errors say tell that these are too small: a little if by
# more standard errors of that finding than the first, for sure if by the second. The scenes' part
# then is not what the loops leave, but half of all again: in this proportion to the pairs'.
_DOUBTFUL, _SURE = 0.75, 2.0
_SCENES_TO_PAIRS = 1.0
# What Huber's psi leaves of the variance of normal residuals.
_HUBERS_PART = 0.87
# A pair so many of its quoted standard errors off may be wrong, if chance makes one so in a
# thousand networks; and with any other pair left out it must still be so many errors off.
_GROSS = 5.0
_BY_CHANCE = 1e-3
_STILL = 4.0
# Pairs that less of an error shows in than this hold the network together and cannot be judged.
_CONTROLLED = 1e-6
_ITERATIONS = 60


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


def parts(count: int, pairs: np.ndarray) -> np.ndarray:
    """The connected part of the network that each scene belongs to, -1 for a scene without a pair.

    Parameters
    ----------
    count : number of scenes.
    pairs : (pairs, 2) scene numbers. Parts are numbered by their first scene.
    """
    _, label = csgraph.connected_components(_graph(count, pairs), directed=False)
    linked = np.isin(np.arange(count), pairs)
    first = np.full(count, count)
    np.minimum.at(first, label, np.arange(count))
    numbers = np.searchsorted(np.unique(first[label[linked]]), first[label])
    return np.where(linked, numbers, -1)


def _graph(count: int, pairs: np.ndarray) -> sparse.csr_array:
    ones = np.ones(len(pairs))
    half = sparse.coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return (half + half.T).tocsr()


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
        return Adjustment(nothing, nothing, shifts, shifts, part, _GUESS)
    network = _Network(pairs, shifts, sigmas, part)
    kept = _without_wrong_pairs(network)
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


class _Network:
    """The normal equations of a network, one scene of each part held at zero.

    Parameters
    ----------
    pairs, shifts, sigmas : as in `adjust`.
    part : from `parts`.
    """

    def __init__(self, pairs, shifts, sigmas, part):
        self.pairs, self.shifts, self.sigmas, self.part = pairs, shifts, sigmas, part
        order = csgraph.reverse_cuthill_mckee(_graph(len(part), pairs), symmetric_mode=True)
        order = order[part[order] >= 0]
        _, held = np.unique(part[order], return_index=True)
        self.free = np.delete(order, held)
        place = np.full(len(part), -1)
        place[self.free] = np.arange(len(self.free))
        ends = place[pairs]
        self.redundancy = len(pairs) - len(self.free)
        both = (ends >= 0).all(axis=1)
        low, high = ends.min(axis=1), ends.max(axis=1)
        self._width = int((high - low)[both].max(initial=0))
        # Where in the upper bands, row by row, each pair's weight is added or taken off.
        size = len(self.free)
        bands = (self._width + low - high) * size + high
        self._cells = np.concatenate(
            [self._width * size + ends[ends[:, 0] >= 0, 0],
             self._width * size + ends[ends[:, 1] >= 0, 1], bands[both]])  # fmt: skip
        self._of = np.concatenate(
            [np.flatnonzero(ends[:, 0] >= 0), np.flatnonzero(ends[:, 1] >= 0), np.flatnonzero(both)]
        )
        self._sign = np.where(
            np.arange(len(self._cells)) < len(self._cells) - both.sum(), 1.0, -1.0
        )

    def difference(self, offsets):
        """What the offsets of the scenes, (scenes,) or (scenes, n), say of the pairs."""
        return offsets[self.pairs[:, 0]] - offsets[self.pairs[:, 1]]

    def residuals(self, offsets) -> np.ndarray:
        """(pairs,) measured shifts less what the offsets say, metres."""
        return self.shifts - self.difference(offsets)

    def _factor(self, weights) -> tuple[np.ndarray, bool]:
        cells = self._sign * (weights / self.sigmas**2)[self._of]
        size = (self._width + 1, len(self.free))
        bands = np.bincount(self._cells, cells, minlength=size[0] * size[1]).reshape(size)
        return linalg.cholesky_banded(bands, overwrite_ab=True, check_finite=False), False

    def solve(self, weights) -> np.ndarray:
        """(scenes,) least squares offsets with these weights; 0 for the scenes that are held."""
        pull = weights * self.shifts / self.sigmas**2
        right = np.bincount(self.pairs[:, 0], pull, minlength=len(self.part))
        right -= np.bincount(self.pairs[:, 1], pull, minlength=len(self.part))
        offsets = np.zeros(len(self.part))
        offsets[self.free] = linalg.cho_solve_banded(
            self._factor(weights), right[self.free], check_finite=False
        )
        return offsets

    def inverse(self, weights) -> np.ndarray:
        """(scenes, scenes) inverse of the normal matrix, 0 for the scenes that are held."""
        found = np.zeros((len(self.part),) * 2)
        solved = linalg.cho_solve_banded(
            self._factor(weights), np.eye(len(self.free)), overwrite_b=True, check_finite=False
        )
        found[np.ix_(self.free, self.free)] = solved
        return found

    def relative(self, offsets, reference: int | None) -> np.ndarray:
        """Offsets less the mean of their part, or of the reference in its part; NaN without one."""
        found = np.full(len(self.part), np.nan)
        for members in _members(self.part):
            zero = offsets[reference] if reference in members else offsets[members].mean()
            found[members] = offsets[members] - zero
        return found


def _members(part) -> list[np.ndarray]:
    return [np.flatnonzero(part == number) for number in range(part.max(initial=-1) + 1)]


def _variance(covariance, own, part, reference: int | None) -> np.ndarray:
    """Variance of offsets relative to the mean of their part, or to the reference in its part.

    Parameters
    ----------
    covariance : (scenes, scenes) of the pairs' part of the error.
    own : (scenes,) variance of each scene's own part.
    part, reference : as in `adjust`.
    """
    found = np.full(len(part), np.nan)
    for members in _members(part):
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


def _solved(network: _Network, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Iteratively reweighted least squares with Huber's psi; ``kept`` is 0 for a pair left out.

    Returns
    -------
    (offsets, Huber's weights, share of the pairs' own part).
    """
    huber, share = kept.copy(), _GUESS
    offsets = np.zeros(len(network.part))
    free = network.redundancy - int((kept == 0).sum())
    for _ in range(_ITERATIONS):
        previous, offsets = offsets, network.solve(huber)
        standardised = network.residuals(offsets) / network.sigmas
        share = _own_share(standardised, huber, kept, free)
        scaled = np.abs(standardised) / np.sqrt(share)
        huber = kept * np.minimum(1, TUNING / np.maximum(scaled, 1e-12))
        if np.abs(offsets - previous).max() <= 1e-6 * np.median(network.sigmas):
            break
    return network.solve(huber), huber, share


def _without_wrong_pairs(network: _Network) -> np.ndarray:
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
        error = np.sqrt((network.sigmas[pair] ** 2 + fitted) * max(usual, _GUESS))
        kept[pair] = float(abs(residuals[pair]) < _STILL * error)
    return kept


def _usual_scatter(network: _Network) -> float:
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
    for _ in range(_ITERATIONS // 3):
        standardised = network.residuals(network.solve(huber)) / network.sigmas
        scatter = max(1.4826 * float(np.median(np.abs(standardised))), np.sqrt(_LEAST * worth))
        huber = np.minimum(1, TUNING * scatter / np.maximum(np.abs(standardised), 1e-12))
    return scatter**2 / worth


def _wrong_pair(network: _Network, kept, usual: float) -> int | None:
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
    p = 2 * stdtr(max(free - 1, 0) + _GUESS_WORTH, -np.abs(test) / np.sqrt(others))
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
    squares = np.maximum(squares, 0.0) + _GUESS * _GUESS_WORTH
    return np.minimum(squares / (max(free, 0) + _GUESS_WORTH), max(usual, _GUESS))


def _own_share(standardised, huber, kept, redundancy: int) -> float:
    """Share of the pairs' variance that loops show, from the residuals over their sigmas."""
    squares = float((huber * standardised**2).sum())
    free = max(redundancy - float((kept - huber).sum()), 0)
    share = (squares + _GUESS * _GUESS_WORTH) / (free + _GUESS_WORTH)
    return float(np.clip(share, _LEAST, None))


def _scene_variance(network: _Network, kept, share: float) -> np.ndarray:
    """(scenes,) variance of each scene's own part of the error, square metres.

    Half of what is not the pairs'. Where the loops close worse than the quoted errors of whole
    pairs allow, nothing would be left, though the scenes' part has not gone: all is larger than
    quoted. How surely, the number of redundant pairs tells.
    """
    total, number = np.zeros(len(network.part)), np.zeros(len(network.part))
    for end in network.pairs.T:
        np.add.at(total, end, network.sigmas**2)
        np.add.at(number, end, 1)
    free = network.redundancy - int((kept == 0).sum()) + _GUESS_WORTH
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
