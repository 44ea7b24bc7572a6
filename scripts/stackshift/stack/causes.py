"""What to look at in a stack: causes of what is wrong, each in a line that names it."""

from collections import Counter

from stackshift.stack import answers, coverage
from stackshift.tile import match

# A cause is worth a line from this share of the tiles on.
_MANY = 0.25
# Tiles shorter than this, in pixels, hold little to match and look for a third of it at most.
_SMALL = 64
# Decibels between slices of one pass; their calibration agrees to some hundredths.
_UNEVEN = 0.5
# What scenes that lie apart have in common.
_CAUSES = {"time": "step in time", "trend": "trend in time", "platform": "platforms differ"}


def look_at(cause: str, text: str) -> dict[str, str]:
    """A line of what to look at: a short name of the cause, and what is so."""
    return {"cause": cause, "text": text}


def of_scenes(left_out: list[dict], outliers: list[str]) -> list[dict]:
    """Scenes that were left out, by reason, and scenes that stand out."""
    found = []
    for reason in dict.fromkeys(left["reason"] for left in left_out):
        scenes = [left["scene"] for left in left_out if left["reason"] == reason]
        # What is not there need not tell its time.
        days = answers.listed([answers.day(scene) for scene in scenes if scene])
        found.append(look_at("not measured", f"{reason}{': ' if days else ''}{days}"))
    if outliers:
        days = answers.listed([answers.day(scene) for scene in outliers])
        found.append(look_at("stands out", f"lies apart from the other scenes: {days}"))
    return found


def of_tiles(statuses: list[str], pixels: tuple[float, float]) -> list[dict]:
    """Why tiles do not count: too small, nothing to match, little data, beyond the search.

    Parameters
    ----------
    statuses : of each tile of each scene, out of `match.STATUSES`.
    pixels : (rows, columns) of a tile.
    """
    number, total = Counter(statuses), len(statuses)
    size = f"{pixels[0]:.0f} x {pixels[1]:.0f} pixels"
    unmatched = number[match.NO_MATCH] + number[match.LOW_QUALITY]
    found = []
    if number[match.TOO_SMALL] or (min(pixels) < _SMALL and unmatched >= _MANY * total > 0):
        text = f"{number[match.TOO_SMALL] + unmatched} of {total} tiles of {size} do not match"
        found.append(look_at("small tiles", f"{text}: fewer tiles.rows and tiles.columns"))
    elif unmatched >= _MANY * total > 0:
        why = "open water, or ground without detail that stays"
        found.append(look_at("nothing to match", f"in {unmatched} of {total} tiles: {why}"))
    if number[match.TOO_MANY_NAN] >= _MANY * total > 0:
        text = f"{number[match.TOO_MANY_NAN]} of {total} tiles have too little data in common"
        found.append(look_at("little data", text))
    if number[match.SEARCH_LIMIT]:
        text = f"{number[match.SEARCH_LIMIT]} of {total} tiles lie at the rim of the search radius"
        found.append(look_at("far off", f"{text}, so what is there may lie farther off"))
    if number[match.FAILED]:
        text = f"{number[match.FAILED]} of {total} tiles failed: logs/ say why"
        found.append(look_at("failed", text))
    return found


def of_polarizations(comparisons: list[dict]) -> list[dict]:
    """Scenes that lie elsewhere in another polarization than in this one, by the comparisons."""
    found = []
    for compared in comparisons:
        first, second = compared["polarizations"]
        for row in compared["disagreements"]:
            one, two = (
                answers.metres(row[which], row[f"sigma_{which}"]) for which in ("first", "second")
            )
            text = (
                f"{answers.day(row['scene'])} lies {one} m {row['axis']} by {first} and {two} m by "
                f"{second}: one of them is wrong"
            )
            found.append(look_at("polarizations disagree", text))
        wide = [
            f"{axis} {factor:.1f}" for axis, factor in compared["widened"].items() if factor > 2
        ]
        if wide:
            text = f"{first} and {second} differ by more than their error bars: times "
            text += " and ".join(wide)
            found.append(look_at("polarizations disagree", text))
    return found


def of_overlaps(differences: dict[str, float]) -> list[dict]:
    """Scenes whose files, slices or bursts of one pass, are not alike where they overlap.

    Parameters
    ----------
    differences : decibels by scene; NaN where nothing overlaps.
    """
    uneven = {s: db for s, db in differences.items() if abs(db) > _UNEVEN}
    if not uneven:
        return []
    worst = max(uneven, key=lambda scene: abs(uneven[scene]))
    text = (
        f"files of {len(uneven)} scenes differ by more than {_UNEVEN:g} dB where they overlap, "
        f"most {answers.day(worst)} by {uneven[worst]:+.1f} dB"
    )
    return [look_at("slices differ", text)]


def of_pairs(any_two: dict, requirement: dict) -> list[dict]:
    """Scenes that lie near the median on either side, and so far from each other."""
    if any_two["share"] is None or any_two["share"] >= requirement["share"]:
        return []
    far = " and ".join(answers.day(scene) for scene in any_two["farthest"])
    return [
        look_at(
            "scenes far from each other",
            f"of all pairs of scenes within the limit {100 * any_two['share']:.0f} % lie "
            f"{answers.within(requirement)} of each other; "
            f"{far} lie {any_two['metres']:.1f} m apart",
        )
    ]


def of_findings(findings: dict) -> list[dict]:
    """What the scenes' offsets follow, tiles that move, a broken network."""
    found = [
        look_at(_CAUSES.get(why["kind"], "made differently"), why["text"])
        for why in findings.get("why", [])
    ]
    if moving := findings.get("tiles_that_move"):
        cells = [f"row {tile['tile_number_y']} column {tile['tile_number_x']}" for tile in moving]
        text = f"{answers.listed(cells)}: left out of all scenes (tiles.csv)"
        found.append(look_at("tiles that move", text))
    found += [look_at("layers", text) for text in coverage.texts(findings.get("coverage", {}))]
    unknown: dict[str, list[str]] = {}
    for scene, why in findings.get("no_heading", {}).items():
        unknown.setdefault(why, []).append(answers.day(scene))
    for reason, scenes in unknown.items():
        text = f"{answers.listed(scenes)}: heading {reason}"
        found.append(look_at("no range and azimuth", text))
    if inverted := findings.get("zero", {}).get("inverted"):
        days = answers.listed([answers.day(scene) for scene in inverted])
        found.append(
            look_at(
                "inverted contrast",
                f"{len(inverted)} scenes match the negative of the image ({days}): "
                "right for an image of another kind, as an optical one, else wrong",
            )
        )
    if findings.get("parts", 1) > 1:
        text = f"the network of pairs falls into {findings['parts']} parts"
        found.append(look_at("broken network", text))
    return found


def of_catalogue(remarks: list[str]) -> list[dict]:
    """What was noticed when the scenes were looked for: slices, duplicates, tracks."""
    return [look_at("scenes", remark) for remark in remarks]
