"""Names of the columns of what is done with the offsets: as `columns`, of which it is a part."""

from stackshift.stack import columns as c

POLARIZATIONS = "polarizations"
APART_EAST = "apart_east"
APART_NORTH = "apart_north"
# Those of a scene sheet, by the names that the workflow reads back.
PATH = "path"
POLARIZATION = "polarization"
TRACK = "track"
DIRECTION = "direction"
BAND = "band"
VALUES = "values"
BURST = "burst"
OFFSET = "offset"
ERROR = "error"
USABLE = "usable"
REASON = "reason"
ORIGINAL = "original"
CORRECTED = "corrected"
MOVED_EAST = "moved_east"
MOVED_NORTH = "moved_north"
MOVED_X = "moved_x"
MOVED_Y = "moved_y"
BEFORE_EAST = "before_east"
BEFORE_NORTH = "before_north"
AFTER_EAST = "after_east"
AFTER_NORTH = "after_north"
EXPECTED_EAST = "expected_east"
EXPECTED_NORTH = "expected_north"
MISSED_EAST = "missed_east"
MISSED_NORTH = "missed_north"
MISSED_SIGMA_EAST = "missed_sigma_east"
MISSED_SIGMA_NORTH = "missed_sigma_north"
FOUND = "found"
TRUE_BEFORE_EAST = "true_before_east"
TRUE_BEFORE_NORTH = "true_before_north"
TRUE_AFTER_EAST = "true_after_east"
TRUE_AFTER_NORTH = "true_after_north"

_APART = "how far the polarizations lie apart to the {}, in standard errors of their difference"
_MOVED = (
    "by how much the scene was moved to the {} on the ground, minus its offset; 0 if it was not"
)

COMBINED_TABLE = {
    c.SCENE: c.SCENES_TABLE[c.SCENE],
    c.INDEX: c.SCENES_TABLE[c.INDEX],
    c.TIME: c.SCENES_TABLE[c.TIME],
    c.PLATFORM: c.SCENES_TABLE[c.PLATFORM],
    POLARIZATIONS: ("", "polarizations that the offset rests on, separated by blanks"),
    c.OFFSET_EAST: (
        "m",
        "weighted mean of the polarizations' offsets to the east, from the median of these means",
    ),
    c.OFFSET_NORTH: (
        "m",
        "weighted mean of the polarizations' offsets to the north, from the median of these means",
    ),
    c.SIGMA_EAST: ("m", "standard error of offset_east, with what the polarizations' errors share"),
    c.SIGMA_NORTH: c.SCENES_TABLE[c.SIGMA_NORTH],
    APART_EAST: ("1", _APART.format("east")),
    APART_NORTH: ("1", _APART.format("north")),
    c.TILES: ("", "tiles of all polarizations that the offset rests on"),
    c.FLAG: ("", "what stands out in any polarization; disagree where they contradict each other"),
    c.MESSAGE: c.SCENES_TABLE[c.MESSAGE],
    c.FILES: c.SCENES_TABLE[c.FILES],
    c.TRUE_EAST: c.SCENES_TABLE[c.TRUE_EAST],
    c.TRUE_NORTH: c.SCENES_TABLE[c.TRUE_NORTH],
}
COMBINED_PAIRS_TABLE = {
    c.REFERENCE: c.PAIRS_TABLE[c.REFERENCE],
    c.SECONDARY: c.PAIRS_TABLE[c.SECONDARY],
    c.SHIFT_X: ("m", "weighted mean of the polarizations' shifts to the east"),
    c.SHIFT_Y: ("m", "weighted mean of the polarizations' shifts to the north"),
    c.SIGMA_X: ("m", "standard error of shift_x"),
    c.SIGMA_Y: ("m", "standard error of shift_y"),
    APART_EAST: ("1", _APART.format("east")),
    APART_NORTH: ("1", _APART.format("north")),
}
_SHEET = {
    PATH: ("", "file or address as GDAL opens it: absolute, or relative to the sheet"),
    c.TIME: ("", "acquisition start of the file, ISO 8601, UTC; a date where no more is known"),
    c.SCENE: ("", "the scene that the file belongs to: YYYYMMDDTHHMMSS, UTC"),
    c.PLATFORM: ("", "satellite"),
    POLARIZATION: ("", "VV, VH, HH or HV"),
    TRACK: ("", "relative orbit"),
    DIRECTION: ("", "ascending or descending"),
    BURST: ("", "burst, as T137-292319-IW2"),
    BAND: ("", "number of the band; empty where there is one only"),
    VALUES: ("", "power, amplitude or decibel; empty where the file tells"),
}
USABLE_TABLE = {
    **_SHEET,
    POLARIZATIONS: ("", "polarizations in which the scene is there, separated by blanks"),
    OFFSET: ("m", "how far the scene lies off, as the requirement measures it"),
    ERROR: ("m", "standard error of offset"),
    c.OFFSET_EAST: (
        "m",
        "where the scene lies, east of the median of the stack (or the reference); of all "
        "polarizations together where there are several",
    ),
    c.OFFSET_NORTH: ("m", "the same to the north"),
    c.SIGMA_EAST: c.SCENES_TABLE[c.SIGMA_EAST],
    c.SIGMA_NORTH: c.SCENES_TABLE[c.SIGMA_NORTH],
    c.FLAG: ("", "what stands out, separated by blanks; disagree where polarizations do"),
    USABLE: ("", "true or false, by the section usable of the config"),
    REASON: ("", "why it is not usable; empty if it is"),
}
_MOVE = {
    CORRECTED: ("", "true if the scene was moved, else false"),
    MOVED_EAST: ("m", _MOVED.format("east")),
    MOVED_NORTH: ("m", _MOVED.format("north")),
    c.SIGMA_EAST: ("m", "standard error of the offset to the east"),
    c.SIGMA_NORTH: ("m", "standard error of the offset to the north"),
}
CORRECTED_TABLE = {
    **_SHEET,
    VALUES: ("", "power, amplitude or decibel"),
    ORIGINAL: (
        "",
        "the file that was moved, as path is written; it is as it was",
    ),
    **_MOVE,
    MOVED_X: ("", "by how much its geotransform was moved to the right, in units of its CRS"),
    MOVED_Y: ("", "by how much its geotransform was moved up, in units of its CRS"),
    c.FLAG: ("", "what stands out, separated by blanks; unmeasured scenes are as they were"),
    REASON: ("", "why it was moved, or not"),
}
PROOF_TABLE = {
    c.SCENE: c.SCENES_TABLE[c.SCENE],
    c.TIME: c.SCENES_TABLE[c.TIME],
    c.PLATFORM: c.SCENES_TABLE[c.PLATFORM],
    **{key: _MOVE[key] for key in (CORRECTED, MOVED_EAST, MOVED_NORTH)},
    BEFORE_EAST: ("m", "offset of the scene to the east as it was"),
    BEFORE_NORTH: ("m", "offset of the scene to the north as it was"),
    "before_sigma_east": ("m", "standard error of before_east"),
    "before_sigma_north": ("m", "standard error of before_north"),
    AFTER_EAST: (
        "m",
        "offset to the east, measured again in the corrected stack, where polarizations weigh as "
        "they did before",
    ),
    AFTER_NORTH: ("m", "the same to the north"),
    "after_sigma_east": ("m", "standard error of after_east"),
    "after_sigma_north": ("m", "standard error of after_north"),
    EXPECTED_EAST: ("m", "before_east and moved_east together, from their median: what is to be"),
    EXPECTED_NORTH: ("m", "before_north and moved_north together, from their median"),
    MISSED_EAST: ("m", "after_east less expected_east"),
    MISSED_NORTH: ("m", "after_north less expected_north"),
    MISSED_SIGMA_EAST: (
        "m",
        "standard error of missed_east: less than that of an offset, as both measurements see one "
        "speckle",
    ),
    MISSED_SIGMA_NORTH: ("m", "standard error of missed_north"),
    FOUND: (
        "",
        "as expected, elsewhere (by more than chance, of all scenes together), or not measured",
    ),
    TRUE_BEFORE_EAST: ("m", "true offset to the east as it was; simulated stacks only"),
    TRUE_BEFORE_NORTH: ("m", "true offset to the north as it was; simulated stacks only"),
    TRUE_AFTER_EAST: ("m", "true offset to the east of the corrected scene; simulated stacks only"),
    TRUE_AFTER_NORTH: ("m", "true offset to the north of the corrected scene"),
    c.FLAG: ("", "what stands out in the corrected stack"),
    REASON: ("", "why the scene was moved, or not"),
}
