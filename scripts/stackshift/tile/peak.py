"""Where two tiles agree best, to a fraction of a pixel, and how much that stands out."""

import numpy as np
from scipy import fft

from stackshift.tile.frequencies import shifted
from stackshift.tile.spectra import Spectra

# The peak's own neighbourhood is no sidelobe, pixels to each side.
_PEAK = 4


def coarse_peak(
    spectra: Spectra, radius: float, whole: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    """Displacement at the peak of the whitened, low-passed correlation, and how it stands out.

    Parameters
    ----------
    spectra : from `common_spectra`.
    radius : search radius in pixels.
    whole : whole pixels (rows, columns) that were taken out of the secondary, to be counted.

    Returns
    -------
    ((rows, columns) in pixels, peak to sidelobe ratio): the peak above the mean in standard
    deviations of the correlation outside the peak's neighbourhood; NaN for constant tiles.
    """
    frequencies = spectra.band
    cross = spectra.whitened
    if whole is not None:
        cross = shifted(cross, -whole, frequencies)
    surface = fft.irfft2(cross, frequencies.grid)
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
    fine = [vertex(surface[[a - 1, a, (a + 1) % surface.shape[0]], at[1]]) if axis == 0 else
            vertex(surface[at[0], [a - 1, a, (a + 1) % surface.shape[1]]])
            for axis, a in enumerate(at)]  # fmt: skip
    return (at + fine) * step, psr


def peak_width(spectra: Spectra, displacement: np.ndarray) -> np.ndarray:
    """How wide the peak of that correlation is at a displacement, (rows, columns) in pixels.

    It falls off as 1 - lag^2 / (2 width^2); infinite where it does not.
    """
    band = spectra.band
    in_phase = shifted(spectra.whitened, displacement, band).real * band.multiplicity
    fall = [(in_phase * k**2).sum(dtype=float) for k in (band.rows, band.columns)]
    height = float(in_phase.sum(dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(np.where(np.array(fall) > 0, height / np.array(fall), np.inf))


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


def vertex(values: np.ndarray) -> float:
    """Where the parabola through three samples at -1, 0, 1 peaks; 0 where it has no peak."""
    curvature = values[0] - 2 * values[1] + values[2]
    return float(0.5 * (values[0] - values[2]) / curvature) if curvature < 0 else 0.0
