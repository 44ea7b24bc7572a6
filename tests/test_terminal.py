"""What a run says where no bars are drawn, and the last thing it says."""

import logging
from pathlib import Path

import pytest
import snakemakes
from conftest import ROOT, small_stack
from snakemake_interface_logger_plugins.common import LogEvent

from stackflow import terminal
from stackflow.reported import why_no_report

CLOSING = ["site VV: PASS", "Overview: here"]


def record(message=None, event=None, **extra):
    made = logging.LogRecord("snakemake", logging.INFO, "", 0, message, (), None)
    made.__dict__.update({"event": event} | extra)
    return made


@pytest.fixture
def teller():
    """A listener without bars, whose clock is set by hand, and what it is told of the report."""
    now, told = [0.0], []

    def closing(with_report):
        told.append(with_report)
        return CLOSING

    made = terminal.Teller(closing, lambda: ["flattened", "all"], False, lambda: now[0])
    made.now, made.told, made.listens = now, told, True
    return made


def progress(teller, capsys, jobs, seconds_each, total):
    for done in range(1, jobs + 1):
        teller.now[0] += seconds_each
        teller.emit(record(event=LogEvent.PROGRESS, done=done, total=total))
    return capsys.readouterr().err.splitlines()


def test_a_line_at_each_tenth_of_the_jobs(teller, capsys):
    lines = progress(teller, capsys, 200, 1, 200)
    assert len(lines) == 10
    assert lines[0] == "20 of 200 jobs (10 %) after 0:20 min"
    assert lines[-1] == "200 of 200 jobs (100 %) after 3:20 min"


def test_a_line_a_minute_where_jobs_take_long(teller, capsys):
    lines = progress(teller, capsys, 9, 61, 1000)
    assert len(lines) == 9
    assert lines[-1] == "9 of 1000 jobs (0 %) after 9:09 min"


def test_no_line_where_bars_are_drawn(capsys):
    teller = terminal.Teller(lambda _: [], list, True)
    teller.emit(record(event=LogEvent.PROGRESS, done=1, total=1))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("message", "told"),
    [("Nothing to be done (all requested files are present)", False), ("Report created.", True)],
)
def test_the_verdict_is_the_last_thing_said(teller, capsys, message, told):
    teller.emit(record(message))
    assert capsys.readouterr().out == ""
    teller.close()
    teller.close()
    assert capsys.readouterr().out == "site VV: PASS\nOverview: here\n"
    assert teller.told == [told]


def test_nothing_is_said_of_a_run_that_has_not_ended(teller, capsys):
    teller.close()
    assert capsys.readouterr().out == ""


def test_a_workflow_that_nobody_listens_to_is_told_at_once(teller, capsys):
    teller.listens = False
    teller.succeed()
    assert capsys.readouterr().out == "site VV: PASS\nOverview: here\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2026-01-01 10:00:00,1 INFO start\n2026-01-01 10:00:01,2 ERROR a.tif is damaged\n",
            "check failed: a.tif is damaged ({log})",
        ),
        (
            "2026-01-01 10:00:01,2 ERROR check failed\nTraceback (most recent call last):\n"
            "  File x\nKeyError: 'y'\n",
            "check failed: KeyError: 'y' (a defect: {log} has all of it)",
        ),
        ("", "check failed and has said nothing: was it killed, out of memory?"),
    ],
)
def test_the_line_that_matters_of_a_failed_job(teller, capsys, tmp_path, text, expected):
    log = tmp_path / "check.log"
    log.write_text(text)
    for rule in ("check", "check", "tile", "grid"):
        teller.emit(record("Error", LogEvent.JOB_ERROR, rule_name=rule, log=[str(log)]))
    teller.emit(record("Nothing to be done"))
    teller.close()
    lines = capsys.readouterr().err.splitlines()
    assert lines == [expected.format(log=log), "and 2 more failed: logs/ say why"]


def test_a_report_of_what_is_not_made(teller, capsys):
    teller.emit(record("WorkflowError:\nFile results/a.html marked for report but does not exist."))
    teller.close()
    said = capsys.readouterr().err
    assert said.startswith("results/a.html is not made yet: make the same call without --report")


def test_a_target_that_is_none(teller, capsys):
    teller.emit(record("MissingRuleException:\nNo rule to produce flattend (if you use", None))
    teller.close()
    assert capsys.readouterr().err.startswith(
        "there is no target 'flattend': did you mean 'flattened'? There are flattened, all"
    )


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["--report", "a.html", "--cores", "2"], "a.html"),
        (["--report=b.zip"], "b.zip"),
        (["--report", "--report-after-run"], "report.html"),
        (["--cores", "2"], "report.html"),
    ],
)
def test_where_a_report_is_written_to(arguments, path):
    assert terminal.report_path(arguments) == path


def test_the_rules_of_a_stage_are_one_bar_and_one_line():
    names = terminal.StageNames({"tile_1": "tile", "tile_2": "tile", "align_1": "align"})
    counts = {"tile_1": 2, "tile": 5, "align_1": 1, "tile_2": 3, "total": 11}
    table = "Job stats:\njob       count\n------  -------\ntile_1        2\n"
    seen = record(table, event=LogEvent.RUN_INFO, stats=dict(counts))
    assert names.filter(seen)
    assert seen.stats == {"tile": 10, "align": 1, "total": 11}
    # Where no bars are drawn.
    lines = seen.msg.splitlines()
    assert [line.split() for line in lines[1:]] == [["tile", "10"], ["align", "1"], ["total", "11"]]
    seen = record(event=LogEvent.JOB_INFO, rule_name="tile_2")
    assert names.filter(seen)
    assert seen.rule_name == "tile"
    seen = record("Reasons:\n    one:\n        align_1, tile, tile_1, tile_2, verdict")
    assert names.filter(seen)
    assert seen.msg == "Reasons:\n    one:\n        align, tile, verdict"
    # What is about nothing of the kind stays as it is.
    seen = record("tile_1 in a message")
    assert names.filter(seen)
    assert seen.msg == "tile_1 in a message"


def test_the_names_are_said_until_the_loggers_are_closed():
    teller = terminal.Teller(lambda _: [], list, True, stages={"tile_1": "tile"})
    logger = logging.getLogger("names")
    teller.listen(logger)
    assert logger.filters == [teller.names]
    teller.close()
    assert logger.filters == []


def test_what_a_function_of_a_rule_refuses_is_one_line():
    message = (
        'InputFunctionException in rule layer in file "x.smk", line 2:\nError:\n  WorkflowError:\n'
        "    stack 'a' has no layer dem;\n    name it\nWildcards:\n  stack=a\nTraceback:\n  File"
    )
    said = record(message)
    assert terminal.StageNames({}).filter(said)
    assert said.msg == "Error: stack 'a' has no layer dem; name it"
    # A defect keeps all that leads to it.
    other = message.replace("WorkflowError", "KeyError")
    said = record(other)
    terminal.StageNames({}).filter(said)
    assert said.msg == other


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("report.html", None),
        ("here/report.zip", None),
        ("there/report.html", "there is no folder 'there' below {work}: make it, or name another"),
        ("/there/report.html", "there is no folder '/there': make it, or name another"),
        ("here/report.pdf", "'here/report.pdf' is to end with .html or .zip"),
        ("here", "'here' is to end with .html or .zip"),
        ("a.html", "'a.html' is a folder: name a file in it"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_any_job(tmp_path, path, words):
    """Also where it stands in a profile, and from the folder of --directory."""
    work = tmp_path / "work"
    small_stack(work / "scenes")
    (work / "here").mkdir()
    (work / "a.html").mkdir()
    (work / "my.yaml").write_text("stacks: {site: {directory: scenes}}\n")
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "config.yaml").write_text(f"report: {path}\n")
    call = ["--snakefile", str(ROOT / "Snakefile"), "--directory", "work", "--cores", "1"]
    call += ["--configfile", "work/my.yaml", "--dry-run"]
    for asked in (["--report", path], [f"--report={path}"], ["--profile", "profile"]):
        status, out, said = snakemakes.call([*call, *asked, "--report-after-run"], tmp_path)
        if words is None:
            assert status == 0 or "not made yet" in said, said
            assert "--report:" not in out + said
        else:
            assert status != 0 and "Job stats" not in out + said
            assert f"--report: {words.format(work=work)}" in said
            assert "Traceback" not in out + said


def test_the_folder_of_the_results_need_not_be_there_for_a_report(tmp_path, monkeypatch):
    """As in `make demo` on a fresh clone: the run makes it."""
    monkeypatch.chdir(tmp_path)
    made = Path("results")
    assert why_no_report(Path("results/report.html"), made) is None
    assert why_no_report(Path("report.html"), made) is None
    assert "no folder 'results/more'" in why_no_report(Path("results/more/report.html"), made)
