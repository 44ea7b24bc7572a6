"""The watch: what is new is appended, what began is told, and neither changes by another call."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from watch_calls import NAMES, call, scenes_csv

import watch
from stackio import files
from stackplot import charts
from stackshift.errors import InputError
from stackshift.stack import columns as c
from stackshift.stack import history, sequential, watch_columns


@pytest.fixture(autouse=True)
def undrawn(monkeypatch, request):
    """Figures take longer than all the rest: one is drawn."""
    if "lies_off" not in request.node.name:
        monkeypatch.setattr(watch.drawing, "save", lambda *_: None)


@pytest.fixture
def offsets():
    return np.random.default_rng(8).normal(0, 0.3, (60, 2))


def test_each_scene_stays_as_it_was_first_measured(tmp_path, offsets):
    scenes_csv(tmp_path, offsets[:20])
    before, found = call(tmp_path)
    assert found["alerts"] == [] and found["tested"] == 10
    # The same once more, with all measured a little differently: to the letter.
    scenes_csv(tmp_path, offsets[:20] + np.random.default_rng(1).normal(0, 0.2, (20, 2)))
    again, _ = call(tmp_path, day=1)
    assert again == before
    # The median moves, as if one old scene were taken out and five come, 3 m to the north.
    offsets[20:25] += (0, 3)
    scenes_csv(tmp_path, offsets[1:25], NAMES[1:])
    grown, found = call(tmp_path, day=2)
    assert grown.startswith(before)
    history = pd.read_csv(tmp_path / "history.csv", dtype=str)
    assert list(history[c.SCENE]) == NAMES[:25]
    assert list(history["measured"].str[:10]) == ["2026-01-01"] * 20 + ["2026-01-03"] * 5
    zero = np.median(offsets[:20], axis=0)
    new = history[[c.OFFSET_EAST, c.OFFSET_NORTH]].astype(float).to_numpy()[20:]
    np.testing.assert_allclose(new, offsets[20:25] - zero, atol=1e-5)
    (alert,) = found["open"]
    assert (alert["kind"], alert["axis"], alert["since"]) == ("change", "north", NAMES[20])
    assert alert["metres"] == pytest.approx(3, abs=0.6)


def test_a_late_scene_is_appended_behind(tmp_path, offsets):
    early = [name for i, name in enumerate(NAMES[:20]) if i != 7]
    scenes_csv(tmp_path, np.delete(offsets[:20], 7, axis=0), early)
    call(tmp_path)
    scenes_csv(tmp_path, offsets[:20])
    call(tmp_path, day=1)
    history = pd.read_csv(tmp_path / "history.csv", dtype=str)
    assert list(history[c.SCENE]) == [*early, NAMES[7]]


def test_a_late_scene_behind_what_is_known_is_told(tmp_path, offsets):
    """By its time it lies before the scene up to which alarms are known."""
    offsets[18] += (40, 0)
    early = [name for i, name in enumerate(NAMES[:20]) if i != 18]
    scenes_csv(tmp_path, np.delete(offsets[:20], 18, axis=0), early)
    assert call(tmp_path, known=NAMES[19])[1]["open"] == []
    scenes_csv(tmp_path, offsets[:20])
    _, found = call(tmp_path, known=NAMES[19], day=1)
    assert [alert["scene"] for alert in found["open"]] == [NAMES[18]]
    assert call(tmp_path, known=NAMES[18], day=2)[1]["open"] == []


def test_a_scene_that_lies_off_is_told_and_no_step(tmp_path, offsets):
    offsets[30] -= (9, 0)
    offsets[33] = np.nan
    scenes_csv(tmp_path, offsets[:40])
    _, found = call(tmp_path)
    alert, missed = found["alerts"]
    assert (missed["kind"], missed["scene"]) == ("unmeasured", NAMES[33])
    assert (alert["kind"], alert["scene"], alert["axis"]) == ("scene", NAMES[30], "east")
    assert alert["text"].startswith(f"{NAMES[30][:4]}-{NAMES[30][4:6]}-{NAMES[30][6:8]} lies ")
    assert "m west of the scenes before" in alert["text"]
    table = pd.read_csv(tmp_path / "watch.csv", dtype={c.SCENE: str})
    assert list(table) == list(watch_columns.WATCH_TABLE)
    assert np.isnan(table["deviate_east"][33]) and table["alert"][30] == alert["text"]
    assert alert["text"] in (tmp_path / "charts.html").read_text()
    # What is known alarms no more, and stays in the list.
    _, found = call(tmp_path, known=NAMES[30])
    assert found["open"] == [missed] and len(found["alerts"]) == 2


def test_a_history_of_something_else_is_refused(tmp_path, offsets):
    scenes_csv(tmp_path, offsets[:12])
    call(tmp_path)
    scenes_csv(tmp_path, offsets[30:45], NAMES[30:])
    with pytest.raises(InputError, match="no measured scene in common"):
        call(tmp_path)
    (tmp_path / "history.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="is no history"):
        call(tmp_path)
    assert (tmp_path / "history.csv").read_text() == "a,b\n1,2\n"


def test_a_job_that_dies_leaves_the_history_as_it_was(tmp_path, offsets, monkeypatch):
    scenes_csv(tmp_path, offsets[:20])
    before, _ = call(tmp_path)
    scenes_csv(tmp_path, offsets[:30])
    monkeypatch.setattr(files, "write_json", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        call(tmp_path)
    assert (tmp_path / "history.csv").read_text() == before
    monkeypatch.undo()
    assert call(tmp_path)[0].startswith(before)


def test_run_lengths_are_those_of_the_textbook():
    """Montgomery, Introduction to Statistical Quality Control: h 4 and 5, slack .5, two-sided."""
    for threshold, shift, length in ((4, 0, 2 * 168), (5, 0, 2 * 465), (4, 1, 8.38), (5, 2, 4.01)):
        found = sequential.run_length_of(threshold, clip=1e9, shift=shift)
        assert found == pytest.approx(length, rel=0.01)
    assert sequential.run_length_of(sequential.threshold_for(8000.0)) == pytest.approx(
        8000, rel=1e-3
    )


def test_deviates_are_normal_and_independent_if_nothing_begins():
    random = np.random.default_rng(2)
    found = []
    for _ in range(60):
        sigmas = np.tile(random.uniform(0.2, 0.6, (40, 1)), 2)
        offsets = random.normal(0, 1.7 * sigmas)
        found.append(sequential.watch(offsets, sigmas, 1e6, 6).deviates[6:])
    deviates = np.concatenate(found, axis=1)
    assert np.nanstd(deviates) == pytest.approx(1, abs=0.05)
    assert stats.kstest(deviates.ravel(), "norm").pvalue > 0.001
    neighbours = np.corrcoef(deviates[1:].ravel(), deviates[:-1].ravel())[0, 1]
    assert abs(neighbours) < 0.06


def test_two_scenes_of_a_large_step_tell_it_and_one_does_not(offsets):
    sigmas = np.full((40, 2), 0.3)
    for behind, kinds in ((1, {"scene"}), (2, {"scene", "change"})):
        series = offsets[: 30 + behind].copy()
        series[30:, 1] += 20
        alerts = sequential.watch(series, sigmas[: len(series)], 1000, 10).alerts
        assert {one.kind for one in alerts} == kinds
    (change,) = (one for one in alerts if one.kind == "change")
    assert (change.axis, change.since, change.at, change.scenes) == (1, 30, 31, 2)
    assert change.metres == pytest.approx(20, abs=3 * change.sigma)
    # The error of a mean of two of .3 m.
    assert change.sigma == pytest.approx(0.22, rel=0.4)


@pytest.mark.parametrize(("off", "step"), [(66, 1), (66, 2), (20, 1), (10, 4)])
def test_a_scene_that_lay_off_is_no_part_of_a_later_step(off, step):
    """Steps of 1 m were told as 9 m in two of three stacks, and from six scenes too early on."""
    wrong = told = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        series = random.normal(0, 0.46, (30, 2))
        series[14, 0] += off
        series[20:, 0] += step
        alerts = sequential.watch(series, np.full((30, 2), 0.4), 1000, 10).alerts
        steps = [one for one in alerts if one.kind == "change" and one.at >= 20]
        told += bool(steps)
        wrong += bool(steps) and abs(steps[0].metres - step) > 1.5
    assert told > 30
    assert wrong <= 0.15 * told


@pytest.mark.long
def test_false_alarms_come_as_seldom_as_said():
    random = np.random.default_rng(5)
    number = 0
    for _ in range(100):
        sigmas = np.tile(random.uniform(0.2, 0.6, (210, 1)), 2)
        number += len(sequential.watch(random.normal(0, sigmas), sigmas, 500, 10).alerts)
    # 20,000 scenes: 40 nominal.
    low, high = (stats.poisson.ppf(q, 40 * f) for q, f in ((0.002, 1 / 1.5), (0.998, 1.5)))
    assert low <= number <= high


def test_a_stack_in_which_nothing_could_be_measured_has_empty_charts(tmp_path):
    scenes_csv(tmp_path, np.full((12, 2), np.nan))
    before, found = call(tmp_path)
    assert (found["scenes"], found["tested"], found["open"]) == (12, 0, [])
    assert call(tmp_path)[0] == before


@pytest.mark.parametrize("count", [1, 3, 6, 7, 10, 40])
def test_dates_below_the_charts_are_there_and_cover_none_other(count):
    random = np.random.default_rng(count)
    names = [f"2024{1 + i // 28:02}{1 + i % 28:02}T052301" for i in range(count)]
    rows = pd.DataFrame({c.SCENE: names, "measured": "2024-01-01T00:00:00Z"})
    rows[[c.OFFSET_EAST, c.OFFSET_NORTH]] = random.normal(0, 0.3, (count, 2))
    rows[[c.SIGMA_EAST, c.SIGMA_NORTH]] = 0.3
    table, alerts, seen = history.watched(rows, 1000, 10)
    figure = charts.control_charts(table, seen, alerts, "site VV")
    figure.canvas.draw()
    for axes in figure.axes[-2:]:
        labels = [label for label in axes.get_xticklabels() if label.get_text()]
        assert labels[-1].get_text() == f"{names[-1][:4]}-{names[-1][4:6]}-{names[-1][6:8]}"
        assert len(labels) >= min(count, 3)
        boxes = [label.get_window_extent() for label in labels]
        assert all(a.x1 + 3 < b.x0 for a, b in itertools.pairwise(boxes))
        inside = axes.get_window_extent()
        assert all(inside.x0 - 40 < box.x0 and box.x1 < inside.x1 + 40 for box in boxes)
