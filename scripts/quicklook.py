"""Small pictures of one scene, after the superset and after the flattening."""

import stackio.job as job

import logging

from stackio import raster, writing
from stackshift.ground.shades import grey, reduced_shape


def main(scenes: dict[str, str], pictures: dict[str, str], polarization: str, longest: int) -> None:
    """Draw a scene as it came out of each stage.

    Parameters
    ----------
    scenes : raster of each stage.
    pictures : PNG of each stage to write.
    polarization : VV, VH, HH or HV.
    longest : pixels of the picture's longer side.
    """
    for stage, path in scenes.items():
        with raster.open_scene(path) as source:
            shape = reduced_shape(source.height, source.width, longest)
            power = raster.read_reduced(source, shape)
        writing.write_picture(pictures[stage], grey(power, polarization))
    logging.info("%d x %d pixels", *shape)


if __name__ == "__main__":
    with job.logged(snakemake):
        for one in job.members(snakemake):
            main(
                scenes={"superset": one.input.superset, "flatten": one.input.flatten},
                pictures={"superset": one.output.superset, "flatten": one.output.flatten},
                polarization=one.wildcards.polarization,
                longest=one.params.longest,
            )
