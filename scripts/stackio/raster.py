"""All reading and writing of rasters: float32 GeoTIFFs with NaN as no data, written whole."""

import math
import os
import sys
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

# GDAL would keep 5 % of the machine's memory of blocks that no job reads twice.
os.environ.setdefault("GDAL_CACHEMAX", "64")
# rasterio imports it wherever it is installed, at a quarter of a second a job, for credentials that
# GDAL finds by itself.
sys.modules.setdefault("boto3", None)  # type: ignore[arg-type]
# For scenes behind an address: one request for the header and no listing, and again if it fails.
os.environ.setdefault("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")
os.environ.setdefault("GDAL_HTTP_MAX_RETRY", "3")
os.environ.setdefault("GDAL_HTTP_RETRY_DELAY", "1")

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from stackio import files
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid, check_north_up

BLOCK_ROWS = 256


@contextmanager
def open_scene(path, bands: int = 1):
    """A raster of so many bands, opened; what cannot be used is an InputError with the file."""
    try:
        source = rasterio.open(path)
    except RasterioIOError as error:
        raise InputError(f"{path} cannot be opened as a raster ({_line(error)})") from error
    with source:
        try:
            if source.count != bands:
                raise InputError(f"has {source.count} bands; give one file a polarization")
            if source.crs is None:
                raise InputError(
                    "has no CRS; assign one (gdal_edit.py -a_srs), or use the original"
                )
            if np.issubdtype(np.dtype(source.dtypes[0]), np.complexfloating):
                raise InputError("is complex; stackshift needs gamma0 power, not an SLC")
            check_north_up(tuple(source.transform)[:6])
        except InputError as error:
            raise InputError(f"{path} {error}") from None
        try:
            yield source
        except RasterioError as error:
            raise InputError(
                f"{path} cannot be read to the end ({_line(error)}); it is damaged or incomplete: "
                "download it again"
            ) from error


def check_complete(source, path) -> None:
    """Refuse a GeoTIFF on this machine that ends before its last block of pixels.

    Raises
    ------
    InputError
        With the file; a damaged block inside shows only when it is read.
    """
    if source.driver != "GTiff" or not os.path.isfile(path):
        return
    size = os.path.getsize(path)
    height, width = source.block_shapes[0]
    for row in range(-(-source.height // height)):
        for column in range(-(-source.width // width)):
            place = [
                source.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=1)
                for what in ("OFFSET", "SIZE")
            ]
            if all(place) and sum(map(int, place)) > size:
                raise InputError(f"{path} is incomplete; download it again")


def bounds_in_degrees(source) -> tuple[float, float, float, float]:
    """The bounds of an open raster as (west, south, east, north); east beyond 180 if it crosses."""
    west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    return west, south, east + 360 * (east < west), north


def _line(error) -> str:
    """The deepest reason of a GDAL error, on one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())


def grid_of(source) -> Grid:
    """The grid of an open raster."""
    return Grid(source.crs.to_string(), tuple(source.transform)[:6], source.width, source.height)


def bounds_in(source, crs: str) -> tuple[float, float, float, float]:
    """The bounds of an open raster in another CRS: (left, bottom, right, top)."""
    if source.crs.to_string() == crs:
        return tuple(source.bounds)
    return transform_bounds(source.crs, crs, *source.bounds, densify_pts=101)


def unit_in_metres(crs: str) -> float | None:
    """Metres in a unit of a projected CRS; None for a geographic CRS (degrees)."""
    parsed = rasterio.CRS.from_string(crs)
    return None if parsed.is_geographic else parsed.linear_units_factor[1]


def write_grid(path, grid: Grid) -> None:
    """A stack's grid as JSON: crs, transform (a, b, c, d, e, f), width, height, bounds."""
    files.write_json(
        path,
        {
            "crs": grid.crs,
            "transform": list(grid.transform),
            "width": grid.width,
            "height": grid.height,
            "bounds": list(grid.bounds),
        },
    )


def read_grid(path) -> Grid:
    """A stack's grid from its JSON."""
    content = files.read_json(path)
    return Grid(content["crs"], tuple(content["transform"]), content["width"], content["height"])


def no_data_value(source, configured) -> float:
    """What marks no data in a raster, besides NaN and infinity.

    The configured number if there is one; else what the file says; else 0, which no power has.
    """
    if configured != "auto":
        return float(configured)
    return 0.0 if source.nodata is None else float(source.nodata)


def masked(values: np.ndarray, no_data: float) -> np.ndarray:
    """Values as float32 with NaN where there is no data: ``no_data``, NaN, infinity."""
    with np.errstate(over="ignore"):
        block = values.astype(np.float32)
        marker = np.float32(no_data)
    # Compared in the file's own type too, as a marker such as -1.797e308 is no float32.
    missing = ~np.isfinite(block) | (values == no_data) | (block == marker)
    block[missing] = np.nan
    return block


def warped(source, grid: Grid, resampling: str, no_data: float) -> WarpedVRT:
    """An open raster as seen on another grid, as float32 with NaN as no data.

    The exact transformation of every pixel, as GDAL's usual shortcut may be an eighth of a pixel
    off, which is what this workflow measures.
    """
    return WarpedVRT(
        source,
        crs=grid.crs,
        transform=Affine(*grid.transform),
        width=grid.width,
        height=grid.height,
        resampling=Resampling[resampling],
        src_nodata=no_data,
        nodata=math.nan,
        dtype="float32",
        tolerance=1e-6,
    )


def row_blocks(height: int, rows: int = BLOCK_ROWS):
    """(first row, number of rows) of the blocks that cover ``height`` rows."""
    for first in range(0, height, rows):
        yield first, min(rows, height - first)


def read_rows(source, first: int, rows: int) -> np.ndarray:
    """Whole rows of an open raster."""
    return source.read(1, window=Window(0, first, source.width, rows))


def read_part(source, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    """All bands of a part of an open raster, between two rows and two columns: (bands, ...)."""
    return source.read(window=Window.from_slices(rows, columns))


def read_reduced(source, shape: tuple[int, int]) -> np.ndarray:
    """An open raster at a smaller size, (rows, columns): the mean of the valid pixels."""
    return source.read(1, out_shape=shape, resampling=Resampling.average)


def write_picture(path, bands: np.ndarray) -> None:
    """A PNG out of (bands, rows, columns) of uint8."""
    with files.whole(path) as part:
        count, height, width = bands.shape
        with warnings.catch_warnings():
            # A picture has no place on the map.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(
                part, "w", driver="PNG", dtype="uint8", count=count, height=height, width=width
            ) as target:
                target.write(bands)


# Read by any program that opens a TIFF.
_SAID = {
    "TIFFTAG_SOFTWARE": "stackshift",
    "TIFFTAG_IMAGEDESCRIPTION": "gamma0 as linear power, NaN = no data",
}


def tags_of(source) -> dict[str, str]:
    """What an earlier stage of this workflow wrote about a raster: stage, source, parameters."""
    return {
        key.removeprefix("STACKSHIFT_").lower(): value
        for key, value in source.tags().items()
        if key.startswith("STACKSHIFT_")
    }


def warp_of(tags: dict[str, str]) -> tuple[float, float]:
    """The displacement that interpolation took out of a raster: (rows, columns) in pixels."""
    rows, columns = map(float, tags.get("warp", "0 0").split())
    return rows, columns


def with_warp(tags: dict[str, str], warp: tuple[float, float] | None) -> dict[str, str]:
    """Tags that tell of that displacement too; None where it is not the same all over."""
    known = {key: value for key, value in tags.items() if key != "warp"}
    return known | ({"warp": f"{warp[0]:.6f} {warp[1]:.6f}"} if warp and any(warp) else {})


@contextmanager
def create(
    path,
    grid: Grid,
    tags: dict,
    no_data: float = math.nan,
    bands: tuple[str, ...] = ("gamma0 power",),
):
    """A new float32 GeoTIFF on a grid that exists only once it is complete.

    ``tags`` say where it comes from: stage, source and parameters, by lower-case names; ``bands``
    what each of its bands is.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with files.whole(path) as part:
        with _opened_to_write(
            part,
            driver="GTiff",
            dtype="float32",
            count=len(bands),
            nodata=no_data,
            crs=grid.crs,
            transform=Affine(*grid.transform),
            width=grid.width,
            height=grid.height,
            blockysize=min(BLOCK_ROWS, grid.height),
            bigtiff="if_safer",
        ) as target:
            target.update_tags(**_SAID | {f"STACKSHIFT_{k.upper()}": v for k, v in tags.items()})
            for number, band in enumerate(bands, 1):
                target.set_band_description(number, band)
            yield target
        _check_size(part, grid, len(bands))


@contextmanager
def _opened_to_write(path, **profile):
    """A raster to write; what fails when it is opened or closed is told as such."""
    try:
        target = rasterio.open(path, "w", **profile)
    except RasterioError as error:
        raise _unwritten(path, error) from error
    try:
        yield target
    except BaseException:
        with suppress(RasterioError):
            target.close()
        raise
    try:
        target.close()
    except RasterioError as error:
        raise _unwritten(path, error) from error


def _unwritten(path, error) -> InputError:
    return InputError(f"{path} could not be written ({_line(error)}); is the disk full?")


def _check_size(path, grid: Grid, bands: int) -> None:
    # GDAL reports a full disk when it closes the file, where rasterio does not raise.
    if os.path.getsize(path) < 4 * grid.width * grid.height * bands:
        raise InputError(f"{path} could not be written in full; is the disk full?")


def write_rows(target, first: int, block: np.ndarray, band: int = 1) -> None:
    """Whole rows of a band of a raster that is being written.

    Raises
    ------
    InputError
        If they cannot be written, which is not the fault of what is read meanwhile.
    """
    try:
        target.write(block, band, window=Window(0, first, block.shape[1], block.shape[0]))
    except RasterioError as error:
        raise _unwritten(target.name, error) from error
