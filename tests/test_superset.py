"""Scenes come onto the grid as they are, to the bit, or are refused in a line."""

import numpy as np
import pytest
import rasterio
from makers import NORTH, POSTING, WEST, texture, write_scene
from rasterio.transform import Affine
from waves import GRID

from stackio import pixels, warp
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid


@pytest.mark.parametrize(("row", "column"), [(0, 0), (5, 9), (-12, -30), (70, 100), (-200, 3)])
def test_a_scene_on_the_lattice_is_copied_to_the_bit(onto_grid, tmp_path, row, column):
    image = texture(300, 110)
    scene = write_scene(
        tmp_path / "scene.tif", image, west=WEST + column * POSTING, north=NORTH - row * POSTING
    )
    expected = np.full((90, 120), np.nan, np.float32)
    for r in range(90):
        for c in range(120):
            if 0 <= r - row < 300 and 0 <= c - column < 110:
                expected[r, c] = image[r - row, c - column]
    np.testing.assert_array_equal(onto_grid(scene), expected)
    with rasterio.open(tmp_path / "out.tif") as out:
        assert out.tags()["STACKSHIFT_RESAMPLING"] == "none"
        assert out.tags()["STACKSHIFT_SOURCE"] == "scene.tif"
        assert out.crs.to_epsg() == 32611
        assert tuple(out.transform)[:6] == GRID.transform


@pytest.mark.parametrize(
    ("marker", "in_file", "configured"),
    [
        (0.0, 0.0, "auto"),
        (0.0, None, "auto"),
        (np.nan, np.nan, "auto"),
        (np.nan, 0.0, "auto"),
        (-9999.0, -9999.0, "auto"),
        (-3.4028234663852886e38, -3.4028234663852886e38, "auto"),
        (-1.0, None, -1),
        (-1.0, 7.0, -1),
        (np.inf, None, "auto"),
    ],
)
def test_what_marks_no_data_becomes_nan(onto_grid, tmp_path, marker, in_file, configured):
    image = texture(90, 120)
    hole = np.zeros(image.shape, bool)
    hole[10:20, 30:50] = True
    scene = write_scene(
        tmp_path / "s.tif", np.where(hole, np.float32(marker), image), no_data=in_file
    )
    np.testing.assert_array_equal(
        onto_grid(scene, no_data=configured), np.where(hole, np.nan, image)
    )


def test_integers_and_doubles_are_read(onto_grid, tmp_path):
    whole = np.arange(90 * 120).reshape(90, 120)
    for dtype, no_data in (("uint16", 0), ("float64", -1.797e308)):
        scene = write_scene(tmp_path / f"{dtype}.tif", whole.astype(dtype), no_data=no_data)
        expected = whole.astype(np.float32)
        expected[whole == no_data] = np.nan
        np.testing.assert_array_equal(onto_grid(scene), expected)


def test_decibels_off_the_lattice_are_refused_as_on_it(onto_grid, tmp_path):
    scene = write_scene(
        tmp_path / "s.tif", 10 * np.log10(texture(90, 120)), west=WEST + 10, no_data=np.nan
    )
    with pytest.raises(InputError, match="negative values, as decibels"):
        onto_grid(scene)


def test_a_grid_that_the_scene_does_not_reach_has_no_data(tmp_path):
    scene = write_scene(tmp_path / "s.tif", texture(40, 40), west=WEST + 10)
    with pixels.opened(scene) as source:
        for west in (WEST - 1e5, WEST + 1e5):
            grid = Grid("EPSG:32611", (POSTING, 0.0, west, 0.0, -POSTING, NORTH), 120, 90)
            assert warp.warped(source, grid, (0, 90)) is None


def broken(tmp_path, case):
    image = texture(90, 120)
    path = tmp_path / f"{case}.tif"
    match case:
        case "truncated":
            write_scene(path, image)
            path.write_bytes(path.read_bytes()[:20_000])
        case "text":
            path.write_text("not a raster")
        case "empty":
            path.touch()
        case "bands":
            write_scene(path, np.stack([image, image]))
        case "complex":
            write_scene(path, image.astype(np.complex64))
        case "no_crs":
            write_scene(path, image, crs=None)
        case "rotated":
            write_scene(path, image, transform=Affine(29, 5, WEST, 5, -29, NORTH))
        case "all_nan":
            write_scene(path, np.full_like(image, np.nan))
        case "elsewhere":
            write_scene(path, image, west=WEST + 1e6)
    return path


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("truncated", "is incomplete; download it again"),
        ("text", "cannot be opened as a raster"),
        ("empty", "cannot be opened as a raster"),
        ("bands", "has 2 bands"),
        ("complex", "is complex"),
        ("no_crs", "has no CRS"),
        ("rotated", "has a rotated geotransform"),
        ("all_nan", "has no valid pixel"),
        ("elsewhere", "has no valid pixel"),
    ],
)
def test_a_broken_scene_is_one_line_and_leaves_nothing(onto_grid, tmp_path, case, message):
    scene = broken(tmp_path, case)
    with pytest.raises(InputError, match=message) as caught:
        onto_grid(scene)
    assert str(scene) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*out*"))
