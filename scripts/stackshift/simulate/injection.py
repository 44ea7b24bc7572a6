"""Known displacements put into real scenes."""

import zlib

import numpy as np
from scipy import ndimage

from stackshift.ground.resampling import REACH, kernel


def drawn(scene: str, seed: int, largest: float) -> tuple[float, float]:
    """The displacement (east, north) in pixels of a scene, the same for the same name and seed."""
    random = np.random.default_rng((seed, zlib.crc32(scene.encode())))
    east, north = random.uniform(-largest, largest, 2)
    return float(east), float(north)


def drawn_whole(scene: str, seed: int, size: int) -> tuple[int, int]:
    """The displacement (east, north) of a scene's boxes in whole pixels, less than a box."""
    random = np.random.default_rng((seed, size, zlib.crc32(scene.encode())))
    east, north = random.integers(1 - size, size, 2)
    return int(east), int(north)


def boxed(image: np.ndarray, size: int, shift: tuple[int, int]) -> np.ndarray:
    """A coarser scene whose content is moved by whole pixels of the finer one, exactly.

    Parameters
    ----------
    image : (rows, columns) float32 power, NaN = no data.
    size : pixels along an axis of a box.
    shift : (rows to the south, columns to the east) in pixels of the image.

    Returns
    -------
    The means of the valid pixels of boxes that are displaced the other way, from the image's first
    row and column on; NaN where less than half of a box is valid.
    """
    counts = [-(-length // size) for length in image.shape]
    padded = np.full([count * size for count in counts], np.nan, np.float32)
    source, target = [], []
    for length, room, amount in zip(image.shape, padded.shape, shift, strict=True):
        source.append(slice(max(-amount, 0), min(length, room - amount)))
        target.append(slice(max(amount, 0), min(length + amount, room)))
    padded[tuple(target)] = image[tuple(source)]
    boxes = padded.reshape(counts[0], size, counts[1], size)
    valid = np.isfinite(boxes).sum((1, 3))
    total = np.nansum(boxes, (1, 3), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(2 * valid >= size**2, total / valid, np.nan).astype(np.float32)


def displaced(image: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """A scene whose content is moved by a known amount.

    Parameters
    ----------
    image : (rows, columns) float32 power, NaN = no data.
    shift : (rows to the south, columns to the east) in pixels.

    Returns
    -------
    The moved scene; NaN where the kernel reaches beyond the image or into no data. It is the
    logarithm that is interpolated, so that power stays positive.
    """
    missing = ~(np.isfinite(image) & (image > 0))
    values = np.log(np.where(missing, 1, image)).astype(np.float32)
    values[missing] = 0 if missing.all() else np.median(values[~missing])
    for axis, amount in enumerate(shift):
        whole = int(np.floor(amount))
        weights = kernel(amount - whole).astype(np.float32)
        values = ndimage.convolve1d(values, weights, axis=axis, mode="nearest")
        values = ndimage.shift(
            values, [whole * (axis == a) for a in (0, 1)], order=0, mode="nearest"
        )
        reach = np.ones(2 * REACH + 1, bool)
        structure = reach[:, None] if axis == 0 else reach[None]
        missing = ndimage.binary_dilation(missing, structure, border_value=1)
        missing = ndimage.shift(
            missing.astype(np.uint8), [whole * (axis == a) for a in (0, 1)], order=0,
            mode="constant", cval=1,
        ).astype(bool)  # fmt: skip
    return np.where(missing, np.float32(np.nan), np.exp(values))
