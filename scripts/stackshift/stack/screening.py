"""What is wrong with a stack: scenes that stand out, steps in time, platforms, rotated scenes.

Each finding comes with a p-value that allows for how many were looked at (Holm 1979), so that what
is called significant does not depend on the number of scenes.
"""

import math

import numpy as np
from scipy.special import stdtr

from stackshift.stack.robust import nmad, weighted_huber

# Findings by chance in a stack in which nothing is wrong.
ALPHA = 0.01


def two_sided(z) -> np.ndarray:
    """Probability of a normal deviate beyond +-z."""
    return np.array([math.erfc(abs(v) / math.sqrt(2)) for v in np.ravel(z)])


def holm(p) -> np.ndarray:
    """p-values adjusted for their number (Holm 1979, Scand. J. Stat. 6, 65); NaN stays."""
    p = np.asarray(p, float)
    order = np.argsort(np.where(np.isnan(p), np.inf, p))
    known = int((~np.isnan(p)).sum())
    adjusted = np.full(p.shape, np.nan)
    largest = 0.0
    for rank, i in enumerate(order[:known]):
        largest = max(largest, min(1.0, (known - rank) * p[i]))
        adjusted[i] = largest
    return adjusted


def spread_beyond_errors(values, sigmas) -> float:
    """Scatter of values beyond their standard errors: what the scenes really differ by, robust."""
    values, sigmas = np.asarray(values, float), np.asarray(sigmas, float)
    return math.sqrt(max(nmad(values) ** 2 - float(np.median(sigmas**2)), 0.0))


def outliers(offsets, sigmas) -> np.ndarray:
    """p-value of each scene for lying where the bulk of the stack lies, along one axis.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres; NaN for a scene without an offset.

    Returns
    -------
    (scenes,) unadjusted p-values; NaN without an offset or with fewer than four scenes.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    found = np.full(offsets.shape, np.nan)
    known = np.isfinite(offsets)
    if known.sum() < 4:
        return found
    centre = np.median(offsets[known])
    natural = spread_beyond_errors(offsets[known], sigmas[known])
    z = (offsets[known] - centre) / np.hypot(sigmas[known], natural)
    # Student's t, as the scatter is taken from the few scenes themselves.
    found[known] = 2 * stdtr(known.sum() - 2, -np.abs(z))
    return found


def step(offsets, sigmas) -> tuple[int, float, float, float] | None:
    """The likeliest step in a series, along one axis.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres, in the order of time.

    Returns
    -------
    (first scene behind the step, its height and the height's standard error in metres, p-value
    for all places at which it may lie), or None for fewer than six scenes.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    at = np.flatnonzero(np.isfinite(offsets))
    if len(at) < 6:
        return None
    best = (0, 0.0, 0.0, np.inf)
    for cut in range(3, len(at) - 2):
        height, error = difference(
            offsets[at[cut:]], sigmas[at[cut:]], offsets[at[:cut]], sigmas[at[:cut]]
        )
        p = float(two_sided(height / error)[0])
        if p < best[3]:
            best = int(at[cut]), height, error, p
    places = len(at) - 5
    return best[0], best[1], best[2], min(1.0, best[3] * places)


def difference(first, first_sigmas, second, second_sigmas) -> tuple[float, float]:
    """Robust mean of the first group less that of the second, and its standard error, metres."""
    (a, a_error), (b, b_error) = (
        _centre(first, first_sigmas),
        _centre(second, second_sigmas),
    )
    return a - b, math.hypot(a_error, b_error)


def _centre(values, sigmas) -> tuple[float, float]:
    """Robust mean; scenes count alike once they differ by more than their errors."""
    values, sigmas = np.asarray(values, float), np.asarray(sigmas, float)
    natural = spread_beyond_errors(values, sigmas) if len(values) > 2 else 0.0
    return weighted_huber(values, np.hypot(sigmas, natural))


def plane(x, y, east, north, sigma_east, sigma_north) -> dict[str, float] | None:
    """Rotation and scale of a scene out of its tiles' offsets (Helmert transformation).

    Parameters
    ----------
    x, y : (tiles,) where the tiles lie, metres east and north of any origin.
    east, north, sigma_east, sigma_north : (tiles,) offsets and standard errors, metres.

    Returns
    -------
    ``rotation`` in microradians, positive counter-clockwise, ``scale`` in parts per million,
    positive where the scene is stretched, each with ``_sigma`` and ``_p``; ``edge`` in metres, the
    largest displacement that both together make at a tile. None for fewer than four tiles.
    """
    x, y = np.asarray(x, float) - np.mean(x), np.asarray(y, float) - np.mean(y)
    count = len(x)
    if count < 4:
        return None
    # A rotation by r moves a point by (-r y, r x), a scale s by (s x, s y).
    zero, one = np.zeros(count), np.ones(count)
    design = np.block([[one[:, None], zero[:, None], -y[:, None], x[:, None]],
                       [zero[:, None], one[:, None], x[:, None], y[:, None]]])  # fmt: skip
    values = np.concatenate([east, north])
    sigmas = np.concatenate([sigma_east, sigma_north])
    weight = np.ones(2 * count)
    for _ in range(30):
        normal = design.T * (weight / sigmas**2) @ design
        inverse = np.linalg.inv(normal)
        solution = inverse @ (design.T @ (weight * values / sigmas**2))
        residual = np.abs(values - design @ solution) / sigmas
        widen = max(1.0, 1.4826 * float(np.median(residual)))
        weight = np.minimum(1, 1.5 * widen / np.maximum(residual, 1e-12))
    errors = widen * np.sqrt(np.diag(inverse))
    rotation, scale = solution[2:]
    result = {}
    for name, value, error in (("rotation", rotation, errors[2]), ("scale", scale, errors[3])):
        result[name] = 1e6 * float(value)
        result[f"{name}_sigma"] = 1e6 * float(error)
        result[f"{name}_p"] = float(two_sided(value / error)[0])
    result["edge"] = float(np.hypot(rotation, scale) * np.hypot(x, y).max())
    return result
