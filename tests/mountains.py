"""Mountains as a side-looking radar sees them, for tests: made with NumPy and SciPy alone.

The radar looks to the east, in a plane for each row of the map. A facet that rises by s a metre is
(cos i + s sin i) / (sin i - s cos i) times as large across the look direction as in slant range,
and so much brighter in beta0 than in gamma0 (Small 2011, doi:10.1109/TGRS.2011.2120616); it is in
layover where slant range does not grow along the ground, and in shadow where a ray meets a crest
before it. Brightness moves with the image, the division by the area stays with the map, and where
the DEM is wrong by dh the image lies dh / tan i off in range. Nothing of it comes from the code
under test.
"""

from dataclasses import dataclass

import numpy as np
import scipy.fft as sf
from scipy import ndimage

INCIDENCE = np.radians(39.0)
POSTING = 30.0


def field(size: int, exponent: float, random, largest: float = 200.0) -> np.ndarray:
    """A random field with a power law spectrum, mean 0 and standard deviation 1."""
    k = np.hypot(sf.fftfreq(size)[:, None], sf.rfftfreq(size)[None]) * 2 * np.pi
    shape = (k**2 + (2 * np.pi / largest) ** 2) ** (-exponent / 4)
    found = sf.irfft2(sf.rfft2(random.standard_normal((size, size))) * shape, s=(size, size))
    return (found - found.mean()) / found.std()


def moved(image: np.ndarray, rows: float, columns: float) -> np.ndarray:
    """The image with its content moved by a fraction of a pixel, periodic."""
    phase = sf.fftfreq(image.shape[0])[:, None] * rows + sf.rfftfreq(image.shape[1])[None] * columns
    return sf.irfft2(sf.rfft2(image) * np.exp(-2j * np.pi * phase), s=image.shape)


@dataclass
class Mountains:
    """A place: DEM in metres, area (ratio), layover, shadow, and brightness of its ground."""

    dem: np.ndarray
    area: np.ndarray
    layover: np.ndarray
    shadow: np.ndarray
    ground: np.ndarray


def mountains(size: int, seed: int, steep=0.35, texture=0.5) -> Mountains:
    """A place: slopes of so much rms along range, ground of 2 x texture decibels' spread."""
    random = np.random.default_rng(seed)
    dem = field(size, 4.4, random)
    slope = np.gradient(dem, POSTING, axis=1)
    dem *= steep / slope.std()
    ground = np.exp(texture * 2 * np.log(10) / 10 * field(size, 2.4, random))
    area, layover, shadow = geometry(dem)
    return Mountains(dem, area, layover, shadow, ground)


def geometry(dem: np.ndarray, posting: float = POSTING):
    """Area of gamma0 over that of beta0 in each pixel, and where layover and shadow are."""
    slope = np.gradient(dem, posting, axis=1)
    slant = np.sin(INCIDENCE) - slope * np.cos(INCIDENCE)
    # Of a facet along range: what it has across the look direction, over its extent in slant range.
    seen = np.cos(INCIDENCE) + slope * np.sin(INCIDENCE)
    x = np.arange(dem.shape[1]) * posting
    far = x * np.sin(INCIDENCE) - dem * np.cos(INCIDENCE)
    behind = np.maximum.accumulate(far, axis=1)
    ahead = np.minimum.accumulate(far[:, ::-1], axis=1)[:, ::-1]
    layover = (far < behind) | (far > ahead) | (slant <= 0)
    # A ray comes down to the east: what lies deeper behind a crest than it is in shadow.
    height = dem * np.sin(INCIDENCE) + x * np.cos(INCIDENCE)
    shadow = (height < np.maximum.accumulate(height, axis=1)) | (seen <= 0)
    area = np.maximum(seen, 0.02) / np.maximum(np.abs(slant), 0.12)
    return area, layover, shadow


def scene(place: Mountains, shift, seed: int, looks=5.0, normalised=1.0, dem_error=0.0):
    """gamma0 of one date as it is delivered: (rows, columns) float32.

    Parameters
    ----------
    shift : (rows to the south, columns to the east) in pixels by which the image lies off the DEM.
    normalised : share of the area, in decibels, that the division takes out.
    dem_error : by how many metres the DEM is too high at each pixel.
    """
    random = np.random.default_rng(seed)
    bright = np.log(place.area) + np.log(place.ground)
    image = np.exp(moved(bright, *shift))
    if np.any(dem_error):
        # Too high a DEM takes a facet for one farther away.
        off = np.broadcast_to(dem_error / np.tan(INCIDENCE) / POSTING, image.shape)
        rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
        image = np.exp(ndimage.map_coordinates(np.log(image), [rows, columns - off], order=5))
    image *= random.standard_gamma(looks, image.shape) / looks
    return (image / place.area**normalised).astype(np.float32)
