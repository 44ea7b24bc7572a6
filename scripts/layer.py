"""Bring one layer of a stack onto its grid: area, angles, DEM, classes."""

import stackio.job as job

import logging

import numpy as np

from stackio import layered, raster, writing
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

# Degrees; behind a slope that faces away the ground is in shadow.
MOST = {"incidence": 90.0, "local_incidence": 180.0}


def main(files: list[str], grid: Grid, path: str, name: str) -> None:
    """Write a layer on the stack's grid, NaN where it has no value.

    Parameters
    ----------
    files : rasters to read, in place, laid over each other, the first first.
    grid : the stack's.
    path : raster to write.
    name : of the layer; see `layered.Layered`.

    Raises
    ------
    InputError
        For a file that cannot be read, and for a layer without a value on the grid.
    """
    tags = {"stage": "layer", "layer": name, "source": ", ".join(files)}
    valid, total = 0, 0.0
    with (
        layered.opened(files, grid, name) as source,
        writing.create(path, grid, tags, **layered.said(name)) as target,
    ):
        for rows in raster.row_blocks(grid.height):
            block = source.rows(rows)
            known = np.isfinite(block)
            if name in MOST and (block[known] > MOST[name]).any():
                raise InputError(
                    f"{files[0]}: holds {block[known].max():.6g}, which is no {name} in degrees; "
                    "name another file under 'layers:' of the stack"
                )
            valid += int(known.sum())
            if name == "area":
                total += float(np.log(block[known]).sum(dtype=float))
            writing.write_rows(target, rows[0], block)
        layered.check_seen(source, valid)
        if name == "area":
            # Its middle, as HyP3's is in square metres and OPERA's a ratio.
            writing.add_tags(target, {"level": f"{np.exp(total / valid):.9g}"})
    logging.info("%.1f %% of the pixels have a value", 100 * valid / (grid.width * grid.height))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            files=list(snakemake.params.files),
            grid=Grid.of(snakemake.params.grid),
            path=snakemake.output.layer,
            name=snakemake.params.layer,
        )
