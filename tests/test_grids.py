"""One grid for a stack, on the lattice that its scenes share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import NORTH, WEST, write_scene
from rasterio.transform import Affine

from stackflow import grids as stage
from stackflow import headers
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


@pytest.mark.parametrize(
    ("term", "turned"), [(0.0, False), (1e-12, False), (-9e-5, False), (4e-4, True), (-2.0, True)]
)
def test_a_term_of_rotation_counts_by_what_it_moves(tmp_path, term, turned):
    # Over 90 columns or 100 rows of 30 m pixels: 9e-5 m a pixel moves an edge by .3 thousandths.
    for rotation in ((term, 0.0), (0.0, term)):
        transform = Affine(30, rotation[0], WEST, rotation[1], -30, NORTH)
        path = write_scene(tmp_path / "s.tif", np.ones((100, 90), np.float32), transform=transform)
        if turned:
            with pytest.raises(InputError, match="rotated"), raster.open_scene(path):
                pass
        else:
            with raster.open_scene(path) as source:
                grid = raster.grid_of(source)
            assert grid.transform == (30, 0, WEST, 0, -30, NORTH)
            assert lattice.same_lattice(grid, LATTICE)


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


def common(grids, extent="union", bounds=None):
    """The grid of a stack of one file a scene, oldest first."""
    files = [(str(number), 1) for number in range(len(grids))]
    headers = {
        file: {
            "crs": grid.crs,
            "transform": list(grid.transform),
            "width": grid.width,
            "height": grid.height,
            "turn": 360.0 if grid.crs == "EPSG:4326" else None,
        }
        for file, grid in zip(files, grids, strict=True)
    }
    return stage.common([[file] for file in files], headers, extent, bounds)[0]


def test_equal_scenes_have_their_own_grid():
    assert common([moved(3, 4)] * 5) == moved(3, 4)


def test_a_union_holds_all_and_is_rounded_outwards_by_margins_of_the_oldest():
    """100 x 80 pixels have margins of 8; the second lies 20 to the east and 7 to the north."""
    grids = [moved(0, 0), moved(20, -7)]
    assert common(grids) == moved(-8, -8, 100 + 8 + 24, 80 + 8 + 8)
    assert common(grids, "intersection") == moved(20, 0, 80, 73)
    # A frame of 4096 pixels has margins of 64.
    large = [moved(0, 0, 4096, 4096), moved(3, 65, 4096, 4096)]
    assert common(large) == moved(-64, -64, 4096 + 128, 4096 + 64 + 128)


@given(st.lists(st.tuples(*[st.integers(-8, 8)] * 4), min_size=2, max_size=12), st.data())
def test_a_scene_that_jitters_as_those_before_it_changes_no_union(jitters, data):
    def jittered(left, top, right, bottom):
        return moved(left, top, 100 + right - left, 80 + bottom - top)

    base = [moved(0, 0), *(jittered(*jitter) for jitter in jitters), jittered(1, 2, 3, 4)]
    more = jittered(*data.draw(st.tuples(*[st.integers(-8, 8)] * 4)))
    assert common([*base, more]) == common(base)


@given(st.lists(st.tuples(st.integers(-150, 150), st.integers(-150, 150)), min_size=1, max_size=6))
def test_no_pixel_of_any_scene_is_outside_a_union(places):
    grids = [moved(column, row) for column, row in places]
    whole = common(grids)
    assert lattice.same_lattice(whole, grids[0])
    left, bottom, right, top = whole.bounds
    for grid in grids:
        assert left <= grid.bounds[0] and bottom <= grid.bounds[1]
        assert right >= grid.bounds[2] and top >= grid.bounds[3]


def test_fixed_bounds_are_snapped_outwards_on_the_oldest_lattice():
    bounds = [WEST + 10, NORTH - 100, WEST + 70, NORTH + 20]
    newer = [moved(0.5, 0.5)] * 3
    assert common([moved(5, 5), *newer], "bounds", bounds) == moved(0, -1, 3, 5)


def test_scenes_without_a_common_area_are_an_error():
    with pytest.raises(InputError, match="no common area"):
        common([moved(0, 0), moved(200, 0)], "intersection")


def test_the_neighbouring_zone_widens_the_union(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ones = np.ones((80, 100), np.float32)
    here = write_scene(tmp_path / "here.tif", ones, west=720_000.0)
    # The same ground in zone 12 N, 6 degrees to the east, is west of that zone's own meridian.
    there = write_scene(tmp_path / "there.tif", ones, west=176_000.0, crs="EPSG:32612")
    files = [(str(here), 1), (str(there), 1)]
    found, off = stage.common([[file] for file in files], headers.read(files), "union", None)
    assert found.crs == "EPSG:32611" and off == [files[1]]
    assert found.width < 400 and found.height < 600


def test_a_geographic_stack_runs_across_the_antimeridian():
    """Two scenes of 0.1 degrees, a hundredth apart on either side of 180."""
    east = lattice.Grid("EPSG:4326", (0.001, 0.0, 179.89, 0.0, -0.001, 10.0), 100, 100)
    west = lattice.Grid("EPSG:4326", (0.001, 0.0, -180.0, 0.0, -0.001, 10.0), 100, 100)
    found = common([east, west])
    assert found.bounds[0] == pytest.approx(179.89 - 0.008)
    # 110 pixels more to the east are 14 margins of 8.
    assert found.width == 8 + 100 + 112


def test_a_union_over_half_the_world_is_refused():
    with pytest.raises(InputError, match="make a stack of each"):
        common([moved(0, 0), moved(4000, 4000)])
