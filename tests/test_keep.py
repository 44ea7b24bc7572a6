"""Rasters that are not kept: gone after their use, and made again only where a new scene asks."""

import os
import shutil

import pytest
from conftest import TIMES, Workspace, run_once, small_stack

# Runs of their own, on top of the one that all others share.
pytestmark = pytest.mark.long
OLDEST = ["20211203T000000", "20211215T000000"]


@pytest.fixture(scope="module")
def dropped(tmp_path_factory):
    """A finished run of five scenes that keeps no raster."""
    bounds = [300_000.0, 3_895_500.0, 305_100.0, 3_900_000.0]
    config = {
        "stacks": {"site": {"directory": "scenes"}},
        "superset": {"extent": "bounds", "bounds": bounds},
        "tiles": {"rows": 2, "columns": 2},
        "pairs": {"next": 1},
        "keep": [],
    }

    def fill(folder):
        small_stack(folder / "scenes")
        small_stack(folder / "scenes", times=OLDEST, offsets=[(1, 1), (0, 2)])

    return run_once(tmp_path_factory, "dropped", config, fill, "analysed")


def rasters(workspace):
    """Names of the rasters that are left."""
    return [path.name for path in (workspace.folder / "results").rglob("*.tif")]


def test_no_raster_but_the_template_is_left_and_a_second_run_has_nothing_to_do(dropped):
    assert rasters(dropped) == ["template.tif"]
    assert dropped.dry("analysed") == {}


def test_the_tables_are_those_of_a_run_that_keeps_all(dropped, tmp_path):
    shutil.copytree(dropped.folder / "scenes", tmp_path / "scenes", copy_function=shutil.copy2)
    config = {key: value for key, value in dropped.config.items() if key != "keep"}
    kept = Workspace(tmp_path, config)
    assert kept.run("analysed").status == 0
    assert kept.results() == dropped.results()
    assert list((tmp_path / "results").rglob("superset/*.tif"))


def test_a_new_scene_measures_its_own_pairs_only(dropped, tmp_path):
    grown = dropped.copy(tmp_path / "grown")
    small_stack(grown.folder / "scenes", times=["20220206T000000"], offsets=[(0, 0)])
    # Of fewer than eight scenes all are in the template, for which their tiles are made again.
    assert grown.dry("analysed") == {
        **dict.fromkeys(("superset", "flatten", "tile", "align"), 6),
        **dict.fromkeys(("inventory", "correlate", "template", "analyse", "locate", "verdict"), 1),
        "analysed": 1,
    }


def test_a_stack_that_has_grown_is_that_of_a_fresh_run(dropped, tmp_path):
    grown = dropped.copy(tmp_path / "grown")
    small_stack(grown.folder / "scenes", times=["20220206T000000"], offsets=[(0, 0)])
    assert grown.run("analysed").status == 0
    assert rasters(grown) == ["template.tif"]
    fresh = Workspace(tmp_path / "fresh", grown.config)
    shutil.copytree(grown.folder / "scenes", fresh.folder / "scenes")
    assert fresh.run("analysed").status == 0
    assert fresh.results() == grown.results()


def test_what_is_changed_is_measured_again(dropped, tmp_path):
    workspace = dropped.copy(tmp_path / "changed")
    (scene,) = (workspace.folder / "scenes").glob(f"*{TIMES[2]}*")
    before = scene.stat()
    for seconds in (1000, -1000):
        os.utime(scene, (before.st_atime, before.st_mtime + seconds))
        assert workspace.dry("analysed")["correlate"] == 1
    os.utime(scene, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("superset", {"resampling": "cubic"}),
        ("superset", {"nodata": -9999.0}),
        ("superset", {"mosaic": "mean"}),
        ("superset", {"bounds": [300_000.0, 3_895_530.0, 305_100.0, 3_900_000.0]}),
        ("flatten", {"outside": "keep"}),
        ("tiles", {"rows": 3}),
        ("correlate", {"coherence": {"taper": 0.2}}),
    ],
)
def test_what_stands_without_its_tiles_is_measured_again_as_the_config_says(
    dropped, section, change
):
    """A JSON that is there has no rule: nothing but the digest in it tells that it is old."""
    config = dropped.config | {section: dropped.config.get(section, {}) | change}
    jobs = Workspace(dropped.folder, config).dry("analysed")
    found = {stage: jobs.get(stage) for stage in ("correlate", "template", "align")}
    assert found == {"correlate": 4, "template": 1, "align": 5}


def test_forced_stages_run(dropped):
    for spelling in ("--forcerun=correlate", "-Rcorrelate", "-pF"):
        assert dropped.dry("analysed", spelling)["correlate"] == 4
