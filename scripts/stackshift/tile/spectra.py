"""Two tiles of common content in the frequency domain, under one window."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from stackshift.tile.frequencies import (
    Band,
    Spectrum,
    band,
    by_bin,
    low_part,
    spectrum,
)
from stackshift.tile.gaps import gap_weight, wide_gaps
from stackshift.tile.windows import window, windows

# Share of the Nyquist frequency up to which the coarse peak and the scatter of the scores are
# taken: enough for both, and the inverse transforms cost little.
_LOW = 0.375
# Low-pass of the coarse correlation, rad a pixel: fine detail is noise to a coarse peak.
_SMOOTH = 0.8
# Detail beyond the cutoff, up to this share of the Nyquist frequency, is worth its time where tiles
# are still coherent at the cutoff and the shift is not yet known to this many pixels.
WIDE = 0.98


@dataclass(frozen=True)
class Spectra:
    """Two tiles of common content in the frequency domain.

    Attributes
    ----------
    reference, secondary : complex spectra on the band's grid.
    band : frequencies and radial bins.
    samples : effective number of independent pixels that both have in common.
    valid : share of the pixels with weight in both, before the taper.
    powers : mean power of a coefficient of each tile in each radial bin.
    steepness : of the common window, (rows, columns), 1 / pixel^2.
    full : both spectra, whose other frequencies are there if they are needed.
    alike : whether the windows lie on the same content, and not in the same place.
    """

    reference: np.ndarray
    secondary: np.ndarray
    band: Band
    samples: float
    valid: float
    powers: tuple[np.ndarray, np.ndarray]
    steepness: np.ndarray
    full: tuple[Spectrum, Spectrum]
    alike: bool = False

    @cached_property
    def cross(self) -> np.ndarray:
        """Cross spectrum; its phase is minus frequency times displacement."""
        return np.conj(self.reference) * self.secondary

    @cached_property
    def whitened(self) -> np.ndarray:
        """The cross spectrum with equal power in all its radial bins, then low-passed."""
        first, second = self.powers
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.exp(-0.5 * (self.band.centres / _SMOOTH) ** 2) / np.sqrt(first * second)
        factor[~np.isfinite(factor)] = 0
        return self.cross * by_bin(factor, self.band)

    @cached_property
    def low(self) -> "Spectra":
        """The same with the lower part of the band only."""
        return narrowed(self)


def narrowed(spectra: Spectra) -> Spectra:
    """The same spectra with the lower part of their band only, on a smaller grid."""
    wide = spectra.band
    bins = round(min(1, _LOW / wide.cutoff) * len(wide.centres))
    low = band(wide.shape, wide.cutoff * bins / len(wide.centres), bins)
    return replace(
        spectra,
        reference=low_part(spectra.reference, low.grid),
        secondary=low_part(spectra.secondary, low.grid),
        band=low,
        powers=(spectra.powers[0][:bins], spectra.powers[1][:bins]),
    )


def widened(spectra: Spectra) -> Spectra:
    """The same spectra with all the frequencies that can be used."""
    wide = band(spectra.band.shape, WIDE, len(spectra.band.centres))
    known = spectra.samples, spectra.valid, spectra.steepness
    return replace(_banded(spectra.full, wide, *known), alike=spectra.alike)


def _banded(full, frequencies: Band, samples, valid, steepness) -> Spectra:
    (reference, ours), (secondary, theirs) = (whole.on(frequencies) for whole in full)
    return Spectra(
        reference, secondary, frequencies, samples, valid, (ours, theirs), steepness, tuple(full)
    )


def common_weight(tiles) -> np.ndarray | None:
    """The weight that wide gaps leave to two tiles, float32 (rows, columns); None without one.

    What only one of the two has adds noise and nothing else, so a gap in one is a gap in both.
    """
    if all(tile.complete for tile in tiles):
        return None
    gaps = wide_gaps(~(tiles[0].valid & tiles[1].valid))
    return gap_weight(gaps) if gaps.any() else None


def common_share(tiles) -> float:
    """Share of the pixels that are valid in both tiles."""
    if all(tile.complete for tile in tiles):
        return 1.0
    return np.count_nonzero(tiles[0].valid & tiles[1].valid) / tiles[0].valid.size


def common_spectra(
    tiles, taper: float, cutoff: float, bins: int, displacement=None
) -> Spectra | None:
    """Spectra of two tiles under a common window; None if no pixel has weight in both.

    Parameters
    ----------
    tiles : two, from `scaled.transformed`. Narrow holes are filled, wide gaps lose their weight.
    taper, cutoff, bins : as in `match`.
    displacement : (rows, columns) in pixels, at most 2, of the secondary's content: each tile gets
        a window of its own, which lies on the same content. None for one window in one place.
    """
    weight = common_weight(tiles)
    shape = tiles[0].shape
    tapered = window(shape, taper, weight)
    if tapered.total < 1:
        return None
    frequencies = band(shape, cutoff, bins)
    if weight is None and displacement is None:
        full = [tile.spectrum(tapered, frequencies) for tile in tiles]
    else:
        each = (tapered, tapered) if displacement is None else windows(tapered, displacement)
        # What has no weight needs no value.
        full = [
            spectrum(
                tile.filled if weight is None else tile.filled_in(~tile.valid & (weight > 0)),
                one,
                frequencies,
            )
            for tile, one in zip(tiles, each, strict=True)
        ]
    spectra = _banded(
        full,
        frequencies,
        tapered.samples,
        1.0 if weight is None else np.count_nonzero(weight > 0.5) / weight.size,
        tapered.steepness,
    )
    return replace(spectra, alike=displacement is not None)


def recut(tiles, whole: np.ndarray):
    """Both tiles cut to the content they share, given a displacement in whole pixels."""
    if not np.any(whole):
        return tiles
    cuts = (
        [
            slice(max(0, sign * d), n - max(0, -sign * d))
            for d, n in zip(whole, tiles[0].shape, strict=True)
        ]
        for sign in (-1, 1)
    )
    return [tile.part(*cut) for tile, cut in zip(tiles, cuts, strict=True)]
