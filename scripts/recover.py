"""How well known displacements of real scenes were recovered, per tile."""

import stackio.job as job

import logging

import pandas as pd

from stackio import earth, files, raster
from stackshift.ground.lattice import tile_edges
from stackshift.stack import columns
from stackshift.stack.check_columns import BOXES, INTERPOLATED
from stackshift.stack.recovery import recovered, summary


def main(
    before: str,
    after: dict[str, str],
    truths: list[str],
    grid: str,
    cut: tuple[int, int],
    table: str,
    report: str,
) -> None:
    """Write the injected and recovered displacements, and their summary.

    Parameters
    ----------
    before : measurements of the stack as it is.
    after : those with displaced scenes, by kind.
    truths : JSONs with the displacement of each scene.
    grid : JSON of the stack's grid.
    cut : number of tiles (rows, columns).
    table, report : CSV and JSON to write.
    """
    names = {columns.REFERENCE: str, columns.SECONDARY: str}
    plain = pd.read_csv(before, dtype=names)
    truth: dict = {kind: {} for kind in after}
    for said in map(files.read_json, truths):
        truth[said["kind"]][said["scene"]] = said["rows"], said["columns"]
    area = raster.read_grid(grid)
    pixels = earth.pixels_of_tiles(
        area, tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    )
    tables, summaries = [], {}
    for kind, path in after.items():
        moved = pd.read_csv(path, dtype=names)
        found = recovered(plain, moved, truth[kind], pixels, kind)
        tables.append(found)
        summaries[kind] = summary(found, plain, moved)
        logging.info(
            "%s: %s", kind, summaries[kind]["message"] or f"{len(found)} tiles before and after"
        )
    files.write_csv(table, pd.concat(tables, ignore_index=True))
    files.write_json(report, summaries.pop(INTERPOLATED) | summaries)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            before=snakemake.input.before,
            after={kind: snakemake.input[kind] for kind in (INTERPOLATED, BOXES)},
            truths=list(snakemake.input.truths),
            grid=snakemake.input.grid,
            cut=tuple(snakemake.params.tiles),
            table=snakemake.output.table,
            report=snakemake.output.report,
        )
