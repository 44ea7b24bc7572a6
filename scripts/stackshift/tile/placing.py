"""A tile as it would be if its content lay where that of the stack does.

Whole pixels are copied, a fraction is a phase in the frequency domain.
"""

import numpy as np
from scipy import fft

from stackshift.tile.frequencies import blocks
from stackshift.tile.gaps import fill_holes, grown, wide_gaps
from stackshift.tile.scaled import Tile

# A fraction of a pixel that is not worth moving for, as it costs no coherence; and that a scene's
# place may be short of by what of it stays in the mean of the others.
STILL = 0.02
_SHORT = 0.002
# Mirrored beyond the tile's edges, so that the periodic transform finds no step there, pixels.
_MIRRORED = 16
# What is moved by a fraction of a pixel rings next to a gap, pixels.
_RINGS = 4


def still(members: int) -> float:
    """A fraction of a pixel that members of a mean of so many need not be moved for.

    A member is missing in the mean of the n - 1 others, which then lies a share 1 / (n - 1) of what
    is left of it on the other side.
    """
    return min(STILL, _SHORT * max(members - 1, 1))


def moved(tile: Tile, position: tuple[float, float], least: float = STILL) -> Tile:
    """A tile as it would be if its content lay where that of the stack does.

    Parameters
    ----------
    tile : from `scaled.transformed`.
    position : where the content lies, (rows to the south, columns to the east) in pixels.
    least : fraction of a pixel below which nothing is moved.

    Returns
    -------
    One of the same shape. Whole pixels are copied, a fraction is a phase in the frequency domain;
    the tile itself if nothing moves.
    """
    values, valid = tile
    whole = np.rint(position).astype(int)
    fraction = np.asarray(position, float) - whole
    if np.abs(fraction).max() >= least:
        values, valid = _by_fraction(values, valid, -fraction)
    if whole.any():
        values, valid = _cut(values, whole, np.float32(0)), _cut(valid, whole, False)
    return tile if values is tile.values else Tile(values, valid)


def _cut(image: np.ndarray, start: np.ndarray, empty) -> np.ndarray:
    """An image read from another first pixel on, filled where it ends."""
    out = np.empty_like(image)
    source, target = [], []
    for first, size in zip(start, image.shape, strict=True):
        source.append(slice(max(0, first), max(0, min(size, size + first))))
        target.append(slice(max(0, -first), max(0, min(size, size - first))))
    rows, columns = target
    out[: rows.start] = out[rows.stop :] = empty
    out[rows, : columns.start] = out[rows, columns.stop :] = empty
    out[rows, columns] = image[tuple(source)]
    return out


def _by_fraction(values, valid, shift):
    missing = ~valid
    if missing.any():
        values = values.copy()
        gaps = wide_gaps(missing)
        if valid.any():
            values[missing] = values[valid].mean(dtype=float)
        fill_holes(values, valid, missing & ~gaps)
        valid = ~(grown(missing, 1) | grown(gaps, _RINGS))
    padded = np.pad(values, _MIRRORED, mode="reflect")
    shape = tuple(fft.next_fast_len(n, real=True) for n in padded.shape)
    spectrum = fft.rfft2(padded, shape)
    rows = np.exp(-2j * np.pi * fft.fftfreq(shape[0]) * shift[0]).astype(np.complex64)
    columns = np.exp(-2j * np.pi * fft.rfftfreq(shape[1]) * shift[1]).astype(np.complex64)
    for part in blocks(spectrum.shape):
        spectrum[part] *= rows[part, None]
        spectrum[part] *= columns
    inside = tuple(slice(_MIRRORED, _MIRRORED + n) for n in values.shape)
    return fft.irfft2(spectrum, shape, overwrite_x=True)[inside], valid
