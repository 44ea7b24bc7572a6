"""Known displacements put into real scenes."""

import zlib

import numpy as np
from scipy import ndimage

# Reach of the interpolation kernel to each side, pixels. With a Kaiser window of this beta a wave
# of 0.8 of the Nyquist frequency keeps its amplitude to 0.2 % and is displaced to 3e-4 pixel.
REACH = 12
_BETA = 6.0


def drawn(scene: str, seed: int, largest: float) -> tuple[float, float]:
    """The displacement (east, north) in pixels of a scene, the same for the same name and seed."""
    random = np.random.default_rng((seed, zlib.crc32(scene.encode())))
    east, north = random.uniform(-largest, largest, 2)
    return float(east), float(north)


def kernel(fraction: float) -> np.ndarray:
    """Weights at -REACH .. REACH that displace a signal by a fraction of a pixel forwards.

    A sinc under a Kaiser window (Kaiser & Schafer 1980), scaled to keep constants.
    """
    at = np.arange(-REACH, REACH + 1) - fraction
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (at / (REACH + 1)) ** 2, 0, 1)))
    weights = np.sinc(at) * window
    return weights / weights.sum()


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
