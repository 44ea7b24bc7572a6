"""Compare the scenes' offsets of two polarizations of one stack."""

import logging

import pandas as pd

from stackio import files, job
from stackshift.stack import columns
from stackshift.stack.comparison import compare


def main(first: str, second: str, names: tuple[str, str], table: str, summary: str) -> None:
    """Write the differences, a row a scene, and their summary.

    Parameters
    ----------
    first, second : tables of the scenes of the two polarizations.
    names : of the two polarizations.
    table, summary : CSV and JSON to write.
    """
    scenes = (pd.read_csv(path, dtype={columns.SCENE: str}) for path in (first, second))
    differences, found = compare(*scenes)
    files.write_csv(table, differences)
    files.write_json(summary, {"polarizations": list(names)} | found)
    logging.info("%d scenes in both", found["scenes"])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            first=snakemake.input.first,
            second=snakemake.input.second,
            names=(snakemake.wildcards.polarization, snakemake.wildcards.other),
            table=snakemake.output.table,
            summary=snakemake.output.summary,
        )
