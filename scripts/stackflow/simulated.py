"""Stacks whose scenes the workflow makes itself."""

from datetime import datetime, timedelta

from stackflow.acquisitions import Scene
from stackflow.sources import Source
from stackflow.stacks import Product
from stackshift.errors import InputError
from stackshift.ground import names
from stackshift.ground.lattice import Grid


def simulated(name: str, settings: dict, polarization: str, grid: Grid) -> Product:
    """The product of a simulated stack, with names as HyP3 gives them."""
    scenes = {}
    for i, (scene, time) in reversed(list(enumerate(_times(name, settings)))):
        product = f"S1A_IW_{scene}_DVP_RTC30_G_gpuned_{i:04X}_{polarization}.tif"
        path = f"results/{name}/simulated/{product}"
        scenes[scene] = Scene(scene, (Source(path, time, platform="S1A"),), "S1A")
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
