"""Tables of one stack and polarization out of the JSONs of its pairs."""

import stackio.job as job

import logging

from stackio import files
from stackshift.stack import tables


def main(
    correlation: list[str],
    scenes: list[str],
    truth: str | None,
    measurements: str,
    pairs: str,
) -> None:
    """Write the tables of a stack.

    Parameters
    ----------
    correlation : JSONs of the pairs.
    scenes : names of all scenes of the stack, which are numbered from the newest.
    truth : CSV with the true offset of each scene of a simulated stack, else None.
    measurements, pairs : CSVs to write.
    """
    content = [files.read_json(path) for path in sorted(correlation)]
    table = tables.measurements(content, scenes)
    files.write_csv(measurements, table)
    files.write_csv(pairs, tables.pairs_table(table, content, files.read_truth(truth)))
    logging.info("%d pairs, %d measurements", len(content), len(table))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            correlation=list(snakemake.input.pairs),
            scenes=list(snakemake.params.scenes),
            truth=snakemake.input.get("truth"),
            measurements=snakemake.output.measurements,
            pairs=snakemake.output.pairs,
        )
