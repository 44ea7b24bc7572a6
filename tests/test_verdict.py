"""Pass, fail, or undecided, and the intervals behind it."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import verdict as stage
from stackshift.stack import columns as c
from stackshift.stack import judgement

REQUIREMENT = {"name": "test", "metres": 6.0, "share": 0.8, "confidence": 0.9}


@pytest.mark.parametrize(
    ("successes", "trials"), [(0, 5), (1, 5), (3, 5), (4, 5), (5, 5), (21, 21), (90, 100)]
)
def test_limits_of_a_share_are_clopper_and_pearsons(successes, trials):
    interval = stats.binomtest(successes, trials).proportion_ci(0.8, method="exact")
    assert judgement.proportion(successes, trials, 0.9, upper=False) == pytest.approx(interval.low)
    assert judgement.proportion(successes, trials, 0.9, upper=True) == pytest.approx(interval.high)


@pytest.mark.parametrize(
    ("distances", "expected"),
    [
        ([1.0] * 21, "pass"),
        ([1.0] * 6, "undecided"),
        ([1.0] * 10 + [50.0] * 11, "fail"),
        ([1.0] * 17 + [50.0] * 4, "undecided"),
        ([np.nan] * 21, "undecided"),
        ([1.0] * 12 + [np.nan] * 9, "undecided"),
        ([], "undecided"),
    ],
)
def test_a_verdict_needs_evidence(distances, expected):
    found = judgement.judge(distances, np.full(len(distances), 0.3), REQUIREMENT)
    assert found["verdict"] == expected
    assert found["share_low"] <= found["share_high"]


def test_error_bars_that_reach_over_the_requirement_decide_nothing():
    distances = np.full(21, 5.5)
    assert judgement.judge(distances, np.full(21, 0.1), REQUIREMENT)["verdict"] == "pass"
    assert judgement.judge(distances, np.full(21, 2.0), REQUIREMENT)["verdict"] == "undecided"


def test_limits_of_the_verdict_are_included():
    """A scene exactly at the requirement is within, and a limit exactly at the share passes."""
    exact = REQUIREMENT | {"share": 0.1 ** (1 / 21)}
    found = judgement.judge(np.full(21, 6.0), np.zeros(21), exact)
    # None of 21 outside: the lower limit p solves p^21 = 0.1.
    assert found["share_low"] == pytest.approx(0.1 ** (1 / 21))
    assert found["within"] == found["measured"] == found["scenes"] == 21
    assert (found["share"], found["share_high"]) == (1, 1)
    low = REQUIREMENT | {"share": found["share_low"]}
    assert judgement.judge(np.full(21, 6.0), np.zeros(21), low)["verdict"] == "pass"
    high = judgement.judge(np.full(21, 6.001), np.zeros(21), REQUIREMENT)["share_high"]
    assert high == pytest.approx(1 - 0.1 ** (1 / 21))
    at_limit = REQUIREMENT | {"share": high}
    found = judgement.judge(np.full(21, 6.001), np.zeros(21), at_limit)
    assert (found["verdict"], found["within"]) == ("undecided", 0)


def test_counts_behind_a_verdict():
    """Three sure, one within by its distance alone, one outside alone, two outside, one unknown."""
    distances = np.array([1.0, 1.0, 2.0, 5.9, 6.1, 20.0, 30.0, np.nan])
    found = judgement.judge(distances, np.full(8, 0.5), REQUIREMENT)
    assert (found["within"], found["measured"], found["scenes"]) == (4, 7, 8)
    assert found["share"] == pytest.approx(4 / 7)
    assert found["share_low"] == pytest.approx(stats.beta.ppf(0.1, 3, 6))
    assert found["share_high"] == pytest.approx(stats.beta.ppf(0.9, 7, 2))


@pytest.mark.parametrize("confidence", [0.5, 0.6, 0.8, 0.9, 0.95, 0.999])
def test_the_margin_of_a_scene_is_the_normal_quantile(confidence):
    assert judgement._quantile(confidence) == pytest.approx(stats.norm.ppf(confidence), abs=1e-9)


def test_no_scene_at_all_decides_nothing():
    found = judgement.judge([], [], REQUIREMENT)
    assert (found["share_low"], found["share_high"], found["share"]) == (0, 1, None)
    found = judgement.judge([np.nan], [np.nan], REQUIREMENT)
    assert (found["share"], found["within"], found["measured"], found["scenes"]) == (None, 0, 0, 1)


def test_the_interval_of_a_circular_error_is_that_of_its_order_statistics():
    """A median's interval without bootstrap: binomial counts of what lies below it."""
    random = np.random.default_rng(11)
    east, north = random.normal(0, 2, (2, 900))
    found = judgement.circular_error(np.append(east, np.nan), np.append(north, 0.0), 50, 0.8)
    radius = np.sort(np.hypot(east, north))
    assert found["metres"] == pytest.approx(np.median(radius))
    low, high = stats.binom.ppf([0.1, 0.9], 900, 0.5).astype(int)
    assert found["low"] == pytest.approx(radius[low], abs=0.02)
    assert found["high"] == pytest.approx(radius[high], abs=0.02)
    # Nothing lies between the limits of an interval that need not hold anything.
    point = judgement.circular_error(east, north, 50, 0.0)
    assert point["low"] == point["high"] == pytest.approx(found["metres"], abs=0.02)
    assert judgement.circular_error([3.0, 0.0], [4.0, 0.0], 100, 0.9)["metres"] == 5


@pytest.mark.parametrize("count", [4, 6, 10, 20, 22, 25, 40])
@pytest.mark.parametrize("percent", [90, 95])
def test_the_interval_of_a_circular_error_holds_as_often_as_it_says(count, percent):
    """Rayleigh distributed radii, whose percentile is known; a limit that is not there holds."""
    random, hits = np.random.default_rng([count, percent]), 0
    true = np.sqrt(-2 * np.log(1 - percent / 100))
    for _ in range(400):
        found = judgement.circular_error(*random.normal(size=(2, count)), percent, 0.9)
        assert found["low"] <= found["metres"] <= (found["high"] or np.inf)
        hits += found["low"] <= true <= (found["high"] or np.inf)
    # At least nominal: fewer than that by chance in one of a thousand tests.
    assert hits >= stats.binom.ppf(1e-3, 400, 0.9)


def test_the_limits_of_a_circular_error_are_ranks_of_the_binomial_distribution():
    east, none = np.arange(1.0, 41), np.zeros(40)
    found = judgement.circular_error(east, none, 90, 0.9)
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
    enough = judgement.circular_error(east, none, percent, confidence)
    assert enough["high"] == count + 1 and enough["note"] is None
    east[0] = np.nan
    found = judgement.circular_error(east, none, percent, confidence)
    assert found["high"] is None and found["low"] <= found["metres"]
    assert found["note"] == f"no upper limit: {needed} scenes needed, {count} measured"
    # What is left of the doubt is all below the lower limit, one of the scenes' own radii.
    rank = int(found["low"]) - 1
    assert stats.binom.cdf(rank - 1, count, percent / 100) <= 1 - confidence + 1e-12
    assert stats.binom.cdf(rank, count, percent / 100) > 1 - confidence


def test_circular_errors_of_no_scenes_and_of_all():
    assert judgement.scenes_needed(0.9, 0.9) == 22
    assert judgement.scenes_needed(1.0, 0.9) is None
    found = judgement.circular_error([3.0, np.nan], [4.0, 1.0], 90, 0.9)
    assert found["note"] == "not known: 1 of at least 2 scenes measured"
    assert found["low"] is found["high"] is None
    found = judgement.circular_error([3.0, 0.0], [4.0, 0.0], 100, 0.9)
    assert (found["low"], found["high"], found["scenes_needed"]) == (5, None, None)
    assert "no number of scenes is enough" in found["note"]


def test_a_stack_on_the_edge_of_the_requirement_seldom_passes():
    random = np.random.default_rng(5)
    passed = sum(
        judgement.judge(
            np.where(random.random(40) < 0.8, 1.0, 20.0), np.full(40, 0.2), REQUIREMENT
        )["verdict"]
        == "pass"
        for _ in range(1000)
    )
    assert passed / 1000 < 0.12


def test_circular_error_of_a_normal_distribution():
    random = np.random.default_rng(3)
    east, north = random.normal(0, 2, (2, 4000))
    found = judgement.circular_error(east, north, 90, 0.9)
    # Rayleigh: the radius of 90 % is sigma sqrt(2 ln 10).
    assert found["metres"] == pytest.approx(2 * np.sqrt(2 * np.log(10)), rel=0.03)
    assert found["low"] < found["metres"] < found["high"]
    assert judgement.circular_error([1.0], [2.0], 90, 0.9)["metres"] is None
    assert judgement.circular_error(east, north, 90, 0.9) == found


def test_radial_error_is_that_along_the_offset():
    distance, sigma = judgement.radial([3.0, -0.03, 0.0], [4.0, 0.04, 0.0], 1.0, 2.0)
    assert distance == pytest.approx([5, 0.05, 0])
    assert sigma == pytest.approx([np.hypot(0.6, 1.6), np.hypot(0.6, 1.6), np.hypot(1, 2)])


def test_the_report_says_what_was_left_out_and_why(tmp_path):
    count = 21
    table = pd.DataFrame({name: [""] * count for name in c.SCENES_TABLE})
    table[c.SCENE] = [f"2022{i // 28 + 1:02}{i % 28 + 1:02}T000000" for i in range(count)]
    table[c.OFFSET_EAST], table[c.OFFSET_NORTH] = 1.0, -1.0
    table[c.SIGMA_EAST] = table[c.SIGMA_NORTH] = 0.2
    table.loc[3, [c.OFFSET_EAST, c.OFFSET_NORTH]] = None
    table.loc[3, c.FLAG] = "unmeasured"
    table.loc[8, [c.OFFSET_EAST, c.OFFSET_NORTH]] = None
    table.loc[8, c.MESSAGE] = "no tile counts"
    table.loc[9, c.OFFSET_EAST], table.loc[9, c.FLAG] = 30.0, "outlier"
    table.to_csv(tmp_path / "scenes.csv", index=False)
    (tmp_path / "findings.json").write_text('{"parts": 2}')
    (tmp_path / "unreadable.json").write_text(json.dumps({table[c.SCENE][3]: "is damaged"}))
    stage.main(
        tmp_path / "scenes.csv", tmp_path / "findings.json", tmp_path / "unreadable.json",
        REQUIREMENT, tmp_path / "verdict.json", tmp_path / "verdict.csv",
    )  # fmt: skip
    found = json.loads((tmp_path / "verdict.json").read_text(), parse_constant=pytest.fail)
    assert [left["scene"] for left in found["left_out"]] == [table[c.SCENE][3], table[c.SCENE][8]]
    assert [left["reason"] for left in found["left_out"]] == ["is damaged", "no tile counts"]
    assert found["outliers"] == [table[c.SCENE][9]]
    assert found["worst_scene"]["scene"] == table[c.SCENE][9]
    assert found["criteria"]["radial"]["measured"] == 19
    assert found["criteria"]["radial"]["within"] == 18
    assert found["verdict"] == "undecided"
    assert "80 % of the scenes within 6 m" in found["criterion"]
    rows = pd.read_csv(tmp_path / "verdict.csv")
    assert list(rows) == list(c.VERDICT_TABLE)
    assert list(rows.criterion) == ["east", "north", "radial"]
