"""A scene seen on another grid, block by block, with the kernel of `stackshift.ground.resampling`.

GDAL says where the pixels of the grid lie in the raster, but does not resample unless it is asked
to: its longest kernel reaches three pixels, which displaces by up to two hundredths of a pixel.
"""

import logging
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev
from rasterio._err import CPLE_BaseError
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.transform import Affine
from rasterio.warp import reproject, transform

from stackio import earth, raster
from stackio.pixels import Pixels
from stackshift.ground.lattice import Grid
from stackshift.ground.resampling import HALO, Surface

BLOCK_COLUMNS = 1024
# Places between so many nodes an axis and block are interpolated: a change of CRS is smooth over
# some tens of kilometres, and this many are exact to a millionth of a pixel.
_NODES = 8
# Pixels of the block that GDAL's longest kernel reaches to each side, and how exact its places
# have to be, in pixels.
_GDAL_REACH = 3
_TOLERANCE = 1e-6


def warped(
    pixels: Pixels, grid: Grid, rows: tuple[int, int], resampling: str = "sinc"
) -> np.ndarray | None:
    """Rows of a grid, (first, number), with a scene resampled onto it.

    Parameters
    ----------
    pixels : the scene.
    resampling : ``sinc``, or one of GDAL's kernels by its name.

    Returns
    -------
    float32 over the grid's width, NaN = no data; None where the scene does not reach.
    """

    def values_at(columns, places):
        part = _part(pixels, places)
        if part is None:
            return None
        if resampling == "sinc":
            return Surface(part.image, part.scale).at(*part.places)
        return _by_gdal(part, pixels, _cut(grid, rows, columns), resampling)

    return _in_parts(pixels.source, grid, rows, values_at)


def nearest(pixels: Pixels, grid: Grid, rows: tuple[int, int]) -> np.ndarray | None:
    """Rows of a grid, (first, number), with the raster's pixel nearest to each, as classes need.

    Returns
    -------
    float32 over the grid's width, NaN = no data; None where the raster does not reach.
    """

    def values_at(columns, places):
        at = [np.floor(place + 0.5).astype(int) for place in places]
        sizes = pixels.source.height, pixels.source.width
        inside = (at[0] >= 0) & (at[0] < sizes[0]) & (at[1] >= 0) & (at[1] < sizes[1])
        if not inside.any():
            return None
        (top, bottom), (west, east) = ((a[inside].min(), a[inside].max() + 1) for a in at)
        values = pixels.read((int(top), int(bottom)), (int(west), int(east)))
        found = np.full(inside.shape, np.nan, np.float32)
        found[inside] = values[at[0][inside] - top, at[1][inside] - west]
        return found

    return _in_parts(pixels.source, grid, rows, values_at)


def _in_parts(source, grid: Grid, rows: tuple[int, int], values_at: Callable) -> np.ndarray | None:
    """Rows of a grid out of parts of their columns, as far as the raster reaches.

    ``values_at`` gives the values of a part by its columns, (first, number), and its places in the
    raster; None where there are none.
    """
    block = None
    for left in range(0, grid.width, BLOCK_COLUMNS):
        columns = left, min(BLOCK_COLUMNS, grid.width - left)
        places = places_in(source, grid, rows, columns)
        values = None if places is None else values_at(columns, places)
        if values is None:
            continue
        if block is None:
            block = np.full((rows[1], grid.width), np.nan, np.float32)
        block[:, left : left + columns[1]] = values
    return block


def places_in(source, grid: Grid, rows: tuple[int, int], columns: tuple[int, int]):
    """Where the middles of a block's pixels lie in a raster.

    Parameters
    ----------
    source : an open raster.
    grid : the block's grid.
    rows, columns : (first, number of them) of the block.

    Returns
    -------
    (rows, columns) in the raster's pixels, 0 being the middle of its first one; None where PROJ
    knows no such place.
    """
    nodes = chebyshev.chebpts1(_NODES)
    inverse = np.linalg.inv(chebyshev.chebvander(nodes, _NODES - 1))
    at, onto = [], []
    for first, count in (rows, columns):
        at.append(first + (count - 1) * (nodes + 1) / 2)
        along = np.linspace(-1, 1, count) if count > 1 else np.array([-1.0])
        onto.append(chebyshev.chebvander(along, _NODES - 1) @ inverse)
    a, _, c, _, e, f = grid.transform
    y, x = np.meshgrid(f + e * (at[0] + 0.5), c + a * (at[1] + 0.5), indexing="ij")
    there = source.crs
    if earth.written(there) != grid.crs:
        try:
            x, y = map(np.array, transform(grid.crs, there, x.ravel(), y.ravel()))
        except (RasterioError, CPLE_BaseError) as error:
            logging.warning("rows from %d, columns from %d: %s", rows[0], columns[0], error)
            return None
    if turn := earth.turn_of(earth.written(there)):
        # The same meridian has many names: the one that is nearest to the raster counts.
        middle = (source.bounds.left + source.bounds.right) / 2
        x = x + turn * np.round((middle - x) / turn)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    a, _, c, _, e, f = tuple(source.transform)[:6]
    shape = (_NODES, _NODES)
    return tuple(
        onto[0] @ nodes_at.reshape(shape) @ onto[1].T
        for nodes_at in ((y - f) / e - 0.5, (x - c) / a - 0.5)
    )


class _Part(NamedTuple):
    """What a block sees of a scene.

    ``image`` (power, NaN = no data), the ``origin`` of its first pixel in the scene, the ``places``
    of the block's pixels in the image, and the pixels of it in one of the block, ``scale``.
    """

    image: np.ndarray
    origin: list[int]
    places: tuple[np.ndarray, np.ndarray]
    scale: tuple[float, float]


def _part(pixels: Pixels, places: tuple[np.ndarray, np.ndarray]) -> _Part | None:
    """The part of a scene around places; None where it has no data there."""
    source = pixels.source
    sizes = source.height, source.width
    scale = _steps(places[0]), _steps(places[1])
    part, origin = [], []
    for place, size, step in zip(places, sizes, scale, strict=True):
        halo = max(HALO + math.ceil(step / 2), math.ceil(_GDAL_REACH * step) + 2)
        low, high = math.floor(place.min()) - halo, math.ceil(place.max()) + halo + 1
        # Beyond the raster the halo suffices, however far away the places are.
        origin.append(max(low, -halo))
        part.append((origin[-1], min(high, size + halo)))
    clipped = [
        (max(low, 0), min(high, size)) for (low, high), size in zip(part, sizes, strict=True)
    ]
    if any(low >= high for low, high in clipped):
        return None
    (top, bottom), (left, right) = clipped
    values = pixels.read(*clipped)
    if np.isnan(values).all():
        return None
    image = np.full([high - low for low, high in part], np.nan, np.float32)
    image[top - origin[0] : bottom - origin[0], left - origin[1] : right - origin[1]] = values
    return _Part(image, origin, (places[0] - origin[0], places[1] - origin[1]), scale)


def _by_gdal(part: _Part, pixels: Pixels, block: Grid, resampling: str) -> np.ndarray:
    """A part of a scene on the grid of a block, with a kernel of GDAL.

    The exact transformation of every pixel, as GDAL's usual shortcut may be an eighth of a pixel
    off, which is what this workflow measures.
    """
    values = np.full((block.height, block.width), np.nan, np.float32)
    height, width = part.image.shape
    # In the block's own turn around the Earth, as GDAL knows of turns in degrees only.
    own = raster.grid_near(pixels.source, block)
    there = _cut(own, (part.origin[0], height), (part.origin[1], width))
    reproject(
        part.image,
        values,
        src_transform=Affine(*there.transform),
        src_crs=there.crs,
        src_nodata=math.nan,
        dst_transform=Affine(*block.transform),
        dst_crs=block.crs,
        dst_nodata=math.nan,
        resampling=Resampling[resampling],
        tolerance=_TOLERANCE,
        # GDAL would guess it from the sizes of the two, which a block's border changes.
        XSCALE=1 / part.scale[1],
        YSCALE=1 / part.scale[0],
    )
    return raster.masked(values, math.nan)


def _cut(grid: Grid, rows: tuple[int, int], columns: tuple[int, int]) -> Grid:
    """The part of a grid in (first, number) of its rows and columns."""
    a, _, c, _, e, f = grid.transform
    corner = (a, 0.0, c + columns[0] * a, 0.0, e, f + rows[0] * e)
    return Grid(grid.crs, corner, columns[1], rows[1])


def _steps(places: np.ndarray) -> float:
    """Pixels of the raster in one of the block."""
    middle = places[places.shape[0] // 2 :, places.shape[1] // 2 :]
    down = middle[1, 0] - middle[0, 0] if middle.shape[0] > 1 else 0.0
    right = middle[0, 1] - middle[0, 0] if middle.shape[1] > 1 else 0.0
    return math.hypot(down, right)
