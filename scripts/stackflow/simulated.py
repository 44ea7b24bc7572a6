"""Stacks whose scenes the workflow makes itself."""

from datetime import datetime, timedelta

from stackflow.acquisitions import Scene
from stackflow.sources import Source
from stackflow.stacks import Product
from stackshift.errors import InputError
from stackshift.ground import names
from stackshift.ground.lattice import Grid


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
    start = names.parse_time(settings["start"])
    try:
        times = [start + timedelta(days=i * settings["days"]) for i in range(settings["scenes"])]
    except OverflowError:
        raise InputError(
            f"stack '{name}': simulate.days: {settings['days']} days from scene to scene leave the "
            "calendar; give fewer"
        ) from None
    return [(names.scene_id(time), time) for time in times]
