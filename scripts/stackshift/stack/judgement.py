"""Do products meet a requirement, these and in general, and how sure is that."""

import math
from collections.abc import Callable

import numpy as np

PASS, FAIL, UNDECIDED = "pass", "fail", "undecided"
# On the products at hand.
MET, NOT_MET, UNKNOWN = "met", "not met", "cannot be said"
# Why a verdict is undecided.
TOO_FEW, ERROR_BARS, UNMEASURED = "too few", "error bars", "unmeasured"


def proportion(successes: float, trials: float, confidence: float, upper: bool) -> float:
    """One-sided confidence limit of a proportion (Clopper & Pearson 1934), of fractions too."""
    # Imported here, as figures judge nothing.
    from scipy.special import betaincinv

    if upper:
        if successes >= trials:
            return 1.0
        return float(betaincinv(successes + 1, trials - successes, confidence))
    if successes <= 0:
        return 0.0
    return float(betaincinv(successes, trials - successes + 1, 1 - confidence))


# Of a number of scenes: how many products they make, and how many of these are independent.
Growth = Callable[[int], tuple[int, float]]


def alone(count: int) -> tuple[int, float]:
    """Products that are independent of each other, as scenes are."""
    return count, count


def alike(design: float) -> Growth:
    """Scenes of which so many say as much as an independent one."""
    return lambda count: (count, count / design)


def judge(
    distances,
    sigmas,
    requirement: dict,
    design: float = 1.0,
    limits: np.ndarray | None = None,
    growth: Growth = alone,
) -> dict:
    """Two answers on one figure a product: are these within the requirement, and are such products?

    Parameters
    ----------
    distances : (products,) metres from where a product should lie, not negative, or (axes,
        products) where it has to be within the requirement along each axis; NaN for a product that
        could not be measured.
    sigmas : standard errors of the same shape, metres.
    requirement : ``metres``, ``share`` of the products that must be within it, ``confidence``.
    design : how many of these products say as much as one that is independent of all others, at
        least 1: the design effect of surveys (Korn & Graubard 1998, Survey Methodology 24, 193).
    limits : (axes, 1) metres along each axis, in place of those of the requirement.
    growth : how the products and the independent ones among them grow with the scenes.

    Returns
    -------
    ``these``, the answer on these products: ``met`` or ``not met`` whatever the truth is of those
    whose error bars reach over the limit or that could not be measured, else ``cannot be said``.

    ``verdict``, the answer on such products in general, with the limits ``share_low`` and
    ``share_high`` of the share that is within. A product only counts for the lower limit if it is
    within by its error bar too, and against the upper one if it is outside by it; one that could
    not be measured counts as outside for the lower and as within for the upper limit. ``pass``
    needs the lower limit at the required share, ``fail`` the upper one below it; all else is
    ``undecided``, and ``causes`` says why: TOO_FEW, ERROR_BARS, UNMEASURED. ``needed`` is how many
    products pass without a miss, ``needed_now`` with the misses that there are (None: no number).

    Counts: ``within`` by the distance alone, ``measured``, ``scenes`` (all products), of which
    ``effective`` is how many independent ones they count for,
    ``sure_within`` and ``sure_outside`` by the error bar, and the ``share`` of the measured.
    """
    distances, sigmas = np.atleast_2d(np.asarray(distances, float), np.asarray(sigmas, float))
    share, confidence = requirement["share"], requirement["confidence"]
    limit = requirement["metres"] if limits is None else limits
    known = np.isfinite(distances).all(axis=0)
    distances, margin = distances[:, known], quantile(confidence) * sigmas[:, known]
    total, measured = len(known), int(known.sum())
    sure = int((distances + margin <= limit).all(axis=0).sum())
    outside = int((distances - margin > limit).any(axis=0).sum())
    within = int((distances <= limit).all(axis=0).sum())
    verdict, low, high = _general(sure, outside, total, requirement, design)
    return {
        "verdict": verdict,
        "these": answer(sure, outside, total, share),
        "within": within,
        "measured": measured,
        "scenes": total,
        "sure_within": sure,
        "sure_outside": outside,
        "effective": total / design,
        "share": within / measured if measured else None,
        "share_low": low,
        "share_high": high,
        "needed": products_needed(0, share, confidence, growth),
        "needed_now": products_needed(measured - within, share, confidence, growth),
        "causes": []
        if verdict != UNDECIDED
        else _causes(sure, outside, measured, total, requirement, design),
    }


def together(verdicts: list[str]) -> str:
    """One verdict out of several: ``fail`` if one fails, ``pass`` if all pass, else undecided."""
    if FAIL in verdicts:
        return FAIL
    return PASS if verdicts and set(verdicts) == {PASS} else UNDECIDED


def products_needed(
    misses: int, share: float, confidence: float, growth: Growth = alone
) -> int | None:
    """The fewest products that pass with so many misses among them; None if no number does.

    Scenes are added one by one, with the products that they make, until the verdict is met.
    """
    if share >= 1:
        return None

    def passes(scenes: int) -> bool:
        count, independent = growth(scenes)
        if count <= misses:
            return False
        within = (count - misses) * independent / count
        return proportion(within, independent, confidence, upper=False) >= share

    most = misses + 1
    while not passes(most):
        most *= 2
    fewest = 0
    while most - fewest > 1:
        middle = (fewest + most) // 2
        fewest, most = (fewest, middle) if passes(middle) else (middle, most)
    return growth(most)[0]


def answer(within: int, outside: int, total: int, share: float) -> str:
    """What can be said of products of which so many are surely within and surely outside."""
    asked = share * total - 1e-9
    if not total or within < asked <= total - outside:
        return UNKNOWN
    return MET if within >= asked else NOT_MET


def _general(within, outside, total, requirement, design) -> tuple[str, float, float]:
    """The verdict on products in general, and the limits of their share that is within."""
    count, confidence = total / design, requirement["confidence"]
    low = proportion(within / design, count, confidence, upper=False) if total else 0.0
    high = proportion((total - outside) / design, count, confidence, upper=True) if total else 1.0
    if low >= requirement["share"]:
        return PASS, low, high
    return (FAIL if high < requirement["share"] else UNDECIDED), low, high


def _causes(within, outside, measured, total, requirement, design) -> list[str]:
    """Why it is undecided: what would decide it, one way or the other, if it were known."""
    unsure, unmeasured = measured - within - outside, total - measured
    for open_, causes in (
        (unsure, [ERROR_BARS]),
        (unmeasured, [UNMEASURED]),
        (unsure + unmeasured, [ERROR_BARS, UNMEASURED]),
    ):
        for inside, beyond in ((within + open_, outside), (within, outside + open_)):
            if _general(inside, beyond, total, requirement, design)[0] != UNDECIDED:
                return causes
    return [TOO_FEW]


def radial(east, north, sigma_east, sigma_north) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each scene from the centre and its standard error along that direction."""
    east, north = np.asarray(east, float), np.asarray(north, float)
    distance = np.hypot(east, north)
    safe = np.where(distance > 0, distance, 1.0)
    sigma = np.hypot(east / safe * sigma_east, north / safe * sigma_north)
    return distance, np.where(distance > 0, sigma, np.hypot(sigma_east, sigma_north))


def quantile(confidence: float) -> float:
    """Standard normal quantile, by bisection on the error function."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if 0.5 * math.erfc(-middle / math.sqrt(2)) < confidence:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
