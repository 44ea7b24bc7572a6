"""Bad input: each kind with the line that the user gets, and the rest of the stack unharmed."""

import json
import os
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import rasterio
from conftest import Workspace, run_once, small_stack
from makers import NORTH, WEST, hyp3_name, nearly_full_disk, read, texture, write_scene
from rasterio.transform import Affine

import superset
from stackflow import headers, stacks
from stackio import header
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

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


def scale_of_zero(path):
    write_scene(path, IMAGE)
    with rasterio.open(path, "r+") as target:
        target.scales = [0.0]


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
    "degrees in a CRS of metres": (
        lambda path: write_scene(path, IMAGE, transform=Affine(3e-4, 0, -117, 0, -3e-4, 35.2)),
        "does not belong to its CRS (EPSG:32611): a pixel of it would have 0.000299 x 0.000299 m",
    ),
    "metres in a CRS of degrees": (
        lambda path: write_scene(path, IMAGE, crs="EPSG:4326"),
        "does not belong to its CRS (EPSG:4326): its latitudes would reach from 3895500 to 3900000",
    ),
    "metres near the origin in a CRS of degrees": (
        lambda path: write_scene(
            path, IMAGE, crs="EPSG:4326", transform=Affine(0.5, 0, 500, 0, -0.5, 40)
        ),
        "its longitudes would reach from 500 to 585",
    ),
    "several bands": (several_bands, "has 2 bands (1: without a name, 2: without a name)"),
    "complex": (complex_numbers, "is complex; stackshift needs gamma0 power, not an SLC"),
    "scale of zero": (scale_of_zero, "has a scale of 0, which makes all its values one"),
    "decibels": (
        lambda path: write_scene(path, 10 * np.log10(IMAGE)),
        "negative values, as decibels have; if they are, say",
    ),
    "all NaN": (constant(np.nan), "has no valid pixel on the stack's grid"),
    "all zero": (constant(0), "has no valid pixel on the stack's grid"),
    "all infinite": (constant(np.inf), "has no valid pixel on the stack's grid"),
    "elsewhere": (
        lambda path: write_scene(path, IMAGE, west=WEST + 900_000),
        "lies far from the other scenes of the stack; take it out",
    ),
}
# Of these nothing is seen before the pixels are.
INSIDE = {"corrupt", "decibels", "all NaN", "all zero", "all infinite"}
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


@pytest.fixture
def through(tmp_path, monkeypatch):
    """A scene beside two good ones, through the look at the config and superset; the raster."""
    monkeypatch.chdir(tmp_path)
    headers._remembered.cache_clear()

    def run(make, unreadable="stop"):
        folder = small_stack(
            tmp_path / "scenes", times=["20220101T000000", "20220113T000000"], offsets=[(0, 0)] * 2
        )
        make(folder / hyp3_name(TIME))
        settings = {"directory": "scenes", "polarizations": ["VV"], "tracks": "apart"}
        settings |= {"slices": "together"}
        whole = {"extent": "union", "bounds": None}
        product = stacks.assemble("site", settings, whole, unreadable)[0]["site", "VV"]
        if TIME not in product.scenes:
            return product
        out = tmp_path / "superset.tif"
        files = [{"path": path} for path in product.scenes[TIME].paths]
        superset.main(files, product.grid, out, "sinc", "auto", "S1A")
        return out

    return run


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(through, tmp_path, kind):
    make, message = REFUSED[kind]
    with pytest.raises(InputError) as caught:
        through(make)
    text = str(caught.value)
    assert f"scenes/{hyp3_name(TIME)}" in text and message in text and "\n" not in text
    assert not (tmp_path / "superset.tif").exists()


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("kind", sorted(REFUSED.keys() - INSIDE))
def test_what_a_header_tells_is_left_out_on_request_and_says_why(through, kind):
    make, message = REFUSED[kind]
    product = through(make, "leave_out")
    assert list(product.scenes) == ["20220113T000000", "20220101T000000"]
    (left,) = product.left_out
    assert left["scene"] == TIME and message in left["reason"]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("kind", sorted(INSIDE))
def test_what_shows_when_it_is_read_stops_all_the_same(through, kind):
    make, message = REFUSED[kind]
    with pytest.raises(InputError, match=re.escape(message)):
        through(make, "leave_out")


@pytest.mark.parametrize("kind", USED)
def test_what_can_be_used_is_used(through, kind):
    found = read(through(USED[kind]))
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
        assert "cannot be opened as a raster" in header.look(str(path))["problem"]
    finally:
        os.seteuid(user)


def test_a_scene_that_vanished():
    assert "gone.tif cannot be opened as a raster" in header.look("gone.tif")["problem"]


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    path = write_scene(tmp_path / hyp3_name(TIME), IMAGE, no_data=0)
    grid = Grid("EPSG:32611", (30, 0, WEST, 0, -30, NORTH), 170, 150)
    with nearly_full_disk(50_000), pytest.raises(InputError, match="disk full"):
        superset.main([{"path": str(path)}], grid, tmp_path / "out.tif", "sinc", "auto", None)
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]


BAD = {"20220206T000000": "text", "20220119T000000": "truncated", "20211201T000000": "no CRS"}
MIXED = {
    "stacks": {"site": {"directory": "scenes é"}},
    "tiles": {"rows": 2, "columns": 2},
    "pairs": {"next": 3},
}


def mix(folder):
    """Three good scenes and three bad ones."""
    small_stack(folder / "scenes é")
    for time, kind in BAD.items():
        REFUSED[kind][0](folder / "scenes é" / hyp3_name(time))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A run of them in which the bad ones are left out."""
    return run_once(tmp_path_factory, "mixed", MIXED | {"check": {"unreadable": "leave_out"}}, mix)


@pytest.mark.long
def test_bad_scenes_do_not_stop_a_stack_and_are_named_in_the_report(mixed):
    analysis = mixed.folder / "results" / "site" / "VV" / "analysis"
    verdict = json.loads((analysis / "verdict.json").read_text())
    reasons = {left["scene"]: left["reason"] for left in verdict["left_out"]}
    assert set(reasons) == set(BAD)
    for time, kind in BAD.items():
        assert REFUSED[kind][1] in reasons[time]
    page = (mixed.folder / "results" / "overview.html").read_text()
    assert all(REFUSED[kind][1] in page for kind in BAD.values())
    scenes = pd.read_csv(analysis / "scenes.csv", dtype=str).set_index("scene")
    assert len(scenes) == 3 and not set(BAD) & set(scenes.index)
    assert verdict["criteria"]["radial"]["scenes"] == 3


@pytest.mark.long
def test_the_rest_of_the_stack_is_unharmed(mixed, tmp_path):
    shutil.copytree(mixed.folder / "scenes é", tmp_path / "scenes")
    for time in BAD:
        (tmp_path / "scenes" / hyp3_name(time)).unlink()
    good = Workspace(tmp_path, MIXED | {"stacks": {"site": {"directory": "scenes"}}})
    assert good.run("analysed").status == 0
    keys = ["reference", "secondary", "tile_number_x", "tile_number_y"]
    path = "results/site/VV/analysis/measurements.csv"
    tables = [
        pd.read_csv(folder / path, dtype={"reference": str, "secondary": str}).set_index(keys)
        for folder in (mixed.folder, good.folder)
    ]
    columns = ["shift_x", "shift_y", "sigma_x", "sigma_y", "status"]
    assert len(tables[0]) == 12
    pd.testing.assert_frame_equal(tables[0][columns], tables[1][columns])


def test_bad_scenes_stop_the_run_before_any_work(tmp_path):
    mix(tmp_path)
    done = Workspace(tmp_path, MIXED).run()
    assert done.status != 0
    assert "3 files cannot be used" in done.text
    assert f"\nscenes é/{hyp3_name('20220206T000000')} cannot be opened as a raster" in done.text
    assert "leave_out" in done.text and "Traceback" not in done.text
    assert not (tmp_path / "results").exists()
