"""Which scenes of a stack are compared, and how scenes are numbered.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

from collections.abc import Iterable
from itertools import pairwise

from stackshift.errors import InputError
from stackshift.ground.names import parse_time

YEAR = 365.25
# Scenes in a template: the largest of these numbers that the stack has.
_SIZES = (8, 16, 32)


def newest_first(scenes: Iterable[str]) -> list[str]:
    """Scenes (YYYYMMDDTHHMMSS) from the newest to the oldest: position 0 is index 0."""
    return sorted(scenes, reverse=True)


def days_between(first: str, second: str) -> float:
    """Days from one scene to another, positive if the second is the later one."""
    return (parse_time(second) - parse_time(first)).total_seconds() / 86400


def template_members(scenes: Iterable[str]) -> list[str]:
    """The scenes of a stack's template: the oldest 8, 16 or 32, or all of fewer than 8.

    So one more scene at the end of a stack changes its template only as the 16th or the 32nd.

    Parameters
    ----------
    scenes : names, which sort by time.

    Returns
    -------
    Names, oldest first.
    """
    oldest_first = sorted(scenes)
    size = max((size for size in _SIZES if size <= len(oldest_first)), default=len(oldest_first))
    return oldest_first[:size]


def template_pairs(members: list[str], pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that tell where a template's scenes lie at first: those of neighbours among them.

    No other pair, as `every` and the like choose others once the stack grows.
    """
    ordered = newest_first(members)
    wanted = set(pairwise(ordered))
    return [pair for pair in pairs if tuple(pair) in wanted]


def choose(scenes: Iterable[str], settings: dict) -> list[tuple[str, str]]:
    """The pairs (reference, secondary) of a stack, the reference being the newer scene.

    Parameters
    ----------
    scenes : scene names YYYYMMDDTHHMMSS, in any order.
    settings : the ``pairs`` section of the config: the union of ``next``, ``first_last``,
        ``every``, ``yearly``, ``reference`` and ``list``, less what ``min_days`` and ``max_days``
        leave out.

    Returns
    -------
    Pairs without repetition, newest reference first, then newest secondary.

    Raises
    ------
    InputError
        If a scene is named that is not in the stack, or with itself, or if no pair is left.
    """
    ordered = newest_first(scenes)
    found = _neighbours(ordered, settings["next"])
    if settings["first_last"]:
        found.add((ordered[0], ordered[-1]))
    for step in settings["every"]:
        found |= set(pairwise(ordered[::step]))
    if settings["yearly"]:
        found |= _yearly(ordered, settings["yearly"])
    if settings["reference"]:
        _check(settings["reference"], ordered, "pairs.reference")
        found |= {_newer_first(settings["reference"], s) for s in ordered}
    for pair in settings["list"]:
        for scene in pair:
            _check(scene, ordered, "pairs.list")
        if pair[0] == pair[1]:
            raise InputError(f"pairs.list: {pair[0]} is paired with itself; give two scenes")
        found.add(_newer_first(*pair))
    days = {pair: days_between(pair[1], pair[0]) for pair in found if pair[0] != pair[1]}
    if not days:
        raise InputError(
            f"pairs: nothing that is asked for makes a pair of {ordered[-1]} to {ordered[0]}; "
            "'next: 1' pairs neighbours, a larger 'yearly' more scenes"
        )
    least, most = settings["min_days"], settings["max_days"]
    left = [pair for pair, apart in days.items() if least <= apart <= most]
    if not left:
        raise InputError(
            f"pairs: no pair of scenes is left by 'min_days: {least:g}' and 'max_days: {most:g}'; "
            f"widen them, the pairs asked for are {min(days.values()):.4g} to "
            f"{max(days.values()):.4g} days apart"
        )
    return sorted(left, reverse=True)


def _neighbours(ordered: list[str], count: int) -> set[tuple[str, str]]:
    return {
        (newer, older)
        for i, newer in enumerate(ordered)
        for older in ordered[i + 1 : i + 1 + count]
    }


def _yearly(ordered: list[str], tolerance: float) -> set[tuple[str, str]]:
    return {
        (newer, older)
        for i, newer in enumerate(ordered)
        for older in ordered[i + 1 :]
        if (days := days_between(older, newer)) > YEAR / 2
        and abs(days - round(days / YEAR) * YEAR) <= tolerance
    }


def _newer_first(first: str, second: str) -> tuple[str, str]:
    return max(first, second), min(first, second)


def check_scene(scene: str | None, scenes: Iterable[str], key: str) -> None:
    """Refuse the name of a scene that a stack does not have.

    Raises
    ------
    InputError
        With the key of the config.
    """
    if scene:
        _check(scene, newest_first(scenes), key)


def _check(scene: str, ordered: list[str], key: str) -> None:
    if scene not in ordered:
        raise InputError(
            f"{key}: there is no scene {scene}; the stack has {ordered[-1]} to {ordered[0]}"
        )
