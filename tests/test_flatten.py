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


@settings(max_examples=300, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.integers(1, 300),
        elements=st.floats(width=32, allow_subnormal=True)
        | st.sampled_from([0, 1, 2, np.inf, -np.inf]),
    ),
    st.tuples(st.floats(0, 100), st.floats(0, 100)),
    st.integers(1, 50),
)
def test_percentiles_agree_with_numpy(values, percents, block):
    blocks = [values[None, i : i + block] for i in range(0, len(values), block)]
    found = spikes.percentiles(lambda some: blocks[::3] if some else blocks, sorted(percents))
    valid = values[np.isfinite(values)].astype(float)
    if not valid.size:
        assert found is None
        return
    # Between two values of opposite sign their rounding stays, however near to 0 it is.
    atol = 4e-16 * np.abs(valid).max()
    expected = np.percentile(valid, sorted(percents))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=atol)


def counted(values, some=None):
    """The 1st and 99th percentile of (rows, columns), and how often all of it was read."""
    reads = []

    def read(sample: bool):
        reads.append(sample)
        return [values if some is None else some] if sample else np.array_split(values, 7)

    return spikes.percentiles(read, (1, 99)), reads.count(False)


def test_percentiles_of_more_than_is_compared_at_a_time():
    values = np.random.default_rng(0).normal(size=(1400, 1000)).astype(np.float32)
    found, reads = counted(values)
    np.testing.assert_allclose(found, np.percentile(values.astype(float), [1, 99]), rtol=1e-12)
    assert reads == 1


def test_a_sample_from_elsewhere_costs_another_look_and_no_accuracy():
    values = np.random.default_rng(1).normal(size=(700, 900)).astype(np.float32)
    expected = np.percentile(values.astype(float), [1, 99])
    nothing = np.full((60, 60), np.nan, np.float32)
    for some in (values[:300] + 2, values * 50, np.full_like(values, 7)):
        found, reads = counted(values, some)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        assert reads > 1
    found, reads = counted(values, nothing)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert reads == 1


def test_a_value_that_many_pixels_have_is_counted_and_not_collected():
    values = np.random.default_rng(2).gamma(2, size=(600, 900)).astype(np.float32)
    values[:400], values[400:500, ::2] = 0, 9
    found, reads = counted(values)
    assert found == (0, 9) and reads == 1
    bracket = spikes._Bracket(0.0, 9.0)
    bracket.add(values.ravel())
    assert sum(part.size for part in bracket.between) < 0.3 * values.size


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
