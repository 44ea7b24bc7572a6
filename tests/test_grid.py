"""One grid for a stack, on the lattice that its scenes share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import NORTH, POSTING, WEST, write_scene

import grid as stage
from stackio import raster
from stackshift.errors import InputError
from stackshift.ground import lattice

LATTICE = lattice.Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 100, 80)


def moved(columns, rows, width=100, height=80, posting=30.0, crs="EPSG:32611"):
    transform = (posting, 0.0, WEST + columns * 30, 0.0, -posting, NORTH - rows * 30)
    return lattice.Grid(crs, transform, width, height)


@given(st.integers(-500, 500), st.integers(-500, 500), st.integers(1, 99), st.integers(1, 99))
def test_whole_pixels_away_is_on_the_lattice(columns, rows, width, height):
    scene = moved(columns, rows, width, height)
    assert lattice.same_lattice(scene, LATTICE)
    assert lattice.offset_in(scene, LATTICE) == (rows, columns)
    assert lattice.snap(scene.bounds, LATTICE) == scene


@pytest.mark.parametrize(
    "scene",
    [
        moved(0.5, 0),
        moved(0, 0.01),
        moved(0, 0, posting=20.0),
        moved(0, 0, posting=30.001),
        moved(0, 0, crs="EPSG:32612"),
    ],
)
def test_a_fraction_of_a_pixel_or_another_size_or_crs_is_off_the_lattice(scene):
    assert not lattice.same_lattice(scene, LATTICE)


def test_rounding_of_geographic_pixels_is_not_taken_for_another_lattice():
    size = 0.000277777777777778
    world = lattice.Grid("EPSG:4326", (size, 0.0, -118.0, 0.0, -size, 35.0), 4000, 3000)
    part = lattice.Grid(
        "EPSG:4326", (size, 0.0, -118 + 1801 * size, 0.0, -size, 35 - 7 * size), 9, 9
    )
    assert lattice.same_lattice(part, world)
    assert lattice.offset_in(part, world) == (7, 1801)


def test_the_commonest_lattice_wins_and_the_first_where_two_are_as_common():
    a, b = moved(0, 0), moved(0.5, 0)
    assert lattice.commonest_lattice([a, b, moved(7.5, 2)]) == b
    assert lattice.commonest_lattice([a, b]) == a


def test_union_and_intersection_of_extents(tmp_path):
    ones = np.ones((80, 100), np.float32)
    paths = [
        write_scene(tmp_path / "a.tif", ones),
        write_scene(tmp_path / "b.tif", ones, west=WEST + 20 * POSTING, north=NORTH + 7 * POSTING),
    ]
    stage.main(paths, tmp_path / "grid.json", "union", None)
    assert raster.read_grid(tmp_path / "grid.json") == moved(0, -7, 120, 87)
    stage.main(paths, tmp_path / "grid.json", "intersection", None)
    assert raster.read_grid(tmp_path / "grid.json") == moved(20, 0, 80, 73)


def test_fixed_bounds_are_snapped_outwards(tmp_path):
    path = write_scene(tmp_path / "a.tif", np.ones((80, 100), np.float32))
    bounds = [WEST + 10, NORTH - 100, WEST + 70, NORTH + 20]
    stage.main([path], tmp_path / "grid.json", "bounds", bounds)
    assert raster.read_grid(tmp_path / "grid.json") == moved(0, -1, 3, 5)


def test_scenes_without_a_common_area_are_an_error(tmp_path):
    ones = np.ones((80, 100), np.float32)
    paths = [
        write_scene(tmp_path / "a.tif", ones),
        write_scene(tmp_path / "b.tif", ones, west=WEST + 200 * POSTING),
    ]
    with pytest.raises(InputError, match="no common area"):
        stage.main(paths, tmp_path / "grid.json", "intersection", None)


def test_the_neighbouring_zone_widens_the_union(tmp_path):
    ones = np.ones((80, 100), np.float32)
    here = write_scene(tmp_path / "here.tif", ones, west=720_000.0)
    # The same ground in zone 12 N, 6 degrees to the east, is west of that zone's own meridian.
    there = write_scene(tmp_path / "there.tif", ones, west=176_000.0, crs="EPSG:32612")
    stage.main([here, there], tmp_path / "grid.json", "union", None)
    found = raster.read_grid(tmp_path / "grid.json")
    assert found.crs == "EPSG:32611"
    assert found.width < 400 and found.height < 600
