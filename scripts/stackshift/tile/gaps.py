"""Gaps of a tile: narrow holes are filled, wide gaps get a weight that fades out.

Whatever is fixed in the frame pulls a shift towards zero, and the rim of a gap is.
"""

import math

import numpy as np

# Holes up to twice this radius wide are filled; what is wider is a gap with weight zero.
HOLE_RADIUS = 7
# Pixels next to a gap that lose their weight, and over which it then rises to one.
MARGIN = 8
# Squared radius in pixels of the disk from which a pixel of a hole is filled.
_DISC = 4


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
