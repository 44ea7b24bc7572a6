"""What is wrong with a stack: scenes that stand out, steps in time, platforms, rotated scenes.

Each finding comes with a p-value that allows for how many were looked at (Holm 1979), so that what
is called significant does not depend on the number of scenes.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from stackshift.stack.robust import median, natural_spread

# Findings by chance in a stack in which nothing is wrong.
ALPHA = 0.01
# Platforms that differ by chance, and steps that are fitted together with their difference.
LEVEL = 0.05
# A scene that stands out by chance so seldom is left out before levels are compared.
_SURELY = 2e-4
# Scenes on either side of a step.
_SIDE = 3
# Scatter that is less than a tenth of the quoted errors is made up.
_LEAST = 0.01
# What is so much correlated with the platforms cannot be told from them.
_ALIKE = 0.7


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


def outliers(offsets, sigmas) -> np.ndarray:
    """p-value of each scene for lying where the others lie, along one axis.

    A scene's deviation from the mean of the others over the standard error that their scatter
    gives it is Student's t (the deleted residual; Cook & Weisberg 1982, 2.2.2). Up to a quarter of
    the scenes that stand out by this are left out of the mean and of the scatter, one by one, so
    that none hides another (generalised extreme Studentised deviate, Rosner 1983, Technometrics
    25, 165). The quoted errors weight the scenes; how much they scatter is taken from the scenes.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres; NaN for a scene without an offset.

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
    weightings = _weightings(values, sigmas[known])
    # Two axes are looked at.
    found[known] = _p_of_scenes(values, weightings, _clear(values, weightings, ALPHA / 2))
    return found


def _clear(values, weightings, level: float, levels: int = 1) -> np.ndarray:
    """Which values are left once those were left out that stand out, one by one."""
    kept = np.ones(len(values), bool)
    clear = kept
    for _ in range(max(1, len(values) // 4)):
        p = np.where(kept, _p_of_scenes(values, weightings, kept, levels), np.inf)
        worst = int(np.argmin(p))
        alone = p[worst] * kept.sum() < level
        kept = kept.copy()
        kept[worst] = False
        if alone:
            clear = kept
    return clear


def _p_of_scenes(values, weightings, kept, levels: int = 1) -> np.ndarray:
    """p-value of each value for fitting the mean of the others that are kept (Student's t)."""
    free = int(kept.sum()) - levels - kept
    largest = np.zeros(len(values))
    for weights in weightings:
        others = np.where(kept, weights, 0.0)
        total = others.sum()
        square = (values - (others * values).sum() / total) ** 2
        # Over the variance of the residual for a scatter of one; larger for a value left out.
        square /= np.where(kept, 1 / weights - 1 / total, 1 / weights + 1 / total)
        residual = (others * (values - (others * values).sum() / total) ** 2).sum()
        scatter = (residual - np.where(kept, square, 0.0)) / free
        p = 2 * stdtr(free, -np.sqrt(square / np.maximum(scatter, _LEAST)))
        largest = np.maximum(largest, p)
    return largest


def _weightings(deviations, sigmas, levels: int = 1) -> list[np.ndarray]:
    """Relative weights of scenes, in the two ways in which they may differ beyond their errors.

    Either the errors are all larger than quoted by one factor, or the scenes differ by as much
    each, whatever their errors. Few scenes cannot tell which, so that a finding must hold in both.
    """
    # Small errors are the least sure. Without any, scatter that is next to nothing is made up.
    usual = max(float(np.median(sigmas)), 1e-6)
    sigmas = np.maximum(sigmas, 0.75 * usual)
    natural = natural_spread(deviations, sigmas, levels)
    return [1 / sigmas**2, 1 / (sigmas**2 + natural**2)]


def _sound(residuals, sigmas) -> np.ndarray:
    """Which scenes do not clearly stand out of the others, once two levels were taken out."""
    weightings = _weightings(residuals, sigmas, levels=2)
    return _clear(residuals, weightings, _SURELY, levels=2)


def step(offsets, sigmas) -> tuple[int, float, float, float] | None:
    """The likeliest step in a series, along one axis.

    Two levels are fitted before and behind each place, by least absolute deviations; scenes that
    stand out of the best fit are left out. Of the others Student's t of the difference between the
    weighted means, by the scatter about them, is looked at for each place (Worsley 1979, J. Am.
    Stat. Assoc. 74, 365). Neighbouring places say nearly the same: k of them are worth
    14 ln(1 + k / 14) in Bonferroni's correction, which `bench/rates.py` checks by simulation.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres, in the order of time; NaN for a scene without an offset.

    Returns
    -------
    (first scene behind the step, its height and the height's standard error in metres, p-value
    for all places at which it may lie), or None for fewer than six scenes. Positive is a step to
    larger offsets. Three scenes at least lie on either side.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    at = np.flatnonzero(np.isfinite(offsets) & np.isfinite(sigmas))
    if at.size < 2 * _SIDE:
        return None
    residuals = _about_two_levels(offsets[at])
    sound = _sound(residuals, sigmas[at])
    number = np.cumsum(sound)
    cuts = np.arange(_SIDE, at.size - _SIDE + 1)
    cuts = cuts[sound[cuts] & (number[cuts - 1] >= 2) & (number[-1] - number[cuts - 1] >= 2)]
    found = (int(at[_SIDE]), 0.0, math.inf, 0.0 if cuts.size else 1.0)
    for weights in _weightings(residuals[sound], sigmas[at][sound], levels=2) if cuts.size else ():
        before = number[cuts - 1]
        best, height, error = _two_levels(offsets[at][sound], weights, before)
        p = 2 * float(stdtr(number[-1] - 2, -abs(height) / error))
        if p >= found[3]:
            found = int(at[cuts[best]]), height, error, p
    return *found[:3], min(1.0, found[3] * _worth(cuts.size))


def _two_levels(values, weights, before) -> tuple[int, float, float]:
    """The best of the places with so many values before: its number, the step and its error."""
    total, moment = np.cumsum(weights), np.cumsum(weights * values)
    first, second = total[before - 1], total[-1] - total[before - 1]
    heights = (moment[-1] - moment[before - 1]) / second - moment[before - 1] / first
    precision = first * second / total[-1]
    best = int(np.argmax(precision * heights**2))
    squares = float((weights * (values - moment[-1] / total[-1]) ** 2).sum())
    squares -= float(precision[best] * heights[best] ** 2)
    error = math.sqrt(max(squares / (len(values) - 2), _LEAST) / precision[best])
    return best, float(heights[best]), error


def _worth(places: int) -> float:
    """Independent places at which a step is looked for that so many in a row are worth."""
    return max(1.0, 14 * math.log1p(places / 14))


def _about_two_levels(values) -> np.ndarray:
    """Deviations from the medians before and behind the place where they are smallest in sum."""
    count = len(values)
    cuts = np.arange(_SIDE, count - _SIDE + 1)
    before = np.arange(count) < cuts[:, None]
    levels = np.where(before, _medians(values, before), _medians(values, ~before))
    best = int(np.abs(values - levels).sum(axis=1).argmin())
    return values - levels[best]


def _medians(values, members) -> np.ndarray:
    """(rows, 1): median of the values that are members, row by row."""
    ordered = np.sort(np.where(members, values, np.inf), axis=1)
    number = members.sum(axis=1, keepdims=True)
    below = np.take_along_axis(ordered, (number - 1) // 2, axis=1)
    return 0.5 * (below + np.take_along_axis(ordered, number // 2, axis=1))


@dataclass(frozen=True)
class Difference:
    """What the scenes of one platform lie off those of another, along one axis.

    Attributes
    ----------
    metres, sigma : first less second platform, and its standard error by Student's t.
    p : p-value for no difference; None where it cannot be told from a change in time, or where
        fewer than two scenes of a platform agree.
    confounded : whether a change of all scenes in time explains the difference as well.
    compared : scenes of each platform that were compared.
    """

    metres: float
    sigma: float
    p: float | None
    confounded: bool
    compared: tuple[int, int]


def difference(offsets, sigmas, second) -> Difference:
    """Scenes of one platform against those of another that flew at the same time, along one axis.

    Compared is while both flew, and as many scenes before and behind as the platform with fewer
    has. The difference of the weighted means over its standard error by the pooled scatter is
    Student's t. A step in time is fitted together with it if there clearly is one; and a step or a
    trend at which the platforms changed so nearly that the data cannot tell them apart (correlation
    of .7) must not take its significance away, or it has none.

    Parameters
    ----------
    offsets, sigmas : (scenes,) metres, in the order of time.
    second : (scenes,) True for the scenes of the second platform; two at least of each.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    second = np.asarray(second, bool)
    residuals = np.array(offsets)
    for members in (second, ~second):
        residuals[members] -= np.median(offsets[members])
    sound = _sound(residuals, sigmas)
    agree = min((sound & second).sum(), (sound & ~second).sum()) >= 2
    sound |= not agree
    window = sound & _together(second)
    overlap = min((window & second).sum(), (window & ~second).sum()) >= 2
    used = window if overlap else sound
    found = [
        _difference(offsets[used], weights, second[used], overlap)
        for weights in _weightings(residuals[used], sigmas[used], levels=2)
    ]
    result = max(found, key=lambda one: 2.0 if one.p is None else one.p)
    return result if agree else replace(result, p=None)


def _difference(values, weights, second, overlap: bool) -> Difference:
    """The difference for one way to weight the scenes."""
    count = len(values)
    compared = int((~second).sum()), int(second.sum())
    places = np.arange(count)
    changes = np.concatenate([[places], places >= places[2:-1, None]]).astype(float)
    alone, beside = _fitted(values, weights, np.where(second, -1.0, 0.0), changes)
    metres, sigma, p, *_ = alone
    if not overlap:
        return Difference(float(metres), float(sigma), None, True, compared)
    # Of the steps, which are behind the trend, those with three scenes on either side.
    steps = slice(1 + _SIDE - 2, count - _SIDE)
    if count >= 2 * _SIDE:
        clearest = steps.start + int(np.argmin(beside[3][steps]))
        if beside[3][clearest] * _worth(count - 2 * _SIDE + 1) < ALPHA:
            metres, sigma, p = (column[clearest] for column in beside[:3])
    alike = beside[4] > _ALIKE
    p = max(p, beside[2][alike].max(initial=0.0))
    confounded = bool(alike.any() and alone[2] < LEVEL <= p)
    return Difference(
        float(metres), float(sigma), None if confounded else float(p), confounded, compared
    )


def _fitted(values, weights, platform, changes) -> tuple[list, list]:
    """Weighted least squares of a level and a platform's part, alone and beside each change.

    Returns
    -------
    Two lists: the platform's part, its standard error and p-value; and the same by change, with
    the change's own p-value and its correlation with the platform.
    """
    total = weights.sum()
    y, g = (v - (weights * v).sum() / total for v in (values, platform))
    z = changes - (changes * weights).sum(axis=1, keepdims=True) / total
    yy, gg, gy = ((weights * v).sum() for v in (y * y, g * g, g * y))
    zz, gz, zy = ((weights * v).sum(axis=1) for v in (z * z, z * g, z * y))
    correlation = np.abs(gz) / np.sqrt(gg * zz)
    # What is one and the same says nothing of either.
    other = np.maximum(1 - correlation**2, 1e-9)
    free = len(values) - 3
    part, change = (gy - gz * zy / zz) / (gg * other), (zy - gz * gy / gg) / (zz * other)
    scatter = np.maximum((yy - part * gy - change * zy) / max(free, 1), _LEAST)
    errors = np.sqrt(scatter / (gg * other)), np.sqrt(scatter / (zz * other))
    p, p_change = (
        2 * stdtr(free, -np.abs(v / e)) if free > 0 else np.ones(len(changes))
        for v, e in zip((part, change), errors, strict=True)
    )
    error = np.sqrt(max((yy - gy**2 / gg) / (free + 1), _LEAST) / gg)
    alone = [gy / gg, error, 2 * stdtr(free + 1, -abs(gy / gg) / error)]
    return alone, [part, errors[0], p, p_change, correlation]


def _together(second) -> np.ndarray:
    """Scenes while both platforms flew, and some before and behind; none if they did not."""
    ends = [np.flatnonzero(members)[[0, -1]] for members in (second, ~second)]
    first, last = max(ends[0][0], ends[1][0]), min(ends[0][1], ends[1][1])
    if first > last:
        return np.zeros(second.shape, bool)
    reach = min(int(second.sum()), int((~second).sum()))
    places = np.arange(len(second))
    return (places >= first - reach) & (places <= last + reach)


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
