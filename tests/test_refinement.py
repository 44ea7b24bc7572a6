"""Peak, refinement and standard error, each against numbers that are known in closed form."""

from dataclasses import replace

import numpy as np
import pytest
from makers import texture
from scipy import linalg

from stackshift.tile import frequencies, peak, precision, refinement, spectra

SHAPE = (97, 120)


def ideal(displacement, shape=SHAPE, coherent=1.0, cutoff=0.6, bins=16, seed=0, fall=0.0):
    """Spectra of tiles of known displacement, coherence, and power exp(-fall k^2); no window."""
    random = np.random.default_rng(seed)
    band = frequencies.band(shape, cutoff, bins)

    def noise():
        return random.normal(size=band.bin.shape) + 1j * random.normal(size=band.bin.shape)

    amplitude = np.exp(-0.5 * fall * (band.rows**2 + band.columns**2))
    common, share = noise(), np.sqrt(coherent)
    lost = np.sqrt(1 - coherent)
    phase = np.exp(-1j * (band.rows * displacement[0] + band.columns * displacement[1]))
    # Scenes of different brightness, of which nothing may depend.
    first = amplitude * (share * common + lost * noise())
    second = 3 * amplitude * (share * common * phase + lost * noise())
    inside = band.bin < bins
    first, second = np.where(inside, first, 0), np.where(inside, second, 0)
    powers = tuple(
        frequencies.radial_sum(np.abs(s) ** 2, band) / band.counts for s in (first, second)
    )
    return spectra.Spectra(
        first, second, band, float(np.prod(band.padded)), 1.0, powers, np.zeros(2), (first, second)
    )


def test_tiles_are_cut_to_the_content_they_share():
    row, column = np.indices((60, 71))
    content = 1000.0 * row + column
    for down, right in ((3, -2), (-4, 5), (0, 7), (-1, 0)):
        # Where the secondary has what the reference has (down, right) before.
        moved = 1000.0 * (row - down) + column - right
        (first, valid), (second, _) = spectra.recut(
            [(content, content > -1e9), (moved, moved > -1e9)], np.array([down, right])
        )
        np.testing.assert_array_equal(first, second)
        assert first.shape == valid.shape == (60 - abs(down), 71 - abs(right))


def test_powers_are_means_over_the_full_plane():
    tiles = [frequencies.transformed(texture(80, 101, seed), "log") for seed in (1, 2)]
    found = spectra.common_spectra(tiles, 0.2, 0.5, 8)
    weight = frequencies.window((80, 101), 0.2, None).weight
    radius = np.hypot(
        *np.meshgrid(*(2 * np.pi * np.fft.fftfreq(n) for n in found.band.padded), indexing="ij")
    )
    index = (radius / (0.5 * np.pi) * 8 + 1e-6).astype(int)
    index[0, 0] = 8
    for (values, _), power in zip(tiles, found.powers, strict=True):
        centred = weight * (values - (weight * values).sum() / weight.sum())
        full = np.abs(np.fft.fft2(centred, found.band.padded)) ** 2
        expected = [full[index == number].mean() for number in range(8)]
        np.testing.assert_allclose(power, expected, rtol=1e-3)


@pytest.mark.parametrize("cutoff", [0.3, 0.6, 0.98])
def test_the_lower_part_of_a_band_has_the_same_frequencies(cutoff):
    whole = ideal((0.3, -0.8), cutoff=cutoff)
    low = whole.low
    bins = len(low.band.centres)
    # At most 0.375 of the Nyquist frequency, to half a bin, in bins as wide as before.
    assert bins == round(16 * min(1, 0.375 / cutoff))
    np.testing.assert_allclose(low.band.centres, whole.band.centres[:bins], rtol=1e-6)
    for part, found in ((whole.reference, low.reference), (whole.secondary, low.secondary)):
        for i, j in zip(*np.nonzero(low.band.bin < bins), strict=True):
            at = np.abs(whole.band.rows[:, 0] - low.band.rows[i, 0]).argmin()
            assert found[i, j] == part[at, j]
    for before, after in zip(whole.powers, low.powers, strict=True):
        np.testing.assert_array_equal(after, before[:bins])


def test_a_widened_band_is_that_of_the_tiles():
    tiles = [frequencies.transformed(texture(64, 75, seed, 1.0), "log") for seed in (1, 2)]
    narrow = spectra.common_spectra(tiles, 0.1, 0.4, 12)
    wide = spectra.widened(narrow)
    expected = spectra.common_spectra(tiles, 0.1, 0.98, 12)
    np.testing.assert_array_equal(wide.cross, expected.cross)
    np.testing.assert_array_equal(wide.powers, expected.powers)
    np.testing.assert_array_equal(wide.steepness, expected.steepness)
    assert (wide.samples, wide.valid) == (expected.samples, 1.0)


@pytest.mark.parametrize("vertex", [-0.45, 0.0, 0.3])
def test_the_vertex_of_a_parabola(vertex):
    samples = 2.0 - 3.0 * (np.array([-1, 0, 1]) - vertex) ** 2
    assert peak._vertex(samples) == pytest.approx(vertex)
    assert peak._vertex(-samples) == peak._vertex(np.array([1.0, 2.0, 3.0])) == 0


@pytest.mark.parametrize("displacement", [(0.0, 0.0), (2.6, -3.1), (-9.4, 11.7), (0.9, 20.2)])
def test_the_coarse_peak_of_tiles_without_noise(displacement):
    """The whitened correlation is a hill of known shape, whatever the power of the tiles."""
    for fall in (0.0, 4.0):
        found, psr = peak.coarse_peak(ideal(displacement, fall=fall), 24)
        assert found == pytest.approx(displacement, abs=0.15)
        # The hill is exp(-lag^2 0.8^2 / 2) high, of noise there is only that of the whitening.
        assert psr > 30


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
        _, hessian = refinement.derivatives(weighted, np.zeros(2), one.band)
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
        [frequencies.transformed(tile, "log") for tile in tiles], taper, 0.6, 16
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
