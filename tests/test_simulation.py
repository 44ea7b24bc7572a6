"""The simulation holds what the benchmark and the demo take from it: truth, statistics, seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from stackshift.simulate import simulation
from stackshift.simulate.simulation import SCENARIOS, fourier_shift, ground, holes, observe, wedge

SHAPES = [(64, 64), (97, 101), (61, 130)]
# So many looks that the speckle vanishes.
NOISELESS = 1e9


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("shape", SHAPES)
def test_ground_is_positive_power_of_the_size_asked_for(scenario, shape):
    power = ground(shape, 3, scenario=scenario)
    assert power.shape == (2 * shape[0], 2 * shape[1])
    assert power.dtype == np.float32
    assert (power > 0).all() and np.isfinite(power).all()


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("oversample", [2, 3])
def test_the_logarithm_has_no_detail_beyond_the_nyquist_frequency_of_the_scene(
    scenario, oversample
):
    log = np.log(ground((90, 81), 1, oversample, scenario)).astype(float)
    energy = np.abs(np.fft.fft2(log - log.mean())) ** 2
    frequencies = [np.fft.fftfreq(n) * oversample for n in log.shape]
    beyond = np.hypot(frequencies[0][:, None], frequencies[1][None]) > 0.5
    # Float32 leaves a floor of rounding errors; a ground of aliases would have shares of 1e-3.
    assert energy[beyond].sum() <= 1e-6 * energy.sum() + 1e-6


def test_the_same_seed_gives_the_same_bits_and_another_seed_another_ground():
    first, again, other = (ground((64, 70), seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert np.corrcoef(np.log(first).ravel(), np.log(other).ravel())[0, 1] < 0.5
    scenes = [observe(first, (0.3, 0.1), 5, np.random.default_rng(1)) for _ in "ab"]
    np.testing.assert_array_equal(*scenes)


def test_scenarios_differ_in_texture_as_their_names_say():
    contrast = {
        name: float(np.log(ground((128, 128), 2, scenario=name)).std()) for name in SCENARIOS
    }
    assert contrast["water"] < 1e-3
    assert contrast["water"] < contrast["forest"] < 0.2
    assert contrast["forest"] < contrast["crops"] < contrast["mountains"]


def test_half_of_a_coast_is_water_darker_than_its_land():
    log = np.log(ground((200, 200), 4, scenario="coast") / SCENARIOS["coast"].mean)
    sea = np.abs(log - np.log(0.07)) < 0.3
    assert 0.35 < sea.mean() < 0.6
    assert np.median(log[~sea]) - np.median(log[sea]) > 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("shift", [(3, -5), (-1, 0), (0, 7)])
def test_a_fourier_shift_by_whole_pixels_rolls(shape, shift):
    image = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    moved = fourier_shift(image, shift)
    assert moved.dtype == np.float32
    # The Nyquist line of an even size has no sign, but whole pixels need none.
    np.testing.assert_allclose(moved, np.roll(image, shift, (0, 1)), atol=1e-4)


@settings(deadline=None, max_examples=25)
@given(
    st.integers(20, 90), st.integers(20, 90), st.floats(-4, 4), st.floats(-4, 4), st.integers(1, 4)
)
def test_a_fourier_shift_moves_a_wave_to_the_south_and_east(rows, columns, down, right, waves):
    row, column = np.indices((rows, columns))

    def wave(r, c):
        return np.cos(2 * np.pi * waves * (r / rows + c / columns)) + np.sin(2 * np.pi * r / rows)

    moved = fourier_shift(wave(row, column).astype(np.float32), (down, right))
    np.testing.assert_allclose(moved, wave(row - down, column - right), atol=1e-3)


@pytest.mark.parametrize("shift", [(4, -6), (-3, 2)])
def test_what_is_observed_is_displaced_to_the_south_and_east(shift):
    power = ground((80, 90), 7, scenario="urban")
    still, moved = (observe(power, s, NOISELESS, np.random.default_rng(0)) for s in ((0, 0), shift))
    np.testing.assert_allclose(moved, np.roll(still, shift, (0, 1)), rtol=0.02)


def test_half_a_pixel_of_the_scene_is_a_pixel_of_a_ground_twice_as_fine():
    power = ground((80, 90), 8, scenario="mountains")
    moved = observe(power, (0.5, -0.5), NOISELESS, np.random.default_rng(0))
    expected = np.roll(power, (1, -1), (0, 1))[::2, ::2]
    np.testing.assert_allclose(moved, expected, rtol=0.02)


@pytest.mark.parametrize("looks", [1, 5, 10])
def test_speckle_is_gamma_distributed_with_the_looks_asked_for(looks):
    flat = np.full((400, 400), 0.2, np.float32)
    speckle = observe(flat, (0, 0), looks, np.random.default_rng(3)) / 0.2
    count = speckle.size
    spread = 1 / np.sqrt(looks)
    assert speckle.shape == (200, 200)
    assert speckle.dtype == np.float32
    assert speckle.mean() == pytest.approx(1, abs=5 * spread / np.sqrt(count))
    assert speckle.std() == pytest.approx(spread, rel=0.05)
    assert np.log(speckle).var() == pytest.approx(special.polygamma(1, looks), rel=0.05)


def test_speckle_of_two_dates_is_independent():
    flat = np.full((400, 400), 0.2, np.float32)
    random = np.random.default_rng(3)
    first, second = (observe(flat, (0, 0), 5, random) for _ in "ab")
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.03


def test_the_share_asked_for_of_the_fields_changes_from_date_to_date():
    random = np.random.default_rng
    shape = (600, 600)
    first, same, other, later = (
        simulation.fields(shape, 12, random(9), date, changed)
        for date, changed in ((0, 0.3), (1, 0.0), (1, 0.3), (2, 0.3))
    )
    np.testing.assert_array_equal(first, same)
    assert np.mean(first != other) == pytest.approx(0.3, abs=0.06)
    assert np.mean(other != later) > 0.3
    # What lies where does not change, so what is on top of the fields is not drawn anew.
    grounds = [ground((64, 64), 9, scenario="mixed", date=date, changed=0.3) for date in (0, 1)]
    assert 0.5 < np.corrcoef(*(np.log(g).ravel() for g in grounds))[0, 1] < 0.999


@settings(deadline=None, max_examples=40)
@given(st.integers(30, 120), st.integers(30, 120), st.floats(0.02, 0.9), st.floats(0.0, 0.5))
def test_a_wedge_takes_its_share_in_the_west_up_to_a_slanted_edge(rows, columns, share, slant):
    valid = wedge((rows, columns), share, slant)
    # A straight edge leaves a column's worth of freedom, as many pixels can be equally far.
    assert 1 - valid.mean() == pytest.approx(share, abs=1 / columns + 0.01)
    assert (np.diff(valid.astype(int), axis=1) >= 0).all()
    width = (~valid).sum(axis=1)
    assert (np.diff(width) <= 0).all()


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("shape", SHAPES)
def test_holes_take_their_share_and_are_small(share, shape):
    valid = holes(shape, share, np.random.default_rng(2))
    assert share <= 1 - valid.mean() < share + 82 / valid.size
    assert valid.shape == shape
    again = holes(shape, share, np.random.default_rng(2))
    np.testing.assert_array_equal(valid, again)
