"""The estimator: steps against slow versions, truth recovered, and refusals that hold."""

import dataclasses
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import displaced, read, texture
from scipy import stats
from scipy.optimize import isotonic_regression

from stackshift.simulate import simulation
from stackshift.tile import coherence, frequencies, match, peak, precision, refinement, spectra


def noisy(image, looks, seed):
    random = np.random.default_rng(seed)
    return (image * random.gamma(looks, 1 / looks, image.shape)).astype(np.float32)


def pair(shape, displacement, seed=0, looks=20):
    """Two dates of one texture, the second displaced by (rows, columns) pixels."""
    rows, columns = shape
    truth = texture(rows + 160, columns + 160, seed)
    moved = np.maximum(displaced(truth, *displacement), 1e-3)
    inner = np.s_[80 : 80 + rows, 80 : 80 + columns]
    return noisy(truth[inner], looks, 2 * seed + 1), noisy(moved[inner], looks, 2 * seed + 2)


def spectra_of(reference, secondary, cutoff=0.6, bins=32):
    tiles = [frequencies.transformed(tile, "log") for tile in (reference, secondary)]
    return spectra.common_spectra(tiles, 0.1, cutoff, bins)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 10)), min_size=1, max_size=40))
def test_non_increasing_is_isotonic_regression(pairs):
    values, weights = np.array(pairs).T
    expected = isotonic_regression(values, weights=weights, increasing=False).x
    np.testing.assert_allclose(refinement.non_increasing(values, weights), expected, atol=1e-9)


def test_moments_without_a_part():
    values = np.random.default_rng(0).normal(3, 2, (40, 50)).astype(np.float32)
    mean, deviation = peak._moments_without(values, values[10:15, 20:25])
    rest = values.copy()
    rest[10:15, 20:25] = np.nan
    assert mean == pytest.approx(np.nanmean(rest), rel=1e-5)
    assert deviation == pytest.approx(np.nanstd(rest), rel=1e-4)


@pytest.mark.parametrize("displacement", [(0.0, 0.0), (0.4, -0.7), (7.3, -12.8), (-31, 4)])
def test_the_coarse_peak_is_near_the_truth(displacement):
    spectra = spectra_of(*pair((150, 170), displacement))
    found, psr = peak.coarse_peak(spectra, 32)
    assert found == pytest.approx(displacement, abs=0.5)
    assert psr > 8


def test_derivatives_are_those_of_the_objective():
    spectra = spectra_of(*pair((90, 101), (0.3, -0.2)))
    weighted = spectra.cross * (spectra.band.bin < 32) * spectra.band.multiplicity

    def objective(at):
        return refinement.shifted(weighted, np.array(at), spectra.band).real.sum(dtype=float)

    at, h = np.array([0.4, 0.1]), 0.02
    gradient, hessian = refinement.derivatives(weighted, at, spectra.band)
    steps = h * np.eye(2)
    numeric = [(objective(at + s) - objective(at - s)) / (2 * h) for s in steps]
    np.testing.assert_allclose(gradient, numeric, rtol=0.02)
    for i in range(2):
        for j in range(2):
            second = (
                objective(at + steps[i] + steps[j])
                - objective(at + steps[i] - steps[j])
                - objective(at - steps[i] + steps[j])
                + objective(at - steps[i] - steps[j])
            ) / (4 * h * h)
            assert hessian[i, j] == pytest.approx(
                second, rel=0.05, abs=0.02 * abs(float(hessian[0, 0]))
            )


def test_coherence_is_that_of_signal_and_noise():
    truth = texture(300, 300, 3)
    looks = 5
    one, two = noisy(truth, looks, 1), noisy(truth, looks, 2)
    spectra = spectra_of(one, two, bins=16)
    _, found, _ = refinement.refine(spectra, np.zeros(2))
    # What it must be: signal over signal and noise, each known on its own.
    band, window = spectra.band, frequencies.window(truth.shape, 0.1, None)

    def low(image):
        return frequencies.spectrum(image, window, band).low(band.grid)

    signal = frequencies.radial_sum(np.abs(low(np.log(truth))) ** 2, band)
    speckle = np.log(noisy(np.ones_like(truth), looks, 7))
    noise = frequencies.radial_sum(np.abs(low(speckle)) ** 2, band)
    expected = signal / (signal + noise)
    np.testing.assert_allclose(found, expected, atol=0.1)
    # The mean is that of all frequencies, of which most are high.
    mean = np.average(expected, weights=band.counts)
    assert coherence.match(one, two).coherence == pytest.approx(mean, abs=0.02)
    assert np.mean(expected) > mean + 0.1


def test_more_frequencies_are_worth_it_for_the_axis_that_is_known_worse():
    given = spectra_of(*pair((256, 256), (0, 0)))
    flat = np.full(32, 0.5)
    bound = precision.knapp_carter(given, flat).max()

    def at(rows, columns):
        """The same tiles with these standard errors in pixels."""
        scale = np.square(bound / np.array([[rows], [columns]]))
        band = dataclasses.replace(given.band, moments=given.band.moments * scale)
        return dataclasses.replace(given, band=band)

    assert coherence._worth_more(at(0.001, 0.006), flat)
    assert coherence._worth_more(at(0.006, 0.001), flat)
    assert not coherence._worth_more(at(0.004, 0.004), flat)
    # But not if the highest frequencies of the band have little in common.
    steps = np.where(np.arange(32) < 31, 0.9, 0.29)
    assert not coherence._worth_more(at(0.05, 0.05), steps)


@pytest.mark.parametrize("shape", [(256, 256), (151, 201)])
def test_the_bound_is_knapp_and_carters_integral(shape):
    """For a coherence that is constant, Fisher's information is an integral over a disk."""
    spectra = spectra_of(*pair(shape, (0, 0)))
    weight = frequencies.window(shape, 0.1, None).weight.astype(float)
    assert spectra.samples == pytest.approx((weight**2).sum() ** 2 / (weight**4).sum(), rel=1e-4)
    assert (np.array(spectra.band.padded) > shape).all() or shape == (256, 256)
    flat = np.full(32, 0.6)
    limit = 0.6 * np.pi
    # Integral of k_x^2 over the disk is pi limit^4 / 4; a coefficient takes (2 pi)^2 / pixels.
    information = 0.36 / 0.64 * spectra.samples * np.pi * limit**4 / 4 / (2 * np.pi) ** 2
    expected = 1 / np.sqrt(information)
    assert precision.knapp_carter(spectra, flat) == pytest.approx([expected] * 2, rel=0.02)


SHAPES = [(64, 64), (97, 101), (150, 61), (33, 200), (128, 127)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("displacement", [(0.0, 0.0), (0.31, -0.17), (-1.6, 2.4)])
def test_known_displacements_are_recovered(shape, displacement):
    found = coherence.match(*pair(shape, displacement, seed=4))
    assert found.status == match.OK, found
    for axis in (0, 1):
        error = -found.shift[axis] - displacement[axis]
        assert abs(error) < 4 * found.sigma[axis]
        assert found.sigma[axis] < 0.1


@pytest.mark.parametrize(
    "displacement", [(20.3, -5.1), (-30.6, 30.4), (31.4, -31.4), (-32, 32), (0.2, 32)]
)
def test_offsets_up_to_the_search_radius_are_found(displacement):
    found = coherence.match(*pair((160, 180), displacement, seed=9))
    assert found.status == match.OK, found
    assert -np.array(found.shift) == pytest.approx(displacement, abs=0.1)


def test_a_peak_beyond_the_search_radius_is_said_so():
    reference, secondary = pair((160, 180), (13.0, 0.0))
    found = coherence.match(reference, secondary, search_radius=12)
    assert (found.status, found.shift, found.sigma) == (match.SEARCH_LIMIT, None, None)
    assert "search_radius" in found.message


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from([(64, 64), (61, 67), (96, 45)]),
    st.floats(1e-2, 1e4),
    st.sampled_from([np.float32, np.float64]),
    st.integers(0, 3),
)
def test_gain_and_dtype_do_not_matter(shape, gain, dtype, seed):
    reference, secondary = pair(shape, (0.2, -0.4), seed)
    plain = coherence.match(reference, secondary)
    found = coherence.match(reference.astype(dtype), (secondary * gain).astype(dtype))
    assert found.status == plain.status
    if plain.shift:
        assert found.shift == pytest.approx(plain.shift, abs=2e-3)
        assert found.sigma == pytest.approx(plain.sigma, rel=0.02)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0, 1), st.sampled_from([1, 3, 20]))
def test_any_pattern_of_gaps_gives_a_shift_near_the_truth_or_a_reason(seed, share, size):
    random = np.random.default_rng(seed)
    reference, secondary = pair((90, 100), (0.3, 0.6), seed % 5)
    for tile in (reference, secondary):
        coarse = random.random((90 // size + 1, 100 // size + 1)) < share
        tile[np.kron(coarse, np.ones((size, size), bool))[:90, :100]] = np.nan
    found = coherence.match(reference, secondary)
    both = np.mean(np.isfinite(reference) & np.isfinite(secondary))
    # What can be filled, or leaves most of the tile, must be matched; too little must be refused.
    if share <= {1: 0.6, 3: 0.4, 20: 0.2}[size]:
        assert found.status == match.OK, found
    elif both < 0.1:
        assert found.status == match.TOO_MANY_NAN, found
        assert found.message.startswith(f"{100 * both:.1f} %")
    if found.status == match.OK:
        error = np.abs(-np.array(found.shift) - (0.3, 0.6))
        # Patches between which little is left pull harder than the first order of `pull` knows.
        assert (error < (5 * np.array(found.sigma) if size < 20 or share <= 0.2 else 0.6)).all()
        assert max(found.sigma) <= 0.15
    else:
        assert found.status in (match.TOO_MANY_NAN, match.LOW_QUALITY, match.NO_MATCH)
        assert found.shift is None and found.sigma is None and len(found.message) > 10


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_holes_that_are_filled_make_errors_larger_as_the_standard_error_says(size, share):
    z, sigmas, whole = [], [], []
    for seed in range(16):
        random = np.random.default_rng(seed)
        tiles = pair((90, 100), (0.3, 0.6), seed)
        whole.append(coherence.match(*tiles).sigma)
        for tile in tiles:
            coarse = random.random((90 // size + 1, 100 // size + 1)) < share
            tile[np.kron(coarse, np.ones((size, size), bool))[:90, :100]] = np.nan
        found = coherence.match(*tiles)
        z.append((-np.array(found.shift) - (0.3, 0.6)) / found.sigma)
        sigmas.append(found.sigma)
    low, high = stats.chi2.ppf([0.005, 0.995], np.size(z))
    assert low < np.square(z).sum() < high
    assert np.abs(np.mean(z, axis=0)).max() < 3 / np.sqrt(16)
    assert (np.array(sigmas) > whole).all()


def test_too_little_in_common_is_refused_where_the_parameter_says():
    reference, secondary = pair((100, 100), (0, 0), 4)
    reference[:, 50:] = np.nan
    assert coherence.match(reference, secondary, min_valid=0.5).status == match.OK
    found = coherence.match(reference, secondary, min_valid=0.51)
    assert found.status == match.TOO_MANY_NAN
    assert found.message == "50.0 % of the pixels are valid in both tiles, fewer than 51 %"
    # The default is a tenth, whatever the pattern.
    scattered = np.full((100, 100), np.nan, np.float32)
    scattered[::4, ::3], scattered[0] = secondary[::4, ::3], np.nan
    assert np.isfinite(scattered).mean() < 0.1
    assert coherence.match(scattered, secondary).status == match.TOO_MANY_NAN


def test_strips_too_narrow_for_a_weight_are_refused():
    reference, secondary = pair((100, 100), (0, 0), 4)
    reference[:, np.arange(100) % 30 < 20] = np.nan
    found = coherence.match(reference, secondary)
    assert (found.status, found.message[:5]) == (match.TOO_MANY_NAN, "0.0 %")


def test_too_little_in_common_after_a_large_displacement_is_refused():
    reference, secondary = pair((100, 100), (0, 12), 4)
    reference[:, 50:] = secondary[:, 50:] = np.nan
    # 88 columns are shared, of which 38 are valid in both, and 12 more fade out.
    assert coherence.match(reference, secondary, min_valid=26 / 88).status == match.OK
    found = coherence.match(reference, secondary, min_valid=26 / 88 + 0.001)
    assert (found.status, found.message[:6]) == (match.TOO_MANY_NAN, "29.5 %")


@pytest.mark.parametrize("displacement", [(0.2, 0.4), (5.2, -3.4)])
def test_gates_open_at_the_value_that_is_found(displacement):
    tiles = pair((100, 100), displacement, 4)
    found = coherence.match(*tiles)
    worst = max(found.sigma)
    assert coherence.match(*tiles, max_sigma=worst) == found
    refused = coherence.match(*tiles, max_sigma=0.999 * worst)
    assert (refused.status, refused.shift, refused.sigma) == (match.LOW_QUALITY, None, None)
    assert (refused.quality, refused.coherence) == (found.quality, found.coherence)
    # The peak of tiles that overlap less is lower before they are cut to what they share.
    _, before = peak.coarse_peak(spectra_of(*tiles, bins=16).low, 32)
    lowest = min(before, found.quality)
    assert coherence.match(*tiles, min_psr=lowest) == found
    refused = coherence.match(*tiles, min_psr=1.001 * lowest)
    assert (refused.status, refused.shift) == (match.NO_MATCH, None)
    assert refused.quality == lowest


def test_a_peak_that_fades_or_has_no_maximum_is_refused(monkeypatch):
    tiles = pair((100, 100), (5.2, -3.4), 4)
    with monkeypatch.context() as patch:
        patch.setattr(coherence, "refine", lambda *_: None)
        found = coherence.match(*tiles)
        assert (found.status, found.shift) == (match.NO_MATCH, None)
        assert "no stable maximum" in found.message and found.quality > 8
    # Once the tiles are cut to what they share, the search is for two pixels.
    monkeypatch.setattr(
        coherence,
        "coarse_peak",
        lambda given, radius: (peak.coarse_peak(given, 32)[0], 3.0 if radius == 2 else 20.0),
    )
    found = coherence.match(*tiles)
    assert (found.status, found.shift, found.quality) == (match.NO_MATCH, None, 3.0)


def test_the_search_radius_is_at_most_a_third_of_the_tile():
    found = coherence.match(*pair((98, 120), (32, 0), 4), search_radius=60)
    assert found.shift == pytest.approx((-32, 0), abs=0.05)
    found = coherence.match(*pair((98, 120), (-34, 0), 4), search_radius=60)
    assert found.status == match.SEARCH_LIMIT
    assert "34 pixels away, beyond the search radius of 32;" in found.message


def white(shape, displacement, coherent, seed):
    """Two tiles whose logarithms are white with the same coherence at every frequency."""
    random = np.random.default_rng(seed)
    common = random.normal(size=tuple(n + 40 for n in shape))
    inner = np.s_[20 : 20 + shape[0], 20 : 20 + shape[1]]
    noise = np.sqrt(1 / coherent - 1)
    return [
        np.exp(0.5 * (image[inner] + noise * random.normal(size=shape))).astype(np.float32)
        for image in (common, displaced(common, *displacement))
    ]


@pytest.mark.parametrize(
    ("shape", "coherent", "used"),
    [
        # Coherent at the cutoff and not yet known to 0.005 pixel: all frequencies are used.
        ((128, 160), 0.7, 0.98),
        ((128, 160), 0.4, 0.98),
        # Too little coherence at the cutoff, or known well enough.
        ((300, 300), 0.2, 0.6),
        ((250, 280), 0.9, 0.6),
    ],
)
def test_frequencies_beyond_the_cutoff_are_used_where_they_tell_more(
    shape, coherent, used, monkeypatch
):
    """Standard error, errors and coherence of white tiles: Knapp and Carter's integral, exactly."""
    # White up to Nyquist and then nothing is what no averaging over pixels makes of any ground.
    monkeypatch.setattr(coherence.aliasing, "without_pull", lambda *given: given[2:4])
    # Effective pixels under the taper: flanks' integrals of the square and the fourth power.
    flank = (0.9 + 0.1 * 3 / 8) ** 2 / (0.9 + 0.1 * 35 / 128)
    information = coherent**2 / (1 - coherent**2) * np.prod(shape) * flank**2
    expected = 1 / np.sqrt(information * np.pi * (used * np.pi) ** 4 / 4 / (2 * np.pi) ** 2)
    truth, z = (0.3, -0.2), []
    for seed in range(8):
        found = coherence.match(*white(shape, truth, coherent, seed), min_psr=3)
        assert found.status == match.OK
        assert found.sigma == pytest.approx((expected, expected), rel=0.2)
        assert found.coherence == pytest.approx(coherent, abs=0.05)
        z.append((-np.array(found.shift) - truth) / expected)
    # 16 values: this holds for 99 of 100 draws.
    assert 0.55 < np.sqrt(np.mean(np.square(z))) < 1.5


@pytest.mark.parametrize("displacement", [(40.3, 0.0), (5.0, -70.4)])
def test_a_peak_far_beyond_the_search_radius_is_said_so(displacement):
    found = coherence.match(*pair((200, 200), displacement, 3, looks=5))
    assert (found.status, found.shift) == (match.SEARCH_LIMIT, None)
    away = round(max(map(abs, displacement)))
    assert f"{away} pixels away, beyond the search radius of 32; raise search" in found.message
    assert found.quality > 8


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_inverted_contrast_is_said_so(share):
    random = np.random.default_rng(3)
    log = np.log(texture(160, 160, 1))
    log -= log.mean()
    inverted = np.kron(random.permutation(64).reshape(8, 8) < share * 64, np.ones((20, 20)))
    other = np.where(inverted, -log, log)
    found = coherence.match(noisy(np.exp(log), 5, 1), noisy(np.exp(other), 5, 2))
    assert (found.status, found.shift) == (match.NO_MATCH, None)
    assert "inverted contrast" in found.message


def test_tiles_that_match_are_not_searched_beyond_the_radius(monkeypatch):
    def never(*_):
        raise AssertionError("searched twice")

    monkeypatch.setattr(coherence, "no_peak", never)
    assert coherence.match(*pair((100, 100), (0.3, 0.2))).status == match.OK


def constant(value):
    return np.full((64, 64), value, np.float32)


@pytest.mark.parametrize(
    ("tile", "status"),
    [
        (constant(np.nan), match.TOO_MANY_NAN),
        (constant(0), match.TOO_MANY_NAN),
        (constant(-3), match.TOO_MANY_NAN),
        (constant(np.inf), match.TOO_MANY_NAN),
        (constant(1), match.NO_MATCH),
        (texture(64, 64)[:31], match.TOO_SMALL),
    ],
)
def test_what_cannot_be_matched_has_a_status(tile, status):
    for other in (tile, texture(64, 64, 3)[: tile.shape[0]]):
        found = coherence.match(tile, other)
        assert (found.status, found.shift) == (status, None), found


def test_a_tile_of_31_pixels_is_too_small_and_one_of_32_is_not():
    reference, secondary = pair((32, 70), (0.2, 0.3), 4)
    assert coherence.match(reference, secondary).status == match.OK
    found = coherence.match(reference[:31], secondary[:31])
    assert (found.status, found.message) == (
        match.TOO_SMALL, "31 x 70 pixels, fewer than 32 a side"
    )  # fmt: skip
    assert coherence.match(reference[:, :31], secondary[:, :31]).status == match.TOO_SMALL


@pytest.mark.parametrize("scenario", ["mixed", "mountains", "urban"])
def test_errors_are_as_large_as_the_standard_error_says_and_do_not_shrink_the_shift(scenario):
    size, errors, truths, sigmas = 256, [], [], []
    for trial in range(48):
        random = np.random.default_rng((trial, 5))
        if trial % 4 == 0:
            ground = simulation.ground((size + 32,) * 2, trial, scenario=scenario)
        truth = random.uniform(-0.5, 0.5, 2)
        tiles = [
            simulation.observe(ground, shift, 5, random)[16:-16, 16:-16]
            for shift in ((0, 0), truth)
        ]
        found = coherence.match(*tiles)
        assert found.status == match.OK
        truths.append(truth)
        errors.append(-np.array(found.shift) - truth)
        sigmas.append(found.sigma)
    errors, truths, sigmas = map(np.array, (errors, truths, sigmas))
    squares = np.square(errors / sigmas)
    # What 96 independent errors of exactly this size give in 98 of 100 cases, and 48 of one axis.
    low, high = stats.chi2.ppf([0.01, 0.99], squares.size)
    assert low < squares.sum() < high
    low, high = stats.chi2.ppf([0.001, 0.999], len(squares))
    assert (low < squares.sum(axis=0)).all() and (squares.sum(axis=0) < high).all()
    assert np.sort(squares.ravel())[-1] < 3.5**2
    # By how much the shifts are too short: nothing but what the errors themselves allow for.
    slope = (errors * truths).sum() / np.square(truths).sum()
    allowed = np.sqrt(np.square(sigmas * truths).sum()) / np.square(truths).sum()
    assert abs(slope) < 2 * allowed
    assert allowed < 0.012


def ridges(shape, displacement, direction, clutter, random):
    """Logarithm of ground whose edges have one direction (radians from the rows' axis) but for a
    clutter without one, displaced exactly as it is a sum of waves."""
    row, column = np.indices(shape, float)
    row, column = row - displacement[0], column - displacement[1]
    log = np.zeros(shape)
    for towards, contrast, count in ((direction, 0.5, 24), (None, clutter, 120)):
        if not contrast:
            continue
        frequency = random.uniform(0.02, 0.2, count)
        angle = random.uniform(0, np.pi, count) if towards is None else np.full(count, towards)
        k = 2 * np.pi * frequency * [np.cos(angle), np.sin(angle)]
        size = random.normal(size=count) * contrast * np.sqrt(2 / count)
        phase = random.uniform(0, 2 * np.pi, count)
        for i in range(count):
            log += size[i] * np.cos(k[0, i] * row + k[1, i] * column + phase[i])
    return log


def ridge_pair(seed, clutter, size=96, looks=5):
    random = np.random.default_rng((seed, 8))
    truth, direction = random.uniform(-0.5, 0.5, 2), random.uniform(0.4, 1.2)
    tiles = [
        np.exp(ridges((size, size), at, direction, clutter, np.random.default_rng(seed)))
        * random.gamma(looks, 1 / looks, (size, size))
        for at in ((0, 0), truth)
    ]
    return *tiles, truth


def test_ground_with_one_direction_is_refused_as_it_says_nothing_along_it():
    """With the scatter of the scores of each axis alone some of these pass."""
    for seed in range(40):
        reference, secondary, _ = ridge_pair(seed, 0.04)
        assert coherence.match(reference, secondary, min_psr=5).status != match.OK


def test_ground_with_a_main_direction_has_a_covariance_that_its_errors_confirm():
    z, both, correlations = [], [], []
    for seed in range(40):
        reference, secondary, truth = ridge_pair(seed, 0.1)
        found = coherence.match(reference, secondary, max_sigma=1.0, min_psr=5)
        assert found.status == match.OK
        error = -np.array(found.shift) - truth
        covariance = np.array(found.covariance)
        assert np.sqrt(np.diag(covariance)) == pytest.approx(found.sigma)
        z.append(error / found.sigma)
        both.append(error @ np.linalg.solve(covariance, error))
        correlations.append(covariance[0, 1] / np.prod(found.sigma))
    # What 80 values give in 99.9 of 100 cases, but that two of a tile are not independent.
    assert 0.75 < np.sqrt(np.mean(np.square(z))) < 1.25
    assert 0.75 < np.sqrt(np.mean(both) / 2) < 1.25
    assert np.median(correlations) < -0.6


def coast(angle, texture, seed, pixels=128):
    """Two dates of land of some texture (log) beside sea that is 13 dB darker, and the truth."""
    random, size = np.random.default_rng((seed, 3)), pixels + 64
    ground = np.random.default_rng((seed // 3, 4))
    row, column = np.indices((size, size)) - size / 2
    sea = 1 / (1 + np.exp((np.cos(angle) * column + np.sin(angle) * row) / 2 + ground.normal() * 5))
    rows, columns = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    radius = 2 * np.pi * np.hypot(rows, columns)
    noise = np.fft.rfft2(ground.standard_normal(row.shape))
    land = np.fft.irfft2(noise * (radius + 0.1) ** -1.2 * np.exp(-0.5 * radius**2), row.shape)
    log = texture * land / land.std() * (1 - sea) - 3 * sea
    truth = random.uniform(-0.5, 0.5, 2)
    tiles = [
        np.exp(displaced(log, *at)) * random.standard_gamma(5, row.shape) / 5
        for at in ((0.0, 0.0), truth)
    ]
    return [tile[32:-32, 32:-32].astype(np.float32) for tile in tiles], truth


@pytest.mark.parametrize("angle", [0.0, 0.4, 0.785])
def test_a_straight_coast_of_even_land_says_nothing_along_it(angle):
    """What ends at the tile's edges said that it is not displaced, with a sigma of .07."""
    for seed in range(12):
        tiles, _ = coast(angle, 0.0, seed)
        assert coherence.match(*tiles).status in (match.LOW_QUALITY, match.NO_MATCH)


@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_a_straight_coast_is_measured_by_its_land(angle):
    """The gain along the coast was 0.6 to 0.7, z 2.0 to 2.4."""
    found = [
        (coherence.match(*tiles), truth)
        for tiles, truth in (coast(angle, 0.4, s) for s in range(40))
    ]
    z = [(-np.array(one.shift) - truth) / one.sigma for one, truth in found if one.shift]
    assert len(z) > 30
    assert 0.75 < np.sqrt(np.mean(np.square(z))) < 1.3
    pairs = np.array([(-one.shift[0], truth[0]) for one, truth in found if one.shift])
    assert 0.85 < (pairs[:, 0] * pairs[:, 1]).sum() / (pairs[:, 1] ** 2).sum() < 1.15


@pytest.mark.parametrize("looks", [1, 2])
def test_errors_of_amplitudes_are_as_large_as_the_standard_error_says(looks):
    z = []
    for trial in range(60):
        random = np.random.default_rng((trial, looks))
        if trial % 4 == 0:
            ground = simulation.ground((160, 160), trial, scenario="urban")
        truth = random.uniform(-0.5, 0.5, 2)
        tiles = [
            simulation.observe(ground, shift, looks, random)[16:-16, 16:-16]
            for shift in ((0, 0), truth)
        ]
        found = coherence.match(*tiles, transform="amplitude")
        z.append((-np.array(found.shift) - truth) / found.sigma)
    assert 0.85 < np.sqrt(np.mean(np.square(z))) < 1.2


def test_water_is_refused():
    random = np.random.default_rng(11)
    for _ in range(150):
        tiles = [random.standard_gamma(5, (128, 128), np.float32) for _ in "ab"]
        found = coherence.match(*tiles)
        assert found.status == match.NO_MATCH
        assert "nothing to match" in found.message


def test_a_coastline_of_no_data_is_not_matched_instead_of_the_water():
    random = np.random.default_rng(12)
    valid = simulation.wedge((160, 160), 0.4)
    for _ in range(40):
        tiles = [random.standard_gamma(5, (160, 160), np.float32) for _ in "ab"]
        for tile in tiles:
            tile[~valid] = np.nan
        assert coherence.match(*tiles).status == match.NO_MATCH


@pytest.mark.parametrize("share", [0.08, 0.3, 0.6])
@pytest.mark.parametrize("moving", [0, 20])
def test_wedges_fixed_or_moving_do_not_pull(share, moving):
    errors = []
    for trial in range(10):
        reference, secondary = pair((200, 200), (0.45, -0.45), trial, looks=5)
        valid = simulation.wedge((200, 200), share)
        reference[~valid] = np.nan
        secondary[~np.roll(valid, -moving, axis=1)] = np.nan
        found = coherence.match(reference, secondary)
        assert found.status == match.OK
        errors.append(-np.array(found.shift) - (0.45, -0.45))
    assert np.abs(np.mean(errors, axis=0)).max() < 0.03


@pytest.mark.parametrize("transform", ["log", "amplitude"])
def test_a_border_of_tiny_power_fixed_in_the_frame_does_not_pull(transform):
    border = ~simulation.wedge((120, 120), 0.3)
    for seed in range(6):
        tiles = pair((120, 120), (0.45, -0.45), seed)
        for tile in tiles:
            tile[border] = 1e-30
        found = coherence.match(*tiles, transform=transform)
        for tile in tiles:
            tile[border] = np.nan
        assert found == coherence.match(*tiles, transform=transform)
        error = np.abs(-np.array(found.shift) - (0.45, -0.45))
        assert (error < 4 * np.array(found.sigma)).all()


def test_the_same_bits_twice():
    tiles = pair((100, 120), (0.2, 0.9))
    assert coherence.match(*tiles) == coherence.match(*tiles)


DATA = Path(os.environ.get("STACKSHIFT_DATA", ROOT.parent / "shared" / "data")) / "opera_rtc_s1"
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no OPERA bursts in {DATA}")


def burst(name, polarization="VV"):
    """The scenes of a real burst, oldest first."""
    paths = sorted(
        next(DATA.glob(f"{name}_*")).glob(f"*_{polarization}.tif"),
        key=lambda path: re.search(r"\d{8}T\d{6}", path.name)[0],
    )
    assert len(paths) == 21
    return [read(path) for path in paths]


@real
def test_neighbouring_dates_of_a_real_land_burst_agree():
    scenes = burst("land")
    found = [coherence.match(newer, older) for older, newer in itertools.pairwise(scenes)]
    assert all(one.status == match.OK for one in found)
    assert np.sqrt(np.mean(np.square([one.shift for one in found]))) < 0.03
    assert np.median([one.sigma for one in found]) < 0.015


@real
@pytest.mark.parametrize("polarization", ["VV", "VH"])
def test_nothing_is_matched_at_sea(polarization):
    scenes = burst("sea", polarization)
    for i, first in enumerate(scenes):
        for second in scenes[i + 1 :]:
            assert coherence.match(first, second).status == match.NO_MATCH


@real
@pytest.mark.parametrize(
    "displacement",
    [(0.1, 0), (0, -0.1), (-0.3, 0.2), (0.5, -0.5), (1.2, -0.7), (-2.5, 3.5), (5, -5), (-4.9, 0.3)],
)
def test_a_real_scene_displaced_by_a_known_amount(displacement):
    scenes = burst("land")
    for i in (0, 7, 14):
        before = coherence.match(scenes[i], scenes[i + 1])
        # Mirrored edges, so that nothing comes in from the other side.
        padded = np.pad(np.log(scenes[i + 1]), 40, mode="reflect")
        moved = np.exp(displaced(padded, *displacement))[40:-40, 40:-40]
        after = coherence.match(scenes[i], moved)
        assert after.status == match.OK
        recovered = np.subtract(before.shift, after.shift)
        assert (np.abs(recovered - displacement) < 3 * np.array(after.sigma)).all()


def _slowly(tiles, cutoff=0.6, bins=16):
    """Displacement of greatest likelihood and its coherence, in double precision and plain sums."""
    rows, columns = tiles[0].shape
    edges = [np.minimum(np.arange(n) + 0.5, n - np.arange(n) - 0.5) for n in (rows, columns)]
    ramps = [
        0.5 - 0.5 * np.cos(np.pi * np.clip(edge / (0.05 * n), 0, 1))
        for edge, n in zip(edges, (rows, columns), strict=True)
    ]
    window = np.outer(*ramps)
    centred = [(v - (v * window).sum() / window.sum()) * window for v in map(np.log, tiles)]
    first, second = map(np.fft.fft2, centred)
    k = [2 * np.pi * np.fft.fftfreq(n) for n in (rows, columns)]
    k, m = np.meshgrid(*k, indexing="ij")
    cross = np.conj(first) * second
    displacement, used = np.zeros(2), round(0.375 / cutoff * bins)
    for count in (used, bins):
        ring = (np.hypot(k, m) / (cutoff * np.pi) * bins).astype(int)
        inside = (ring < count) & (np.hypot(k, m) > 0)
        at = [np.flatnonzero(inside.ravel() & (ring == b).ravel()) for b in range(count)]
        power = [
            np.sqrt(
                np.mean(np.abs(first.ravel()[i]) ** 2) * np.mean(np.abs(second.ravel()[i]) ** 2)
            )
            for i in at
        ]
        turned = (cross * np.exp(1j * (k * displacement[0] + m * displacement[1]))).real.ravel()
        raw = np.array([turned[i].mean() / p for i, p in zip(at, power, strict=True)])
        sizes = [len(i) for i in at]
        raw = isotonic_regression(raw, weights=sizes, increasing=False).x
        coherence = np.clip(raw, 0, 0.99)
        weight = np.zeros(cross.size)
        for i, c, p in zip(at, coherence, power, strict=True):
            weight[i] = c / (1 - c**2) / p
        weighted = cross * weight.reshape(cross.shape)
        for _ in range(20):
            phase = weighted * np.exp(1j * (k * displacement[0] + m * displacement[1]))
            slope = -np.array([(k * phase.imag).sum(), (m * phase.imag).sum()])
            bend = -np.array([[(a * b * phase.real).sum() for b in (k, m)] for a in (k, m)])
            displacement = displacement - np.linalg.solve(bend, slope)
    return displacement, coherence


@pytest.mark.parametrize("shape", [(200, 240), (256, 320)])
@pytest.mark.parametrize("displacement", [(0.3, -0.4), (-0.1, 0.05)])
def test_the_displacement_is_that_of_double_precision_and_plain_sums(shape, displacement):
    tiles = pair(shape, displacement)
    given = spectra_of(*tiles, bins=16)
    found, coherence, _ = refinement.refine(given, np.zeros(2))
    expected, slow = _slowly([tile.astype(float) for tile in tiles])
    # A micrometre, at a posting of 30 m.
    np.testing.assert_allclose(found, expected, atol=1e-6 / 30)
    np.testing.assert_allclose(coherence, slow, atol=1e-6)


@pytest.mark.parametrize("displacement", [(3.0, -2.0), (4.5, 6.3), (0.6, 0.9), (-5.1, 2.8)])
@pytest.mark.parametrize("off", [(0, 0), (1, 0), (-1, 1), (20, 3)])
@pytest.mark.parametrize("gap", [0, 60])
def test_what_is_expected_of_a_tile_changes_nothing(displacement, off, gap):
    tiles = pair((256, 280), displacement, looks=20)
    tiles[0][:gap] = np.nan
    found = coherence.match(*tiles)
    expected = tuple(round(d) + o for d, o in zip(displacement, off, strict=True))
    assert found.status == match.OK
    assert coherence.match(*tiles, expected=expected) == dataclasses.replace(
        found, coarse=pytest.approx(found.coarse, abs=0.1)
    )


def test_a_tile_where_it_is_expected_is_not_searched_for(monkeypatch):
    tiles = pair((256, 280), (3.1, -2.0), looks=20)
    found = coherence.match(*tiles)
    assert found.expected == (3, -2)
    monkeypatch.setattr(coherence, "_sought", lambda *given: pytest.fail("searched for"))
    assert coherence.match(*tiles, expected=found.expected).shift == found.shift


def test_the_same_bits_for_any_number_of_threads():
    code = """
import numpy as np
from concurrent.futures import ThreadPoolExecutor
from stackshift.tile import coherence
random = np.random.default_rng(1)
ground = random.standard_gamma(1, (300, 300))
tiles = [ground[i : i + 256, :256] + random.standard_gamma(1, (256, 256)) for i in (0, 0, 3, 5)]
with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda tile: coherence.match(tiles[0], tile), tiles)))
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", code], text=True, check=True, stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT / "scripts"), "OMP_NUM_THREADS": threads,
                              "OPENBLAS_NUM_THREADS": threads},
        ).stdout
        for threads in ("1", "4")
    }  # fmt: skip
    assert len(said) == 1 and "matched" in said.pop()


def test_whole_pixels_are_expected_only_where_they_are_sure():
    assert match.expected_at((4.1, -6.2)) == (4, -6)
    for displacement in ((4.5, -6.0), (0.9, -1.1), (np.nan, 3.0), (0.0, 0.0)):
        assert match.expected_at(displacement) == (0, 0)
