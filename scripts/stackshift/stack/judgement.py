"""Does a stack meet a requirement, and how sure is that: pass, fail, or undecided."""

import math

import numpy as np
from scipy.special import bdtr, betaincinv

PASS, FAIL, UNDECIDED = "pass", "fail", "undecided"


def proportion(successes: int, trials: int, confidence: float, upper: bool) -> float:
    """One-sided confidence limit of a proportion (Clopper & Pearson 1934)."""
    if upper:
        if successes >= trials:
            return 1.0
        return float(betaincinv(successes + 1, trials - successes, confidence))
    if successes <= 0:
        return 0.0
    return float(betaincinv(successes, trials - successes + 1, 1 - confidence))


def judge(distances, sigmas, requirement: dict) -> dict:
    """The verdict on one figure a scene: its distance from where it should lie.

    Parameters
    ----------
    distances : (scenes,) metres, not negative; NaN for a scene that could not be measured.
    sigmas : (scenes,) standard errors, metres.
    requirement : ``metres``, ``share`` of the scenes that must be within it, and ``confidence``.

    Returns
    -------
    ``verdict``; ``within`` and ``scenes``, counts; ``share`` and its limits ``share_low`` and
    ``share_high``. A scene only counts for the lower limit if it is within the requirement by its
    error bar too, and against the upper one if it is outside by it; a scene that could not be
    measured counts as outside for the lower and as within for the upper limit. ``pass`` needs the
    lower limit at the required share, ``fail`` the upper one below it; all else is ``undecided``.
    """
    distances, sigmas = np.asarray(distances, float), np.asarray(sigmas, float)
    confidence, limit = requirement["confidence"], requirement["metres"]
    known = np.isfinite(distances)
    margin = _quantile(confidence) * sigmas[known]
    surely_within = int((distances[known] + margin <= limit).sum())
    surely_outside = int((distances[known] - margin > limit).sum())
    total = len(distances)
    low = proportion(surely_within, total, confidence, upper=False) if total else 0.0
    high = proportion(total - surely_outside, total, confidence, upper=True) if total else 1.0
    if low >= requirement["share"]:
        verdict = PASS
    elif high < requirement["share"]:
        verdict = FAIL
    else:
        verdict = UNDECIDED
    within = int((distances[known] <= limit).sum())
    return {
        "verdict": verdict,
        "within": within,
        "measured": int(known.sum()),
        "scenes": total,
        "share": within / int(known.sum()) if known.any() else None,
        "share_low": low,
        "share_high": high,
    }


def circular_error(east, north, percent: float, confidence: float) -> dict:
    """Radius that holds a percentage of the scenes (CE90, CE95), metres, with its interval.

    The limits are two of the scenes' own radii in order of size: how many of n scenes lie within
    the true radius is binomial, whatever the distribution of the radii (David & Nagaraja 2003,
    Order Statistics, 7.1). Where even the largest radius of all lies too often within the true
    one, as in fewer than 22 scenes for CE90 at 90 %, there is no upper limit.

    Parameters
    ----------
    east, north : (scenes,) metres from the centre; NaN for a scene that could not be measured.
    percent : 90 for CE90.
    confidence : of the two-sided interval, at the least; of the lower limit alone where there is
        no upper one.

    Returns
    -------
    ``metres``, the percentile of the radii, and its limits ``low`` and ``high``, None for what is
    not known; ``scenes`` that were measured, ``scenes_needed`` for an upper limit (None if no
    number is enough), and ``note``, which says so in words where there is no upper limit.
    """
    radius = np.hypot(east, north)
    radius = np.sort(radius[np.isfinite(radius)])
    count, share = radius.size, percent / 100
    needed = scenes_needed(share, confidence)
    found = {"metres": None, "low": None, "high": None, "scenes": count, "scenes_needed": needed}
    if count < 2:
        return found | {"note": f"not known: {count} of at least 2 scenes measured"}
    lower, upper = _ranks(count, share, confidence)
    enough = "no number of scenes is enough" if needed is None else f"{needed} scenes needed"
    return found | {
        "metres": float(np.percentile(radius, percent)),
        "low": float(radius[lower - 1]) if lower else 0.0,
        "high": None if upper is None else float(radius[upper - 1]),
        "note": f"no upper limit: {enough}, {count} measured" if upper is None else None,
    }


def scenes_needed(share: float, confidence: float) -> int | None:
    """The fewest values of which the largest is an upper limit of a quantile; None if none is.

    The largest of n lies beyond the quantile of ``share`` with probability 1 - share^n.
    """
    if not 0 < share < 1 or confidence >= 1:
        return None if share > 0 else 1
    needed = max(1, math.ceil(math.log1p(-confidence) / math.log(share) - 1e-9))
    return needed if _within(needed - 1, needed, share) >= confidence else needed + 1


def _ranks(count: int, share: float, confidence: float) -> tuple[int, int | None]:
    """Ranks from 1 of the values that are limits of a quantile; 0 for none below, None above.

    Of all intervals that hold the quantile often enough it is the one with the fewest values, and
    of those the one whose two tails differ least.
    """
    below = np.array([_within(rank - 1, count, share) for rank in range(count + 1)])
    above = 1 - below
    # The quantile lies below the value of rank r with probability below[r], that of fewer than r
    # values within it, and not below it with above[r].
    best: tuple[int, float, int, int] | None = None
    for upper in range(1, count + 1):
        fits = np.flatnonzero(below[upper] - below[: upper + 1] >= confidence - 1e-12)
        if fits.size:
            lower = int(fits[-1])
            tails = abs(float(above[upper] - below[lower]))
            best = min(best or (count + 1, 0.0, 0, 0), (upper - lower, tails, lower, upper))
    if best is not None:
        return best[2], best[3]
    return int(np.flatnonzero(above >= confidence - 1e-12)[-1]), None


def _within(most: int, count: int, share: float) -> float:
    """Probability of at most so many successes in ``count`` trials: the binomial distribution."""
    return float(bdtr(most, count, share)) if most >= 0 else 0.0


def radial(east, north, sigma_east, sigma_north) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each scene from the centre and its standard error along that direction."""
    east, north = np.asarray(east, float), np.asarray(north, float)
    distance = np.hypot(east, north)
    safe = np.where(distance > 0, distance, 1.0)
    sigma = np.hypot(east / safe * sigma_east, north / safe * sigma_north)
    return distance, np.where(distance > 0, sigma, np.hypot(sigma_east, sigma_north))


def _quantile(confidence: float) -> float:
    """Standard normal quantile, by bisection on the error function."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if 0.5 * math.erfc(-middle / math.sqrt(2)) < confidence:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
