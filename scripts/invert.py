"""One offset a scene out of the shifts of all pairs of a stack, and what stands out."""

import logging

import pandas as pd

from stackio import files, job, raster
from stackshift.errors import InputError
from stackshift.ground.geometry import tile_positions
from stackshift.ground.lattice import tile_edges
from stackshift.stack import columns, inversion


def main(
    pairs: str,
    measurements: str,
    grid: str,
    truth: str | None,
    scenes: dict[str, str],
    rows: int,
    columns_of_tiles: int,
    reference: str | None,
    outputs: dict[str, str],
) -> None:
    """Adjust the network of a stack and write its tables.

    Parameters
    ----------
    pairs, measurements : tables to read.
    grid : JSON of the stack's grid.
    truth : CSV with the true offset of each scene of a simulated stack, else None.
    scenes : platform of each scene by name, newest first.
    rows, columns_of_tiles : number of tiles.
    reference : scene with offset zero, or None for the mean.
    outputs : paths of ``scenes``, ``tiles``, ``residuals`` (CSV) and ``findings`` (JSON).
    """
    names = {columns.REFERENCE: str, columns.SECONDARY: str}
    pair_table = inversion.usable(pd.read_csv(pairs, dtype=names))
    if reference is not None and reference not in scenes:
        raise InputError(f"invert.reference: there is no scene {reference} in the stack")
    adjusted = inversion.solve(pair_table, list(scenes))
    tiles = inversion.scene_tiles(pd.read_csv(measurements, dtype=names), list(scenes))
    table = inversion.scenes_table(pair_table, adjusted, scenes, files.read_truth(truth))
    tiles = inversion.aligned(tiles, table)
    area = raster.read_grid(grid)
    positions = tile_positions(
        area,
        raster.unit_in_metres(area.crs),
        tile_edges(area.height, rows),
        tile_edges(area.width, columns_of_tiles),
    )
    table, findings = inversion.screened(table, tiles, positions)
    if reference is not None:
        table = inversion.relative_to(table, reference)
    findings["parts"] = int(adjusted[0].part.max(initial=-1) + 1)
    findings["own_share"] = {
        axis: found.own_share for axis, found in zip(("east", "north"), adjusted, strict=True)
    }
    files.write_csv(outputs["scenes"], table)
    files.write_csv(outputs["tiles"], tiles)
    files.write_csv(outputs["residuals"], inversion.residuals_table(pair_table, adjusted))
    files.write_json(outputs["findings"], findings)
    if findings["parts"] > 1:
        logging.warning("the network falls into %d parts", findings["parts"])
    logging.info("%d scenes, %d pairs that count", len(table), len(pair_table))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            pairs=snakemake.input.pairs,
            measurements=snakemake.input.measurements,
            grid=snakemake.input.grid,
            truth=snakemake.input.get("truth"),
            scenes=snakemake.params.scenes,
            rows=snakemake.params.rows,
            columns_of_tiles=snakemake.params.columns,
            reference=snakemake.params.reference,
            outputs=dict(snakemake.output.items()),
        )
