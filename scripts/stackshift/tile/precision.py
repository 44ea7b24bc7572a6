"""Standard error of a displacement: Knapp and Carter's bound, and Huber's sandwich."""

import numpy as np
from scipy import fft

from stackshift.tile.frequencies import by_bin
from stackshift.tile.refinement import derivatives, shifted, weights
from stackshift.tile.spectra import Spectra

_BLOCK = 16


def standard_error(
    spectra: Spectra, displacement: np.ndarray, coherence: np.ndarray, hessian: np.ndarray
) -> tuple[float, float]:
    """Standard error (rows, columns) in pixels: the larger of the bound and of the sandwich.

    The bound holds for stationary tiles. Huber's sandwich (1967), the inverse Hessian widened by
    how much more the scores scatter than it says, sees where in the tile the information comes
    from, and that a few bright points may be all there is.
    """
    bound = knapp_carter(spectra, coherence)
    curvature = np.diag(np.linalg.inv(-hessian))
    robust = np.sqrt(np.maximum(curvature * dispersion(spectra.low, displacement, coherence), 0))
    return float(max(bound[0], robust[0])), float(max(bound[1], robust[1]))


def knapp_carter(spectra: Spectra, coherence: np.ndarray) -> np.ndarray:
    """Knapp & Carter's bound (rows, columns) in pixels, for the coherence in each bin."""
    share = spectra.samples / np.prod(spectra.band.padded)
    ratio = coherence**2 / (1 - coherence**2)
    with np.errstate(divide="ignore"):
        return 1 / np.sqrt(share * (spectra.band.moments @ ratio))


def dispersion(spectra: Spectra, displacement: np.ndarray, coherence: np.ndarray) -> np.ndarray:
    """Scatter of the scores of blocks of 16 x 16 pixels over what the Hessian expects.

    Parameters
    ----------
    spectra : from `common_spectra` or `narrowed`.
    displacement : (rows, columns) in pixels, the maximum.
    coherence : in each bin; bins beyond the band of the spectra are not used.

    Returns
    -------
    (rows, columns): squared scores summed over the blocks, by minus the Hessian's diagonal.
    """
    frequencies = spectra.band
    likelihood = weights(coherence[: len(frequencies.centres)], spectra.powers)
    amplitude = by_bin(np.sqrt(likelihood), frequencies)
    first = spectra.reference * amplitude
    second = shifted(spectra.secondary * amplitude, displacement, frequencies)
    product = np.conj(first) * second * frequencies.multiplicity
    _, hessian = derivatives(product, (0, 0), frequencies)
    (*a_slopes, a), (*b_slopes, b) = (
        [
            fft.irfft2(part, frequencies.grid, overwrite_x=True)
            for part in (image * (1j * frequencies.rows), image * (1j * frequencies.columns), image)
        ]
        for image in (first, second)
    )
    step = np.divide(frequencies.padded, frequencies.grid)
    scores = [
        _block_sums(a * slope_b - b * slope_a, step).astype(float)
        for slope_a, slope_b in zip(a_slopes, b_slopes, strict=True)
    ]
    # Parseval: a sum over the frequencies is one over the pixels times their number.
    scale = 0.5 * np.prod(frequencies.grid)
    return np.array([scale**2 * (score**2).sum() for score in scores]) / -np.diag(hessian)


def _block_sums(image: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Sums over blocks of about 16 x 16 pixels of the tile."""
    edges = [
        np.arange(0, n, max(1, round(_BLOCK / s))) for n, s in zip(image.shape, step, strict=True)
    ]
    return np.add.reduceat(np.add.reduceat(image, edges[0], axis=0), edges[1], axis=1)
