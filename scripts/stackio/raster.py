"""Rasters, opened: whether they can be used, what their headers say, and their pixels."""

import os
import re
from contextlib import contextmanager
from pathlib import Path

# GDAL would keep 5 % of the machine's memory of blocks that no job reads twice.
os.environ.setdefault("GDAL_CACHEMAX", "64")
# For scenes behind an address: one request for the header and no listing, and again if it fails.
_LISTING = os.environ.setdefault("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")
os.environ.setdefault("GDAL_HTTP_MAX_RETRY", "3")
os.environ.setdefault("GDAL_HTTP_RETRY_DELAY", "1")

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.windows import Window

from stackio import earth, files
from stackshift.errors import InputError
from stackshift.ground import power
from stackshift.ground.lattice import Bounds, Grid, check_north_up, grid_beside
from stackshift.ground.names import sources_of_vrt

BLOCK_ROWS = 256
# An address, plain, of an archive (zip+https://) or as GDAL writes it, also within another.
_ADDRESS = re.compile(
    r"^(?!(file|zip|tar|gzip)://)[\w+.-]+://|/?vsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)"
)
# Tags that tell what values are; the long one is OPERA's.
_ABOUT_VALUES = re.compile(r"(?i)^units?$|_units?$|OUTPUT_BACKSCATTER_EXPRESSION_CONVENTION$")


@contextmanager
def open_scene(path, bands: int | None = None, band: int | None = None):
    """A raster, opened; what cannot be used is an InputError with the file.

    Parameters
    ----------
    path : file or address; files beside it (masks, world files, headers) count for a file only.
    bands : how many the raster has to have; None for a scene, of which one is read: see `band_of`.
    band : number of the band to read of a scene that has several.
    """
    with (
        rasterio.Env.from_defaults(GDAL_DISABLE_READDIR_ON_OPEN=_listing(path)),
        _opened(path, bands, band) as source,
    ):
        yield source


@contextmanager
def own_tiles():
    """Around the reading of many tiles of this workflow's own making, which takes half as long.

    Nothing lies beside them, and their CRS is that of their tags, which needs no look into PROJ's
    database.
    """
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GTIFF_SRS_SOURCE="GEOKEYS"):
        yield


def open_tile(folder, cell: tuple[int, int]):
    """A tile of a scene, (row, column), opened; see `open_scene`, and around it `own_tiles`."""
    return _opened(Path(folder) / "{}_{}.tif".format(*cell), None, None)


@contextmanager
def _opened(path, bands: int | None, band: int | None):
    try:
        source = rasterio.open(path)
    except RasterioIOError as error:
        if made_by := _gone(path):
            raise InputError(
                f"{path} was deleted by hand: make it again with '--forcerun {made_by}'"
            ) from error
        raise InputError(f"{path} cannot be opened as a raster ({reason(error)})") from error
    with source:
        try:
            if bands is None:
                band = band_of(source, band)
            elif source.count != bands:
                raise InputError(f"has {source.count} bands, not {bands}")
            _check_usable(source, band or 1)
        except InputError as error:
            raise InputError(f"{path} {error}") from None
        try:
            yield source
        except RasterioError as error:
            raise unread(source, error) from error


def _gone(path) -> str | None:
    """The stage whose result is not there any more, though Snakemake took it for done."""
    parts = Path(str(path)).parts
    if parts[:1] != ("results",) or len(parts) < 5 or Path(str(path)).exists():
        return None
    return {"tiles": "tile"}.get(parts[3], parts[3])


def _listing(path) -> str:
    """How GDAL looks for files beside a raster: it asks for each, or does not for an address.

    A listing of the folder would cost more the more files there are.
    """
    return _LISTING if _ADDRESS.search(str(path)) or _LISTING != "EMPTY_DIR" else "TRUE"


def _check_usable(source, band: int) -> None:
    if np.issubdtype(np.dtype(source.dtypes[band - 1]), np.complexfloating):
        raise InputError("is complex; stackshift needs gamma0 power, not an SLC")
    if source.transform.is_identity and (place := _radar_geometry(source)):
        raise InputError(f"is in radar geometry ({place} only); terrain-correct it first")
    if source.crs is None:
        raise InputError("has no CRS; assign one (gdal_edit.py -a_srs), or use the original")
    if source.scales[band - 1] == 0:
        raise InputError(
            "has a scale of 0, which makes all its values one; correct it (gdal_edit.py -scale)"
        )
    earth.check_crs(source.crs)
    check_north_up(tuple(source.transform)[:6], source.width, source.height)


def _radar_geometry(source) -> str | None:
    """What places the pixels of a raster that is on no map grid."""
    if source.gcps[0]:
        return "ground control points"
    if source.rpcs is not None:
        return "rational polynomials, RPCs,"
    return "geolocation arrays" if "GEOLOCATION" in source.tag_namespaces() else None


def band_of(source, configured: int | None = None) -> int:
    """The number of the band to read: the configured one, or the only one that is no alpha band.

    Raises
    ------
    InputError
        For several, with their descriptions, and for one that is not there.
    """
    found = [n for n in source.indexes if source.colorinterp[n - 1] != ColorInterp.alpha]
    named = [f"{n}: {source.descriptions[n - 1] or 'without a name'}" for n in found]
    if configured is not None and configured not in found:
        raise InputError(f"has no band {configured} of values, only {', '.join(named)}")
    if configured is None and len(found) != 1:
        raise InputError(
            f"has {len(found)} bands ({', '.join(named)}); say which in a column 'band' of a scene "
            "sheet"
        )
    return configured or found[0]


def unread(source, error) -> InputError:
    """What is told of an open raster whose pixels cannot be read."""
    if source.driver == "VRT":
        what = "correct the VRT, or mend the file that it names"
    else:
        what = "it is damaged or incomplete: download it again"
    return InputError(f"{source.name} cannot be read to the end ({reason(error)}); {what}")


def check_complete(source, path) -> None:
    """Refuse a file on this machine of which the header tells that pixels are missing.

    A GeoTIFF that ends before its last block of pixels, or a VRT one of whose sources is not there.

    Raises
    ------
    InputError
        With the file; a damaged block inside shows only when it is read.
    """
    if source.driver == "VRT":
        content = "".join(source.tags(ns="xml:VRT").values())
        for missing in filter(_is_missing, sources_of_vrt(content, str(path))):
            raise InputError(f"{path} is made of {missing}, which is not there; correct the VRT")
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


def _is_missing(name: str) -> bool:
    """Whether a name of a source is one of a file on this machine that is not there."""
    # What has a colon may be an address, or a part of a file: DRIVER:"file":part.
    return ":" not in name and not name.startswith("/vsi") and not os.path.exists(name)


def bounds_in_degrees(source) -> Bounds:
    """The bounds of an open raster as (west, south, east, north); east beyond 180 if it crosses.

    Raises
    ------
    InputError
        With the file, if its CRS has no such place.
    """
    return bounds_in(source, earth.DEGREES)


def reason(error) -> str:
    """The deepest reason of a GDAL error, on one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())


def grid_of(source) -> Grid:
    """The grid of an open raster."""
    a, _, c, _, e, f = tuple(source.transform)[:6]
    # What is left of a rotation in one that is usable is rounding.
    return Grid(earth.written(source.crs), (a, 0.0, c, 0.0, e, f), source.width, source.height)


def grid_near(source, grid: Grid) -> Grid:
    """The grid of an open raster, in the turn around the Earth in which another one lies."""
    own = grid_of(source)
    turn = earth.turn_of(own.crs)
    if not turn:
        return own
    try:
        box = earth.bounds_in(grid.bounds, grid.crs, own.crs)
    except InputError:
        return own
    return grid_beside(own, box, turn)


def bounds_in(source, crs: str) -> Bounds:
    """The bounds of an open raster in another CRS: (left, bottom, right, top).

    Raises
    ------
    InputError
        With the file, if it has no place there.
    """
    try:
        return earth.bounds_in(source.bounds, earth.written(source.crs), crs)
    except InputError as error:
        raise InputError(f"{source.name} {error}") from None


def read_grid(path) -> Grid:
    """A stack's grid from its JSON."""
    return Grid.of(files.read_json(path))


def no_data_value(source, configured) -> float:
    """What marks no data in a raster, besides NaN and infinity.

    The configured number if there is one; else what the file says; else 0, which no power has.
    """
    if configured != "auto":
        return float(configured)
    return 0.0 if source.nodata is None else float(source.nodata)


def values_of(source, configured: str, band: int = 1, named: str | None = None) -> str:
    """What the values of a band are: ``power``, ``amplitude`` or ``decibel``.

    The configured if it is not ``auto``; else what the unit of the band, the tags, the band's
    description or the file's name say; else ``named``, or power.
    """
    if configured != "auto":
        return configured
    tags = source.tags() | source.tags(band)
    told = [text for key, text in tags.items() if _ABOUT_VALUES.search(key)]
    unit, description = source.units[band - 1], source.descriptions[band - 1]
    texts = [unit, *told, description, os.path.basename(source.name), named]
    return power.said(texts) or power.POWER


def masked(values: np.ndarray, no_data: float) -> np.ndarray:
    """Values as float32 with NaN where there is no data: ``no_data``, NaN, infinity."""
    with np.errstate(over="ignore"):
        block = values.astype(np.float32)
        marker = np.float32(no_data)
    # Compared in the file's own type too, as a marker such as -1.797e308 is no float32.
    missing = ~np.isfinite(block) | (values == no_data) | (block == marker)
    block[missing] = np.nan
    return block


def row_blocks(height: int, rows: int = BLOCK_ROWS):
    """(first row, number of rows) of the blocks that cover ``height`` rows."""
    for first in range(0, height, rows):
        yield first, min(rows, height - first)


def read_rows(source, first: int, rows: int) -> np.ndarray:
    """Whole rows of an open raster."""
    return _read(source, 1, window=Window(0, first, source.width, rows))


def read_part(source, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    """All bands of a part of an open raster, between two rows and two columns: (bands, ...)."""
    return _read(source, window=Window.from_slices(rows, columns))


def read_reduced(source, shape: tuple[int, int]) -> np.ndarray:
    """An open raster at a smaller size, (rows, columns): the mean of the valid pixels."""
    return _read(source, 1, out_shape=shape, resampling=Resampling.average)


def _read(source, *bands, **how) -> np.ndarray:
    # Told here, where it is known which of several rasters that are open is the bad one.
    try:
        return source.read(*bands, **how)
    except RasterioError as error:
        raise unread(source, error) from error
