"""The normal equations of a network of pairs, one scene of each part held at zero."""

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph

# What the share of the pairs' own part of the error is taken for until loops tell it, how many
# redundant pairs that guess is worth, and what it is at least.
GUESS = 0.5
GUESS_WORTH = 4
LEAST = 0.05
# Of a fit that weighs the pairs again and again.
ITERATIONS = 60


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


def members_of(part: np.ndarray) -> list[np.ndarray]:
    """The scenes of each part of a network, of what `parts` gives."""
    return [np.flatnonzero(part == number) for number in range(part.max(initial=-1) + 1)]


class Network:
    """The normal equations of a network, one scene of each part held at zero.

    Parameters
    ----------
    pairs, shifts, sigmas : as in `network.adjust`.
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
        for members in members_of(self.part):
            zero = offsets[reference] if reference in members else offsets[members].mean()
            found[members] = offsets[members] - zero
        return found
