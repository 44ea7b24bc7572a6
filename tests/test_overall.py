"""All stacks together: sites as clusters, rows a site and polarization, each pass counted once."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import overall
from stackshift.stack import clusters, judgement, judgement_columns

REQUIREMENT = {"name": "test", "metres": 6.0, "share": 0.8, "confidence": 0.9}
REQUIREMENT |= {"of": ["scenes", "pairs"], "shape": "radial"}


def site(within, total):
    """What is judged of a site of which so many scenes are within."""
    distances = np.repeat([1.0, 60.0], [within, total - within])
    return judgement.judge(distances, np.full(total, 0.1), REQUIREMENT)


def pooled(*sites):
    return clusters.pooled([site(*counts) for counts in sites], REQUIREMENT)


def test_sites_that_do_not_differ_count_for_all_their_products():
    found = pooled(*[(18, 20)] * 6)
    assert (found["within"], found["scenes"], found["sites"]) == (108, 120, 6)
    # Student's quantile with 5 degrees of freedom for that with 119: 1.476 and 1.289.
    effective = 120 * (stats.t.ppf(0.9, 119) / stats.t.ppf(0.9, 5)) ** 2
    assert found["effective"] == pytest.approx(effective)
    assert found["share_low"] == pytest.approx(
        stats.beta.ppf(0.1, 0.9 * effective, 0.1 * effective + 1)
    )
    assert (found["verdict"], found["these"], found["causes"]) == ("pass", "met", [])


def test_one_bad_site_of_many_products_is_one_finding_and_not_twenty():
    """The same 110 of 120: spread over the sites they pass, in one site they do not."""
    spread = pooled((18, 20), (19, 20), (18, 20), (18, 20), (19, 20), (18, 20))
    together = pooled((10, 20), *[(20, 20)] * 5)
    assert spread["within"] == together["within"] == 110
    assert (spread["verdict"], together["verdict"]) == ("pass", "undecided")
    assert together["these"] == "met" and together["causes"] == ["too few"]
    # By hand: residuals 10 - 18.33 and 5 times 20 - 18.33; 6 / 5 of the sum of squares.
    variance = 6 / 5 * (8.3333**2 + 5 * 1.6667**2) / 120**2
    design = variance / (110 / 120 * 10 / 120 / 120)
    few = (stats.t.ppf(0.9, 119) / stats.t.ppf(0.9, 5)) ** 2
    assert together["effective"] == pytest.approx(120 / design * few, rel=1e-3)


@pytest.mark.parametrize("sites", [1, 2, 3])
def test_few_sites_say_nothing_of_sites_in_general(sites):
    found = pooled(*[(50, 50)] * sites)
    assert (found["these"], found["verdict"]) == ("met", "undecided")
    assert found["causes"] == ["too few sites"]
    assert pooled(*[(50, 50)] * 4)["verdict"] == "pass"
    assert pooled(*[(0, 50)] * 4)["verdict"] == "fail"


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.3])
def test_products_of_sites_on_the_edge_seldom_pass(correlation):
    """Shares of sites are beta distributed about 0.8; taken for independent a third passes."""
    random, trials, passed, naive = np.random.default_rng(5), 400, 0, 0
    for _ in range(trials):
        share = 0.8
        if correlation:
            share = random.beta(*(np.array([0.8, 0.2]) * (1 / correlation - 1)), 10)
        within = random.binomial(30, share, 10)
        passed += pooled(*[(int(k), 30) for k in within])["verdict"] == "pass"
        naive += judgement.proportion(within.sum(), 300, 0.9, upper=False) >= 0.8
    assert passed / trials < 0.15
    assert correlation < 0.3 or naive / trials > 0.3


def test_no_products_at_all():
    found = clusters.pooled([], REQUIREMENT)
    assert (found["verdict"], found["these"], found["share"]) == (
        "undecided", "cannot be said", None,
    )  # fmt: skip


def verdict(within, total):
    """The content of a verdict.json, as far as it is used."""
    criteria = {name: site(within, total) for name in ("radial", "box")}
    return {
        "criteria": criteria,
        "pairs": {"criteria": criteria, "worst": {"metres": 12.5}},
        "CE90": {"metres": 3.25},
        "worst_scene": {"metres": 60.0},
        "to_look_at": [{"cause": "stands out", "text": "..."}] * 2,
    }


def test_each_pass_counts_once_by_its_best_offset_and_each_polarization_by_itself(tmp_path):
    """Of stack a VV and VH, and both in one, in which 18 of 20 are within; b has VH alone."""
    names = [("a", "VV"), ("a", "VH"), ("b", "VH"), ("a", "VV+VH")]
    counted = [("a", "VV+VH"), ("b", "VH")]
    for number, counts in enumerate([(20, 20), (5, 20), (10, 10), (18, 20)]):
        (tmp_path / f"{number}.json").write_text(json.dumps(verdict(*counts)))
    overall.main(
        [tmp_path / f"{number}.json" for number in range(4)], names, counted, REQUIREMENT,
        tmp_path / "all.json", tmp_path / "all.csv",
    )  # fmt: skip
    found = json.loads((tmp_path / "all.json").read_text(), parse_constant=pytest.fail)
    assert found["counted"] == [
        {"stack": "a", "polarization": "VV+VH"},
        {"stack": "b", "polarization": "VH"},
    ]
    assert (found["answers"]["scenes"]["within"], found["answers"]["scenes"]["scenes"]) == (28, 30)
    text = found["answers"]["scenes"]["text_general"]
    assert text.endswith("as 2 sites cannot show how much sites differ; at least 4 are needed")
    by = {name: part["answers"]["scenes"] for name, part in found["polarizations"].items()}
    assert [(name, part["within"], part["scenes"]) for name, part in by.items()] == [
        ("VV", 20, 20), ("VH", 15, 30),
    ]  # fmt: skip
    rows = pd.read_csv(tmp_path / "all.csv")
    assert list(rows) == list(judgement_columns.SITES_TABLE)
    assert list(zip(rows["stack"], rows.polarization, rows.of, strict=True))[:3] == [
        ("a", "VV", "scenes"), ("a", "VV", "pairs"), ("a", "VH", "scenes"),
    ]  # fmt: skip
    assert list(rows.worst[:2]) == [60, 12.5]
    assert rows.CE90.isna().tolist() == [False, True] * 4
    assert set(rows.to_look_at) == {"stands out"}
    # No acquisition of a stack is in two rows that count.
    assert list(rows.counted) == [0, 0, 0, 0, 1, 1, 1, 1]
