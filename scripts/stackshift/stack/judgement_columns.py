"""Names of the columns of what is said of a whole stack: as `columns`, of which it is a part."""

from stackshift.stack import columns as c

WHY_TABLE = {
    "attribute": ("", "what scenes may lie apart by: an attribute, processed, time or trend"),
    "value": ("", "of the attribute; where an order changes, the first behind, and later"),
    "scenes": ("", "measured scenes of the group that do not clearly stand out by themselves"),
    "others": ("", "such scenes that it is compared with"),
    "base": (
        "",
        "value of those scenes where they are not all others; before: those before a step",
    ),
    "difference_east": (
        "m",
        "how far east of these the group lies, beside all that was found; a year for a trend",
    ),
    c.SIGMA_EAST: ("m", "standard error of difference_east"),
    "difference_north": (
        "m",
        "how far north of these the group lies, beside all that was found; a year for a trend",
    ),
    c.SIGMA_NORTH: ("m", "standard error of difference_north"),
    "difference_range": ("m", "the same along ground range; empty without headings"),
    c.SIGMA_RANGE: ("m", "standard error of difference_range"),
    "difference_azimuth": ("m", "the same along azimuth; empty without headings"),
    c.SIGMA_AZIMUTH: ("m", "standard error of difference_azimuth"),
    "p": ("1", "probability that the clearest of all that was looked at is as clear by chance"),
    "found": ("", "1 for a cause that was found, else 0"),
    "inseparable": ("", "causes that these scenes cannot tell from it"),
    "note": ("", "the cause in a sentence, or why nothing is compared"),
}
VERDICT_TABLE = {
    "of": ("", "scenes, from the stack's median, or pairs, from each other"),
    "criterion": (
        "",
        "east, north, radial, box: along both; with headings range, azimuth, range_azimuth: both",
    ),
    "verdict": ("", "such products in general: pass, fail or undecided"),
    "these": ("", "these products: met, not met, or cannot be said"),
    "within": ("", "scenes or pairs within the requirement"),
    "measured": ("", "scenes with an offset, or pairs with a shift"),
    "scenes": ("", "scenes of the stack, or pairs"),
    "sure_within": ("", "scenes or pairs within by their error bar too"),
    "sure_outside": ("", "scenes or pairs outside by their error bar too"),
    "effective": ("", "independent scenes or pairs that they count for in the limits of the share"),
    "share": ("1", "share of the measured that are within"),
    "share_low": ("1", "lower confidence limit of the share"),
    "share_high": ("1", "upper confidence limit of the share"),
    "needed": ("", "scenes or pairs that pass without a miss"),
    "needed_now": ("", "scenes or pairs that pass with the misses that there are"),
    "causes": ("", "why the verdict is undecided: too few, error bars, unmeasured"),
}
SITES_TABLE = {
    "stack": ("", "name of the stack: a site"),
    "polarization": ("", "VV, VH, HH or HV; VV+VH for one offset a pass out of both"),
    "counted": (
        "",
        "1 where the verdict over all stacks rests on it, each acquisition once; else 0",
    ),
    **VERDICT_TABLE,
    "CE90": (
        "m",
        "smallest radius about the median that holds 90 % of the scenes; empty for pairs",
    ),
    "worst": ("m", "distance of the farthest scene from the median, or of the farthest pair"),
    "to_look_at": ("", "causes of what is wrong with the stack"),
}
