"""A scene that was displaced by a known amount lies on the others once it is corrected."""

import functools
import http.server
import json
import math
import threading
import zipfile

import numpy as np
import pandas as pd
import pytest
import rasterio
import snyder
from makers import NORTH, WEST, displaced, read, texture, write_scene
from rasterio.enums import ColorInterp
from rasterio.transform import Affine
from test_remote import Ranges

import correct
import decide
import list_corrected
import superset
from stackio.tags import move_of, tags_of, warp_of
from stackshift.ground.lattice import Grid
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import decision

SCENE = "20220101T000000"
ROWS, COLUMNS = 140, 150


def degrees(west, north, posting):
    """A pixel of longitudes and latitudes."""
    latitude = math.radians(north - 70 * posting)
    turn = math.radians(posting)
    east = snyder.prime_vertical(latitude) * math.cos(latitude) * turn
    return (east, 0.0), (0.0, -snyder.meridian(latitude) * turn)


def feet(x):
    """100 US feet of EPSG:2229, a Lambert conic, which turns as a cone that touches at 34.75 N."""
    metre = 1200 / 3937
    size = 100 * metre
    turn = (x - 6_561_666.667) * metre * math.tan(math.radians(34.75)) / snyder.A
    east = size * math.cos(turn), -size * math.sin(turn)
    return east, (east[1], -east[0])


PLACES = {
    "EPSG:32611": (WEST, NORTH, 30.0, snyder.utm(WEST + 75 * 30, NORTH - 70 * 30)),
    "EPSG:3857": (1e6, 8.4e6, 30.0, snyder.web_mercator(1e6, 8.4e6 - 70 * 30)),
    "EPSG:3413": (2e6, -5e4, 30.0, snyder.polar(2e6 + 75 * 30, -5e4 - 70 * 30)),
    "EPSG:4326": (-118.0, 35.0, 3e-4, degrees(-118.0, 35.0, 3e-4)),
    "EPSG:2229": (6_400_000.0, 1_900_000.0, 100.0, feet(6_407_500.0)),
}


def files_of(path, name="x_VV.vrt", **known):
    one = {"path": str(path), "original": str(path), "listed": str(path), "name": name}
    one |= {"band": None}
    return one | {"values": "auto", "named": None} | known


def moved(tmp_path, sources, east, north, grid, corrected=True, sigma=0.1):
    """The folder of the VRTs of a scene that is moved, and what is said of it."""
    move = {"corrected": corrected, "east": east, "north": north, "flag": ""}
    move |= {"sigma_east": sigma, "sigma_north": sigma, "reason": "57.8 ± 0.1 m off"}
    moves = tmp_path / "moves.json"
    moves.write_text(json.dumps({SCENE: move}))
    folder, record = tmp_path / "corrected" / SCENE, tmp_path / "record.json"
    correct.main(sources, SCENE, moves, grid, folder, record, "the median of the stack, VV")
    return folder, json.loads(record.read_text())


def left(image, reference):
    """(rows, columns) by which an image lies off a reference: least squares on its gradient."""
    inside = np.s_[30:-30, 30:-30]
    one, other = (np.log(np.asarray(v, float)) for v in (reference, image))
    slopes = [g[inside].ravel() for g in np.gradient((one + other) / 2)]
    difference = (one - other)[inside].ravel()
    return np.linalg.lstsq(np.transpose(slopes), difference, rcond=None)[0]


@pytest.mark.parametrize("crs", PLACES)
def test_a_displaced_scene_lies_where_it_belongs(tmp_path, crs):
    """By 1.37 rows down and 2.81 columns to the left, on the ground by formulas without PROJ."""
    west, north, posting, pixel = PLACES[crs]
    rows, columns = 1.37, -2.81
    truth = texture(256, 256, seed=3, cutoff=0.3)
    cut = np.s_[50 : 50 + ROWS, 50 : 50 + COLUMNS]
    reference = truth[cut]
    image = np.exp(displaced(np.log(truth), rows, columns))[cut]
    transform = Affine(posting, 0, west, 0, -posting, north)
    path = write_scene(tmp_path / "x_VV.tif", image, crs=crs, transform=transform)
    grid = Grid(crs, tuple(transform)[:6], COLUMNS, ROWS)
    off = snyder.metres(pixel, rows, columns)
    folder, record = moved(tmp_path, [files_of(path)], -off[0], -off[1], grid)
    with rasterio.open(folder / "x_VV.vrt") as made:
        a_, _, x, _, e_, y = tuple(made.transform)[:6]
        assert (a_, e_) == (posting, -posting)
        # Back to the right and up.
        assert (x - west) / posting == pytest.approx(-columns, abs=0.005)
        assert (y - north) / posting == pytest.approx(rows, abs=0.005)
        np.testing.assert_array_equal(made.read(1), image)
        assert made.crs == rasterio.open(path).crs
        tags = tags_of(made)
    assert tags["corrected"] == "yes" and tags["moved_sigma_east"] == "0.100"
    assert float(tags["moved_east"]) == pytest.approx(-off[0], abs=6e-4)
    assert tags["moved_relative_to"] == "the median of the stack, VV"
    assert record["files"][0]["moved_x"] == pytest.approx(x - west, abs=1e-9 * abs(west))
    # Resampled onto the grid as a GeoTIFF: within two hundredths of a pixel of the reference.
    out = tmp_path / "out.tif"
    opened = [files_of(folder / "x_VV.vrt")]
    superset.main(opened, grid, out, "sinc", "auto", "S1A")
    assert np.hypot(*left(np.nan_to_num(read(out), nan=1.0), reference)) < 0.02
    assert np.hypot(*left(image, reference)) > 0.5
    with rasterio.open(out) as source:
        tags = tags_of(source)
    assert tags["moved_north"] == f"{-off[1]:.3f}" and tags["corrected"] == "yes"
    # What was taken out by interpolation, so that a second measurement knows of it.
    assert warp_of(tags) == pytest.approx((rows - 1, columns + 3), abs=0.005)


def test_a_geotiff_that_was_resampled_keeps_what_was_taken_out_of_it(tmp_path):
    image = texture(100, 100)
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 100, 100)
    shifted = write_scene(tmp_path / "a.tif", image, west=WEST + 12)
    superset.main([files_of(shifted)], grid, tmp_path / "b.tif", "sinc", "auto", None)
    superset.main([files_of(tmp_path / "b.tif")], grid, tmp_path / "c.tif", "sinc", "auto", None)
    found = []
    for name in "bc":
        with rasterio.open(tmp_path / f"{name}.tif") as source:
            found.append(warp_of(tags_of(source)))
    assert found[0] == found[1] == pytest.approx((0, -0.4), abs=1e-6)


def test_a_file_that_is_corrected_again_tells_how_far_it_has_moved_in_all(tmp_path):
    """What it was divided by is that of where it lay at first, three corrections ago."""
    image = texture(100, 100)
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 100, 100)
    path = write_scene(tmp_path / "x_VV.tif", image)
    for number, (east, north) in enumerate([(40.0, -7.0), (-10.0, 2.0), (0.0, 1.5)]):
        (tmp_path / str(number)).mkdir()
        folder, _ = moved(tmp_path / str(number), [files_of(path)], east, north, grid)
        path = folder / "x_VV.vrt"
    superset.main([files_of(path)], grid, tmp_path / "a.tif", "sinc", "auto", None)
    with rasterio.open(tmp_path / "a.tif") as source:
        tags = tags_of(source)
    assert move_of(tags) == pytest.approx((30, -3.5))
    assert (tags["moved_east"], tags["moved_north"]) == ("0.000", "1.500")
    assert move_of({}) == (0, 0)


def test_all_that_says_how_a_file_is_read_goes_along(tmp_path, monkeypatch):
    """Bands, no data, scale, units, descriptions, tags, a mask beside it."""
    monkeypatch.chdir(tmp_path)
    values = (100 * texture(256, 256)).astype(np.int16)
    path = write_scene(tmp_path / "x_VV.tif", np.stack([values, values + 1]), no_data=-7)
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets, target.units = (0.5, 1.0), (-3.0, 0.0), ("dB", "")
        target.descriptions = ("gamma0", "angle < 45°")
        target.update_tags(PROCESSING_DATETIME="2024-01-01T00:00:00", ODD="a\x01b")
        target.update_tags(1, POL="VV")
    mask = np.full((256, 256), 255, np.uint8)
    mask[:40] = 0
    # Beside the file, as programs write one that may not change it.
    with rasterio.open(path) as source:
        profile = source.profile | {"count": 1, "dtype": "uint8", "nodata": None}
    with rasterio.open(tmp_path / "x_VV.tif.msk", "w", **profile) as target:
        target.update_tags(INTERNAL_MASK_FLAGS_1="2", INTERNAL_MASK_FLAGS_2="2")
        target.write(mask, 1)
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 256, 256)
    original = files_of("x_VV.tif", band=1) | {"original": str(path)}
    folder, record = moved(tmp_path, [original], 40.0, 0.0, grid)
    assert record["files"][0]["values"] == "decibel"
    monkeypatch.chdir("/")
    # As any other program does, and the stages too.
    with (
        rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="TRUE"),
        rasterio.open(path) as before,
        rasterio.open(folder / "x_VV.vrt") as after,
    ):
        for key in ("count", "dtypes", "nodatavals", "scales", "offsets", "units", "descriptions",
                    "width", "height", "crs", "mask_flag_enums"):  # fmt: skip
            assert getattr(after, key) == getattr(before, key), key
        np.testing.assert_array_equal(after.read(), before.read())
        for band in (1, 2):
            np.testing.assert_array_equal(after.read_masks(band), before.read_masks(band))
        assert (after.read_masks(1)[:40] == 0).all()
        assert after.tags()["PROCESSING_DATETIME"] == before.tags()["PROCESSING_DATETIME"]
        assert after.tags(1)["POL"] == "VV"


def test_tags_of_all_domains_go_along_but_those_that_are_of_the_file(tmp_path):
    path = write_scene(tmp_path / "x_VV.tif", np.stack([texture(64, 64)] * 2), compress="deflate")
    with rasterio.open(path, "r+") as target:
        target.update_tags(ns="XNS", Q="1", ODD="a<b & c")
        target.update_tags(2, ns="ENVI", wavelength="5.6 cm")
        # Where the pixels lay before, by a model of the camera.
        target.update_tags(ns="RPC", **dict.fromkeys(("LINE_OFF", "SAMP_OFF"), "1"))
        target.update_tags(ns="xml:X", **{"xml:X": "<x/>"})
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 64, 64)
    folder, _ = moved(tmp_path, [files_of(path, band=1)], 40.0, 0.0, grid)
    with rasterio.open(folder / "x_VV.vrt") as after:
        assert after.tags(ns="XNS") == {"Q": "1", "ODD": "a<b & c"}
        assert after.tags(2, ns="ENVI") == {"wavelength": "5.6 cm"}
        assert after.tags(1, ns="ENVI") == {} == after.tags(ns="RPC")
        assert "COMPRESSION" not in after.tags(ns="IMAGE_STRUCTURE")


def test_a_colour_table_and_what_bands_are_go_along(tmp_path):
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 64, 64)
    values = (100 * texture(64, 64)).clip(0, 255).astype(np.uint8)
    table = {i: (i, 255 - i, i // 2, 255 if i else 0) for i in range(256)}
    one = write_scene(tmp_path / "p_VV.tif", values)
    with rasterio.open(one, "r+") as target:
        target.write_colormap(1, table)
    many = write_scene(tmp_path / "c_VV.tif", np.stack([values] * 3))
    said = (ColorInterp.cyan, ColorInterp.gray, ColorInterp.saturation)
    with rasterio.open(many, "r+") as target:
        target.colorinterp = said
    folder, _ = moved(
        tmp_path, [files_of(one, "p.vrt"), files_of(many, "c.vrt", band=1)], 0.0, 12.0, grid
    )
    with rasterio.open(folder / "p.vrt") as after, rasterio.open(one) as before:
        # Of a TIFF all entries are opaque, unless one is no data.
        assert after.colorinterp == (ColorInterp.palette,)
        assert after.colormap(1) == before.colormap(1)
        assert [colour[:3] for colour in after.colormap(1).values()] == [
            colour[:3] for colour in table.values()
        ]
    with rasterio.open(folder / "c.vrt") as after:
        assert after.colorinterp == said


def test_overviews_of_the_file_are_those_of_the_vrt(tmp_path):
    path = write_scene(tmp_path / "x_VV.tif", texture(512, 512))
    with rasterio.open(path, "r+") as target:
        target.build_overviews([2, 4])
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 512, 512)
    folder, _ = moved(tmp_path, [files_of(path)], 40.0, 0.0, grid)
    with rasterio.open(folder / "x_VV.vrt") as after:
        assert after.overviews(1) == [2, 4]


def test_an_internal_mask_and_an_alpha_band_go_along(tmp_path):
    image = texture(64, 64)
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 64, 64)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        inside = write_scene(tmp_path / "m_VV.tif", image)
        with rasterio.open(inside, "r+") as target:
            mask = np.full((64, 64), 255, np.uint8)
            mask[:, :9] = 0
            target.write_mask(mask)
    values = np.stack([1000 * image, (image > 0.1) * 65535]).astype(np.uint16)
    alpha = write_scene(tmp_path / "a_VV.tif", values, alpha="yes", photometric="minisblack")
    sources = [files_of(inside, "m.vrt"), files_of(alpha, "a.vrt")]
    folder, _ = moved(tmp_path, sources, 0.0, 12.0, grid)
    for name, path in (("m.vrt", inside), ("a.vrt", alpha)):
        with rasterio.open(path) as before, rasterio.open(folder / name) as after:
            np.testing.assert_array_equal(after.read_masks(1), before.read_masks(1))
            assert (after.read_masks(1) == 0).any()
            assert after.colorinterp == before.colorinterp
            assert (after.colorinterp[-1] == ColorInterp.alpha) == (name == "a.vrt")


def test_a_relative_original_is_found_when_both_are_moved(tmp_path):
    (tmp_path / "here").mkdir()
    write_scene(tmp_path / "here" / "in" / "x_VV.tif", texture(64, 64))
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 64, 64)
    one = files_of(tmp_path / "here" / "in" / "x_VV.tif") | {"original": "../../in/x_VV.tif"}
    folder, _ = moved(tmp_path / "here", [one], 30.0, 0.0, grid)
    (tmp_path / "here").rename(tmp_path / "there")
    made = tmp_path / "there" / folder.relative_to(tmp_path / "here") / "x_VV.vrt"
    np.testing.assert_array_equal(read(made), texture(64, 64))


def test_a_file_in_an_archive_and_one_that_is_a_vrt_itself(tmp_path):
    image = texture(64, 64)
    inside = write_scene(tmp_path / "x_VV.tif", image)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(inside, "p/x_VV.tif")
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 64, 64)
    zipped = f"/vsizip/{tmp_path}/a.zip/p/x_VV.tif"
    folder, _ = moved(tmp_path, [files_of(zipped)], 30.0, 0.0, grid)
    np.testing.assert_array_equal(read(folder / "x_VV.vrt"), image)
    again = tmp_path / "again"
    again.mkdir()
    folder, _ = moved(again, [files_of(folder / "x_VV.vrt")], 30.0, 0.0, grid)
    with rasterio.open(folder / "x_VV.vrt") as made:
        np.testing.assert_array_equal(made.read(1), image)
        assert made.transform.c - WEST == pytest.approx(60, abs=0.2)


def test_a_file_behind_an_address_is_read_from_there(tmp_path):
    image = texture(64, 64)
    write_scene(tmp_path / "web" / "x_VV.tif", image)
    handler = functools.partial(Ranges, directory=tmp_path / "web")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/x_VV.tif"
        grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 64, 64)
        folder, record = moved(tmp_path, [files_of(address)], 30.0, 0.0, grid)
        np.testing.assert_array_equal(read(folder / "x_VV.vrt"), image)
        assert record["files"][0]["original"] == address
    finally:
        server.shutdown()
        server.server_close()


def test_a_scene_that_is_not_moved_lies_as_it_did_to_the_last_bit(tmp_path):
    path = write_scene(tmp_path / "x_VV.tif", texture(64, 64), west=WEST + 1 / 3)
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 64, 64)
    folder, record = moved(tmp_path, [files_of(path)], 0.0, 0.0, grid, False, None)
    with rasterio.open(path) as before, rasterio.open(folder / "x_VV.vrt") as after:
        assert after.transform == before.transform
        assert tags_of(after)["corrected"] == "no"
        assert tags_of(after)["moved_sigma_east"] == "unknown"
    assert record["corrected"] is False


def test_metres_are_those_of_what_the_file_and_the_stack_share(tmp_path):
    """A file of 8 degrees of latitude, of which the stack has the northernmost only."""
    posting = 0.02
    image = texture(400, 100)
    transform = Affine(posting, 0, 10.0, 0, -posting, 68.0)
    path = write_scene(tmp_path / "x_VV.tif", image, crs="EPSG:4326", transform=transform)
    grid = Grid("EPSG:4326", (posting, 0, 10.0, 0, -posting, 68.0), 100, 20)
    _, record = moved(tmp_path, [files_of(path)], 100.0, 0.0, grid)
    latitude = math.radians(68.0 - 10 * posting)
    metres = snyder.prime_vertical(latitude) * math.cos(latitude) * math.radians(1)
    assert record["files"][0]["moved_x"] == pytest.approx(100 / metres, rel=1e-5)


def test_a_file_whose_pixels_are_no_squares_is_moved_as_far(tmp_path):
    transform = Affine(20, 0, WEST, 0, -60, NORTH)
    path = write_scene(tmp_path / "x_VV.tif", texture(70, 225), transform=transform)
    grid = Grid("EPSG:32611", tuple(transform)[:6], 225, 70)
    _, record = moved(tmp_path, [files_of(path)], 100.0, -50.0, grid)
    # In pixels of 30 m in the middle, 4500 x 4200 m in all.
    rows, columns = snyder.pixels(snyder.utm(WEST + 2250, NORTH - 2100), 100.0, -50.0)
    assert record["files"][0]["moved_x"] == pytest.approx(30 * columns, rel=1e-5)
    assert record["files"][0]["moved_y"] == pytest.approx(-30 * rows, rel=1e-5)


def scenes(rows):
    east, north, sigma = np.transpose(rows)
    count = len(rows)
    return pd.DataFrame({
        c.SCENE: [f"202201{i + 1:02}T000000" for i in range(count)], c.OFFSET_EAST: east,
        c.OFFSET_NORTH: north, c.SIGMA_EAST: sigma, c.SIGMA_NORTH: sigma,
        c.FLAG: ["" if np.isfinite(e) else "unmeasured" for e in east],
        c.MESSAGE: ["" if np.isfinite(e) else "sea" for e in east],
    })  # fmt: skip


REQUIREMENT = {"metres": 6, "shape": "radial"}


def test_only_what_is_significantly_off_is_moved_and_by_minus_its_offset(tmp_path):
    nan = np.nan
    table = scenes([(0.1, 0.1, 0.2), (3, -2, 0.2), (9, 0, 5), (50, 30, 0.2), (nan, nan, nan)])
    table.to_csv(tmp_path / "scenes.csv", index=False)
    moved_by = {}
    for when in ("significant", "outside", "all"):
        decide.main(tmp_path / "scenes.csv", when, REQUIREMENT, tmp_path / "moves.json")
        moved_by[when] = list(json.loads((tmp_path / "moves.json").read_text()).values())
    assert [m["corrected"] for m in moved_by["significant"]] == [False, True, False, True, False]
    assert [m["corrected"] for m in moved_by["outside"]] == [False, False, True, True, False]
    assert [m["corrected"] for m in moved_by["all"]] == [True, True, True, True, False]
    assert [(m["east"], m["north"]) for m in moved_by["significant"]] == [
        (0, 0), (-3, 2), (0, 0), (-50, -30), (0, 0),
    ]  # fmt: skip
    lost = moved_by["all"][4]
    assert (lost["flag"], lost["reason"]) == ("unmeasured", "not measured: sea")
    assert lost["sigma_east"] is None
    assert moved_by["significant"][0]["reason"].endswith("m off: no more than chance")


def test_each_axis_is_as_far_off_as_its_own_error_says():
    """1 m is five standard errors to the east, and a fifth of one to the north."""
    table = scenes([(1.0, 0.0, 0.2), (0.0, 1.0, 0.2), (0.0, 0.0, 0.2)])
    table[c.SIGMA_NORTH] = 5.0
    found = decision.moves(table, "significant", REQUIREMENT)
    assert [move["corrected"] for move in found] == [True, False, False]
    assert {(move["sigma_east"], move["sigma_north"]) for move in found} == {(0.2, 5.0)}


def test_the_scene_that_offsets_are_from_is_not_moved(tmp_path):
    table = scenes([(9, 0, 0.2), (0, 0, 0.0), (0, 0, 0.2)])
    table.to_csv(tmp_path / "scenes.csv", index=False)
    for reference, reasons in (
        (table[c.SCENE][1], [True, False, True]),
        (None, [True] * 3),
        ("dem", [True] * 3),
    ):
        for when in ("all", "significant", "outside"):
            decide.main(
                tmp_path / "scenes.csv", when, REQUIREMENT, tmp_path / "moves.json", reference
            )
            found = list(json.loads((tmp_path / "moves.json").read_text()).values())
            moved_ones = reasons if when == "all" else [True, False, False]
            assert [m["corrected"] for m in found] == moved_ones
            said = [m["reason"] == "is the reference" for m in found]
            assert said == [False, reference == table[c.SCENE][1], False]


def test_one_stack_in_twenty_has_a_scene_moved_by_chance():
    random = np.random.default_rng(1)
    moved_ones = [
        any(
            m["corrected"]
            for m in decision.moves(
                scenes(np.column_stack([random.normal(0, 0.3, (20, 2)), np.full(20, 0.3)])),
                "significant",
                REQUIREMENT,
            )
        )
        for _ in range(200)
    ]
    assert 0.01 <= np.mean(moved_ones) <= 0.09


def test_the_table_is_a_sheet_of_the_corrected_files(tmp_path):
    rows = [
        {a.PATH: f"/data/{name}.tif", a.BAND: band, c.SCENE: SCENE, c.TIME: "2022-01-01"}
        for name, band in (("one", ""), ("two", "2"))
    ]
    record = {"scene": SCENE, "corrected": True, "east": -3.0, "north": 2.0, "flag": ""}
    record |= {"sigma_east": 0.1, "sigma_north": 0.2, "reason": "3.6 m off", "files": [
        {"name": f"{row[a.PATH][6:-4]}.vrt", "original": row[a.PATH], "values": "decibel",
         "band": int(row[a.BAND] or 0) or None, "moved_x": 1e-5, "moved_y": -2e-5}
        for row in rows
    ]}  # fmt: skip
    path = tmp_path / "VV" / f"{SCENE}.json"
    path.parent.mkdir()
    path.write_text(json.dumps(record))
    list_corrected.main([str(path)], rows, None, str(tmp_path / "t.csv"))
    found = pd.read_csv(tmp_path / "t.csv", dtype=str, keep_default_na=False)
    assert list(found) == list(a.CORRECTED_TABLE)
    assert list(found[a.PATH]) == [f"VV/{SCENE}/one.vrt", f"VV/{SCENE}/two.vrt"]
    assert list(found[a.BAND]) == ["", "2"] and set(found[a.VALUES]) == {"decibel"}
    assert list(found[a.MOVED_X]) == ["1e-05"] * 2
    raster = {str(path): str(tmp_path / "VV" / "s.tif")}
    list_corrected.main([str(path)], rows, raster, str(tmp_path / "t.csv"))
    (row,) = pd.read_csv(tmp_path / "t.csv", dtype=str).to_dict("records")
    assert (row[a.PATH], row[a.VALUES]) == ("VV/s.tif", "power")
    assert row[a.ORIGINAL] == "/data/one.tif, /data/two.tif"
