"""Names of the columns of the watch over new scenes: as `columns`, of which it is a part."""

from stackshift.stack import columns as c

HISTORY_TABLE = {
    c.SCENE: c.SCENES_TABLE[c.SCENE],
    "measured": ("", "when first seen, in a second row first measured, ISO 8601, UTC"),
    c.PLATFORM: c.SCENES_TABLE[c.PLATFORM],
    c.OFFSET_EAST: ("m", "offset as first measured, from the zero of the first rows"),
    c.OFFSET_NORTH: ("m", "offset as first measured, from the zero of the first rows"),
    c.SIGMA_EAST: c.SCENES_TABLE[c.SIGMA_EAST],
    c.SIGMA_NORTH: c.SCENES_TABLE[c.SIGMA_NORTH],
    c.MESSAGE: c.SCENES_TABLE[c.MESSAGE],
}
WATCH_TABLE = {
    **{k: HISTORY_TABLE[k] for k in (c.SCENE, "measured", c.OFFSET_EAST, c.OFFSET_NORTH)},
    c.SIGMA_EAST: c.SCENES_TABLE[c.SIGMA_EAST],
    c.SIGMA_NORTH: c.SCENES_TABLE[c.SIGMA_NORTH],
    **{
        f"{what}_{direction}": ("1", text.format(side))
        for direction, other in (("east", "west"), ("north", "south"))
        for what, text, side in (
            (
                "deviate",
                "how far {} of the scenes before, standard normal if nothing begins",
                direction,
            ),
            ("sum_up", "cumulative sum of what deviates to the {}", direction),
            ("sum_down", "cumulative sum of what deviates to the {}", other),
        )
    },
    "alert": ("", "what the scene told"),
}
