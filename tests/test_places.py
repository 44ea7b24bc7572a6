"""Scenes in any CRS, on grids of any kind: metres are on the ground, and east is east."""

from math import cos, hypot, radians, sin

import kinds
import pytest
import rasterio
import snyder
from fourscenes import COLUMNS, ROWS, TIMES, UTM, brought, check, config, long, put, refusal
from makers import NORTH, WEST
from rasterio.control import GroundControlPoint
from rasterio.transform import Affine


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


def test_bounds_in_degrees_say_which_crs_is_meant(folder):
    for time in TIMES[:2]:
        put(folder / "scenes", time)
    text = refusal(config({"directory": "scenes", "bounds": [-119.22, 35.16, -119.15, 35.22]}))
    assert "in EPSG:32611, in which the scenes cover" in text and "\n" not in text
