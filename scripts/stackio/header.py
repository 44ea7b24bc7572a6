"""What the header of a scene tells, without a pixel of it."""

import math
import os
import re
import warnings

import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.warp import transform

from stackio import earth, raster
from stackio.tags import tags_of
from stackshift.errors import InputError
from stackshift.ground import geometry
from stackshift.ground.lattice import Grid

# Where a product says when it was processed.
_PROCESSED = ("PROCESSING_DATETIME", "TIFFTAG_DATETIME")
# And how: the keys are those of OPERA's RTC-S1 (opera-adt/RTC, `h5_prep.py`), of its first releases
# too, and of TIFF. The first that is there counts.
_MADE = {
    "software version": ("SOFTWARE_VERSION", "TIFFTAG_SOFTWARE"),
    "ISCE3 version": ("ISCE3_VERSION",),
    "s1-reader version": ("S1_READER_VERSION",),
    "IPF": ("SOURCE_DATA_SOFTWARE_VERSION", "IPF_VERSION"),
    "bistatic delay": ("PROCESSING_INFORMATION_BISTATIC_DELAY_CORRECTION_APPLIED",),
    "dry troposphere": ("PROCESSING_INFORMATION_DRY_TROPOSPHERIC_GEOLOCATION_CORRECTION_APPLIED",),
    "wet troposphere": ("PROCESSING_INFORMATION_WET_TROPOSPHERIC_GEOLOCATION_CORRECTION_APPLIED",),
    "geocoding": ("PROCESSING_INFORMATION_GEOCODING_ALGORITHM",),
    "DEM": ("INPUTS_DEM_SOURCE", "DEM_SOURCE"),
}
_ORBIT_FILES = ("INPUTS_ORBIT_FILES", "ORBIT_FILES")
# ESA's names of orbit files, the least exact first.
_ORBITS = {"PREORB": "predicted", "RESORB": "restituted", "POEORB": "precise"}

# Pixels by which two places of a file may differ by rounding.
_MOVED = 0.1


def look(path: str, band: int | None = None) -> dict:
    """The grid, the place and what is wrong with a scene.

    Parameters
    ----------
    path : as GDAL opens it.
    band : number of the band with the power; None if there is one only.

    Returns
    -------
    ``problem``, a line, and nothing else if the scene cannot be used; else ``crs``, ``transform``,
    ``width``, ``height``; ``turn``, what leads around the Earth in units of the CRS, None where
    nothing does; ``box``, (west, south, east, north) in degrees, east beyond 180 where it
    crosses the antimeridian; ``size``, bytes on disk; ``processed``, what the file says, or None;
    ``made``, what its tags tell of how it was made, by attribute; ``stage``, the stage of this
    workflow that made it, or None; and ``beside``, a line where a file beside it places it
    elsewhere than the file itself does, or None.
    """
    try:
        with raster.open_scene(path, band=band) as source:
            raster.check_complete(source, path)
            grid = raster.grid_of(source)
            _check_belongs(path, grid)
            tags = source.tags()
            return {
                "crs": grid.crs,
                "transform": list(grid.transform),
                "width": grid.width,
                "height": grid.height,
                "box": list(raster.bounds_in_degrees(source)),
                # Once around the globe in units of the CRS, where it has such.
                "turn": earth.turn_of(grid.crs),
                "size": os.path.getsize(path) if os.path.isfile(path) else None,
                "processed": next((tags[key] for key in _PROCESSED if key in tags), None),
                "made": made_by(tags),
                "stage": tags_of(source).get("stage"),
                "beside": _placed_from_beside(path, source.driver, grid),
            }
    except InputError as error:
        return {"problem": str(error)}
    except (RasterioError, rasterio._err.CPLE_BaseError) as error:
        return {"problem": f"{path} cannot be used ({' '.join(str(error).split())})"}


def _check_belongs(path: str, grid: Grid) -> None:
    try:
        earth.check_belongs(grid)
    except InputError as error:
        raise InputError(f"{path} {error}") from None


def _placed_from_beside(path: str, driver: str, grid: Grid) -> str | None:
    """A line on a GeoTIFF that a file beside it places elsewhere than its own header, else None.

    GDAL lets an .aux.xml count, which may be left over from another version of the scene; a world
    file counts only where the header has no place.
    """
    beside = f"{path}.aux.xml"
    # Opened again only where there may be something to say.
    if driver != "GTiff" or not os.path.isfile(beside):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, GEOREF_SOURCES="INTERNAL") as source:
            own = source.transform
    if own.is_identity or own.determinant == 0:
        return None
    used = Affine(*grid.transform)
    moved = []
    for corner in ((0, 0), (grid.width, 0), (0, grid.height), (grid.width, grid.height)):
        column, row = ~own @ (used @ corner)
        moved.append((row - corner[1], column - corner[0]))
    rows, columns = max(moved, key=lambda shift: math.hypot(*shift))
    if math.hypot(rows, columns) <= _MOVED:
        return None
    east, north = geometry.to_metres((rows, columns), earth.pixel_in_the_middle(grid))
    return (
        f"{path} is placed by {os.path.basename(beside)} beside it, up to "
        f"{math.hypot(east, north):.1f} m from where its own header says (to the east {east:.1f} "
        f"m, to the north {north:.1f} m); delete that file if the header is right"
    )


def made_by(tags: dict[str, str]) -> dict[str, str]:
    """What a file's tags tell of how it was made, by attribute.

    Parameters
    ----------
    tags : of the file.

    Returns
    -------
    Versions, corrections and orbit files as the product names them, ``processed`` as
    YYYY-MM-DDTHH:MM:SS; nothing for what the tags do not tell.
    """
    found = {
        name: value
        for name, keys in _MADE.items()
        if (value := next((tags[key].strip() for key in keys if tags.get(key)), None))
    }
    files = next((tags[key].upper() for key in _ORBIT_FILES if tags.get(key)), "")
    if orbit := next((value for name, value in _ORBITS.items() if name in files), None):
        found["orbit file"] = orbit
    said = next((tags[key] for key in _PROCESSED if tags.get(key)), "")
    digits = re.sub(r"\D", "", said)[:14]
    if len(digits) == 14:
        date, clock = digits[:8], digits[8:]
        found["processed"] = (
            f"{date[:4]}-{date[4:6]}-{date[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}"
        )
    return found


def bounds(path: str, band: int | None, crs: str) -> list[float]:
    """(left, bottom, right, top) of a scene in another CRS."""
    with raster.open_scene(path, band=band) as source:
        return list(raster.bounds_in(source, crs))


def posting(path: str, band: int | None, crs: str) -> list[float]:
    """How long the sides of the middle pixel of a raster are on the map of a CRS, in its units.

    Returns
    -------
    [from west to east, from north to south], along the raster's own columns and rows.
    """
    with raster.open_scene(path, band=band) as source:
        row, column = source.height / 2, source.width / 2
        corners = [
            source.transform @ at for at in ((column, row), (column + 1, row), (column, row + 1))
        ]
        x, y = transform(source.crs, crs, *zip(*corners, strict=True))
    return [math.hypot(x[i] - x[0], y[i] - y[0]) for i in (1, 2)]
