"""The tables of each stack and polarization by name, and the type of each of their columns."""

from stackshift.stack import columns as c
from stackshift.stack import judgement_columns as j
from stackshift.tile.match import STATUSES

# The tables of each stack and polarization, by the name of their file.
TABLES = {
    "measurements": c.MEASUREMENTS,
    "pairs": c.PAIRS_TABLE,
    "tiles": c.TILES_TABLE,
    "scenes": c.SCENES_TABLE,
    "scene_tiles": c.SCENE_TILES_TABLE,
    "residuals": c.RESIDUALS_TABLE,
    "why": j.WHY_TABLE,
    "verdict": j.VERDICT_TABLE,
}
_COUNTS = {
    c.REFERENCE_INDEX, c.SECONDARY_INDEX, c.INDEX, c.TILE_X, c.TILE_Y, c.TILES, c.PAIRS, c.COUNT,
    c.PART, c.SCENES_MEASURED, c.MOVES, "within", "measured", "scenes", "sure_within",
    "sure_outside", "needed", "needed_now", "others", "found", "pixels",
    *(c.REJECTED.format(s) for s in STATUSES),
}  # fmt: skip


def kind(name: str, unit: str) -> str:
    """The type of a column: string, Int64 (whole numbers, may be missing) or float64."""
    if name in _COUNTS:
        return "Int64"
    return "float64" if unit else "string"
