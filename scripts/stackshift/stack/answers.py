"""What was judged, in words: these products, products in general, and what is missing."""

import math

from stackshift.stack import clusters, judgement
from stackshift.stack.digits import counted, with_error

# So many products are named in a line; files have all of them.
_NAMED = 5
# The shape of a requirement along these axes.
RANGE_AZIMUTH = "range_azimuth"


def metres(value: float, sigma: float | None = None) -> str:
    """A length with the digits that its standard error deserves, and the error if it is known."""
    return with_error(value, sigma if sigma is not None and sigma > 0 else None, "")


def day(scene: str, time: bool = False) -> str:
    """The date of a scene, and the time where two scenes may be of one day."""
    date = f"{scene[:4]}-{scene[4:6]}-{scene[6:8]}"
    return f"{date} {scene[9:11]}:{scene[11:13]}" if time else date


def listed(names: list[str]) -> str:
    """The first few of many, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def within(requirement: dict) -> str:
    """What a product has to be: within so many metres, radially or along each axis."""
    if requirement["shape"] == RANGE_AZIMUTH:
        across, along = (
            requirement.get(axis) or requirement["metres"] for axis in ("range", "azimuth")
        )
        return f"within {across:g} m in ground range and {along:g} m in azimuth"
    axes = " along each axis" if requirement["shape"] == "box" else ""
    return f"within {requirement['metres']:g} m{axes}"


def criterion(requirement: dict, zero: str = "the stack's median") -> str:
    """The requirement in a line; ``zero`` is what scenes are judged from, in words."""
    limit = within(requirement)
    parts = {
        "scenes": f"of the scenes {limit} of {_position(zero)}",
        "pairs": f"of the pairs of scenes {limit} of each other",
    }
    asked = " and ".join(parts[kind] for kind in requirement["of"])
    return (
        f"{requirement['name']}: at least {_percent(requirement['share'])} {asked}, "
        f"with {_percent(requirement['confidence'])} confidence"
    )


def _position(zero: str) -> str:
    return f"{zero} position" if zero == "the stack's median" else zero


def these(
    kind: str,
    found: dict,
    requirement: dict,
    outside: list[str],
    place: str = "",
    by_scenes: int = 0,
) -> str:
    """The answer on the products at hand.

    Parameters
    ----------
    kind : scenes, pairs, or another noun in the plural.
    found : from `judgement.judge`.
    outside : names of those outside with their distances, the farthest first.
    place : what they are within so many metres of, where that is none of them.
    by_scenes : pairs that were not measured themselves, and are told by their scenes.
    """
    total = found["scenes"]
    if not total:
        return f"no {kind}: {found['these']}"
    share = f"{_percent(found['within'] / total)}, {_percent(requirement['share'])} asked"
    text = f"{found['within']} of {counted(total, kind)} {within(requirement)}{place} ({share})"
    if missing := total - found["measured"]:
        text += f", {missing} not measured"
    if by_scenes:
        text += f", {by_scenes} not by themselves but by their scenes' offsets"
    if found["these"] == judgement.UNKNOWN and _unsure(found):
        text += f", with error bars that reach over the limit at {_unsure_of(found)}"
    text += f": {found['these']}"
    return text + (f". Outside: {listed(outside)}" if outside else "")


def general(kind: str, found: dict, requirement: dict) -> str:
    """The answer on such products in general, and what an undecided one lacks.

    Parameters
    ----------
    kind, found : as for `these`.
    """
    sure = f"with {_percent(requirement['confidence'])} confidence"
    asked = f"({_percent(requirement['share'])} asked)"
    if found["verdict"] == judgement.PASS:
        low = math.floor(100 * found["share_low"] + 1e-9)
        return f"pass: {sure} at least {low} % of such {kind} are within {asked}"
    if found["verdict"] == judgement.FAIL:
        high = math.ceil(100 * found["share_high"] - 1e-9)
        return f"fail: {sure} at most {high} % of such {kind} are within {asked}"
    return f"undecided {sure}, as " + " and ".join(
        _cause(cause, kind, found) for cause in found["causes"]
    )


def together(count: int, effective: float, correlation: float) -> str:
    """How many independent scenes some count for whose offsets hang together in time."""
    worth = f"{effective:.0f}" if effective >= 10 else f"{effective:.2g}"
    return (
        f"{counted(count, 'scenes')} count for {worth}, as their offsets hang together from date "
        f"to date (correlation {correlation:.2f})"
    )


def _cause(cause: str, kind: str, found: dict) -> str:
    if cause == judgement.ERROR_BARS:
        one = _unsure(found) == 1
        bars = f"the error {'bar' if one else 'bars'} of {counted(_unsure(found), kind)}"
        return f"{bars} {'reaches' if one else 'reach'} over the limit"
    if cause == judgement.UNMEASURED:
        return f"{counted(found['scenes'] - found['measured'], kind)} could not be measured"
    if cause == clusters.TOO_FEW_SITES:
        return (
            f"{counted(found['sites'], 'sites')} cannot show how much "
            f"sites differ; at least {clusters.LEAST_SITES} are needed"
        )
    total, misses = found["scenes"], found["measured"] - found["within"]
    if "sites" in found:
        return f"{counted(total, kind)} of {counted(found['sites'], 'sites')} cannot show it"
    if found["needed"] is None:
        return f"no number of {kind} can show it"
    if not misses:
        return f"{counted(total, kind)} cannot show it; {found['needed']} without a miss are needed"
    return (
        f"{counted(total, kind)} with {misses} outside cannot show it; {found['needed_now']} with "
        f"no further one are needed, or {found['needed']} without any"
    )


def _unsure(found: dict) -> int:
    return found["measured"] - found["sure_within"] - found["sure_outside"]


def _unsure_of(found: dict) -> str:
    """How many of those within and of those outside by their distance may not be so."""
    within, outside = found["within"], found["measured"] - found["within"]
    unsure = {
        f"of the {within} within": within - found["sure_within"],
        f"of the {outside} outside": outside - found["sure_outside"],
    }
    return " and ".join(f"{number} {which}" for which, number in unsure.items() if number)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
