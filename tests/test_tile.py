"""Every pixel is in exactly one tile, and each tile knows where it lies."""

import tracemalloc
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from makers import NORTH, POSTING, WEST, read, write_scene

import tile
from stackio import raster, writing
from stackio.tags import tags_of
from stackshift.errors import InputError
from stackshift.ground.lattice import tile_edges


@given(st.integers(1, 10_000), st.integers(1, 100))
def test_tiles_differ_by_at_most_a_pixel_and_cover_all(size, tiles):
    if tiles > size:
        with pytest.raises(InputError, match="do not fit"):
            tile_edges(size, tiles)
        return
    edges = tile_edges(size, tiles)
    widths = np.diff(edges)
    assert (edges[0], edges[-1], len(edges)) == (0, size, tiles + 1)
    assert widths.min() >= 1
    assert widths.max() - widths.min() <= 1


# Of one and of several blocks of rows.
@pytest.mark.parametrize(("height", "rows", "columns"), [(101, 4, 3), (1210, 2, 3)])
def test_tiles_put_together_are_the_scene(tmp_path, height, rows, columns):
    image = np.arange(height * 83, dtype=np.float32).reshape(height, 83)
    image[5, 7] = np.nan
    scene = write_scene(tmp_path / "scene.tif", image)
    tile.main(scene, tmp_path / "tiles", rows, columns)
    seen = np.full(image.shape, np.inf, np.float32)
    for row in range(rows):
        for column in range(columns):
            path = tmp_path / "tiles" / f"{row}_{column}.tif"
            with rasterio.open(path) as source:
                assert source.dtypes == ("float32",)
                assert np.isnan(source.nodata)
                assert (source.transform.a, source.transform.e) == (POSTING, -POSTING)
                left = (source.transform.c - WEST) / POSTING
                top = (NORTH - source.transform.f) / POSTING
            part = read(path)
            window = seen[
                int(top) : int(top) + part.shape[0], int(left) : int(left) + part.shape[1]
            ]
            assert np.isinf(window).all()
            window[:] = part
    np.testing.assert_array_equal(seen, image)
    assert len(list((tmp_path / "tiles").iterdir())) == rows * columns


def test_more_tiles_beside_each_other_than_are_written_at_a_time(tmp_path):
    image = np.arange(9 * 150, dtype=np.float32).reshape(9, 150)
    tile.main(write_scene(tmp_path / "scene.tif", image), tmp_path / "tiles", rows=2, columns=70)
    edges = tile_edges(150, 70)
    for column, (left, right) in enumerate(pairwise(edges)):
        paths = [tmp_path / "tiles" / f"{row}_{column}.tif" for row in range(2)]
        found = np.vstack([read(path) for path in paths])
        np.testing.assert_array_equal(found, image[:, left:right])
        with rasterio.open(paths[0]) as source:
            assert source.transform.c == WEST + POSTING * left
    assert len(list((tmp_path / "tiles").iterdir())) == 140


def test_shares_of_layers_are_those_of_all_rows_of_a_tile(tmp_path):
    """A tile of several blocks of rows, each with shares of its own."""
    random = np.random.default_rng(0)
    scene, area, mask = (np.ones((640, 60), np.float32) for _ in range(3))
    rising = np.linspace(0, 1, 640)[:, None]
    scene[random.random(scene.shape) < 0.4 * rising] = np.nan
    area[random.random(area.shape) < 0.7 * rising] = np.nan
    mask[:] = random.random(mask.shape) < 0.5 * rising
    mask[random.random(mask.shape) < 0.2] = np.nan
    paths = [
        str(write_scene(tmp_path / f"{name}.tif", image, no_data=np.nan))
        for name, image in (("scene", scene), ("area", area), ("mask", mask))
    ]
    tile.main(paths[0], str(tmp_path / "tiles"), 1, 2, paths[2], paths[1], before=paths[0])
    for column, part in enumerate((slice(0, 30), slice(30, 60))):
        with raster.open_tile(str(tmp_path / "tiles"), (0, column)) as source:
            tags = tags_of(source)
        known = np.isfinite(scene[:, part])
        for name, layer in (("area", area), ("mask", mask)):
            lacks = np.isnan(layer[:, part][known]).mean()
            assert float(tags[f"tile_no_{name}"]) == pytest.approx(lacks, abs=1e-6)
        assert float(tags["tile_masked"]) == pytest.approx((mask[:, part] == 1).mean(), abs=1e-6)


def test_a_scene_of_any_size_is_cut_in_the_memory_of_some_rows(tmp_path):
    """One row of tiles of a long scene: all of it would be 24 MB."""
    path = write_scene(tmp_path / "scene.tif", np.ones((30_000, 200), np.float32))
    tracemalloc.start()
    tile.main(path, tmp_path / "tiles", rows=1, columns=2)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4e6


def test_more_tiles_than_pixels_is_an_error(tmp_path):
    scene = write_scene(tmp_path / "scene.tif", np.ones((4, 90), np.float32))
    with pytest.raises(InputError, match=r"scene.tif: 8 tiles do not fit into 4 pixels"):
        tile.main(scene, tmp_path / "tiles", rows=8, columns=8)


def test_a_damaged_scene_is_told_from_its_layers(tmp_path):
    scene, mask = (
        write_scene(tmp_path / f"{name}.tif", np.ones((600, 60), np.float32))
        for name in ("scene", "mask")
    )
    with open(scene, "r+b") as file:
        file.truncate(600 * 60 * 2)
    with pytest.raises(InputError, match=r"scene\.tif cannot be read to the end"):
        tile.main(str(scene), str(tmp_path / "tiles"), 1, 1, mask=str(mask))


def test_no_tile_that_cannot_be_opened_is_taken_for_written(tmp_path, monkeypatch):
    """Tags that are known at its end are written behind the pixels, where the disk may be full."""
    scene = write_scene(tmp_path / "scene.tif", np.ones((60, 60), np.float32))

    @contextmanager
    def cut_short(path, **profile):
        with writing_as_it_is(path, **profile) as target:
            yield target
        with open(path, "r+b") as file:
            file.truncate(path.stat().st_size - 300)

    writing_as_it_is = writing._opened_to_write
    monkeypatch.setattr(writing, "_opened_to_write", cut_short)
    with pytest.raises(InputError, match="could not be written in full"):
        tile.main(str(scene), str(tmp_path / "tiles"), 1, 1, mask=str(scene))
    assert not list((tmp_path / "tiles").glob("*"))
