"""Draw one offset a pass beside those of its polarizations."""

import stackio.job as job

import pandas as pd

from stackio import files
from stackplot import drawing, per_pass
from stackshift.stack import columns as c


def main(
    combined: str,
    report: str,
    scenes: dict[str, str],
    requirement: float,
    title: str,
    figures: list[str],
) -> None:
    """Draw the figure.

    Parameters
    ----------
    combined, report : table of the passes, and JSON with how it came about.
    scenes : table of each polarization.
    requirement : metres, drawn in.
    title : stack and polarizations.
    figures : paths to write, in the format of their suffix.
    """
    drawing.reproducible()
    table = pd.read_csv(combined, dtype={c.SCENE: str, c.FLAG: str})
    tables = {p: pd.read_csv(path, dtype={c.SCENE: str}) for p, path in scenes.items()}
    summary = files.read_json(report)["combined"]
    drawing.save(per_pass.offset_per_pass(table, tables, summary, requirement, title), *figures)


if __name__ == "__main__":
    with job.logged(snakemake):
        polarizations = snakemake.params.polarizations
        main(
            combined=snakemake.input.combined,
            report=snakemake.input.report,
            scenes=dict(zip(polarizations, snakemake.input.scenes, strict=True)),
            requirement=snakemake.params.requirement,
            title=f"{snakemake.wildcards.stack} {' and '.join(polarizations)}",
            figures=list(snakemake.output),
        )
