"""Names of the columns and keys of what is measured, once, with unit and meaning.

Those of what rests on it stand beside, by what they are of: `judgement_columns`, `action_columns`,
`check_columns`, `watch_columns`, `where_columns`. `table_columns` has the tables by name. A test
compares these with the files and with the documentation. Metres are on the ground: x to true east,
y to true north.
"""

from stackshift.tile.match import OK, STATUSES

REFERENCE = "reference"
SECONDARY = "secondary"
REFERENCE_INDEX = "reference_index"
SECONDARY_INDEX = "secondary_index"
REFERENCE_PLATFORM = "reference_platform"
SECONDARY_PLATFORM = "secondary_platform"
REFERENCE_RESAMPLING = "reference_resampling"
SECONDARY_RESAMPLING = "secondary_resampling"
DAYS = "days"
TILE_X = "tile_number_x"
TILE_Y = "tile_number_y"
SHIFT_X = "shift_x"
SHIFT_Y = "shift_y"
SIGMA_X = "sigma_x"
SIGMA_Y = "sigma_y"
CORRELATION_XY = "correlation_xy"
QUALITY = "quality"
COHERENCE = "coherence"
SHARED_X, SHARED_Y = "shared_x", "shared_y"
ERROR = "error"
PHASE = "phase"
VALID_FRACTION = "valid_fraction"
MASKED = "masked_fraction"
NO_AREA = "no_area_fraction"
NO_MASK = "no_mask_fraction"
CONTRAST = "contrast"
STATUS = "status"
MESSAGE = "message"
FILES = "files"
OVERLAP = "overlap_difference"
TILES = "tiles"
PAIRS = "pairs"
COUNT = "count"
SKIPPED_SHARE = "skipped_share"
ERROR_RMS = "error_rms"
REJECTED = "rejected_{}"
TRUE_X = "true_shift_x"
TRUE_Y = "true_shift_y"
SCENE = "scene"
OFFSET_EAST = "offset_east"
OFFSET_NORTH = "offset_north"
SIGMA_EAST = "sigma_east"
SIGMA_NORTH = "sigma_north"
CORRELATION_EN = "correlation_east_north"
HEADING = "heading"
INCIDENCE = "incidence"
HEADING_FROM = "heading_from"
LOOK = "look"
SWATH = "swath"
OFFSET_RANGE = "offset_range"
OFFSET_AZIMUTH = "offset_azimuth"
OFFSET_SLANT = "offset_slant_range"
SIGMA_RANGE = "sigma_range"
SIGMA_AZIMUTH = "sigma_azimuth"
SIGMA_SLANT = "sigma_slant_range"
NETWORK_EAST = "network_east"
NETWORK_NORTH = "network_north"
NETWORK_SIGMA_EAST = "network_sigma_east"
NETWORK_SIGMA_NORTH = "network_sigma_north"
SCENES_MEASURED = "scenes_measured"
MOVES = "moves"
SCATTER_EAST = "scatter_east"
SCATTER_NORTH = "scatter_north"
INDEX = "index"
TIME = "time"
PLATFORM = "platform"
PART = "part"
RESIDUAL = "residual_rms"
RESIDUAL_X = "residual_x"
RESIDUAL_Y = "residual_y"
Z_X = "z_x"
Z_Y = "z_y"
WEIGHT_X = "weight_x"
WEIGHT_Y = "weight_y"
CLOSURE = "closure_rms"
ROTATION = "rotation"
ROTATION_SIGMA = "rotation_sigma"
SCALE = "scale"
SCALE_SIGMA = "scale_sigma"
FLAG = "flag"
TRUE_EAST = "true_offset_east"
TRUE_NORTH = "true_offset_north"
ARROW_RIGHT = "arrow_right"
ARROW_UP = "arrow_up"
BEGIN, END, REASON = "begin", "end", "reason"

NETWORK_AXES = ((NETWORK_EAST, NETWORK_SIGMA_EAST), (NETWORK_NORTH, NETWORK_SIGMA_NORTH))
LOOK_AXES = ((OFFSET_RANGE, SIGMA_RANGE), (OFFSET_AZIMUTH, SIGMA_AZIMUTH))
TILE_FIGURES = (QUALITY, COHERENCE, VALID_FRACTION, MASKED, NO_AREA, NO_MASK)
AXES = (("x", SHIFT_X, SIGMA_X, TRUE_X), ("y", SHIFT_Y, SIGMA_Y, TRUE_Y))

# The standard error of each column that has one.
ERRORS = {
    **{shift: sigma for _, shift, sigma, _ in AXES},
    **dict(NETWORK_AXES),
    **dict(LOOK_AXES),
    OFFSET_SLANT: SIGMA_SLANT,
    OFFSET_EAST: SIGMA_EAST, OFFSET_NORTH: SIGMA_NORTH, TRUE_EAST: SIGMA_EAST,
    TRUE_NORTH: SIGMA_NORTH, ROTATION: ROTATION_SIGMA, SCALE: SCALE_SIGMA, TRUE_X: SIGMA_X,
    TRUE_Y: SIGMA_Y, "difference_east": "sigma_east", "difference_north": "sigma_north",
}  # fmt: skip


def statistic(name: str, axis: str) -> str:
    """Column of a statistic (mean, std, median, nmad, robust, robust_sigma) of an axis."""
    return f"{name}_{axis}"


_PAIR_OF_SCENES = {
    REFERENCE: ("", "reference scene of the pair, the newer one: YYYYMMDDTHHMMSS, UTC"),
    SECONDARY: ("", "secondary scene of the pair, the older one: YYYYMMDDTHHMMSS, UTC"),
    REFERENCE_INDEX: ("", "number of the reference scene in the stack, 0 is the newest"),
    SECONDARY_INDEX: ("", "number of the secondary scene in the stack, 0 is the newest"),
}
_TILE = {
    TILE_X: ("", "column of the tile, 0 at the left edge of the grid"),
    TILE_Y: ("", "row of the tile, 0 at the upper edge of the grid"),
}
_ROBUST = {
    SHIFT_X: ("m", "robust mean of the shifts to the east (Huber, weights 1 / sigma^2)"),
    SHIFT_Y: ("m", "robust mean of the shifts to the north (Huber, weights 1 / sigma^2)"),
    SIGMA_X: ("m", "standard error of shift_x, from the tiles' and from their scatter"),
    SIGMA_Y: ("m", "standard error of shift_y, from the tiles' and from their scatter"),
    CORRELATION_XY: ("1", "correlation of the errors of shift_x and shift_y, -1 to 1"),
}
_QUARTERED = {
    SIGMA_X: ("m", "standard error of shift_x, from the tiles', their and their quarters' scatter"),
    SIGMA_Y: ("m", "standard error of shift_y, from the tiles', their and their quarters' scatter"),
}
_LOOKS = {
    OFFSET_RANGE: (
        "m",
        "the offset along ground range, away from the satellite; empty without heading",
    ),
    OFFSET_AZIMUTH: ("m", "the offset along azimuth, the way the satellite flies"),
    SIGMA_RANGE: ("m", "standard error of offset_range"),
    SIGMA_AZIMUTH: ("m", "standard error of offset_azimuth"),
}
_STATISTICS = {
    COUNT: ("", "measurements with status ok: those that the statistics rest on"),
    SKIPPED_SHARE: ("1", "share of the measurements that do not count, 0 to 1"),
    **{
        statistic(name, axis): ("m", f"{text} of the {shift} that count")
        for axis, shift in (("x", "shifts to the east"), ("y", "shifts to the north"))
        for name, text in (
            ("mean", "mean"),
            ("std", "standard deviation (n - 1)"),
            ("median", "median"),
            ("nmad", "normalised median absolute deviation (1.4826 MAD)"),
        )
    },
    ERROR_RMS: ("1", "root mean square of error over the measurements that count"),
    **{REJECTED.format(s): ("", f"measurements with status {s}") for s in STATUSES if s != OK},
}
_TRUTH = {
    TRUE_X: ("m", "true shift to the east; simulated stacks only"),
    TRUE_Y: ("m", "true shift to the north; simulated stacks only"),
}

MEASUREMENTS = {
    **_PAIR_OF_SCENES,
    DAYS: ("d", "days from the secondary to the reference scene"),
    **_TILE,
    SHIFT_X: ("m", "shift to the east that brings the secondary onto the reference"),
    SHIFT_Y: ("m", "shift to the north that brings the secondary onto the reference"),
    SIGMA_X: ("m", "standard error of shift_x; empty where the method gives none"),
    SIGMA_Y: ("m", "standard error of shift_y; empty where the method gives none"),
    CORRELATION_XY: _ROBUST[CORRELATION_XY],
    SHARED_X: ("m", "part of sigma_x that tiles displaced alike share, signed; empty for none"),
    SHARED_Y: ("m", "the same of sigma_y"),
    QUALITY: ("1", "peak to sidelobe ratio (coherence) or peak correlation (cross_correlation)"),
    COHERENCE: ("1", "mean coherence of the two tiles at the shift, 0 to 1"),
    ERROR: ("1", "sqrt(1 - r^2) of the correlation r, 0 to 1; cross_correlation only, not metres"),
    PHASE: ("rad", "global phase difference; cross_correlation only, 0 for power"),
    VALID_FRACTION: ("1", "share of pixels that are valid in both tiles"),
    STATUS: ("", "ok, or why the tile does not count"),
    MESSAGE: ("", "the status in words"),
}
PAIRS_TABLE = {
    **_PAIR_OF_SCENES,
    DAYS: MEASUREMENTS[DAYS],
    REFERENCE_PLATFORM: ("", "satellite of the reference scene, from its file name"),
    SECONDARY_PLATFORM: ("", "satellite of the secondary scene, from its file name"),
    REFERENCE_RESAMPLING: (
        "",
        "none: copied onto the stack's grid; else the kernel it was warped with",
    ),
    SECONDARY_RESAMPLING: (
        "",
        "none: copied onto the stack's grid; else the kernel it was warped with",
    ),
    TILES: ("", "tiles of the pair"),
    **(_ROBUST | _QUARTERED),
    **_STATISTICS,
    **_TRUTH,
}
TILES_TABLE = {
    **_TILE,
    PAIRS: ("", "pairs in which the tile was measured"),
    **_ROBUST,
    **_STATISTICS,
    SCENES_MEASURED: ("", "scenes in which the tile was matched with the template"),
    MOVES: ("", "1 where the tile moves by itself, so that no scene's offset rests on it, else 0"),
    SCATTER_EAST: ("m", "rms of the tile's offsets to the east about scenes of several tiles"),
    SCATTER_NORTH: ("m", "rms of the tile's offsets to the north about scenes of several tiles"),
}
SCENES_TABLE = {
    SCENE: ("", "acquisition start YYYYMMDDTHHMMSS, UTC"),
    INDEX: ("", "number in the stack, 0 is the newest"),
    TIME: ("", "acquisition start, ISO 8601, UTC"),
    PLATFORM: ("", "satellite, from the file name"),
    OFFSET_EAST: ("m", "where the scene lies, east of the median of the stack (or the reference)"),
    OFFSET_NORTH: (
        "m",
        "where the scene lies, north of the median of the stack (or the reference)",
    ),
    SIGMA_EAST: ("m", "standard error of offset_east"),
    SIGMA_NORTH: ("m", "standard error of offset_north"),
    CORRELATION_EN: ("1", "correlation of the errors of offset_east and offset_north, -1 to 1"),
    **_LOOKS,
    OFFSET_SLANT: ("m", "the offset along slant range; empty where the incidence is not known"),
    SIGMA_SLANT: ("m", "standard error of offset_slant_range"),
    HEADING: ("deg", "direction of azimuth on the ground in the middle, clockwise from true north"),
    HEADING_FROM: ("", "what the heading is from, or why it is not known and what to give"),
    LOOK: ("", "to which side the radar looks, as seen along the flight: right or left"),
    INCIDENCE: ("deg", "incidence angle on the ellipsoid, the mean of the scene"),
    SWATH: ("", "subswath, as IW2, from the file names; several are separated by blanks"),
    TILES: ("", "tiles that the offset rests on"),
    PAIRS: ("", "pairs of the scene that count"),
    RESIDUAL: ("m", "rms of the scene's pairs about what the offsets say, both axes"),
    ROTATION: ("urad", "rotation of the scene against the stack, positive counter-clockwise"),
    ROTATION_SIGMA: ("urad", "standard error of rotation"),
    SCALE: ("ppm", "scale of the scene against the stack, positive where it is stretched"),
    SCALE_SIGMA: ("ppm", "standard error of scale"),
    FLAG: (
        "",
        "what stands out, separated by blanks: outlier, rotated, scaled, uneven, unmeasured",
    ),
    MESSAGE: ("", "why the scene has no offset; empty if it has one"),
    FILES: ("", "names of the files that the scene is made of, separated by comma and blank"),
    OVERLAP: ("dB", "median by which files are brighter than those before where they overlap"),
    MASKED: ("1", "share of the scene's valid pixels that its masks take; empty without masks"),
    NO_AREA: (
        "1",
        "share of them that the layer area lacks, and so are lost; empty where not used",
    ),
    NO_MASK: (
        "1",
        "share of them that a mask does not cover, and so are kept; empty without masks",
    ),
    CONTRAST: (
        "",
        "inverted where the scene is dark as the image that it was aligned with is bright, else "
        "same; empty where it was aligned with the stack",
    ),
    NETWORK_EAST: ("m", "the same offset out of the pairs alone, whose network is adjusted"),
    NETWORK_NORTH: ("m", "the same offset out of the pairs alone, whose network is adjusted"),
    NETWORK_SIGMA_EAST: ("m", "standard error of network_east, from the network's mean"),
    NETWORK_SIGMA_NORTH: ("m", "standard error of network_north, from the network's mean"),
    PART: ("", "part of the network, 0 unless it falls apart; empty without a pair that counts"),
    TRUE_EAST: ("m", "true offset from the same zero; simulated stacks only"),
    TRUE_NORTH: ("m", "true offset from the same zero; simulated stacks only"),
}
SCENE_TILES_TABLE = {
    SCENE: SCENES_TABLE[SCENE],
    **_TILE,
    OFFSET_EAST: ("m", "where this tile of the scene lies, east of the stack's zero"),
    OFFSET_NORTH: ("m", "where this tile of the scene lies, north of the stack's zero"),
    SIGMA_EAST: SCENES_TABLE[SIGMA_EAST],
    SIGMA_NORTH: SCENES_TABLE[SIGMA_NORTH],
    CORRELATION_EN: SCENES_TABLE[CORRELATION_EN],
    **_LOOKS,
    QUALITY: ("1", "how much the match with the template stands out, in standard deviations"),
    COHERENCE: ("1", "mean coherence of the tile and the template, 0 to 1"),
    VALID_FRACTION: ("1", "share of pixels that are valid in the tile and in the template"),
    MASKED: ("1", "share of the tile's pixels that masks take; empty without masks"),
    NO_AREA: ("1", "share of the scene's valid pixels in the tile that the layer area lacks"),
    NO_MASK: ("1", "share of the scene's valid pixels in the tile that a mask does not cover"),
    STATUS: MEASUREMENTS[STATUS],
    MESSAGE: MEASUREMENTS[MESSAGE],
}
RESIDUALS_TABLE = {
    REFERENCE: _PAIR_OF_SCENES[REFERENCE],
    SECONDARY: _PAIR_OF_SCENES[SECONDARY],
    RESIDUAL_X: ("m", "shift_x of the pair less what the scenes' offsets say"),
    RESIDUAL_Y: ("m", "shift_y of the pair less what the scenes' offsets say"),
    Z_X: ("1", "residual_x over its error, the pair's or its scenes': up to 1 rms if all is well"),
    Z_Y: ("1", "the same for residual_y"),
    WEIGHT_X: ("1", "weight of the pair in the network to the east, 1 for a pair that fits"),
    WEIGHT_Y: ("1", "weight of the pair in the network to the north, 1 for a pair that fits"),
    CLOSURE: ("m", "rms misclosure of the triangles that the pair is part of, both axes"),
}
MAPPED = {
    ARROW_RIGHT: ("m", "the shift or offset along the grid's columns, for arrows: where it points"),
    ARROW_UP: ("m", "the shift or offset against the grid's rows; both as long as it is"),
    TIME: ("", "of a scene's tile: when it was acquired, UTC, as a time"),
    BEGIN: ("", "of a pair's tile: when the older scene was acquired, UTC"),
    END: ("", "of a pair's tile: when the newer scene was acquired, UTC"),
    REASON: ("", "why the tile was rejected, in words; of a tile over all pairs most often"),
}


def without_truth(table: dict) -> list[str]:
    """The columns of a table of scenes that were not simulated, of which nobody knows the truth."""
    return [name for name in table if name not in (TRUE_X, TRUE_Y, TRUE_EAST, TRUE_NORTH)]
