"""The alarm of a watch: one line, and not well, while something is not known."""

import re

import numpy as np
import pytest
import yaml
from conftest import Workspace
from makers import hyp3_name, write_scene

import watched
from stackflow.watching import check_known, known_of
from stackio import files
from stackshift.errors import InputError
from stackshift.simulate import simulation

NAMES = ["20240101T052301", "20240113T052301", "20240125T052301", "20240206T052301"]


def test_the_alarm_is_one_line(tmp_path):
    quiet, loud = tmp_path / "quiet.json", tmp_path / "loud.json"
    alert = {
        "text": "scenes from 2024-03-05 on lie 4.1 ± 0.3 m east of those before",
        "scene": NAMES[3],
    }
    files.write_json(quiet, {"open": [], "tested": 3})
    files.write_json(loud, {"open": [alert], "tested": 3})
    watched.main([quiet, quiet], [("a", "VV"), ("a", "VH")])
    with pytest.raises(InputError) as error:
        watched.main([quiet, loud], [("a", "VV"), ("a", "VH")])
    setting = f"watch: {{known: {{a: {{VH: {NAMES[3]}}}}}}}"
    assert str(error.value) == f"ALERT: a VH: {alert['text']} (once it is known: {setting})"
    with pytest.raises(InputError) as error:
        watched.main([loud], [("a", "VV")])
    line = f"{alert['text']} (once it is known: watch: {{known: {NAMES[3]}}})"
    assert str(error.value) == f"ALERT: a VV: {line}"


def test_what_was_not_measured_is_told_where_nothing_began(tmp_path, caplog):
    path = tmp_path / "alerts.json"
    text = "1 could not be measured: 2024-02-06, no tile counts"
    files.write_json(path, {"open": [], "tested": 4, "besides": [text]})
    with caplog.at_level("INFO"):
        watched.main([path], [("a", "VV")])
    assert caplog.messages == [f"a VV: nothing began: 4 tested, {text}"]


def test_what_the_line_says_silences_what_it_told_and_nothing_else(tmp_path):
    """The setting is read as YAML, as a user pastes it."""
    names = [("a", "VV"), ("a", "VH"), ("b.T137", "VV")]
    paths = [tmp_path / f"{number}.json" for number in range(3)]
    # Of several the last one that came, which is the older acquisition here.
    for path, scenes in zip(paths, ([NAMES[2], NAMES[1]], [], [NAMES[3]]), strict=True):
        alerts = [{"text": "something", "scene": scene} for scene in scenes]
        files.write_json(path, {"open": alerts, "tested": 3})
    with pytest.raises(InputError) as error:
        watched.main(paths, names)
    setting = re.search(r"once it is known: (.*)\)$", str(error.value))[1]
    known = yaml.safe_load(setting)["watch"]["known"]
    check_known(known, names)
    assert [known_of(known, *name) for name in names] == [NAMES[1], None, NAMES[3]]


def test_known_by_stack_holds_for_its_polarizations_and_tracks():
    names = [("a.T10", "VV"), ("a.T10", "VH"), ("a.T20", "VV"), ("b", "VV")]
    for known, expected in (
        (None, [None] * 4),
        (NAMES[0], [NAMES[0]] * 4),
        ({"a": NAMES[0]}, [NAMES[0]] * 3 + [None]),
        ({"a": NAMES[0], "a.T20": NAMES[1]}, [NAMES[0]] * 2 + [NAMES[1], None]),
        ({"a.T10": {"VH": NAMES[0]}, "b": NAMES[2]}, [None, NAMES[0], None, NAMES[2]]),
    ):
        check_known(known, names)
        assert [known_of(known, *name) for name in names] == expected
    with pytest.raises(InputError, match=r"known\.a\.T1: .* did you mean 'a\.T10'"):
        check_known({"a.T1": NAMES[0]}, names)
    with pytest.raises(InputError, match=r"known\.b\.VH: the stack has no VH, but VV"):
        check_known({"b": {"VH": NAMES[0]}}, names)


@pytest.mark.long
def test_calls_a_day_keep_the_history_whatever_becomes_of_them(tmp_path):
    """New scenes are appended, an alarm fails the run, and nothing deletes what was kept."""
    (tmp_path / "scenes").mkdir()
    random, ground = np.random.default_rng(3), simulation.ground((200, 200), 4)
    times = [f"2024{1 + i // 2:02}{1 + 12 * (i % 2):02}T052301" for i in range(14)]

    def deliver(numbers):
        for i in numbers:
            east = 0.8 * (i >= 12)
            image = simulation.observe(ground, (0, east), 5, random)[20:-20, 20:-20]
            write_scene(tmp_path / "scenes" / hyp3_name(times[i]), image.astype(np.float32))

    config = {"stacks": {"site": {"directory": "scenes"}}, "watch": {"first": 6}}
    config |= {"tiles": {"rows": 1, "columns": 1}}
    deliver(range(12))
    workspace = Workspace(tmp_path, config)
    done = workspace.run("watched")
    assert done.status == 0, done.text
    kept = tmp_path / "results/site/VV/watch/history.csv"
    before = kept.read_text()
    assert before.count("\n") == 13
    assert workspace.run("watched").status == 0 and kept.read_text() == before
    deliver((12, 13))
    for _ in range(2):
        done = workspace.run("watched")
        assert done.status == 1
        assert "ALERT: site VV: scenes from 2024-07-01 on lie" in done.text
        assert "m east of those before (2 scenes, told by 2024-07-13)" in done.text
        after = kept.read_text()
        assert after.startswith(before) and after.count("\n") == 15
    # A job that fails deletes its outputs, but for the history.
    (tmp_path / "results/site/VV/watch/alerts.json").unlink()
    kept.write_text("a,b\n" + after)
    done = workspace.run("watched")
    assert done.status == 1 and "is no history" in done.text
    assert kept.read_text() == "a,b\n" + after
    kept.write_text(after)
    # What is known of another stack or polarization is not known of this one.
    wrong = Workspace(tmp_path, config | {"watch": {"first": 6, "known": {"sit": times[13]}}})
    done = wrong.run("watched")
    assert done.status == 1 and "did you mean 'site'?" in done.text
    for known in (times[13], {"site": {"VV": times[13]}}):
        workspace = Workspace(tmp_path, config | {"watch": {"first": 6, "known": known}})
        done = workspace.run("watched")
        assert done.status == 0, done.text
        assert kept.read_text() == after
