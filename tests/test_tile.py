"""Every pixel is in exactly one tile, and each tile knows where it lies."""

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from makers import NORTH, POSTING, WEST, read, write_scene

import tile
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


def test_tiles_put_together_are_the_scene(tmp_path):
    image = np.arange(101 * 83, dtype=np.float32).reshape(101, 83)
    image[5, 7] = np.nan
    scene = write_scene(tmp_path / "scene.tif", image)
    tile.main(scene, tmp_path / "tiles", rows=4, columns=3)
    seen = np.full(image.shape, np.inf, np.float32)
    for row in range(4):
        for column in range(3):
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
    assert len(list((tmp_path / "tiles").iterdir())) == 12


def test_more_tiles_than_pixels_is_an_error(tmp_path):
    scene = write_scene(tmp_path / "scene.tif", np.ones((4, 90), np.float32))
    with pytest.raises(InputError, match=r"scene.tif: 8 tiles do not fit into 4 pixels"):
        tile.main(scene, tmp_path / "tiles", rows=8, columns=8)
