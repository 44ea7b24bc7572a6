"""Each step from a tile to its spectrum, against a slow and obvious version of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import texture
from scipy import ndimage, signal

from stackshift.tile import frequencies, gaps


def test_logarithm_and_amplitude_of_what_is_valid():
    tile = np.array([[1.0, 4.0, 0.0], [-1.0, np.nan, np.inf]], np.float32)
    for transform, expected in (("log", np.log([1, 4])), ("amplitude", [1, 2])):
        values, valid = frequencies.transformed(tile, transform)
        np.testing.assert_array_equal(valid, [[True, True, False], [False, False, False]])
        np.testing.assert_allclose(values[0, :2], expected, rtol=1e-6)
        assert (values[~valid] == 0).all()
        assert values.dtype == np.float32


@pytest.mark.parametrize("transform", ["log", "amplitude"])
def test_power_below_minus_60_db_is_no_data(transform):
    tile = np.array([[1e-30, 9.9e-7, 1e-6, 1.1e-6, 0.5]], np.float32)
    values, valid = frequencies.transformed(tile, transform)
    np.testing.assert_array_equal(valid, [[False, False, True, True, True]])
    assert (values[~valid] == 0).all() and np.isfinite(values).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(0, 12), st.integers(1, 40), st.integers(1, 40))
def test_growing_a_mask_is_a_dilation(seed, radius, rows, columns):
    mask = np.random.default_rng(seed).random((rows, columns)) < 0.02
    expected = ndimage.maximum_filter(mask, 2 * radius + 1, mode="constant", cval=0)
    np.testing.assert_array_equal(gaps.grown(mask, radius), expected)


def test_a_gap_is_wide_from_15_pixels_on():
    missing = np.zeros((100, 100), bool)
    missing[10:24, 10:24] = True
    missing[50:65, 40:90] = True
    missing[80, 5:60] = True
    expected = np.zeros_like(missing)
    expected[50:65, 40:90] = True
    np.testing.assert_array_equal(gaps.wide_gaps(missing), expected)


def test_weight_fades_out_before_a_gap():
    gap = np.zeros((100, 120), bool)
    gap[:, :30] = True
    weight = gaps.gap_weight(gap)
    assert (weight[:, : 30 + gaps.MARGIN] == 0).all()
    assert (weight[:, 30 + 2 * gaps.MARGIN :] == 1).all()
    assert (np.diff(weight, axis=1) >= 0).all()
    assert np.diff(weight, axis=1).max() < 0.25


@pytest.mark.parametrize("axis", [0, 1])
def test_the_weight_beside_a_straight_gap_is_a_cosine(axis):
    gap = np.zeros((100, 120), bool)
    gap[(slice(None), slice(40, 60))[:: 2 * axis - 1]] = True
    # Nothing within 8 pixels of the gap, half after 4 more, all after another 4.
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, 9) / 8)
    size = gap.shape[axis]
    expected = np.ones(size)
    expected[40 - 8 : 60 + 8] = 0
    expected[40 - 16 : 40 - 8] = ramp[::-1]
    expected[60 + 8 : 60 + 16] = ramp
    weight = gaps.gap_weight(gap)
    expected = expected[:, None] if axis == 0 else expected[None]
    np.testing.assert_allclose(weight, np.broadcast_to(expected, gap.shape), atol=1e-6)
    np.testing.assert_array_equal(gaps.gap_weight(np.zeros((30, 40), bool)), np.ones((30, 40)))


def test_the_surroundings_of_a_mask_end_at_its_margin_or_the_edge():
    mask = np.zeros((50, 60), bool)
    mask[20, 30] = mask[25, 33] = True
    assert gaps.surroundings(mask, 4) == (slice(16, 30), slice(26, 38))
    rows, columns = gaps.surroundings(mask, 31)
    assert mask[rows, columns].shape == (50, 60)
    assert gaps.surroundings(np.zeros((5, 6), bool), 3) == (slice(0, 0), slice(0, 0))


@pytest.mark.parametrize("at", [(10, 12), (0, 0), (19, 24), (0, 7), (12, 24)])
def test_a_hole_is_the_weighted_mean_of_the_twelve_pixels_around_it(at):
    values = np.random.default_rng(1).normal(size=(20, 25)).astype(np.float32)
    hole = np.zeros(values.shape, bool)
    hole[at] = True
    padded, total, weights = np.pad(values, 2, mode="edge"), 0.0, 0.0
    known = np.pad(~hole, 2, mode="edge")
    for down, right in ((1, 0), (1, 1), (2, 0)):
        # A quarter turn at a time.
        for _ in range(4):
            down, right = right, -down
            where = at[0] + 2 + down, at[1] + 2 + right
            share = np.exp(-(down**2 + right**2) / 2) * known[where]
            total, weights = total + share * padded[where], weights + share
    filled = np.where(hole, np.float32(7), values)
    gaps.fill_holes(filled, ~hole, hole)
    assert filled[at] == pytest.approx(total / weights, rel=1e-5)


def test_holes_are_filled_from_their_surroundings_and_nothing_else_changes():
    row, column = np.indices((60, 70))
    plane = (0.03 * row - 0.02 * column + 1).astype(np.float32)
    valid = np.random.default_rng(0).random(plane.shape) > 0.05
    valid[20:31, 30:41] = False
    values = np.where(valid, plane, np.float32(99))
    gaps.fill_holes(values, valid, ~valid)
    np.testing.assert_array_equal(values[valid], plane[valid])
    small = ~valid.copy()
    small[18:33, 28:43] = False
    assert np.abs(values - plane)[small].max() < 0.06
    assert np.abs(values - plane)[20:31, 30:41].max() < 0.25


def test_a_tile_without_any_valid_pixel_stays_as_it_is():
    values = np.zeros((20, 20), np.float32)
    gaps.fill_holes(values, np.zeros((20, 20), bool), np.ones((20, 20), bool))
    assert (values == 0).all()


def test_what_is_filled_is_filled_once_and_from_values_alone():
    """Of a hole five pixels wide the rim comes from outside, and then the middle from the rim."""
    values = np.zeros((15, 15), np.float32)
    values[:, :5], values[:, 10:] = 1, 2
    hole = np.zeros(values.shape, bool)
    hole[:, 5:10] = True
    gaps.fill_holes(values, ~hole, hole)
    # Pixels up to two columns from a side see that side alone.
    np.testing.assert_allclose(values[:, 5:7], 1)
    np.testing.assert_allclose(values[:, 8:10], 2)
    np.testing.assert_allclose(values[:, 7], 1.5)


@pytest.mark.parametrize(("size", "fraction"), [(100, 0.1), (97, 0.3), (64, 1.0), (50, 0.0)])
def test_taper_is_tukeys_window(size, fraction):
    # Sampled at pixel centres, where SciPy samples at the ends.
    expected = signal.windows.tukey(2 * size + 1, fraction)[1::2]
    np.testing.assert_allclose(frequencies.taper(size, fraction), expected, atol=0.01)


def test_samples_of_a_window():
    flat = frequencies.window((40, 50), 0.0, None)
    assert flat.samples == pytest.approx(2000)
    assert flat.total == pytest.approx(2000)
    half = frequencies.window(
        (40, 50), 0.0, np.repeat([[0.0, 1.0]], 25, 1).repeat(40, 0).astype("f4")
    )
    assert half.samples == pytest.approx(1000)
    tapered = frequencies.window((400, 500), 0.1, None)
    # Integrals of the cosine flank: of its square 3/8, of its fourth power 35/128.
    each = [(0.9 + 0.1 * 3 / 8) ** 2 / (0.9 + 0.1 * 35 / 128)] * 2
    assert tapered.samples == pytest.approx(200_000 * each[0] * each[1], rel=1e-3)
    # And of its squared slope: pi^2 / (8 flank) at each end.
    for axis, size in enumerate((400, 500)):
        slope = 2 * np.pi**2 / (8 * 0.05 * size) / ((0.9 + 0.1 * 3 / 8) * size)
        assert tapered.steepness[axis] == pytest.approx(slope, rel=0.02)


@pytest.mark.parametrize("shape", [(64, 64), (97, 101), (100, 37), (63, 250)])
@pytest.mark.parametrize("cutoff", [0.3, 0.6, 0.98])
def test_the_band_holds_the_low_frequencies_of_the_full_transform(shape, cutoff):
    band = frequencies.band(shape, cutoff, 16)
    image = texture(*shape, seed=2)
    window = frequencies.window(shape, 0.1, None)
    low = frequencies.spectrum(image, window, band).low(band.grid)
    mean = (image * window.weight).sum() / window.weight.sum()
    full = np.fft.fft2((image - mean) * window.weight, band.padded)
    rows = 2 * np.pi * np.fft.fftfreq(band.padded[0])
    columns = 2 * np.pi * np.fft.fftfreq(band.padded[1])
    seen = 0
    for i, row in enumerate(band.rows[:, 0]):
        for j, column in enumerate(band.columns[0]):
            if band.bin[i, j] == 16:
                continue
            seen += 1
            at = np.abs(rows - row).argmin(), np.abs(columns - column).argmin()
            assert rows[at[0]] == pytest.approx(row, abs=1e-5)
            assert low[i, j] == pytest.approx(full[at], rel=1e-3, abs=1e-3)
            radius = np.hypot(row, column)
            assert radius < cutoff * np.pi
            assert band.bin[i, j] == min(15, int(radius / (cutoff * np.pi) * 16 + 1e-5))
    assert seen > 20
    middles = (np.arange(16) + 0.5) / 16 * cutoff * np.pi
    np.testing.assert_allclose(band.centres, middles)


@pytest.mark.parametrize("shape", [(64, 64), (97, 101), (100, 38)])
def test_radial_sums_count_the_full_plane_once(shape):
    band = frequencies.band(shape, 0.5, 12)
    radius = np.hypot(*np.meshgrid(*(2 * np.pi * np.fft.fftfreq(n) for n in band.padded)))
    inside = (radius < 0.5 * np.pi) & (radius > 0)
    assert frequencies.radial_sum(np.ones(band.bin.shape), band).sum() == inside.sum()
    assert band.counts.sum() == inside.sum()
    for axis, n in enumerate(band.padded):
        squared = (2 * np.pi * np.fft.fftfreq(n)) ** 2
        grid = squared[:, None] if axis == 0 else squared[None]
        expected = np.broadcast_to(grid, band.padded)[inside.T].sum()
        assert band.moments[axis].sum() == pytest.approx(expected, rel=1e-4)
    random = np.random.default_rng(0).normal(size=(2, *band.bin.shape)).astype(np.float32)
    spectrum = random[0] + 1j * random[1]
    # Columns but the first, which is real, stand for two halves of the plane.
    twice = np.where(np.arange(band.bin.shape[1]) > 0, 2, 1)
    for number in range(12):
        mine = (band.bin == number) * twice
        assert frequencies.radial_sum(random[0], band)[number] == pytest.approx(
            float((random[0] * mine).sum(dtype=float)), abs=1e-3
        )
        assert frequencies.radial_power(spectrum, band)[number] == pytest.approx(
            float((np.abs(spectrum) ** 2 * mine).sum() / mine.sum()), rel=1e-5
        )


@pytest.mark.parametrize("cutoff", [0.3, 0.6, 0.98])
def test_any_coefficient_is_there_when_it_is_asked_for(cutoff):
    band = frequencies.band((97, 150), cutoff, 16)
    image = texture(97, 150, seed=3)
    window = frequencies.window(image.shape, 0.1, None)
    found = frequencies.spectrum(image, window, band)
    mean = (image * window.weight).sum() / window.weight.sum()
    full = np.fft.rfft2((image - mean) * window.weight, band.padded)
    lines, places = np.array([[0], [5], [-7], [48]]), np.array([[0, 3, 30, 45, 70, 74]])
    np.testing.assert_allclose(found.at(lines, places), full[lines, places], atol=1e-4)
    wide = frequencies.band(image.shape, 0.98, 16)
    expected = frequencies.low_part(full, wide.grid)
    np.testing.assert_allclose(found.low(wide.grid), expected, atol=1e-4)
    np.testing.assert_allclose(found.at(lines, places), full[lines, places], atol=1e-4)


def test_windows_of_displaced_content_lie_on_the_same_content():
    rows, columns = 64, 80
    plain = frequencies.window((rows, columns), 0.5, None)
    one, two = frequencies.windows(plain, np.array([0.6, -0.9]))
    down, right = np.arange(rows)[:, None], np.arange(columns)[None]
    for got, way in ((one, -0.5), (two, 0.5)):
        y, x = down + 0.5 - way * 0.6, right + 0.5 + way * 0.9
        flanks = [
            0.5 - 0.5 * np.cos(np.pi * np.clip(np.minimum(at, n - at) / (n / 4), 0, 1))
            for at, n in ((y, rows), (x, columns))
        ]
        # The curvature of the flanks is what lines between pixels miss.
        np.testing.assert_allclose(got.weight, flanks[0] * flanks[1], atol=0.005)
