"""The refinement of a displacement, and what a window holds: closed forms and slow versions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression
from twotiles import ideal, pair, spectra_of

from stackshift.tile import peak, precision, refinement, scaled, spectra


def test_a_bin_without_power_tells_nothing():
    given = ideal((1.0, -2.0))
    power = given.powers[0].copy()
    power[5] = 0
    blind = replace(given, powers=(power, given.powers[1]))
    assert np.isfinite(peak.coarse_peak(blind, 24)[1])
    coherence = np.full(16, 0.5)
    expected = 0.5 / 0.75 / np.sqrt(given.powers[0] * given.powers[1])
    expected[5] = 0
    np.testing.assert_allclose(refinement.weights(coherence, blind.powers), expected)
    in_phase = np.ones(given.band.bin.shape)
    raw = 1 / np.sqrt(given.powers[0] * given.powers[1])
    raw[5] = 0
    found = refinement.radial_coherence(in_phase, blind.powers, given.band)
    np.testing.assert_allclose(
        found, np.clip(refinement.non_increasing(raw, given.band.counts), 0, 0.99), rtol=1e-5
    )


@pytest.mark.parametrize("rounds", [1, 2])
@pytest.mark.parametrize("off", [(0.0, 0.0), (0.4, -0.5), (-0.9, 0.6)])
def test_tiles_without_noise_are_refined_to_a_thousandth(rounds, off):
    truth = np.array([1.3, -0.7])
    found, coherence, hessian = refinement.refine(ideal(truth), truth + off, rounds=rounds)
    assert found == pytest.approx(truth, abs=1e-3)
    if rounds == 2:
        np.testing.assert_allclose(coherence, 0.99, atol=0.02)
    assert hessian[0, 0] < 0 and hessian[1, 1] < 0


@pytest.mark.parametrize("coherent", [0.3, 0.6, 0.9])
def test_the_coherence_found_is_that_of_the_tiles(coherent):
    found = refinement.refine(ideal((0.3, 0.2), coherent=coherent), np.zeros(2))[1]
    counts = ideal((0, 0)).band.counts
    assert np.average(found, weights=counts) == pytest.approx(coherent, abs=0.03)
    assert (np.diff(found) <= 0).all()


def test_a_maximum_more_than_two_pixels_away_is_none():
    """Newton's method may go that far only with a start that was no peak."""
    # A smooth hill, so that it is climbed from far away.
    given = ideal((0.0, 0.0), fall=8.0, cutoff=0.3)
    smooth = replace(given, powers=tuple(np.ones(16) for _ in "ab"))
    assert refinement.refine(smooth, np.array([0.9, -0.9])) is not None
    assert refinement.refine(smooth, np.array([2.2, 0.0])) is None
    assert refinement.refine(smooth, np.array([0.0, -2.2])) is None


def test_a_start_in_a_valley_is_none():
    given = ideal((0.0, 0.0))
    upside_down = replace(given, secondary=-given.secondary)
    assert refinement.refine(upside_down, np.zeros(2)) is None


def test_a_start_on_a_saddle_is_none():
    """Frequencies nearer to the columns' axis than 0.5 rad are upside down, and outweigh there."""
    given = ideal((0.0, 0.0))
    angle = np.arctan2(np.abs(given.band.rows), given.band.columns)
    saddle = replace(given, secondary=np.where(angle < 0.5, -1, 1) * given.secondary)
    for one, other in ((saddle, 0), (_turned(saddle), 1)):
        weighted = one.cross * one.band.multiplicity * (one.band.bin < 16)
        _, hessian = refinement.derivatives(weighted, one.band)
        assert hessian[other, other] < 0 < hessian[1 - other, 1 - other]
        assert refinement.refine(one, np.zeros(2)) is None


def _turned(saddle):
    """The same with rows and columns upside down the other way round."""
    angle = np.arctan2(saddle.band.columns, np.abs(saddle.band.rows))
    return replace(saddle, secondary=np.where(angle < 0.5, -1, 1) * saddle.reference)


def held(given, coherence, steepness):
    """By how much less than a displacement is found, a share by axis, from `stretch`."""
    given = replace(given, steepness=np.array(steepness))
    _, hessian = refinement.maximum(given, np.zeros(2), coherence)
    found = refinement.stretch(given, np.zeros(2), coherence, hessian)
    return None if found is None else np.eye(2) - np.linalg.inv(found)


@pytest.mark.parametrize("width", [0.5, 0.9])
@pytest.mark.parametrize("cutoff", [0.3, 0.6])
def test_the_pull_of_a_window_on_a_gaussian_spectrum_is_its_steepness_by_the_width(width, cutoff):
    """S(k) = exp(-k^2 / 2 width^2) has -S' / (k S) = 1 / width^2 at every frequency."""
    found = np.mean(
        [
            held(
                ideal((0, 0), (300, 301), 0.9, cutoff, 16, seed, 0.5 / width**2),
                np.full(16, 0.9),
                (0.004, 0.01),
            )
            for seed in range(12)
        ],
        axis=0,
    )
    expected = np.array([0.004, 0.01]) / width**2
    # The weight is known in bins only, and ends with the last one.
    assert np.diag(found) == pytest.approx(expected, rel=0.1, abs=0.003)
    assert found[0, 1] == pytest.approx(0, abs=0.1 * expected[1])


def test_flat_spectra_are_not_pulled_and_tiny_pulls_not_looked_for():
    given = ideal((0, 0), coherent=0.9, shape=(300, 301))
    found = held(given, np.full(16, 0.9), (0.01, 0.02))
    assert np.diag(found) == pytest.approx([0, 0], abs=0.001)
    assert (held(given, np.full(16, 0.9), (1e-5, 1e-5)) == 0).all()


def lines(direction, taper):
    """Spectra of two tiles of parallel edges and independent noise, not displaced."""
    row, column = np.indices((160, 160))
    across = np.cos(direction) * row + np.sin(direction) * column
    random = np.random.default_rng(0)
    contrast = 3 / (1 + np.exp(-(across - across.mean() - 3) / 2))
    tiles = [np.exp(contrast + 0.45 * random.normal(size=row.shape)) for _ in "ab"]
    return spectra.common_spectra(
        [scaled.transformed(tile, "log") for tile in tiles], taper, 0.6, 16
    )


@pytest.mark.parametrize("direction", [0.0, 0.5])
def test_of_one_edge_the_window_holds_what_lies_along_it(direction):
    """With a short taper it leaks into all frequencies, with a long one the ground is seen."""
    sigmas = []
    for taper in (0.1, 0.35):
        given = lines(direction, taper)
        found = refinement.refine(given, np.zeros(2))
        assert refinement.axial(given, *found) > 0.35
        longer = refinement.stretch(given, *found)
        spread = longer @ precision.covariance(given, *found) @ longer.T
        sigmas.append(np.sqrt(spread.diagonal().max()))
    assert sigmas[0] < 0.1 and sigmas[1] > 0.25


@pytest.mark.parametrize(
    ("shape", "most"), [((97, 120), 0.1), ((300, 301), 0.05), ((60, 60), 0.25)]
)
def test_even_ground_has_hardly_more_beside_the_axes_than_elsewhere(shape, most):
    given = ideal((0, 0), shape, coherent=0.9)
    _, hessian = refinement.maximum(given, np.zeros(2), np.full(16, 0.9))
    share = refinement.axial(given, np.zeros(2), np.full(16, 0.9), hessian)
    assert -0.02 < share < most


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 10)), min_size=1, max_size=40))
def test_non_increasing_is_isotonic_regression(pairs):
    values, weights = np.array(pairs).T
    expected = isotonic_regression(values, weights=weights, increasing=False).x
    np.testing.assert_allclose(refinement.non_increasing(values, weights), expected, atol=1e-9)


def test_derivatives_are_those_of_the_objective():
    spectra = spectra_of(*pair((90, 101), (0.3, -0.2)))
    weighted = spectra.cross * (spectra.band.bin < 32) * spectra.band.multiplicity

    def objective(at):
        return refinement.shifted(weighted, np.array(at), spectra.band).real.sum(dtype=float)

    at, h = np.array([0.4, 0.1]), 0.02
    gradient, hessian = refinement.derivatives(
        refinement.shifted(weighted, at, spectra.band), spectra.band
    )
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
