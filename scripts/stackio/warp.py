"""A raster seen on another grid, block by block, with the kernel of `stackshift.ground.resampling`.

GDAL says where the pixels of the grid lie in the raster, but does not resample: its longest kernel
reaches three pixels, which displaces by up to two hundredths of a pixel.
"""

import logging
import math

import numpy as np
from numpy.polynomial import chebyshev
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.warp import transform
from rasterio.windows import Window

from stackio import earth, raster
from stackshift.ground.lattice import Grid
from stackshift.ground.resampling import HALO, sampled

BLOCK_COLUMNS = 1024
# Places between so many nodes an axis and block are interpolated: a change of CRS is smooth over
# some tens of kilometres, and this many are exact to a millionth of a pixel.
_NODES = 8


def warped(source, grid: Grid, no_data: float):
    """Blocks of whole rows of a grid with an open raster resampled onto it.

    Yields
    ------
    (first row, float32 block, NaN = no data).
    """
    for first, rows in raster.row_blocks(grid.height):
        block = np.full((rows, grid.width), np.nan, np.float32)
        for left in range(0, grid.width, BLOCK_COLUMNS):
            columns = min(BLOCK_COLUMNS, grid.width - left)
            places = places_in(source, grid, (first, rows), (left, columns))
            if places is not None:
                block[:, left : left + columns] = _sampled(source, places, no_data)
        yield first, block


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
    if there.to_string() != grid.crs:
        try:
            x, y = map(np.array, transform(grid.crs, there, x.ravel(), y.ravel()))
        except (RasterioError, CPLE_BaseError) as error:
            logging.warning("rows from %d, columns from %d: %s", rows[0], columns[0], error)
            return None
    if turn := earth.turn_of(there.to_string()):
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


def _sampled(source, places: tuple[np.ndarray, np.ndarray], no_data: float) -> np.ndarray:
    """The raster's values at places that it may not reach."""
    rows, columns = places
    scale = _steps(rows), _steps(columns)
    part, origin = [], []
    for place, size, step in zip(places, (source.height, source.width), scale, strict=True):
        halo = HALO + math.ceil(step / 2)
        low, high = math.floor(place.min()) - halo, math.ceil(place.max()) + halo + 1
        # Beyond the raster the halo suffices, however far away the places are.
        origin.append(max(low, -halo))
        part.append((origin[-1], min(high, size + halo)))
    if any(low >= high for low, high in part):
        return np.full(rows.shape, np.nan, np.float32)
    image = np.full([high - low for low, high in part], np.nan, np.float32)
    clipped = [
        (max(low, 0), min(high, size))
        for (low, high), size in zip(part, (source.height, source.width), strict=True)
    ]
    if all(low < high for low, high in clipped):
        (top, bottom), (left, right) = clipped
        values = source.read(1, window=Window(left, top, right - left, bottom - top))
        image[top - origin[0] : bottom - origin[0], left - origin[1] : right - origin[1]] = (
            raster.masked(values, no_data)
        )
    return sampled(image, rows - origin[0], columns - origin[1], scale)


def _steps(places: np.ndarray) -> float:
    """Pixels of the raster in one of the block."""
    middle = places[places.shape[0] // 2 :, places.shape[1] // 2 :]
    down = middle[1, 0] - middle[0, 0] if middle.shape[0] > 1 else 0.0
    right = middle[0, 1] - middle[0, 0] if middle.shape[1] > 1 else 0.0
    return math.hypot(down, right)
