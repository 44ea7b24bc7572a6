"""Whether layers hold what is asked of them: their pixels, and the tiles that they reach.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

from stackflow import grids, headers
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

# How many times as long as the scenes' the pixels of an area may be.
_COARSER = 1.6
# Places a side of a tile at which is looked whether a file reaches it.
_SAMPLED = 5


def check_detail(paths: list[str], grid: Grid, where: str) -> None:
    """Refuse an area that lacks what its scenes were divided by.

    What it has not is left in the image, stays with the map, and makes displacements too large:
    by 1.5 % at pixels that are 1.5 times as long as the scenes', by 4 % at 2 (`bench/terrain.py`).

    Parameters
    ----------
    paths : rasters of the area.
    grid : the stack's.
    where : what asks for them, for the message.

    Raises
    ------
    InputError
        With the first such file.
    """
    a, _, _, _, e, _ = grid.transform
    for (path, _), sides in headers.postings([(path, None) for path in paths], grid.crs).items():
        times = max(sides[0] / abs(a), sides[1] / abs(e))
        if times > _COARSER:
            raise InputError(
                f"{where}: the pixels of {path} are {times:.3g} times as long as the grid's, and "
                "displacements would come out too large by what it lacks; give the area that the "
                "product was divided by, at the scenes' posting"
            )


def out_of_reach(files: list[grids.File], grid: Grid, cut: tuple[int, int]) -> int:
    """How many tiles most of which no file reaches, by the files' bounds.

    Parameters
    ----------
    files : (path, band) of the rasters of a layer.
    grid : the stack's.
    cut : number of tiles (rows, columns).
    """
    boxes = grids.boxes_in(grid.crs, files, headers.read(files))
    left, bottom, right, top = grid.bounds
    wide, high = (right - left) / cut[1], (top - bottom) / cut[0]
    inside = [(at + 0.5) / _SAMPLED for at in range(_SAMPLED)]

    def reached(x: float, y: float) -> bool:
        return any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in boxes)

    number = 0
    for row in range(cut[0]):
        for column in range(cut[1]):
            seen = sum(
                reached(left + wide * (column + x), top - high * (row + y))
                for x in inside
                for y in inside
            )
            number += 2 * seen < _SAMPLED**2
    return number
