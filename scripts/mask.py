"""What of a stack's grid, or of one scene, is masked: layover, shadow, water, whatever is asked."""

import logging

import numpy as np

from stackio import job, layered, raster, writing
from stackshift.errors import InputError
from stackshift.ground import classes
from stackshift.ground.lattice import Grid


def main(parts: list[dict], grid: Grid, path: str) -> None:
    """Write a mask on the stack's grid: 1 where a pixel is no data, else 0.

    Parameters
    ----------
    parts : of which any masks a pixel: ``kind`` (mask or layover_shadow, a producer's classes;
        raster; vector), ``files``; ``what`` (layover, shadow) of classes; ``drop`` or ``keep``
        (values, none for all but 0) of a raster; ``keep`` (the inside) and ``layer`` of a vector.
    grid : the stack's.
    path : raster to write.

    Raises
    ------
    InputError
        With the file that cannot be read or has other classes.
    """
    tags = {"stage": "mask", "source": ", ".join(f for part in parts for f in part["files"])}
    about = "1 = no data by the masks of the config, else 0"
    opened = [_opened(part, grid) for part in parts]
    masked = np.zeros(len(parts))
    with writing.create(path, grid, tags, bands=("masked",), about=about) as target:
        for rows in raster.row_blocks(grid.height):
            found = [read(rows) for read in opened]
            masked += [np.count_nonzero(one) for one in found]
            writing.write_rows(target, rows[0], np.any(found, axis=0).astype(np.float32))
    for part, count in zip(parts, masked, strict=True):
        share = 100 * count / (grid.width * grid.height)
        logging.info("%s: %.1f %% of the grid is masked", ", ".join(part["files"]), share)


def _opened(part: dict, grid: Grid):
    """A function from (first, number) of rows to which pixels a part masks."""
    if part["kind"] == "vector":
        # Imported here, as most masks are rasters.
        from stackio import polygons

        inside = polygons.read(part["files"][0], grid, part["layer"])
        return lambda rows: inside.rows(rows) ^ part["keep"]

    def read(rows):
        # Opened for each block, as there may be more files than a job may have open.
        with layered.opened(part["files"], grid, "mask") as source:
            values = source.rows(rows)
        if part["kind"] == "raster":
            return classes.chosen(values, part["drop"], part["keep"])
        try:
            return classes.affected(values, part["kind"], part["what"])
        except InputError as error:
            raise InputError(f"{part['files'][0]} {error}") from None

    return read


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            parts=list(snakemake.params.parts),
            grid=Grid.of(snakemake.params.grid),
            path=snakemake.output.mask,
        )
