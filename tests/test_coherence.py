"""The estimator as a whole: truth recovered, errors as large as it says, the same bits."""

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import displaced, texture
from scipy import stats
from twotiles import noisy, pair, spectra_of

from stackshift.simulate import simulation
from stackshift.tile import coherence, frequencies, match, precision, refinement, windows


def test_coherence_is_that_of_signal_and_noise():
    truth = texture(300, 300, 3)
    looks = 5
    one, two = noisy(truth, looks, 1), noisy(truth, looks, 2)
    spectra = spectra_of(one, two, bins=16)
    _, found, _ = refinement.refine(spectra, np.zeros(2))
    # What it must be: signal over signal and noise, each known on its own.
    band, window = spectra.band, windows.window(truth.shape, 0.1, None)

    def low(image):
        return frequencies.spectrum(image, window, band).on(band)[0]

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
    monkeypatch.setattr(
        coherence.aliasing, "without_pull", lambda *given: (*given[2:4], np.zeros(2))
    )
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


def test_the_same_bits_twice():
    tiles = pair((100, 120), (0.2, 0.9))
    assert coherence.match(*tiles) == coherence.match(*tiles)


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
