"""What of a stack's grid, or of one scene, is masked: layover, shadow, water, whatever is asked."""

import stackio.job as job

import logging

import numpy as np

from stackio import layered, raster, writing
from stackshift.errors import InputError
from stackshift.ground import classes
from stackshift.ground.lattice import Grid


def main(parts: list[dict], grid: Grid, path: str) -> None:
    """Write a mask on the stack's grid: 1 where a pixel is no data, 0 where not, NaN if none knows.

    NaN is where a layer of classes has none, or does not reach, and nothing else masks.

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
    about = "1 = no data by the masks of the config, 0 = not, NaN = a mask says nothing here"
    opened = [_opened(part, grid) for part in parts]
    masked, unknown, total, pixels = np.zeros(len(parts)), np.zeros(len(parts)), 0, 0
    with writing.create(path, grid, tags, bands=("masked (1 = no data)",), about=about) as target:
        for rows in raster.row_blocks(grid.height):
            found, nothing = (
                np.array(one) for one in zip(*(read(rows) for read in opened), strict=True)
            )
            masked += np.count_nonzero(found, axis=(1, 2))
            unknown += np.count_nonzero(nothing, axis=(1, 2))
            drop = found.any(axis=0)
            total, pixels = total + np.count_nonzero(drop), pixels + drop.size
            block = np.where(
                nothing.any(axis=0) & ~drop, np.float32(np.nan), drop.astype(np.float32)
            )
            writing.write_rows(target, rows[0], block)
    for part, count, missing in zip(parts, masked, unknown, strict=True):
        files = ", ".join(part["files"])
        logging.info("%s: %.1f %% of the grid is masked", files, 100 * count / pixels)
        if missing:
            logging.warning(
                "%s: says nothing of %.1f %% of the grid, which it leaves as it is",
                files, 100 * missing / pixels,
            )  # fmt: skip
    if total == pixels:
        logging.warning(
            "%s: every pixel of the grid is masked, and nothing is left to be measured; "
            "'drop' and 'keep' of the masks may be the wrong way round",
            "; ".join(", ".join(part["files"]) for part in parts),
        )


def _opened(part: dict, grid: Grid):
    """A function from (first, number) of rows to which pixels a part masks, and does not know."""
    if part["kind"] == "vector":
        # Imported here, as most masks are rasters.
        from stackio import polygons

        inside = polygons.read(part["files"][0], grid, part["layer"])

        def within(rows):
            drop = inside.rows(rows) ^ part["keep"]
            return drop, np.zeros_like(drop)

        return within

    def read(rows):
        # Opened for each block, as there may be more files than a job may have open.
        with layered.opened(part["files"], grid, "mask") as source:
            values = source.rows(rows)
            if part["kind"] == "raster":
                drop = classes.chosen(values, part["drop"], part["keep"])
                # No data within the raster are a class like others, as 0 of water is for many.
                missing = np.isnan(values) & ~drop
                return drop, missing & ~source.reached(rows) if missing.any() else missing
        try:
            drop = classes.affected(values, part["kind"], part["what"])
            return drop, classes.unknown(values, part["kind"])
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
