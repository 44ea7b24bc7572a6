"""Why scenes lie apart: planted causes are found, and nothing is found where nothing is."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_screening import between

from stackflow.acquisitions import Scene
from stackflow.sources import from_names
from stackio import header
from stackshift.stack import columns as c
from stackshift.stack import explanation, judgement_columns, reasons, screening
from stackshift.stack.attributes import candidates


def looked_at(count, **attributes):
    """Candidates of scenes every 12 days with attributes given as lists of values."""
    told = [{k.replace("_", " "): v[i] for k, v in attributes.items()} for i in range(count)]
    return candidates(12.0 * np.arange(count), told, [f"day {12 * i}" for i in range(count)])


def scattered(random, count, natural=0.0, wide=1.0):
    sigmas = np.tile(random.uniform(0.2, 0.6, (count, 1)), 2)
    return random.normal(0, np.hypot(wide * sigmas, natural)), sigmas


def told(candidate):
    return candidate.kind, candidate.value, candidate.since


def test_groups_and_places_that_are_compared():
    found = looked_at(
        7, platform=["B"] * 2 + ["A"] * 5, version=["1", "1", "1", "1", "2", "3", "3"]
    )
    assert [told(one) for one in found] == [
        ("platform", "B", False),
        ("version", "1", False),
        ("version", "3", False),
        ("time", "day 36", True),
        ("time", "day 48", True),
        ("trend", "", False),
    ]
    assert list(found[3].column) == [0, 0, 0, 1, 1, 1, 1]
    assert found[5].column == pytest.approx(12 * (np.arange(7) - 3) / 365.25)
    later = looked_at(9, processor_version=["v1.9", "v1.10", "v1.11"] * 3)
    assert [told(one) for one in later][:4] == [
        ("processor version", "v1.9", False),
        ("processor version", "v1.10", False),
        ("processor version", "v1.11", False),
        ("processor version", "v1.10", True),
    ]
    made = looked_at(7, processed=[f"2025-01-0{d}T00:00:00" for d in (7, 6, 5, 4, 3, 2, 1)])
    assert [told(one) for one in made][:2] == [
        ("processed", "2025-01-04", True),
        ("processed", "2025-01-05", True),
    ]
    assert list(made[0].column) == [1, 1, 1, 1, 0, 0, 0]


def test_a_difference_in_numbers():
    """Student's t of two groups by the scatter that both have, whatever the errors say."""
    random = np.random.default_rng(5)
    group = np.isin(np.arange(16), (1, 6, 11, 14))
    offsets = random.uniform(-1, 1, (16, 2)) + np.where(group, 4.0, 0)[:, None] * (1, 0)
    (only,) = (one for one in looked_at(16, v=list(group.astype(str))) if one.kind == "v")
    found = reasons.search(offsets, np.full((16, 2), 0.01), [only])
    t = stats.ttest_ind(offsets[group, 0], offsets[~group, 0])
    assert found.chosen == [0]
    difference = offsets[group, 0].mean() - offsets[~group, 0].mean()
    assert found.difference[0, 0] == pytest.approx(difference)
    assert found.sigma[0, 0] == pytest.approx(difference / t.statistic)
    # One candidate along two axes.
    assert found.p[0] == pytest.approx(2 * t.pvalue, rel=0.3)


@pytest.mark.parametrize(("count", "natural", "wide"), [(6, 0, 2), (14, 2, 1), (30, 0, 1)])
def test_nothing_is_found_more_often_than_said(count, natural, wide):
    """bench/why.py has the rates of 2,000 stacks each; these few fail on thrice as many."""
    random = np.random.default_rng([count, natural])
    number = 0
    for _ in range(60):
        looked = looked_at(
            count,
            platform=list(random.choice(["A", "B"], count)),
            orbit=list(random.choice(["P", "R"], count, p=(0.8, 0.2))),
        )
        offsets, sigmas = scattered(random, count, natural, wide)
        offsets[random.integers(count)] += 60 * (count == 14)
        number += bool(reasons.search(offsets, sigmas, looked).chosen)
    assert number <= stats.binom.ppf(0.998, 60, 1.5 * screening.ALPHA)


@pytest.mark.long
def test_a_cause_is_found_by_chance_as_often_as_said():
    random, number = np.random.default_rng(3), 0
    for _ in range(1500):
        looked = looked_at(20, platform=list(random.choice(["A", "B"], 20)))
        number += bool(reasons.search(*scattered(random, 20), looked).chosen)
    assert between(number, 1500, screening.ALPHA)


def test_causes_at_once_are_told_apart():
    """A version 4 m off, a platform, a step: each with its value."""
    random = np.random.default_rng(1)
    z = []
    for _ in range(8):
        version = np.isin(np.arange(28), random.choice(28, 7, replace=False))
        platform = np.arange(28) % 2 == 1
        step = np.arange(28) >= 12
        looked = looked_at(
            28,
            processor_version=list(np.where(version, "v2", "v1")),
            platform=list(np.where(platform, "S1C", "S1A")),
        )
        offsets, sigmas = scattered(random, 28)
        true = np.outer(version, (4, 0)) + np.outer(platform, (0, -1.5)) + np.outer(step, (2, 2))
        found = reasons.search(offsets + true, sigmas, looked)
        of = {told(looked[one]): one for one in found.chosen}
        assert set(of) == {
            ("processor version", "v2", False),
            ("platform", "S1C", False),
            ("time", "day 144", True),
        }
        for (kind, *_), one in of.items():
            expected = {"processor version": (4, 0), "platform": (0, -1.5), "time": (2, 2)}[kind]
            z.append((found.difference[one] - expected) / found.sigma[one])
    assert 0.7 < np.sqrt(np.mean(np.square(z))) < 1.4


@pytest.mark.parametrize("off", [0, 60])
def test_a_clear_step_is_placed_right(off):
    random, wrong = np.random.default_rng(off), 0
    for _ in range(25):
        at = random.integers(3, 14)
        offsets, sigmas = scattered(random, 16, 1.0)
        offsets[:, 1] += 15 * (np.arange(16) >= at)
        odd = random.integers(16)
        offsets[odd] += off
        found = reasons.search(offsets, sigmas, looked := looked_at(16))
        kind, value, _ = told(looked[found.chosen[0]])
        # Whether a step is before or behind a scene that is wrong itself cannot be known.
        right = {f"day {12 * at}", f"day {12 * (at + 1)}" if off and odd == at else ""}
        wrong += kind != "time" or value not in right
        assert found.difference[found.chosen[0], 1] == pytest.approx(15, abs=3)
    assert wrong <= 2


def test_platforms_that_flew_at_different_times_cannot_be_told_from_a_step():
    random = np.random.default_rng(2)
    offsets, sigmas = scattered(random, 20)
    offsets[10:, 0] += 3
    looked = looked_at(20, platform=["S1A"] * 10 + ["S1C"] * 10)
    found = reasons.search(offsets, sigmas, looked)
    (one,) = found.chosen
    assert told(looked[one]) == ("platform", "S1C", False)
    assert [told(looked[other]) for other in found.alike[one]] == [("time", "day 120", True)]
    # One scene of each among the others tells: the step is not the platform.
    swapped = ["S1A"] * 8 + ["S1C"] + ["S1A"] * 2 + ["S1C"] * 6 + ["S1A"] * 3
    looked = looked_at(20, platform=swapped)
    (one,) = reasons.search(offsets, sigmas, looked).chosen
    assert told(looked[one]) == ("time", "day 120", True)


def test_a_drift_is_a_trend_and_no_step():
    random = np.random.default_rng(4)
    offsets, sigmas = scattered(random, 30)
    offsets[:, 1] -= 5 * 12 * np.arange(30) / 365.25
    found = reasons.search(offsets, sigmas, looked := looked_at(30))
    (one,) = found.chosen
    assert looked[one].kind == "trend"
    assert abs(found.difference[one, 1] + 5) < 3 * found.sigma[one, 1] < 1.5


def test_scenes_that_do_not_scatter_and_few_scenes_have_no_causes():
    looked = looked_at(8, platform=["A", "B"] * 4)
    assert reasons.search(np.zeros((8, 2)), np.ones((8, 2)), looked).chosen == []
    assert reasons.search(np.zeros((3, 2)), np.ones((3, 2)), looked_at(3)).chosen == []


def test_no_difference_is_surer_than_the_errors_of_the_scenes():
    """Scenes that scatter by a tenth of their errors: a mean of n is known to sigma / sqrt(n)."""
    random = np.random.default_rng(9)
    offsets, sigmas = random.normal(0, 0.03, (8, 2)), np.full((8, 2), 0.3)
    step = np.arange(8) >= 4
    looked = looked_at(8)
    at = next(i for i, one in enumerate(looked) if told(one) == ("time", "day 48", True))
    for apart in (0.4, 2.0):
        found = reasons.search(offsets + np.outer(step, (apart, 0)), sigmas, looked)
        assert found.sigma[at] == pytest.approx(0.3 * np.sqrt(1 / 4 + 1 / 4), rel=0.02)
        # 1.9 standard errors are no finding, whatever the scenes scatter.
        assert found.chosen == ([at] if apart == 2 else [])
        assert apart == 2 or found.p[at] > 0.03
    # Of a line through times t the slope: sigma over the root of the sum of squares.
    slope = 0.3 / np.sqrt((((12 * (np.arange(8) - 3.5)) / 365.25) ** 2).sum())
    trend = reasons.search(offsets, sigmas, looked).sigma[-1]
    assert trend == pytest.approx([slope, slope], rel=0.02)


def test_scenes_that_are_left_out_are_not_counted():
    random = np.random.default_rng(10)
    offsets = random.normal(0, 0.2, (16, 2)) + np.outer(np.arange(16) % 2, (3, 0))
    offsets[3, 1] += 40
    attributes = {name: {"platform": "S1C" if i % 2 else "S1A"} for i, name in enumerate(NAMES)}
    table, (finding,) = explanation.explained(scenes_table(offsets, NAMES), attributes)
    row = table[table["found"] == 1].iloc[0]
    assert row["attribute"] == "platform" and finding["scenes"] == row["scenes"]
    assert {row["scenes"], row["others"]} == {7, 8}
    assert table.set_index("attribute").loc["trend", "scenes"] == 15


def scenes_table(offsets, names):
    table = pd.DataFrame(offsets[::-1], columns=[c.OFFSET_EAST, c.OFFSET_NORTH])
    table[c.SCENE] = names[::-1]
    return table.assign(**{c.SIGMA_EAST: 0.2, c.SIGMA_NORTH: 0.2})


NAMES = [f"2024{month:02}{day:02}T052301" for month in range(1, 9) for day in (1, 13)]


def test_the_table_and_its_sentences():
    random = np.random.default_rng(6)
    dead = np.isin(np.arange(16), (2, 3, 9, 12))
    offsets = random.normal(0, 0.2, (16, 2)) + np.outer(dead, (-4.0, 2.5))
    attributes = {
        name: {
            "reckoning": "dead reckoning" if off else "DEM matched",
            "platform": "S1A" if i else "S1B",
            "product": "HyP3 RTC",
        }
        for i, (name, off) in enumerate(zip(NAMES, dead, strict=True))
    }
    scenes = scenes_table(offsets, NAMES)
    scenes.loc[4, c.OFFSET_EAST] = np.nan
    table, (finding,) = explanation.explained(scenes, attributes)
    row = table.iloc[0]
    assert (row["attribute"], row["value"], row["found"]) == ("reckoning", "dead reckoning", 1)
    assert row["scenes"] + row["others"] == 15
    assert row["difference_east"] == pytest.approx(-4, abs=0.4)
    east, north = (abs(row[f"difference_{axis}"]) for axis in ("east", "north"))
    errors = row[c.SIGMA_EAST], row[c.SIGMA_NORTH]
    # The error of a mean of three or four of 15 scenes of 0.2 m.
    assert errors == pytest.approx((0.12, 0.12), rel=0.35)
    assert finding["text"] == (
        f"scenes made with dead reckoning lie {east:.2f} ± {errors[0]:.2f} m west and "
        f"{north:.2f} ± {errors[1]:.2f} m north of the others"
    )
    notes = {(r.attribute, r.value): r.note for r in table.itertuples()}
    assert notes["platform", "S1B"] == "one scene is no group"
    assert notes["product", "HyP3 RTC"] == "all scenes are alike"
    assert table.set_index("attribute").loc["trend", "found"] == 0
    assert list(table) == list(judgement_columns.WHY_TABLE)


def told_apart(true, attribute, values, seed, sigma=0.3):
    """What is found of scenes at true places, (scenes, 2) metres, of an attribute."""
    count = len(true)
    names = [
        f"20{20 + i // 24}{i // 2 % 12 + 1:02}{i % 2 * 12 + 1:02}T052301" for i in range(count)
    ]
    offsets = true + np.random.default_rng(seed).normal(0, sigma, (count, 2))
    scenes = scenes_table(offsets, names).assign(**{c.SIGMA_EAST: sigma, c.SIGMA_NORTH: sigma})
    attributes = {n: {attribute: value} for n, value in zip(names, values, strict=True)}
    return explanation.explained(scenes, attributes)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("sizes", "base"), [((10, 10, 10), "1.0"), ((6, 10, 14), "3.0")])
def test_several_versions_are_told_from_the_largest_group_whatever_comes_first(seed, sizes, base):
    """Versions 1.0, 2.0 and 3.0 lie at 0, 2 and 5 m: what is between any two is known."""
    version = np.random.default_rng([seed, 1]).permutation(np.repeat(["1.0", "2.0", "3.0"], sizes))
    place = {"1.0": 0.0, "2.0": 2.0, "3.0": 5.0}
    true = np.outer([place[one] for one in version], (1, 0))
    table, findings = told_apart(true, "processor version", version, seed)
    size = dict(zip(place, sizes, strict=True))
    assert [one["value"] for one in findings] == [one for one in place if one != base]
    for one in findings:
        between = place[one["value"]] - place[base]
        # Standard error of a difference of two means, times four.
        error = 0.3 * np.sqrt(1 / size[one["value"]] + 1 / size[base])
        assert abs(one["difference_east"] - between) < 4 * error
        assert (one["base"], one["scenes"], one["others"]) == (base, size[one["value"]], size[base])
        side = "east" if between > 0 else "west"
        assert one["text"].endswith(f" m {side} of those with processor version {base}")
    rows = table[table["attribute"] == "processor version"].set_index("value")
    # The base is compared with none, and no group of several versions says more.
    assert sorted(rows.index) == ["1.0", "2.0", "3.0"]
    assert np.isnan(rows.loc[base, "difference_east"]) and rows.loc[base, "others"] == 0
    assert (rows["found"] == (rows.index != base)).all()


def test_of_platforms_that_lie_apart_each_way_none_is_left_untold():
    """S1B 2 m east and S1C 2 m south of S1A, and one of S1D that stands for none of them."""
    platform = np.array(["S1A", "S1B", "S1C"] * 10)
    platform[4] = "S1D"
    true = np.outer(platform == "S1B", (2, 0)) + np.outer(platform == "S1C", (0, -2))
    true = true + np.outer(platform == "S1D", (1, 1))
    for seed in range(4):
        table, findings = told_apart(true, "platform", platform, seed)
        east, south = findings
        assert (east["value"], south["value"]) == ("S1B", "S1C")
        assert east["text"].endswith("m east of those of S1A")
        assert south["text"].endswith("m south of those of S1A")
        assert {one["others"] for one in findings} == {10} and east["scenes"] == 9
        assert abs(east["difference_east"] - 2) < 0.6 and abs(east["difference_north"]) < 0.6
        assert abs(south["difference_north"] + 2) < 0.6 and abs(south["difference_east"]) < 0.6
        (alone,) = table[table["value"] == "S1D"].note
        assert alone == "one scene is no group"


def test_of_two_groups_and_of_one_that_is_apart_the_others_are_all_others():
    two = np.array(["S1A", "S1B"] * 12)
    _, (one,) = told_apart(np.outer(two == "S1B", (3, 0)), "platform", two, 1)
    assert one["text"].endswith("m east of the others")
    assert (one["base"], one["scenes"], one["others"]) == (None, 12, 12)
    three = np.array(["S1A", "S1B", "S1C"] * 8)
    _, (one,) = told_apart(np.outer(three == "S1B", (3, 0)), "platform", three, 1)
    assert one["text"].endswith("m east of the others")
    assert (one["base"], one["scenes"], one["others"]) == (None, 8, 16)


def test_each_of_two_steps_is_told_from_the_scenes_before_it():
    """0, 4 and 1 m east, twelve scenes each: 4 m, and 3 m back."""
    true = np.outer(np.repeat([0.0, 4.0, 1.0], 12), (1, 0))
    _, findings = told_apart(true, "platform", ["S1A"] * 36, 3)
    first, second = sorted(findings, key=lambda one: one["value"])
    assert [one["value"][:10] for one in (first, second)] == ["2020-07-01", "2021-01-01"]
    assert first["text"].startswith("scenes from 2020-07-01 on and before 2021-01-01 lie ")
    assert first["text"].endswith(" m east of those before")
    assert second["text"].startswith("scenes from 2021-01-01 on lie ")
    assert second["text"].endswith(" m west of those from 2020-07-01 on before them")
    assert [one["base"] for one in (first, second)] == ["before", "2020-07-01"]
    assert {(one["scenes"], one["others"]) for one in findings} == {(12, 12)}
    assert abs(first["difference_east"] - 4) < 0.5 and abs(second["difference_east"] + 3) < 0.5


def test_what_scenes_of_one_fraction_share_no_number_of_them_makes_less():
    """A scale of what is told that is wrong by a share is so for each scene."""
    random = np.random.default_rng(6)
    moved = np.isin(np.arange(16), (2, 3, 9, 12))
    offsets = random.normal(0, 0.2, (16, 2)) + np.outer(moved, (-4.0, 2.5))
    attributes = {
        n: {"platform": "S1C" if off else "S1A"} for n, off in zip(NAMES, moved, strict=True)
    }
    scenes = scenes_table(offsets, NAMES)
    scenes.loc[4, c.OFFSET_EAST] = np.nan
    plain, _ = explanation.explained(scenes, attributes)
    shared = np.zeros((16, 2))
    # Newest first, as the table is.
    shared[moved[::-1]], shared[~moved[::-1]] = (0.2, -0.1), (-0.1, 0.0)
    wide, (finding,) = explanation.explained(scenes, attributes, shared=shared)
    for axis, apart in ((c.SIGMA_EAST, 0.3), (c.SIGMA_NORTH, 0.1)):
        (before,), (after,) = plain[axis][:1], wide[axis][:1]
        assert after == pytest.approx(np.hypot(before, apart), rel=1e-6)
        assert finding[axis] == after
    # What is not larger than that is no finding, however many scenes say so.
    small = scenes_table(random.normal(0, 0.02, (16, 2)) + np.outer(moved, (0.2, 0.0)), NAMES)
    small = small.assign(**{c.SIGMA_EAST: 0.02, c.SIGMA_NORTH: 0.02})
    assert len(explanation.explained(small, attributes)[1]) == 1
    assert explanation.explained(small, attributes, shared=shared)[1] == []
    # Of all scenes alike it is in no difference.
    same, _ = explanation.explained(scenes, attributes, shared=np.full((16, 2), 0.3))
    assert same[c.SIGMA_EAST][0] == pytest.approx(plain[c.SIGMA_EAST][0])


def test_what_grows_with_time_in_the_errors_is_in_that_of_a_trend():
    """Where scenes drift over pixels, what is not known of the pull drifts with them."""
    random = np.random.default_rng(8)
    days = np.array([int((pd.Timestamp(n) - pd.Timestamp(NAMES[0])).days) for n in NAMES])
    years = (days - days.mean()) / 365.25
    offsets = random.normal(0, 0.1, (16, 2)) + np.outer(years, (9.0, 0.0))
    scenes = scenes_table(offsets, NAMES)
    plain, (first,) = explanation.explained(scenes, {})
    assert first["kind"] == "trend"
    # Newest first, as the table is; what does not go with time adds nothing.
    shared = np.outer(years, (0.6, 0.0))[::-1] + 0.2
    wide, (found,) = explanation.explained(scenes, {}, shared=shared)
    before, after = (table.loc[table.attribute == "trend"].iloc[0] for table in (plain, wide))
    assert after[c.SIGMA_EAST] == pytest.approx(np.hypot(before[c.SIGMA_EAST], 0.6), rel=1e-3)
    assert after[c.SIGMA_NORTH] == pytest.approx(before[c.SIGMA_NORTH], rel=1e-6)
    assert found[c.SIGMA_EAST] == after[c.SIGMA_EAST]
    assert explanation.explained(scenes, {}, shared=shared * 20)[1] == []


def test_beside_a_group_that_lies_off_a_trend_has_only_what_the_group_has_not():
    """What errors have alike is that of the later half, a group that is told: none of the trend."""
    random = np.random.default_rng(9)
    days = np.array([int((pd.Timestamp(n) - pd.Timestamp(NAMES[0])).days) for n in NAMES])
    years = (days - days.mean()) / 365.25
    group = np.isin(np.arange(16), (1, 6, 9, 12, 13, 15))
    offsets = random.normal(0, 0.1, (16, 2)) + np.outer(years, (9.0, 0.0))
    offsets += np.outer(group, (0.0, 4.0))
    attributes = {
        n: {"platform": "S1C" if on else "S1A"} for n, on in zip(NAMES, group, strict=False)
    }
    scenes = scenes_table(offsets, NAMES)
    # One scene that stands out is in neither, whatever its errors are.
    scenes.loc[3, c.OFFSET_EAST] += 60
    shared = np.outer(group, (0.5, 0.0))[::-1].copy()
    shared[3] = 40.0
    plain, found = explanation.explained(scenes, attributes)
    assert {one["kind"] for one in found} == {"trend", "platform"}
    wide, _ = explanation.explained(scenes, attributes, shared=shared)
    before, after = (table.loc[table.attribute == "trend"].iloc[0] for table in (plain, wide))
    assert after[c.SIGMA_EAST] == pytest.approx(before[c.SIGMA_EAST], rel=1e-6)


def test_no_scene_at_all_gives_an_empty_table():
    scenes = scenes_table(np.full((16, 2), np.nan), NAMES)
    table, found = explanation.explained(scenes, {})
    assert list(table) == list(judgement_columns.WHY_TABLE) and len(table) == 0 and found == []


def test_attributes_come_from_tags_names_and_sheets():
    made = header.made_by(
        {
            "SOFTWARE_VERSION": "1.0.4",
            "INPUTS_ORBIT_FILES": "['S1A_OPER_AUX_RESORB_OPOD_20231016.EOF']",
            "PROCESSING_DATETIME": "2023-10-16T16:01:16Z",
            "SOURCE_DATA_SOFTWARE_VERSION": "003.61",
        }
    )
    assert made == {
        "software version": "1.0.4",
        "IPF": "003.61",
        "orbit file": "restituted",
        "processed": "2023-10-16T16:01:16",
    }
    assert header.made_by({"AREA_OR_POINT": "Area"}) == {}
    name = "S1A_IW_20220115T134101_DVO_RTC30_G_gpuned_9C01_VV.tif"
    one = from_names(name, "VV")
    other = from_names(name.replace("9C01", "9C02"), "VV", {"traits": (("IPF", "003.40"),)})
    scene = Scene("20220115T134101", (one, other), "S1A", (made, {}))
    found = scene.attributes()
    assert found["platform"] == "S1A" and found["reckoning"] == "dead reckoning"
    assert found["orbit file"] == "original"
    # Files of one pass that differ have both.
    assert found["IPF"] == "003.40 + 003.61"


def test_a_cause_that_one_axis_does_not_tell_is_told_by_the_other():
    looked = looked_at(16, orbit_file=["precise"] * 14 + ["restituted"] * 2)
    difference, sigma = np.full((2, len(looked), 2), np.nan)
    difference[0, 1], sigma[0, 1] = -3.0, 0.3
    found = reasons.Result(
        [0], difference, sigma, np.full(len(looked), 0.001), np.ones(16, bool), {0: []}
    )
    finding = explanation._finding(looked, found, 0)
    assert finding["text"] == (
        "scenes made with restituted orbit files lie 3.00 ± 0.30 m south of the others"
    )
    assert finding["difference_east"] is None and finding["difference_north"] == -3.0
