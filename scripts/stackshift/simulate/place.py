"""Where simulated ground lies.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

from stackshift.ground.lattice import Grid

# Somewhere in UTM zone 11 N, on a lattice of whole postings; west of the zone's own meridian, so
# that north is not up.
_CRS = "EPSG:32611"
_EAST, _NORTH = 300_000.0, 3_900_000.0


def ground_grid(settings: dict) -> Grid:
    """The grid of the ground that all scenes of a simulated stack together cover, about.

    Parameters
    ----------
    settings : the stack's ``simulate`` section of the config.
    """
    return part_of_ground(settings, 0, 0, settings["rows"], settings["columns"])


def part_of_ground(settings: dict, top: int, left: int, rows: int, columns: int) -> Grid:
    """The grid of so many rows and columns of that ground, from a row and a column on."""
    posting = float(settings["posting"])
    transform = (posting, 0.0, _EAST + left * posting, 0.0, -posting, _NORTH - top * posting)
    return Grid(_CRS, transform, columns, rows)
