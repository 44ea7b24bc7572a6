"""Inputs as users have them: the offsets that were put in, or the one line that is said."""

import json
import os
import zipfile
from functools import cache
from math import cos, hypot, radians, sin

import kinds
import numpy as np
import pytest
import rasterio
import snyder
from makers import NORTH, WEST, displaced, hyp3_name, read, texture, write_scene
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

from stackflow.tiling import tiles_for
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

DAYS = ("20220101", "20220113", "20220125", "20220206")
CLOCK = "T134101"
TIMES = [day + CLOCK for day in DAYS]
# (rows to the south, columns to the east) in pixels.
OFF = dict(zip(DAYS, [(0.0, 0.0), (0.3, -0.2), (-0.25, 0.4), (0.1, 0.15)], strict=True))
ROWS, COLUMNS = 104, 208
# Errors of what is right are some 0.06 m here; offsets are up to 12 m.
TOLERANCE = 0.25
# What a pixel is on the ground in the middle of the scenes.
UTM = snyder.utm(WEST + 15 * COLUMNS, NORTH - 15 * ROWS)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder in which nothing is remembered."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@cache
def _ground(day: str, large: bool = False) -> np.ndarray:
    """The ground of a day, displaced, with speckle."""
    image = displaced(texture(512 if large else 256, 256, seed=7), *OFF[day])
    random = np.random.default_rng(int(day))
    return (np.maximum(image, 1e-4) * random.gamma(100, 0.01, image.shape)).astype(np.float32)


def ground(day, top=20, rows=ROWS, large=False) -> np.ndarray:
    return _ground(day[:8], large)[top : top + rows, 24 : 24 + COLUMNS].copy()


def put(folder, time, image=None, name=None, **more):
    """A scene; it has the fixed no-data value 0 unless something else is said."""
    image = ground(time) if image is None else image
    return write_scene(folder / (name or hyp3_name(time)), image, **{"no_data": 0} | more)


def config(stack=None, **sections) -> dict:
    """A config with one stack of the folder of scenes."""
    return {
        "stacks": {"site": {"directory": "scenes"} if stack is None else stack},
        "tiles": {"rows": 1, "columns": 2},
    } | sections


def check(found, pixel=UTM, product=("site", "VV"), days=DAYS, tolerance=TOLERANCE):
    """The offsets of a product are those that were put in."""
    table = found.tables[product]
    assert sorted(name[:8] for name in table.index) == sorted(days)
    truth = {name: snyder.metres(pixel, *OFF[name[:8]]) for name in table.index}
    errors = kinds.errors(table, truth)
    assert len(errors) == len(days)
    assert errors[["east", "north"]].abs().max().max() < tolerance
    assert errors[["z_east", "z_north"]].abs().max().max() < 4


def brought(config, product=("site", "VV"), days=DAYS, factor=1):
    """What is found of a config, each scene of a product being what was put in, to the bit.

    Its offsets are then those of the scenes that others here measure.
    """
    _, found = kinds.bring(config)
    same(found, product, days, factor)
    return found


def same(found, product=("site", "VV"), days=DAYS, factor=1):
    """Each scene of a product is what was put in, to the bit."""
    paths = sorted((found.folders[product] / "superset").glob("*.tif"))
    assert [path.stem[:8] for path in paths] == sorted(days)
    for path in paths:
        np.testing.assert_array_equal(read(path), ground(path.stem) * np.float32(factor))


def refusal(config, measured=False) -> str:
    """What is said of a config that is refused, before any work or when files are read."""
    with pytest.raises(InputError) as caught:
        kinds.measure(config) if measured else kinds.read(config)
    return str(caught.value)


def degrees(west, north, step=3e-4):
    latitude = radians(north - step * ROWS / 2)
    east = snyder.prime_vertical(latitude) * cos(latitude) * radians(step)
    return (east, 0.0), (0.0, -snyder.meridian(latitude) * radians(step))


def south_polar(x, y, posting=30.0):
    """As `snyder.polar`, of EPSG:3031: north is away from the pole, 71 S is true."""
    size, rho = hypot(*snyder.polar(x, y, posting, standard=71.0)[0]), hypot(x, y)
    east, north = (y / rho, -x / rho), (x / rho, y / rho)
    return (size * east[0], size * north[0]), (-size * east[1], -size * north[1])


def feet(x):
    """100 US feet of EPSG:2229, a Lambert conic; its convergence: Snyder 15-8 on a sphere."""
    size = 100 * 1200 / 3937
    west = (x - 6_561_666.667) * 1200 / 3937 / (snyder.A * cos(radians(34.7)))
    turn = sin(radians(34.75)) * west
    return (size * cos(turn), -size * sin(turn)), (-size * sin(turn), -size * cos(turn))


# Corner, posting, and what a pixel is in the middle.
GRIDS = {
    "EPSG:3857": (1_100_000, 8_400_000, 30, snyder.web_mercator(1_103_120, 8_398_440)),
    "EPSG:3413": (2_000_000, -50_000, 30, snyder.polar(2_003_120, -51_560)),
    "EPSG:6933": (0, 6_300_000, 30, snyder.ease_grid(3_120, 6_298_440)),
    "EPSG:2229": (6_400_000, 1_900_000, 100, feet(6_410_400)),
}
MORE_GRIDS = {
    "EPSG:32611+5773": (WEST, NORTH, 30, UTM),
    "EPSG:3031": (-900_000, 1_200_000, 30, south_polar(-896_880, 1_198_440)),
    # 45 S, where Mercator mirrors the north.
    "EPSG:3857": (7_000_000, -5_600_000, 30, snyder.web_mercator(0, 5_601_560)),
    # The northern and the southern half of a zone are one on the equator.
    "EPSG:32711": (WEST, 10_000_600, 30, snyder.utm(WEST + 3_120, -960)),
}
long = pytest.mark.long


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        *GRIDS.items(),
        *(pytest.param(*place, marks=long) for place in MORE_GRIDS.items()),
    ],
)
def test_metres_are_on_the_ground_and_east_is_east(folder, crs, place):
    west, north, posting, pixel = place
    for time in TIMES:
        put(folder / "scenes", time, crs=crs, west=west, north=north, posting=posting)
    check(kinds.measure(config()), pixel)


def test_pixels_need_not_be_square(folder):
    for time in TIMES:
        put(folder / "scenes", time, transform=Affine(10, 0, WEST, 0, -20, NORTH))
    (a, b), _ = snyder.utm(WEST + 5 * COLUMNS, NORTH - 10 * ROWS, 10)
    _, (c, d) = snyder.utm(WEST + 5 * COLUMNS, NORTH - 10 * ROWS, 20)
    check(kinds.measure(config()), ((a, b), (c, d)))


CUSTOM = (
    'PROJCS["unnamed",GEOGCS["WGS 84",DATUM["unknown",SPHEROID["WGS84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-117],'
    'PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
    'PARAMETER["false_northing",0],UNIT["metre",1]]'
)
ZONES = {
    "a WKT without a code": ({"crs": CUSTOM}, UTM, {}),
    "the southern zone": (
        {"crs": "EPSG:32711", "north": 10_000_600},
        snyder.utm(WEST + 3120, -960),
        {"crs": "EPSG:32611", "north": 600},
    ),
}


@long
@pytest.mark.parametrize("kind", ZONES)
def test_one_place_in_two_crs(folder, kind):
    other, pixel, rest = ZONES[kind]
    for i, time in enumerate(TIMES):
        put(folder / "scenes", time, **(other if i == 1 else rest))
    check(kinds.measure(config()), pixel)


@pytest.mark.parametrize("odd", [[2], pytest.param([0, 1, 3], marks=long)])
@pytest.mark.parametrize(
    "west", [-117.0, pytest.param(-180 - COLUMNS * 1e-4, marks=long)], ids=["land", "antimeridian"]
)
def test_a_meridian_has_many_names(folder, west, odd):
    """One of them runs from 0 to 360, or all but one; across the antimeridian too."""
    for i, time in enumerate(TIMES):
        left = west + 360 * (i in odd)
        put(folder / "scenes", time, crs="EPSG:4326", transform=Affine(3e-4, 0, left, 0, -3e-4, 35))
    found = kinds.measure(config())
    assert found.products["site", "VV"].grid.width == COLUMNS
    check(found, degrees(west, 35))


LOCAL = 'LOCAL_CS["site grid",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        (LOCAL, "a local one without a place on the Earth"),
        ("EPSG:4978", "counts from the middle of the Earth"),
        ("IAU_2015:49900", "radius of 3396 km and not of the Earth"),
    ],
)
def test_a_crs_that_is_not_on_the_earth(folder, crs, said):
    for time in TIMES[:2]:
        put(folder / "scenes", time, crs=crs)
    head, *lines = refusal(config()).splitlines()
    assert "2 files cannot be used" in head and len(lines) == 2
    assert all(said in line and "assign the right one" in line for line in lines)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_radar_geometry_is_not_told_to_assign_a_crs(folder):
    for time in TIMES[:2]:
        path = put(folder / "scenes", time, crs=None, transform=Affine.identity())
        points = [
            GroundControlPoint(r, c, -117 + c * 3e-4, 35 - r * 3e-4)
            for r in (0, 50, 103)
            for c in (0, 100, 207)
        ]
        with rasterio.open(path, "r+") as target:
            target.gcps = points, "EPSG:4326"
    text = refusal(config())
    assert "in radar geometry (ground control points only); terrain-correct it" in text
    assert "-a_srs" not in text


def test_rows_from_south_to_north_are_refused(folder):
    for time in TIMES[:2]:
        put(folder / "scenes", time, transform=Affine(30, 0, WEST, 0, 30, NORTH - 30 * ROWS))
    assert "is not north-up" in refusal(config())


def test_pixel_is_point_or_area_are_the_same_place(folder):
    for i, time in enumerate(TIMES):
        path = put(folder / "scenes", time)
        if i in (1, 3):
            with rasterio.open(path, "r+") as target:
                target.update_tags(AREA_OR_POINT="Point")
    found = brought(config())
    assert found.products["site", "VV"].grid.transform[2] == WEST


# What a pixel is hidden by. 40 % of each scene in a shape that does not move.
Y, X = np.mgrid[:ROWS, :COLUMNS]
HIDDEN = (Y * 0.6 + X * 0.3 < 40) | (Y - 0.5 * X > 60) | (X > 180)


def seen(image, fill):
    return np.where(HIDDEN, np.float32(fill), image)


def visible():
    return np.where(HIDDEN, 0, 255).astype(np.uint8)


def internal(path, fill, **more):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        put(path.parent, path.name[7:22], seen(ground(path.name[7:22]), fill), **more)
        with rasterio.open(path, "r+") as target:
            target.write_mask(visible())


def beside(path, fill, **more):
    put(path.parent, path.name[7:22], seen(ground(path.name[7:22]), fill), **more)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as target:
        target.write_mask(visible())
    assert path.with_name(f"{path.name}.msk").exists()


def scaled(path, fill, **more):
    """Decibels in steps of a hundredth, with a unit, and a mask beside."""
    image = np.round((10 * np.log10(ground(path.name[7:22])) + 60) / 0.01)
    put(path.parent, path.name[7:22], seen(image, fill).astype(np.uint16), no_data=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as target:
        target.scales, target.offsets, target.units = (0.01,), (-60.0,), ("dB",)
        target.write_mask(visible())


def alpha(path, fill, **more):
    image = seen(ground(path.name[7:22]), fill)
    put(path.parent, path.name[7:22], np.stack([image, visible().astype(np.float32)]), **more)
    with rasterio.open(path, "r+") as target:
        target.colorinterp = [ColorInterp.gray, ColorInterp.alpha]


def filled(path, fill, **more):
    put(path.parent, path.name[7:22], seen(ground(path.name[7:22]), fill), **more)


@pytest.mark.parametrize(
    ("make", "fill", "no_data"),
    [
        (internal, 100, None),
        (scaled, 9000, None),
        (alpha, 100, None),
        pytest.param(internal, 1, 0, marks=long),
        pytest.param(beside, 100, None, marks=long),
        pytest.param(filled, 0, np.nan, marks=long),
        pytest.param(filled, -9999, None, marks=long),
    ],
)
def test_what_is_hidden_does_not_count(folder, make, fill, no_data):
    """Fill that does not move would pull offsets towards zero, by half and without a word."""
    for time in TIMES:
        make(folder / "scenes" / hyp3_name(time), fill, no_data=no_data)
    check(kinds.measure(config()), tolerance=0.4)


def test_decibels_are_refused_until_the_config_says_so(folder):
    for time in TIMES:
        image = np.round((10 * np.log10(ground(time)) + 60) / 0.01).astype(np.uint16)
        with rasterio.open(put(folder / "scenes", time, image), "r+") as target:
            target.scales, target.offsets = (0.01,), (-60.0,)
    assert "say 'values: decibel'" in refusal(config(), measured=True)
    check(kinds.measure(config({"directory": "scenes", "values": "decibel"})))


@long
def test_a_quicklook_of_eight_bits_is_used(folder):
    for time in TIMES:
        image = np.clip((10 * np.log10(ground(time)) + 25) / 25 * 254 + 1, 1, 255)
        put(folder / "scenes", time, image.astype(np.uint8))
    check(kinds.measure(config()))


def test_products_that_are_not_alike_are_told(folder):
    """Decibels, amplitude and power by the names; DEM-matched, sigma0, filtered."""
    made = ["gpuned", "gpunem", "sauned", "gdufed"]
    for time, kind in zip(TIMES, made, strict=True):
        x = ground(time)
        x = {"a": np.sqrt(x), "d": 10 * np.log10(x)}.get(kind[1], x)
        put(folder / "scenes", time, x, name=hyp3_name(time).replace("gpuned", kind))
    found = kinds.measure(config())
    check(found)
    for text in ("radiometry", "values", "geolocation", "speckle filter"):
        assert f"{text}: 3 of 4 scenes" in found.text or text == "values"
    assert "1 scene amplitude (20220125T134101)" in found.text
    assert "1 scene decibel (20220206T134101)" in found.text


@long
def test_another_posting_is_brought_onto_the_grid(folder):
    for i, time in enumerate(TIMES):
        if i == 2:
            fine = np.kron(ground(time), np.ones((3, 3), np.float32))
            name = hyp3_name(time).replace("RTC30", "RTC10")
            put(folder / "scenes", time, fine, name=name, posting=10)
        else:
            put(folder / "scenes", time)
    found = kinds.measure(config())
    check(found)
    assert "posting: 3 of 4 scenes 30, 1 scene 10 (20220125T134101)" in found.text
    assert "1 of 4 files are off the stack's pixel lattice" in found.text


# Slices: top row of each and its seconds after the first.
SLICES = {
    "two": [[(0, 0), (56, 25)]] * 4,
    "three": [[(0, 0), (40, 25), (80, 50)]] * 4,
    "cut differently": [[(0, 0), (56, 25)], [(5, 1), (50, 26)], [(0, 0), (60, 25)], [(3, 2)]],
    "a gap": [[(0, 0), (45, 25), (90, 50)]] * 3 + [[(0, 0), (90, 50)]],
}


def put_slices(folder, cuts, rows=64, bias=1.0):
    for day, tops in zip(DAYS, cuts, strict=True):
        for top, seconds in tops:
            time = f"{day}T1341{1 + seconds:02d}"
            image = ground(day, 20 + top, rows, large=True) * (bias if seconds else 1)
            put(folder, time, image, north=NORTH - 30 * top)


@pytest.mark.parametrize(
    ("kind", "mosaic"),
    [
        ("two", "first"),
        ("cut differently", "first"),
        pytest.param("two", "mean", marks=long),
        pytest.param("three", "first", marks=long),
        pytest.param("a gap", "mean", marks=long),
    ],
)
def test_slices_of_a_pass_are_one_scene(folder, kind, mosaic):
    put_slices(folder / "scenes", SLICES[kind], bias=1.02)
    found = kinds.measure(config(superset={"mosaic": mosaic}))
    bottom = max(top for tops in SLICES[kind] for top, _ in tops) + 64
    pixel = snyder.utm(WEST + 15 * COLUMNS, NORTH - 15 * bottom)
    check(found, pixel, tolerance=0.4)
    files = sum(map(len, SLICES[kind]))
    assert f"4 scenes out of {files} files, as slices or bursts of one pass" in found.text


@long
def test_slices_stay_apart_on_request(folder):
    put_slices(folder / "scenes", SLICES["two"])
    _, found = kinds.read(config({"directory": "scenes", "slices": "separate"}))
    assert len(found.products["site", "VV"].scenes) == 8


def test_tracks_are_stacks_of_their_own_though_one_has_no_second_polarization(folder):
    for time in TIMES:
        for pol, factor in (("VV", 1), ("VH", 0.2)):
            put(folder / "scenes", time, ground(time) * factor, name=hyp3_name(time, pol))
        put(folder / "scenes", time.replace("T1341", "T0150"))
    stack = {"directory": "scenes", "polarizations": ["VV", "VH"]}
    _, found = kinds.bring(config(stack))
    assert set(found.products) == {("site.1341", "VV"), ("site.1341", "VH"), ("site.0150", "VV")}
    for product in found.products:
        same(found, product, factor=0.2 if product[1] == "VH" else 1)
    # At sunrise there, and at sunset.
    assert "site.0150 (4 scenes, ascending), site.1341 (4 scenes, descending)" in found.text
    assert "'site.0150', VH: no scene" in found.text


def test_a_polarization_that_is_missing_once(folder):
    for i, time in enumerate(TIMES):
        put(folder / "scenes", time)
        if i != 2:
            put(folder / "scenes", time, ground(time) * 0.2, name=hyp3_name(time, "VH"))
    found = brought(config({"directory": "scenes", "polarizations": ["VV", "VH"]}))
    same(found, ("site", "VH"), [DAYS[i] for i in (0, 1, 3)], 0.2)


OPERA = "OPERA_L2_RTC-S1_T137-292319-IW2_{}Z_{}Z_S1A_30_v1.0_VV.tif"
WRONG = np.roll(ground(DAYS[1]), (3, 3), (0, 1))


def test_the_newer_of_two_processings_counts(folder):
    for time in TIMES:
        put(folder / "scenes", time, name=OPERA.format(time, "20250830T065219"))
    old = OPERA.format(TIMES[1], "20230101T000000")
    put(folder / "scenes", TIMES[1], WRONG, name=old)
    found = brought(config())
    assert f"{old} is the same acquisition as" in found.text and "by its name" in found.text


@long
def test_the_same_acquisition_by_another_processor(folder):
    """A second apart and in other words; of what tells no processing the newer file counts."""
    for time in TIMES:
        put(folder / "scenes", time)
    other = put(folder / "scenes", "", WRONG, name="S1A__IW___D_20220113T134102_VV_gamma0-rtc.tif")
    os.utime(other, (0, 0))
    found = brought(config())
    assert f"{other.name} is the same acquisition as" in found.text
    other.rename(other.with_name("x_20220113T134102_VV.tif"))
    brought(config({"directory": "scenes", "exclude": ["x_*.tif"]}))


def test_a_tenth_of_the_area(folder):
    for i, time in enumerate(TIMES):
        if i == 2:
            part = ground(time)[10:80, 20:100]
            put(folder / "scenes", time, part, west=WEST + 600, north=NORTH - 300)
        else:
            put(folder / "scenes", time)
    check(kinds.measure(config()), tolerance=0.5)


@long
def test_halves_without_common_ground_are_not_compared(folder):
    """Alternately the north and the south: each half would else have a zero of its own."""
    for i, day in enumerate(DAYS):
        top = 100 * (i % 2)
        put(
            folder / "scenes",
            day + CLOCK,
            ground(day, 20 + top, large=True),
            north=NORTH - 30 * top,
        )
    found = kinds.measure(config(tiles={"rows": 2, "columns": 2}))
    table = found.tables["site", "VV"]
    north, south = (table.filter(regex=days, axis=0) for days in ("0101|0125", "0113|0206"))
    found.tables["site", "VV"] = north
    check(found, days=DAYS[::2])
    assert south["offset_east"].isna().all()


def test_a_name_of_two_polarizations_wants_a_sheet(folder):
    for time in TIMES[:2]:
        both = np.stack([ground(time), WRONG])
        put(folder / "scenes", time, both, name=f"S1A_{time}_VV_VH.tif")
    assert "name several polarizations; list them in a scene sheet" in refusal(config())


def test_a_link_to_nothing_is_no_scene_fewer(folder):
    for time in TIMES:
        put(folder / "scenes", time)
    lost = folder / "scenes" / hyp3_name(TIMES[2])
    lost.unlink()
    lost.symlink_to("../annex/objects/XYZ.tif")
    text = refusal(config())
    assert f"{lost.name} is a link to ../annex/objects/XYZ.tif, which is not there" in text
    leave_out = config(check={"unreadable": "leave_out"})
    found = brought(leave_out, days=[DAYS[i] for i in (0, 1, 3)])
    (left_out,) = found.products["site", "VV"].left_out
    assert left_out["file"].endswith(lost.name) and "which is not there" in left_out["reason"]


@pytest.mark.parametrize("target", [".", "..", "missing/../../scenes"])
def test_a_folder_that_links_to_itself(folder, target):
    for time in TIMES:
        put(folder / "scenes" / "deep", time)
    (folder / "scenes" / "deep" / "latest").symlink_to(target)
    _, found = kinds.read(config())
    assert sum(len(s.sources) for s in found.products["site", "VV"].scenes.values()) == 4


def test_a_time_stamp_in_the_future_is_nothing_to_stop_at(folder):
    for time in TIMES:
        path = put(folder / "scenes", time)
    os.utime(path, (4e9, 4e9))
    brought(config())


def test_what_lies_beside_a_product_is_none(folder):
    for time in TIMES:
        path = put(folder / "scenes" / hyp3_name(time)[:-7], time)
        for end in ("ls_map", "inc_map", "rgb", "dem", "area", "VV_mask", "VV_db", "VV (1)"):
            put(path.parent, time, WRONG, name=path.name.replace("VV.tif", f"{end}.tif"))
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\26\7")
        path.with_name(f"{path.name}.xml").write_text("<x/>")
        path.with_suffix(".png").write_bytes(b"")
    found = brought(config())
    assert "masks or the like" in found.text and "made of another file" in found.text


@long
def test_results_and_scenes_in_one_folder(folder):
    for time in TIMES:
        put(folder, time)
    stack = {"directory": ".", "pattern": "**/*_{polarization}.tif"}
    kinds.measure(config(stack))
    found = brought(config(stack))
    assert all(len(s.sources) == 1 for s in found.products["site", "VV"].scenes.values())


def pack(archive, path, inside=None):
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as target:
        target.write(path, inside or f"{archive.stem}/{path.name}")


@pytest.mark.parametrize("beside", [False, pytest.param(True, marks=long)])
def test_zips_are_read_in_place_and_what_is_unpacked_too_once(folder, beside):
    for time in TIMES:
        path = put(folder / "tmp", time)
        pack(folder / "scenes" / f"{path.stem[:-3]}.zip", path)
    if beside:
        put(folder / "scenes" / path.stem[:-3], TIMES[-1])
    found = brought(config())
    assert ("unpacked beside the archive" in found.text) == beside
    scenes = found.products["site", "VV"].scenes.values()
    assert [scene.paths[0].startswith("/vsizip/") for scene in scenes] == [
        not beside,
        True,
        True,
        True,
    ]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_world_files_and_sidecars_place_a_scene(folder):
    for time in TIMES:
        path = folder / "scenes" / hyp3_name(time)
        path.parent.mkdir(exist_ok=True)
        profile = {"driver": "GTiff", "dtype": "float32", "count": 1}
        with rasterio.open(path, "w", height=ROWS, width=COLUMNS, **profile) as target:
            target.write(ground(time), 1)
        path.with_suffix(".tfw").write_text(f"30\n0\n0\n-30\n{WEST + 15}\n{NORTH - 15}\n")
        path.with_name(f"{path.name}.aux.xml").write_text(
            "<PAMDataset><SRS>EPSG:32611</SRS></PAMDataset>"
        )
    brought(config())


def test_codecs_and_big_files(folder):
    made = [
        {"compress": "zstd", "predictor": 3},
        {"compress": "lerc", "max_z_error": 0.0},
        {"bigtiff": "yes", "tiled": True, "blockxsize": 128, "blockysize": 128},
        {"compress": "lzw", "predictor": 2},
    ]
    for time, profile in zip(TIMES, made, strict=True):
        put(folder / "scenes", time, **profile)
    brought(config())


def test_a_codec_that_is_missing_is_named(folder):
    for time in TIMES[:2]:
        path = put(folder / "scenes", time, compress="zstd")
    content = path.read_bytes()
    tag = b"\x03\x01\x03\x00\x01\x00\x00\x00"
    assert content.count(tag) == 1
    # JPEG-XL's number.
    place = content.index(tag) + len(tag)
    path.write_bytes(content[:place] + b"\x52\xc3" + content[place + 2 :])
    text = refusal(config())
    assert "\n" not in text and path.name in text and "missing codec" in text


def test_bounds_in_degrees_say_which_crs_is_meant(folder):
    for time in TIMES[:2]:
        put(folder / "scenes", time)
    text = refusal(config({"directory": "scenes", "bounds": [-119.22, 35.16, -119.15, 35.22]}))
    assert "in EPSG:32611, in which the scenes cover" in text and "\n" not in text


def test_tiles_fit_or_the_largest_cut_is_named():
    def grid(height, width):
        return Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), width, height)

    nothing, many = {"rows": None, "columns": None}, {"rows": 8, "columns": 8}
    assert tiles_for(grid(100, 100), nothing, "coherence") == (1, 1)
    assert tiles_for(grid(400, 3000), nothing, "coherence") == (3, 8)
    with pytest.raises(InputError, match="is the largest cut that fits"):
        tiles_for(grid(100, 100), many, "coherence")


def sheet(text, name="sheet.csv", **stack) -> dict:
    """A config with a stack of a sheet."""
    content = text if isinstance(text, bytes | str) else json.dumps(text)
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as target:
        target.write(content.encode() if isinstance(content, str) else content)
    return config({"scenes": name} | stack)


def test_blanks_and_marks_in_a_table(folder):
    rows = ["path\tdatetime"]
    for time in TIMES:
        path = put(folder / "scenes", time)
        rows += [f"scenes/{path.name} \t {time} ", ""]
    brought(sheet(b"\xef\xbb\xbf" + "\r\n".join(rows).encode(), "sheet.tsv"))


@pytest.mark.parametrize("dated", ["20220101", "2022-01-01"])
def test_semicolons_and_dates_without_a_time(folder, dated):
    rows = ["\ufeffDATETIME; PATH ;Band"]
    for i, time in enumerate(TIMES):
        both = np.stack([ground(time), WRONG])
        put(folder / "data" / "x", time, both if i == 1 else both[::-1], name=f"{i}.tif")
        day = time[:8] if "-" not in dated else f"{time[:4]}-{time[4:6]}-{time[6:8]}"
        rows.append(f"{day};x/{i}.tif;{1 if i == 1 else 2}")
    found = kinds.measure(sheet("\n".join(rows), "data/sheet.csv"))
    assert set(found.tables["site", "VV"].index) == {f"{day}T000000" for day in DAYS}
    check(found)


@long
def test_an_export_of_a_search_with_a_column_for_the_files(folder):
    rows = ['"Granule Name","Platform","Path Number","Start Time","Ascending or Descending?",path']
    for time in TIMES:
        put(folder / "got", time, name=f"{time}.tif")
        day = f"{time[:4]}-{time[4:6]}-{time[6:8]}"
        granule = f"S1A_IW_GRDH_1SDV_{time}_{time[:8]}T134126_041{time[4:7]}_04EE91_9C01"
        rows.append(
            f'"{granule}","Sentinel-1A","64","{day}T13:41:01.000000","DESCENDING",got/{time}.tif'
        )
    found = brought(sheet("\n".join(rows), "asf.csv"))
    product = found.products["site", "VV"]
    assert (product.track, product.direction) == ("T064", "descending")
    assert {scene.platform for scene in product.scenes.values()} == {"S1A"}


def feature(time, **more):
    stamp = f"{time[:4]}-{time[4:6]}-{time[6:11]}:{time[11:13]}:{time[13:]}Z"
    return {"type": "Feature", "id": time, "geometry": None} | {
        key: value | {"datetime": stamp} if key == "properties" else value
        for key, value in more.items()
    }


@pytest.mark.parametrize("kind", ["GeoJSON", pytest.param("STAC", marks=long)])
def test_features_with_relative_addresses(folder, kind):
    features = []
    for time in TIMES:
        put(folder / "data" / "x", time, name=f"{time}.tif")
        path = f"./x/{time}.tif"
        if kind == "GeoJSON":
            features.append(feature(time, properties={"path": path}))
        else:
            assets = {"VV": {"href": path, "roles": ["data"], "type": "image/tiff"}}
            features.append(feature(time, properties={"platform": "sentinel-1a"}, assets=assets))
    brought(sheet({"type": "FeatureCollection", "features": features}, "data/scenes.json"))


@pytest.mark.parametrize("kind", ["date", "polarization"])
def test_a_sheet_against_the_names_is_told(folder, kind):
    rows = ["path,datetime"]
    for i, time in enumerate(TIMES):
        pol = "VH" if kind == "polarization" and i == 2 else "VV"
        path = put(folder / "scenes", time, name=hyp3_name(time, pol))
        said = TIMES[{1: 2, 2: 1}.get(i, i)] if kind == "date" else time
        rows.append(f"scenes/{path.name},{said}")
    _, found = kinds.read(sheet("\n".join(rows)))
    assert len(found.products["site", "VV"].scenes) == 4
    if kind == "date":
        assert "the sheet says 2022-01-25T13:41:01, its name 2022-01-13T13:41:01" in found.text
        assert "the sheet says 2022-01-13T13:41:01, its name 2022-01-25T13:41:01" in found.text
    else:
        assert "its name says VH, and it is taken for VV" in found.text


def test_envi_with_its_header_in_a_sheet(folder):
    rows = ["path,datetime"]
    for time in TIMES:
        with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="TRUE"):
            put(folder / "scenes", time, name=f"{time}_VV.img", driver="ENVI")
        rows.append(f"scenes/{time}_VV.img,{time}")
    brought(sheet("\n".join(rows)))


@pytest.mark.parametrize("start", ["", pytest.param("absolute", marks=long)])
def test_members_of_archives_in_a_sheet_lie_beside_it(folder, start):
    rows = ["path\tdatetime"]
    for time in TIMES:
        path = put(folder / "tmp", time)
        pack(folder / "data" / "zips" / f"{time}.zip", path)
        root = f"{folder}/data/" if start else ""
        rows.append(f"/vsizip/{root}zips/{time}.zip/{time}/{path.name}\t{time}")
    brought(sheet("\n".join(rows), "data/sheet.tsv"))


def vrt(path, parts):
    """A VRT of rasters one below the other, each of half the rows."""
    half = ROWS // 2
    sources = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{part}</SourceFilename>'
        f'<SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="{COLUMNS}" ySize="{half}"/>'
        f'<DstRect xOff="0" yOff="{i * half}" xSize="{COLUMNS}" ySize="{half}"/></SimpleSource>'
        for i, part in enumerate(parts)
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'<VRTDataset rasterXSize="{COLUMNS}" rasterYSize="{ROWS}"><SRS>EPSG:32611</SRS>'
        f"<GeoTransform>{WEST},30,0,{NORTH},0,-30</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><NoDataValue>0</NoDataValue>'
        f"{sources}</VRTRasterBand></VRTDataset>"
    )


def test_a_vrt_a_date_and_one_whose_source_is_gone(folder):
    half = ROWS // 2
    for time in TIMES:
        for i in (0, 1):
            part = ground(time)[i * half : (i + 1) * half]
            put(folder / "parts", time, part, name=f"{time}_{i}.tif", north=NORTH - 30 * half * i)
        vrt(folder / "scenes" / f"{time}_VV.vrt", [f"../parts/{time}_{i}.tif" for i in (0, 1)])
    stack = {"directory": "scenes", "pattern": "**/*_{polarization}.vrt"}
    brought(config(stack))
    (folder / "parts" / f"{TIMES[2]}_1.tif").unlink()
    text = refusal(config(stack))
    assert f"{TIMES[2]}_VV.vrt is made of parts/{TIMES[2]}_1.tif, which is not there" in text
    assert "download" not in text


def test_what_is_excluded_takes_no_part(folder):
    for time in TIMES:
        put(folder / "scenes", time)
    put(folder / "scenes", "20220201T134101", WRONG, name=hyp3_name("20220201T134101"))
    for entry in ("2022-02-01", "20220201T134101", "*20220201*"):
        _, found = kinds.read(config({"directory": "scenes", "exclude": [entry]}))
        assert [name[:8] for name in found.products["site", "VV"].scenes] == sorted(DAYS)[::-1]
    text = refusal(config({"directory": "scenes", "exclude": ["20220201T134102"]}))
    assert "matches no scene; did you mean '20220201T134101'" in text


def test_a_scene_that_is_replaced_has_another_stamp(folder):
    """Of the same size and older, as `cp -p` and `unzip` leave it; a parameter of who reads it."""
    from stackflow import headers

    path = put(folder / "scenes", TIMES[0])
    before = headers.stamp_of(str(path))
    put(folder / "scenes", TIMES[0], WRONG)
    os.utime(path, ns=(before[1], before[1] - 10**9))
    after = headers.stamp_of(str(path))
    assert after[0] == before[0] and after != before
