"""How far apart are the products of two processors? Their templates, matched with each other."""

import stackio.job as job

import logging

import numpy as np

from stackio import earth, files, pixels, raster, warp
from stackshift.ground.lattice import same_lattice, tile_edges
from stackshift.stack import columns as c
from stackshift.stack.comparison import zeros_apart
from stackshift.stack.record import tile_record
from stackshift.stack.robust import weighted_huber
from stackshift.tile.coherence import match_transformed
from stackshift.tile.match import OK
from stackshift.tile.scaled import transformed
from stackshift.tile.spectra import common_share


def main(
    images: tuple[str, str],
    findings: tuple[str, str],
    cut: tuple[int, int],
    options: dict,
    path: str,
) -> None:
    """Write where the scenes of a stack lie from those of another one.

    Parameters
    ----------
    images : templates of the two stacks, whose first band has decibels; grids may differ.
    findings : JSONs that tell where the median of each stack lies from its template (``zero``).
    cut : number of tiles (rows, columns) of the first one's grid.
    options : keyword arguments of `coherence.match`.
    path : JSON to write: ``templates`` with ``east``, ``north`` and their standard errors, metres
        by which the second template lies from the first (None where nothing matches); ``zeros``
        with the same of what the offsets of the two stacks count from (`comparison.zeros_apart`);
        ``tiles`` and ``matched``; and the record of each tile.
    """
    zeros = [files.read_json(one)["zero"] for one in findings]
    with (
        pixels.opened(images[0], "auto", values="decibel", band=1) as first,
        pixels.opened(images[1], "auto", values="decibel", band=1) as second,
    ):
        grid = first.grid
        lattice = same_lattice(raster.grid_near(second.source, grid), grid)
        onto = pixels.copied if lattice else warp.warped
        edges = tile_edges(grid.height, cut[0]), tile_edges(grid.width, cut[1])
        ground = earth.pixels_of_tiles(grid, *edges)
        records = []
        for row in range(cut[0]):
            top, bottom = edges[0][row : row + 2]
            strip = onto(second, grid, (top, bottom - top))
            if strip is None:
                strip = np.full((bottom - top, grid.width), np.nan, np.float32)
            own = first.read((top, bottom), (0, grid.width))
            for column in range(cut[1]):
                here = slice(*edges[1][column : column + 2])
                pair = [transformed(v[:, here].copy(), options["transform"]) for v in (own, strip)]
                valid = common_share(pair)
                found = match_transformed(pair, **options)
                records.append(tile_record(found, column, row, valid, ground[column, row]))
    good = [record for record in records if record[c.STATUS] == OK]
    templates: dict[str, float | None] = {}
    for direction, shift, sigma in (
        ("east", c.SHIFT_X, c.SIGMA_X),
        ("north", c.SHIFT_Y, c.SIGMA_Y),
    ):
        # A shift brings the second onto the first: the second lies the other way.
        value, error = weighted_huber(*([record[key] for record in good] for key in (shift, sigma)))
        templates[direction] = -float(value) if good else None
        templates[f"sigma_{direction}"] = float(error) if good else None
    result = {"templates": templates, "zeros": zeros_apart(templates, zeros)}
    result |= {"tiles": len(records), "matched": len(good)}
    files.write_json(path, result | {"records": records})
    logging.info("%d of %d tiles matched", len(good), len(records))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            images=tuple(snakemake.input.images),
            findings=tuple(snakemake.input.findings),
            cut=tuple(snakemake.params.tiles),
            options=snakemake.params.options,
            path=snakemake.output[0],
        )
