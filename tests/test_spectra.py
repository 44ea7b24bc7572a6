"""Spectra of what two tiles share."""

import numpy as np
import pytest
from makers import texture
from twotiles import ideal

from stackshift.tile import scaled, spectra, windows


def test_tiles_are_cut_to_the_content_they_share():
    row, column = np.indices((60, 71))
    content = 1000.0 * row + column
    for down, right in ((3, -2), (-4, 5), (0, 7), (-1, 0)):
        # Where the secondary has what the reference has (down, right) before.
        moved = 1000.0 * (row - down) + column - right
        (first, valid), (second, _) = spectra.recut(
            [scaled.Tile(image, image > -1e9) for image in (content, moved)],
            np.array([down, right]),
        )
        np.testing.assert_array_equal(first, second)
        assert first.shape == valid.shape == (60 - abs(down), 71 - abs(right))


def test_powers_are_means_over_the_full_plane():
    tiles = [scaled.transformed(texture(80, 101, seed), "log") for seed in (1, 2)]
    found = spectra.common_spectra(tiles, 0.2, 0.5, 8)
    weight = windows.window((80, 101), 0.2, None).weight
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
    tiles = [scaled.transformed(texture(64, 75, seed, 1.0), "log") for seed in (1, 2)]
    narrow = spectra.common_spectra(tiles, 0.1, 0.4, 12)
    wide = spectra.widened(narrow)
    expected = spectra.common_spectra(tiles, 0.1, 0.98, 12)
    np.testing.assert_array_equal(wide.cross, expected.cross)
    np.testing.assert_array_equal(wide.powers, expected.powers)
    np.testing.assert_array_equal(wide.steepness, expected.steepness)
    assert (wide.samples, wide.valid) == (expected.samples, 1.0)
