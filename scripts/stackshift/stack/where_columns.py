"""Names of the columns of what looks where the error is, as `columns` has all others."""

from stackshift.stack.columns import SCENE, SCENE_TILES_TABLE, SCENES_MEASURED, TILE_X, TILE_Y

ALTITUDE = "altitude"
SLOPE = "slope"
FACING = "facing"
LOCAL_INCIDENCE = "local_incidence"
LAND_COVER = "land_cover"
EDGE = "edge"

WHERE_TILES_TABLE = {
    TILE_X: SCENE_TILES_TABLE[TILE_X],
    TILE_Y: SCENE_TILES_TABLE[TILE_Y],
    ALTITUDE: ("m", "mean height of the DEM"),
    SLOPE: ("deg", "mean slope of the DEM"),
    FACING: (
        "deg",
        "from the way to the radar to the way the tile falls: 0 faces it, 180 turns away",
    ),
    LOCAL_INCIDENCE: ("deg", "mean angle of incidence on the terrain"),
    LAND_COVER: ("", "the commonest class"),
    EDGE: (
        "m",
        "from the middle of the tile to the outer edge of the data, whatever is masked within",
    ),
    SCENES_MEASURED: ("", "scenes in which the tile was matched"),
    **{
        f"{what}_{axis}": ("m", text.format(axis))
        for axis in ("range", "azimuth", "east", "north")
        for what, text in (
            ("mean", "robust mean over the scenes of the tile's offset beyond the scene's, {}"),
            ("mean_sigma", "standard error of that, {}"),
            ("spread", "standard deviation over the scenes of that offset, {}"),
        )
    },
}
WHERE_TABLE = {
    "of": ("", "what is looked at: mean or spread over the scenes, or the tiles of one scene"),
    "axis": ("", "range and azimuth, or east and north where no heading is known"),
    SCENE: ("", "the scene, where it is one"),
    "against": ("", "a column of where_tiles.csv"),
    "slope": ("1", "metres of offset or spread a unit of it, a robust line; empty for classes"),
    "slope_sigma": ("1", "standard error of slope, by the scatter about the line"),
    "level": ("m", "height of the line at middle, or the mean of all classes"),
    "middle": ("1", "mean of the tiles, in the unit of the column"),
    "p": ("1", "probability of such a slope, or such different classes, by chance"),
    "p_adjusted": ("1", "the same, allowing for the number of rows (Holm 1979)"),
    "tiles": ("", "tiles that count"),
}
