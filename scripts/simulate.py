"""Simulate one scene of a stack: known offset, its own speckle, extent and no-data wedges."""

import logging
from pathlib import Path

import numpy as np

from stackio import job, raster
from stackshift.ground import names
from stackshift.simulate import simulated_stack
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
    east, north = simulated_stack.scene_offsets(settings)[scene]
    extent = simulated_stack.scene_extent(settings, number)
    truth = ground(
        (settings["rows"], settings["columns"]),
        simulated_stack.ground_seed(settings, polarization),
        scenario=settings["scenario"],
    )
    # North is up, so a displacement to the north is one to lower rows.
    image = observe(
        truth,
        (-north, east),
        settings["looks"],
        simulated_stack.speckle_generator(settings, number, polarization),
    )
    image = image[extent.top :, extent.left :][: extent.rows, : extent.columns]
    image = np.where(simulated_stack.footprint(extent), image, _NO_DATA).astype(np.float32)
    grid = simulated_stack.scene_grid(settings, extent)
    tags = {"stage": "simulate"}
    with raster.create(path, grid, tags, no_data=_NO_DATA) as target:
        raster.write_rows(target, 0, image)
    logging.info("%s displaced by %+.3f east, %+.3f north pixels", scene, east, north)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            settings=snakemake.params.settings,
            path=snakemake.output.scene,
            polarization=snakemake.wildcards.polarization,
        )
