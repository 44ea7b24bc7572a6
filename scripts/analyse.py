"""Tables of one stack and polarization out of the JSONs of its pairs."""

import csv
import logging
from pathlib import Path

from stackio import files, job
from stackshift import columns, tables


def main(correlation: str, truth: str | None, measurements: str, pairs: str, tiles: str) -> None:
    """Write the tables of a stack.

    Parameters
    ----------
    correlation : folder with the pairs' JSONs.
    truth : CSV with the true offset of each scene of a simulated stack, else None.
    measurements, pairs, tiles : CSVs to write.
    """
    content = [files.read_json(path) for path in sorted(Path(correlation).glob("*.json"))]
    table = tables.measurements(content)
    files.write_csv(measurements, table)
    files.write_csv(pairs, tables.pairs_table(table, content, read_truth(truth)))
    files.write_csv(tiles, tables.tiles_table(table))
    logging.info("%d pairs, %d measurements", len(content), len(table))


def read_truth(path: str | None) -> dict[str, tuple[float, float]] | None:
    """True offset (east, north) in metres of each scene, or None without a file."""
    if not path:
        return None
    with open(path, newline="", encoding="utf-8") as lines:
        return {
            row[columns.SCENE]: (float(row[columns.OFFSET_EAST]), float(row[columns.OFFSET_NORTH]))
            for row in csv.DictReader(lines)
        }


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            correlation=snakemake.input.correlation,
            truth=snakemake.input.get("truth"),
            measurements=snakemake.output.measurements,
            pairs=snakemake.output.pairs,
            tiles=snakemake.output.tiles,
        )
