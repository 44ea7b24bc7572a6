"""Truncate the spikes of one scene: what lies outside its own percentiles."""

import logging

from stackio import job, raster
from stackio.tags import tags_of
from stackshift.ground.spikes import percentiles, truncate


def main(scene: str, path: str, lower: float, upper: float, outside: str) -> None:
    """Write a scene without its spikes.

    Parameters
    ----------
    scene : raster on the stack's grid, NaN = no data.
    path : raster to write.
    lower, upper : percentiles of the valid pixels, 0 to 100.
    outside : ``nan``, ``clip`` or ``keep``; see `stackshift.ground.spikes.truncate`.
    """
    with raster.open_scene(scene) as source:
        grid = raster.grid_of(source)

        def blocks():
            for first, rows in raster.row_blocks(grid.height):
                yield raster.read_rows(source, first, rows)

        thresholds = (0.0, 0.0)
        if outside != "keep":
            thresholds = percentiles(blocks, (lower, upper))
            if thresholds is None:
                # The superset stops at such a scene, or was told to leave it out.
                logging.warning("%s has no valid pixel: nothing to truncate", scene)
                outside, thresholds = "keep", (0.0, 0.0)
            else:
                logging.info("thresholds %.6g and %.6g, outside: %s", *thresholds, outside)
        tags = tags_of(source) | {"stage": "flatten", "outside": outside}
        if outside != "keep":
            tags |= {"percentiles": f"{lower:g} {upper:g}"}
            tags |= {"thresholds": f"{thresholds[0]:.9g} {thresholds[1]:.9g}"}
        with raster.create(path, grid, tags) as target:
            for (first, _), block in zip(raster.row_blocks(grid.height), blocks(), strict=True):
                raster.write_rows(target, first, truncate(block, *thresholds, outside))


if __name__ == "__main__":
    with job.logged(snakemake):
        for one in job.members(snakemake):
            main(
                scene=one.input.scene,
                path=one.output.scene,
                lower=one.params.lower,
                upper=one.params.upper,
                outside=one.params.outside,
            )
