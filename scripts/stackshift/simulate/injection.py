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
