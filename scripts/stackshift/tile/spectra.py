"""Two tiles of common content in the frequency domain, under one window."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from stackshift.tile.frequencies import (
    Band,
    Spectrum,
    band,
    low_part,
    radial_power,
    spectrum,
)
from stackshift.tile.gaps import fill_holes, gap_weight, wide_gaps
from stackshift.tile.windows import window, windows

# Share of the Nyquist frequency up to which the coarse peak and the scatter of the scores are
# taken: enough for both, and the inverse transforms cost little.
_LOW = 0.375
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
    reference, secondary = (whole.low(frequencies.grid) for whole in full)
    powers = radial_power(reference, frequencies), radial_power(secondary, frequencies)
    return Spectra(
        reference, secondary, frequencies, samples, valid, powers, steepness, tuple(full)
    )


def filled(tiles) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Values of two tiles with narrow holes filled, and the weight that wide gaps leave to both.

    What only one of the two has adds noise and nothing else, so a gap in one is a gap in both.

    Parameters
    ----------
    tiles : (values, valid) of each tile, from `spectrum.transformed`.

    Returns
    -------
    (values of each, float32 weight), all (rows, columns); the weight is None without a gap.
    """
    missing = ~(tiles[0][1] & tiles[1][1])
    if not missing.any():
        return [values for values, _ in tiles], None
    gaps = wide_gaps(missing)
    weight = gap_weight(gaps) if gaps.any() else None
    # What has no weight needs no value.
    wanted = missing if weight is None else missing & (weight > 0)
    prepared = []
    for values, valid in tiles:
        holes = wanted & ~valid
        if holes.any():
            values = values.copy()
            fill_holes(values, valid, holes)
        prepared.append(values)
    return prepared, weight


def common_spectra(
    tiles, taper: float, cutoff: float, bins: int, displacement=None
) -> Spectra | None:
    """Spectra of two tiles under a common window; None if no pixel has weight in both.

    Parameters
    ----------
    tiles : (values, valid) of each tile, from `spectrum.transformed`.
    taper, cutoff, bins : as in `match`.
    displacement : (rows, columns) in pixels, at most 2, of the secondary's content: each tile gets
        a window of its own, which lies on the same content. None for one window in one place.
    """
    prepared, weight = filled(tiles)
    shape = prepared[0].shape
    tapered = window(shape, taper, weight)
    if tapered.total < 1:
        return None
    frequencies = band(shape, cutoff, bins)
    each = (tapered, tapered) if displacement is None else windows(tapered, displacement)
    spectra = _banded(
        [spectrum(values, one, frequencies) for values, one in zip(prepared, each, strict=True)],
        frequencies,
        tapered.samples,
        1.0 if weight is None else np.count_nonzero(weight > 0.5) / weight.size,
        tapered.steepness,
    )
    return replace(spectra, alike=displacement is not None)


def recut(tiles, whole: np.ndarray):
    """Both tiles cut to the content they share, given a displacement in whole pixels."""
    first = tuple(
        slice(max(0, -d), n - max(0, d)) for d, n in zip(whole, tiles[0][0].shape, strict=True)
    )
    second = tuple(
        slice(max(0, d), n - max(0, -d)) for d, n in zip(whole, tiles[0][0].shape, strict=True)
    )
    return [
        tuple(part[cut] for part in tile) for tile, cut in zip(tiles, (first, second), strict=True)
    ]
