"""Standard errors: Knapp and Carter's bound and the sandwich, against slow versions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import linalg
from twotiles import ideal, pair, spectra_of

from stackshift.tile import frequencies, precision, refinement, windows


def test_the_scatter_of_the_scores_against_a_slow_version():
    """Each block's part of the correlation's slope, squared, by the correlation's curvature."""
    given = ideal((0.4, -0.3), coherent=0.5, bins=8, cutoff=0.35)
    band, at = given.band, np.array([0.35, -0.35])
    coherence = np.linspace(0.6, 0.2, 8)
    weight = coherence / (1 - coherence**2) / np.sqrt(given.powers[0] * given.powers[1])
    root = np.append(np.sqrt(weight), 0)[band.bin]
    rows = np.exp(1j * np.arange(band.grid[0])[:, None] * band.rows[:, 0] * _step(band)[0])
    columns = np.exp(1j * np.arange(band.grid[1])[:, None] * band.columns[0] * _step(band)[1])

    def image(values):
        # Plain sums over the full plane, of which the half is given.
        return (rows @ (values * band.multiplicity) @ columns.T).real / np.prod(band.grid)

    phase = np.exp(1j * (at[0] * band.rows + at[1] * band.columns))
    first, second = given.reference * root, given.secondary * root * phase
    block = [round(16 / s) for s in _step(band)]
    scores = []
    for k in (band.rows, band.columns):
        score = image(first) * image(1j * k * second) - image(second) * image(1j * k * first)
        blocks = [
            score[i : i + block[0], j : j + block[1]].sum()
            for i in range(0, band.grid[0], block[0])
            for j in range(0, band.grid[1], block[1])
        ]
        scores.append(np.array(blocks) * np.prod(band.grid) / 2)
    common = (np.conj(first) * second).real * band.multiplicity
    slopes = [np.broadcast_to(k, common.shape) for k in (band.rows, band.columns)]
    curvature = np.array([[(k * m * common).sum() for k in slopes] for m in slopes])
    root = np.linalg.inv(linalg.sqrtm(curvature))
    expected = root @ np.array([[(a * b).sum() for a in scores] for b in scores]) @ root
    np.testing.assert_allclose(precision.dispersion(given, at, coherence), expected, rtol=2e-3)


def _step(band):
    return np.divide(band.padded, band.grid)


@pytest.mark.parametrize(("block", "low", "high"), [(16, 0.65, 0.9), (64, 0.8, 1.15)])
def test_scores_of_stationary_tiles_scatter_as_the_bound_says(monkeypatch, block, low, high):
    """Huber's sandwich is Knapp and Carter's bound where the model holds and blocks are large.

    Scores of neighbouring blocks have something in common, which small blocks miss.
    """
    monkeypatch.setattr(precision, "_BLOCK", block)
    for coherent in (0.4, 0.8):
        ratios = []
        for seed in range(16):
            given = ideal((0.4, -0.3), shape=(256, 300), coherent=coherent, seed=seed)
            found, coherence, hessian = refinement.refine(given, np.zeros(2))
            root = np.linalg.inv(linalg.sqrtm(-hessian))
            robust = np.diag(root @ precision.dispersion(given.low, found, coherence) @ root)
            bound = precision.knapp_carter(given, coherence)
            ratios.append(robust / bound**2)
            spread = precision.covariance(given, found, coherence, hessian)
            assert np.diag(spread) == pytest.approx(np.maximum(robust, bound**2))
        assert (low < np.mean(ratios, axis=0)).all() and (np.mean(ratios, axis=0) < high).all()


def test_the_sandwich_of_the_whole_band_is_that_of_its_scores():
    """H^-1 B H^-1, of scores that do not point along the axes."""
    given = ideal((0.4, -0.3), coherent=0.8)
    angle = np.arctan2(given.band.rows, given.band.columns)
    other = ideal((0, 0), seed=9).secondary
    oblique = replace(given, secondary=np.where(np.abs(angle - 0.7) < 0.6, given.secondary, other))
    found, coherence, hessian = refinement.refine(oblique, np.array([0.4, -0.3]))
    half = linalg.sqrtm(-hessian)
    scores = half @ precision.dispersion(oblique, found, coherence) @ half
    sandwich = np.linalg.inv(hessian) @ scores @ np.linalg.inv(hessian)
    covariance = precision.covariance(oblique, found, coherence, hessian, whole=True)
    bound = precision.knapp_carter(oblique, coherence)
    sigmas = np.maximum(np.sqrt(np.diag(sandwich)), bound)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(sigmas, rel=1e-3)

    def correlation(matrix):
        return matrix[0, 1] / np.sqrt(matrix[0, 0] * matrix[1, 1])

    assert correlation(covariance) == pytest.approx(correlation(sandwich), rel=1e-3)
    assert correlation(covariance) < -0.2


def test_scores_are_sums_over_blocks_of_16_pixels_of_the_tile():
    # In steps of 1.25 and 2 pixels of the tile a block is 13 rows and 8 columns.
    band = frequencies.band((120, 360), 0.49, 8)
    band = replace(band, padded=(120, 360), grid=(96, 180))
    random = np.random.default_rng(2)
    k = [2 * np.pi * np.fft.fftfreq(96)[:, None] * 0.8, 2 * np.pi * np.fft.rfftfreq(180)[None] / 2]
    band = replace(band, rows=k[0].astype("f4"), columns=k[1].astype("f4"))
    spectra = [np.fft.rfft2(random.normal(size=(96, 180))) for _ in range(2)]
    for one in spectra:
        one[48], one[:, -1], one[0, 0] = 0, 0, 0
    a, b = (np.fft.irfft2(one, (96, 180)) for one in spectra)
    found = precision._scores(*(one.astype("c8") for one in spectra), band)
    for axis in (0, 1):
        slope_a, slope_b = (np.fft.irfft2(1j * k[axis] * one, (96, 180)) for one in spectra)
        score = a * slope_b - b * slope_a
        expected = [
            score[row : row + 13, column : column + 8].sum()
            for row in range(0, 96, 13)
            for column in range(0, 180, 8)
        ]
        np.testing.assert_allclose(found[axis], expected, atol=1e-4)


@pytest.mark.parametrize("shape", [(256, 256), (151, 201)])
def test_the_bound_is_knapp_and_carters_integral(shape):
    """For a coherence that is constant, Fisher's information is an integral over a disk."""
    spectra = spectra_of(*pair(shape, (0, 0)))
    weight = windows.window(shape, 0.1, None).weight.astype(float)
    assert spectra.samples == pytest.approx((weight**2).sum() ** 2 / (weight**4).sum(), rel=1e-4)
    assert (np.array(spectra.band.padded) > shape).all() or shape == (256, 256)
    flat = np.full(32, 0.6)
    limit = 0.6 * np.pi
    # Integral of k_x^2 over the disk is pi limit^4 / 4; a coefficient takes (2 pi)^2 / pixels.
    information = 0.36 / 0.64 * spectra.samples * np.pi * limit**4 / 4 / (2 * np.pi) ** 2
    expected = 1 / np.sqrt(information)
    assert precision.knapp_carter(spectra, flat) == pytest.approx([expected] * 2, rel=0.02)
