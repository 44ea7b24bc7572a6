"""The corrected stack, measured again, beside the stack as it was."""

import json

import numpy as np
import pandas as pd
import pytest
import rasterio
from conftest import OFFSETS, TIMES
from scipy.stats import chi2

import prove
from stackplot import before_after
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import combination, proof, screening
from stackshift.stack.zero import Zero

GRID = {"crs": "EPSG:32611", "transform": [30, 0, 5e5, 0, -30, 3.9e6], "width": 90, "height": 80}
NAMES = [f"202201{day:02}T000000" for day in (25, 13, 1)]


def scenes(offsets, truth=None):
    table = pd.DataFrame(index=range(3), columns=c.without_truth(c.SCENES_TABLE), dtype=object)
    table[c.SCENE] = NAMES
    table[c.TIME] = [f"2022-01-{day:02}T00:00:00Z" for day in (25, 13, 1)]
    table[c.PLATFORM] = "S1A"
    table[c.OFFSET_EAST], table[c.OFFSET_NORTH] = np.transpose(offsets)
    table[c.SIGMA_EAST] = table[c.SIGMA_NORTH] = 0.2
    if truth is not None:
        table[c.TRUE_EAST], table[c.TRUE_NORTH] = np.transpose(truth)
    return table


def move(east, north):
    corrected = bool(east or north)
    reason = "off" if corrected else "0.3 ± 0.2 m off: no more than chance"
    return {"corrected": corrected, "east": east, "north": north, "reason": reason}


def test_what_is_expected_is_what_was_and_what_was_done_from_one_zero():
    before = scenes([(50, -30), (0, 0), (-1, 2)], [(50.2, -30.1), (0, 0), (-1.2, 2.4)])
    after = scenes([(0.05, 0), (0.02, 0.01), (-1, 2)]).drop(index=1)
    moves = dict(zip(NAMES, [move(-50, 30), move(0, 0), move(0, 0)], strict=True))
    table = proof.table(before, after, moves, Zero())
    assert list(table) == list(a.PROOF_TABLE)
    # The middle of the two that were measured again, which are at 0 and -1, and at 0 and 2.
    assert list(table[a.EXPECTED_EAST]) == [0.5, 0.5, -0.5]
    assert list(table[a.EXPECTED_NORTH]) == [-1, -1, 1]
    # What was left of the error: 0.2 and -1.2 east.
    assert list(table[a.TRUE_AFTER_EAST].astype(float)) == pytest.approx([0.7, 0.5, -0.7])
    assert pd.isna(table[a.AFTER_EAST][1])
    assert list(table[a.CORRECTED]) == ["true", "false", "false"]
    found = proof.summary(table, 30.0)
    assert (found["scenes"], found["measured"], found["moved"]) == (3, 2, 1)
    assert found["before"]["largest"] == pytest.approx(np.hypot(50, 30))
    assert found["before"]["scene"] == NAMES[0]
    missed = [(0.05 - 0.5, 1), (-1 + 0.5, 2 - 1)]
    rms = np.sqrt(np.mean(np.sum(np.square(missed), axis=1)))
    assert found["missed"]["rms"] == pytest.approx(rms)
    assert found["missed_pixels"] == pytest.approx(rms / np.sqrt(2) / 30)
    reference = proof.table(before, after, moves, Zero.of(NAMES[2]))
    assert list(reference[a.EXPECTED_EAST]) == [1, 1, 0]
    same = proof.table(before, after, moves, Zero.of("stack"))
    assert list(same[a.EXPECTED_EAST]) == list(table[a.EXPECTED_EAST])
    # From the DEM there is no median to take out.
    absolute = proof.table(before, after, moves, Zero.of("dem"))
    assert list(absolute[a.EXPECTED_EAST]) == [0, 0, -1]
    assert list(absolute[a.TRUE_AFTER_EAST]) == pytest.approx([0.2, 0, -1.2])


def test_the_stage_writes_a_line_a_table_and_a_figure(tmp_path):
    scenes([(50, -30), (0, 0), (-1, 2)]).to_csv(tmp_path / "before.csv", index=False)
    scenes([(0.1, 0), (0, 0), (0, 0.1)]).to_csv(tmp_path / "after.csv", index=False)
    moves = dict(zip(NAMES, [move(-50, 30), move(0, 0), move(1, -2)], strict=True))
    verdict = {"answers": {}, "CE90": {}, "worst_scene": None}
    for name, content in {
        "moves": moves, "grid": GRID, "verdict_before": verdict | {"verdict": "fail"},
        "verdict_after": verdict | {"verdict": "pass"},
    }.items():  # fmt: skip
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    inputs = {name: tmp_path / f"{name}.csv" for name in ("before", "after")}
    inputs |= {
        name: tmp_path / f"{name}.json"
        for name in ("moves", "grid", "verdict_before", "verdict_after")
    }
    outputs = {
        name: tmp_path / f"proof.{suffix}"
        for name, suffix in (
            ("table", "csv"), ("report", "json"), ("figure", "svg"), ("figure_png", "png"),
        )
    }  # fmt: skip
    alone = {name: {"VV": inputs[name]} for name in ("before", "after")}
    none = {"before": [], "after": []}
    prove.main(inputs, none, alone, None, {"metres": 6}, "site VV", outputs)
    report = json.loads(outputs["report"].read_text(), parse_constant=pytest.fail)
    assert report["line"].startswith("2 of 3 scenes moved; offsets rms 33.69 m before, 0.08 m")
    assert report["line"].endswith(
        "; not moved: 2022-01-13 (0.3 ± 0.2 m off: no more than chance); "
        "verdict fail before, pass after"
    )
    # 0.2 m along each of two axes.
    assert report["error"] == pytest.approx(np.hypot(0.2, 0.2))
    assert "lie where they should, to within their errors of 0.3 m; " in report["line"]
    assert report["not_moved"] == [{"scene": NAMES[1], "reason": moves[NAMES[1]]["reason"]}]
    known = [name for name in a.PROOF_TABLE if not name.startswith("true_")]
    assert list(pd.read_csv(outputs["table"])) == known
    assert outputs["figure"].stat().st_size > 10_000 and outputs["figure_png"].stat().st_size > 0


def test_the_figure_shows_each_scene_where_it_was_and_where_it_is():
    """The newest is moved, the middle one is left where it was, the oldest lies elsewhere."""
    before, after = scenes([(3, -4), (1, 0), (0, 5)]), scenes([(0.3, -0.4), (0.9, 0), (0, 2)])
    moves = dict(zip(NAMES, [move(-3, 4), move(0, 0), move(0, -5)], strict=True))
    table = proof.table(before, after, moves, Zero.of("dem"))
    table[a.FOUND] = [proof.AS_EXPECTED, proof.AS_EXPECTED, proof.ELSEWHERE]
    figure = before_after.drawn(table, proof.summary(table, 30.0), 6.0, "site")
    plane, time = figure.axes
    shown = {line.get_label(): line.get_xydata().tolist() for line in plane.lines}
    assert shown["before"] == [[3, -4], [1, 0], [0, 5]]
    assert shown["after"] == [[0.3, -0.4], [0.9, 0], [0, 2]]
    arrows = [(text.xyann, text.xy) for text in plane.texts if text.arrow_patch]
    assert arrows == [((3, -4), (0.3, -0.4)), ((0, 5), (0, 2))]
    # Days since 1970 of the three scenes, and metres.
    days = {line.get_label(): line.get_xydata().round(6).tolist() for line in time.lines}
    newest, middle, oldest = 19017, 19005, 18993
    assert days["as it was"] == [[newest, 5], [middle, 1], [oldest, 5]]
    assert days["corrected, measured again"] == [[newest, 0.5], [middle, 0.9], [oldest, 2]]
    assert days["not moved"] == [[middle, 1]]
    assert days["elsewhere than it should be"] == [[oldest, 2]]


def measured_twice(random, count, tiles, moved, again=0.0, template=0.02):
    """A stack measured before and after it was moved, out of one speckle, by what is known of it.

    Scenes lie anywhere, those of `moved` far; what a tile's second measurement adds is `again`
    metres, what the new template adds to a whole scene `template`.
    """
    names = [f"2022{month:02}{day:02}T000000" for month in range(1, 13) for day in (5, 17)][:count]
    names = names[::-1]
    at = random.normal(0, 0.02, (count, 2))
    at[moved] += random.uniform(30, 60, (len(moved), 2))
    error = random.uniform(1.5, 2.5, (count, 1, 1)) * random.normal(size=(count, tiles, 2))
    first = at[:, None] + error
    offsets = first.mean(axis=1) - np.median(first.mean(axis=1), axis=0)
    way = np.zeros((count, 2))
    way[moved] = -offsets[moved]
    second = first + way[:, None] + random.normal(0, template, (count, 1, 2))
    second = second + again * random.normal(size=second.shape)
    tables = []
    for values in (first, second):
        mean = values.mean(axis=1)
        table = pd.DataFrame(
            index=range(count), columns=c.without_truth(c.SCENES_TABLE), dtype=object
        )
        table[c.SCENE], table[c.TIME], table[c.PLATFORM] = names, names, "S1A"
        table[c.OFFSET_EAST], table[c.OFFSET_NORTH] = (mean - np.median(mean, axis=0)).T
        table[c.SIGMA_EAST] = table[c.SIGMA_NORTH] = 2 / np.sqrt(tiles)
        cut = pd.DataFrame(
            [
                (name, k, 0, *values[i, k], 2.0, 2.0)
                for i, name in enumerate(names)
                for k in range(tiles)
            ],
            columns=[
                c.SCENE,
                c.TILE_X,
                c.TILE_Y,
                c.OFFSET_EAST,
                c.OFFSET_NORTH,
                c.SIGMA_EAST,
                c.SIGMA_NORTH,
            ],
        )
        tables.append((table, cut))
    return names, tables, {n: move(*w) for n, w in zip(names, way, strict=True)}


@pytest.mark.parametrize(("tiles", "again"), [(40, 0.1), (40, 0.0), (1, 0.0), (9, 0.5)])
def test_a_scene_that_was_moved_right_or_not_at_all_is_not_called_elsewhere(tiles, again):
    """One speckle: the moved ones scatter by nothing, the others by their errors, as before."""
    random = np.random.default_rng([tiles, int(10 * again)])
    wrong = 0
    for _ in range(30):
        _, (before, after), moves = measured_twice(random, 12, tiles, [1, 4, 7, 9], again)
        table = proof.table(before[0], after[0], moves, Zero(), [(before[1], after[1])])
        found = proof.summary(table, 30.0)
        wrong += bool(found["elsewhere"])
        assert len(found["not_moved"]) == 8
    # Nominal 1 % of the stacks.
    assert wrong <= 3


@pytest.mark.parametrize("tiles", [40, 1])
def test_a_scene_that_was_moved_wrong_is_called_elsewhere(tiles):
    """The wrong way, by half, or not at all, be it one or each: the report says which."""
    random = np.random.default_rng(tiles)
    for share in (-1.0, 0.5, 0.0):
        names, (before, after), moves = measured_twice(random, 12, tiles, [1, 4, 7, 9])
        for at in ([4], [1, 4, 7, 9]):
            wrong = after[0].copy()
            for i in at:
                way = moves[names[i]]
                for offset, axis in ((c.OFFSET_EAST, "east"), (c.OFFSET_NORTH, "north")):
                    wrong.loc[i, offset] -= (1 - share) * way[axis]
            table = proof.table(before[0], wrong, moves, Zero(), [(before[1], after[1])])
            found = proof.summary(table, 30.0)
            assert found["elsewhere"] == [names[i] for i in at]
            assert "elsewhere than they should be: " in proof.line(found, ("fail", "fail"))


def test_a_scene_that_has_no_one_place_is_not_said_to_be_mended_in_all_parts():
    before = scenes([(6, 0), (0, 0), (-1, 2)])
    after = scenes([(0, 0), (0, 0), (-1, 2)])
    after[c.FLAG] = ["outlier uneven", None, "outlier"]
    moves = dict(zip(NAMES, [move(-6, 0), move(0, 0), move(0, 0)], strict=True))
    found = proof.summary(proof.table(before, after, moves, Zero()), 30.0)
    assert found["distorted"] == [NAMES[0]]
    line = proof.line(found, ("fail", "pass"))
    assert "errors of 0.3 m; as a whole, but not in all parts: 20220125T000000; not moved" in line
    after[c.FLAG] = None
    found = proof.summary(proof.table(before, after, moves, Zero()), 30.0)
    assert found["distorted"] == [] and "parts" not in proof.line(found, ("fail", "pass"))


@pytest.mark.parametrize(("tiles", "again"), [(25, 0.5), (6, 0.245)])
def test_the_error_of_the_difference_is_that_of_what_the_second_measurement_adds(tiles, again):
    """What is added a tile, over the root of the tiles, is 0.1 m, whatever both have in common."""
    random = np.random.default_rng(3)
    found = []
    for _ in range(6):
        names, (before, after), _ = measured_twice(random, 24, tiles, [], again, template=0.0)
        found.append(proof.paired(names, [(before[1], after[1])]))
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(0.1, rel=0.05)


def test_scenes_left_where_they_were_are_no_outliers_of_those_that_were_moved():
    """An unmoved scene, as far off as chance allows, beside ones that were moved onto zero."""
    random = np.random.default_rng(5)
    flagged = {screening.LEAST: 0, screening.AS_QUOTED: 0}
    for _ in range(200):
        sigmas = random.uniform(0.2, 0.4, 12)
        offsets = random.normal(0, sigmas, (2, 12))
        p = screening.holm(chi2.sf((offsets**2 / sigmas**2).sum(axis=0), 2))
        moved = random.choice(12, 8, replace=False)
        kept = np.setdiff1d(np.flatnonzero(p >= 0.05), moved)
        after = random.normal(0, 0.03, (2, 12))
        after[:, kept] = offsets[:, kept]
        for least in flagged:
            p = np.concatenate([screening.outliers(axis, sigmas, least) for axis in after])
            flagged[least] += bool((screening.holm(p) < screening.ALPHA).any())
    assert flagged[screening.LEAST] > 60 and flagged[screening.AS_QUOTED] == 0


def in_two_polarizations(random, elsewhere=()):
    """Scenes in VV and VH, .6 m apart in one of them, measured twice, with errors that change.

    Each polarization tells where a scene is .01 m apart from the first time, and nothing moved but
    those of `elsewhere` by half a metre. As in a real run VH is said to be better the second time.
    """
    names = [f"2022{month:02}05T000000" for month in range(1, 13)][::-1]
    tables, cuts = ({}, {}), []
    for polarization, told in (("VV", (0.085, 0.085)), ("VH", (0.095, 0.075))):
        first = random.normal(0, 0.4, (12, 40, 2))
        first[8] += 0.3 if polarization == "VV" else -0.3
        second = first + random.normal(0, 0.01, (12, 1, 2)) + random.normal(0, 0.03, (12, 40, 2))
        second[list(elsewhere)] += 0.5
        cut = []
        for table, values, sigma in zip(tables, (first, second), told, strict=True):
            mean = values.mean(axis=1)
            made = pd.DataFrame(
                index=range(12), columns=c.without_truth(c.SCENES_TABLE), dtype=object
            )
            made[c.SCENE], made[c.TIME], made[c.PLATFORM] = names, names, "S1A"
            made[c.OFFSET_EAST], made[c.OFFSET_NORTH] = (mean - np.median(mean, axis=0)).T
            made[c.SIGMA_EAST] = made[c.SIGMA_NORTH] = sigma
            made[c.TILES], made[c.FLAG] = 40, ""
            table[polarization] = made
            tiles = pd.MultiIndex.from_product([names, range(40), [0]]).to_frame(index=False)
            tiles.columns = [c.SCENE, c.TILE_X, c.TILE_Y]
            tiles[c.OFFSET_EAST], tiles[c.OFFSET_NORTH] = values.reshape(-1, 2).T
            cut.append(tiles.assign(**{c.SIGMA_EAST: 0.4, c.SIGMA_NORTH: 0.4}))
        cuts.append(tuple(cut))
    return names, tables, cuts


def proven(folder, names, tables, cuts):
    """What the stage says of scenes none of which was moved on purpose."""
    paths, tiles = {"before": {}, "after": {}}, {"before": [], "after": []}
    inputs = {}
    for at, name in enumerate(("before", "after")):
        inputs[name] = folder / f"{name}.csv"
        combination.of_scenes(tables[at])[0].to_csv(inputs[name], index=False)
        for polarization, table in tables[at].items():
            paths[name][polarization] = folder / f"{name}_{polarization}.csv"
            table.to_csv(paths[name][polarization], index=False)
        for number, cut in enumerate(cuts):
            tiles[name].append(folder / f"{name}_tiles_{number}.csv")
            cut[at].to_csv(tiles[name][-1], index=False)
    verdict = {"answers": {}, "CE90": {}, "worst_scene": None, "verdict": "pass"}
    for name, content in {
        "moves": {name: move(0.0, 0.0) for name in names}, "grid": GRID,
        "verdict_before": verdict, "verdict_after": verdict,
    }.items():  # fmt: skip
        inputs[name] = folder / f"{name}.json"
        inputs[name].write_text(json.dumps(content))
    suffixes = {"table": "csv", "report": "json", "figure": "svg", "figure_png": "png"}
    outputs = {name: folder / f"proof.{suffix}" for name, suffix in suffixes.items()}
    prove.main(inputs, tiles, paths, None, {"metres": 6}, "site VV and VH", outputs)
    return json.loads(outputs["report"].read_text()), pd.read_csv(outputs["table"])


def test_other_weights_of_the_polarizations_move_no_scene(tmp_path, monkeypatch):
    """Each polarization says that nothing moved; with new weights the scene .6 m apart did."""
    monkeypatch.setattr(prove.before_after, "drawn", lambda *_: None)
    monkeypatch.setattr(prove.drawing, "save", lambda *_: None)
    random = np.random.default_rng(4)
    wrong = 0
    for _ in range(15):
        report, table = proven(tmp_path, *in_two_polarizations(random))
        wrong += bool(report["elsewhere"])
        # By .01 m a polarization, .007 m together.
        assert report["missed"]["rms"] < 0.025
        missed = table[a.AFTER_EAST] - table[a.EXPECTED_EAST]
        assert table[a.MISSED_EAST].to_numpy() == pytest.approx(missed.to_numpy(), abs=3e-6)
    # Nominal 1 % of the stacks.
    assert wrong <= 1


def test_a_scene_that_lies_elsewhere_in_both_polarizations_is_found(tmp_path):
    random = np.random.default_rng(9)
    for at in ([3], [0, 7]):
        names, tables, cuts = in_two_polarizations(random, at)
        report, _ = proven(tmp_path, names, tables, cuts)
        assert report["elsewhere"] == [names[i] for i in at]


def test_what_one_polarization_lost_on_the_way_moves_no_scene(tmp_path):
    """VV and VH lie .8 m apart in a scene of which VH is not measured the second time."""
    names, tables, cuts = in_two_polarizations(np.random.default_rng(2))
    for table in tables:
        table["VV"].loc[5, [c.OFFSET_EAST, c.OFFSET_NORTH]] += 0.4
        table["VH"].loc[5, [c.OFFSET_EAST, c.OFFSET_NORTH]] -= 0.4
    columns = [c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH]
    tables[1]["VH"].loc[5, columns] = np.nan
    cuts[1][1].loc[cuts[1][1][c.SCENE] == names[5], columns] = np.nan
    report, table = proven(tmp_path, names, tables, cuts)
    assert report["elsewhere"] == [] and report["measured"] == 12
    assert np.abs(table[a.MISSED_EAST]).max() < 0.06
    # From the DEM each polarization keeps its zero, from a scene that scene its place.
    for reference in ("dem", names[2]):
        first, second = (combination.of_scenes(t, reference)[0] for t in tables)
        found = combination.measured_again(first, second, *tables, reference)
        known = found[c.OFFSET_EAST].to_numpy(float) - first[c.OFFSET_EAST].to_numpy(float)
        assert np.abs(known).max() < 0.06


@pytest.mark.long
@pytest.mark.parametrize("kind", ["vrt", "geotiff"])
def test_a_stack_is_corrected_and_proven_by_the_workflow(finished, tmp_path, kind):
    """Scenes that lie up to three pixels off lie on each other afterwards, by their pixels too."""
    workspace = finished.copy(tmp_path / kind)
    workspace.config["correct"] = {"as": kind, "when": "all"}
    done = workspace.run("proven")
    assert done.status == 0, done.text
    assert "site: 3 of 3 scenes moved" in done.text or "site: 2 of 3 scenes moved" in done.text
    folder = workspace.folder / "results" / "site" / "corrected"
    report = json.loads((folder / "proof.json").read_text())
    assert report["before"]["largest"] > 60 and report["after"]["largest"] < 0.6
    assert report["missed_pixels"] < 0.01
    table = pd.read_csv(folder / "corrected.csv", dtype={c.SCENE: str}).set_index(c.SCENE)
    left, tops = [], []
    for time, (rows, columns) in zip(TIMES, OFFSETS, strict=True):
        with rasterio.open(folder / table.loc[time, a.PATH]) as source:
            left.append(source.transform.c / 30 + (columns if kind == "vrt" else 0))
            tops.append(source.transform.f / 30 - (rows if kind == "vrt" else 0))
    # Where the undisplaced content starts is the same in all.
    assert np.ptp(left) < 0.03 and np.ptp(tops) < 0.03
    assert "Nothing to be done" in workspace.run("proven").text
    # The table is a sheet: the workflow reads it as a stack of its own.
    again = {"stacks": {"again": {"scenes": str(folder / "corrected.csv")}}}
    workspace.config = {**again, "tiles": {"rows": 2, "columns": 2}}
    assert workspace.dry("analysed")["superset"] == 3


def test_a_stack_in_which_nothing_could_be_measured_has_a_proof_too():
    nothing = scenes(np.full((3, 2), np.nan))
    nothing[[c.SIGMA_EAST, c.SIGMA_NORTH]] = np.nan
    moves = dict.fromkeys(NAMES, move(0.0, 0.0))
    table = proof.table(nothing, nothing, moves, Zero())
    found = proof.summary(table, 30.0)
    assert (found["measured"], found["before"], found["missed_pixels"]) == (0, None, None)
    assert proof.line(found, ("undecided", "undecided")).startswith("0 of 3 scenes moved; 3 not")
    assert before_after.drawn(table, found, 6.0, "sea VV").axes
