"""The mean of polarizations is as good as it says, and tells where they contradict each other."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from conftest import TOGETHER, Workspace, small_stack
from makers import hyp3_name, pair_settings
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.text import Text

import combine
from stackplot import per_pass
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import combination, judgement_columns
from stackshift.stack.pairing import choose

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


def judged(tmp_path, vv, vh, reference=None, lines=None, attributes=None, lacks=()):
    """What the stage writes of two polarizations, of which VH lacks a file of the newest scene.

    lines : what to look at by polarization; attributes : of each scene; lacks : numbers of the
    scenes of which VH has nothing.
    """
    paths = {kind: {} for kind in ("scenes", "pairs", "inventory", "findings", "verdict")}
    for polarization, values, sigma in (("VV", vv, 0.2), ("VH", vh, 0.3)):
        count = len(values)
        table = scenes(values, sigma)
        kept = [at for at in range(count) if polarization == "VV" or at not in lacks]
        table, values = table.iloc[kept].reset_index(drop=True), values[kept]
        pairs = pd.DataFrame({
            c.REFERENCE: table[c.SCENE][:-1].to_numpy(), c.SECONDARY: table[c.SCENE][1:].to_numpy(),
            c.SHIFT_X: -np.diff(values[:, 0]) * -1, c.SHIFT_Y: -np.diff(values[:, 1]) * -1,
            c.SIGMA_X: sigma, c.SIGMA_Y: sigma,
        })  # fmt: skip
        for kind, content in (("scenes", table), ("pairs", pairs)):
            paths[kind][polarization] = tmp_path / f"{kind}_{polarization}.csv"
            content.to_csv(paths[kind][polarization], index=False)
        left_out = [{"scene": names(count)[0], "file": "x_VH.tif", "reason": "is damaged"}]
        told = {
            "inventory": {
                "scenes": {
                    name: {"attributes": (attributes or {}).get(name, {})}
                    for name in table[c.SCENE]
                },
                "left_out": left_out if polarization == "VH" else [],
                "remarks": [],
            },
            "findings": {"processing": {}, "shared": {}},
            "verdict": {"to_look_at": (lines or {}).get(polarization, [])},
        }
        for kind, content in told.items():
            paths[kind][polarization] = tmp_path / f"{kind}_{polarization}.json"
            paths[kind][polarization].write_text(json.dumps(content))
    outputs = {k: tmp_path / f"{k}.csv" for k in ("scenes", "pairs", "why", "table")}
    outputs["report"] = tmp_path / "report.json"
    chosen = choose(names(len(vv)), pair_settings(next=1))
    said = {kind: paths[kind] for kind in ("inventory", "findings", "verdict")}
    combine.main(paths["scenes"], paths["pairs"], said, chosen, REQUIREMENT, reference, outputs)
    return outputs, json.loads(outputs["report"].read_text(), parse_constant=pytest.fail)


def look_at(cause, text):
    return {"cause": cause, "text": text}


def test_a_step_that_both_polarizations_show_is_told_by_both_together(tmp_path):
    """The six newest of twelve passes lie 10 m east, with errors of .17 m."""
    truth = np.zeros((12, 2))
    truth[:6, 0] = 10
    random = np.random.default_rng(12)
    vv, vh = (truth + sigma * random.normal(size=(12, 2)) for sigma in (0.2, 0.3))
    line = look_at("step in time", "scenes from 2022-01-07 on lie 10.1 ± 0.2 m east of the others")
    outputs, report = judged(tmp_path, vv, vh, lines={"VV": [line], "VH": [line]})
    (step,) = [one for one in report["to_look_at"] if one["cause"] == "step in time"]
    assert step["text"].startswith("scenes from 2022-01-07 on lie ")
    # What is told is what the combined offsets show, to the digits of its error.
    shown = pd.read_csv(outputs["scenes"])[c.OFFSET_EAST]
    apart = shown[:6].mean() - shown[6:].mean()
    metres, _, error = step["text"].split(" lie ")[1].split(" m east")[0].split()
    assert float(metres) == pytest.approx(apart, abs=0.05)
    assert apart == pytest.approx(10, abs=0.3) and 0.06 < float(error) < 0.2
    assert report["findings"]["why"][0]["text"] == step["text"]
    table = pd.read_csv(outputs["why"])
    assert list(table) == list(judgement_columns.WHY_TABLE) and table["found"].sum() == 1


def test_platforms_that_differ_are_told_by_the_attributes_of_any_polarization(tmp_path):
    """Every second scene lies 4 m north and is of S1B, as the inventories say."""
    truth = np.zeros((12, 2))
    truth[::2, 1] = 4
    random = np.random.default_rng(5)
    vv, vh = (truth + sigma * random.normal(size=(12, 2)) for sigma in (0.2, 0.3))
    told = {name: {"platform": ("S1B", "S1A")[at % 2]} for at, name in enumerate(names(12))}
    _, report = judged(tmp_path, vv, vh, attributes=told, lacks=[4])
    (line,) = [one for one in report["to_look_at"] if one["cause"] == "platforms differ"]
    assert line["text"].startswith("scenes of S1") and " of the others" in line["text"]


def test_what_polarizations_say_besides_their_offsets_is_told_once(tmp_path):
    random = np.random.default_rng(6)
    vv, vh = (sigma * random.normal(size=(12, 2)) for sigma in (0.2, 0.3))
    pixels = look_at("same pixels", "2022-01-01 and 2022-01-02 are one image")
    tiles = look_at("tiles that move", "row 1 column 2: left out of all scenes (tiles.csv)")
    away = [
        look_at("stands out", "lies apart from the other scenes: 2022-01-03"),
        look_at("made differently", "scenes of x lie 1 m east of the others"),
        look_at("not measured", "water"), look_at("trend in time", "scenes move by 1 m a year"),
    ]  # fmt: skip
    lines = {"VV": [away[0], pixels, *away[1:]], "VH": [tiles, *away, pixels]}
    _, report = judged(tmp_path, vv, vh, lines=lines)
    assert report["to_look_at"] == [
        pixels,
        look_at("tiles that move", "VH: row 1 column 2: left out of all scenes (tiles.csv)"),
    ]


def test_a_pair_over_a_scene_that_one_polarization_lacks_is_no_pair_of_all(tmp_path):
    """Twelve passes have eleven pairs of neighbours, whichever of them VH lacks."""
    random = np.random.default_rng(7)
    vv, vh = (sigma * random.normal(size=(12, 2)) for sigma in (0.2, 0.3))
    outputs, report = judged(tmp_path, vv, vh, lacks=[4])
    pairs = pd.read_csv(outputs["pairs"])
    assert list(zip(pairs[c.REFERENCE], pairs[c.SECONDARY], strict=True)) == list(
        pairwise(names(12))
    )
    assert report["pairs"]["criteria"]["radial"]["scenes"] == 11
    # Those of the scene are VV's alone.
    assert pairs[c.SHIFT_X][3] == pytest.approx(vv[4, 0] - vv[3, 0], abs=1e-5)


def test_a_pair_that_no_polarization_has_is_told_by_its_scenes(tmp_path):
    """VH lacks one of two neighbours and VV, as far as it is told, the other one."""
    random = np.random.default_rng(8)
    tables = {}
    for polarization, lacks in (("VV", 2), ("VH", 3)):
        left = [name for at, name in enumerate(names(6)) if at != lacks]
        shifts = random.normal(0, 0.2, (2, 4))
        columns = dict(zip((c.SHIFT_X, c.SHIFT_Y), shifts, strict=True))
        tables[polarization] = pd.DataFrame(
            {c.REFERENCE: left[:-1], c.SECONDARY: left[1:], c.SIGMA_X: 0.2, c.SIGMA_Y: 0.2}
            | columns
        )
    found = combination.of_pairs(tables, list(pairwise(names(6))))
    assert list(found[c.SHIFT_X].isna()) == [False, False, True, False, False]


def test_what_scenes_have_alike_of_their_errors_is_weighted_as_they_are():
    """Errors of .3 and .4 m: VV weighs 16 of 25; of a scene that VH lacks its own counts."""
    values = np.zeros((6, 2))
    tables = {"VV": scenes(values, 0.3), "VH": scenes(values, 0.4).drop(index=2)}
    alike = {p: {name: [m, -m] for name in names(6)} for p, m in (("VV", 0.1), ("VH", 0.2))}
    found = combination.shared(names(6), tables, alike, "dem")
    # Values that agree to the last digit show errors with a part in common, which favours VV.
    assert np.all((found[[0, 1, 3, 4, 5], 0] < 0.136 + 1e-9) & (found[[0, 1, 3, 4, 5], 0] >= 0.1))
    assert found[2].tolist() == [0.1, -0.1]
    assert np.array_equal(found[:, 0], -found[:, 1])


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


@pytest.mark.long
def test_two_polarizations_of_a_stack_with_a_step_and_a_gap_by_the_workflow(tmp_path):
    """The four newest of eight passes lie two pixels, 60 m, east; VH lacks the third."""
    times = [f"20220{month}{day:02}T000000" for month in (1, 2, 3, 4) for day in (3, 15)]
    offsets = [(0.0, 0.0)] * 4 + [(0.0, 2.0)] * 4
    for polarization in ("VV", "VH"):
        small_stack(tmp_path / "scenes", polarization, times, offsets)
    (tmp_path / "scenes" / hyp3_name(times[2], "VH")).unlink()
    config = {"stacks": {"site": {"directory": "scenes", "polarizations": ["VV", "VH"]}}}
    workspace = Workspace(tmp_path, config | TOGETHER | {"tiles": {"rows": 2, "columns": 2}})
    folder = tmp_path / "results" / "site"
    done = workspace.run(*(str(f"results/site/{name}") for name in (
        "combined/verdict.json", "scenes_usable.csv",
    )))  # fmt: skip
    assert done.status == 0, done.text
    line = "1 of 8 scenes has no VH: 2022-02-03"
    assert done.text.count(f"stack 'site': {line}") == 1
    assert json.loads((folder / "VH" / "inventory.json").read_text())["remarks"] == [line]
    report = json.loads((folder / "combined" / "verdict.json").read_text())
    told = {one["cause"]: one["text"] for one in report["to_look_at"]}
    assert told["scenes"] == line
    assert told["step in time"].startswith("scenes from 2022-03-03 on lie 60.")
    # True east, from which the grid is turned by a degree here.
    assert " m east and 1." in told["step in time"]
    assert report["pairs"]["criteria"]["radial"]["scenes"] == 7
    usable = pd.read_csv(folder / "scenes_usable.csv").set_index(c.SCENE)[a.POLARIZATIONS]
    assert usable[times[2]] == "VV" and set(usable[times[1]]) == {"VV VH"}
