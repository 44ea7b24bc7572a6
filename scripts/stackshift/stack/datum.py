"""What offsets are relative to, the stack's median or one scene, and the errors of that.

Each scene comes with an error of its own, independent of the others'. A difference has the error of
both ends, and the median is one of the scenes, or the middle of two: which of them depends on the
errors too, so that its own error has no simple form.
"""

import numpy as np

from stackshift.stack.robust import natural_spread

_DRAWS = 500


def from_median(offsets, sigmas) -> tuple[np.ndarray, np.ndarray]:
    """Offsets relative to the median of the stack, and their standard errors, along one axis.

    The error of a difference is that of the scene less that of the median. Both are drawn together
    (parametric bootstrap, Efron & Tibshirani 1993, 6.5; fixed seed): about the offsets, drawn in to
    the spread that they have beyond their errors, as errors have already spread them once. So the
    median's error is 1.25 sigma / sqrt(n) of scenes that lie alike, and that of the middle scene of
    scenes that lie far apart, whose own difference then is 0 without an error.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres, standard errors independent of each other; NaN for a scene
        without an offset.

    Returns
    -------
    (scenes,) offsets and standard errors, metres; NaN for a scene without an offset.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    moved, errors = np.full(offsets.shape, np.nan), np.full(offsets.shape, np.nan)
    known = np.isfinite(offsets) & np.isfinite(sigmas)
    if not known.any():
        return moved, errors
    values, own = offsets[known], sigmas[known]
    middle = float(np.median(values))
    spread = natural_spread(values - middle, own)
    total = np.hypot(own, spread)
    inwards = np.divide(spread, total, out=np.ones_like(total), where=total > 0)
    likely = middle + inwards * (values - middle)
    half = np.random.default_rng(20260101).normal(size=(_DRAWS, len(own))) * own
    drawn = np.concatenate([half, -half])
    median = np.median(likely + drawn, axis=1) - np.median(likely)
    moved[known] = values - middle
    errors[known] = np.sqrt(((drawn - median[:, None]) ** 2).mean(axis=0))
    return moved, errors


def from_outside(offsets, sigmas, common: float) -> tuple[np.ndarray, np.ndarray]:
    """Offsets from something that is none of the scenes, and their standard errors, along one axis.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres, each scene's own; NaN for a scene without an offset.
    common : what of the errors all scenes share, as they are matched with the same; see
        `series.common`. No more scenes make it smaller, so that no error is.

    Returns
    -------
    (scenes,) the same offsets, and standard errors of at least ``common``.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    return offsets, np.maximum(sigmas, common)


def from_scene(offsets, sigmas, reference: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets relative to one scene, and their standard errors, along one axis.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres, standard errors independent of each other; NaN for a scene
        without an offset.
    reference : number of the scene, which then has offset 0 without an error.

    Returns
    -------
    (scenes,) offsets and standard errors sqrt(sigma^2 + sigma_reference^2), metres; all NaN if the
    reference has no offset.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    moved = offsets - offsets[reference]
    errors = np.hypot(sigmas, sigmas[reference])
    errors[reference] = 0.0 * errors[reference]
    return moved, np.where(np.isfinite(moved), errors, np.nan)
