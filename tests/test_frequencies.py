"""Each step from a tile to its spectrum, against a slow and obvious version of it."""

import numpy as np
import pytest
from makers import texture

from stackshift.tile import frequencies, windows


@pytest.mark.parametrize("shape", [(64, 64), (97, 101), (100, 37), (63, 250), (290, 310)])
@pytest.mark.parametrize("cutoff", [0.3, 0.6, 0.98])
def test_the_band_holds_the_low_frequencies_of_the_full_transform(shape, cutoff):
    band = frequencies.band(shape, cutoff, 16)
    image = texture(*shape, seed=2)
    window = windows.window(shape, 0.1, None)
    low = frequencies.spectrum(image, window, band).on(band)[0]
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
    window = windows.window(image.shape, 0.1, None)
    found = frequencies.spectrum(image, window, band)
    mean = (image * window.weight).sum() / window.weight.sum()
    full = np.fft.rfft2((image - mean) * window.weight, band.padded)
    lines, places = np.array([[0], [5], [-7], [48]]), np.array([[0, 3, 30, 45, 70, 74]])
    np.testing.assert_allclose(found.at(lines, places), full[lines, places], atol=1e-4)
    wide = frequencies.band(image.shape, 0.98, 16)
    expected = frequencies.low_part(full, wide.grid)
    np.testing.assert_allclose(found.on(wide)[0], expected, atol=1e-4)
    np.testing.assert_allclose(found.at(lines, places), full[lines, places], atol=1e-4)


@pytest.mark.parametrize("shape", [(64, 64), (97, 101), (100, 38)])
def test_a_value_of_each_bin_stands_at_its_coefficients(shape):
    band = frequencies.band(shape, 0.5, 12)
    values = np.random.default_rng(0).normal(size=12)
    found = frequencies.by_bin(values, band)
    for number in range(12):
        assert (found[band.bin == number] == np.float32(values[number])).all()
    assert (found[band.bin == 12] == 0).all()
