"""Tables of one stack and polarization out of the JSONs of its pairs."""

import logging
from pathlib import Path

from stackio import files, job
from stackshift import tables


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
    files.write_csv(pairs, tables.pairs_table(table, content, files.read_truth(truth)))
    files.write_csv(tiles, tables.tiles_table(table))
    logging.info("%d pairs, %d measurements", len(content), len(table))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            correlation=snakemake.input.correlation,
            truth=snakemake.input.get("truth"),
            measurements=snakemake.output.measurements,
            pairs=snakemake.output.pairs,
            tiles=snakemake.output.tiles,
        )
