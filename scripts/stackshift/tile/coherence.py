"""The coherence-weighted estimator: a shift at the statistical limit, and its standard error.

A coarse peak, the maximum of the coherence-weighted correlation near it, its standard error, and
gates. What is a displacement in the modules behind this one is where the secondary's content lies
relative to the reference's: (rows to the south, columns to the east) in pixels. A `Match` has the
opposite, the shift that brings it back.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stackshift.tile import aliasing
from stackshift.tile import match as outcome
from stackshift.tile.frequencies import band
from stackshift.tile.match import Match
from stackshift.tile.methods import SMALLEST
from stackshift.tile.peak import coarse_peak, peak_width
from stackshift.tile.precision import covariance, knapp_carter
from stackshift.tile.pull import without_pull
from stackshift.tile.refinement import axial, refine, stretch
from stackshift.tile.refusal import beyond_radius, faint, no_peak
from stackshift.tile.scaled import Tile, transformed
from stackshift.tile.spectra import WIDE, Spectra, common_share, common_spectra, recut, widened

# The coarse peak is good to about this many pixels: one at the search radius is still within.
_SLACK = 0.5
_SMALLEST = SMALLEST["coherence"]
# A tile is taken to lie where it is expected if a search of the whole tile is sure to round to the
# same whole pixels: by how much noise and the window's pull may move its coarse peak, pixels, how
# far from where it would be rounded otherwise that is, and by how much the peak is above the gate.
_NOISE = 0.05
_PULLED = 0.05
_ROUNDED = 0.4
_HARDLY = 1.1
_CLEAR = 1.5
_HOLES = 0.1
_RICH = 0.3
_COMPARED = 0.6
_ENOUGH = 0.005
# The pull of a window that is worth moving it with the content, in standard errors.
_MATTERS = 0.25
# Share of the information beside the axes, beyond that of even ground, from which on what ends at
# the edges needs a longer taper, and which.
_AXIAL = 0.35
_LONGER = 0.35
# No error is smaller, pixels, as where two tiles have the same pixels; what follows divides by it.
_SMALLEST_ERROR = 1e-4

# Spectra of what two tiles share, whole pixels of displacement, coarse displacement beyond them,
# ratio of its peak, and coarse displacement of the whole tiles.
Seen = tuple[Spectra, np.ndarray, np.ndarray, float, tuple[float, float]]


def prepared(tile: np.ndarray, *, transform: str = "log", **_) -> Tile:
    """A tile of gamma0 power on the scale on which it is matched."""
    return transformed(tile, transform)


def match(
    reference: np.ndarray | Tile,
    secondary: np.ndarray | Tile,
    *,
    transform: str = "log",
    search_radius: int = 32,
    taper: float = 0.1,
    cutoff: float = 0.6,
    bins: int = 16,
    min_valid: float = 0.1,
    min_psr: float = 8.0,
    max_sigma: float = 0.15,
    moved: tuple[float, float] = (0.0, 0.0),
    folded: tuple[complex, complex] = (1.0, 1.0),
    expected: tuple[int, int] = (0, 0),
) -> Match:
    """The shift that brings the secondary tile onto the reference tile, with its standard error.

    Parameters
    ----------
    reference, secondary : (rows, columns) gamma0 power of the same ground; what is not finite or
        below -60 dB is no data. Or what `prepared` makes of it.
    transform : ``log``, or ``amplitude`` for one or two looks.
    search_radius : largest displacement to each side, pixels.
    taper : share of the tile's length that its tapered edges take.
    cutoff : highest frequency that is used, as a share of the Nyquist frequency; all are where
        the tiles are still coherent there and the standard error is not small yet.
    bins : radial bins of the coherence.
    min_valid : smallest share of pixels valid in both tiles, 0 to 1.
    min_psr : smallest ratio of the correlation's peak above its mean to its standard deviation.
    max_sigma : largest standard error of either axis, pixels.
    moved : (rows, columns) in pixels by which the secondary's content was displaced before it was
        interpolated back, if it was; what its posting folds still turns with that.
    folded : (rows, columns) of a reference that is a mean of scenes that were moved back, the mean
        of exp(2 pi i displacement) of them; 1 of a scene.
    expected : (rows, columns) in whole pixels by which the secondary's content may be displaced,
        from a tile nearby. It saves a search, and changes no result.

    Returns
    -------
    A match in pixels (rows to the south, columns to the east); ``quality`` is the peak to sidelobe
    ratio. A tile that does not count has no shift and no standard error.
    """
    tiles = [
        tile if isinstance(tile, Tile) else transformed(tile, transform)
        for tile in (reference, secondary)
    ]
    return match_transformed(
        tiles,
        search_radius=search_radius,
        taper=taper,
        cutoff=cutoff,
        bins=bins,
        min_valid=min_valid,
        min_psr=min_psr,
        max_sigma=max_sigma,
        transform=transform,
        moved=moved,
        folded=folded,
        expected=expected,
    )


def match_transformed(
    tiles: Sequence[Tile], *, expected: tuple[int, int] = (0, 0), **options
) -> Match:
    """The same for two tiles on the scale of `transformed` already."""
    found = _with_holes(tiles, expected=expected, **options)
    plain = {"moved": (0.0, 0.0), "folded": (1.0, 1.0), "max_sigma": np.inf}
    again = options | plain | {"expected": found.expected}
    mended = without_pull(tiles, found, lambda pair: _with_holes(pair, **again))
    if mended is not found and mended.sigma and not max(mended.sigma) <= options["max_sigma"]:
        return _unsure(max(mended.sigma), options["max_sigma"], found.quality, found.coherence)
    return mended


def _with_holes(
    tiles: Sequence[Tile],
    *,
    search_radius: int,
    taper: float,
    cutoff: float,
    bins: int,
    min_valid: float,
    min_psr: float,
    max_sigma: float,
    transform: str = "log",
    moved: tuple[float, float] = (0.0, 0.0),
    folded: tuple[complex, complex] = (1.0, 1.0),
    expected: tuple[int, int] = (0, 0),
) -> Match:
    """The same as the tiles show it, whose holes are filled."""
    shape = tiles[0].shape
    if min(shape) < _SMALLEST:
        return Match.rejected(
            outcome.TOO_SMALL,
            f"{shape[0]} x {shape[1]} pixels, fewer than {_SMALLEST} a side",
        )
    both = common_share(tiles)
    if both < min_valid:
        return _too_many_gaps(both, min_valid)
    radius = min(search_radius, min(shape) // 3)
    gates = min_valid, min_psr
    seen: Seen | Match | None = None
    if any(expected) and both > 1 - _HOLES:
        seen = _where_expected(tiles, np.array(expected), radius, (taper, cutoff, bins), gates)
    if seen is None:
        seen = _sought(tiles, radius, (taper, cutoff, bins), gates)
    if isinstance(seen, Match):
        return seen
    spectra, whole, displacement, psr, coarse = seen
    spectra, found, narrow = _refined(spectra, displacement, cutoff)
    if found and taper < _LONGER and axial(spectra, *found) > _AXIAL:
        taper = _LONGER
        again = _at_rest(recut(tiles, whole), (taper, cutoff, bins), gates)
        if isinstance(again, Match):
            return again
        spectra, displacement, psr = again
        spectra, found, narrow = _refined(spectra, displacement, cutoff)
    longer = stretch(spectra, *found) if found else None
    if found and (there := _elsewhere(spectra, found[0], found[1], longer)) is not None:
        alike = common_spectra(recut(tiles, whole), taper, cutoff, bins, there)
        if alike is not None and (again := _refined(alike, there, cutoff))[1] is not None:
            spectra, found, narrow = again
            longer = stretch(spectra, *found)
    ahead = aliasing.turned(moved, np.conj(folded))
    judged = _judged(spectra, found, longer, whole, psr, max_sigma, transform, ahead, narrow)
    return replace(judged, coarse=coarse)


def _refined(spectra: Spectra, displacement: np.ndarray, cutoff: float):
    """What `refine` finds, the spectra of the band where it was found, and the same of a narrower
    band if it was found in a wider one."""
    found, narrow = refine(spectra, displacement), None
    if found and cutoff < WIDE and _worth_more(spectra, found[1]):
        # A copy, as the search for the maximum goes on from the displacement.
        narrow = spectra, found[0].copy(), found[1]
        spectra = widened(spectra)
        found = refine(spectra, found[0], rounds=1)
    return spectra, found, narrow


def _elsewhere(spectra: Spectra, displacement: np.ndarray, coherence: np.ndarray, longer):
    """Where windows on the same content belong, if that moves a displacement known so well.

    ``longer`` (of `stretch`) is right on average. In one tile of smooth ground what lies at its
    edges decides, and scatters by about as much.
    """
    if longer is None:
        return None
    there = longer @ displacement
    matters = abs(there - displacement) > _MATTERS * knapp_carter(spectra, coherence)
    return there if matters.any() else None


def _sought(tiles, radius: int, banded, gates) -> Seen | Match:
    """What a search finds in two tiles, or why it finds nothing.

    Parameters
    ----------
    tiles, radius : as in `match_transformed`, the radius within a third of the tile.
    banded : taper, cutoff and bins.
    gates : smallest share of valid pixels, smallest peak to sidelobe ratio.
    """
    least, min_psr = gates
    spectra = common_spectra(tiles, *banded)
    if spectra is None:
        return _too_many_gaps(0.0, least)
    displacement, psr = coarse_peak(spectra.low, radius)
    if not np.isfinite(psr):
        return Match.rejected(outcome.NO_MATCH, "a tile is constant: there is nothing to match")
    if psr < min_psr:
        return no_peak(spectra.low, psr, radius, min_psr)
    if max(abs(displacement)) > radius + _SLACK:
        return beyond_radius(max(abs(displacement)), radius, psr)
    whole, coarse = np.zeros(2, int), _plain(displacement)
    if max(abs(displacement)) > 1:
        whole = np.rint(displacement).astype(int)
        if min(np.subtract(tiles[0].shape, abs(whole))) < _SMALLEST // 2:
            return Match.rejected(
                outcome.TOO_SMALL, "too little of the tiles overlaps", quality=psr
            )
        again = _at_rest(recut(tiles, whole), banded, gates)
        if isinstance(again, Match):
            return again
        spectra, displacement, psr = again
    return spectra, whole, displacement, psr, coarse


def _at_rest(tiles, banded, gates) -> tuple[Spectra, np.ndarray, float] | Match:
    """Spectra, displacement and ratio of the peak of tiles whose whole pixels are taken out."""
    least, min_psr = gates
    spectra = common_spectra(tiles, *banded)
    if spectra is None or spectra.valid < least:
        return _too_many_gaps(spectra.valid if spectra else 0.0, least)
    displacement, psr = coarse_peak(spectra.low, 2)
    return (spectra, displacement, psr) if psr >= min_psr else faint(psr, min_psr)


def _where_expected(tiles, whole: np.ndarray, radius: int, banded, gates) -> Seen | None:
    """The same from whole pixels that are expected; None unless a search is sure to find them."""
    least, min_psr = gates
    if max(abs(whole)) > radius:
        return None
    spectra = common_spectra(recut(tiles, whole), *banded)
    if spectra is None or spectra.valid < least:
        return None
    # Both correlations are looked at in the same steps.
    if spectra.band.padded != band(tiles[0].shape, *banded[1:]).padded:
        return None
    displacement, psr = coarse_peak(spectra.low, radius, whole)
    if not (psr >= _CLEAR * min_psr and _HARDLY < max(abs(displacement)) < radius):
        return None
    width = peak_width(spectra.low, displacement - whole)
    sure = (width < _NOISE * psr) & (abs(whole) * spectra.steepness * width**2 < _PULLED)
    if not (sure & (abs(displacement - whole) < _ROUNDED)).all():
        return None
    coarse = _plain(displacement)
    displacement, psr = coarse_peak(spectra.low, 2)
    return (spectra, whole, displacement, psr, coarse) if psr >= min_psr else None


def _plain(displacement: np.ndarray) -> tuple[float, float]:
    return float(displacement[0]), float(displacement[1])


def _worth_more(spectra: Spectra, coherence: np.ndarray) -> bool:
    """Whether frequencies beyond the cutoff would tell more about the shift, and it matters."""
    return coherence[-1] > _RICH and max(knapp_carter(spectra, coherence)) > _ENOUGH


def _judged(spectra, found, longer, whole, psr, max_sigma, transform, ahead, narrow) -> Match:
    if found is None:
        return Match.rejected(
            outcome.NO_MATCH, f"no stable maximum near the peak (PSR {psr:.1f})", quality=psr
        )
    displacement, coherence, hessian = found
    if longer is None:
        return Match.rejected(
            outcome.LOW_QUALITY,
            f"the ground has edges of one direction only (PSR {psr:.1f})",
            quality=psr,
        )
    # The noise of an amplitude is larger where it is bright, which the lower part does not see.
    whole_band = transform != "log"
    spread = covariance(spectra, displacement, coherence, hessian, whole_band)
    spread = longer @ spread @ longer.T
    if not spectra.alike:
        displacement = longer @ displacement
    displacement, spread, shared = aliasing.without_pull(
        spectra, coherence, displacement, spread, ahead, narrow
    )
    spread = spread + max(_SMALLEST_ERROR**2 - min(np.diag(spread)), 0.0) * np.eye(2)
    sigma = float(np.sqrt(spread[0, 0])), float(np.sqrt(spread[1, 1]))
    # Of the same frequencies in all tiles, so that scenes can be compared.
    same = spectra.band.centres < _COMPARED * np.pi
    mean = float(np.average(coherence[same], weights=spectra.band.counts[same]))
    if not max(sigma) <= max_sigma:
        return _unsure(max(sigma), max_sigma, psr, mean)
    rows, columns = (float(v) for v in -(whole + displacement))
    across = float(spread[0, 1])
    return Match(
        outcome.OK,
        f"matched, PSR {psr:.1f}",
        (rows, columns),
        sigma,
        psr,
        mean,
        covariance=((sigma[0] ** 2, across), (across, sigma[1] ** 2)),
        shared=_plain(shared),
    )


def _unsure(sigma: float, most: float, psr, coherence) -> Match:
    return Match.rejected(
        outcome.LOW_QUALITY,
        f"standard error {sigma:.2f} pixel is above the gate of {most:g}",
        quality=psr,
        coherence=coherence,
    )


def _too_many_gaps(valid: float, least: float) -> Match:
    return Match.rejected(
        outcome.TOO_MANY_NAN,
        f"{100 * valid:.1f} % of the pixels are valid in both tiles, fewer than {100 * least:g} %",
    )
