"""The coherence-weighted estimator: a shift at the statistical limit, and its standard error.

The maximum-likelihood delay between two noisy images weights each frequency by what the two have
in common there (Knapp & Carter 1976, doi:10.1109/TASSP.1976.1162830). The coherence is estimated
from the tile itself, by radial frequency, and the shift is found by Newton's method, so there is
no grid and no rounding to it.

Inside this module a displacement is where the secondary's content lies relative to the
reference's: (rows to the south, columns to the east) in pixels. A `Match` has the opposite, the
shift that brings it back.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import fft

from stackshift import match as outcome
from stackshift.match import Match
from stackshift.spectrum import (
    Band,
    band,
    fill_holes,
    gap_weight,
    low_part,
    radial_sum,
    spectrum,
    transformed,
    wide_gaps,
    window,
)

# Low-pass of the coarse correlation, rad a pixel: fine detail is noise to a coarse peak.
_SMOOTH = 0.8
# The coarse peak is good to about this many pixels: one at the search radius is still within.
_SLACK = 0.5
# The peak's own neighbourhood is no sidelobe, pixels to each side.
_PEAK = 4
_SMALLEST = 32
_BLOCK = 16
_MOST_COHERENT = 0.99
_STEPS = 4
# Share of the Nyquist frequency up to which the coarse peak and the scatter of the scores are
# taken: enough for both, and the inverse transforms cost little.
_LOW = 0.375
# Detail beyond the cutoff, up to this share of the Nyquist frequency, is worth its time where tiles
# are still coherent at the cutoff and the shift is not yet known to this many pixels.
_WIDE = 0.98
_RICH = 0.3
_ENOUGH = 0.005


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
    full : both spectra with all their frequencies.
    """

    reference: np.ndarray
    secondary: np.ndarray
    band: Band
    samples: float
    valid: float
    powers: tuple[np.ndarray, np.ndarray]
    steepness: np.ndarray
    full: tuple[np.ndarray, np.ndarray]

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
        powers=tuple(power[:bins] for power in spectra.powers),
    )


def widened(spectra: Spectra) -> Spectra:
    """The same spectra with all the frequencies that can be used."""
    wide = band(spectra.band.shape, _WIDE, len(spectra.band.centres))
    return _banded(spectra.full, wide, spectra.samples, spectra.valid, spectra.steepness)


def _banded(full, frequencies: Band, samples, valid, steepness) -> Spectra:
    pair = [low_part(spectrum, frequencies.grid) for spectrum in full]
    powers = tuple(
        radial_sum(s.real**2 + s.imag**2, frequencies) / np.maximum(frequencies.counts, 1)
        for s in pair
    )
    return Spectra(*pair, frequencies, samples, valid, powers, steepness, tuple(full))


def match(
    reference: np.ndarray,
    secondary: np.ndarray,
    *,
    transform: str = "log",
    search_radius: int = 32,
    taper: float = 0.1,
    cutoff: float = 0.6,
    bins: int = 16,
    min_valid: float = 0.1,
    min_psr: float = 8.0,
    max_sigma: float = 0.15,
) -> Match:
    """The shift that brings the secondary tile onto the reference tile, with its standard error.

    Parameters
    ----------
    reference, secondary : (rows, columns) gamma0 power of the same ground; what is not finite or
        not positive is no data.
    transform : ``log``, or ``amplitude`` for one or two looks.
    search_radius : largest displacement to each side, pixels.
    taper : share of the tile's length that its tapered edges take.
    cutoff : highest frequency that is used, as a share of the Nyquist frequency; all are where
        the tiles are still coherent there and the standard error is not small yet.
    bins : radial bins of the coherence.
    min_valid : smallest share of pixels valid in both tiles, 0 to 1.
    min_psr : smallest ratio of the correlation's peak above its mean to its standard deviation.
    max_sigma : largest standard error of either axis, pixels.

    Returns
    -------
    A match in pixels (rows to the south, columns to the east); ``quality`` is the peak to sidelobe
    ratio. A tile that does not count has no shift and no standard error.
    """
    if min(reference.shape) < _SMALLEST:
        return Match.rejected(
            outcome.TOO_SMALL,
            f"{reference.shape[0]} x {reference.shape[1]} pixels, fewer than {_SMALLEST} a side",
        )
    tiles = [transformed(tile, transform) for tile in (reference, secondary)]
    both = np.count_nonzero(tiles[0][1] & tiles[1][1]) / tiles[0][1].size
    if both < min_valid:
        return _too_many_gaps(both, min_valid)
    spectra = common_spectra(tiles, taper, cutoff, bins)
    radius = min(search_radius, min(reference.shape) // 3)
    if spectra is None:
        return _too_many_gaps(0.0, min_valid)
    displacement, psr = coarse_peak(spectra.low, radius)
    if not np.isfinite(psr):
        return Match.rejected(outcome.NO_MATCH, "a tile is constant: there is nothing to match")
    if psr < min_psr:
        return _no_peak(psr, min_psr)
    if max(abs(displacement)) > radius + _SLACK:
        return Match.rejected(
            outcome.SEARCH_LIMIT,
            f"the best match is {max(abs(displacement)):.0f} pixels away, beyond the search radius"
            f" of {radius}; raise search_radius if scenes may lie that far apart",
            quality=psr,
        )
    whole = np.zeros(2, int)
    if max(abs(displacement)) > 1:
        whole = np.rint(displacement).astype(int)
        if min(np.subtract(reference.shape, abs(whole))) < _SMALLEST // 2:
            return Match.rejected(
                outcome.TOO_SMALL, "too little of the tiles overlaps", quality=psr
            )
        spectra = common_spectra(recut(tiles, whole), taper, cutoff, bins)
        if spectra is None or spectra.valid < min_valid:
            return _too_many_gaps(spectra.valid if spectra else 0.0, min_valid)
        displacement, psr = coarse_peak(spectra.low, 2)
        if psr < min_psr:
            return _no_peak(psr, min_psr)
    found = refine(spectra, displacement)
    if found and cutoff < _WIDE and _worth_more(spectra, found[1]):
        spectra = widened(spectra)
        found = refine(spectra, found[0], rounds=1)
    return _judged(spectra, found, whole, psr, max_sigma)


def _worth_more(spectra: Spectra, coherence: np.ndarray) -> bool:
    """Whether frequencies beyond the cutoff would tell more about the shift, and it matters."""
    return coherence[-1] > _RICH and max(knapp_carter(spectra, coherence)) > _ENOUGH


def _judged(spectra, found, whole, psr, max_sigma) -> Match:
    if found is None:
        return Match.rejected(
            outcome.NO_MATCH, f"no stable maximum near the peak (PSR {psr:.1f})", quality=psr
        )
    displacement, coherence, hessian = found
    displacement = displacement * (1 + pull(spectra, coherence))
    sigma = standard_error(spectra, displacement, coherence, hessian)
    mean = float(np.average(coherence, weights=spectra.band.counts))
    if not max(sigma) <= max_sigma:
        return Match.rejected(
            outcome.LOW_QUALITY,
            f"standard error {max(sigma):.2f} pixel is above the gate of {max_sigma:g}",
            quality=psr,
            coherence=mean,
        )
    rows, columns = (float(v) for v in -(whole + displacement))
    return Match(
        outcome.OK,
        f"matched, PSR {psr:.1f}",
        (rows, columns),
        (float(sigma[0]), float(sigma[1])),
        psr,
        mean,
    )


def _too_many_gaps(valid: float, least: float) -> Match:
    return Match.rejected(
        outcome.TOO_MANY_NAN,
        f"{100 * valid:.1f} % of the pixels are valid in both tiles, fewer than {100 * least:g} %",
    )


def _no_peak(psr: float, least: float) -> Match:
    return Match.rejected(
        outcome.NO_MATCH,
        f"peak to sidelobe ratio {psr:.1f} is below the gate of {least:g}: nothing to match",
        quality=psr,
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


def common_spectra(tiles, taper: float, cutoff: float, bins: int) -> Spectra | None:
    """Spectra of two tiles under one common window; None if no pixel has weight in both.

    Parameters
    ----------
    tiles : (values, valid) of each tile, from `spectrum.transformed`.
    taper, cutoff, bins : as in `match`.
    """
    prepared, weight = filled(tiles)
    shape = prepared[0].shape
    tapered = window(shape, taper, weight)
    if tapered.total < 1:
        return None
    frequencies = band(shape, cutoff, bins)
    return _banded(
        [spectrum(values, tapered, frequencies) for values in prepared],
        frequencies,
        tapered.samples,
        1.0 if weight is None else np.count_nonzero(weight > 0.5) / weight.size,
        tapered.steepness,
    )


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


def coarse_peak(spectra: Spectra, radius: float) -> tuple[np.ndarray, float]:
    """Displacement at the peak of the whitened, low-passed correlation, and how it stands out.

    Parameters
    ----------
    spectra : from `common_spectra`.
    radius : search radius in pixels.

    Returns
    -------
    ((rows, columns) in pixels, peak to sidelobe ratio): the peak above the mean in standard
    deviations of the correlation outside the peak's neighbourhood; NaN for constant tiles.
    """
    frequencies = spectra.band
    first, second = spectra.powers
    with np.errstate(divide="ignore", invalid="ignore"):
        whitening = np.exp(-0.5 * (frequencies.centres / _SMOOTH) ** 2) / np.sqrt(first * second)
    whitening[~np.isfinite(whitening)] = 0
    filtered = spectra.cross * _by_bin(whitening, frequencies)
    surface = fft.irfft2(filtered, frequencies.grid)
    step = np.divide(frequencies.padded, frequencies.grid)
    # One step beyond the radius, to tell a peak at the radius from the flank of one beyond.
    reach = np.floor(radius / step).astype(int) + 1
    lags = [np.arange(-r, r + 1) for r in reach]
    near = surface[np.ix_(lags[0], lags[1])]
    peak = np.array(np.unravel_index(np.argmax(near), near.shape))
    at = peak - reach
    rim = np.ceil(_PEAK / step).astype(int)
    hill = surface[np.ix_(*(np.arange(a - r, a + r + 1) % n for a, r, n in
                            zip(at, rim, surface.shape, strict=True)))]  # fmt: skip
    mean, deviation = _moments_without(surface, hill)
    psr = float((near[tuple(peak)] - mean) / deviation) if deviation > 0 else np.nan
    fine = [_vertex(surface[[a - 1, a, (a + 1) % surface.shape[0]], at[1]]) if axis == 0 else
            _vertex(surface[at[0], [a - 1, a, (a + 1) % surface.shape[1]]])
            for axis, a in enumerate(at)]  # fmt: skip
    return (at + fine) * step, psr


def _moments_without(values: np.ndarray, part: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation of values without a part of them."""
    values = values.ravel()
    count = values.size - part.size
    mean = (float(values.sum(dtype=float)) - float(part.sum(dtype=float))) / count
    # Not a dot product, whose last bits depend on the number of threads.
    square = (
        float((values * values).sum(dtype=float)) - float((part * part).sum(dtype=float))
    ) / count
    return mean, float(np.sqrt(max(square - mean**2, 0)))


def _vertex(values: np.ndarray) -> float:
    """Where the parabola through three samples at -1, 0, 1 peaks; 0 where it has no peak."""
    curvature = values[0] - 2 * values[1] + values[2]
    return float(0.5 * (values[0] - values[2]) / curvature) if curvature < 0 else 0.0


def _by_bin(values: np.ndarray, frequencies: Band) -> np.ndarray:
    """A value for each radial bin as a map over the frequencies, 0 outside the band."""
    return np.append(values, 0).astype(np.float32).take(frequencies.bin)


def _shifted(cross: np.ndarray, displacement: np.ndarray, frequencies: Band) -> np.ndarray:
    """The cross spectrum with the phase of a displacement taken out."""
    rows = np.exp(1j * displacement[0] * frequencies.rows).astype(np.complex64)
    columns = np.exp(1j * displacement[1] * frequencies.columns).astype(np.complex64)
    return cross * rows * columns


def radial_coherence(in_phase: np.ndarray, powers, frequencies: Band) -> np.ndarray:
    """Coherence of two tiles by radial frequency, falling towards fine detail, 0 to 0.99.

    Parameters
    ----------
    in_phase : real part of the cross spectrum at the displacement.
    powers : mean power of a coefficient of each tile in each bin.
    frequencies : the band.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = radial_sum(in_phase, frequencies) / frequencies.counts
        raw = mean / np.sqrt(powers[0] * powers[1])
    raw[~np.isfinite(raw)] = 0
    return np.clip(non_increasing(raw, frequencies.counts), 0, _MOST_COHERENT)


def non_increasing(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The non-increasing sequence nearest to values in weighted least squares.

    Pool adjacent violators (Barlow et al. 1972, Statistical inference under order restrictions).
    """
    pools: list[list[float]] = []
    for value, weight in zip(values, np.maximum(weights, 1e-12), strict=True):
        pools.append([value, weight, 1])
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            value, weight, count = pools.pop()
            below = pools[-1]
            joint = below[1] + weight
            below[0] = (below[0] * below[1] + value * weight) / joint
            below[1], below[2] = joint, below[2] + count
    return np.repeat([pool[0] for pool in pools], [pool[2] for pool in pools])


def weights(coherence: np.ndarray, powers) -> np.ndarray:
    """Maximum-likelihood weight of the cross spectrum in each bin (Knapp & Carter 1976)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = coherence / (1 - coherence**2) / np.sqrt(powers[0] * powers[1])
    found[~np.isfinite(found)] = 0
    return found


def refine(spectra: Spectra, start: np.ndarray, rounds: int = 2):
    """The displacement that maximises the coherence-weighted correlation, by Newton's method.

    Parameters
    ----------
    spectra : from `common_spectra`.
    start : (rows, columns) in pixels.
    rounds : how often the coherence is estimated anew and the maximum sought.

    Returns
    -------
    ((rows, columns) in pixels, coherence in each bin, Hessian), or None if it runs away from the
    start.
    """
    displacement = np.array(start, float)
    coherence = None
    # The lower part of the band does most of the way at a third of the cost.
    for part in [spectra.low] * (rounds - 1) + [spectra]:
        frequencies = part.band
        in_phase = _shifted(part.cross, displacement, frequencies).real
        coherence = radial_coherence(in_phase, part.powers, frequencies)
        weight = _by_bin(weights(coherence, part.powers), frequencies)
        weight *= frequencies.multiplicity
        weighted = part.cross * weight
        for _ in range(_STEPS):
            gradient, hessian = _derivatives(weighted, displacement, frequencies)
            if not (hessian[0, 0] < 0 and np.linalg.det(hessian) > 0):
                return None
            step = np.linalg.solve(hessian, gradient)
            displacement -= np.clip(step, -0.5, 0.5)
            # Newton's steps shrink quadratically: the next one would be below a millionth.
            if max(abs(step)) < 1e-3:
                break
        if max(abs(displacement - start)) > 2:
            return None
    return displacement, coherence, hessian


def pull(spectra: Spectra, coherence: np.ndarray) -> np.ndarray:
    """How much the window, which stays where it is, pulls a displacement towards zero.

    The windows multiply the correlation by their own, which falls off as 1 - steepness lag^2 / 2.
    To first order the maximum moves back by a share of the displacement that is the steepness
    times the weighted mean of -S'(k) / (k S(k)), S being the common spectrum.

    Returns
    -------
    (rows, columns): share by which the displacement at the maximum is too small.
    """
    common = coherence * np.sqrt(spectra.powers[0] * spectra.powers[1])
    known = (coherence > 0.05) & (common > 0)
    if known.sum() < 3:
        return np.zeros(2)
    centres = spectra.band.centres[known]
    fall = -np.gradient(np.log(common[known]), centres) / centres
    information = (coherence**2 / (1 - coherence**2))[known] * spectra.band.moments[:, known]
    return np.clip(spectra.steepness * (information @ fall) / information.sum(axis=1), 0, 0.2)


def _derivatives(weighted, displacement, frequencies: Band):
    """Gradient and Hessian of the weighted correlation with respect to the displacement."""
    turned = _shifted(weighted, displacement, frequencies)
    rows, columns = frequencies.rows[:, 0], frequencies.columns[0]
    by_row, by_column = turned.sum(1), turned.sum(0)
    cross = ((turned * frequencies.rows).sum(0).real * columns).sum()
    gradient = -np.array([(rows * by_row.imag).sum(), (columns * by_column.imag).sum()])
    hessian = -np.array(
        [
            [(rows**2 * by_row.real).sum(), cross],
            [cross, (columns**2 * by_column.real).sum()],
        ]
    )
    return gradient, hessian


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
    amplitude = _by_bin(np.sqrt(likelihood), frequencies)
    first = spectra.reference * amplitude
    second = _shifted(spectra.secondary * amplitude, displacement, frequencies)
    product = np.conj(first) * second * frequencies.multiplicity
    _, hessian = _derivatives(product, (0, 0), frequencies)
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
