"""Where pixels become metres on the ground, and rows and columns become true north and east."""

import math
from dataclasses import dataclass

# WGS 84 (NGA.STND.0036): semi-major axis in metres, first eccentricity squared. Other ellipsoids
# in use differ from it by less than 2e-4, which is 1 mm in an offset of 6 m.
_SEMI_MAJOR = 6378137.0
_ECCENTRICITY_2 = 0.00669437999014
# From the middle to either side, pixels: far enough that rounding of degrees is nothing, near
# enough that scale and convergence are those of the middle.
_STEP = 8.0

Vector = tuple[float, float]


@dataclass(frozen=True)
class Pixel:
    """Metres on the ground, (true east, true north), that one column and one row lead."""

    column: Vector
    row: Vector


def cross(row: float, column: float) -> list[Vector]:
    """The five places (row, column) around one that `pixel` needs to be known, in its order."""
    return [
        (row, column),
        (row, column - _STEP),
        (row, column + _STEP),
        (row - _STEP, column),
        (row + _STEP, column),
    ]


def pixel(places: list[Vector]) -> Pixel:
    """What a pixel is on the ground at a place of any grid.

    Parameters
    ----------
    places : (longitude, latitude) in degrees of the places of `cross`; in any turn around the
        Earth, and at a pole too.

    Returns
    -------
    The differences of the places in space on the WGS 84 ellipsoid, along its east and north at the
    first of them (Torge & Mueller 2012, Geodesy, 4.1.3; Snyder 1987, USGS PP 1395, p. 23).
    """
    longitude, latitude = map(math.radians, places[0])
    east = -math.sin(longitude), math.cos(longitude), 0.0
    north = (
        -math.sin(latitude) * math.cos(longitude),
        -math.sin(latitude) * math.sin(longitude),
        math.cos(latitude),
    )
    _, left, right, above, below = map(_in_space, places)

    def led(first, last):
        way = [(b - a) / (2 * _STEP) for a, b in zip(first, last, strict=True)]
        return _dot(way, east), _dot(way, north)

    return Pixel(led(left, right), led(above, below))


def _dot(one, other) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _in_space(place: Vector) -> tuple[float, float, float]:
    """Earth-centred coordinates in metres of a place on the ellipsoid."""
    longitude, latitude = map(math.radians, place)
    normal = _SEMI_MAJOR / math.sqrt(1 - _ECCENTRICITY_2 * math.sin(latitude) ** 2)
    return (
        normal * math.cos(latitude) * math.cos(longitude),
        normal * math.cos(latitude) * math.sin(longitude),
        normal * (1 - _ECCENTRICITY_2) * math.sin(latitude),
    )


def to_metres(shift: Vector, pixel: Pixel) -> Vector:
    """A shift (rows to the south, columns to the east) in pixels as (east, north) in metres.

    Parameters
    ----------
    shift : (rows, columns) in pixels, positive down and to the right in the grid.
    pixel : what a pixel is on the ground there.
    """
    rows, columns = shift
    (a, d), (b, e) = pixel.column, pixel.row
    return columns * a + rows * b, columns * d + rows * e


def to_pixels(metres: Vector, pixel: Pixel) -> Vector:
    """The opposite of `to_metres`: (east, north) in metres as (rows, columns) in pixels."""
    east, north = metres
    (a, d), (b, e) = pixel.column, pixel.row
    area = a * e - b * d
    return (a * north - d * east) / area, (e * east - b * north) / area


def errors_in_metres(sigma: Vector, pixel: Pixel, across: float = 0.0) -> Vector:
    """Standard errors (rows, columns) in pixels as those (east, north) in metres.

    Parameters
    ----------
    sigma : (rows, columns) in pixels.
    pixel : as for `to_metres`.
    across : covariance of rows and columns in pixel^2.
    """
    (a, d), (b, e) = pixel.column, pixel.row
    return _error(sigma, across, (b, a)), _error(sigma, across, (e, d))


def correlation_in_metres(sigma: Vector, pixel: Pixel, across: float = 0.0) -> float:
    """Correlation of the errors to the east and north, as for `errors_in_metres`; 0 without any."""
    (a, d), (b, e) = pixel.column, pixel.row
    covariance = b * e * sigma[0] ** 2 + a * d * sigma[1] ** 2 + (a * e + b * d) * across
    scale = math.prod(errors_in_metres(sigma, pixel, across))
    return max(-1.0, min(1.0, covariance / scale)) if scale > 0 else 0.0


def errors_in_pixels(sigma: Vector, pixel: Pixel) -> Vector:
    """Standard errors (east, north) in metres, uncorrelated, as those (rows, columns) in pixels."""
    (per_east, per_north) = to_pixels((1.0, 0.0), pixel), to_pixels((0.0, 1.0), pixel)
    rows, columns = zip(per_east, per_north, strict=True)
    return _error(sigma, 0.0, rows), _error(sigma, 0.0, columns)


def _error(sigma: Vector, across: float, way: Vector) -> float:
    variance = (way[0] * sigma[0]) ** 2 + (way[1] * sigma[1]) ** 2 + 2 * way[0] * way[1] * across
    # Rounding of a covariance of nearly one may leave a little less than nothing.
    return math.sqrt(max(variance, 0.0))


def as_seen_from(metres: Vector, pixel: Pixel, other: Pixel) -> Vector:
    """A displacement (east, north) at one place of a grid, along east and north of another place.

    Meridians converge, so that what moves a whole scene one way has another bearing in each tile.
    """
    return to_metres(to_pixels(metres, pixel), other)


def on_the_map(metres: Vector, pixel: Pixel, steps: Vector) -> Vector:
    """Where a displacement points on a map of the grid, as long as it is on the ground.

    Parameters
    ----------
    metres : (east, north).
    pixel : what a pixel is on the ground there.
    steps : what a column leads to the right and a row up on the map, on one scale.

    Returns
    -------
    (right, up) in metres.
    """
    rows, columns = to_pixels(metres, pixel)
    right, up = columns * steps[0], rows * steps[1]
    length = math.hypot(right, up)
    stretch = math.hypot(*metres) / length if length else 0.0
    return right * stretch, up * stretch


def tile_centres(row_edges: list[int], column_edges: list[int]) -> dict[tuple[int, int], Vector]:
    """Centre (row, column) in pixels of each tile by (column, row) of the tile."""
    return {
        (column, row): (
            (row_edges[row] + row_edges[row + 1]) / 2,
            (column_edges[column] + column_edges[column + 1]) / 2,
        )
        for row in range(len(row_edges) - 1)
        for column in range(len(column_edges) - 1)
    }


def tile_positions(
    centres: dict[tuple[int, int], Vector], pixel: Pixel
) -> dict[tuple[int, int], Vector]:
    """Centres of the tiles in metres (east, north) of the grid's north-west corner.

    Parameters
    ----------
    centres : from `tile_centres`.
    pixel : what a pixel is on the ground in the middle of the grid.
    """
    return {cell: to_metres(centre, pixel) for cell, centre in centres.items()}
