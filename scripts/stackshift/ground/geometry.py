"""Where pixels become metres, and rows and columns become north and east."""

import math

from stackshift.ground.lattice import Grid

# WGS 84 (NGA.STND.0036): semi-major axis in metres, first eccentricity squared. Other ellipsoids
# in use differ from it by less than 2e-4, which is 1 mm in an offset of 6 m.
_SEMI_MAJOR = 6378137.0
_ECCENTRICITY_2 = 0.00669437999014


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Length of one degree of longitude and of latitude on the WGS 84 ellipsoid.

    Parameters
    ----------
    latitude : geodetic latitude in degrees, positive north.

    Returns
    -------
    (east, north) in metres, from the radii of curvature in the prime vertical and the meridian
    (Torge & Mueller 2012, Geodesy, 4.1.3).
    """
    phi = math.radians(latitude)
    w = math.sqrt(1 - _ECCENTRICITY_2 * math.sin(phi) ** 2)
    prime_vertical = _SEMI_MAJOR / w
    meridian = _SEMI_MAJOR * (1 - _ECCENTRICITY_2) / w**3
    return math.radians(prime_vertical * math.cos(phi)), math.radians(meridian)


def pixel_size(grid: Grid, unit: float | None, row: float) -> tuple[float, float]:
    """Metres that one column leads east and one row leads north (so usually negative).

    Parameters
    ----------
    grid : the raster's grid.
    unit : metres in a unit of the grid's projected CRS (1 for metres); None for a geographic CRS
        in degrees, where metres depend on the latitude.
    row : row of the grid, in pixels from its north edge, that the latitude is taken from.
    """
    a, _, _, _, e, f = grid.transform
    if unit is not None:
        return a * unit, e * unit
    east, north = metres_per_degree(f + e * row)
    return a * east, e * north


def to_metres(shift: tuple[float, float], size: tuple[float, float]) -> tuple[float, float]:
    """A shift (rows to the south, columns to the east) in pixels as (east, north) in metres.

    Parameters
    ----------
    shift : (rows, columns) in pixels.
    size : metres a column to the east and a row to the north, from `pixel_size`.
    """
    rows, columns = shift
    return columns * size[0], rows * size[1]


def to_pixels(metres: tuple[float, float], size: tuple[float, float]) -> tuple[float, float]:
    """The opposite of `to_metres`: (east, north) in metres as (rows, columns) in pixels."""
    east, north = metres
    return north / size[1], east / size[0]


def tile_positions(
    grid: Grid, unit: float | None, row_edges: list[int], column_edges: list[int]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Centres of the tiles in metres (east, north) of the grid's north-west corner.

    Parameters
    ----------
    grid, unit : as for `pixel_size`, here at the middle of the grid.
    row_edges, column_edges : pixel edges of the tiles.

    Returns
    -------
    (east, north) by (column, row) of the tile; north is negative in a grid with north up.
    """
    size = pixel_size(grid, unit, grid.height / 2)
    return {
        (column, row): to_metres(
            (
                (row_edges[row] + row_edges[row + 1]) / 2,
                (column_edges[column] + column_edges[column + 1]) / 2,
            ),
            size,
        )
        for row in range(len(row_edges) - 1)
        for column in range(len(column_edges) - 1)
    }
