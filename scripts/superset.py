"""Bring one scene onto the grid of its stack: copied where it lies on it, warped where not."""

import logging
from pathlib import Path

import numpy as np

from stackio import job, raster
from stackshift.errors import InputError
from stackshift.ground.lattice import fraction_off, offset_in, same_lattice

# Measured on OPERA land, VV and VH, and on finer simulated texture: docs/warp.md.
DISPLACES = {"sinc": 0.005, "lanczos": 0.04, "cubic": 0.07, "bilinear": 0.1}


def main(
    scene: str,
    grid: str,
    path: str,
    resampling: str,
    no_data,
    platform: str | None,
    unreadable: str = "stop",
) -> None:
    """Write one scene on the stack's grid, NaN where it has no data.

    Parameters
    ----------
    scene : raster to read, in place.
    grid : JSON of the stack's grid.
    path : raster to write.
    resampling : kernel for a scene off the lattice: sinc, or one of GDAL's: lanczos, cubic,
        bilinear.
    no_data : number that marks no data, or ``auto``: the file's own, and 0 where it names none.
    platform : satellite, for the tags.
    unreadable : ``stop``, or ``leave_out``: a bad scene becomes one without data that says why.

    Raises
    ------
    InputError
        With ``stop``, for a scene that cannot be read, has no valid pixel or is no power.
    """
    area = raster.read_grid(grid)
    tags = {"stage": "superset", "source": Path(scene).name, "platform": platform or ""}
    try:
        _write(scene, area, path, resampling, no_data, tags)
    except InputError as error:
        if unreadable == "stop":
            raise
        logging.warning("left out: %s", error)
        with raster.create(
            path, area, tags | {"resampling": "none", "unreadable": str(error)}
        ) as out:
            for first, rows in raster.row_blocks(area.height):
                raster.write_rows(out, first, np.full((rows, area.width), np.nan, np.float32))


def _write(scene, area, path, resampling, no_data, tags) -> None:
    """Bring a scene that is expected to be good onto the grid."""
    valid = negative = 0
    with raster.open_scene(scene) as source:
        raster.check_complete(source, scene)
        value = raster.no_data_value(source, no_data)
        own = raster.grid_near(source, area)
        copied = same_lattice(own, area)
        tags = tags | {"no_data": f"{value:g}", "resampling": "none" if copied else resampling}
        if copied:
            logging.info("%s lies on the stack's pixel lattice: copied", scene)
        else:
            # What the matching has to know of: detail finer than a pixel does not move with a warp.
            tags = raster.with_warp(tags, fraction_off(own, area))
            logging.warning(
                "%s is off the stack's pixel lattice: warped, %s, which displaces what is measured "
                "by up to %g pixel at some fractions of a pixel",
                scene,
                resampling,
                DISPLACES[resampling],
            )
        with raster.create(path, area, tags) as target:
            blocks = _copied(source, own, area, value)
            if not copied:
                blocks = _warped(source, area, resampling, value)
            for first, block in blocks:
                valid += int(np.isfinite(block).sum())
                negative += int((block < 0).sum())
                raster.write_rows(target, first, block)
            if valid == 0:
                raise InputError(
                    f"{scene} has no valid pixel on the stack's grid; remove it from the stack, or "
                    "correct 'superset: bounds' or 'nodata'"
                )
            if negative > 0.5 * valid:
                raise InputError(
                    f"{scene} has {100 * negative / valid:.0f} % negative values, as decibels "
                    "have; give gamma0 as linear power: 10 ^ (decibels / 10)"
                )
    logging.info("%.1f %% of the pixels are valid", 100 * valid / (area.width * area.height))


def _copied(source, own, grid, no_data):
    """Blocks of rows of the grid with the scene's own pixels."""
    top, left = offset_in(own, grid)
    columns = slice(max(left, 0), min(left + source.width, grid.width))
    for first, rows in raster.row_blocks(grid.height):
        block = np.full((rows, grid.width), np.nan, np.float32)
        inside = slice(max(first, top), min(first + rows, top + source.height))
        if inside.start < inside.stop and columns.start < columns.stop:
            values = raster.read_rows(source, inside.start - top, inside.stop - inside.start)
            block[inside.start - first : inside.stop - first, columns] = raster.masked(
                values[:, columns.start - left : columns.stop - left], no_data
            )
        yield first, block


def _warped(source, grid, resampling, no_data):
    """Blocks of rows of the grid with the scene resampled onto it."""
    if resampling == "sinc":
        # Imported here, as most scenes are copied and SciPy takes its time.
        from stackio import warp

        yield from warp.warped(source, grid, no_data)
        return
    with raster.warped(source, grid, resampling, no_data) as view:
        for first, rows in raster.row_blocks(grid.height):
            yield first, raster.masked(raster.read_rows(view, first, rows), no_data)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scene=snakemake.params.source,
            grid=snakemake.input.grid,
            path=snakemake.output.scene,
            resampling=snakemake.params.resampling,
            no_data=snakemake.params.no_data,
            platform=snakemake.params.platform,
            unreadable=snakemake.params.unreadable,
        )
