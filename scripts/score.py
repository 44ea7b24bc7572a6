"""Draw the estimates of a simulated stack against its truth."""

import stackio.job as job

import logging

import pandas as pd

from stackplot import drawing, scores
from stackshift.stack import columns


def main(pairs: str, scenes: str, figures: list[str], title: str) -> None:
    """Draw the estimates against the truth.

    Parameters
    ----------
    pairs, scenes : tables to read, with the true shifts and offsets.
    figures : paths to write, in the format of their suffix.
    title : stack, polarization and method.
    """
    drawing.reproducible()
    by_pair = pd.read_csv(pairs, dtype={columns.REFERENCE: str, columns.SECONDARY: str})
    by_scene = pd.read_csv(scenes, dtype={columns.SCENE: str})
    drawing.save(scores.truth(by_scene, by_pair, title), *figures)
    logging.info("%d scenes, %d pairs", len(by_scene), len(by_pair))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            pairs=snakemake.input.pairs,
            scenes=snakemake.input.scenes,
            figures=[snakemake.output.figure, snakemake.output.figure_png],
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}, "
            f"method {snakemake.params.method}",
        )
