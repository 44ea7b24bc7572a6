"""How many tiles a grid is cut into."""

from stackshift.errors import InputError
from stackshift.ground.lattice import Grid
from stackshift.tile.methods import SMALLEST

# Without a word in the config: as the notebook, or as many as leave so many pixels a side.
_MOST = 8
_ENOUGH = 128


def tiles_for(grid: Grid, asked: dict, method: str) -> tuple[int, int]:
    """(rows, columns) of tiles.

    Parameters
    ----------
    grid : the stack's.
    asked : ``rows`` and ``columns``, each None for 8 or as many as leave 128 pixels a tile.
    method : that measures the tiles, and needs so many pixels.

    Raises
    ------
    InputError
        If tiles are asked for that are too small; it names the largest cut that fits.
    """
    least = SMALLEST[method]
    if min(grid.height, grid.width) < least:
        raise InputError(
            f"the common grid has {grid.height} x {grid.width} pixels, and the method '{method}' "
            f"needs {least} a side"
        )
    found, fits = [], []
    for name, size in (("rows", grid.height), ("columns", grid.width)):
        count = asked[name]
        fits.append(max(1, size // least))
        found.append(max(1, min(_MOST, size // _ENOUGH)) if count is None else count)
    rows, columns = found
    if rows > fits[0] or columns > fits[1]:
        raise InputError(
            f"tiles: {rows} x {columns} tiles of {grid.height} x {grid.width} pixels have "
            f"{grid.height // rows} x {grid.width // columns} each, and the method '{method}' "
            f"needs {least} a side; {{rows: {min(rows, fits[0])}, columns: "
            f"{min(columns, fits[1])}}} is the largest cut that fits, or leave 'tiles' out"
        )
    return rows, columns
