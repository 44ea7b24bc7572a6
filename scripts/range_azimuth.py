"""Draw where the scenes lie in range and azimuth, out of the table of the scenes."""

import stackio.job as job

import logging

import pandas as pd

from stackplot import drawing, radar
from stackshift.stack import answers, columns
from stackshift.stack.looks import limits

_NAMES = dict.fromkeys((columns.SCENE, columns.FLAG, columns.LOOK), str)


def main(
    scenes: str, why: str, figures: list[str], requirement: dict, title: str, zero: str
) -> None:
    """Draw the figure.

    Parameters
    ----------
    scenes, why : CSVs of the scenes, and of why they lie apart.
    figures : paths to write, in the format of their suffix.
    requirement : ``metres``, ``shape``, ``range`` and ``azimuth`` of the config.
    title : stack, polarization and method.
    zero : what offsets are relative to, in words.
    """
    drawing.reproducible()
    table = pd.read_csv(scenes, dtype=_NAMES)
    asked = requirement["metres"]
    if requirement["shape"] == "box":
        asked = (asked, asked)
    elif requirement["shape"] == answers.RANGE_AZIMUTH:
        asked = tuple(limits(requirement)[:, 0])
    reasons = pd.read_csv(why, dtype={"attribute": str, "value": str, "base": str})
    shown = reasons[reasons["attribute"].isin(("platform", "swath"))]
    drawing.save(radar.range_azimuth(table, asked, shown, title, zero), *figures)
    logging.info("%d scenes", len(table))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=snakemake.input.scenes,
            why=snakemake.input.why,
            figures=[snakemake.output.figure, snakemake.output.png],
            requirement=snakemake.params.requirement,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}",
            zero=snakemake.params.zero,
        )
