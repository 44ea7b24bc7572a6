"""What is told of how each scene was seen: by the config, by its names, by its local solar time.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

from collections.abc import Iterable

from stackflow.acquisitions import Scene
from stackshift.errors import InputError
from stackshift.ground import flight


def told(scene: Scene, settings: dict) -> dict:
    """What `flight.look_of` needs of a scene.

    Parameters
    ----------
    scene : with its files.
    settings : the stack's entry in the config: ``heading``, a number or one by direction, ``look``
        and ``incidence``; the last two, and the direction, of a simulated stack from there.
    """
    simulated = settings.get("simulate", {})
    direction = scene.direction or simulated.get("direction")
    heading = settings.get("heading")
    if isinstance(heading, dict):
        heading = heading.get(direction)
    incidence = settings.get("incidence")
    if incidence is None and direction:
        incidence = simulated.get("incidence")
    return {
        "heading": heading,
        "side": settings.get("look", flight.RIGHT),
        "incidence": incidence,
        "direction": direction,
        "sentinel": (scene.platform or "").startswith("S1"),
        "swath": scene.trait("swath") or scene.trait("mode"),
        "from": _source(scene, settings, direction),
    }


def _source(scene: Scene, settings: dict, direction: str | None) -> str:
    """What a heading is from, or why there is none and what would give one."""
    given = settings.get("heading")
    if isinstance(given, dict):
        if direction in given:
            return f"the config, {direction}"
        what = f"none for {direction}" if direction else "two, and the pass is not known"
        return f"not known: 'heading:' has {what}"
    if given is not None:
        return "the config"
    if not (scene.platform or "").startswith("S1"):
        return f"not known: {scene.platform or 'the satellite'} is not Sentinel-1; give 'heading:'"
    if direction:
        return f"Sentinel-1, {direction}"
    return (
        "not known: neither the name tells the pass nor the local solar time, which is about 6 or "
        "18 o'clock for Sentinel-1; give 'heading:', or 'direction' in a sheet"
    )


def is_known(one: dict) -> bool:
    """Whether a heading is told or follows."""
    return one["heading"] is not None or bool(one["sentinel"] and one["direction"])


def check(stack: str, scenes: Iterable[Scene], settings: dict) -> None:
    """Refuse one heading for scenes that were flown both ways.

    Raises
    ------
    InputError
        With the stack and what to write.
    """
    if not isinstance(settings.get("heading"), (int, float)):
        return
    flown = {scene.direction for scene in scenes} - {None}
    if len(flown) > 1:
        raise InputError(
            f"stack '{stack}': one heading ({settings['heading']:g}) for scenes that were flown "
            "both ways; give heading: {ascending: ..., descending: ...}, or leave it out for "
            "Sentinel-1"
        )
