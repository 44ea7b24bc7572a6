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
# Shares of the curvature: that the window may have unnoticed, that the ground has at least.
_NOTHING = 1e-3
_GROUND = 0.1
# Up to how many steps of the transform from an axis its neighbourhood reaches.
_BESIDE = 2.5


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
        turned = shifted(part.cross, displacement, part.band)
        coherence = radial_coherence(turned.real, part.powers, part.band)
        found = maximum(part, displacement, coherence, turned)
        if found is None:
            return None
        displacement, hessian = found
        if max(abs(displacement - start)) > 2:
            return None
    return displacement, coherence, hessian


def maximum(
    spectra: Spectra,
    start: np.ndarray,
    coherence: np.ndarray,
    turned: np.ndarray | None = None,
):
    """The displacement of greatest likelihood for a known coherence, by Newton's method.

    Parameters
    ----------
    spectra, start : as in `refine`.
    coherence : in each bin of the spectra's band, 0 to 1.
    turned : the cross spectrum with the phase of the start taken out, where it is known.

    Returns
    -------
    ((rows, columns) in pixels, Hessian), or None where there is no maximum.
    """
    frequencies = spectra.band
    displacement = np.array(start, float)
    if turned is None:
        turned = shifted(spectra.cross, displacement, frequencies)
    weight = by_bin(weights(coherence, spectra.powers), frequencies)
    weight *= frequencies.multiplicity
    weighted = turned * weight
    for number in range(_STEPS):
        turned = shifted(weighted, displacement - start, frequencies) if number else weighted
        gradient, hessian = derivatives(turned, frequencies)
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


def derivatives(turned: np.ndarray, frequencies: Band):
    """Gradient and Hessian of the weighted correlation with respect to the displacement.

    Parameters
    ----------
    turned : weighted cross spectrum with the phase of the displacement taken out.
    """
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


def stretch(
    spectra: Spectra, displacement: np.ndarray, coherence: np.ndarray, hessian: np.ndarray
) -> np.ndarray | None:
    """What a displacement at the maximum and its errors are short of, as the window holds them.

    The windows multiply the correlation by their own, which falls off as 1 - lag^T T lag / 2 and
    stays where it is. To first order in T the maximum lies at (H + N T)^-1 H d instead of at d,
    with the curvature H of the ground alone and N = - sum w k dS/dk = sum S d(w k)/dk, S being
    the common spectrum and w its weight. Where the ground has one direction N T is all that
    the correlation has along it.

    Parameters
    ----------
    spectra, displacement, coherence, hessian : from `common_spectra` and `refine`.

    Returns
    -------
    2 x 2 (rows, columns), with which a displacement and its errors are multiplied; None where the
    window is most of what holds the maximum along some direction.
    """
    frequencies, whole = spectra.band, -hessian
    likelihood = weights(coherence, spectra.powers)
    seen = shifted(spectra.cross, displacement, frequencies).real
    ring = radial_sum(seen, frequencies) * likelihood
    # The most that a spectrum which falls off with the fourth power of the frequency has.
    if 4 * (spectra.steepness * abs(ring.sum()) < _NOTHING * np.diag(whole)).all():
        return np.eye(2)
    known = likelihood > 0
    slope = np.zeros(len(ring))
    if known.sum() > 2:
        square = frequencies.centres[known] ** 2
        slope[known] = 2 * square * np.gradient(np.log(likelihood[known]), square)
        # Beyond the last bin the weight is zero.
        last = np.flatnonzero(known)[-1]
        edge = frequencies.centres[last] + frequencies.centres[0]
        slope[last] -= edge**2 / (2 * frequencies.centres[0] * frequencies.centres[last])
    seen *= by_bin(slope * likelihood / frequencies.centres**2, frequencies)
    seen *= frequencies.multiplicity
    bent = ring.sum() * np.eye(2) + curvature(seen, frequencies, seen.sum(1), seen.sum(0))
    ground = whole - bent * spectra.steepness
    # Both matrices are symmetric and the first is positive: the shares are real.
    if min(np.linalg.eigvals(np.linalg.solve(whole, ground + ground.T)).real) < 2 * _GROUND:
        return None
    return np.linalg.solve(ground, whole)


def axial(
    spectra: Spectra, displacement: np.ndarray, coherence: np.ndarray, hessian: np.ndarray
) -> float:
    """Share of the information beside the axes of the spectrum beyond that of even ground.

    What ends at the edges of a tile leaks along the axes (Harris 1978), where it stays whatever
    the displacement is: a lot of it along a coast, as all of the contrast ends there.

    Parameters
    ----------
    spectra, displacement, coherence, hessian : from `common_spectra` and `refine`.

    Returns
    -------
    The larger one of both axes.
    """
    frequencies = spectra.band
    rows, columns = frequencies.rows, frequencies.columns
    down, right = np.exp(1j * displacement[0] * rows), np.exp(1j * displacement[1] * columns)
    weight = np.append(weights(coherence, spectra.powers), 0)

    def part(some: slice | np.ndarray, others: slice | np.ndarray) -> np.ndarray:
        turned = (spectra.cross[some][:, others] * down[some] * right[:, others]).real
        turned *= weight[frequencies.bin[some][:, others]]
        return turned * frequencies.multiplicity[:, others]

    lines = [_BESIDE * 2 * np.pi / size for size in frequencies.padded]
    every = slice(None)
    beside = (
        (part(every, columns[0] < lines[1]) * rows**2).sum(),
        (part(abs(rows[:, 0]) < lines[0], every) * columns**2).sum(),
    )
    # Mostly of the outer frequencies, of which the axis' neighbourhood is so much.
    even = [4 / 3 * 4 * _BESIDE / (np.pi * frequencies.cutoff * n) for n in frequencies.padded]
    return float(max(beside / np.diag(-hessian) - even[::-1]))
