"""Percentiles are exact, and what lies outside them becomes what the config says."""

import numpy as np
import pytest
import rasterio
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from makers import read, texture, write_scene

import flatten
from stackshift.ground import spikes


@settings(max_examples=200, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.integers(1, 300),
        elements=st.floats(width=32, allow_infinity=False, allow_subnormal=True),
    ),
    st.lists(st.floats(0, 100), min_size=1, max_size=3),
    st.integers(1, 50),
)
def test_percentiles_agree_with_numpy(values, percents, block):
    blocks = [values[i : i + block] for i in range(0, len(values), block)]
    found = spikes.percentiles(lambda: blocks, percents)
    valid = values[np.isfinite(values)].astype(float)
    if not valid.size:
        assert found is None
        return
    # Between two values of opposite sign their rounding stays, however near to 0 it is.
    atol = 4e-16 * np.abs(valid).max()
    np.testing.assert_allclose(found, np.percentile(valid, percents), rtol=1e-12, atol=atol)


def test_percentiles_of_blocks_larger_than_what_is_counted_together():
    values = np.random.default_rng(0).normal(size=(700, 1000)).astype(np.float32)
    found = spikes.percentiles(lambda: [values[:300], values[300:]], [1, 99])
    np.testing.assert_allclose(found, np.percentile(values.astype(float), [1, 99]), rtol=1e-12)


def test_values_are_counted_in_their_order_and_what_is_no_number_not_at_all():
    values = np.array([-3.4e38, -1, -1e-42, -0.0, 0, 1e-42, 1e-3, 1, 3.4e38], np.float32)
    places = [int(np.flatnonzero(spikes.histogram([values[i : i + 1]]))[0]) for i in range(9)]
    # Two upper halves are zero's, and so are those of the smallest of all numbers.
    assert places == sorted(places) and len(set(places)) == 7
    nothing = np.array([np.nan, -np.nan, np.inf, -np.inf], np.float32)
    assert spikes.histogram([nothing]).sum() == 0
    assert spikes.histogram([np.append(values, nothing)]).sum() == 9


@pytest.fixture
def scene(tmp_path):
    image = texture(300, 211, seed=3)
    image[:40, :60] = np.nan
    return image, write_scene(tmp_path / "scene.tif", image, no_data=np.nan)


def test_nan_outside_the_percentiles(scene, tmp_path):
    image, path = scene
    flatten.main(path, tmp_path / "out.tif", 1, 99, "nan")
    low, high = np.nanpercentile(image.astype(float), [1, 99])
    expected = np.where((image < low) | (image > high), np.nan, image)
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), expected)
    assert np.isnan(expected).sum() > np.isnan(image).sum() + 1000


def test_clip_to_the_percentiles(scene, tmp_path):
    image, path = scene
    flatten.main(path, tmp_path / "out.tif", 5, 90, "clip")
    low, high = np.nanpercentile(image.astype(float), [5, 90])
    expected = np.clip(image, np.float32(low), np.float32(high))
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), expected)


def test_keep_changes_nothing(scene, tmp_path):
    image, path = scene
    flatten.main(path, tmp_path / "out.tif", 1, 99, "keep")
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), image)


@pytest.mark.parametrize("outside", ["nan", "clip", "keep"])
def test_a_scene_that_was_left_out_stays_without_data(tmp_path, outside):
    path = write_scene(tmp_path / "empty.tif", np.full((20, 20), np.nan, np.float32))
    flatten.main(path, tmp_path / "out.tif", 1, 99, outside)
    assert np.isnan(read(tmp_path / "out.tif")).all()


def test_every_raster_of_a_run_says_what_it_is_and_another_reader_sees_the_same(finished):
    root = finished.folder / "results" / "site" / "VV"
    for path, expected in {
        "superset/20220101T000000.tif": {"STAGE": "superset", "RESAMPLING": "none", "NO_DATA": "0"},
        "flatten/20220101T000000.tif": {
            "STAGE": "flatten",
            "OUTSIDE": "clip",
            "PERCENTILES": "1 99",
        },
        "tiles/20220101T000000/1_0.tif": {"STAGE": "tile", "TILE": "1_0", "TILES": "2 x 2"},
    }.items():
        with rasterio.open(root / path) as source:
            tags = source.tags()
            pixels = source.read(1)
        for key, value in expected.items():
            assert tags[f"STACKSHIFT_{key}"] == value
        assert tags["STACKSHIFT_SOURCE"].startswith("S1A_IW_20220101T000000")
        with tifffile.TiffFile(root / path) as source:
            page = source.pages.first
            assert page.tags["Software"].value == "stackshift"
            assert page.nodata != page.nodata
            geo = source.geotiff_metadata
            assert geo["ProjectedCSTypeGeoKey"] == 32611
            assert geo["ModelPixelScale"] == [30.0, 30.0, 0.0]
            assert np.array_equal(page.asarray(), pixels, equal_nan=True)
