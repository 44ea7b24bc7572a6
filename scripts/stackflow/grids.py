"""The common grid of a stack, from the headers of its scenes.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

from stackflow import headers as cache
from stackshift.errors import InputError
from stackshift.ground.lattice import (
    Bounds,
    Grid,
    commonest_lattice,
    in_one_turn,
    intersection,
    same_lattice,
    snap,
    steady_union,
    union,
)
from stackshift.ground.longitudes import side_by_side

# How many times the area of all scenes their union may have.
_SPARSE = 20
File = tuple[str, int | None]


def extent(settings: dict, superset: dict) -> tuple[str, list[float] | None]:
    """How the grid of a stack is found, and its bounds if they are fixed.

    Parameters
    ----------
    settings : the stack's entry in the config, whose ``bounds`` go first.
    superset : that section of the config.
    """
    if settings.get("bounds"):
        return "bounds", settings["bounds"]
    return superset["extent"], superset["bounds"]


def grid_in(header: dict) -> Grid:
    """The grid that a header tells."""
    return Grid(header["crs"], tuple(header["transform"]), header["width"], header["height"])


def boxes_in(crs: str, files: list[File], headers: dict[File, dict]) -> list[Bounds]:
    """(left, bottom, right, top) of files in one CRS."""
    away = [file for file in files if headers[file]["crs"] != crs]
    found = cache.bounds(away, crs) if away else {}
    boxes = [found.get(file) or grid_in(headers[file]).bounds for file in files]
    turn = next((headers[f]["turn"] for f in headers if headers[f].get("crs") == crs), None)
    return side_by_side(boxes, turn) if turn else boxes


def overlap(one: Bounds, other) -> bool:
    """Whether two boxes have more than an edge in common."""
    return all(
        min(one[high], other[high]) > max(one[low], other[low]) for low, high in ((0, 2), (1, 3))
    )


def common(
    scenes: list[list[File]], headers: dict[File, dict], extent: str, bounds
) -> tuple[Grid, list[File]]:
    """The one grid of a stack: CRS, geotransform and size, on the scenes' own pixel lattice.

    Parameters
    ----------
    scenes : the files of each scene, oldest scene first.
    headers : of each file.
    extent : ``union``, ``intersection`` or ``bounds``, of which the last takes the lattice of the
        oldest scene, so that a scene that is added never changes it.
    bounds : [left, bottom, right, top] in the CRS of the stack.

    Returns
    -------
    The grid, and the files that are off its lattice.

    Raises
    ------
    InputError
        If no grid can be made of the scenes.
    """
    files = [file for scene in scenes for file in scene]
    turns = {headers[file]["crs"]: headers[file]["turn"] for file in files}
    placed = in_one_turn([grid_in(headers[file]) for file in files], turns)
    found = dict(zip(files, placed, strict=True))
    lattice = found[files[0]] if extent == "bounds" else commonest_lattice(list(found.values()))
    if extent == "bounds":
        grid = snap(tuple(bounds), lattice)
    else:
        box = dict(zip(files, boxes_in(lattice.crs, files, headers), strict=True))
        boxes = [union([box[file] for file in scene]) for scene in scenes]
        if extent == "intersection":
            grid = snap(intersection(boxes), lattice)
        else:
            grid = steady_union(boxes, lattice)
            _check_sparse(grid, list(found.values()))
    return grid, [file for file in files if not same_lattice(found[file], grid)]


def _check_sparse(grid: Grid, grids: list[Grid]) -> None:
    largest = max(one.width * one.height for one in grids)
    if grid.width * grid.height > _SPARSE * len(grids) * largest:
        raise InputError(
            f"the scenes lie so far apart that their union has {grid.width} x {grid.height} "
            "pixels; make a stack of each place, or give 'superset: {extent: bounds}'"
        )
