"""Tiles on the scale of matching, and the spectra that they keep."""

import numpy as np
import pytest
from makers import texture

from stackshift.tile import frequencies, scaled, windows


def test_logarithm_and_amplitude_of_what_is_valid():
    tile = np.array([[1.0, 4.0, 0.0], [-1.0, np.nan, np.inf]], np.float32)
    for transform, expected in (("log", np.log([1, 4])), ("amplitude", [1, 2])):
        values, valid = scaled.transformed(tile, transform)
        np.testing.assert_array_equal(valid, [[True, True, False], [False, False, False]])
        np.testing.assert_allclose(values[0, :2], expected, rtol=1e-6)
        assert (values[~valid] == 0).all()
        assert values.dtype == np.float32


@pytest.mark.parametrize("transform", ["log", "amplitude"])
def test_power_below_minus_60_db_is_no_data(transform):
    tile = np.array([[1e-30, 9.9e-7, 1e-6, 1.1e-6, 0.5]], np.float32)
    values, valid = scaled.transformed(tile, transform)
    np.testing.assert_array_equal(valid, [[False, False, True, True, True]])
    assert (values[~valid] == 0).all() and np.isfinite(values).all()


def test_all_of_a_large_tile_is_taken():
    random = np.random.default_rng(1)
    tile = np.exp(random.normal(size=(400, 310))).astype(np.float32)
    tile[random.random(tile.shape) > 0.9] = np.nan
    values, valid = scaled.transformed(tile, "log")
    np.testing.assert_array_equal(valid, np.isfinite(tile))
    np.testing.assert_allclose(values[valid], np.log(tile[valid].astype(float)), atol=1e-6)


def spectra_of(tile, shape=(97, 150), cutoff=0.6):
    band = frequencies.band(shape, cutoff, 16)
    return tile.spectrum(windows.window(shape, 0.1, None), band), band


@pytest.mark.parametrize("share", [0.2, 1.0, 4.0])
def test_the_spectrum_of_a_rest_is_that_of_its_pixels(share):
    shape = 390, 310
    first, second = (texture(*shape, seed=seed) for seed in (2, 3))
    valid = np.ones(shape, bool)
    mean, own = scaled.Tile(first, valid), scaled.Tile(second + 3, valid)
    rest = scaled.Remainder(mean, own, share, 3.0)
    # Of a mean m of weight 1 + share, without a scene s of weight share, 1 is left.
    pixels = (1 + share) * first.astype(float) - share * second.astype(float)
    np.testing.assert_allclose(rest.values, pixels, atol=1e-4)
    found, band = spectra_of(rest, shape)
    expected, _ = spectra_of(scaled.Tile(pixels.astype(np.float32), valid), shape)
    wide = frequencies.band(shape, 0.98, 16)
    size = np.abs(expected.on(wide)[0]).max()
    for one in (band, wide):
        np.testing.assert_allclose(found.on(one)[0], expected.on(one)[0], atol=1e-5 * size)
        np.testing.assert_allclose(found.on(one)[1], expected.on(one)[1], rtol=1e-4)
    lines, places = np.array([[0], [50], [90]]), np.array([[3, 40, 75]])
    np.testing.assert_allclose(
        found.at(lines, places[0]), expected.at(lines, places[0]), atol=1e-5 * size
    )


def test_a_tile_keeps_its_spectrum_until_another_window_or_band_is_asked_for():
    shape = 97, 150
    tile = scaled.Tile(texture(*shape, seed=1), np.ones(shape, bool))
    first, _ = spectra_of(tile)
    assert spectra_of(tile)[0] is first
    assert spectra_of(tile, cutoff=0.4)[0] is not first
    tapered = windows.window(shape, 0.3, None)
    band = frequencies.band(shape, 0.6, 16)
    assert np.abs(tile.spectrum(tapered, band).on(band)[0] - first.on(band)[0]).max() > 1


def test_a_part_of_a_rest_is_one_of_what_is_left():
    valid = np.ones((50, 60), bool)
    mean, own = (scaled.Tile(texture(50, 60, seed=seed), valid) for seed in (2, 3))
    rest = scaled.Remainder(mean, own, 0.5, 0.0)
    part = rest.part(slice(5, 40), slice(10, 60))
    expected = 1.5 * mean.values - 0.5 * own.values
    np.testing.assert_allclose(part.values, expected[5:40, 10:], atol=1e-5)


def test_holes_are_filled_and_values_stay():
    image = texture(64, 64, seed=4)
    valid = np.ones(image.shape, bool)
    valid[10:13, 20:22] = False
    tile = scaled.Tile(np.where(valid, image, 0).astype(np.float32), valid)
    before = tile.values.copy()
    assert not tile.complete
    np.testing.assert_array_equal(tile.filled[valid], image[valid])
    around = image[9:14, 19:23][valid[9:14, 19:23]]
    assert around.min() <= tile.filled[~valid].min() <= tile.filled[~valid].max() <= around.max()
    np.testing.assert_array_equal(tile.values, before)
