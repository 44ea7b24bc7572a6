"""Writing of rasters: float32 GeoTIFFs with NaN as no data, and pictures, written whole."""

import math
import os
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from rasterio.windows import Window

from stackio import files
from stackio.raster import BLOCK_ROWS, reason
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

# Read by any program that opens a TIFF.
_SAID = {"TIFFTAG_SOFTWARE": "stackshift"}
_POWER = "gamma0 as linear power, NaN = no data"
_SQUARE = 256


@contextmanager
def create(
    path,
    grid: Grid,
    tags: dict,
    no_data: float = math.nan,
    bands: tuple[str, ...] = ("gamma0 power",),
    in_squares: bool = False,
    about: str = _POWER,
    unit: str | None = None,
):
    """A new float32 GeoTIFF on a grid that exists only once it is complete.

    ``tags`` say where it comes from: stage, source and parameters, by lower-case names; ``bands``
    what each of its bands is, ``about`` what it is in a line, ``unit`` that of its values, where
    they have one; ``in_squares`` suits one of which parts are read, as in blocks of whole rows each
    part costs the reading of all beside it.
    """
    squares = {"tiled": True, "blockxsize": _SQUARE, "blockysize": _SQUARE, "interleave": "band"}
    strips = {"blockysize": min(BLOCK_ROWS, grid.height)}
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
            bigtiff="if_safer",
            **(squares if in_squares else strips),
        ) as target:
            target.update_tags(**_SAID, TIFFTAG_IMAGEDESCRIPTION=about)
            add_tags(target, tags)
            for number, band in enumerate(bands, 1):
                target.set_band_description(number, band)
                if unit:
                    target.set_band_unit(number, unit)
            told = target.tags()
            yield target
            told_more = target.tags() != told
        _check_whole(part, grid, bands, told_more)


def said_of(source) -> dict:
    """What an open raster of this workflow is, as `create` is told it for another one of it."""
    told = source.tags().get("TIFFTAG_IMAGEDESCRIPTION", _POWER)
    return {"bands": (source.descriptions[0] or "gamma0 power",), "about": told}


def add_tags(target, tags: dict) -> None:
    """Further tags of a raster that is being written, which are known only at its end."""
    target.update_tags(**{f"STACKSHIFT_{key.upper()}": value for key, value in tags.items()})


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
    return InputError(f"{path} could not be written ({reason(error)}); is the disk full?")


def _check_whole(path, grid: Grid, bands: tuple[str, ...], told_more: bool) -> None:
    # GDAL reports a full disk when it closes the file, where rasterio does not raise.
    whole = os.path.getsize(path) >= 4 * grid.width * grid.height * len(bands)
    if whole and told_more:
        # What was told at its end lies behind the pixels: cut short, it is left out without a word.
        try:
            with rasterio.open(path, driver="GTiff") as source:
                whole = source.descriptions == tuple(bands)
        except RasterioError:
            whole = False
    if not whole:
        raise InputError(f"{path} could not be written in full; is the disk full?")


def write_rows(target, first: int, block: np.ndarray, band: int = 1) -> None:
    """Whole rows of a band of a raster that is being written.

    Raises
    ------
    InputError
        If they cannot be written, which is not the fault of what is read meanwhile.
    """
    try:
        # With one axis more, as rasterio would copy a block to add it.
        target.write(block[None], [band], window=Window(0, first, block.shape[1], block.shape[0]))
    except RasterioError as error:
        raise _unwritten(target.name, error) from error


def write_picture(path, bands: np.ndarray) -> None:
    """A PNG out of (bands, rows, columns) of uint8."""
    count, height, width = bands.shape
    # In memory first: a full disk is told by Python, and by GDAL not always.
    with MemoryFile(ext=".png") as packed, files.whole(path) as part:
        with warnings.catch_warnings():
            # A picture has no place on the map.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            # Speckle packs hardly better at the usual level, in three times the time.
            with packed.open(
                driver="PNG", dtype="uint8", count=count, height=height, width=width, zlevel=3
            ) as target:
                target.write(bands)
        Path(part).write_bytes(packed.getbuffer())
