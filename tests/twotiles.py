"""Two tiles whose displacement is known: simulated, ideal, or of a real burst."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from makers import displaced, read, texture

from stackshift.tile import frequencies, scaled, spectra


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
    tiles = [scaled.transformed(tile, "log") for tile in (reference, secondary)]
    return spectra.common_spectra(tiles, 0.1, cutoff, bins)


SHAPE = (97, 120)
# Of the estimator, as the config has them.
OPTIONS = {
    "transform": "log", "search_radius": 32, "taper": 0.1, "cutoff": 0.6, "bins": 16,
    "min_valid": 0.1, "min_psr": 8.0, "max_sigma": 0.15,
}  # fmt: skip


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
