"""What displaces some scenes of a simulated stack together: a step, a platform, a processor...

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re

from stackshift.errors import InputError

STEP, PLATFORM, VERSION, ORBIT, RECKONING = "step", "platform", "version", "orbit", "reckoning"
# What a scene is that nothing else is planted for, and how its name says it (HyP3's letters).
_LETTERS = {
    ORBIT: {"precise": "P", "restituted": "R", "original": "O"},
    RECKONING: {"dead reckoning": "D", "DEM matched": "M"},
}
_USUAL = {PLATFORM: "S1A", ORBIT: "precise", RECKONING: "dead reckoning", VERSION: "1.0"}
_PLATFORM = re.compile(r"S1[A-D]")
# By which attribute the causes of offsets know it.
_ATTRIBUTES = {VERSION: "software version", ORBIT: "orbit file", RECKONING: "reckoning"}


def check(planted: list[dict], scenes: int) -> None:
    """Refuse what cannot be planted.

    Parameters
    ----------
    planted : that part of the ``simulate`` section of the config.
    scenes : their number.

    Raises
    ------
    InputError
        With the entry's number, in one line.
    """
    for number, entry in enumerate(planted):
        key, kind, value = f"simulate.planted.{number}", entry["kind"], entry.get("value")
        known = _LETTERS.get(kind)
        if (value is None) != (kind == STEP):
            raise InputError(
                f"{key}: a step has no 'value'" if value else f"{key}: {kind} needs a 'value'"
            )
        if kind == PLATFORM and not _PLATFORM.fullmatch(value or ""):
            raise InputError(f"{key}.value: '{value}' is no platform; give S1A, S1B, S1C or S1D")
        if known and value not in known:
            raise InputError(f"{key}.value: '{value}'; {kind} is one of {', '.join(known)}")
        if not any(entry.get(name) is not None for name in ("from", "every", "scenes")):
            raise InputError(f"{key}: say which scenes, by 'from', 'every' or 'scenes'")
        if beyond := [one for one in entry.get("scenes") or [] if one >= scenes]:
            raise InputError(
                f"{key}.scenes: there is no scene {beyond[0]}; the last one is {scenes - 1}"
            )


def holds(entry: dict, number: int, scene: str) -> bool:
    """Whether an entry is for a scene, given by its number, 0 being the oldest, and its name."""
    since, every, listed = (entry.get(name) for name in ("from", "every", "scenes"))
    return (
        (since is None or scene >= str(since))
        and (every is None or number % every == every - 1)
        and (listed is None or number in listed)
    )


def metres(planted: list[dict], number: int, scene: str) -> tuple[float, float]:
    """By how much a scene is displaced by all that is planted: metres to true east and north."""
    mine = [entry for entry in planted if holds(entry, number, scene)]
    return sum(entry.get("east", 0.0) for entry in mine), sum(e.get("north", 0.0) for e in mine)


def said(planted: list[dict], number: int, scene: str) -> str:
    """What is planted for a scene, in words."""
    return "; ".join(
        f"{entry['kind']} {entry.get('value') or entry.get('from') or ''}".strip()
        for entry in planted
        if holds(entry, number, scene)
    )


def made(planted: list[dict], number: int, scene: str) -> dict:
    """How a scene was made.

    Returns
    -------
    ``platform``; ``orbit`` and ``reckoning`` as the letters of its name; and, of what is planted
    anywhere in the stack, the ``traits`` that its name and the ``tags`` that its file tells.
    """
    found = dict(_USUAL)
    for entry in planted:
        if entry["kind"] != STEP and holds(entry, number, scene):
            found[entry["kind"]] = entry["value"]
    kinds = {entry["kind"] for entry in planted}
    told = {_ATTRIBUTES[kind]: found[kind] for kind in kinds if kind in _ATTRIBUTES}
    version = _ATTRIBUTES[VERSION]
    return {
        "platform": found[PLATFORM],
        **{kind: letters[found[kind]] for kind, letters in _LETTERS.items()},
        "traits": {name: value for name, value in told.items() if name != version},
        "tags": {version: told[version]} if version in told else {},
    }
