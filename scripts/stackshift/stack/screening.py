"""What is wrong with scenes: those that stand out, that are rotated or stretched.

Each finding comes with a p-value that allows for how many were looked at (Holm 1979), so that what
is called significant does not depend on the number of scenes.
"""

import math

import numpy as np
from scipy.special import stdtr

from stackshift.stack.robust import median, natural_spread

# Findings by chance in a stack in which nothing is wrong.
ALPHA = 0.01
# A scene that stands out by chance so seldom is left out before levels are compared.
_SURELY = 2e-4
# Scatter that is less than a tenth of the quoted errors is made up.
LEAST = 0.01
# Scenes that were moved by what was measured of them, and measured again out of the same speckle,
# scatter by next to nothing beside those that were not: their errors are as they were.
AS_QUOTED = 1.0


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


def outliers(offsets, sigmas, least: float = LEAST) -> np.ndarray:
    """p-value of each scene for lying where the others lie, along one axis.

    A scene's deviation from the mean of the others over the standard error that their scatter
    gives it is Student's t (the deleted residual; Cook & Weisberg 1982, 2.2.2). Up to a quarter of
    the scenes that stand out by this are left out of the mean and of the scatter, one by one, so
    that none hides another (generalised extreme Studentised deviate, Rosner 1983, Technometrics
    25, 165). The quoted errors weight the scenes; how much they scatter is taken from the scenes.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres; NaN for a scene without an offset.
    least : the smallest variance that is believed of the scenes' scatter, in that of their errors.

    Returns
    -------
    (scenes,) unadjusted p-values; NaN without an offset or with fewer than four scenes.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    found = np.full(offsets.shape, np.nan)
    known = np.flatnonzero(np.isfinite(offsets) & np.isfinite(sigmas))
    if known.size < 4:
        return found
    values = offsets[known] - np.median(offsets[known])
    ways = weightings(values, sigmas[known])
    # Two axes are looked at.
    found[known] = _p_of_scenes(
        values, ways, _clear(values, ways, ALPHA / 2, least=least), least=least
    )
    return found


def _clear(values, ways, level: float, levels: int = 1, least: float = LEAST) -> np.ndarray:
    """Which values are left once those were left out that stand out, one by one."""
    kept = np.ones(len(values), bool)
    clear = kept
    for _ in range(max(1, len(values) // 4)):
        p = np.where(kept, _p_of_scenes(values, ways, kept, levels, least), np.inf)
        worst = int(np.argmin(p))
        alone = p[worst] * kept.sum() < level
        kept = kept.copy()
        kept[worst] = False
        if alone:
            clear = kept
    return clear


def _p_of_scenes(values, ways, kept, levels: int = 1, least: float = LEAST) -> np.ndarray:
    """p-value of each value for fitting the mean of the others that are kept (Student's t)."""
    free = int(kept.sum()) - levels - kept
    largest = np.zeros(len(values))
    for weights in ways:
        others = np.where(kept, weights, 0.0)
        total = others.sum()
        square = (values - (others * values).sum() / total) ** 2
        # Over the variance of the residual for a scatter of one; larger for a value left out.
        square /= np.where(kept, 1 / weights - 1 / total, 1 / weights + 1 / total)
        residual = (others * (values - (others * values).sum() / total) ** 2).sum()
        scatter = (residual - np.where(kept, square, 0.0)) / free
        p = 2 * stdtr(free, -np.sqrt(square / np.maximum(scatter, least)))
        largest = np.maximum(largest, p)
    return largest


def weightings(deviations, sigmas, levels: int = 1) -> list[np.ndarray]:
    """Relative weights of scenes, in the two ways in which they may differ beyond their errors.

    Either the errors are all larger than quoted by one factor, or the scenes differ by as much
    each, whatever their errors. Few scenes cannot tell which, so that a finding must hold in both.
    """
    # Small errors are the least sure. Without any, scatter that is next to nothing is made up.
    usual = max(float(np.median(sigmas)), 1e-6)
    sigmas = np.maximum(sigmas, 0.75 * usual)
    natural = natural_spread(deviations, sigmas, levels)
    return [1 / sigmas**2, 1 / (sigmas**2 + natural**2)]


def sound(residuals, sigmas, least: float = LEAST) -> np.ndarray:
    """Which scenes do not clearly stand out of the others, once two levels were taken out."""
    return _clear(residuals, weightings(residuals, sigmas, levels=2), _SURELY, 2, least)


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
    precision = 1 / sigmas**2
    for _ in range(30):
        weighted = design.T * (weight * precision)
        inverse = np.linalg.inv(weighted @ design)
        solution = inverse @ (weighted @ values)
        residual = np.abs(values - design @ solution) / sigmas
        widen = max(1.0, 1.4826 * median(residual))
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


def displaced(places: np.ndarray, rotation: float, scale: float) -> np.ndarray:
    """What a rotation in microradians and a scale in ppm do at places: (places, 2), both metres.

    It is that about the origin, which differs from that about the middle by one displacement.
    """
    turn = 1e-6 * np.array([[scale, rotation], [-rotation, scale]])
    return places @ turn
