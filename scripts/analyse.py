"""Tables of one stack and polarization out of the JSONs of its pairs."""

import logging

from stackio import files, job
from stackshift.stack import tables


def main(
    correlation: list[str],
    scenes: list[str],
    truth: str | None,
    measurements: str,
    pairs: str,
    unreadable: str,
) -> None:
    """Write the tables of a stack.

    Parameters
    ----------
    correlation : JSONs of the pairs.
    scenes : names of all scenes of the stack, which are numbered from the newest.
    truth : CSV with the true offset of each scene of a simulated stack, else None.
    measurements, pairs : CSVs to write.
    unreadable : JSON to write, with the reason for each scene that was left out.
    """
    content = [files.read_json(path) for path in sorted(correlation)]
    table = tables.measurements(content, scenes)
    files.write_csv(measurements, table)
    files.write_csv(pairs, tables.pairs_table(table, content, files.read_truth(truth)))
    files.write_json(unreadable, reasons(content))
    logging.info("%d pairs, %d measurements", len(content), len(table))


def reasons(pairs: list[dict]) -> dict[str, str]:
    """Why scenes were left out, by scene, as their tiles say."""
    ends = [pair[role] for pair in pairs for role in ("reference", "secondary")]
    return {end["scene"]: end["unreadable"] for end in ends if "unreadable" in end}


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            correlation=list(snakemake.input.pairs),
            scenes=list(snakemake.params.scenes),
            truth=snakemake.input.get("truth"),
            measurements=snakemake.output.measurements,
            pairs=snakemake.output.pairs,
            unreadable=snakemake.output.unreadable,
        )
