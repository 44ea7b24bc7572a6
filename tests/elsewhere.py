"""Area layers on other lattices than the scenes': means over their own pixels, nothing resampled.

The terrain of `mountains` with its detail between pixels: facets of a sixth of a pixel, of which
the layer of any CRS and posting has the mean in each of its pixels, as the scenes have in theirs.
"""

import numpy as np
import scipy.fft as sf
from makers import NORTH, POSTING, WEST, write_scene
from mountains import Mountains, field, geometry, moved
from rasterio.transform import Affine
from rasterio.warp import transform
from scipy import ndimage

CRS = "EPSG:32611"
FACETS = 6
# CRS and posting of the layer, metres or degrees, and its corner beyond that of the grid, pixels.
KINDS = {
    "another fraction of a pixel": (CRS, POSTING, (0.37, 0.21)),
    "the next UTM zone": ("EPSG:32612", POSTING, (0, 0)),
    "degrees, 1 arc second": ("EPSG:4326", 1 / 3600, (0, 0)),
    "half the posting": (CRS, 15.0, (0.13, 0.29)),
    "20 m": (CRS, 20.0, (0.13, 0.29)),
    "the next zone, 10 m": ("EPSG:32612", 10.0, (0, 0)),
    "45 m": (CRS, 45.0, (0.13, 0.29)),
    "60 m": (CRS, 60.0, (0.13, 0.29)),
}
_ROOM = 4


def _finer(image: np.ndarray) -> np.ndarray:
    """The same between its pixels: (FACETS times as many each way), periodic."""
    size, times = len(image), FACETS
    spectrum = np.zeros((times * size, times * size // 2 + 1), complex)
    whole, half = sf.rfft2(image), size // 2
    spectrum[:half, : half + 1] = whole[:half]
    spectrum[-half:, : half + 1] = whole[half:]
    found = sf.irfft2(spectrum, s=(times * size, times * size)) * times**2
    return found


def facets(size: int, seed: int, steep=0.35, texture=0.5) -> Mountains:
    """A place as facets of a sixth of a pixel; heights and ground have no detail below a pixel."""
    random = np.random.default_rng(seed)
    dem, ground = (_finer(field(size, exponent, random)) for exponent in (4.4, 2.4))
    dem *= steep / np.gradient(dem, POSTING / FACETS, axis=1).std()
    area, layover, shadow = geometry(dem, POSTING / FACETS)
    return Mountains(dem, area, layover, shadow, np.exp(texture * 2 * np.log(10) / 10 * ground))


def pixels(fine: np.ndarray) -> np.ndarray:
    """Means of facets in the pixels of the scenes."""
    size = len(fine) // FACETS
    return fine.reshape(size, FACETS, size, FACETS).mean((1, 3))


def delivered(place: Mountains, shift, seed: int, looks=5.0) -> np.ndarray:
    """gamma0 of a date whose image lies (rows, columns) off the DEM, layover and shadow masked."""
    bright = moved(np.log(place.area * place.ground), *(FACETS * np.asarray(shift)))
    image = pixels(np.exp(bright)) / pixels(place.area)
    image *= np.random.default_rng(seed).standard_gamma(looks, image.shape) / looks
    image[pixels((place.layover | place.shadow).astype(float)) > 0] = np.nan
    return image.astype(np.float32)


def write_area(path, area: np.ndarray, kind: str):
    """A layer of a kind, covering a grid with its corner at WEST, NORTH."""
    crs, posting, off = KINDS[kind]
    size = len(area) // FACETS * POSTING
    x, y = [WEST, WEST + size] * 2, [NORTH - size] * 2 + [NORTH] * 2
    x, y = transform(CRS, crs, x, y) if crs != CRS else (x, y)
    west, north = (
        min(x) + (off[0] - _ROOM) * posting, max(y) - (off[1] - _ROOM) * posting
    )  # fmt: skip
    shape = int((north - min(y)) / posting) + _ROOM, int((max(x) - west) / posting) + _ROOM
    # As many places in a pixel as facets: of degrees a little more or less.
    ground = posting * 110_000 if crs == "EPSG:4326" else posting
    places = round(FACETS * ground / POSTING)
    spline = ndimage.spline_filter(np.log(area), 3, mode="grid-wrap")
    total = np.zeros(shape)
    inside = (np.arange(places) + 0.5) / places
    for down in inside:
        for right in inside:
            at = np.meshgrid(
                west + posting * (np.arange(shape[1]) + right),
                north - posting * (np.arange(shape[0]) + down),
            )
            x, y = (one.ravel() for one in at)
            x, y = map(np.asarray, transform(crs, CRS, x, y) if crs != CRS else (x, y))
            rows, columns = (NORTH - y, x - WEST)
            where = [one / POSTING * FACETS - 0.5 for one in (rows, columns)]
            found = ndimage.map_coordinates(
                spline, where, order=3, prefilter=False, mode="grid-wrap"
            )
            total += np.exp(found).reshape(shape)
    transform_there = Affine(posting, 0, west, 0, -posting, north)
    return write_scene(
        path, (total / places**2).astype(np.float32), crs=crs, transform=transform_there
    )
