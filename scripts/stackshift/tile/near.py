"""Tiles too faint to be found by themselves, measured where the rest of their scene says they are.

One tile of forest has no peak that stands out, but the sum over a scene's tiles has. With the place
known, a tile's displacement is the maximum of its likelihood nearby, and the weighted mean of many
such tiles is nearly as good as one estimate out of all of them.
"""

import numpy as np

from stackshift.tile import match as outcome
from stackshift.tile.frequencies import shifted
from stackshift.tile.match import Match
from stackshift.tile.precision import covariance
from stackshift.tile.refinement import axial, maximum, radial_mean, stretch
from stackshift.tile.spectra import Spectra, common_share, common_spectra, recut

# A maximum farther from where it is expected is another one, pixels.
_FARTHEST = 1.5
_SMALLEST = 16
# Up to here the likelihood is close enough to a parabola for the standard error to hold, pixels.
MAX_SIGMA = 0.5
# Share of the information beside the axes, beyond that of even ground, which faint ground hardly
# ever has, and a coast does.
_AXIAL = 0.5


def correlation(spectra: Spectra, radius: int) -> np.ndarray:
    """Whitened correlation of two tiles at whole pixels, in its own standard deviations.

    Parameters
    ----------
    spectra : from `common_spectra`.
    radius : largest lag to each side, pixels.

    Returns
    -------
    (2 radius + 1, 2 radius + 1) float32: displacement of the secondary's content from -radius to
    radius, to the south and to the east; all 0 for a constant tile.
    """
    lags = np.arange(-radius, radius + 1)
    return _correlated(spectra, lags, lags)


def _correlated(spectra: Spectra, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    low = spectra.low
    filtered = low.whitened * low.band.multiplicity
    # Parseval: what a surface without a peak has at any lag.
    spread = np.sqrt(0.5 * float((filtered.real**2 + filtered.imag**2).sum(dtype=float)))
    if not spread > 0:
        return np.zeros((len(rows), len(columns)), np.float32)
    down = np.exp(1j * rows[:, None] * low.band.rows[:, 0]).astype(np.complex64)
    right = np.exp(1j * low.band.columns[0][:, None] * columns).astype(np.complex64)
    # No matrix product of a library, whose last bits depend on the number of threads.
    half = np.einsum("ij,jk->ik", down, filtered, optimize=False)
    return (np.einsum("ij,jk->ik", half, right, optimize=False).real / spread).astype(np.float32)


def significance(spectra: Spectra, displacement: np.ndarray) -> float:
    """The same at one displacement: a standard normal deviate where there is nothing to match."""
    rows, columns = (np.array([d]) for d in displacement)
    return float(_correlated(spectra, rows, columns)[0, 0])


def placed_spectra(tiles, place: np.ndarray, options: dict) -> tuple[Spectra, np.ndarray] | None:
    """Spectra of what two tiles have in common at a displacement, and its whole pixels.

    Parameters
    ----------
    tiles : reference and secondary, from `scaled.transformed`.
    place : expected displacement of the secondary's content, (rows, columns) in pixels.
    options : ``taper``, ``cutoff``, ``bins`` and ``min_valid`` of `coherence.match`.

    Returns
    -------
    None where too little is left.
    """
    whole = np.rint(place).astype(int)
    shape = np.array(tiles[0].shape)
    if min(shape - abs(whole)) < _SMALLEST:
        return None
    tiles = recut(tiles, whole)
    if common_share(tiles) < options["min_valid"]:
        return None
    spectra = common_spectra(tiles, options["taper"], options["cutoff"], options["bins"])
    if spectra is None or spectra.valid < options["min_valid"]:
        return None
    return spectra, whole


def raw_coherence(spectra: Spectra, displacement: np.ndarray) -> np.ndarray:
    """Coherence in each bin at a displacement, which may be negative by chance."""
    return radial_mean(
        shifted(spectra.cross, displacement, spectra.band).real, spectra.powers, spectra.band
    )


def near(spectra: Spectra, whole: np.ndarray, place: np.ndarray, coherence: np.ndarray) -> Match:
    """A tile's shift out of the maximum near the place where its scene is.

    Parameters
    ----------
    spectra, whole : from `placed_spectra`.
    place : expected displacement, (rows, columns) in pixels.
    coherence : in each bin, 0 to 1, from many scenes, as one faint tile does not tell it.
    """
    start = np.asarray(place, float) - whole
    quality = significance(spectra, start)
    own = np.clip(raw_coherence(spectra, start), 0, 1)
    mean = float(np.average(own, weights=spectra.band.counts))
    found = maximum(spectra, start, coherence) if coherence.any() else None
    if found is None or max(abs(found[0] - start)) > _FARTHEST:
        return Match.rejected(
            outcome.NO_MATCH, "no stable maximum where the scene is", quality=quality
        )
    displacement, hessian = found
    longer = stretch(spectra, displacement, coherence, hessian)
    if longer is None or axial(spectra, displacement, coherence, hessian) > _AXIAL:
        return Match.rejected(
            outcome.LOW_QUALITY, "the ground has edges of one direction only", quality=quality
        )
    spread = longer @ covariance(spectra, displacement, coherence, hessian) @ longer.T
    displacement, sigma = longer @ displacement, np.sqrt(np.diag(spread))
    if not max(sigma) <= MAX_SIGMA:
        return Match.rejected(
            outcome.LOW_QUALITY,
            f"standard error {max(sigma):.2f} pixel where the scene is",
            quality=quality,
            coherence=mean,
        )
    rows, columns = (float(v) for v in -(whole + displacement))
    return Match(
        outcome.OK,
        "faint: matched where the scene's other tiles are",
        (rows, columns),
        (float(sigma[0]), float(sigma[1])),
        quality,
        mean,
    )
