"""A picture of the template, and its style for QGIS."""

import stackio.job as job

import logging

import jinja2
import numpy as np

from stackio import files, raster, writing
from stackshift.ground.shades import RANGES, grey, reduced_shape


def main(
    image: str, picture: str, style: str, template: str, polarization: str, longest: int
) -> None:
    """Draw the template on the scale of the scenes' quicklooks.

    Parameters
    ----------
    image : GeoTIFF of the template, whose first band is in decibels.
    picture : PNG to write.
    style : QGIS style to write beside the image, which QGIS takes by its name.
    template : Jinja template of the style.
    polarization : VV, VH, HH or HV.
    longest : pixels of the picture's longer side.
    """
    with raster.open_scene(image, bands=3) as source:
        decibels = raster.read_reduced(source, reduced_shape(source.height, source.width, longest))
    writing.write_picture(picture, grey(np.float32(10) ** (decibels / 10), polarization))
    low, high = RANGES[polarization]
    with files.whole(style) as part:
        part.write_text(jinja2.Template(template).render(low=low, high=high), encoding="utf-8")
    logging.info("%d x %d pixels", *decibels.shape)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            image=snakemake.input.image,
            picture=snakemake.output.picture,
            style=snakemake.output.style,
            template=job.template(snakemake, "qgis/image.qml"),
            polarization=snakemake.wildcards.polarization,
            longest=snakemake.params.longest,
        )
