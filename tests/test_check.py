"""Bad input: each kind with the line that the user gets, and the rest of the stack unharmed."""

import json
import os
import resource
import shutil
import signal

import numpy as np
import pandas as pd
import pytest
import rasterio
from conftest import Workspace, run_once, small_stack
from makers import NORTH, WEST, hyp3_name, read, texture, write_scene
from rasterio.transform import Affine

import check
import grid as grid_stage
import superset
from stackio import raster
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid, far_from_the_others

IMAGE = texture(150, 170)
TIME = "20220206T000000"


def cut(path):
    write_scene(path, IMAGE, no_data=0)
    path.write_bytes(path.read_bytes()[:60_000])


def corrupt(path):
    write_scene(path, IMAGE, no_data=0, compress="deflate", tiled=True)
    content = bytearray(path.read_bytes())
    with rasterio.open(path) as source:
        start = int(source.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    content[start : start + 4000] = b"\xa5" * 4000
    path.write_bytes(content)


def several_bands(path):
    write_scene(path, np.stack([IMAGE, IMAGE]))


def complex_numbers(path):
    write_scene(path, IMAGE.astype(np.complex64))


def constant(value):
    return lambda path: write_scene(path, np.full_like(IMAGE, value), no_data=0)


# What is wrong, how to make it, and what the user is told.
REFUSED = {
    "truncated": (cut, "is incomplete; download it again"),
    "corrupt": (corrupt, "it is damaged or incomplete: download it again"),
    "text": (lambda path: path.write_text("no raster"), "cannot be opened as a raster"),
    "zero bytes": (lambda path: path.write_bytes(b""), "cannot be opened as a raster"),
    "no CRS": (lambda path: write_scene(path, IMAGE, crs=None), "has no CRS; assign one"),
    "no geotransform": (
        lambda path: write_scene(path, IMAGE, transform=Affine.identity()),
        "has no geotransform; georeference it",
    ),
    "rotated": (
        lambda path: write_scene(path, IMAGE, transform=Affine(30, 2, WEST, -2, -30, NORTH)),
        "has a rotated geotransform; warp it north-up first",
    ),
    "several bands": (several_bands, "has 2 bands; give one file a polarization"),
    "complex": (complex_numbers, "is complex; stackshift needs gamma0 power, not an SLC"),
    "decibels": (
        lambda path: write_scene(path, 10 * np.log10(IMAGE)),
        "negative values, as decibels have; give gamma0 as linear power",
    ),
    "all NaN": (constant(np.nan), "has no valid pixel on the stack's grid"),
    "all zero": (constant(0), "has no valid pixel on the stack's grid"),
    "all infinite": (constant(np.inf), "has no valid pixel on the stack's grid"),
    "elsewhere": (
        lambda path: write_scene(path, IMAGE, west=WEST + 900_000),
        "lies far from the other scenes of the stack; take it out",
    ),
}
# What can be used: integers, doubles, another lattice or CRS, a hole of infinities.
USED = {
    "integers": lambda path: write_scene(path, (1000 * IMAGE).astype(np.uint16), no_data=0),
    "doubles": lambda path: write_scene(path, IMAGE.astype(np.float64), no_data=-1.797e308),
    "another posting": lambda path: write_scene(path, texture(450, 510), posting=10, no_data=0),
    "another UTM zone": lambda path: write_scene(
        path, texture(160, 190), west=-248_500, north=NORTH + 30_000, crs="EPSG:32612", no_data=0
    ),
    "geographic": lambda path: write_scene(
        path, texture(160, 200), crs="EPSG:4326", no_data=0,
        transform=Affine(0.0003, 0, -119.215, 0, -0.00028, 35.23),
    ),
    "infinities": lambda path: write_scene(
        path, np.where(np.arange(150)[:, None] < 20, np.inf, IMAGE).astype(np.float32), no_data=0
    ),
    "all equal": constant(0.1),
}  # fmt: skip


def through(tmp_path, scene, unreadable="stop"):
    """A scene beside two good ones through check, grid and superset; the raster."""
    small_stack(
        tmp_path / "good", times=["20220101T000000", "20220113T000000"], offsets=[(0, 0)] * 2
    )
    scenes = {path.name[7:22]: str(path) for path in sorted((tmp_path / "good").iterdir())}
    scenes[TIME] = str(scene)
    check.main(scenes, tmp_path / "check.json", unreadable, together=True)
    grid_stage.main(list(scenes.values()), tmp_path / "grid.json", "union", None, unreadable)
    out = tmp_path / "superset.tif"
    superset.main(str(scene), tmp_path / "grid.json", out, "sinc", "auto", "S1A", unreadable)
    return out


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path, kind):
    make, message = REFUSED[kind]
    path = tmp_path / hyp3_name(TIME)
    make(path)
    with pytest.raises(InputError) as caught:
        through(tmp_path, path)
    text = str(caught.value)
    assert text.startswith(str(path)) and message in text and "\n" not in text
    assert not (tmp_path / "superset.tif").exists()


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_used_is_left_out_on_request_and_says_why(tmp_path, kind):
    make, message = REFUSED[kind]
    path = tmp_path / hyp3_name(TIME)
    make(path)
    out = through(tmp_path, path, "leave_out")
    assert np.isnan(read(out)).all()
    with raster.open_scene(out) as source:
        said = raster.tags_of(source)["unreadable"]
    # Seen from the grid of the others, what lies elsewhere is empty.
    assert message in said or (kind == "elsewhere" and "has no valid pixel" in said)


@pytest.mark.parametrize("kind", USED)
def test_what_can_be_used_is_used(tmp_path, kind):
    path = tmp_path / hyp3_name(TIME)
    USED[kind](path)
    found = read(through(tmp_path, path))
    valid = np.isfinite(found)
    assert 0.5 < valid.mean() <= 1
    # A kernel with negative weights rings a little beside bright points.
    assert (found[valid] > 0).mean() > 0.99


def test_a_scene_that_nobody_may_read(tmp_path):
    path = write_scene(tmp_path / hyp3_name(TIME), IMAGE)
    tmp_path.chmod(0o777)
    path.chmod(0)
    user = os.geteuid()
    if user == 0:
        # Root may read everything.
        for folder in (tmp_path, *tmp_path.parents[:3]):
            folder.chmod(folder.stat().st_mode | 0o005)
        os.seteuid(65534)
    try:
        with pytest.raises(InputError, match="cannot be opened as a raster"):
            check.main({TIME: str(path)}, tmp_path / "check.json", "stop", together=False)
    finally:
        os.seteuid(user)


def test_a_scene_that_vanished(tmp_path):
    with pytest.raises(InputError, match=r"gone\.tif cannot be opened as a raster"):
        check.main({TIME: "gone.tif"}, tmp_path / "check.json", "stop", together=False)


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    """A limit on the size of a file stands for the end of the disk."""
    path = write_scene(tmp_path / hyp3_name(TIME), IMAGE, no_data=0)
    raster.write_grid(
        tmp_path / "grid.json", Grid("EPSG:32611", (30, 0, WEST, 0, -30, NORTH), 170, 150)
    )
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(InputError, match="disk full"):
            superset.main(
                str(path), tmp_path / "grid.json", tmp_path / "out.tif", "sinc", "auto", None
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, "grid.json"]


@pytest.mark.parametrize(
    ("crs", "west", "north", "posting"),
    [("EPSG:3413", -200_000, -1_900_000, 30.0), ("EPSG:32760", 800_000, 7_000_000, 30.0)],
)
def test_polar_stereographic_and_the_last_zone_are_grids_like_any_other(
    tmp_path, crs, west, north, posting
):
    scenes = {
        f"2022010{i}T000000": str(
            write_scene(tmp_path / f"{i}.tif", IMAGE, west=west + 30 * i, north=north, crs=crs)
        )
        for i in (1, 2)
    }
    check.main(scenes, tmp_path / "check.json", "stop", together=True)
    grid_stage.main(list(scenes.values()), tmp_path / "grid.json", "union", None)
    grid = raster.read_grid(tmp_path / "grid.json")
    assert (grid.crs, grid.width, grid.height) == (crs, 171, 150)


def test_a_stack_on_both_sides_of_the_antimeridian_has_a_small_grid_across_it(tmp_path):
    scenes = [
        str(write_scene(tmp_path / f"{i}.tif", IMAGE, crs="EPSG:4326",
                        transform=Affine(0.001, 0, west, 0, -0.001, 10)))
        for i, west in enumerate((-179.99, 179.8))
    ]  # fmt: skip
    check.main(
        dict(zip(("20220101T000000", "20220113T000000"), scenes, strict=True)),
        tmp_path / "check.json", "stop", together=True,
    )  # fmt: skip
    grid_stage.main(scenes, tmp_path / "grid.json", "union", None)
    grid = raster.read_grid(tmp_path / "grid.json")
    # From 179.8 E to the other's eastern edge, in the turn of the first.
    assert grid.bounds == pytest.approx((-180.2, 9.85, -179.82, 10))
    assert (grid.width, grid.height) == (380, 150)


def test_the_fewest_far_scenes_are_named():
    near = {f"near{i}": (0.1 * i, 0.0, 1 + 0.1 * i, 1.0) for i in range(5)}
    assert far_from_the_others(near) == []
    assert far_from_the_others(near | {"far": (50.0, 0.0, 51.0, 1.0)}) == ["far"]
    both = near | {"far": (50.0, 0.0, 51.0, 1.0), "south": (0.0, -90.0, 1.0, -89.0)}
    assert sorted(far_from_the_others(both)) == ["far", "south"]
    side_by_side = {f"s{i}": (float(i), 0.0, i + 1.1, 1.0) for i in range(8)}
    assert far_from_the_others(side_by_side) == []


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A run of three good scenes and three bad ones, which are left out."""
    scenes = "scenes with blanks é"
    bad = {"20220206T000000": "text", "20220119T000000": "corrupt", "20211201T000000": "decibels"}
    config = {
        "stacks": {"site": {"directory": scenes}},
        "tiles": {"rows": 2, "columns": 2},
        "pairs": {"next": 3},
        "check": {"unreadable": "leave_out"},
    }

    def fill(folder):
        small_stack(folder / scenes)
        for time, kind in bad.items():
            REFUSED[kind][0](folder / scenes / hyp3_name(time))

    return run_once(tmp_path_factory, "mixed", config, fill), bad


def test_bad_scenes_do_not_stop_a_stack_and_are_named_in_the_report(mixed):
    workspace, bad = mixed
    analysis = workspace.folder / "results" / "site" / "VV" / "analysis"
    verdict = json.loads((analysis / "verdict.json").read_text())
    reasons = {left["scene"]: left["reason"] for left in verdict["left_out"]}
    assert set(reasons) == set(bad)
    for time, kind in bad.items():
        assert REFUSED[kind][1] in reasons[time]
    page = (workspace.folder / "results" / "overview.html").read_text()
    assert "left out: 3" in page and "as decibels have" in page
    scenes = pd.read_csv(analysis / "scenes.csv", dtype=str).set_index("scene")
    assert (scenes.loc[list(bad), "flag"] == "unmeasured").all()


def test_the_rest_of_the_stack_is_unharmed(mixed, tmp_path):
    workspace, bad = mixed
    shutil.copytree(workspace.folder / "scenes with blanks é", tmp_path / "scenes")
    for time in bad:
        (tmp_path / "scenes" / hyp3_name(time)).unlink()
    good = Workspace(tmp_path, workspace.config | {"stacks": {"site": {"directory": "scenes"}}})
    assert good.run("analysed").status == 0
    keys = ["reference", "secondary", "tile_number_x", "tile_number_y"]
    path = "results/site/VV/analysis/measurements.csv"
    tables = [
        pd.read_csv(folder / path, dtype={"reference": str, "secondary": str}).set_index(keys)
        for folder in (workspace.folder, good.folder)
    ]
    common = tables[1].index.intersection(tables[0].index)
    assert len(common) >= 8
    columns = ["shift_x", "shift_y", "sigma_x", "sigma_y", "status"]
    pd.testing.assert_frame_equal(tables[0].loc[common, columns], tables[1].loc[common, columns])
    others = tables[0].drop(common)
    assert set(others["status"]) == {"too_many_nan"} and others["shift_x"].isna().all()


def test_a_bad_scene_stops_the_run_before_any_work(mixed, tmp_path):
    workspace, _ = mixed
    shutil.copytree(workspace.folder / "scenes with blanks é", tmp_path / "scenes")
    config = {key: value for key, value in workspace.config.items() if key != "check"}
    done = Workspace(tmp_path, config | {"stacks": {"site": {"directory": "scenes"}}}).run()
    assert done.status != 0
    name = hyp3_name("20220206T000000")
    assert f"check: scenes/{name} cannot be opened as a raster" in done.text
    assert "leave_out" in done.text and "Traceback" not in done.text
    assert not list((tmp_path / "results").rglob("*.tif"))
