"""The corrected stack, measured again, beside the stack as it was."""

import json

import numpy as np
import pandas as pd
import pytest
import rasterio
from conftest import OFFSETS, TIMES

import prove
from stackplot import before_after
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import proof

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
    return {"corrected": bool(east or north), "east": east, "north": north}


def test_what_is_expected_is_what_was_and_what_was_done_from_one_zero():
    before = scenes([(50, -30), (0, 0), (-1, 2)], [(50.2, -30.1), (0, 0), (-1.2, 2.4)])
    after = scenes([(0.05, 0), (0.02, 0.01), (-1, 2)]).drop(index=1)
    moves = dict(zip(NAMES, [move(-50, 30), move(0, 0), move(0, 0)], strict=True))
    table = proof.table(before, after, moves, None)
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
    reference = proof.table(before, after, moves, NAMES[2])
    assert list(reference[a.EXPECTED_EAST]) == [1, 1, 0]


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
    prove.main(inputs, None, {"metres": 6}, "site VV", outputs)
    report = json.loads(outputs["report"].read_text(), parse_constant=pytest.fail)
    assert report["line"].startswith("2 of 3 scenes moved; offsets rms 33.69 m before, 0.08 m")
    assert report["line"].endswith("verdict fail before, pass after")
    known = [name for name in a.PROOF_TABLE if not name.startswith("true_")]
    assert list(pd.read_csv(outputs["table"])) == known
    assert outputs["figure"].stat().st_size > 10_000 and outputs["figure_png"].stat().st_size > 0


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
    table = proof.table(nothing, nothing, moves, None)
    found = proof.summary(table, 30.0)
    assert (found["measured"], found["before"], found["missed_pixels"]) == (0, None, None)
    assert proof.line(found, ("undecided", "undecided")).startswith("0 of 3 scenes moved; 3 not")
    assert before_after.drawn(table, found, 6.0, "sea VV").axes
