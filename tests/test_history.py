"""What a watch tells of scenes that were not measured, or not as they are now."""

import re

import numpy as np
import pandas as pd
import pytest
from watch_calls import NAMES, WHY, call, day, scenes_csv

import watch
from stackshift.stack import columns as c


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    monkeypatch.setattr(watch.drawing, "save", lambda *_: None)


@pytest.fixture
def offsets():
    return np.random.default_rng(8).normal(0, 0.3, (20, 2))


@pytest.mark.parametrize("together", [True, False])
def test_a_scene_that_cannot_be_measured_is_told_until_it_is_known(tmp_path, offsets, together):
    """In the call that begins the history, behind those that are not tested, and in a later one."""
    if not together:
        scenes_csv(tmp_path, offsets[:14])
        assert call(tmp_path)[1]["besides"] == []
    offsets[14] = np.nan
    scenes_csv(tmp_path, offsets[:15])
    for later in (1, 2):
        _, found = call(tmp_path, day=later)
        (alert,) = found["open"]
        assert (alert["kind"], alert["scene"]) == ("unmeasured", NAMES[14])
        assert alert["text"] == f"{day(14)} could not be measured: {WHY}"
    _, found = call(tmp_path, known=NAMES[14])
    assert found["open"] == [] and found["tested"] == 4
    assert found["besides"] == [f"1 could not be measured: {day(14)}, {WHY}"]
    assert found["besides"][0] in (tmp_path / "charts.html").read_text()


def test_first_scenes_that_cannot_be_measured_are_named_and_no_alert(tmp_path, offsets):
    offsets[3] = np.nan
    scenes_csv(tmp_path, offsets[:20])
    _, found = call(tmp_path)
    assert found["open"] == [] and found["tested"] == 9
    assert found["besides"] == [f"1 could not be measured: {day(3)}, {WHY}"]


def test_a_scene_is_tested_when_it_is_first_measured(tmp_path, offsets):
    """Behind those that came in between, and told though it was known as not measured."""
    there = offsets[14] + (10, 0)
    offsets[14] = np.nan
    scenes_csv(tmp_path, offsets[:17])
    before, _ = call(tmp_path)
    offsets[14] = there
    scenes_csv(tmp_path, offsets[:17])
    after, found = call(tmp_path, known=NAMES[14], day=1)
    assert after.startswith(before)
    history = pd.read_csv(tmp_path / "history.csv", dtype={c.SCENE: str})
    assert list(history[c.SCENE]) == [*NAMES[:17], NAMES[14]]
    zero = np.median(np.delete(offsets[:17], 14, axis=0), axis=0)
    new = history[[c.OFFSET_EAST, c.OFFSET_NORTH]].to_numpy()[17]
    np.testing.assert_allclose(new, there - zero, atol=1e-5)
    (alert,) = found["alerts"]
    assert found["open"] == [alert] and found["besides"] == []
    assert (alert["kind"], alert["scene"]) == ("scene", f"{NAMES[14]}.2")
    assert alert["metres"] == pytest.approx(10, abs=1.5)
    assert call(tmp_path, known=f"{NAMES[14]}.2", day=2)[1]["open"] == []
    assert call(tmp_path, known=NAMES[16], day=2)[1]["open"] == [alert]
    assert call(tmp_path, day=3)[0] == after


def test_a_scene_whose_file_was_replaced_is_named(tmp_path, offsets):
    scenes_csv(tmp_path, offsets[:20])
    before, found = call(tmp_path)
    offsets[5] += (0, -10)
    offsets[7] = np.nan
    scenes_csv(tmp_path, offsets[:20] + np.random.default_rng(4).normal(0, 0.1, (20, 2)))
    after, found = call(tmp_path, day=1)
    assert after == before and found["open"] == []
    (text,) = found["besides"]
    assert text.startswith(f"2 no longer as first measured: {day(5)}, now ")
    metres = float(re.search(r"now ([\d.]+) ± 0.4 m south of there; ", text)[1])
    assert metres == pytest.approx(10, abs=0.4)
    assert text.endswith(f"; {day(7)}, {WHY}")


def test_a_stack_measured_at_last_has_the_zero_of_its_first_offsets(tmp_path, offsets):
    scenes_csv(tmp_path, np.full((12, 2), np.nan))
    call(tmp_path)
    scenes_csv(tmp_path, offsets[:12])
    _, found = call(tmp_path, day=1)
    assert (found["scenes"], found["tested"], found["alerts"]) == (12, 2, [])
