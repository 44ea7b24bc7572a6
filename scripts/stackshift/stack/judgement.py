"""Does a stack meet a requirement, and how sure is that: pass, fail, or undecided."""

import math

import numpy as np
from scipy.special import betaincinv

PASS, FAIL, UNDECIDED = "pass", "fail", "undecided"
_DRAWS = 2000


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

    Parameters
    ----------
    east, north : (scenes,) metres from the centre; NaN for a scene that could not be measured.
    percent : 90 for CE90.
    confidence : of the two-sided interval, by bootstrap over the scenes with a fixed seed.
    """
    radius = np.hypot(east, north)
    radius = radius[np.isfinite(radius)]
    if radius.size < 2:
        return {"metres": None, "low": None, "high": None}
    random = np.random.default_rng(20260101)
    draws = random.choice(radius, (_DRAWS, radius.size))
    tail = 50 * (1 - confidence)
    low, high = np.percentile(np.percentile(draws, percent, axis=1), [tail, 100 - tail])
    return {
        "metres": float(np.percentile(radius, percent)),
        "low": float(low),
        "high": float(high),
    }


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
