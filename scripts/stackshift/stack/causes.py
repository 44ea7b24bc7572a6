"""What to look at in a stack: causes of what is wrong, each in a line that names it."""

import math
from collections import Counter
from statistics import NormalDist

from stackshift.stack import answers, coverage
from stackshift.stack.digits import counted, short, with_error
from stackshift.tile import match

# A cause is worth a line from this share of the tiles on.
_MANY = 0.25
# Tiles shorter than this, in pixels, hold little to match and look for a third of it at most.
_SMALL = 64
# What does not match in a tile of any size.
_WATER = "open water, or ground without detail that stays"
# Decibels between slices of one pass; their calibration agrees to some hundredths.
_UNEVEN = 0.5
# A stack without any has pairs that are said to disagree with their scenes with this probability.
_BY_CHANCE = 0.01
# What scenes that lie apart have in common.
_CAUSES = {"time": "step in time", "trend": "trend in time", "platform": "platforms differ"}
_OTHERWISE = "made differently"
_TOGETHER = "offsets hang together"
# What the offsets of a polarization say, which those of all together say by themselves.
_OF_OFFSETS = {
    "not measured", "stands out", "scenes far from each other", _TOGETHER, _OTHERWISE,
    *_CAUSES.values(),
}  # fmt: skip


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
    small = number[match.TOO_SMALL] > 0 or min(pixels) < _SMALL
    tiles = counted(total, "tiles")
    found = []
    if total and unmatched == total:
        # Tiles that are merely small match here and there, where the ground has most to show.
        text = f"no tile of any scene matches: {_WATER}"
        found.append(look_at("nothing to match", text))
        if small:
            text = f"or tiles of {size} are too small for what is there"
            found.append(look_at("small tiles", f"{text}: fewer tiles.rows and tiles.columns"))
    elif number[match.TOO_SMALL] or (small and unmatched >= _MANY * total > 0):
        small_ones = number[match.TOO_SMALL] + unmatched
        text = f"{small_ones} of {tiles} of scenes, of {size}, do not match"
        found.append(look_at("small tiles", f"{text}: fewer tiles.rows and tiles.columns"))
        if unmatched >= _MANY * total:
            found.append(look_at("nothing to match", f"or some are {_WATER}"))
    elif unmatched >= _MANY * total > 0:
        text = f"in {unmatched} of {tiles} of scenes: {_WATER}"
        found.append(look_at("nothing to match", text))
    if number[match.TOO_MANY_NAN] >= _MANY * total > 0:
        text = f"{number[match.TOO_MANY_NAN]} of {tiles} of scenes have too little data in common"
        found.append(look_at("little data", text))
    if number[match.SEARCH_LIMIT]:
        text = f"{number[match.SEARCH_LIMIT]} of {tiles} of scenes lie at the rim of the search"
        found.append(look_at("far off", f"{text} radius, so what is there may lie farther off"))
    if number[match.FAILED]:
        text = f"{number[match.FAILED]} of {tiles} of scenes failed: logs/ say why"
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
        f"files of {counted(len(uneven), 'scenes')} differ by more than {_UNEVEN:g} dB where they "
        f"overlap, most {answers.day(worst)} by {uneven[worst]:+.1f} dB"
    )
    return [look_at("slices differ", text)]


def of_pairs(any_two: dict, requirement: dict) -> list[dict]:
    """Scenes that are within the requirement on either side, and so far from each other.

    Parameters
    ----------
    any_two : of the scenes within the requirement, from `separations.any_two`.
    """
    if any_two["share"] is None or any_two["share"] >= requirement["share"]:
        return []
    far = " and ".join(answers.day(scene) for scene in any_two["farthest"])
    scenes = any_two["scenes"]
    # Rounded down, as a share that is too small is no whole one.
    share = math.floor(100 * any_two["share"] + 1e-9)
    pairs = f"all {scenes * (scenes - 1) // 2} pairs" if scenes > 2 else "the one pair"
    return [
        look_at(
            "scenes far from each other",
            f"of {pairs} of the {scenes} scenes that are {answers.within(requirement)} themselves "
            f"{share} % lie as near to each other; {far} lie {any_two['metres']:.1f} m apart",
        )
    ]


def of_time(in_time: dict) -> list[dict]:
    """Offsets that hang together from date to date, so that scenes say less in general.

    Parameters
    ----------
    in_time : ``correlation``, ``p``, ``scenes`` measured and their ``design`` effect, as of
        `persistence.in_time`.
    """
    if in_time["design"] <= 1:
        return []
    count = in_time["scenes"]
    said = answers.together(count, count / in_time["design"], in_time["correlation"])
    text = (
        f"{said}: a season, a drift, a step (why.csv), or by chance in one of twenty stacks; "
        "pairs of neighbours lie nearer to each other than scenes far apart in time"
    )
    return [look_at(_TOGETHER, text)]


def of_residuals(rows: list[dict], moving: bool) -> list[dict]:
    """Pairs whose shifts by their own tiles are not what their scenes' offsets say.

    Parameters
    ----------
    rows : of each pair ``reference``, ``secondary``, what is left of its shift to the ``east`` and
        ``north`` in metres, and that over its standard error: ``z_east`` and ``z_north``.
    moving : whether tiles of the stack move, which the scenes' offsets leave out and pairs do not.
    """
    axes = [("east", "z_east"), ("north", "z_north")]
    tests = sum(math.isfinite(row[z]) for row in rows for _, z in axes)
    if not tests:
        return []
    # Bonferroni's, two-sided.
    limit = NormalDist().inv_cdf(1 - _BY_CHANCE / tests / 2)
    sure = [(max(_size(row[z]) for _, z in axes), row) for row in rows]
    sure = sorted((one for one in sure if one[0] > limit), key=lambda one: -one[0])
    if not sure:
        return []
    scenes = {row[end] for row in rows for end in ("reference", "secondary")}
    dates = Counter(answers.day(scene) for scene in scenes)
    named = []
    for z, row in sure:
        first, second = (
            answers.day(row[end], time=dates[answers.day(row[end])] > 1)
            for end in ("reference", "secondary")
        )
        far = math.hypot(*(_size(row[axis]) for axis, _ in axes))
        named.append(f"{first} to {second} by {far:.1f} m ({z:.0f} standard errors)")
    why = (
        "tiles that move (tiles.csv) rule the pairs' shifts and are left out of the scenes' "
        "offsets, so do not rely on the answer on pairs"
        if moving
        else "one of the two is wrong, see residuals.csv"
    )
    text = f"of {len(sure)} of {len(rows)} pairs: {answers.listed(named)}; {why}"
    return [look_at("shift is not what the scenes' offsets say", text)]


def _size(value: float) -> float:
    return abs(value) if math.isfinite(value) else 0.0


def of_findings(findings: dict) -> list[dict]:
    """What the scenes' offsets follow, tiles that move, a broken network."""
    found = [
        look_at(_CAUSES.get(why["kind"], _OTHERWISE), why["text"])
        for why in findings.get("why", [])
    ]
    if moving := findings.get("tiles_that_move"):
        cells = [f"row {tile['tile_number_y']} column {tile['tile_number_x']}" for tile in moving]
        text = f"{answers.listed(cells)}: left out of all scenes (tiles.csv)"
        found.append(look_at("tiles that move", text))
    if turned := findings.get("turned"):
        text = f"{answers.listed([_of_turn(one) for one in turned])} (scenes.csv)"
        found.append(look_at("turned or stretched", text))
    found += [look_at("uneven", _of_parts(one)) for one in findings.get("uneven", [])]
    found += [look_at("layers", text) for text in coverage.texts(findings.get("coverage", {}))]
    for reason, scenes in _by_value(findings.get("no_heading", {})):
        text = f"{answers.listed(scenes)}: heading {reason}"
        found.append(look_at("no range and azimuth", text))
    for values, scenes in _by_value(findings.get("unnamed_no_data", {})):
        text = f"{values} in {answers.listed(scenes)}, as no radar measures it, is taken for no "
        found.append(look_at("no data", f"{text}data, though the files do not say so"))
    for pair in findings.get("same_pixels", []):
        one, other = sorted(map(answers.day, pair))
        text = f"{one} and {other} are one image: one scene under two names, which all counts take "
        found.append(look_at("same pixels", f"{text}for two; leave one out ('exclude:')"))
    if repeated := findings.get("repeated"):
        days = answers.listed([answers.day(scene) for scene in repeated])
        text = f"{100 * max(repeated.values()):.0f} % of the pixels of {days} repeat their "
        text += "neighbour, as resampling by nearest neighbour does: shifts are rounded, which no "
        found.append(look_at("resampled before", f"{text}error bar holds; resample by cubic"))
    if inverted := findings.get("zero", {}).get("inverted"):
        days = answers.listed([answers.day(scene) for scene in inverted])
        found.append(
            look_at(
                "inverted contrast",
                f"{counted(len(inverted), 'scenes')} "
                f"{'matches' if len(inverted) == 1 else 'match'} the negative of the image "
                f"({days}): right for an image of another kind, as an optical one, else wrong",
            )
        )
    if findings.get("parts", 1) > 1:
        text = f"the network of pairs falls into {findings['parts']} parts"
        found.append(look_at("broken network", text))
    return found


def _of_turn(one: dict) -> str:
    """A scene that is turned or stretched against the stack, from `inversion.turned`."""
    more = one["value"] > 0
    if one["kind"] == "rotated":
        how, unit = f"turned {'counter-' if more else ''}clockwise", "microradians"
    else:
        how, unit = "stretched" if more else "shrunk", "ppm"
    size = with_error(abs(one["value"]), one["sigma"], "")
    far = f"{short(one['edge'])} m in the tiles at its corners"
    return f"{answers.day(one['scene'])} {how} by {size} {unit}, {far}"


def _of_parts(one: dict) -> str:
    """A scene whose tiles lie apart, from `evenness.Parts`."""
    day = answers.day(one["scene"])
    if 2 * one["together"] < one["off"] or not one["off"]:
        return (
            f"tiles of {day} lie {one['apart']:.2g} m apart (rms beyond their errors, "
            "scene_tiles.csv), not in a few places: it is distorted in itself, as by a ramp or warp"
        )
    if one["between"]:
        return (
            f"tiles of {day} lie in several places, {one['far']:.3g} m from each other "
            "(scene_tiles.csv), and its offset may lie between them: its error reaches to all"
        )
    return (
        f"{one['off']} of {one['tiles']} tiles of {day} lie {one['far']:.3g} m from its others "
        "(scene_tiles.csv), as a slice with another orbit would: its offset is that of most, and "
        "its error reaches to the mean of all"
    )


def _by_value(of_scenes: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Days of the scenes of each value."""
    found: dict[str, list[str]] = {}
    for scene, value in of_scenes.items():
        found.setdefault(value, []).append(answers.day(scene))
    return list(found.items())


def of_catalogue(remarks: list[str]) -> list[dict]:
    """What was noticed when the scenes were looked for: slices, duplicates, tracks."""
    return [look_at("scenes", remark) for remark in remarks]


def of_each(told: dict[str, list[dict]]) -> list[dict]:
    """What the polarizations of a stack say besides their offsets, each line once.

    Parameters
    ----------
    told : lines of what to look at by polarization.

    Returns
    -------
    The lines, with the polarizations that say so where not all do.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for polarization, lines in told.items():
        for line in lines:
            if line["cause"] not in _OF_OFFSETS:
                by = said.setdefault((line["cause"], line["text"]), [])
                by += [polarization] if polarization not in by else []
    return [
        look_at(cause, text if len(by) == len(told) else f"{' and '.join(by)}: {text}")
        for (cause, text), by in said.items()
    ]
