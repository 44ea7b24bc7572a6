"""Compare the offsets of the same acquisitions between two results."""

import stackio.job as job

import logging

import pandas as pd

from stackio import files
from stackshift.stack import columns
from stackshift.stack.comparison import compare


def main(
    first: str,
    second: str,
    names: tuple[str, str],
    table: str,
    summary: str,
    seconds: float = 0.0,
    apart: str | None = None,
    figures: tuple[str, ...] = (),
    requirement: float = 0.0,
) -> None:
    """Write the differences, a row a scene, and their summary.

    Parameters
    ----------
    first, second : tables of the scenes of the two results.
    names : of the two polarizations, or of the two stacks.
    table, summary : CSV and JSON to write.
    seconds : as for `comparison.compare`.
    apart : JSON that tells how far the products of two stacks lie from each other; None for two
        polarizations, and where one result is a table only.
    figures : paths to write, in the format of their suffix; none for two polarizations.
    requirement : metres, for the figures.
    """
    scenes = (pd.read_csv(path, dtype={columns.SCENE: str}) for path in (first, second))
    between = files.read_json(apart) if apart else None
    differences, found = compare(*scenes, seconds, between, names)
    if figures:
        # Imported here, as two polarizations are compared without a figure.
        from stackplot import differences as drawn
        from stackplot import drawing

        drawing.reproducible()
        figure = drawn.difference_per_scene(differences, found, names, requirement)
        drawing.save(figure, *figures)
        content = {"results": list(names), "apart": None} | found
    else:
        content = {"polarizations": list(names)} | found
    files.write_csv(table, differences)
    files.write_json(summary, content)
    logging.info("%d scenes in both", found["scenes"])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            first=snakemake.input.first,
            # The user's own table of an earlier run is no input.
            second=snakemake.input.get("second") or snakemake.params.earlier,
            names=tuple(snakemake.params.names),
            table=snakemake.output.table,
            summary=snakemake.output.summary,
            seconds=snakemake.params.seconds,
            apart=snakemake.input.get("apart"),
            figures=tuple(p for n, p in snakemake.output.items() if n in ("figure", "picture")),
            requirement=snakemake.params.get("requirement", 0.0),
        )
