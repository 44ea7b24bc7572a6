"""The radius that holds a percentage of scenes, pairs or tiles: CE90, CE95, CE50."""

import math

import numpy as np

from stackshift.stack.judgement import radial


def holding(radii, percent: float, sigmas=None) -> tuple[float | None, float | None]:
    """The smallest of some radii within which at least a percentage of all of them lie.

    It is one of them, that of rank ceil(share n), and no value between two: between the last of
    the good ones and an outlier there is nothing, and a value there would hold fewer than it says.

    Parameters
    ----------
    radii : metres, not negative; NaN for what was not measured, which does not count.
    percent : above 0, at most 100.
    sigmas : standard errors of the radii, metres.

    Returns
    -------
    (radius, its standard error): None for what is not known.
    """
    radii = np.asarray(radii, float)
    order = np.argsort(radii)[: np.isfinite(radii).sum()]
    if not order.size:
        return None, None
    at = order[max(math.ceil(percent / 100 * order.size - 1e-9), 1) - 1]
    sigma = np.nan if sigmas is None else float(np.asarray(sigmas, float)[at])
    return float(radii[at]), sigma if math.isfinite(sigma) else None


def circular_error(
    east, north, percent: float, confidence: float, sigmas=None, design: float = 1.0
) -> dict:
    """Radius that holds a percentage of the scenes (CE90, CE95), metres, with its interval.

    The limits are two of the scenes' own radii in order of size: how many of n scenes lie within
    the true radius is binomial, whatever the distribution of the radii (David & Nagaraja 2003,
    Order Statistics, 7.1). Where even the largest radius of all lies too often within the true
    one, as in fewer than 22 scenes for CE90 at 90 %, there is no upper limit. Errors of the
    measurement make radii larger: the lower limit is drawn in to what lies beyond them.

    Parameters
    ----------
    east, north : (scenes,) metres from the centre; NaN for a scene that could not be measured.
    percent : 90 for CE90.
    confidence : of the two-sided interval, at the least; of the lower limit alone where there is
        no upper one.
    sigmas : standard errors of (east, north), metres.
    design : how many of these scenes say as much as an independent one, at least 1: as many more
        are needed, and counts are divided by it (Korn & Graubard 1998, as `judgement.judge` does).

    Returns
    -------
    ``metres``, within which at least that many of these scenes lie (`holding`), the standard error
    ``sigma`` of the scene that lies there, and the limits ``low`` and ``high`` of the radius of
    such scenes in general, None for what is not known; ``scenes`` that were measured,
    ``scenes_needed`` for an upper limit (None if no number is enough), and ``note``, which says so
    in words where there is no upper limit.
    """
    each = sigmas if sigmas is not None else (np.nan, np.nan)
    radii, errors = radial(east, north, *each)
    radius = np.sort(radii[np.isfinite(radii)])
    count, share = radius.size, percent / 100
    needed = scenes_needed(share, confidence)
    needed = None if needed is None else math.ceil(needed * design - 1e-9)
    found: dict = dict.fromkeys(("metres", "sigma", "low", "high"))
    found |= {"scenes": count, "scenes_needed": needed}
    if count < 2:
        return found | {"note": f"not known: {count} of at least 2 scenes measured"}
    lower, upper = _ranks(count, share, confidence, design)
    low = float(radius[lower - 1]) if lower else 0.0
    low *= _beyond(radii, np.hypot(*each), confidence)
    metres, sigma = holding(radii, percent, errors)
    enough = "no number of scenes is enough" if needed is None else f"{needed} scenes needed"
    return found | {
        "metres": metres,
        "sigma": sigma,
        "low": low,
        "high": None if upper is None else float(radius[upper - 1]),
        "note": f"no upper limit: {enough}, {count} measured" if upper is None else None,
    }


def _beyond(radii, errors, confidence: float) -> float:
    """Share of radii, 0 to 1, that their errors do not explain, at the least.

    Squares of radii that are nothing but errors are exponentially distributed in units of the
    errors': their median is below a quantile of the order statistics of the exponential.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(radii, float) ** 2 / np.asarray(errors, float) ** 2
    ratio = np.sort(ratio[np.isfinite(ratio)])
    if not ratio.size:
        return 1.0
    # Imported here, as figures ask for `holding` alone.
    from scipy.special import betaincinv

    rank = (ratio.size + 1) // 2
    most = -np.log1p(-betaincinv(rank, ratio.size - rank + 1, confidence))
    return float(np.sqrt(max(1 - most / max(ratio[rank - 1], 1e-12), 0.0)))


def scenes_needed(share: float, confidence: float) -> int | None:
    """The fewest values of which the largest is an upper limit of a quantile; None if none is.

    The largest of n lies beyond the quantile of ``share`` with probability 1 - share^n.
    """
    if not 0 < share < 1 or confidence >= 1:
        return None if share > 0 else 1
    needed = max(1, math.ceil(math.log1p(-confidence) / math.log(share) - 1e-9))
    return needed if _within(needed - 1, needed, share) >= confidence else needed + 1


def _ranks(
    count: int, share: float, confidence: float, design: float = 1.0
) -> tuple[int, int | None]:
    """Ranks from 1 of the values that are limits of a quantile; 0 for none below, None above.

    Of all intervals that hold the quantile often enough it is the one with the fewest values, and
    of those the one whose two tails differ least.
    """
    # The quantile lies below the value of rank r with probability below[r], that of fewer than r
    # values within it, and not below it with above[r]; of fewer independent ones both are limits.
    below, above = _beside(count, share, design)
    best: tuple[int, float, int, int] | None = None
    for upper in range(1, count + 1):
        fits = np.flatnonzero(below[upper] + above[: upper + 1] - 1 >= confidence - 1e-12)
        if fits.size:
            lower = int(fits[-1])
            tails = abs(float((1 - below[upper]) - (1 - above[lower])))
            best = min(best or (count + 1, 0.0, 0, 0), (upper - lower, tails, lower, upper))
    if best is not None:
        return best[2], best[3]
    return int(np.flatnonzero(above >= confidence - 1e-12)[-1]), None


def _beside(count: int, share: float, design: float) -> tuple[np.ndarray, np.ndarray]:
    """(ranks 0 to count,) probability that the quantile is below, and not below, that value.

    With a design effect counts are fractions, and the binomial distribution is the beta one.
    """
    if design <= 1:
        below = np.array([_within(rank - 1, count, share) for rank in range(count + 1)])
        return below, 1 - below
    # Imported here, as figures ask for `holding` alone.
    from scipy.special import betainc

    rank = np.arange(1, count + 1)
    below = 1 - betainc(rank / design, (count - rank) / design + 1, share)
    above = betainc((rank - 1) / design + 1, (count - rank + 1) / design, share)
    return np.append(0.0, below), np.append(1.0, above)


def _within(most: int, count: int, share: float) -> float:
    """Probability of at most so many successes in ``count`` trials: the binomial distribution."""
    # Imported here, as figures ask for `holding` alone.
    from scipy.special import bdtr

    return float(bdtr(most, count, share)) if most >= 0 else 0.0
