"""The displacement of greatest likelihood: coherence, weights, and Newton's method.

The maximum-likelihood delay between two noisy images weights each frequency by what the two have
in common there (Knapp & Carter 1976, doi:10.1109/TASSP.1976.1162830). There is no grid, and so no
rounding to it.
"""

import numpy as np

from stackshift.tile.frequencies import Band, by_bin, radial_sum, shifted
from stackshift.tile.spectra import Spectra

_MOST_COHERENT = 0.99
_STEPS = 4


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
        in_phase = shifted(part.cross, displacement, part.band).real
        coherence = radial_coherence(in_phase, part.powers, part.band)
        found = maximum(part, displacement, coherence)
        if found is None:
            return None
        displacement, hessian = found
        if max(abs(displacement - start)) > 2:
            return None
    return displacement, coherence, hessian


def maximum(spectra: Spectra, start: np.ndarray, coherence: np.ndarray):
    """The displacement of greatest likelihood for a known coherence, by Newton's method.

    Parameters
    ----------
    spectra, start : as in `refine`.
    coherence : in each bin of the spectra's band, 0 to 1.

    Returns
    -------
    ((rows, columns) in pixels, Hessian), or None where there is no maximum.
    """
    frequencies = spectra.band
    displacement = np.array(start, float)
    weight = by_bin(weights(coherence, spectra.powers), frequencies)
    weight *= frequencies.multiplicity
    weighted = spectra.cross * weight
    for _ in range(_STEPS):
        gradient, hessian = derivatives(weighted, displacement, frequencies)
        if not (hessian[0, 0] < 0 and np.linalg.det(hessian) > 0):
            return None
        step = np.linalg.solve(hessian, gradient)
        displacement -= np.clip(step, -0.5, 0.5)
        # Newton's steps shrink quadratically: the next one would be below a millionth.
        if max(abs(step)) < 1e-3:
            break
    return displacement, hessian


def radial_coherence(in_phase: np.ndarray, powers, frequencies: Band) -> np.ndarray:
    """Coherence of two tiles by radial frequency, falling towards fine detail, 0 to 0.99.

    Parameters
    ----------
    in_phase : real part of the cross spectrum at the displacement.
    powers : mean power of a coefficient of each tile in each bin.
    frequencies : the band.
    """
    return falling(radial_mean(in_phase, powers, frequencies), frequencies)


def radial_mean(in_phase: np.ndarray, powers, frequencies: Band) -> np.ndarray:
    """Coherence in each bin as it is, scattered by chance about what it should be."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = radial_sum(in_phase, frequencies) / frequencies.counts
        raw = mean / np.sqrt(powers[0] * powers[1])
    raw[~np.isfinite(raw)] = 0
    return raw


def falling(raw: np.ndarray, frequencies: Band) -> np.ndarray:
    """A coherence that falls towards fine detail, 0 to 0.99, nearest to a scattered one."""
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
    return np.repeat([pool[0] for pool in pools], [int(pool[2]) for pool in pools])


def weights(coherence: np.ndarray, powers) -> np.ndarray:
    """Maximum-likelihood weight of the cross spectrum in each bin (Knapp & Carter 1976)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = coherence / (1 - coherence**2) / np.sqrt(powers[0] * powers[1])
    found[~np.isfinite(found)] = 0
    return found


def derivatives(weighted, displacement, frequencies: Band):
    """Gradient and Hessian of the weighted correlation with respect to the displacement."""
    turned = shifted(weighted, displacement, frequencies)
    rows, columns = frequencies.rows[:, 0], frequencies.columns[0]
    by_row, by_column = turned.sum(1), turned.sum(0)
    gradient = -np.array([(rows * by_row.imag).sum(), (columns * by_column.imag).sum()])
    return gradient, -curvature(turned.real, frequencies, by_row.real, by_column.real)


def curvature(in_phase, frequencies: Band, by_row, by_column) -> np.ndarray:
    """Minus the Hessian of a correlation from its real part and the sums of that."""
    rows, columns = frequencies.rows[:, 0], frequencies.columns[0]
    cross = ((in_phase * frequencies.rows).sum(0) * columns).sum()
    return np.array(
        [
            [(rows**2 * by_row).sum(), cross],
            [cross, (columns**2 * by_column).sum()],
        ]
    )


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
