"""Truncate the spikes of one scene: what lies outside its own percentiles.

What is masked is no data from here on, and what the normalisation did is undone here if asked.
"""

import stackio.job as job

import logging

from stackio import prepared, raster, writing
from stackio.tags import tags_of
from stackshift.ground.spikes import percentiles, truncate

# At most so many blocks of rows are a sample of a scene.
_ENOUGH = 8


def main(
    scene: str,
    path: str,
    lower: float,
    upper: float,
    outside: str,
    area: str | None = None,
    mask: str | None = None,
) -> None:
    """Write a scene without its spikes.

    Parameters
    ----------
    scene : raster on the stack's grid, NaN = no data.
    path : raster to write.
    lower, upper : percentiles of the valid pixels, 0 to 100.
    outside : ``nan``, ``clip`` or ``keep``; see `stackshift.ground.spikes.truncate`.
    area : layer of what gamma0 was divided by, to multiply it by that again; None to leave it.
    mask : layer that is 1 where the scene is no data; None for none.
    """
    thresholds = (0.0, 0.0)
    if outside != "keep":
        found = _percentiles(scene, (lower, upper), area, mask)
        if found is None:
            # The superset stops at such a scene, or was told to leave it out.
            logging.warning("%s has no valid pixel left: nothing to truncate", scene)
            outside = "keep"
        else:
            thresholds = found
            logging.info("thresholds %.6g and %.6g, outside: %s", *thresholds, outside)
    with prepared.opened(scene, area, mask) as source:
        grid = source.grid
        tags = tags_of(source.scene) | {"stage": "flatten", "outside": outside}
        if outside != "keep":
            tags |= {"percentiles": f"{lower:g} {upper:g}"}
            tags |= {"thresholds": f"{thresholds[0]:.9g} {thresholds[1]:.9g}"}
        what = prepared.said(area) if area else writing.said_of(source.scene)
        with writing.create(path, grid, tags, **what) as target:
            for first, rows in raster.row_blocks(grid.height):
                block = truncate(source.rows(first, rows), *thresholds, outside)
                writing.write_rows(target, first, block)
            writing.add_tags(target, source.tags())
        valid = max(source.valid, 1)
        if mask is not None:
            logging.info(
                "%.2f %% of the pixels with a value are masked", 100 * source.masked / valid
            )
        for name, count in source.without.items():
            if count:
                share = 100 * count / valid
                logging.warning("%.2f %% of the pixels with a value have no %s layer", share, name)


def _percentiles(
    scene: str, percents: tuple[float, float], area: str | None, mask: str | None
) -> tuple[float, float] | None:
    with prepared.opened(scene, area, mask) as source:

        def read(sample: bool):
            blocks = list(raster.row_blocks(source.grid.height))
            for first, rows in blocks[:: -(-len(blocks) // _ENOUGH) if sample else 1]:
                yield source.rows(first, rows)

        return percentiles(read, percents)


if __name__ == "__main__":
    with job.logged(snakemake):
        for one in job.members(snakemake):
            main(
                scene=one.input.scene,
                path=one.output.scene,
                lower=one.params.lower,
                upper=one.params.upper,
                outside=one.params.outside,
                area=getattr(one.input, "area", None),
                mask=getattr(one.input, "mask", None),
            )
