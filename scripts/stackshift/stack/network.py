"""From shifts of pairs to one offset a scene: a robust network adjustment and its errors.

A pair's shift brings its secondary onto its reference, so it is the offset of the reference less
that of the secondary. Its error has two parts. One is a scene's own: the scene's speckle enters all
its pairs alike, just as an offset would, so that no network can tell the two apart. The other is
the pair's own, the product of the two speckles, which redundant pairs average out and which closes
badly around loops. Their shares follow from how well the network closes.
"""

from dataclasses import dataclass

import numpy as np

from stackshift.stack.robust import TUNING

# What the share of the pairs' own part is taken for until loops tell it, and how many redundant
# pairs that guess is worth.
_GUESS = 0.5
_GUESS_WORTH = 4
_LEAST = 0.05
# A pair so many standard errors off is wrong and left out; looked at are those of small weight.
_GROSS = 10
_SUSPICIOUS = 0.5
_CANDIDATES = 6
_CLEAR = 3
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
    pairs : (pairs, 2) scene numbers.
    """
    root = np.arange(count)
    for first, second in pairs:
        a, b = root[first], root[second]
        root[root == max(a, b)] = min(a, b)
    linked = np.isin(np.arange(count), pairs)
    numbers = np.searchsorted(np.unique(root[linked]), root)
    return np.where(linked, numbers, -1)


def adjust(count: int, pairs, shifts, sigmas, reference: int | None = None) -> Adjustment:
    """Offsets of the scenes out of the shifts of their pairs.

    Parameters
    ----------
    count : number of scenes.
    pairs : (pairs, 2) numbers of the reference and the secondary scene.
    shifts : (pairs,) metres that bring the secondary onto the reference.
    sigmas : (pairs,) their standard errors, metres.
    reference : scene whose offset is set to zero; None for the mean of each part.

    Returns
    -------
    The adjustment: least squares with Huber's psi on the pairs' own part of the error.
    """
    pairs = np.asarray(pairs, int).reshape(-1, 2)
    shifts, sigmas = np.asarray(shifts, float), np.asarray(sigmas, float)
    part = parts(count, pairs)
    if not len(pairs):
        nothing = np.full(count, np.nan)
        return Adjustment(nothing, nothing, shifts, shifts, part, _GUESS)
    design = _design(count, pairs)
    projection = _datum(part, reference)
    redundancy = len(pairs) - int((part >= 0).sum()) + int(part.max()) + 1
    kept = np.ones(len(pairs))
    offsets, inverse, residuals, huber, share = _solved(
        design, projection, shifts, sigmas, kept, redundancy
    )
    while True:
        # Huber's psi bounds what a wrong pair does; left out, it does nothing. Whether it is wrong
        # is judged by a network without it, as it widens the errors that it is measured by.
        found = []
        if huber[kept > 0].min() > _SUSPICIOUS:
            break
        for trial in np.argsort(huber + (1 - kept), kind="stable")[:_CANDIDATES]:
            without = kept.copy()
            without[trial] = 0
            if not kept[trial] or (parts(count, pairs[without > 0]) != part).any():
                continue
            free = redundancy - int((without == 0).sum())
            solved = _solved(design, projection, shifts, sigmas, without, free)
            alone = abs(solved[2][trial]) / (sigmas[trial] * np.sqrt(solved[4]))
            found.append((solved[4], alone, without, solved))
        found.sort(key=lambda one: one[0])
        # Where the loops would close as well without another pair, nobody knows which is wrong.
        known = len(found) < 2 or found[1][0] > _CLEAR * found[0][0]
        if not found or found[0][1] < _GROSS or not known:
            break
        _, _, kept, (offsets, inverse, residuals, huber, share) = found[0]
    covariance = share * inverse + np.diag(_scene_variance(count, pairs, sigmas, share))
    covariance = projection @ covariance @ projection.T
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    lonely = part < 0
    return Adjustment(
        np.where(lonely, np.nan, offsets),
        np.where(lonely, np.nan, errors),
        residuals,
        huber,
        part,
        share,
    )


def _solved(design, projection, shifts, sigmas, kept, redundancy):
    """Iteratively reweighted least squares with Huber's psi; ``kept`` is 0 for a pair left out."""
    huber = kept.copy()
    share = _GUESS
    offsets = np.zeros(design.shape[1])
    for _ in range(_ITERATIONS):
        previous = offsets
        normal = design.T * (huber / sigmas**2) @ design
        inverse = np.linalg.pinv(normal, hermitian=True)
        offsets = projection @ inverse @ (design.T @ (huber * shifts / sigmas**2))
        residuals = shifts - design @ offsets
        share = _own_share(residuals / sigmas, huber, kept, redundancy)
        scaled = np.abs(residuals) / (sigmas * np.sqrt(share))
        huber = kept * np.minimum(1, TUNING / np.maximum(scaled, 1e-12))
        if np.abs(offsets - previous).max() <= 1e-6 * np.median(sigmas):
            break
    return offsets, inverse, residuals, huber, share


def _design(count: int, pairs: np.ndarray) -> np.ndarray:
    """Incidence matrix: +1 for a pair's reference, -1 for its secondary."""
    design = np.zeros((len(pairs), count))
    rows = np.arange(len(pairs))
    design[rows, pairs[:, 0]] += 1
    design[rows, pairs[:, 1]] -= 1
    return design


def _datum(part: np.ndarray, reference: int | None) -> np.ndarray:
    """Takes the mean of each part, or the reference's offset in its part, out of offsets."""
    count = len(part)
    projection = np.eye(count)
    for number in range(part.max() + 1):
        members = np.flatnonzero(part == number)
        if reference is not None and reference in members:
            projection[members, reference] -= 1
        else:
            projection[np.ix_(members, members)] -= 1 / len(members)
    return projection


def _own_share(standardised, huber, kept, redundancy: int) -> float:
    """Share of the pairs' variance that loops show, from the residuals over their sigmas."""
    squares = float((huber * standardised**2).sum())
    free = max(redundancy - float((kept - huber).sum()), 0)
    share = (squares + _GUESS * _GUESS_WORTH) / (free + _GUESS_WORTH)
    return float(np.clip(share, _LEAST, None))


def _scene_variance(count, pairs, sigmas, share) -> np.ndarray:
    """Variance of each scene's own part of the error: half of what is not the pairs'."""
    total, number = np.zeros(count), np.zeros(count)
    for end in (0, 1):
        np.add.at(total, pairs[:, end], sigmas**2)
        np.add.at(number, pairs[:, end], 1)
    return 0.5 * max(1 - share, 0) * total / np.maximum(number, 1)


def loop_closures(pairs, shifts, sigmas) -> list[tuple[tuple[int, int, int], float, float]]:
    """Misclosure of every triangle of pairs: shift ab plus shift bc less shift ac.

    Returns
    -------
    (scenes a, b, c), misclosure in metres, and its standard error for independent pairs.
    """
    known = {tuple(pair): i for i, pair in enumerate(np.asarray(pairs, int))}
    closures = []
    for (a, b), ab in known.items():
        for (b2, c), bc in known.items():
            if b2 == b and (a, c) in known:
                ac = known[a, c]
                error = float(np.sqrt(sigmas[ab] ** 2 + sigmas[bc] ** 2 + sigmas[ac] ** 2))
                closures.append(((a, b, c), float(shifts[ab] + shifts[bc] - shifts[ac]), error))
    return closures
