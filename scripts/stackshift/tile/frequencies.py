"""From a tile of power to a spectrum that can be matched.

The logarithm turns multiplicative speckle into additive noise of constant variance, and a taper
takes the edges of the tile away, as whatever is fixed in the frame would pull a shift towards zero.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

# Power below -60 dB is far below the noise of any radar: borders and masks, and no measurement.
FAINTEST = np.float32(1e-6)
# The slopes of a window vary slowly: lines between these add nothing.
_EVERY = 4


def transformed(tile: np.ndarray, transform: str) -> tuple[np.ndarray, np.ndarray]:
    """A tile on the scale on which it is matched, and where it is valid.

    Parameters
    ----------
    tile : (rows, columns) gamma0 power; what is not finite or below -60 dB is no data.
    transform : ``log`` for the natural logarithm, ``amplitude`` for the square root.

    Returns
    -------
    (values, valid): float32, 0 where not valid, and booleans; both (rows, columns).
    """
    tile = np.asarray(tile, np.float32)
    valid = tile >= FAINTEST
    valid &= tile < np.inf
    if transform == "log":
        # No data needs no warning.
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(tile)
    else:
        values = np.sqrt(np.where(valid, tile, np.float32(0)))
    if not valid.all():
        np.copyto(values, 0, where=~valid)
    return values, valid


@lru_cache(maxsize=16)
def taper(size: int, fraction: float) -> np.ndarray:
    """Tukey window: cosine flanks over ``fraction`` / 2 of the length at each end, float32.

    Harris 1978, doi:10.1109/PROC.1978.10837.
    """
    flank = fraction * size / 2
    distance = np.minimum(np.arange(size) + 0.5, size - np.arange(size) - 0.5)
    if not flank:
        return np.ones(size, np.float32)
    ramp = np.clip(distance / flank, 0, 1)
    return (0.5 - 0.5 * np.cos(np.pi * ramp)).astype(np.float32)


@dataclass(frozen=True)
class Window:
    """Weight of each pixel of a tile, float32, with its sum.

    ``samples`` is the effective number of independent pixels, (sum w^2)^2 / sum w^4; ``steepness``
    the sum of the squared slope along rows and along columns over the sum of w^2, 1 / pixel^2.
    """

    weight: np.ndarray
    total: float
    samples: float
    steepness: np.ndarray


def window(shape: tuple[int, int], fraction: float, weight: np.ndarray | None) -> Window:
    """Taper of a tile times the weight of its gaps."""
    plain = _plain_window(shape, fraction)
    return plain if weight is None else _summed(plain.weight * weight)


@lru_cache(maxsize=4)
def _plain_window(shape: tuple[int, int], fraction: float) -> Window:
    return _summed(taper(shape[0], fraction)[:, None] * taper(shape[1], fraction)[None])


def _summed(weight: np.ndarray) -> Window:
    # Sums and not dot products, whose last bits depend on the number of threads.
    square = weight * weight
    total = float(square.sum())
    steepness = [_steepness(weight), _steepness(weight.T)]
    weight_sum = float(weight.sum())
    square *= square
    return Window(
        weight,
        weight_sum,
        total**2 / max(float(square.sum()), 1e-12),
        np.array(steepness) / max(total, 1e-12),
    )


def _steepness(weight: np.ndarray) -> float:
    """Sum of the squared slope along the first axis, from every fourth line along it."""
    lines = weight[:, ::_EVERY]
    # The window ends at the tile's edge, which is a slope too.
    total = float((np.diff(lines, axis=0) ** 2).sum()) + float((lines[[0, -1]] ** 2).sum())
    return total * weight.shape[1] / lines.shape[1]


@dataclass(frozen=True)
class Band:
    """The low frequencies of a real FFT of a padded tile, kept as a spectrum of a smaller grid.

    Attributes
    ----------
    shape : (rows, columns) of the tile.
    cutoff : radius of the band as a share of the Nyquist frequency.
    padded : size of the FFT.
    grid : size of the smaller grid, whose real FFT holds just the band.
    rows, columns : frequencies in rad a pixel of the tile, (grid rows, 1) and (1, half columns).
    multiplicity : (1, half columns), how often a coefficient stands in the full plane, 1 or 2.
    bin : (grid rows, half columns) index of the radial bin; bins are the last one beyond the band.
    counts : coefficients of the full plane in each bin within the band.
    moments : (2, bins) sum over these of the squared frequency along rows and along columns.
    centres : radial frequency of each bin within the band, rad a pixel.
    """

    shape: tuple[int, int]
    cutoff: float
    padded: tuple[int, int]
    grid: tuple[int, int]
    rows: np.ndarray
    columns: np.ndarray
    multiplicity: np.ndarray
    bin: np.ndarray
    counts: np.ndarray
    moments: np.ndarray
    centres: np.ndarray


@lru_cache(maxsize=16)
def band(shape: tuple[int, int], cutoff: float, bins: int) -> Band:
    """The band of a tile.

    Parameters
    ----------
    shape : (rows, columns) of the tile.
    cutoff : radius of the band as a share of the Nyquist frequency, 0 to 1.
    bins : number of radial bins.
    """
    padded = _even_fast(shape[0]), _even_fast(shape[1])
    # Two more than the band: room for the smaller grid's own Nyquist line.
    height, width = (min(_even_fast(cutoff * size + 2), size) for size in padded)
    grid = height, width
    half = grid[1] // 2 + 1
    rows = (2 * np.pi * fft.fftfreq(grid[0]) * grid[0] / padded[0]).astype(np.float32)
    columns = (2 * np.pi * np.arange(half) / padded[1]).astype(np.float32)
    radius = np.hypot(rows[:, None], columns[None])
    limit = cutoff * np.pi
    edges = np.linspace(0, limit, bins + 1)
    # The native integer, which bincount and take need no copy of.
    index = np.minimum((radius * (bins / limit)).astype(np.intp), bins)
    index[radius >= limit] = bins
    # The mean tells nothing, and the smaller grid's own Nyquist lines stand for two frequencies.
    index[0, 0] = bins
    index[grid[0] // 2] = bins
    index[:, -1] = bins
    multiplicity = np.full((1, half), 2, np.float32)
    multiplicity[0, 0] = 1

    def total(values):
        return np.bincount(index.ravel(), np.broadcast_to(values, index.shape).ravel(), bins + 1)

    return Band(
        shape=shape,
        cutoff=cutoff,
        padded=padded,
        grid=grid,
        rows=rows[:, None],
        columns=columns[None],
        multiplicity=multiplicity,
        bin=index,
        counts=total(multiplicity)[:bins],
        moments=np.array(
            [total(multiplicity * k**2)[:bins] for k in (rows[:, None], columns[None])]
        ),
        centres=0.5 * (edges[1:] + edges[:-1]),
    )


def _even_fast(size: float) -> int:
    """The smallest even FFT length of at least ``size`` that is fast."""
    length = math.ceil(size)
    while (fast := fft.next_fast_len(length, real=True)) % 2:
        length = fast + 1
    return fast


def spectrum(values: np.ndarray, window: Window, band: Band) -> np.ndarray:
    """The real FFT of a tile without its weighted mean, padded as the band says.

    Parameters
    ----------
    values : (rows, columns) float32, on the scale of `transformed`.
    window : from `window`.
    band : from `band`.

    Returns
    -------
    Complex64 spectrum, of which `low_part` takes the band.
    """
    centred = values * window.weight
    centred -= window.weight * np.float32(centred.sum() / window.total)
    return fft.rfft2(centred, band.padded, overwrite_x=True)


def low_part(full: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """The low frequencies of a real FFT, as the real FFT of a smaller grid."""
    top, half = grid[0] // 2, grid[1] // 2 + 1
    return np.concatenate([full[:top, :half], full[full.shape[0] - top :, :half]])


def radial_sum(values: np.ndarray, band: Band) -> np.ndarray:
    """Sum of a real quantity over the full plane in each radial bin within the band."""
    weighted = (values * band.multiplicity).ravel()
    return np.bincount(band.bin.ravel(), weighted, len(band.centres) + 1)[:-1]


def by_bin(values: np.ndarray, frequencies: Band) -> np.ndarray:
    """A value for each radial bin as a map over the frequencies, 0 outside the band."""
    return np.append(values, 0).astype(np.float32).take(frequencies.bin)
