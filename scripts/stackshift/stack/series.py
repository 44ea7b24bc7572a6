"""From tiles to scenes: which tiles move by themselves, where each scene lies, and how well.

Arrays are (scenes, tiles, 2): east and north in metres, NaN for a tile that was not measured.
"""

import warnings

import numpy as np
from scipy.special import chdtrc, fdtrc

from stackshift.stack.robust import natural_spread, weighted_huber

# Fewer tiles than this cannot tell a tile that moves from scenes that do.
_ENOUGH_TILES = 4
# Stacks in which a still tile is taken for a moving one, of all in which no tile moves.
_ALPHA = 0.01
# Both measures of a tile have to be unlikely in two ways, so that they count as fewer than two
# (simulated, 6 to 40 scenes, 4 to 64 tiles, errors as quoted and up to twice as large).
_MEASURES = 1.6
# One wild measurement is no motion: deviations count up to so many standard errors.
_CLIP = 3.0
_ITERATIONS = 20
# Scenes of one stack share what their ground does: the scatter of a scene's own quarters counts as
# much as this many of all scenes'.
_PRIOR = 6.0
# Change of the ground that quarters of a tile show by how they differ is in part common to them;
# with a correlation of 0.2 the mean of four has twice the variance that their differences say.
_COMMON = 2.0


def means(offsets: np.ndarray, sigmas: np.ndarray, kept: np.ndarray):
    """Robust mean of each scene over some tiles, and its standard error.

    Parameters
    ----------
    offsets, sigmas : (scenes, tiles, 2) metres.
    kept : (tiles,) booleans.

    Returns
    -------
    (means, standard errors), each (scenes, 2) metres; NaN without a tile.
    """
    found = np.full((2, len(offsets), 2), np.nan)
    for scene in range(len(offsets)):
        good = kept & np.isfinite(offsets[scene]).all(axis=1)
        for axis in (0, 1) if good.any() else ():
            found[:, scene, axis] = weighted_huber(
                offsets[scene, good, axis], sigmas[scene, good, axis]
            )
    return found[0], found[1]


def moving(offsets: np.ndarray, sigmas: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Tiles whose own series over the stack does not fit the scenes': landslides, ice, sand.

    Starts from the half of the tiles whose series agree best, which no others can pull (after
    Rousseeuw 1984, doi:10.1080/01621459.1984.10477105), and adds what fits them. The measure is
    chi squared of a tile's deviations from the mean of the other tiles that fit, and that of their
    trend, which shows a slow motion: by the errors, and beside how much those other tiles deviate
    from each other (an F test), as all ground changes a little.

    Parameters
    ----------
    offsets, sigmas : (scenes, tiles, 2) metres.
    days : (scenes,) of acquisition.

    Returns
    -------
    (tiles,) booleans; none where fewer than four tiles have a series, and at most half of them.
    """
    # A tile with a scene or two has no series.
    known = np.isfinite(offsets).all(axis=2).sum(axis=0) >= 3
    moves = np.zeros(offsets.shape[1], bool)
    if known.sum() < _ENOUGH_TILES:
        return moves
    kept = _agreeing_half(offsets, sigmas, known)
    for _ in range(_ITERATIONS):
        p = _by_chance(offsets, sigmas, days, kept)
        fits = _MEASURES * known.sum() * p >= _ALPHA
        before, kept = kept, known & fits
        if (kept == before).all():
            break
    return known & ~kept if 2 * kept.sum() >= known.sum() else moves


def _by_chance(offsets, sigmas, days, kept) -> np.ndarray:
    """p-value (tiles,) of each tile for fitting the kept ones: the smaller of the two measures'.

    One for a tile without others that tell how much tiles deviate from each other.
    """
    there = kept[:, None] & np.isfinite(offsets)
    weight = np.where(there, 1 / sigmas**2, 0)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    # What of the mean is a tile's own: without it the tile lies further off, and less surely.
    own = weight / total
    alone = own > 1 - 1e-9
    left = np.where(alone, np.nan, 1 - own)
    scene, _ = means(offsets, sigmas, kept)
    deviations = offsets - scene[:, None]
    errors = np.sqrt(np.where(there, sigmas**2 / left, sigmas**2 + 1 / total))
    apart = _tamed(deviations / left, errors, kept)
    excess, freedom = _misfit(apart, errors)
    trend = _trend(apart, errors, days)
    # The kept tiles' sum of squares is that of all but one and its own from their mean.
    squares, _ = _misfit(apart * left, sigmas)
    others = np.maximum(squares[kept].sum() - np.where(kept, excess, 0), 0)
    scenes = np.maximum(there.sum(axis=1) - 1, 0).sum()
    free = scenes - 2 * (kept.sum() - 1) - np.where(kept, freedom, 0)
    scatter = np.maximum(others / np.maximum(free, 1), 1e-12)
    p = np.minimum(
        np.maximum(chdtrc(freedom, excess), fdtrc(freedom, free, excess / freedom / scatter)),
        np.maximum(chdtrc(2, trend), fdtrc(2, free, trend / 2 / scatter)),
    )
    return np.where(free > 0, p, 1.0)


def _agreeing_half(offsets, sigmas, known) -> np.ndarray:
    """The half of the tiles next to the one from which the middle tile differs least."""
    at = np.flatnonzero(known)
    ratios = np.array(
        [
            _ratio(
                offsets[:, at] - offsets[:, [tile]], np.hypot(sigmas[:, at], sigmas[:, [tile]])
            )
            for tile in at
        ]
    )  # fmt: skip
    centre = ratios[int(np.median(ratios, axis=1).argmin())]
    half = np.zeros(len(known), bool)
    half[at[np.argsort(centre, kind="stable")[: (len(at) + 1) // 2]]] = True
    return half


def _ratio(deviations: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """Chi squared of each tile a degree of freedom; infinite for tiles with no two scenes."""
    excess, freedom = _misfit(
        _tamed(deviations, sigmas, np.ones(deviations.shape[1], bool)), sigmas
    )
    known = np.isfinite(deviations).all(axis=2).sum(axis=0) >= 2
    return np.where(known, excess / freedom, np.inf)


def _tamed(deviations: np.ndarray, sigmas: np.ndarray, usual=slice(None)) -> np.ndarray:
    """Deviations no further from each tile's middle one than so many standard errors.

    Those of tiles whose errors are all too small by one factor, as the ``usual`` tiles' are, count
    as far as if they were not.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        middle = np.nanmedian(deviations, axis=0)
        z = np.abs(deviations - middle) / sigmas
        scale = np.nan_to_num(1.4826 * np.nanmedian(z[:, usual]), nan=1.0)
    limit = _CLIP * max(1.0, float(scale)) * sigmas
    return np.clip(deviations, middle - limit, middle + limit)


def _misfit(deviations: np.ndarray, sigmas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chi squared of each tile about its own mean, and its degrees of freedom."""
    weight = np.where(np.isfinite(deviations), 1 / sigmas**2, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.nansum(weight * deviations, axis=0) / weight.sum(axis=0)
        z = (deviations - middle) / sigmas
    count = np.isfinite(z).sum(axis=0)
    square = np.nansum(z**2, axis=0)
    return square.sum(axis=1), np.maximum((count - 1).sum(axis=1), 1).astype(float)


def _trend(deviations: np.ndarray, sigmas: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Chi squared of a straight line in time through each tile's deviations, along both axes."""
    there = np.isfinite(deviations)
    weight = np.where(there, 1 / sigmas**2, 0)
    time = np.asarray(days, float)[:, None, None]
    total = np.maximum(weight.sum(axis=0), 1e-300)
    time = time - (weight * time).sum(axis=0) / total
    value = np.where(there, deviations, 0)
    value = value - (weight * value).sum(axis=0) / total
    square = (weight * time**2).sum(axis=0)
    line = (weight * time * value).sum(axis=0) ** 2
    return np.divide(line, square, out=np.zeros_like(line), where=square > 0).sum(axis=1)


def spread(offsets: np.ndarray, scene: np.ndarray) -> np.ndarray:
    """Root mean square (tiles, 2) of each tile's offsets about the scenes' in metres."""
    with np.errstate(invalid="ignore"):
        square = (offsets - scene[:, None]) ** 2
        count = np.isfinite(square).sum(axis=0)
        return np.sqrt(
            np.where(count > 0, np.nansum(square, axis=0) / np.maximum(count, 1), np.nan)
        )


def common(offsets: np.ndarray, sigmas: np.ndarray, scene: np.ndarray, kept: np.ndarray):
    """Standard error, along both axes in metres, that scenes share by the image of their match.

    Each tile's mean over the scenes, less the scenes' own offsets, is where the image lies wrongly
    there: its scatter over the tiles beyond its errors tells how well the image as a whole lies.
    What is wrong by the same in all tiles shows nowhere in the stack.

    Parameters
    ----------
    offsets, sigmas : (scenes, tiles, 2) metres.
    scene : (scenes, 2) their means.
    kept : (tiles,) booleans.

    Returns
    -------
    (2,) metres; 0 where fewer than three tiles count.
    """
    deviations, weight = offsets - scene[:, None], 1 / sigmas**2
    weight = np.where(np.isfinite(deviations), weight, 0)
    total = weight.sum(axis=0)
    there = kept & (total > 0).all(axis=1)
    count = int(there.sum())
    if count < 3:
        return np.zeros(2)
    mean = (weight * np.where(weight > 0, deviations, 0)).sum(axis=0)[there] / total[there]
    error = 1 / np.sqrt(total[there])
    spread = [natural_spread(mean[:, i] - np.median(mean[:, i]), error[:, i]) for i in (0, 1)]
    return np.array(spread) / np.sqrt(count)


def widening(quarters: list[list[np.ndarray]]) -> np.ndarray:
    """By how much the standard errors of each scene or pair are widened for change of the ground.

    Parameters
    ----------
    quarters : for each scene or pair and each of its tiles, (quarters, 4): east, north and their
        standard errors of the quarters of the tile, metres.

    Returns
    -------
    (scenes,) factors, 1 or more.
    """
    squares, freedom = np.zeros(len(quarters)), np.zeros(len(quarters))
    for scene, tiles in enumerate(quarters):
        for tile in tiles:
            # One image twice has no error, and no change.
            if len(tile) < 2 or not tile[:, 2:].all():
                continue
            value, weight = tile[:, :2], 1 / tile[:, 2:] ** 2
            mean = (weight * value).sum(axis=0) / weight.sum(axis=0)
            squares[scene] += float((weight * (value - mean) ** 2).sum())
            freedom[scene] += 2 * (len(tile) - 1)
    if not freedom.any():
        return np.ones(len(quarters))
    common = squares.sum() / freedom.sum()
    own = (squares + _PRIOR * common) / (freedom + _PRIOR)
    return np.sqrt(np.maximum(1 + _COMMON * (own - 1), 1))
