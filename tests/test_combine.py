"""The mean of polarizations is as good as it says, and tells where they contradict each other."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.text import Text

import combine
from stackplot import per_pass
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import combination

REQUIREMENT = {"name": "test", "metres": 6, "share": 0.8, "confidence": 0.9}
REQUIREMENT |= {"of": ["scenes", "pairs"], "shape": "radial"}


def names(count):
    return [f"2022{i // 28 + 1:02}{i % 28 + 1:02}T000000" for i in range(count)][::-1]


def scenes(offsets, sigmas):
    """A table of scenes, newest first."""
    count = len(offsets)
    table = pd.DataFrame(index=range(count), columns=c.without_truth(c.SCENES_TABLE), dtype=object)
    table[c.SCENE] = names(count)
    table[c.TIME] = [f"{n[:4]}-{n[4:6]}-{n[6:8]}T00:00:00Z" for n in names(count)]
    table[c.PLATFORM], table[c.TILES], table[c.FLAG], table[c.MESSAGE] = "S1A", 4, "", ""
    table[c.OFFSET_EAST], table[c.OFFSET_NORTH] = np.transpose(offsets)
    table[c.SIGMA_EAST] = table[c.SIGMA_NORTH] = sigmas
    return table


def drawn(count, sigmas, correlation, seed):
    """True offsets and two measurements of them, whose errors are correlated."""
    random = np.random.default_rng(seed)
    truth = random.normal(0, 2, (count, 2))
    common, own = random.normal(size=(count, 2)), random.normal(size=(2, count, 2))
    errors = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    return truth, [truth + sigma * error for sigma, error in zip(sigmas, errors, strict=True)]


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_errors_of_the_mean_are_those_it_makes(correlation):
    """Against the truth: the error bar is honest, whatever the errors have in common."""
    sigmas, z, better = (0.3, 0.5), [], []
    for seed in range(40):
        truth, measured = drawn(30, sigmas, correlation, seed)
        tables = {p: scenes(m, s) for p, m, s in zip("ab", measured, sigmas, strict=True)}
        found, _ = combination.of_scenes(tables)
        for axis, name in enumerate((c.OFFSET_EAST, c.OFFSET_NORTH)):
            zero = np.median(truth[:, axis])
            error = found[name].to_numpy(float) - (truth[:, axis] - zero)
            error -= error.mean()
            z.append(error / found[c.SIGMA_EAST].to_numpy(float))
            better.append(error)
    assert np.std(z) == pytest.approx(1, abs=0.1)
    # By theory: 1 / (1/.09 + 1/.25) and, of correlated ones, (1 - r^2) ab / (a + b - 2 r sqrt(ab)).
    one, other = (sigma**2 for sigma in sigmas)
    covariance = correlation * sigmas[0] * sigmas[1]
    best = (one * other - covariance**2) / (one + other - 2 * covariance)
    assert np.std(better) == pytest.approx(np.sqrt(best), rel=0.06)


def test_a_scene_in_which_they_contradict_each_other_is_told_and_its_error_reaches_both():
    """VV says -1.4 m, VH -9.6 m: neither can be believed to 0.3 m."""
    _, (vv, vh) = drawn(21, (0.3, 0.5), 0.0, 5)
    vv[7, 0], vh[7, 0] = -1.4, -9.6
    found, summary = combination.of_scenes({"VV": scenes(vv, 0.3), "VH": scenes(vh, 0.5)})
    scene = names(21)[7]
    assert summary["east"]["disagree"] == [scene] and summary["north"]["disagree"] == []
    assert found[c.FLAG].tolist() == [""] * 7 + ["disagree"] + [""] * 13
    (row,) = found[found[c.SCENE] == scene].to_dict("records")
    # 8.2 m apart, in standard errors of the difference, about; the mean leans towards VV.
    assert row[a.APART_EAST] == pytest.approx(8.2 / np.hypot(0.3, 0.5), rel=0.25)
    # It has both within two of its errors.
    middle, error = row[c.OFFSET_EAST], row[c.SIGMA_EAST]
    assert -5.5 < middle < -1.4
    assert 2.5 < error < 6 and middle - 2 * error < -9.6 and middle + 2 * error > -1.4
    assert row[c.SIGMA_NORTH] < 0.35


def test_few_contradict_each_other_by_chance():
    alarms = 0
    for seed in range(50):
        _, (vv, vh) = drawn(12, (0.3, 0.5), 0.0, seed)
        _, summary = combination.of_scenes({"VV": scenes(vv, 0.3), "VH": scenes(vh, 0.5)})
        alarms += bool(summary["east"]["disagree"] or summary["north"]["disagree"])
    assert alarms <= 3


def test_what_one_polarization_lacks_the_other_gives_from_the_same_zero():
    truth, (vv, vh) = drawn(15, (0.1, 0.1), 0.0, 2)
    vh += 40  # its own median is another one
    vv[3] = np.nan
    vv_table, vh_table = scenes(vv, 0.1), scenes(vh, 0.1)
    vv_table.loc[3, [c.FLAG, c.MESSAGE]] = "unmeasured", "water"
    vh_table.loc[5, c.FLAG] = "outlier"
    found, _ = combination.of_scenes({"VV": vv_table, "VH": vh_table.drop(index=9)})
    assert list(found[a.POLARIZATIONS][[3, 9, 0]]) == ["VH", "VV", "VV VH"]
    error = found[[c.OFFSET_EAST, c.OFFSET_NORTH]].to_numpy(float) - truth
    assert np.abs(error - np.median(error, axis=0)).max() < 0.5
    assert list(found[c.FLAG][[3, 5]]) == ["", "outlier"] and found[c.MESSAGE][3] == ""
    assert np.median(found[c.OFFSET_EAST].to_numpy(float)) == pytest.approx(0, abs=1e-9)


def test_what_none_has_is_unmeasured_with_the_reasons():
    _, (vv, vh) = drawn(6, (0.1, 0.1), 0.0, 2)
    vv[2] = vh[2] = np.nan
    tables = {"VV": scenes(vv, 0.1), "VH": scenes(vh, 0.1)}
    for table, why in zip(tables.values(), ("sea", "waves"), strict=True):
        table.loc[2, [c.FLAG, c.MESSAGE]] = "unmeasured", why
    found, _ = combination.of_scenes(tables)
    assert (found[c.FLAG][2], found[c.MESSAGE][2]) == ("unmeasured", "VV: sea; VH: waves")
    assert pd.isna(found[c.OFFSET_EAST][2]) and found[a.POLARIZATIONS][2] == ""


def test_a_truth_that_is_known_is_told_from_the_same_zero():
    truth, (vv, vh) = drawn(9, (0.1, 0.1), 0.0, 3)
    tables = {}
    for polarization, values in (("VV", vv), ("VH", vh)):
        table = tables[polarization] = scenes(values, 0.1)
        table[c.TRUE_EAST], table[c.TRUE_NORTH] = (truth - np.median(vv, axis=0)).T
    found, _ = combination.of_scenes(tables)
    assert list(found) == list(a.COMBINED_TABLE)
    expected = truth[:, 0] - np.median(truth[:, 0])
    assert found[c.TRUE_EAST].to_numpy(float) == pytest.approx(expected)


def test_offsets_from_a_reference_keep_it():
    _, (vv, vh) = drawn(8, (0.2, 0.2), 0.0, 4)
    tables = {}
    for polarization, values in (("VV", vv), ("VH", vh)):
        tables[polarization] = scenes(values - values[2], 0.2)
        tables[polarization].loc[2, [c.SIGMA_EAST, c.SIGMA_NORTH]] = 0.0
    found, _ = combination.of_scenes(tables, names(8)[2])
    assert found[c.OFFSET_EAST][2] == 0 and found[c.SIGMA_EAST][2] < 1e-5
    mean = (vv[:, 0] - vv[2, 0] + vh[:, 0] - vh[2, 0]) / 2
    assert found[c.OFFSET_EAST].to_numpy(float) == pytest.approx(mean, abs=1e-9)


def judged(tmp_path, vv, vh, reference):
    """What the stage writes of two polarizations, of which VH lacks a file of the newest scene."""
    paths = {"scenes": {}, "pairs": {}}
    for polarization, values, sigma in (("VV", vv, 0.2), ("VH", vh, 0.3)):
        table = scenes(values, sigma)
        pairs = pd.DataFrame({
            c.REFERENCE: table[c.SCENE][:-1].to_numpy(), c.SECONDARY: table[c.SCENE][1:].to_numpy(),
            c.SHIFT_X: -np.diff(values[:, 0]) * -1, c.SHIFT_Y: -np.diff(values[:, 1]) * -1,
            c.SIGMA_X: sigma, c.SIGMA_Y: sigma,
        })  # fmt: skip
        for kind, content in (("scenes", table), ("pairs", pairs)):
            paths[kind][polarization] = tmp_path / f"{kind}_{polarization}.csv"
            content.to_csv(paths[kind][polarization], index=False)
    entry = {"scene": names(12)[0], "file": "x_VH.tif", "reason": "is damaged"}
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"left_out": [entry], "remarks": []}))
    outputs = {k: tmp_path / f"{k}.csv" for k in ("scenes", "pairs", "table")}
    outputs["report"] = tmp_path / "report.json"
    combine.main(paths["scenes"], paths["pairs"], [inventory], REQUIREMENT, reference, outputs)
    return outputs, json.loads(outputs["report"].read_text(), parse_constant=pytest.fail)


def test_the_stage_judges_what_it_combines(tmp_path):
    _, (vv, vh) = drawn(12, (0.2, 0.3), 0.0, 1)
    vv[4] += [0, 50]
    vh[4] += [0, 50]
    outputs, report = judged(tmp_path, vv, vh, None)
    assert report["worst_scene"]["scene"] == names(12)[4]
    assert report["answers"]["scenes"]["these"] == "met"
    assert report["criteria"]["radial"]["sure_within"] == 11
    # Two of eleven pairs have it: two of them are outside.
    assert report["pairs"]["criteria"]["radial"]["within"] == 9
    # VV has the scene.
    assert report["left_out"] == []
    for name, columns in (("scenes", a.COMBINED_TABLE), ("pairs", a.COMBINED_PAIRS_TABLE)):
        assert list(pd.read_csv(outputs[name])) == c.without_truth(columns)
    pairs = pd.read_csv(outputs["pairs"])
    assert pairs[c.SIGMA_X].median() == pytest.approx(0.2 * 0.3 / np.hypot(0.2, 0.3), rel=0.25)


def test_what_is_to_look_at_is_told_of_all_polarizations_together(tmp_path):
    """Half of the scenes lie 5 m to either side of the median; none has the two oldest."""
    values = np.column_stack([np.where(np.arange(12) % 2, 5.0, -5.0), np.zeros(12)])
    values[10:] = np.nan
    _, report = judged(tmp_path, values, values + 0.1, None)
    told = {line["cause"]: line["text"] for line in report["to_look_at"]}
    assert set(told) == {"not measured", "scenes far from each other"}
    assert all(day in told["not measured"] for day in ("2022-01-01", "2022-01-02"))


@pytest.mark.parametrize(
    ("reference", "middle", "words"),
    [(None, 0, "the stack's median"), ("stack", 0, "the stack's median"), ("dem", 7, "the DEM")],
)
def test_the_zero_is_that_of_the_config(tmp_path, reference, middle, words):
    """Scenes that all lie 7 m east of the DEM, or have a zero of their own."""
    random = np.random.default_rng(8)
    vv, vh = (np.add(random.normal(0, 0.2, (12, 2)), [7, 0]) for _ in range(2))
    if reference != "dem":
        vh = vh + 1
    outputs, report = judged(tmp_path, vv, vh, reference)
    table = pd.read_csv(outputs["scenes"])
    assert table[c.OFFSET_EAST].median() == pytest.approx(middle, abs=0.2)
    assert (report["zero"], report["absolute"]) == (words, reference == "dem")
    assert report["criteria"]["radial"]["within"] == (0 if middle else 12)
    # Zeros that differ are no contradiction.
    assert report["combined"]["east"]["widened"] < 1.5


def test_the_figure_shows_what_disagrees_and_bears_that_nothing_is_known():
    _, (vv, vh) = drawn(21, (0.3, 0.5), 0.0, 5)
    vh[7] += 9
    tables = {"VV": scenes(vv, 0.3), "VH": scenes(vh, 0.5)}
    figure = per_pass.offset_per_pass(*combined_of(tables), 6.0, "site")
    assert "the polarizations disagree" in [t.get_text() for t in figure.findobj(Text)]
    nothing = {p: scenes(np.full((4, 2), np.nan), np.nan) for p in tables}
    figure = per_pass.offset_per_pass(*combined_of(nothing), 6.0, "sea")
    assert "the polarizations disagree" not in [t.get_text() for t in figure.findobj(Text)]


def test_each_mark_of_a_pass_is_that_of_its_own_polarization_and_axis():
    """VH has the older pass alone."""
    tables = {"VV": scenes([(1.0, 3.0), (-2.0, 0.5)], 0.2), "VH": scenes([(-2.1, 0.6)], 0.4)}
    tables["VV"][c.SIGMA_NORTH] = 0.3
    found, summary = combination.of_scenes(tables, "dem")
    figure = per_pass.offset_per_pass(found, tables, summary, 6.0, "site")
    upper, lower = figure.findobj(Axes)[:2]
    # Two passes stand in order, the newer one first in the tables.
    places = {"VV": [1, 0], "VH": [0]}
    for axes, vv, vh, sigma in ((upper, [1.0, -2.0], [-2.1], 0.2), (lower, [3.0, 0.5], [0.6], 0.3)):
        marks = {one.get_label(): one for one in axes.containers}
        for label, expected, error in (("VV", vv, sigma), ("VH", vh, 0.4)):
            line, _, (bars,) = marks[label]
            at, values = line.get_xydata().T
            assert values == pytest.approx(expected)
            assert at == pytest.approx(places[label], abs=0.4)
            halves = [np.ptp(bar[:, 1]) / 2 for bar in bars.get_segments()]
            assert halves == pytest.approx([error] * len(expected))


def combined_of(tables):
    found, summary = combination.of_scenes(tables)
    return found, tables, summary


def marked(figure, label):
    """Where the marks of a label stand in the upper axes, in points along the axis."""
    figure.draw_without_rendering()
    axes = next(a for a in figure.findobj(Axes) if "east" in a.get_ylabel())
    line = next(
        bars.lines[0]
        for bars in axes.containers
        if isinstance(bars, ErrorbarContainer) and bars.get_label() == label
    )
    pixels = axes.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
    return pixels[:, 0] * 72 / figure.dpi


# Days from pass to pass: two; three seasons of 7, years apart; each repeat of a satellite.
@pytest.mark.parametrize("steps", [[12], ([6, 12, 6, 12, 12, 12, 300] * 3)[:-1], [12] * 96])
def test_each_polarization_stands_by_its_own_pass(steps):
    days = pd.Timestamp("2021-11-19", tz="UTC") + pd.to_timedelta(np.cumsum([0, *steps]), "D")
    offsets = np.zeros((len(days), 2))
    tables = {"VV": scenes(offsets, 0.3), "VH": scenes(offsets, 0.5)}
    for table in tables.values():
        table[c.TIME] = days[::-1].strftime("%Y-%m-%dT%H:%M:%SZ")
        table[c.SCENE] = days[::-1].strftime("%Y%m%dT%H%M%S")
    figure = per_pass.offset_per_pass(*combined_of(tables), 6.0, "site")
    at = marked(figure, "all together")
    assert len(at) == len(days)
    apart = np.abs(np.diff(at)).min() if len(at) > 1 else np.inf
    assert apart > 5
    for label in tables:
        beside = marked(figure, label) - at
        assert np.all(np.abs(beside) < 0.35 * apart)
        assert np.all(np.abs(beside) < 8) and np.all(np.abs(beside) > 1.5)
    assert np.sign(beside[0]) == 1 and np.sign(marked(figure, "VV")[0] - at[0]) == -1
