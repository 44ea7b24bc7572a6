"""The pixel lattice of a stack and the one grid that holds all its scenes.

A lattice is a CRS, a pixel size and a phase: where pixel edges lie. Scenes on one lattice can be
laid on top of each other by copying pixels; any other scene has to be resampled.

Transforms are the six coefficients (a, b, c, d, e, f) of an affine geotransform:
x = a * column + b * row + c, y = d * column + e * row + f.
"""

import math
from dataclasses import dataclass, replace

from stackshift.errors import InputError
from stackshift.ground.longitudes import Bounds, amount_beside, side_by_side

# A thousandth of a pixel: ten times below what the estimator can tell.
TOLERANCE = 1e-3

Transform = tuple[float, float, float, float, float, float]
# By what a union is rounded outwards: a share of a scene's size, and pixels.
_MARGINS = 64
_LEAST_MARGIN = 8


@dataclass(frozen=True)
class Grid:
    """A north-up raster grid: CRS (EPSG code or WKT), geotransform, and size in pixels."""

    crs: str
    transform: Transform
    width: int
    height: int

    @property
    def bounds(self) -> Bounds:
        """(left, bottom, right, top) in the units of the CRS."""
        a, _, c, _, e, f = self.transform
        return c, f + e * self.height, c + a * self.width, f

    def record(self) -> dict:
        """As it stands in ``grid.json``: crs, transform, width, height, bounds."""
        return {
            "crs": self.crs,
            "transform": list(self.transform),
            "width": self.width,
            "height": self.height,
            "bounds": list(self.bounds),
        }

    @classmethod
    def of(cls, record: dict) -> "Grid":
        """The opposite of `record`."""
        return cls(record["crs"], tuple(record["transform"]), record["width"], record["height"])


def grid_beside(grid: Grid, box: Bounds, turn: float) -> Grid:
    """A grid that is moved by whole turns around the Earth to lie nearest to a box.

    Parameters
    ----------
    grid : of a CRS in which a turn leads to the right.
    box, turn : as in `longitudes`, in that CRS.
    """
    a, b, c, d, e, f = grid.transform
    moved = c + amount_beside(grid.bounds, box, turn)
    return replace(grid, transform=(a, b, moved, d, e, f))


def in_one_turn(grids: list[Grid], turns: dict[str, float | None]) -> list[Grid]:
    """The same grids, those of each CRS moved to lie side by side around the Earth.

    Parameters
    ----------
    grids : of any CRS.
    turns : of each CRS, how far a turn leads to the right; None where it leads elsewhere.
    """
    placed = list(grids)
    for crs, turn in turns.items():
        if turn:
            own = [i for i, grid in enumerate(grids) if grid.crs == crs]
            boxes = side_by_side([grids[i].bounds for i in own], turn)
            for i, box in zip(own, boxes, strict=True):
                placed[i] = grid_beside(grids[i], box, turn)
    return placed


def check_north_up(transform: Transform, width: int, height: int) -> None:
    """Refuse a geotransform that is missing, rotated or sheared.

    Parameters
    ----------
    transform : of the raster; terms by which no edge of it turns by TOLERANCE pixels are rounding.
    width, height : of the raster, pixels.

    Raises
    ------
    InputError
        With what is wrong and what to do.
    """
    a, b, c, d, e, f = transform
    if (a, b, c, d, e, f) == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0):
        raise InputError("has no geotransform; georeference it, or use the original product")
    if abs(b) * height > TOLERANCE * abs(a) or abs(d) * width > TOLERANCE * abs(e):
        raise InputError("has a rotated geotransform; warp it north-up first (gdalwarp does)")
    if not all(map(math.isfinite, transform)) or a <= 0 or e >= 0:
        raise InputError(
            f"is not north-up (geotransform {transform}); warp it north-up first (gdalwarp does)"
        )


def same_lattice(grid: Grid, lattice: Grid) -> bool:
    """Whether all pixels of ``grid`` coincide with pixels of ``lattice``, to TOLERANCE pixels."""
    if grid.crs != lattice.crs:
        return False
    a, _, c, _, e, f = lattice.transform
    left, bottom, right, top = grid.bounds
    columns = (left - c) / a, (right - c) / a
    rows = (top - f) / e, (bottom - f) / e
    # Both edges, so that a pixel size that is a little different does not add up across the scene.
    return (
        all(abs(edge - round(edge)) <= TOLERANCE for edge in columns + rows)
        and round(columns[1]) - round(columns[0]) == grid.width
        and round(rows[1]) - round(rows[0]) == grid.height
    )


def fraction_off(grid: Grid, lattice: Grid) -> tuple[float, float] | None:
    """(rows, columns) of a pixel, -0.5 to 0.5, by which pixels of ``lattice`` lie off ``grid``'s.

    None where it is not one fraction all over: another CRS, another pixel size.
    """
    a, _, c, _, e, f = lattice.transform
    # As in `same_lattice`, from one edge to the other.
    sizes = (grid.transform[0] / a - 1) * grid.width, (grid.transform[4] / e - 1) * grid.height
    if grid.crs != lattice.crs or max(map(abs, sizes)) > 10 * TOLERANCE:
        return None
    rows, columns = (f - grid.transform[5]) / e, (c - grid.transform[2]) / a
    return rows - round(rows), columns - round(columns)


def commonest_lattice(grids: list[Grid]) -> Grid:
    """The grid whose lattice most of ``grids`` share; the first of several that are as common."""
    representatives: list[tuple[Grid, list[int]]] = []
    for grid in grids:
        for lattice, count in representatives:
            if same_lattice(grid, lattice):
                count[0] += 1
                break
        else:
            representatives.append((grid, [1]))
    return max(representatives, key=lambda item: item[1][0])[0]


def union(bounds: list[Bounds]) -> Bounds:
    """The smallest box around all boxes (left, bottom, right, top)."""
    left, bottom, right, top = zip(*bounds, strict=True)
    return min(left), min(bottom), max(right), max(top)


def intersection(bounds: list[Bounds]) -> Bounds:
    """The box that all boxes (left, bottom, right, top) share.

    Raises
    ------
    InputError
        If there is none.
    """
    left, bottom, right, top = zip(*bounds, strict=True)
    box = max(left), max(bottom), min(right), min(top)
    if box[0] >= box[2] or box[1] >= box[3]:
        raise InputError(
            "the scenes have no common area; use extent: union, or remove the scene that lies apart"
        )
    return box


def snap(bounds: Bounds, lattice: Grid) -> Grid:
    """The grid on a lattice that covers bounds: grown outwards to whole pixels."""
    edges = _pixels(bounds, lattice)
    if edges[2] <= edges[0] or edges[3] <= edges[1]:
        raise InputError(
            f"the bounds {list(bounds)} hold no pixel; give them as [left, bottom, right, top] in "
            f"the units of {lattice.crs}"
        )
    return _between(edges, lattice)


def steady_union(boxes: list[Bounds], lattice: Grid) -> Grid:
    """The grid on a lattice around all boxes, rounded outwards where they differ.

    A scene that jitters like those before it then changes nothing: where not all boxes are equal,
    each edge lies a whole number of margins outside the first box's, a margin being a 64th of its
    size and at least 8 pixels.

    Parameters
    ----------
    boxes : (left, bottom, right, top) in the CRS of the lattice, oldest scene first.
    """
    pixels = [_pixels(box, lattice) for box in boxes]
    first = pixels[0]
    if all(edges == first for edges in pixels):
        return _between(first, lattice)
    margins = [max(_LEAST_MARGIN, -(-(first[i + 2] - first[i]) // _MARGINS)) for i in (0, 1)]
    edges = []
    for i, edge in enumerate(first):
        margin, sign = margins[i % 2], -1 if i < 2 else 1
        beyond = max(sign * (other[i] - edge) for other in pixels)
        edges.append(edge + sign * margin * max(1, -(-beyond // margin)))
    return _between(edges, lattice)


def _pixels(bounds: Bounds, lattice: Grid) -> tuple[int, int, int, int]:
    """First column and row within bounds, and those behind the last, of a lattice."""
    a, _, c, _, e, f = lattice.transform
    left, bottom, right, top = bounds
    return (
        math.floor((left - c) / a + TOLERANCE),
        math.floor((top - f) / e + TOLERANCE),
        math.ceil((right - c) / a - TOLERANCE),
        math.ceil((bottom - f) / e - TOLERANCE),
    )


def _between(edges, lattice: Grid) -> Grid:
    a, _, c, _, e, f = lattice.transform
    left, top, right, bottom = edges
    return Grid(
        lattice.crs, (a, 0.0, c + left * a, 0.0, e, f + top * e), right - left, bottom - top
    )


def offset_in(grid: Grid, target: Grid) -> tuple[int, int]:
    """(row, column) of the target where the north-west pixel of ``grid``, on its lattice, lies."""
    a, _, c, _, e, f = target.transform
    return round((grid.transform[5] - f) / e), round((grid.transform[2] - c) / a)


def tile_edges(size: int, tiles: int) -> list[int]:
    """Pixel edges that cut ``size`` pixels into ``tiles`` parts which differ by at most a pixel.

    Returns
    -------
    tiles + 1 edges from 0 to size: every pixel is in exactly one tile.

    Raises
    ------
    InputError
        If there are more tiles than pixels.
    """
    if tiles > size:
        raise InputError(
            f"{tiles} tiles do not fit into {size} pixels; lower 'tiles: rows' or 'columns'"
        )
    return [i * size // tiles for i in range(tiles + 1)]
