"""Standard error of a displacement: Knapp and Carter's bound, and Huber's sandwich."""

import math

import numpy as np
from scipy import fft

from stackshift.tile.frequencies import Band, blocks, by_bin, shifted
from stackshift.tile.refinement import curvature, weights
from stackshift.tile.spectra import Spectra

_BLOCK = 16


def covariance(
    spectra: Spectra,
    displacement: np.ndarray,
    coherence: np.ndarray,
    hessian: np.ndarray,
    whole: bool = False,
) -> np.ndarray:
    """Covariance of a displacement, px^2: on each axis the larger of the bound and the sandwich.

    The bound holds for stationary tiles. The sandwich H^-1 B H^-1 of the Hessian H and of the
    scores' covariance B (Huber 1967, Proc. 5th Berkeley Symp. 1, 221; White 1982,
    doi:10.2307/1912526) sees where in the tile the information comes from, that a few bright
    points may be all there is, and that all edges may have one direction.

    Parameters
    ----------
    spectra, displacement, coherence, hessian : from `common_spectra` and `refine`.
    whole : take the scores from all frequencies of the band instead of from the lower ones, where
        noise is not the same everywhere in the tile.

    Returns
    -------
    2 x 2 (rows, columns), infinite where the tile tells nothing.
    """
    part = spectra if whole else spectra.low
    # Scores of the lower part scatter by as much more than its Hessian says as all scores do.
    root = _inverse_root(-hessian)
    robust = root @ dispersion(part, displacement, coherence) @ root
    bound = knapp_carter(spectra, coherence)
    variances = np.diag(robust)
    widened = np.sqrt(np.maximum(variances, bound**2) / np.maximum(variances, 1e-30))
    return robust * np.outer(widened, widened)


def knapp_carter(spectra: Spectra, coherence: np.ndarray) -> np.ndarray:
    """Knapp & Carter's bound (rows, columns) in pixels, for the coherence in each bin."""
    share = spectra.samples / np.prod(spectra.band.padded)
    ratio = coherence**2 / (1 - coherence**2)
    with np.errstate(divide="ignore"):
        return 1 / np.sqrt(share * (spectra.band.moments @ ratio))


def dispersion(spectra: Spectra, displacement: np.ndarray, coherence: np.ndarray) -> np.ndarray:
    """Scatter of the scores of blocks of 16 x 16 pixels against what the Hessian expects.

    Parameters
    ----------
    spectra : from `common_spectra` or `narrowed`.
    displacement : (rows, columns) in pixels, the maximum.
    coherence : in each bin; bins beyond the band of the spectra are not used.

    Returns
    -------
    2 x 2 (rows, columns): H^-1/2 B H^-1/2 of minus the Hessian H and the scores' covariance B.
    """
    frequencies = spectra.band
    likelihood = weights(coherence[: len(frequencies.centres)], spectra.powers)
    amplitude = by_bin(np.sqrt(likelihood), frequencies)
    first = spectra.reference * amplitude
    second = shifted(spectra.secondary * amplitude, displacement, frequencies)
    in_phase = first.real * second.real
    in_phase += first.imag * second.imag
    in_phase *= frequencies.multiplicity
    scores = _scores(first, second, frequencies)
    # Parseval: a sum over the frequencies is one over the pixels times their number.
    scores *= 0.5 * np.prod(frequencies.grid)
    root = _inverse_root(curvature(in_phase, frequencies, in_phase.sum(1), in_phase.sum(0)))
    return root @ _products(scores) @ root


def _scores(first: np.ndarray, second: np.ndarray, frequencies: Band) -> np.ndarray:
    """Sums over blocks of a times the slope of b less b times that of a, (2, blocks).

    Parameters
    ----------
    first, second : spectra of the images a and b on the band's grid.
    """
    height, width = frequencies.grid
    edges = [
        np.arange(0, n, max(1, round(_BLOCK * n / padded)))
        for n, padded in zip(frequencies.grid, frequencies.padded, strict=True)
    ]
    # A slope along columns comes after the transform along rows, which it shares with the image.
    lines = [
        [fft.ifft(s, axis=0) for s in (image, image * (1j * frequencies.rows))]
        for image in (first, second)
    ]
    across = 1j * frequencies.columns
    sums = np.empty((2, height, len(edges[1])))
    for rows in blocks((height, width)):
        (a, *a_slopes), (b, *b_slopes) = (
            [fft.irfft(s, width) for s in (image[rows], slope[rows], image[rows] * across)]
            for image, slope in lines
        )
        for axis in (0, 1):
            score = a * b_slopes[axis]
            score -= b * a_slopes[axis]
            sums[axis, rows] = np.add.reduceat(score, edges[1], axis=1)
    return np.add.reduceat(sums, edges[0], axis=1).reshape(2, -1)


def _products(scores: np.ndarray) -> np.ndarray:
    """Sums of squares and products of the rows; no dot product, whose bits depend on threads."""
    return (scores[:, None] * scores[None]).sum(axis=2)


def _inverse_root(matrix: np.ndarray) -> np.ndarray:
    """The inverse square root of a symmetric 2 x 2 matrix of no negative eigenvalues."""
    (a, b), (_, d) = matrix
    # Of no curvature in one direction there is hardly any information, but not none.
    root = math.sqrt(max(a * d - b * b, 1e-9 * (a + d) ** 2, 1e-60))
    scale = root * math.sqrt(max(a + d, 0.0) + 2 * root)
    return np.array([[d + root, -b], [-b, a + root]]) / scale
