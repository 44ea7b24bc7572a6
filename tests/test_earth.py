"""Metres are on the ground and east is true east in every CRS, and no other CRS is taken."""

from math import hypot

import numpy as np
import pytest
import rasterio
import snyder
from hypothesis import given
from hypothesis import strategies as st
from makers import write_scene
from rasterio.transform import Affine

from stackflow.passes import places
from stackio import earth, raster, writing
from stackshift.errors import InputError
from stackshift.ground import geometry
from stackshift.ground.lattice import Grid, in_one_turn
from stackshift.ground.longitudes import amount_beside, side_by_side


def grid_at(crs, x, y, posting=30.0, size=100):
    """A square grid around a place."""
    half = posting * size / 2
    return Grid(crs, (posting, 0.0, x - half, 0.0, -posting, y + half), size, size)


def flat(pixel):
    return np.ravel([pixel.column, pixel.row])


@pytest.mark.parametrize(
    ("crs", "truth", "x", "y"),
    [
        ("EPSG:32611", snyder.utm, 300_000.0, 3_900_000.0),
        ("EPSG:32611", snyder.utm, 640_000.0, 6_900_000.0),
        ("EPSG:32633+5773", snyder.utm, 500_000.0, 5_000_000.0),
        ("EPSG:3857", snyder.web_mercator, 1_100_000.0, 8_400_000.0),
        ("EPSG:3413", snyder.polar, 2_000_000.0, -50_000.0),
        ("EPSG:3413", snyder.polar, -700_000.0, -1_600_000.0),
        ("EPSG:3413", snyder.polar, 300.0, 400.0),
        ("EPSG:6933", snyder.ease_grid, 0.0, 6_300_000.0),
        ("EPSG:6933", snyder.ease_grid, -9_000_000.0, -2_000_000.0),
    ],
)
def test_a_pixel_on_the_ground_is_that_of_the_closed_formulas(crs, truth, x, y):
    found = earth.pixel_in_the_middle(grid_at(crs, x, y))
    # 1e-6 of a pixel of 30 m; convergence and scale alone are 1e-2 and 1e-4 or more.
    assert flat(found) == pytest.approx(np.ravel(truth(x, y)), abs=3e-5)


def test_figures_that_others_have_published():
    # EASE-Grid 2.0 at 59.2 N: 17.7 m to the east and 50.6 m to the north.
    ease = earth.pixel_in_the_middle(grid_at("EPSG:6933", 0.0, 6_300_000.0))
    assert (ease.column[0], -ease.row[1]) == pytest.approx((17.75, 50.65), abs=0.06)
    # EPSG:3413 at 43.6 E: x leads south, y leads east.
    polar = earth.pixel_in_the_middle(grid_at("EPSG:3413", 2_000_000.0, -50_000.0))
    assert polar.column[1] < -29 and polar.row[0] < -29
    # NAD83 / California zone 5 in US survey feet: scale is within 1e-4 of one.
    feet = earth.pixel_in_the_middle(grid_at("EPSG:2229", 6_500_000.0, 1_900_000.0, 100.0))
    assert hypot(*feet.column) == pytest.approx(100 * 1200 / 3937, rel=2e-4)


@pytest.mark.parametrize("longitude", [20.0, 180.0, 383.0])
@pytest.mark.parametrize(
    ("latitude", "east", "north"),
    # Lengths of a degree as NGA's calculator prints them (WGS 84), in metres.
    [(0, 111319.49, 110574.28), (45, 78846.81, 111131.75), (-60, 55800.0, 111412.24)],
)
def test_degrees(longitude, latitude, east, north):
    found = earth.pixel_in_the_middle(grid_at("EPSG:4326", longitude, latitude, 1e-4))
    assert flat(found) == pytest.approx((1e-4 * east, 0, 0, -1e-4 * north), rel=1e-5, abs=1e-6)


def test_each_tile_has_its_own():
    grid = Grid("EPSG:3413", (300.0, 0.0, -700_000.0, 0.0, -300.0, -1_600_000.0), 1000, 600)
    found = earth.pixels_of_tiles(grid, [0, 200, 600], [0, 400, 1000])
    assert set(found) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    # Column 1 and row 0: pixels 400 to 1000 and 0 to 200.
    truth = snyder.polar(-700_000 + 300 * 700, -1_600_000 - 300 * 100, 300)
    assert flat(found[1, 0]) == pytest.approx(np.ravel(truth), rel=1e-6)
    assert abs(found[0, 0].column[1] - found[1, 0].column[1]) > 5


TURNED = geometry.Pixel(*snyder.polar(1_200_000.0, -700_000.0))


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_metres_and_pixels_are_each_others_opposite(rows, columns):
    metres = geometry.to_metres((rows, columns), TURNED)
    assert metres == pytest.approx(snyder.metres((TURNED.column, TURNED.row), rows, columns))
    assert geometry.to_pixels(metres, TURNED) == pytest.approx((rows, columns), abs=1e-9)


def test_errors_turn_as_what_they_are_errors_of():
    random = np.random.default_rng(1)
    covariance = np.array([[0.04, 0.025], [0.025, 0.03]])
    drawn = random.multivariate_normal([0, 0], covariance, 200_000)
    truth = np.std([geometry.to_metres(one, TURNED) for one in drawn[:50_000]], axis=0)
    sigma = np.sqrt(np.diag(covariance))
    found = geometry.errors_in_metres(tuple(sigma), TURNED, 0.025)
    assert found == pytest.approx(truth, rel=0.02)
    # Without the covariance they would be wrong by more.
    assert geometry.errors_in_metres(tuple(sigma), TURNED) != pytest.approx(truth, rel=0.05)
    drawn = random.normal(0, (2.0, 5.0), (50_000, 2))
    truth = np.std([geometry.to_pixels(one, TURNED) for one in drawn], axis=0)
    assert geometry.errors_in_pixels((2.0, 5.0), TURNED) == pytest.approx(truth, rel=0.02)


def test_arrows_point_in_the_picture_where_the_ground_goes():
    # x leads south there and y east: what goes north goes to the left.
    pixel = geometry.Pixel(*snyder.polar(2_000_000.0, -50_000.0))
    right, up = geometry.on_the_map((0.0, 6.0), pixel, (0.03, -0.03))
    assert (right, up) == pytest.approx((-6.0, 0.0), abs=0.2)
    assert hypot(right, up) == pytest.approx(6.0)
    assert geometry.on_the_map((0.0, 0.0), pixel, (0.03, -0.03)) == (0.0, 0.0)


LOCAL = 'LOCAL_CS["site grid",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
MOON = "+proj=tmerc +lat_0=0 +lon_0=10 +R=1737400 +units=m"


@pytest.mark.parametrize(
    ("crs", "expected"),
    [
        (LOCAL, "the CRS site grid, which is a local one"),
        ("EPSG:4978", "the CRS EPSG:4978, which counts from the middle of the Earth"),
        ("EPSG:5773", "the CRS EPSG:5773, which has heights only"),
        ("IAU_2015:49900", "which is one of a body with a radius of 3396 km"),
        (MOON, "which is one of a body with a radius of 1737 km"),
    ],
)
def test_a_crs_without_a_place_on_the_earth_is_told_in_a_line(tmp_path, crs, expected):
    path = write_scene(tmp_path / "scene.tif", np.ones((9, 9), np.float32))
    with rasterio.open(path, "r+") as source:
        source.crs = rasterio.CRS.from_user_input(crs)
    # Where GeoTIFF's keys cannot hold a CRS, GDAL puts it beside.
    if not (tmp_path / "scene.tif.aux.xml").exists() or rasterio.open(path).crs:
        with pytest.raises(InputError) as told, raster.open_scene(path):
            pass
        message = str(told.value)
        assert message.startswith(f"{path} has the CRS") and "\n" not in message
        assert message.endswith("assign the right one (gdal_edit.py -a_srs)")
    with pytest.raises(InputError) as told:
        earth.check_crs(rasterio.CRS.from_user_input(crs))
    assert expected in str(told.value)


@pytest.mark.parametrize(
    ("crs", "transform", "size"),
    [
        # Middles of pixels on the poles; 0 to 360; grads; kilometres; a whole raster of ERA5.
        ("EPSG:4326", (0.25, 0, -180.125, 0, -0.25, 90.125), (1440, 721)),
        ("EPSG:4326", (0.001, 0, 359.9, 0, -0.001, 10), (300, 100)),
        ("EPSG:4807", (0.001, 0, 399.5, 0, -0.001, 99.9), (900, 100)),
        ("+proj=utm +zone=11 +units=km", (0.03, 0, 300, 0, -0.03, 3900), (90, 80)),
        ("EPSG:3857", (0.25, 0, 1_100_000, 0, -0.25, 8_400_000), (90, 80)),
    ],
)
def test_a_geotransform_that_may_be_is_taken(crs, transform, size):
    earth.check_belongs(Grid(crs, transform, *size))


def test_a_place_that_a_crs_does_not_have_is_told_in_a_line(tmp_path):
    # The sphere as seen from space ends at 6371 km.
    crs = "+proj=ortho +lat_0=40 +lon_0=10 +datum=WGS84"
    path = write_scene(
        tmp_path / "s.tif", np.ones((9, 9), np.float32), crs=crs, west=9e6, north=9e6
    )
    with (
        raster.open_scene(path) as source,
        pytest.raises(InputError, match="has no place on the Earth for"),
    ):
        raster.bounds_in_degrees(source)
    with pytest.raises(InputError, match="has no place on the Earth in its CRS"):
        earth.pixel_in_the_middle(grid_at(crs, 9e6, 9e6))


@pytest.mark.parametrize(
    ("crs", "turn"),
    [
        ("EPSG:4326", 360),
        ("EPSG:4807", 400),  # grads
        ("EPSG:3857", 2 * np.pi * snyder.A),
        ("EPSG:3832", 2 * np.pi * snyder.A),  # around 150 E
        ("EPSG:6933", 34_735_060.89),  # 2 x 17367530.445 m (Brodzik et al. 2012)
        ("EPSG:32611", None),
        ("EPSG:3413", None),
    ],
)
def test_where_the_map_comes_around(crs, turn):
    assert earth.turn_of(crs) == (turn and pytest.approx(turn, rel=1e-8))


UTM = "+proj=utm +zone=11 +ellps=WGS84 +units=m +no_defs"


@pytest.mark.parametrize("shift", [50, -120])
def test_a_datum_shift_of_a_crs_counts(tmp_path, shift):
    # On the meridian of zone 11, -117, X grows by the shift: north by -cos(lon) sin(lat) of it and
    # east by -sin(lon), to first order and within a metre.
    crs = f"{UTM} +towgs84={shift},0,0"
    path = write_scene(tmp_path / "s.tif", np.ones((2, 2), np.float32), west=500_000, crs=crs)
    with raster.open_scene(path) as source:
        grid = raster.grid_of(source)
        west, _, _, north = raster.bounds_in_degrees(source)
    plain = write_scene(tmp_path / "p.tif", np.ones((2, 2), np.float32), west=500_000)
    with raster.open_scene(plain) as source:
        assert raster.grid_of(source).crs == "EPSG:32611"
        where = raster.bounds_in_degrees(source)
    longitude, latitude = np.radians(-117), np.radians(where[3])
    east = (west - where[0]) * 111_320 * np.cos(latitude)
    assert east == pytest.approx(-shift * np.sin(longitude), abs=1)
    expected = -shift * np.sin(latitude) * np.cos(longitude)
    assert (north - where[3]) * 110_940 == pytest.approx(expected, abs=1)
    # What is written and read again, and what has another name, is the same one.
    with writing.create(tmp_path / "again.tif", grid, {}) as target:
        target.write(np.ones((1, 2, 2), np.float32))
    with raster.open_scene(tmp_path / "again.tif") as source:
        assert raster.grid_of(source) == grid
    named = rasterio.CRS.from_user_input(crs).to_wkt().replace('"unknown"', '"of the site"')
    assert earth.written(rasterio.CRS.from_wkt(named)) == grid.crs


SPHEROID = 'AUTHORITY["EPSG","7004"]],'
BEFORE_PROJ_6 = SPHEROID + "TOWGS84[598.1,73.7,418.2,0.202,0.045,-2.455,6.7],"


@pytest.mark.parametrize(
    ("crs", "expected"),
    [
        (f"{UTM} +towgs84=0,0,0", "EPSG:32611"),
        ("EPSG:31467", "EPSG:31467"),
        # As programs wrote it that knew of no other way.
        (rasterio.CRS.from_epsg(31467).to_wkt().replace(SPHEROID, BEFORE_PROJ_6), "EPSG:31467"),
    ],
)
def test_a_crs_with_a_code_is_written_by_it(crs, expected):
    assert earth.written(rasterio.CRS.from_user_input(crs)) == expected


def box(west, size=1.0):
    return west, 10.0, west + size, 11.0


@given(st.floats(-180, 180), st.lists(st.tuples(st.floats(0, 20), st.integers(-1, 1)), min_size=1))
def test_boxes_come_together_wherever_on_the_circle_they_are(west, others):
    """Boxes within 21 degrees, some named in another turn."""
    boxes = [box(west + away + 360 * turns) for away, turns in others]
    found = side_by_side(boxes)
    assert found[0] == boxes[0]
    left, right = min(b[0] for b in found), max(b[2] for b in found)
    truth = max(away for away, _ in others) - min(away for away, _ in others) + 1
    assert right - left == pytest.approx(truth, abs=1e-6)
    for before, after in zip(boxes, found, strict=True):
        assert (after[0] - before[0]) % 360 == pytest.approx(0, abs=1e-6) or (
            360 - (after[0] - before[0]) % 360 == pytest.approx(0, abs=1e-6)
        )


def test_the_map_is_cut_at_the_largest_gap():
    # Gaps of 169, 20 and 168 degrees: 180 and 0 are crossed, and 90 E is not.
    assert side_by_side([box(179), box(-160), box(9)]) == [box(179), box(200), box(369)]
    assert side_by_side([box(-160), box(179)]) == [box(-160), box(-181)]
    assert side_by_side([]) == []
    assert amount_beside(box(-117), box(243), 360) == 360


def test_scenes_on_both_sides_of_the_antimeridian_are_neighbours():
    near = [box(west) for west in (179.2, -179.9, 179.6, 180.4, -179.5)]
    assert places(side_by_side(near)) == [0] * 5
    assert places(side_by_side([*near, box(9.0)])) == [0] * 5 + [1]
    assert places(side_by_side([box(-117), box(243), box(-116.9)])) == [0] * 3


def test_grids_of_one_crs_come_into_one_turn():
    def at(left, crs="EPSG:4326"):
        return Grid(crs, (0.001, 0.0, left, 0.0, -0.001, 10.0), 300, 100)

    grids = [at(179.8), at(-179.9), at(500_000.0, "EPSG:32601")]
    found = in_one_turn(grids, {"EPSG:4326": 360.0, "EPSG:32601": None})
    assert found[::2] == grids[::2]
    assert found[1].transform[2] == pytest.approx(180.1)


def test_bounds_that_cross_the_antimeridian(tmp_path):
    # 6 degrees east of the meridian of zone 60 at the equator: about 668 km.
    path = write_scene(
        tmp_path / "s.tif", np.ones((90, 90), np.float32), crs="EPSG:32660",
        transform=Affine(1000, 0, 800_000, 0, -1000, 1_000_000),
    )  # fmt: skip
    with raster.open_scene(path) as source:
        west, _, east, _ = raster.bounds_in_degrees(source)
        assert 179 < west < 180 < east < 181
        # The same in the first zone, west of its own meridian.
        left, _, right, _ = raster.bounds_in(source, "EPSG:32601")
    assert 120_000 < left < right < 240_000
