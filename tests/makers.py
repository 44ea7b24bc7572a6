"""Scenes for the tests, made with NumPy and rasterio alone and not with the code under test."""

import resource
import signal
from contextlib import contextmanager

import numpy as np
import rasterio
from rasterio.transform import Affine

POSTING = 30.0
WEST, NORTH = 300_000.0, 3_900_000.0


def texture(rows: int, columns: int, seed: int = 0, cutoff: float = 0.35) -> np.ndarray:
    """Positive power with smooth random texture, band-limited to ``cutoff`` cycles a pixel."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(random.normal(size=(rows, columns)))
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    field = np.fft.irfft2(spectrum * np.exp(-((frequency / (cutoff / 2)) ** 2)), (rows, columns))
    return np.exp(0.7 * field / field.std() - 2).astype(np.float32)


def displaced(image: np.ndarray, rows: float, columns: float) -> np.ndarray:
    """The image with its content moved by (rows to the south, columns to the east), periodic."""
    spectrum = np.fft.fft2(image)
    phase = np.fft.fftfreq(image.shape[0])[:, None] * rows
    phase = phase + np.fft.fftfreq(image.shape[1])[None] * columns
    return np.fft.ifft2(spectrum * np.exp(-2j * np.pi * phase)).real.astype(np.float32)


def write_scene(
    path,
    image,
    west=WEST,
    north=NORTH,
    posting=POSTING,
    crs="EPSG:32611",
    no_data=None,
    transform=None,
    **profile,
):
    """A GeoTIFF with the image; west and north are the outer edges of its first pixel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.asarray(image)
    bands = image if image.ndim == 3 else image[None]
    profile = {
        "driver": "GTiff",
        "dtype": image.dtype,
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "crs": crs,
        "nodata": no_data,
        "transform": transform or Affine(posting, 0, west, 0, -posting, north),
    } | profile
    with rasterio.open(path, "w", **profile) as target:
        target.write(bands)
    return path


def hyp3_name(scene: str, polarization: str = "VV", platform: str = "S1A") -> str:
    """A file name as HyP3 gives it."""
    return f"{platform}_IW_{scene}_DVP_RTC30_G_gpuned_0A1B_{polarization}.tif"


def pair_settings(**changes) -> dict:
    """The ``pairs`` section of the config with all keys; no pair unless asked for."""
    nothing = {"next": 0, "first_last": False, "every": [], "yearly": None, "reference": None}
    return nothing | {"list": [], "min_days": 0, "max_days": 1e6} | changes


def read(path) -> np.ndarray:
    """The first band of a raster."""
    with rasterio.open(path) as source:
        return source.read(1)


@contextmanager
def nearly_full_disk(most: int):
    """A disk on which no file has room for more than so many bytes."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
