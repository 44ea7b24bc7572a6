"""What is made again, and what is not: parameters, code, scenes and time stamps that change."""

import os
import shutil
import time

import pytest
from conftest import ROOT, STAGES, TIMES, Workspace, small_stack
from makers import hyp3_name

SHOWN = {"plot", "map", "picture", "parquet", "geopackage", "explore", "tabulate", "overall"}
SHOWN |= {"overview", "usable", "range_azimuth"}
AFTER = {stage: {*STAGES[i:], *SHOWN} for i, stage in enumerate(STAGES)}
for early in ("superset", "flatten"):
    AFTER[early].add("quicklook")
# The pairs' tables know nothing of the template.
AFTER["template"].discard("analyse")
for late in ("analyse", "locate"):
    AFTER[late].discard("picture")
# Its figure is on the overview.
AFTER["plot"] = {"plot", "overview"}
AFTER["verdict"] = {"verdict", "plot", "parquet", "tabulate", "overall", "overview"}
AFTER["requirement"] = {"verdict", *SHOWN} - {"picture"}


@pytest.mark.long
def test_one_and_two_cores_threads_and_a_rerun_give_the_same_bytes(finished, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    alone = Workspace(tmp_path / "alone", finished.config)
    alone.folder.mkdir()
    shutil.copytree(finished.folder / "scenes", alone.folder / "scenes")
    assert alone.run("analysed", cores=1).status == 0
    assert len(alone.results()) >= 8
    assert alone.results() == finished.results()
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    assert alone.run("analysed", "--forceall").status == 0
    assert alone.results() == finished.results()


def test_a_second_run_has_nothing_to_do(finished):
    done = finished.run()
    assert done.status == 0
    assert "Nothing to be done" in done.text
    # And the verdict all the same.
    assert "site VV: " in done.text and "For all in one file to send around" in done.text
    assert "Nothing to be done" in (dry := finished.run("--dry-run")).text
    assert "site VV: " not in dry.text
    assert "site VV: " not in finished.run("tiled").text


@pytest.mark.parametrize(
    ("section", "key", "value", "stage"),
    [
        ("superset", "resampling", "cubic", "superset"),
        ("flatten", "upper", 98, "flatten"),
        ("tiles", "rows", 3, "tile"),
        ("correlate", "coherence", {"taper": 0.2}, "correlate"),
        ("correlate", "method", "cross_correlation", "correlate"),
        ("correlate", "cross_correlation", {"upsample_factor": 20}, None),
        ("align", "reference", TIMES[0], "locate"),
        ("requirement", "metres", 5, "requirement"),
        ("requirement", "share", 0.9, "verdict"),
    ],
)
def test_a_changed_parameter_reruns_its_stage_and_what_follows(
    finished, section, key, value, stage
):
    config = finished.config | {section: finished.config.get(section, {}) | {key: value}}
    # The overview tells the config, and so follows each change of it.
    expected = AFTER[stage] if stage else {"overview"}
    assert set(Workspace(finished.folder, config).dry()) == expected


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The workflow itself in another folder, where it can be changed."""
    folder = tmp_path_factory.mktemp("clone") / "stackshift"
    ignore = shutil.ignore_patterns(".*", "results", "logs", "benchmarks", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=ignore)
    return folder


@pytest.mark.parametrize(
    ("module", "stage"),
    [
        ("scripts/superset.py", "superset"),
        ("scripts/stackshift/ground/spikes.py", "flatten"),
        ("scripts/tile.py", "tile"),
        ("scripts/stackshift/tile/coherence.py", "correlate"),
        ("scripts/stackshift/tile/frequencies.py", "correlate"),
        ("scripts/stackshift/tile/cross_correlation.py", None),
        ("scripts/stackshift/stack/record.py", "correlate"),
        ("scripts/stackshift/stack/tables.py", "analyse"),
        ("scripts/stackshift/stack/network.py", "template"),
        ("scripts/verdict.py", "verdict"),
        ("scripts/stackplot/matrix.py", "plot"),
        ("scripts/stackshift/simulate/simulated_stack.py", None),
    ],
)
def test_a_changed_module_reruns_the_stages_that_use_it(finished, clone, module, stage):
    workspace = Workspace(finished.folder, finished.config, clone)
    path = clone / module
    before = path.read_text()
    try:
        path.write_text(before + "\nCHANGED = True\n")
        assert set(workspace.dry()) == (AFTER[stage] if stage else set())
    finally:
        path.write_text(before)


def test_new_time_stamps_of_the_code_rerun_nothing(finished, clone):
    later = time.time() + 10
    for path in clone.rglob("*"):
        os.utime(path, (later, later))
    assert Workspace(finished.folder, finished.config, clone).dry() == {}


def test_a_scene_more_reruns_only_what_it_must(finished, tmp_path):
    workspace = finished.copy(tmp_path / "grown")
    small_stack(workspace.folder / "scenes", times=["20220206T000000"], offsets=[(0, 0)])
    assert workspace.dry() == {
        **dict.fromkeys(("superset", "flatten", "tile", "correlate", "quicklook"), 1),
        **dict.fromkeys(("inventory", "template", "analyse", "locate", "verdict", *SHOWN), 1),
        "align": 4,
    }


@pytest.mark.long
def test_a_stack_that_has_grown_is_that_of_a_fresh_run(finished, tmp_path):
    workspace = finished.copy(tmp_path / "grown")
    small_stack(workspace.folder / "scenes", times=["20220206T000000"], offsets=[(0, 0)])
    assert workspace.run("analysed").status == 0
    fresh = Workspace(tmp_path / "fresh", workspace.config)
    shutil.copytree(workspace.folder / "scenes", fresh.folder / "scenes")
    assert fresh.run("analysed").status == 0
    assert fresh.results() == workspace.results()


@pytest.mark.long
def test_a_scene_that_is_taken_out_enters_no_table(finished, tmp_path):
    workspace = finished.copy(tmp_path / "shrunk")
    (workspace.folder / "scenes" / hyp3_name(TIMES[1])).unlink()
    assert workspace.run("analysed").status == 0
    pairs = workspace.analysis("pairs")
    assert [tuple(pair) for pair in pairs[["reference", "secondary"]].to_numpy()] == [
        (TIMES[2], TIMES[0])
    ]
    # What was measured stays on disk, beside the tables.
    folder = workspace.folder / "results" / "site" / "VV" / "correlation"
    assert len(list(folder.glob("*.json"))) == 3
    tables = {path: text for path, text in workspace.results().items() if "analysis" in path}
    assert not any(TIMES[1].encode() in text for text in tables.values())
    fresh = Workspace(tmp_path / "fresh", workspace.config)
    shutil.copytree(workspace.folder / "scenes", fresh.folder / "scenes")
    assert fresh.run("analysed").status == 0
    assert tables == {path: text for path, text in fresh.results().items() if "analysis" in path}
    # The scene returns: its pairs are there, and it is in the template again.
    shutil.copy2(finished.folder / "scenes" / hyp3_name(TIMES[1]), workspace.folder / "scenes")
    assert set(workspace.dry("analysed")) == (
        {"inventory", *AFTER["template"], *AFTER["analyse"], "analysed"} - SHOWN
    )


def set_time(path, seconds):
    """Move the time stamp of a file, without a change of its content."""
    moved = path.stat().st_mtime + seconds
    os.utime(path, (moved, moved))


def test_a_scene_replaced_by_an_older_file_of_the_same_size_is_noticed(finished, tmp_path):
    workspace = finished.copy(tmp_path / "replaced")
    set_time(workspace.folder / "scenes" / hyp3_name(TIMES[1]), -1e8)
    jobs = workspace.dry("analysed")
    assert {"analyse", "verdict"} <= set(jobs) and "inventory" not in jobs
    assert (jobs["superset"], jobs["tile"], jobs["correlate"]) == (1, 1, 2)


@pytest.mark.long
def test_time_stamps_in_the_future_stop_nothing(finished, tmp_path):
    workspace = finished.copy(tmp_path / "future")
    # By three hours and by ten years; the oldest scene defines the grid.
    scenes = [workspace.folder / "scenes" / hyp3_name(time) for time in TIMES]
    set_time(scenes[0], 1e4)
    set_time(scenes[1], 3e8)
    done = workspace.run("analysed")
    assert done.status == 0, done.text
    assert done.jobs["superset"] >= 2
    assert workspace.dry("analysed") == {}
    set_time(scenes[1], -1)
    assert workspace.dry("analysed")["superset"] == 1


@pytest.mark.long
def test_what_is_missing_is_made_again_where_nothing_has_changed(finished, tmp_path):
    """As after a failed job: whatever shows what was measured is a target by itself."""
    workspace = finished.copy(tmp_path / "run")
    product = workspace.folder / "results" / "site" / "VV"
    made = {
        "inventory": [product / "grid.json", product / "inventory.json"],
        "template": [product / "template" / f"template.{end}" for end in ("tif", "json")],
        "analyse": [product / "analysis" / f"{name}.csv" for name in ("measurements", "pairs")],
        "locate": [product / "analysis" / name for name in ("scenes.csv", "findings.json")],
        "verdict": [product / "analysis" / f"verdict.{end}" for end in ("json", "csv")],
        "quicklook": [product / "quicklook" / "flatten" / f"{TIMES[0]}.png"],
        "overall": [product.parents[1] / f"verdict_all.{end}" for end in ("json", "csv")],
    }
    for rule, paths in made.items():
        for path in paths:
            path.rename(path.with_name(f"{path.name}.away"))
        assert rule in workspace.dry(), rule
        for path in paths:
            path.with_name(f"{path.name}.away").rename(path)
    assert workspace.dry() == {}
