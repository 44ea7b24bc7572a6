"""Names of the columns of what proves or compares a stack: as `columns`, of which it is a part."""

from stackshift.stack import columns as c

KIND = "kind"
# Kinds of displaced scenes.
INTERPOLATED, BOXES = "interpolated", "boxes"

DETECTION_TABLE = {
    c.SCENE: c.SCENES_TABLE[c.SCENE],
    "distance": ("m", "how far the scene lies from the median of the stack"),
    "pixels": ("", "pixels of unchanged ground that are compared with the template"),
    "false_alarms": ("1", "share of them that differ by more than the threshold, as it lies"),
    "false_alarms_corrected": ("1", "the same with the scene moved to its place"),
    "needed": ("dB", "threshold beyond which one in 1,000 pixels is a false alarm, as it lies"),
    "needed_corrected": ("dB", "the same with the scene moved to its place"),
    "rms": ("dB", "rms of the log-ratio about its median, as it lies"),
    "rms_corrected": ("dB", "the same with the scene moved to its place"),
    "added": ("dB", "what the displacement adds, root of the difference of the squares"),
}
COMPARISON_TABLE = {
    c.SCENE: c.SCENES_TABLE[c.SCENE],
    "difference_east": ("m", "offset_east in the first less the second, median (taken_out) out"),
    "sigma_east": ("m", "standard error of difference_east"),
    "difference_north": ("m", "offset_north in the first less the second, median (taken_out) out"),
    "sigma_north": ("m", "standard error of difference_north"),
    "apart_east": ("m", "how far the second's image lies east of the first's, if that is known"),
    "apart_north": ("m", "how far the second's image lies north of the first's"),
}
INJECTION_TABLE = {
    KIND: ("", "interpolated: displaced by interpolation; boxes: means of displaced boxes"),
    c.REFERENCE: c.MEASUREMENTS[c.REFERENCE],
    c.SECONDARY: c.MEASUREMENTS[c.SECONDARY],
    c.TILE_X: c.MEASUREMENTS[c.TILE_X],
    c.TILE_Y: c.MEASUREMENTS[c.TILE_Y],
    **{
        f"{what}_{axis}": ("m", text.format(direction))
        for axis, direction in (("x", "east"), ("y", "north"))
        for what, text in (
            ("injected", "shift to the {} that the displacements of both scenes ask for"),
            ("recovered", "shift to the {} with displaced scenes less that of the stack as it is"),
            ("error", "recovered less injected shift to the {}"),
            ("sigma", "standard error of the shift to the {} with displaced scenes"),
        )
    },
}
