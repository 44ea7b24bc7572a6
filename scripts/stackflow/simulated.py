"""Stacks whose scenes the workflow makes itself."""

from datetime import datetime, timedelta

from stackflow.acquisitions import Scene
from stackflow.sources import Source
from stackflow.stacks import Product
from stackshift.errors import InputError
from stackshift.ground import names
from stackshift.ground.lattice import Grid

# What an entry says of files that are found, and what it says where it says nothing.
_OF_FILES = {"exclude": [], "values": "auto", "tracks": "apart", "slices": "together"}


def check(name: str, settings: dict) -> None:
    """Refuse what an entry says of a simulated stack and nothing would come of.

    Parameters
    ----------
    name, settings : the entry.

    Raises
    ------
    InputError
        In one line, with the key.
    """
    simulate, key = settings["simulate"], f"config.stacks.{name}"
    for said, nothing in _OF_FILES.items():
        if settings.get(said, nothing) != nothing:
            raise InputError(
                f"{key}.{said}: it is of files that are found, and a simulated stack has none; "
                f"leave out '{said}'"
            )
    for number, entry in enumerate(simulate["displaced"]):
        if entry["scene"] >= simulate["scenes"]:
            raise InputError(
                f"{key}.simulate.displaced.{number}.scene: there is no scene {entry['scene']}; the "
                f"last one is {simulate['scenes'] - 1}"
            )
    for number, piece in enumerate(simulate["moving"]):
        for edge, side in (("top", "rows"), ("left", "columns")):
            if piece[edge] >= simulate[side]:
                raise InputError(
                    f"{key}.simulate.moving.{number}.{edge}: {piece[edge]} lies outside the ground "
                    f"of {simulate[side]} {side}; give less"
                )


def simulated(name: str, settings: dict, polarization: str, grid: Grid, made) -> Product:
    """The product of a simulated stack, with names as HyP3 gives them.

    ``made`` is a function of a scene's number and name: how it was made, as `planted.made` says it.
    """
    scenes = {}
    for i, (scene, time) in reversed(list(enumerate(_times(name, settings)))):
        how = made(i, scene)
        platform = how["platform"]
        product = (
            f"{platform}_IW_{scene}_DV{how['orbit']}_RTC30_G_gpune{how['reckoning'].lower()}"
            f"_{i:04X}_{polarization}.tif"
        )
        path = f"results/{name}/simulated/{product}"
        source = Source(path, time, platform=platform, traits=tuple(how["traits"].items()))
        scenes[scene] = Scene(scene, (source,), platform, (how["tags"],) if how["tags"] else ())
    return Product(scenes, grid)


def _times(name: str, settings: dict) -> list[tuple[str, datetime]]:
    try:
        start = names.parse_time(settings["start"])
    except InputError:
        raise InputError(
            f"config.stacks.{name}.simulate.start: '{settings['start']}' is not a time; write it "
            "as 20220115T134101 (UTC)"
        ) from None
    try:
        times = [start + timedelta(days=i * settings["days"]) for i in range(settings["scenes"])]
    except OverflowError:
        raise InputError(
            f"stack '{name}': simulate.days: {settings['days']} days from scene to scene leave the "
            "calendar; give fewer"
        ) from None
    return [(names.scene_id(time), time) for time in times]
