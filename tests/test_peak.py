"""The peak of the correlation: where it is, and how much it stands out."""

import numpy as np
import pytest
from twotiles import ideal, pair, spectra_of

from stackshift.tile import peak


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


@pytest.mark.parametrize("vertex", [-0.45, 0.0, 0.3])
def test_the_vertex_of_a_parabola(vertex):
    samples = 2.0 - 3.0 * (np.array([-1, 0, 1]) - vertex) ** 2
    assert peak.vertex(samples) == pytest.approx(vertex)
    assert peak.vertex(-samples) == peak.vertex(np.array([1.0, 2.0, 3.0])) == 0


@pytest.mark.parametrize("displacement", [(0.0, 0.0), (2.6, -3.1), (-9.4, 11.7), (0.9, 20.2)])
def test_the_coarse_peak_of_tiles_without_noise(displacement):
    """The whitened correlation is a hill of known shape, whatever the power of the tiles."""
    for fall in (0.0, 4.0):
        found, psr = peak.coarse_peak(ideal(displacement, fall=fall), 24)
        assert found == pytest.approx(displacement, abs=0.15)
        # The hill is exp(-lag^2 0.8^2 / 2) high, of noise there is only that of the whitening.
        assert psr > 30


@pytest.mark.parametrize("whole", [(6, -9), (-11, 4)])
def test_whole_pixels_that_were_taken_out_are_counted(whole):
    """As if they were still there: the same samples of the correlation, at the same lags."""
    rest = np.array([0.3, -0.4])
    found = peak.coarse_peak(ideal(tuple(rest)), 24, np.array(whole))
    there = peak.coarse_peak(ideal(tuple(rest + whole)), 24)
    assert found[0] == pytest.approx(there[0], abs=1e-4)
    assert found[1] == pytest.approx(there[1], rel=1e-4)
    assert found[0] == pytest.approx(rest + whole, abs=0.15)


def test_the_peak_to_sidelobe_ratio_is_that_of_the_full_correlation():
    given = ideal((1.0, -2.0), coherent=0.3, seed=3)
    frequencies = given.band
    _, psr = peak.coarse_peak(given, 24)
    # Slowly: the correlation at every node of the smaller grid as a plain sum of cosines.
    radius = frequencies.centres[np.minimum(frequencies.bin, 15)]
    power = np.sqrt(given.powers[0] * given.powers[1])[np.minimum(frequencies.bin, 15)]
    weight = np.exp(-0.5 * (radius / 0.8) ** 2) / power * (frequencies.bin < 16)
    cross = np.conj(given.reference) * given.secondary * weight * frequencies.multiplicity
    step = np.divide(frequencies.padded, frequencies.grid)
    lags = [np.arange(n) * s for n, s in zip(frequencies.grid, step, strict=True)]
    rows = np.exp(1j * lags[0][:, None] * frequencies.rows[:, 0])
    columns = np.exp(1j * lags[1][:, None] * frequencies.columns[0])
    surface = (rows @ cross @ columns.T).real
    at = np.unravel_index(surface.argmax(), surface.shape)
    outside = np.ones(surface.shape, bool)
    rim = np.ceil(4 / step).astype(int)
    around = [
        np.arange(a - r, a + r + 1) % n for a, r, n in zip(at, rim, outside.shape, strict=True)
    ]
    outside[np.ix_(*around)] = False
    expected = (surface[at] - surface[outside].mean()) / surface[outside].std()
    assert psr == pytest.approx(expected, rel=1e-3)
