"""From a tile to the low frequencies of its spectrum, which are matched."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from stackshift.tile.windows import Window

# Pixels that are worked on together: what several passes go over stays in the processor's cache.
_BLOCK = 1 << 16


def blocks(shape: tuple[int, ...]) -> list[slice]:
    """Rows of an image in blocks that the processor's cache holds."""
    step = max(1, _BLOCK // max(shape[1], 1))
    return [slice(first, first + step) for first in range(0, shape[0], step)]


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
    runs : where in the flattened spectrum runs of one bin begin.
    run_bin, run_times, run_length : bin of each run, how often it stands in the full plane, 1 or 2,
        and how many coefficients it has.
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
    runs: np.ndarray
    run_bin: np.ndarray
    run_times: np.ndarray
    run_length: np.ndarray
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
    # The native integer, which counting and indexing need no copy of.
    index = np.minimum((radius * (bins / limit)).astype(np.intp), bins)
    index[radius >= limit] = bins
    # The mean tells nothing, and the smaller grid's own Nyquist lines stand for two frequencies.
    index[0, 0] = bins
    index[grid[0] // 2] = bins
    index[:, -1] = bins
    multiplicity = np.full((1, half), 2, np.float32)
    multiplicity[0, 0] = 1

    # A bin is a few runs of each row; the mean's column stands alone, as it counts once.
    begins = np.ones(index.shape, bool)
    begins[:, 2:] = index[:, 2:] != index[:, 1:-1]
    runs = np.flatnonzero(begins)

    def total(values):
        return np.bincount(index.ravel(), np.broadcast_to(values, index.shape).ravel(), bins + 1)

    return Band(
        shape=shape,
        cutoff=cutoff,
        padded=padded,
        grid=grid,
        rows=rows[:, None],
        columns=columns[None],
        runs=runs,
        run_bin=index.ravel()[runs],
        run_times=np.where(runs % half, 2.0, 1.0),
        run_length=np.diff(runs, append=index.size),
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


class Spectrum:
    """The real FFT of a padded tile, of which only the columns that are asked for are transformed.

    Parameters
    ----------
    low : complex64 (padded rows, n), the first columns.
    rest : gives some of the other columns of the FFT along each row, complex64 (rows of the tile,
        columns).
    """

    def __init__(self, low: np.ndarray, rest: Callable):
        self._low, self._rest, self._first = low, rest, low.shape[1]
        self._known: tuple[Band, np.ndarray, np.ndarray] | None = None

    def on(self, band: Band) -> tuple[np.ndarray, np.ndarray]:
        """Its low frequencies on a band's grid, and their mean power in each radial bin."""
        if self._known is None or self._known[0] is not band:
            low = self._lower(band.grid)
            self._known = band, low, radial_power(low, band)
        return self._known[1:]

    def _lower(self, grid: tuple[int, int]) -> np.ndarray:
        half, known = grid[1] // 2 + 1, self._low.shape[1]
        if half > known:
            more = slice(known - self._first, half - self._first)
            self._low = np.hstack([self._low, self._columns(more)])
        return low_part(self._low, grid)

    def at(self, lines: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Coefficients of some lines, (n, 1), at some places in each, (1, m), which ascend."""
        near, far = places[places < self._first], places[places >= self._first]
        found = [self._low[lines, near]]
        if far.size:
            found.append(self._columns(far - self._first)[lines[:, 0]])
        return np.hstack(found)

    def beyond(self, other: "Spectrum", share: np.float32) -> "Spectrum":
        """This one and ``share`` of what it has beyond another one of the same band."""
        first = slice(0, self._first)
        mine, theirs = self._low[:, first], other._low[:, first]
        low = np.empty_like(mine)
        for rows in blocks(low.shape):
            low[rows] = _beyond(mine[rows], theirs[rows], share)
        return Spectrum(low, lambda which: _beyond(self._rest(which), other._rest(which), share))

    def _columns(self, which) -> np.ndarray:
        return fft.fft(self._rest(which), len(self._low), axis=0)


def _beyond(mine: np.ndarray, theirs: np.ndarray, share: np.float32) -> np.ndarray:
    found = mine - theirs
    found *= share
    found += mine
    return found


def spectrum(values: np.ndarray, window: Window, band: Band) -> Spectrum:
    """The real FFT of a tile without its weighted mean, padded as the band says.

    Parameters
    ----------
    values : (rows, columns) float32, on the scale of `scaled.transformed`.
    window : from `window`.
    band : from `band`, whose columns are transformed at once.
    """
    mean, half = window.mean(values), band.grid[1] // 2 + 1
    # Columns that lie beside each other transform twice as fast.
    low = np.zeros((band.padded[0], half), np.complex64)
    rest = np.empty((values.shape[0], band.padded[1] // 2 + 1 - half), np.complex64)
    for rows in blocks(values.shape):
        centred = values[rows] - mean
        window.apply(centred, rows)
        lines = fft.rfft(centred, band.padded[1])
        low[: len(values)][rows], rest[rows] = lines[:, :half], lines[:, half:]
    return Spectrum(fft.fft(low, axis=0, overwrite_x=True), lambda which: rest[:, which])


def low_part(full: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """The low frequencies of a real FFT, as the real FFT of a smaller grid."""
    top, half = grid[0] // 2, grid[1] // 2 + 1
    return np.concatenate([full[:top, :half], full[full.shape[0] - top :, :half]])


def shifted(cross: np.ndarray, displacement: np.ndarray, frequencies: Band) -> np.ndarray:
    """The cross spectrum with the phase of a displacement taken out."""
    rows = np.exp(1j * displacement[0] * frequencies.rows).astype(np.complex64)
    columns = np.exp(1j * displacement[1] * frequencies.columns).astype(np.complex64)
    found = cross * rows
    found *= columns
    return found


def radial_sum(values: np.ndarray, band: Band) -> np.ndarray:
    """Sum of a real quantity over the full plane in each radial bin within the band."""
    return _by_runs(np.add.reduceat(values.ravel(), band.runs), band)


def radial_power(spectrum: np.ndarray, band: Band) -> np.ndarray:
    """Mean power of a coefficient of a complex64 spectrum in each radial bin within the band."""
    parts = np.ascontiguousarray(spectrum).view(np.float32).ravel()
    total = _by_runs(np.add.reduceat(parts * parts, 2 * band.runs), band)
    return total / np.maximum(band.counts, 1)


def _by_runs(sums: np.ndarray, band: Band) -> np.ndarray:
    return np.bincount(band.run_bin, sums * band.run_times, len(band.centres) + 1)[:-1]


def by_bin(values: np.ndarray, frequencies: Band) -> np.ndarray:
    """A value for each radial bin as a map over the frequencies, 0 outside the band."""
    known = np.append(values, 0).astype(np.float32)[frequencies.run_bin]
    # Half the time of looking each coefficient's bin up.
    return np.repeat(known, frequencies.run_length).reshape(frequencies.bin.shape)
