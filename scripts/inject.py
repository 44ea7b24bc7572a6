"""Displace one real scene by a known sub-pixel amount: the proof on the user's own ground."""

import logging

import numpy as np

from stackio import files, job, raster
from stackshift.simulate.injection import displaced, drawn


def main(scene: str, path: str, name: str, largest: float, seed: int, truth: str) -> None:
    """Write a displaced scene and by how much it was displaced.

    Parameters
    ----------
    scene : raster on the stack's grid, NaN = no data.
    path : raster to write, on the same grid.
    name : name of the scene, which with the seed gives its displacement.
    largest : largest displacement along either axis, pixels.
    seed : seed of the displacements.
    truth : JSON to write: displacement in pixels, positive east and north.
    """
    east, north = drawn(name, seed, largest)
    with raster.open_scene(scene) as source:
        grid = raster.grid_of(source)
        image = raster.read_rows(source, 0, grid.height)
        tags = raster.tags_of(source) | {"stage": "inject"}
    moved = displaced(image, (-north, east))
    with raster.create(path, grid, tags) as target:
        raster.write_rows(target, 0, moved)
    files.write_json(truth, {"scene": name, "east": east, "north": north})
    logging.info(
        "%s displaced by %+.3f east, %+.3f north pixels; %.2f %% more without data",
        name,
        east,
        north,
        100 * float(np.isnan(moved).mean() - np.isnan(image).mean()),
    )


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scene=snakemake.input.scene,
            path=snakemake.output.scene,
            name=snakemake.wildcards.scene,
            largest=snakemake.params.largest,
            seed=snakemake.params.seed,
            truth=snakemake.output.truth,
        )
