"""Percentiles are exact, and what lies outside them becomes what the config says."""

from unittest import mock

import numpy as np
import pytest
import rasterio
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from makers import read, texture, write_scene

import flatten
from stackio import prepared
from stackshift.ground import spikes


@settings(max_examples=400, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.integers(1, 300),
        elements=st.floats(width=32, allow_subnormal=True)
        | st.integers(-3, 3)
        | st.sampled_from([np.inf, -np.inf]),
    ),
    st.tuples(st.floats(0, 100), st.floats(0, 100)),
    st.integers(1, 50),
    st.sampled_from([0.0, 0.5, 10.0]),
)
def test_percentiles_agree_with_numpy(values, percents, block, deviations):
    blocks = [values[None, i : i + block] for i in range(0, len(values), block)]
    # Narrow brackets, so that also of few values some lie on both sides, or all beyond it.
    narrow = {"_DEVIATIONS": deviations, "_SHARE": 0.05 * deviations, "_THINNED": 1}
    with mock.patch.multiple(spikes, **narrow):
        found = spikes.percentiles(lambda sample: blocks[::3] if sample else blocks, percents)
    valid = values[np.isfinite(values)].astype(float)
    if not valid.size:
        assert found is None
        return
    # Between two values of opposite sign their rounding stays, however near to 0 it is.
    atol = 4e-16 * np.abs(valid).max()
    np.testing.assert_allclose(found, np.percentile(valid, percents), rtol=1e-12, atol=atol)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(2, 5, [None, 2, 2, 3, 4, 5, 5, None]), (5, 5, [None] * 5 + [5, 5, None]),
     (-np.inf, 3, [1, 2, 2, 3] + [None] * 4), (3, np.inf, [None] * 3 + [3, 4, 5, 5, 9])],
)  # fmt: skip
def test_a_bracket_knows_what_lies_in_it_and_what_beyond(low, high, expected):
    values = np.array([5, 1, 4, 2, 9, 3, 2, 5], np.float32)
    bracket = spikes._Bracket(low, high)
    bracket.add(values)
    below = int((values < low).sum())
    found = [bracket.statistics(below, [rank]) for rank in range(8)]
    assert [None if one is None else one[0] for one in found] == expected


@pytest.mark.parametrize(("percent", "widest"), [(1, 0.02), (25, 0.05), (50, 0.055), (99, 0.02)])
def test_few_values_lie_in_a_bracket_whatever_the_percentile(percent, widest):
    sample = np.linspace(0, 1, 100_000, dtype=np.float32)
    bracket = spikes._bracket(sample, percent / 100, 1.0)
    assert bracket.low < percent / 100 < bracket.high < bracket.low + widest


@pytest.mark.parametrize("percents", [(1, 99), (5, 60), (40, 45)])
@pytest.mark.parametrize("places", [1, 3, 5])
def test_percentiles_of_many_values_of_which_many_are_equal(percents, places):
    values = np.random.default_rng(4).gamma(2, size=(1500, 1500)).round(places).astype(np.float32)
    values[:, ::7] = np.nan
    found = spikes.percentiles(lambda sample: np.array_split(values, 9), percents)
    expected = np.percentile(values[np.isfinite(values)].astype(float), percents)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def counted(values, seen_first=None):
    """The 1st and 99th percentile of (rows, columns), and how often all of it was read."""
    reads = []

    def read(sample: bool):
        reads.append(sample)
        if sample:
            return [values if seen_first is None else seen_first]
        return np.array_split(values, 7)

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
    for elsewhere in (values[:300] + 2, values * 50, np.full_like(values, 7)):
        found, reads = counted(values, elsewhere)
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


def test_a_sample_is_some_rows_of_all_parts_of_a_scene(tmp_path, monkeypatch):
    # Brighter to the south: the first rows alone would tell nothing of the upper percentile.
    image = np.linspace(1, 2, 4400 * 40, dtype=np.float32).reshape(4400, 40)
    path = write_scene(tmp_path / "long.tif", image, no_data=np.nan)
    taken = []
    read_rows = prepared.Prepared.rows

    def rows(self, first, count):
        taken.append(first)
        return read_rows(self, first, count)

    monkeypatch.setattr(prepared.Prepared, "rows", rows)
    flatten.main(path, tmp_path / "out.tif", 1, 99, "clip")
    every = list(range(0, 4400, 256))
    assert taken == every[::3] + every + every
    low, high = np.percentile(image.astype(float), [1, 99]).astype(np.float32)
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), np.clip(image, low, high))


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
