"""One verdict over the products of several sites, whose products are not independent."""

import numpy as np
from scipy.special import stdtrit

from stackshift.stack import judgement

# With fewer sites nothing tells how much they differ, so that no verdict on products in general is
# given: if three sites are all well, so are at least 46 % of all sites, with 90 % confidence. With
# four to six that differ much (intraclass correlation .3 to .6) a share at the limit still passes
# in 14 to 24 % instead of 10 %.
LEAST_SITES = 4
TOO_FEW_SITES = "too few sites"


def pooled(criteria: list[dict], requirement: dict) -> dict:
    """The two answers over the products of all sites.

    Whether products of one site lie within the requirement goes together (its ground, its orbit,
    its DEM). The limits are those of Clopper and Pearson with as many products as say the same if
    they were independent (Korn & Graubard 1998, Survey Methodology 24, 193): their number over the
    design effect, which is the variance of the share between sites over that of independent
    products, and that times the square of the ratio of Student's quantiles, as a few sites tell
    that variance badly.

    Parameters
    ----------
    criteria : what `judgement.judge` found at each site.
    requirement : as for `judgement.judge`.

    Returns
    -------
    The keys of `judgement.judge` that make sense here, and ``sites``, ``effective`` (number of
    independent products that the lower limit rests on). With fewer than LEAST_SITES sites with
    products the ``verdict`` is undecided.
    """
    criteria = [found for found in criteria if found["scenes"]]
    count = np.array([found["scenes"] for found in criteria], float)
    sure, outside, within, measured = (
        np.array([found[key] for found in criteria], float)
        for key in ("sure_within", "sure_outside", "within", "measured")
    )
    total, sites = int(count.sum()), len(criteria)
    share, confidence = requirement["share"], requirement["confidence"]
    low, high, effective = 0.0, 1.0, 0.0
    if sites > 1:
        effective = _independent(sure, count, confidence)
        low = _limit(sure, count, effective, confidence, upper=False)
        possible = count - outside
        high = _limit(
            possible, count, _independent(possible, count, confidence), confidence, upper=True
        )
    decided = judgement.PASS if low >= share else judgement.FAIL if high < share else None
    verdict = decided if decided and sites >= LEAST_SITES else judgement.UNDECIDED
    return {
        "verdict": verdict,
        "these": judgement.answer(int(sure.sum()), int(outside.sum()), total, share),
        "within": int(within.sum()),
        "measured": int(measured.sum()),
        "scenes": total,
        "sure_within": int(sure.sum()),
        "sure_outside": int(outside.sum()),
        "sites": sites,
        "effective": effective,
        "share": float(within.sum() / measured.sum()) if measured.any() else None,
        "share_low": low,
        "share_high": high,
        "causes": []
        if verdict != judgement.UNDECIDED
        else [TOO_FEW_SITES if sites < LEAST_SITES else judgement.TOO_FEW],
    }


def _limit(successes, count, effective: float, confidence: float, upper: bool) -> float:
    share = successes.sum() / count.sum()
    return judgement.proportion(share * effective, effective, confidence, upper)


def _independent(successes, count, confidence: float) -> float:
    """How many independent products tell as much about the share as these of several sites."""
    total, sites = count.sum(), len(count)
    share = successes.sum() / total
    variance = sites / (sites - 1) * ((successes - share * count) ** 2).sum() / total**2
    binomial = share * (1 - share) / total
    # No miss at all, or nothing but misses, says nothing of how sites differ.
    design = max(variance / binomial, 1.0) if binomial > 0 else 1.0
    few = stdtrit(total - 1, confidence) / stdtrit(sites - 1, confidence) if confidence > 0.5 else 1
    return float(total / design * few**2)
