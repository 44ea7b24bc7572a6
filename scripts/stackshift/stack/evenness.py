"""Scenes parts of which lie elsewhere: a slice with another orbit, a warp, a turned scene.

A tile that differs from its scene in all dates is ground that moves (`series.moving`); here it is
one scene whose tiles differ from each other by more than those of other scenes do.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, fdtrc

from stackshift.stack.robust import median
from stackshift.stack.series import means

# Scenes that are called uneven in a stack in which none is.
_ALPHA = 0.01
# They scatter so many times as far, squared, as other scenes do: less harms nothing.
_FAR = 2.0
# One wild tile is no part of a scene: this share of the worst, one at least, is left out.
_WILD = 1 / 16
# A tile lies off the rest from so many standard errors on.
_OFF = 5.0
# Of two scenes nothing tells by how much their tiles scatter; errors may be half of what they are.
_OF_TWO = 4.0
# The middle of some scatters is as sure as the mean of so many of them.
_EFFICIENCY = 0.64
# Fewer tiles have no parts.
_ENOUGH_TILES = 4


class Parts(NamedTuple):
    """How a scene lies in its parts.

    ``apart`` metres or pixels by which its tiles lie apart beyond their errors, rms over both axes;
    number of ``tiles`` that lie clearly off the place that holds most, and how far their middle one
    does; how many of these lie ``together``, in the place that holds most of them; and whether the
    scene's offset may lie ``between`` its places, as none holds most tiles, or they are few.
    """

    apart: float
    tiles: int
    far: float
    together: int
    between: bool


def uneven(offsets: np.ndarray, sigmas: np.ndarray, taken: np.ndarray | None = None) -> np.ndarray:
    """Scenes whose tiles lie apart from each other by more than errors and other scenes explain.

    The worst is left out of the others one by one, up to a third of all, so that none hides
    another. A scene's chi squared is held to the errors and to the middle one of the other scenes
    (an F test), as errors of all may be too small and all ground changes a little.

    Parameters
    ----------
    offsets, sigmas : (scenes, tiles, 2) and their standard errors, one unit; NaN for a tile that
        was not measured.
    taken : (scenes,) degrees of freedom that were taken out beside the mean; none if left out.

    Returns
    -------
    (scenes,) booleans; none of scenes with fewer than four tiles.
    """
    squares, free = _misfits(_less_common(offsets, sigmas), sigmas)
    free = free - (0 if taken is None else taken)
    found = np.zeros(len(offsets), bool)
    known = np.isfinite(offsets).all(axis=2).sum(axis=1) >= _ENOUGH_TILES
    ratios = np.where(known, squares / np.maximum(free, 1), np.nan)
    # Of two scenes neither is the better one.
    most = max(int(known.sum()) // 3, 2 * int(known.sum() == 2))
    while found.sum() < most:
        p = np.ones(len(offsets))
        for at in np.flatnonzero(known & ~found):
            others = known & ~found
            others[at] = False
            several = others.sum() > 1
            scatter = max(1.0, median(ratios[others])) if several else _OF_TWO
            if ratios[at] < _FAR * scatter:
                continue
            p[at] = chdtrc(free[at], squares[at] / scatter)
            if several:
                freedom = _EFFICIENCY * free[others].sum()
                p[at] = max(p[at], fdtrc(free[at], freedom, ratios[at] / scatter))
        worst = int(np.argmin(p))
        if p[worst] * known.sum() >= _ALPHA:
            break
        found[worst] = True
    return found


def parts(offsets: np.ndarray, sigmas: np.ndarray) -> Parts:
    """How the tiles of one scene lie, (tiles, 2) each, NaN for one that was not measured."""
    there = np.isfinite(offsets).all(axis=1)
    offsets, sigmas = offsets[there], sigmas[there]
    reach = _OFF * np.maximum(sigmas, median(sigmas.ravel()))
    # The place that holds most of them: their middle may lie between two places, at none.
    near = (np.abs(offsets[:, None] - offsets) <= reach).all(axis=2)
    at_place = _most(near)
    place = np.average(offsets[at_place], axis=0, weights=1 / sigmas[at_place] ** 2)
    about = offsets - place
    apart = np.sqrt(max((about**2 - sigmas**2).sum(axis=1).mean(), 0.0))
    off = (np.abs(about) > reach).any(axis=1)
    far = median(np.hypot(*about[off].T)) if off.any() else 0.0
    together = int(_most(near[np.ix_(off, off)]).sum()) if off.any() else 0
    between = 2 * off.sum() >= len(offsets)
    between |= (np.abs(_mean(offsets, sigmas) - place) > np.median(reach, axis=0)).any()
    return Parts(float(apart), int(off.sum()), float(far), together, bool(between))


def _most(near: np.ndarray) -> np.ndarray:
    """Which tiles lie near the one that most lie near: (tiles,) booleans out of (tiles, tiles)."""
    return near[int(near.sum(axis=1).argmax())]


def to_all(offsets: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """How far the mean of all tiles of a scene lies from the robust one, (2,): what it may be too.

    Where it may lie between their places it is how far they all lie from it, rms.

    Parameters
    ----------
    offsets, sigmas : (tiles, 2), NaN for a tile that was not measured.
    """
    there = np.isfinite(offsets).all(axis=1)
    offsets, sigmas = offsets[there], sigmas[there]
    about = offsets - _mean(offsets, sigmas)
    # Unweighted: each tile is as large a part of the scene as any other.
    if parts(offsets, sigmas).between:
        return np.sqrt((about**2).mean(axis=0))
    return np.abs(about.mean(axis=0))


def _mean(offsets: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """The robust mean of the tiles of a scene, (2,), which is its offset."""
    return means(offsets[None], sigmas[None], np.ones(len(offsets), bool))[0][0]


def _less_common(offsets, sigmas) -> np.ndarray:
    """Offsets less what all scenes show in a tile, as a bad one in their mean makes them.

    In a mean of few scenes a part that lies elsewhere moves those of all others the other way.
    """
    middle, _ = means(offsets, sigmas, np.ones(offsets.shape[1], bool))
    about = offsets - middle[:, None]
    pulled = np.zeros(about.shape[1:])
    for tile in np.flatnonzero(np.isfinite(about).all(axis=2).sum(axis=0) > 2):
        there = about[:, tile][np.isfinite(about[:, tile]).all(axis=1)]
        pulled[tile] = np.median(there, axis=0)
    return offsets - pulled


def _misfits(offsets, sigmas) -> tuple[np.ndarray, np.ndarray]:
    """Chi squared of each scene's tiles about its robust mean, less the worst, and its freedom."""
    middle, _ = means(offsets, sigmas, np.ones(offsets.shape[1], bool))
    squares = np.nan_to_num((((offsets - middle[:, None]) / sigmas) ** 2).sum(axis=2))
    count = np.isfinite(offsets).all(axis=2).sum(axis=1)
    left = np.arange(offsets.shape[1], 0, -1) > np.ceil(_WILD * count)[:, None]
    squares = np.where(left, np.sort(squares, axis=1), 0).sum(axis=1)
    return squares, np.maximum(2.0 * (count - 1), 1.0)
