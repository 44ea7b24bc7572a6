"""Power between the pixels of a scene, with as little displacement as its detail allows.

It is the logarithm that is interpolated: power stays positive, and a bright point does not ring.
A sinc under a Kaiser window (Kaiser & Schafer 1980) puts pixels half way between those of the
scene; there a cubic spline is as good as exact. Short kernels let mirror images of what is near
the Nyquist frequency pass, which pull what is measured by hundredths of a pixel.
"""

from functools import cached_property

import numpy as np
from scipy import ndimage

# Reach of the kernel to each side in pixels. With a Kaiser window of this beta a wave of 0.9 of
# the Nyquist frequency keeps its amplitude to 2 %, one of 0.8 to 0.5 %.
REACH = 16
_BETA = 4.0
# The spline's own reach, after which its weights are below 1e-4.
_SPLINE = 4
# Pixels that a `Surface` wants to see around what it samples; half a box of the mean comes on top.
HALO = REACH + _SPLINE + 1
# Standard deviation of the Gaussian that fills gaps with the mean of what is near, and its reach,
# which is beyond what any valid pixel can see.
_FILL = 4.0
_FILL_REACH = 6.0
# A source pixel that is smaller by less than this is as large as one of the grid.
_AS_LARGE = 1.01


def kernel(fraction: float) -> np.ndarray:
    """Weights at -REACH .. REACH that displace a signal by a fraction of a pixel forwards.

    They are scaled to keep constants.
    """
    at = np.arange(-REACH, REACH + 1) - fraction
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (at / (REACH + 1)) ** 2, 0, 1)))
    weights = np.sinc(at) * window
    return weights / weights.sum()


class Surface:
    """Power at any places of an image.

    Parameters
    ----------
    image : (rows, columns) float32 power, NaN = no data.
    scale : pixels of the image, from north to south and from west to east, in one of the result;
        above 1 the image is averaged first.

    Attributes
    ----------
    image : as it was given; it must not change.
    """

    def __init__(self, image: np.ndarray, scale: tuple[float, float] = (1.0, 1.0)):
        self.image = image
        # Of an even or broken number of pixels, the mean of two places that lie apart on the axis.
        self._widths = [_odd(width) for width in scale]
        self._apart = [_apart(*pair) for pair in zip(scale, self._widths, strict=True)]

    @cached_property
    def _spline(self) -> np.ndarray:
        log = _logarithm(_averaged(self.image, self._widths))
        for axis in (0, 1):
            log = _twice(log, axis)
        return ndimage.spline_filter(log, 3, output=np.float32, mode="mirror")

    def at(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Power at some places.

        Parameters
        ----------
        rows, columns : in pixels, 0 being the middle of the first one; arrays of one shape.

        Returns
        -------
        float32 of the shape of the places. NaN where the nearest pixel is no data or outside; what
        is not positive has no logarithm and stays as it is at the nearest pixel.
        """
        image = self.image
        whole = np.floor(rows + 0.5).astype(np.intp), np.floor(columns + 0.5).astype(np.intp)
        inside = (whole[0] >= 0) & (whole[0] < image.shape[0])
        inside &= (whole[1] >= 0) & (whole[1] < image.shape[1])
        nearest = np.full(rows.shape, np.nan, np.float32)
        nearest[inside] = image[whole[0][inside], whole[1][inside]]
        positive = nearest > 0
        if not positive.any():
            return nearest
        if not any(self._apart):
            nearest[positive] = np.exp(_between(self._spline, rows, columns)[positive])
            return nearest
        total, count = np.zeros_like(nearest), np.zeros_like(nearest)
        for down in {-self._apart[0], self._apart[0]}:
            for right in {-self._apart[1], self._apart[1]}:
                at = rows + down, columns + right
                known = _positive_at(image, *at)
                total += np.where(known, np.exp(_between(self._spline, *at)), np.float32(0))
                count += known
        np.divide(total, count, out=nearest, where=positive & (count > 0))
        return nearest


def _between(spline: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values at places of an image, out of the spline through its half pixels."""
    return ndimage.map_coordinates(
        spline, [2 * rows, 2 * columns], order=3, prefilter=False, output=np.float32, mode="mirror"
    )


def _positive_at(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Whether the nearest pixel of each place has a positive value."""
    whole = [
        np.clip(np.floor(at + 0.5).astype(np.intp), 0, size - 1)
        for at, size in zip((rows, columns), image.shape, strict=True)
    ]
    return image[whole[0], whole[1]] > 0


def _odd(width: float) -> int:
    """The largest odd number of whole pixels in a box."""
    return 2 * int(max(_AS_LARGE * width - 1, 0) // 2) + 1


def _apart(width: float, odd: int) -> float:
    """How far to each side of a place two means of an odd box have to lie for one of a width.

    Their mean then has the variance of the wide box, w^2 / 12, and so its transfer: exactly where
    w is 2 or odd, else to 0.3 % up to 0.6 of the result's Nyquist frequency. Weights by the share
    of each pixel in the box would count a pixel's own extent twice, and lose a tenth of the detail
    there: of an area layer that is what stays with the map in gamma0 times the area.
    """
    return 0.0 if width < odd * _AS_LARGE else ((width**2 - odd**2) / 12) ** 0.5


def _averaged(image: np.ndarray, widths: list[int]) -> np.ndarray:
    """An image whose pixels are means of the positive ones in a box of odd sizes around them."""
    if max(widths) == 1:
        return image
    valid = (image > 0).astype(np.float32)
    total = np.where(image > 0, image, np.float32(0))
    for axis, width in enumerate(widths):
        weights = np.full(width, 1 / width, np.float32)
        total, valid = (
            ndimage.convolve1d(a, weights, axis=axis, mode="constant") for a in (total, valid)
        )
    return np.where(valid > 0, total / np.maximum(valid, np.float32(1e-6)), np.float32(np.nan))


def _logarithm(image: np.ndarray) -> np.ndarray:
    """The logarithm, with the mean of what is near in gaps."""
    valid = image > 0
    log = np.log(np.where(valid, image, np.float32(1)))
    if valid.all():
        return log
    near, weight = (
        ndimage.gaussian_filter(a, _FILL, truncate=_FILL_REACH, mode="constant", output=np.float32)
        for a in (log * valid, valid.astype(np.float32))
    )
    return np.where(valid, log, near / np.maximum(weight, np.float32(1e-12)))


def _twice(log: np.ndarray, axis: int) -> np.ndarray:
    """Twice as many pixels along an axis: the old ones, and those half way after each."""
    weights = kernel(-0.5).astype(np.float32)
    half = ndimage.convolve1d(log, weights, axis=axis, mode="nearest")
    shape = list(log.shape)
    shape[axis] *= 2
    return np.stack([log, half], axis=axis + 1).reshape(shape)
