"""The layers of a simulated stack with mountains, named as OPERA's and HyP3's are."""

import stackio.job as job

import logging

import numpy as np

from stackio import earth, layered, writing
from stackshift.simulate import simulated_stack, terrain
from stackshift.simulate.place import ground_grid


def main(settings: dict, paths: dict[str, str]) -> None:
    """Write the layers on the grid of the ground that all scenes cover.

    Parameters
    ----------
    settings : the stack's ``simulate`` section of the config.
    paths : GeoTIFFs to write by name: ``dem`` (m), ``area`` (what scenes are divided by),
        ``incidence`` and ``local_incidence`` (degrees), ``mask`` (OPERA's classes),
        ``layover_shadow`` (HyP3's bits).
    """
    grid = ground_grid(settings)
    latitude, pixel = earth.place_in_the_middle(grid)[1], earth.pixel_in_the_middle(grid)
    seen = terrain.view(settings, latitude, pixel)
    ground = simulated_stack.mountains(settings, seen).every(2)
    classes, bits = terrain.layover_shadow(ground.dem, ground.rise, seen)
    layers = {
        "dem": ground.dem,
        # What the scenes are divided by.
        "area": ground.area ** settings["normalised"],
        "incidence": np.full(ground.dem.shape, seen.incidence),
        "local_incidence": ground.local_incidence,
        "mask": classes,
        "layover_shadow": bits,
    }
    for name, path in paths.items():
        with writing.create(path, grid, {"stage": "static_layers"}, **layered.said(name)) as target:
            writing.write_rows(target, 0, layers[name].astype(np.float32))
    logging.info(
        "heights of %.0f m, %.1f %% layover or shadow",
        np.ptp(ground.dem),
        100 * np.mean(classes > 0),
    )


if __name__ == "__main__":
    with job.logged(snakemake):
        main(settings=snakemake.params.settings, paths=dict(snakemake.output.items()))
