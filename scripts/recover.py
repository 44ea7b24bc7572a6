"""How well known displacements of real scenes were recovered, per tile."""

import logging

import pandas as pd

from stackio import files, job, raster
from stackshift.ground.geometry import pixel_size
from stackshift.stack import columns
from stackshift.stack.recovery import recovered, summary


def main(before: str, after: str, truths: list[str], grid: str, table: str, report: str) -> None:
    """Write the injected and recovered displacements, and their summary.

    Parameters
    ----------
    before, after : measurements of the stack as it is and with displaced scenes.
    truths : JSONs with the displacement of each scene.
    grid : JSON of the stack's grid.
    table, report : CSV and JSON to write.
    """
    names = {columns.REFERENCE: str, columns.SECONDARY: str}
    tables = [pd.read_csv(path, dtype=names) for path in (before, after)]
    truth = {t["scene"]: (t["east"], t["north"]) for t in map(files.read_json, truths)}
    area = raster.read_grid(grid)
    size = pixel_size(area, raster.unit_in_metres(area.crs), area.height / 2)
    found = recovered(*tables, truth, size)
    files.write_csv(table, found)
    files.write_json(report, summary(found, *tables))
    logging.info("%d tiles counted before and after", len(found))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            before=snakemake.input.before,
            after=snakemake.input.after,
            truths=list(snakemake.input.truths),
            grid=snakemake.input.grid,
            table=snakemake.output.table,
            report=snakemake.output.report,
        )
