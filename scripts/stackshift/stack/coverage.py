"""What of the scenes and their tiles the layers cover, and what is said where they do not."""

from dataclasses import replace
from statistics import median

from stackshift.stack import columns as c
from stackshift.tile.match import NO_LAYER, TOO_MANY_NAN, Match

# Of a tile whose pixels are mostly missing for one reason that is the one to be told.
_MOSTLY = 0.5
# Shares of a stack's pixels that are worth a line, and that leave next to nothing.
_MATTERS, _NEARLY_ALL = 0.02, 0.95
AREA, IMAGE = "area layer", "image to align with"


def explained(match: Match, missing: dict[str, float | None], masked: float | None) -> Match:
    """A tile with too little data, with what takes it; any other as it is.

    Parameters
    ----------
    match : what became of the tile.
    missing : share of the scene's pixels in it, 0 to 1, for which what they need has no value, by
        what that is in words; None where it is not needed.
    masked : share of its pixels that masks take, None without masks.
    """
    if match.status != TOO_MANY_NAN:
        return match
    for what, share in missing.items():
        if share and share >= _MOSTLY:
            text = f"no {what} here: it has no value in {_percent(share)} of the tile's pixels"
            return replace(match, status=NO_LAYER, message=text)
    if masked and masked >= _MOSTLY:
        return replace(match, message=f"{match.message}: masks take {_percent(masked)} of the tile")
    return match


def found(contents: list[dict]) -> dict[str, dict]:
    """What layers do not cover of a stack, and what masks take.

    Parameters
    ----------
    contents : the measurements of each scene, with ``no_area``, ``no_mask`` and ``masked`` of the
        scene, shares of its valid pixels, and the tiles' records.

    Returns
    -------
    By ``area``, ``mask``, ``image`` and ``masked``, as far as there is such a layer: ``share``, the
    median of the scenes' own (None for the image); ``tiles``, of so many, ``of``, that are not
    measured for lack of the area or the image in any scene, or most pixels of which no mask knows,
    or masks take.
    """
    known = {
        "area": ("no_area", c.NO_AREA), "mask": ("no_mask", c.NO_MASK),
        "masked": ("masked", c.MASKED),
    }  # fmt: skip
    records = [one["tiles"] for one in contents]
    cells = len(records[0]) if records else 0
    made: dict[str, dict] = {}

    def refused(what: str) -> list[bool]:
        """Which tiles are not measured in some scene for lack of a layer."""
        return [
            any(what in tiles[i][c.MESSAGE] for tiles in records if tiles[i][c.STATUS] == NO_LAYER)
            for i in range(cells)
        ]

    for name, (scene, tile) in known.items():
        shares = [one[scene] for one in contents if one.get(scene) is not None]
        if shares:
            lacking = (
                refused(AREA)
                if name == "area"
                else [
                    any((tiles[i].get(tile) or 0) >= _MOSTLY for tiles in records)
                    for i in range(cells)
                ]
            )
            made[name] = {"share": float(median(shares)), "tiles": sum(lacking), "of": cells}
    beyond = refused(IMAGE)
    if any(beyond):
        made["image"] = {"share": None, "tiles": sum(beyond), "of": cells}
    return made


def texts(covered: dict[str, dict]) -> list[str]:
    """What is to be said of that, a line each; nothing of what does not matter."""
    lines = []
    for name, one in covered.items():
        if not one["tiles"] and (one["share"] or 0) < _MATTERS:
            continue
        tiles = f"{one['tiles']} of {one['of']} tiles"
        pixels = "" if one["share"] is None else f" ({_percent(one['share'])} of the pixels)"
        if name == "area":
            lines.append(
                f"the area layer has no value for {_percent(one['share'])} of the pixels, and "
                f"{tiles} are not measured for it: name one that covers the scenes"
            )
        elif name == "image":
            lines.append(f"the image to align with does not reach {tiles}, which are not measured")
        elif name == "mask":
            lines.append(
                f"a mask does not reach most of {tiles}{pixels}: what it does not reach is used as "
                "if nothing were masked"
            )
        elif one["share"] >= _NEARLY_ALL:
            lines.append(
                f"masks take {_percent(one['share'])} of the pixels: 'drop' and 'keep' of 'masks:' "
                "may be the wrong way round"
            )
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
