"""Simulate one scene of a stack: known offset, its own speckle, extent and no-data wedges."""

import stackio.job as job

import logging
from pathlib import Path

import numpy as np

from stackio import earth, writing
from stackshift.ground import names
from stackshift.simulate import planted, simulated_stack, terrain
from stackshift.simulate.place import ground_grid, part_of_ground
from stackshift.simulate.simulation import ground, observe

_NO_DATA = 0.0


def main(settings: dict, path: str, polarization: str) -> None:
    """Write one scene, with 0 as no data as in a HyP3 product.

    Parameters
    ----------
    settings : the stack's ``simulate`` section of the config.
    path : GeoTIFF to write, whose name holds the acquisition start.
    polarization : VV, VH, HH or HV; the offsets are the same in each.
    """
    scene = names.scene_id(names.acquisition_start(Path(path).name))
    number = simulated_stack.scene_times(settings).index(scene)
    whole = ground_grid(settings)
    latitude, pixel = earth.place_in_the_middle(whole)[1], earth.pixel_in_the_middle(whole)
    seen = terrain.view(settings, latitude, pixel)
    east, north = simulated_stack.scene_offsets(settings, seen)[scene]
    extent = simulated_stack.scene_extent(settings, number)
    truth = ground(
        (settings["rows"], settings["columns"]),
        simulated_stack.ground_seed(settings, polarization),
        scenario=settings["scenario"],
    )
    # North is up, so a displacement to the north is one to lower rows.
    random = simulated_stack.speckle_generator(settings, number, polarization)
    hills = simulated_stack.is_terrain(settings)
    area = simulated_stack.mountains(settings, seen).area if hills else None
    if area is not None:
        truth *= area
    image = observe(truth, (-north, east), settings["looks"], random)
    for piece in settings["moving"]:
        moved = -north - number * piece["north"], east + number * piece["east"]
        _insert(image, truth, piece, moved, settings["looks"], random)
    if area is not None:
        # What it is divided by stays where the DEM, and so the map, has it.
        image /= area[::2, ::2] ** np.float32(settings["normalised"])
    image = image[extent.top :, extent.left :][: extent.rows, : extent.columns]
    image = np.where(simulated_stack.footprint(extent), image, _NO_DATA).astype(np.float32)
    grid = part_of_ground(settings, extent.top, extent.left, extent.rows, extent.columns)
    tags = {"stage": "simulate"}
    made = planted.made(settings.get("planted", []), number, scene)["tags"]
    with writing.create(path, grid, tags, no_data=_NO_DATA) as target:
        # As OPERA's products say it.
        target.update_tags(**{key.upper().replace(" ", "_"): value for key, value in made.items()})
        writing.write_rows(target, 0, image)
    logging.info("%s displaced by %+.3f east, %+.3f north pixels", scene, east, north)


def _insert(image, truth, piece: dict, shift: tuple[float, float], looks: float, random) -> None:
    """Put a piece of ground into a scene that moves by itself: (rows, columns) in pixels."""
    # What moves in comes from around it; the piece that is seen has no edge of its own nearby.
    margin = 32 + int(np.ceil(np.abs(shift).max()))
    top, left = max(piece["top"] - margin, 0), max(piece["left"] - margin, 0)
    bottom = piece["top"] + piece["rows"] + margin
    right = piece["left"] + piece["columns"] + margin
    around = truth[2 * top : 2 * bottom, 2 * left : 2 * right]
    seen = observe(around, shift, looks, random)
    rows = slice(piece["top"], piece["top"] + piece["rows"])
    columns = slice(piece["left"], piece["left"] + piece["columns"])
    into = image[rows, columns]
    into[:] = seen[piece["top"] - top :, piece["left"] - left :][: into.shape[0], : into.shape[1]]


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            settings=snakemake.params.settings,
            path=snakemake.output.scene,
            polarization=snakemake.wildcards.polarization,
        )
