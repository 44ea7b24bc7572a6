"""From a tile of power with gaps to a spectrum that can be matched.

The logarithm turns multiplicative speckle into additive noise of constant variance; narrow holes
are filled from their surroundings, wide gaps get a weight that fades out, and a taper takes the
edges of the tile away, as whatever is fixed in the frame would pull a shift towards zero.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

# Holes up to twice this radius wide are filled; what is wider is a gap with weight zero.
HOLE_RADIUS = 7
# Pixels next to a gap that lose their weight, and over which it then rises to one.
MARGIN = 8
# Squared radius in pixels of the disk from which a pixel of a hole is filled.
_DISC = 4
# The slopes of a window vary slowly: lines between these add nothing.
_EVERY = 4


def transformed(tile: np.ndarray, transform: str) -> tuple[np.ndarray, np.ndarray]:
    """A tile on the scale on which it is matched, and where it is valid.

    Parameters
    ----------
    tile : (rows, columns) gamma0 power; what is not finite or not positive is no data.
    transform : ``log`` for the natural logarithm, ``amplitude`` for the square root.

    Returns
    -------
    (values, valid): float32, 0 where not valid, and booleans; both (rows, columns).
    """
    tile = np.asarray(tile, np.float32)
    if transform == "log":
        # What has no finite logarithm is what is not valid; no data needs no warning.
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(tile)
        valid = np.isfinite(values)
    else:
        valid = (tile > 0) & (tile < np.inf)
        values = np.sqrt(np.where(valid, tile, np.float32(0)))
    if not valid.all():
        np.copyto(values, 0, where=~valid)
    return values, valid


def grown(mask: np.ndarray, radius: int) -> np.ndarray:
    """A mask dilated by a square of ``radius`` pixels to each side (van Herk 1992, by doubling)."""
    for axis in (0, 1):
        reached = 0
        while reached < radius:
            step = min(reached + 1, radius - reached) if reached else 1
            mask = _either_side(mask, step, axis)
            reached += step
    return mask


def _either_side(mask: np.ndarray, step: int, axis: int) -> np.ndarray:
    found = mask.copy()
    ahead = (slice(step, None), slice(None))[:: 1 - 2 * axis]
    behind = (slice(None, -step), slice(None))[:: 1 - 2 * axis]
    found[behind] |= mask[ahead]
    found[ahead] |= mask[behind]
    return found


def surroundings(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The rows and columns that hold a mask with a margin: all that work on it has to look at."""
    found = []
    for axis in (0, 1):
        at = np.flatnonzero(mask.any(axis=1 - axis))
        if not at.size:
            return slice(0, 0), slice(0, 0)
        found.append(slice(max(0, int(at[0]) - margin), int(at[-1]) + margin + 1))
    return found[0], found[1]


def wide_gaps(missing: np.ndarray) -> np.ndarray:
    """Missing pixels that lie in a gap too wide to fill: an opening of what is missing."""
    gaps = np.zeros_like(missing)
    # A margin, as what lies beyond the edge of an array counts as missing.
    part = surroundings(missing, HOLE_RADIUS)
    core = ~grown(~missing[part], HOLE_RADIUS)
    if core.any():
        gaps[part] = grown(core, HOLE_RADIUS) & missing[part]
    return gaps


def gap_weight(gaps: np.ndarray) -> np.ndarray:
    """Weight 0 in gaps and within MARGIN of them, from where it rises to 1, float32."""
    weight = np.ones(gaps.shape, np.float32)
    part = surroundings(gaps, 2 * MARGIN)
    near = grown(gaps[part], MARGIN)
    steps = np.zeros(near.shape, np.uint8)
    for _ in range(MARGIN):
        steps += ~near
        near = grown(near, 1)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(MARGIN + 1) / MARGIN)
    weight[part] = ramp.astype(np.float32)[steps]
    return weight


def fill_holes(values: np.ndarray, valid: np.ndarray, holes: np.ndarray) -> None:
    """Fill narrow holes in place from their rims inwards by weighted means of what is around.

    Normalised convolution (Knutsson & Westin 1993), computed only where it is needed.

    Parameters
    ----------
    values : float32, changed in place.
    valid : which pixels have a value.
    holes : which pixels to fill.
    """
    at = np.flatnonzero(holes)
    flat, known = values.reshape(-1), valid.astype(np.float32).reshape(-1)
    flat[at] = 0
    known[at] = 0
    while at.size:
        total, weights = _around(flat, known, at, values.shape)
        found = weights > 0
        if not found.any():
            break
        flat[at[found]] = total[found] / weights[found]
        known[at[found]] = 1
        at = at[~found]


def _around(flat, known, at, shape):
    """Gaussian weighted sum of the known pixels around some pixels, and the sum of weights."""
    total, weights = np.zeros(at.size, np.float32), np.zeros(at.size, np.float32)
    row, column = np.divmod(at, shape[1])
    reach = math.isqrt(_DISC)
    # At the edge of the tile its last pixels stand for what is beyond.
    columns = [np.clip(column + right, 0, shape[1] - 1) for right in range(-reach, reach + 1)]
    for down in range(-reach, reach + 1):
        start = np.clip(row + down, 0, shape[0] - 1) * shape[1]
        for right in range(-reach, reach + 1):
            if 0 < down**2 + right**2 <= _DISC:
                index = start + columns[right + reach]
                share = np.float32(np.exp(-0.5 * (down**2 + right**2))) * known.take(index)
                total += share * flat.take(index)
                weights += share
    return total, weights


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
    padded = tuple(_even_fast(size) for size in shape)
    # Two more than the band: room for the smaller grid's own Nyquist line.
    grid = tuple(min(_even_fast(cutoff * size + 2), size) for size in padded)
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
