"""Where a raster's grid lies on the Earth: which CRS can be used, and what a pixel is there.

All of PROJ that the workflow needs, but for the warp, is here.
"""

import functools
import math
import re

import numpy as np
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import CRSError, RasterioError
from rasterio.warp import transform, transform_bounds

from stackshift.errors import InputError
from stackshift.ground import geometry
from stackshift.ground.lattice import Grid
from stackshift.ground.longitudes import Bounds

DEGREES = "EPSG:4326"
# Of ellipsoids of the Earth, metres: a percent around that of WGS 84.
_RADIUS = (6_314_000.0, 6_442_000.0)
_REASONS = {
    "EngineeringCRS": "is a local one without a place on the Earth",
    "VerticalCRS": "has heights only",
    "ParametricCRS": "has no place on the Earth",
    "TemporalCRS": "has times only",
    "GeodeticCRS": "counts from the middle of the Earth",
}
_SHIFT = re.compile(r"TOWGS84\[([^\]]*)\]")
# A code of the whole, which counts more than parameters.
_CODED = re.compile(r'AUTHORITY\["[^"]*","[^"]*"\]\]$')
_ADVICE = "assign the right one (gdal_edit.py -a_srs)"
# Sides of a pixel that some raster may have, metres. Degrees taken for metres, and metres for
# degrees, are further off by 1e5.
_POSTINGS = (0.1, 100_000.0)


def check_crs(crs) -> None:
    """Refuse a CRS whose places have no longitude and latitude on the Earth.

    Parameters
    ----------
    crs : of rasterio.

    Raises
    ------
    InputError
        What it is and what to do, without the file: engineering, geocentric, vertical and
        planetary ones.
    """
    wkt = crs.to_wkt()
    if reason := _reason(wkt):
        raise InputError(f"has the CRS {name_of(crs.to_string())}, which {reason}; {_ADVICE}")


def check_belongs(grid: Grid) -> None:
    """Refuse a geotransform that cannot be one in its CRS, as degrees in a CRS of metres.

    Raises
    ------
    InputError
        With what would be and what to do, without the file: latitudes beyond the poles, longitudes
        far from -180 to 360, pixels of less than .1 m or more than 100 km.
    """
    left, bottom, right, top = grid.bounds
    crs = rasterio.CRS.from_string(grid.crs)
    # A pixel beyond the pole, as it is the middles that lie on it in grids of the whole Earth.
    slack = max(grid.transform[0], -grid.transform[4])
    turn = 2 * math.pi / crs.units_factor[1] if crs.is_geographic else math.inf
    found = None
    if slack > turn or max(top, -bottom) > turn / 4 + slack:
        found = f"its latitudes would reach from {bottom:.10g} to {top:.10g}"
    elif left < -turn - slack or right > 1.5 * turn + slack:
        found = f"its longitudes would reach from {left:.10g} to {right:.10g}"
    else:
        try:
            pixel = pixel_in_the_middle(grid)
        except InputError:
            # Of a place that is not on the Earth its bounds tell more.
            return
        width, height = math.hypot(*pixel.column), math.hypot(*pixel.row)
        # Near a pole a degree of longitude is short.
        if not (_POSTINGS[0] <= max(width, height) and width <= _POSTINGS[1] >= height):
            found = f"a pixel of it would have {width:.3g} x {height:.3g} m on the ground"
    if found:
        raise InputError(
            f"has a geotransform that does not belong to its CRS ({name_of(grid.crs)}): {found}; "
            "assign the CRS that it was made in (gdal_edit.py -a_srs), or use the original"
        )


@functools.cache
def _reason(wkt: str) -> str | None:
    crs = rasterio.CRS.from_wkt(wkt)
    try:
        said = crs.to_dict(projjson=True)
    except CRSError:
        return "PROJ does not know"
    while "base_crs" in said or "components" in said or "source_crs" in said:
        said = said.get("base_crs") or said.get("source_crs") or said["components"][0]
    if said["type"] in _REASONS:
        return _REASONS[said["type"]]
    datum = said.get("datum") or said.get("datum_ensemble") or {}
    body = datum.get("ellipsoid", {})
    radius = body.get("semi_major_axis", body.get("radius"))
    if isinstance(radius, dict):
        radius = radius["value"] * radius["unit"].get("conversion_factor", 1)
    if radius is not None and not _RADIUS[0] < radius < _RADIUS[1]:
        return f"is one of a body with a radius of {radius / 1000:.0f} km and not of the Earth"
    return None


def written(crs) -> str:
    """A CRS as a grid has it: its EPSG code, else its WKT.

    The code that rasterio finds for one with a datum shift of its own (TOWGS84) is that of a CRS
    without it. Equivalent ones of these are written alike, whatever they are called.

    Parameters
    ----------
    crs : of rasterio.
    """
    return _written(crs.to_wkt()) or crs.to_string()


@functools.cache
def _written(wkt: str) -> str | None:
    """The WKT of a CRS with a datum shift of its own; None for one without."""
    shift = _SHIFT.search(wkt)
    if not shift or _CODED.search(wkt) or not any(map(float, shift[1].split(","))):
        return None
    if wkt.startswith("COMPD_CS"):
        return wkt
    return rasterio.CRS.from_string(rasterio.CRS.from_wkt(wkt).to_proj4()).to_wkt()


def name_of(crs: str) -> str:
    """A CRS in a few words: its code, else the name at the start of its WKT."""
    return crs.split('"')[1] if '"' in crs else crs


def bounds_in(bounds, crs: str, target: str) -> Bounds:
    """Bounds in another CRS, with right beyond the turn's end if they run across it.

    Raises
    ------
    InputError
        If they have no place there, without the file.
    """
    if crs == target:
        return tuple(bounds)
    try:
        box = transform_bounds(crs, target, *bounds, densify_pts=101)
    except (RasterioError, CPLE_BaseError):
        box = (math.inf,)
    if not all(map(math.isfinite, box)):
        where = "on the Earth" if target == DEGREES else f"in {name_of(target)}"
        raise InputError(
            f"has the CRS {name_of(crs)}, which has no place {where} for the bounds "
            f"{[round(edge, 6) for edge in bounds]}; {_ADVICE}"
        )
    left, bottom, right, top = box
    if right < left:
        right += turn_of(target) or 0.0
    return left, bottom, right, top


@functools.cache
def turn_of(crs: str) -> float | None:
    """How far a turn around the Earth leads to the right on a map; None where it leads elsewhere.

    In degrees (or the CRS's own unit) for longitudes, and the length of the equator for Mercator's
    and all other projections in which x grows with the longitude alone.
    """
    parsed = rasterio.CRS.from_string(crs)
    if parsed.is_geographic:
        return 2 * math.pi / parsed.units_factor[1]
    # Pairs of meridians 10 degrees apart, at most one of which has the map's edge in between.
    meridians = [-170.0, -160.0, -20.0, -10.0, 10.0, 20.0, 100.0, 110.0]
    places = [(x, y) for y in (0.0, 50.0) for x in meridians]
    try:
        x, y = map(np.array, transform(DEGREES, parsed, *zip(*places, strict=True)))
    except (RasterioError, CPLE_BaseError):
        return None
    with np.errstate(invalid="ignore"):
        turns = 36 * (x[1::2] - x[::2])
        turn = float(np.median(turns))
        straight = np.abs(turns - turn) < 1e-6 * turn
        level = np.ptp(y.reshape(2, -1), axis=1) < 1e-6 * turn
    return turn if straight.sum() >= len(turns) - 2 and level.all() else None


def unit_in_metres(crs: str) -> float | None:
    """Metres in a unit of a projected CRS; None for a geographic CRS (degrees)."""
    parsed = rasterio.CRS.from_string(crs)
    return None if parsed.is_geographic else parsed.linear_units_factor[1]


def pixels_at(grid: Grid, places: list[geometry.Vector]) -> list[geometry.Pixel]:
    """What a pixel of a grid is on the ground at each of some places (row, column) in pixels.

    Raises
    ------
    InputError
        If a place is not on the Earth.
    """
    a, _, c, _, e, f = grid.transform
    around = [place for middle in places for place in geometry.cross(*middle)]
    try:
        x, y = transform(
            grid.crs,
            DEGREES,
            [c + a * column for _, column in around],
            [f + e * row for row, _ in around],
        )
    except (RasterioError, CPLE_BaseError):
        x = y = [math.inf] * len(around)
    if not all(map(math.isfinite, [*x, *y])):
        raise InputError(
            f"a part of the grid {[round(edge, 6) for edge in grid.bounds]} has no place on the "
            f"Earth in its CRS ({name_of(grid.crs)}); warp the scenes into "
            "one that is made for the area, such as UTM"
        )
    degrees = list(zip(x, y, strict=True))
    size = len(geometry.cross(0, 0))
    return [geometry.pixel(degrees[i : i + size]) for i in range(0, len(degrees), size)]


@functools.lru_cache(maxsize=16)
def pixel_in_the_middle(grid: Grid) -> geometry.Pixel:
    """What a pixel is on the ground in the middle of a grid."""
    return pixels_at(grid, [(grid.height / 2, grid.width / 2)])[0]


def place_in_the_middle(grid: Grid) -> geometry.Vector:
    """(longitude, latitude) in degrees of the middle of a grid, whose place is on the Earth."""
    left, bottom, right, top = grid.bounds
    x, y = transform(grid.crs, DEGREES, [(left + right) / 2], [(bottom + top) / 2])
    return float(x[0]), float(y[0])


def pixels_of_tiles(
    grid: Grid, row_edges: list[int], column_edges: list[int]
) -> dict[tuple[int, int], geometry.Pixel]:
    """What a pixel is on the ground in the middle of each tile, by (column, row) of the tile."""
    centres = geometry.tile_centres(row_edges, column_edges)
    return dict(zip(centres, pixels_at(grid, list(centres.values())), strict=True))
