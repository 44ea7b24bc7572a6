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
    }


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
