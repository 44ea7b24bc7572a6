"""Circular errors: the radius that holds so many scenes, and how well it is known."""

import numpy as np
import pytest
from scipy import stats

from stackshift.stack import circle


def test_the_interval_of_a_circular_error_is_that_of_its_order_statistics():
    """A median's interval without bootstrap: binomial counts of what lies below it."""
    random = np.random.default_rng(11)
    east, north = random.normal(0, 2, (2, 900))
    found = circle.circular_error(np.append(east, np.nan), np.append(north, 0.0), 50, 0.8)
    radius = np.sort(np.hypot(east, north))
    assert found["metres"] == radius[449]
    low, high = stats.binom.ppf([0.1, 0.9], 900, 0.5).astype(int)
    assert found["low"] == pytest.approx(radius[low], abs=0.02)
    assert found["high"] == pytest.approx(radius[high], abs=0.02)
    # Nothing lies between the limits of an interval that need not hold anything.
    point = circle.circular_error(east, north, 50, 0.0)
    assert point["low"] == point["high"] == pytest.approx(found["metres"], abs=0.02)
    assert circle.circular_error([3.0, 0.0], [4.0, 0.0], 100, 0.9)["metres"] == 5


@pytest.mark.parametrize("percent", [50, 90, 95, 100])
@pytest.mark.parametrize("count", [*range(1, 13), 20, 21, 100])
def test_the_circular_error_is_the_smallest_radius_that_holds_so_many(percent, count):
    """By counting, whatever lies far off; the standard error is that of the scene there."""
    radii = np.random.default_rng(count).permutation(np.geomspace(0.1, 900, count))
    metres, sigma = circle.holding([*radii, np.nan], percent, [*radii / 10, 1.0])
    enough = [r for r in radii if 100 * sum(radii <= r) >= percent * count]
    assert metres == min(enough) and sigma == pytest.approx(metres / 10)
    assert circle.holding([np.nan], percent) == circle.holding([], percent) == (None, None)


def test_ten_of_twelve_are_not_90_percent():
    """The demo's radii, of which 2.89, 3.56 and 60.4 m are the last."""
    east = [*np.linspace(0.2, 2.5, 9), -2.89, 3.56, 60.4]
    found = circle.circular_error(east, np.zeros(12), 90, 0.9, [np.full(12, 0.2)] * 2)
    assert (found["metres"], found["sigma"], found["high"]) == (3.56, 0.2, None)
    found = circle.circular_error([0.4] * 7 + [50.5], np.zeros(8), 90, 0.9)
    assert (found["metres"], found["sigma"]) == (50.5, None)


@pytest.mark.parametrize("count", [4, 6, 10, 20, 22, 25, 40])
@pytest.mark.parametrize("percent", [90, 95])
def test_the_interval_of_a_circular_error_holds_as_often_as_it_says(count, percent):
    """Rayleigh distributed radii, whose percentile is known; a limit that is not there holds."""
    random, hits = np.random.default_rng([count, percent]), 0
    true = np.sqrt(-2 * np.log(1 - percent / 100))
    for _ in range(400):
        found = circle.circular_error(*random.normal(size=(2, count)), percent, 0.9)
        assert found["low"] <= found["metres"] <= (found["high"] or np.inf)
        hits += found["low"] <= true <= (found["high"] or np.inf)
    # At least nominal: fewer than that by chance in one of a thousand tests.
    assert hits >= stats.binom.ppf(1e-3, 400, 0.9)


@pytest.mark.parametrize("count", [11, 21, 40])
@pytest.mark.parametrize(
    ("scatter", "sigma"), [(2.0, 0.3), (2.0, 1.0), (3.3, 2.0), (0.3, 0.3), (0.1, 0.3)]
)
def test_the_interval_of_a_circular_error_holds_that_of_where_scenes_are(count, scatter, sigma):
    """And not only that of where they are measured: without their errors it holds 0 to 94 %."""
    random, hits = np.random.default_rng([count, int(10 * sigma)]), 0
    true = scatter * np.sqrt(-2 * np.log(0.1))
    for _ in range(400):
        places = random.normal(0, np.hypot(scatter, sigma), (count, 2))
        places -= np.median(places, axis=0)
        found = circle.circular_error(*places.T, 90, 0.9, [np.full(count, sigma)] * 2)
        assert found["low"] <= found["metres"]
        hits += found["low"] <= true <= (found["high"] or np.inf)
    assert hits >= stats.binom.ppf(1e-3, 400, 0.9)


def test_errors_that_are_small_leave_the_limits_to_the_scenes():
    radii = np.arange(1.0, 41)
    plain = circle.circular_error(radii, np.zeros(40), 90, 0.9)
    found = circle.circular_error(radii, np.zeros(40), 90, 0.9, [np.full(40, 0.1)] * 2)
    assert found["low"] == pytest.approx(plain["low"], rel=1e-3)
    assert found["high"] == plain["high"]


def test_the_limits_of_a_circular_error_are_ranks_of_the_binomial_distribution():
    east, none = np.arange(1.0, 41), np.zeros(40)
    found = circle.circular_error(east, none, 90, 0.9)
    low, high = int(found["low"]), int(found["high"])
    within = stats.binom(40, 0.9)
    assert within.cdf(high - 1) - within.cdf(low - 1) >= 0.9
    # No interval of fewer scenes would do.
    assert all(
        within.cdf(start + high - low - 2) - within.cdf(start - 1) < 0.9
        for start in range(1, 41 - (high - low - 1))
    )
    assert (found["scenes"], found["scenes_needed"], found["note"]) == (40, 22, None)


@pytest.mark.parametrize(
    ("count", "percent", "confidence", "needed"),
    [(21, 90, 0.9, 22), (44, 95, 0.9, 45), (28, 90, 0.95, 29), (15, 90, 0.8, 16)],
)
def test_too_few_scenes_have_no_upper_limit_and_say_so(count, percent, confidence, needed):
    east = np.arange(1.0, count + 2)
    none = np.zeros(count + 1)
    enough = circle.circular_error(east, none, percent, confidence)
    assert enough["high"] == count + 1 and enough["note"] is None
    east[0] = np.nan
    found = circle.circular_error(east, none, percent, confidence)
    assert found["high"] is None and found["low"] <= found["metres"]
    assert found["note"] == f"no upper limit: {needed} scenes needed, {count} measured"
    # What is left of the doubt is all below the lower limit, one of the scenes' own radii.
    rank = int(found["low"]) - 1
    assert stats.binom.cdf(rank - 1, count, percent / 100) <= 1 - confidence + 1e-12
    assert stats.binom.cdf(rank, count, percent / 100) > 1 - confidence


def test_circular_errors_of_no_scenes_and_of_all():
    assert circle.scenes_needed(0.9, 0.9) == 22
    assert circle.scenes_needed(1.0, 0.9) is None
    found = circle.circular_error([3.0, np.nan], [4.0, 1.0], 90, 0.9)
    assert found["note"] == "not known: 1 of at least 2 scenes measured"
    assert found["low"] is found["high"] is None
    found = circle.circular_error([3.0, 0.0], [4.0, 0.0], 100, 0.9)
    assert (found["low"], found["high"], found["scenes_needed"]) == (5, None, None)
    assert "no number of scenes is enough" in found["note"]


def test_circular_error_of_a_normal_distribution():
    random = np.random.default_rng(3)
    east, north = random.normal(0, 2, (2, 4000))
    found = circle.circular_error(east, north, 90, 0.9)
    # Rayleigh: the radius of 90 % is sigma sqrt(2 ln 10).
    assert found["metres"] == pytest.approx(2 * np.sqrt(2 * np.log(10)), rel=0.03)
    assert found["low"] < found["metres"] < found["high"]
    assert circle.circular_error([1.0], [2.0], 90, 0.9)["metres"] is None
    assert circle.circular_error(east, north, 90, 0.9) == found
