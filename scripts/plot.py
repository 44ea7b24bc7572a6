"""Draw the figures of one stack and polarization out of its tables."""

import stackio.job as job

import logging

import pandas as pd

from stackio import files
from stackplot import drawing, matrix, pairs, scenes, scores, tiles
from stackshift.stack import columns
from stackshift.stack.zero import Zero

_NAMES = dict.fromkeys((columns.REFERENCE, columns.SECONDARY, columns.SCENE, columns.FLAG), str)


def main(
    tables: dict[str, str],
    verdict: str,
    figures: dict[str, list[str]],
    requirement: float,
    title: str,
) -> None:
    """Draw all figures that need no quicklook.

    Parameters
    ----------
    tables : path of each table to read: measurements, pairs, tiles, scenes, scene_tiles,
        residuals.
    verdict : JSON of the verdict.
    figures : paths to write for each figure, in the format of their suffix.
    requirement : metres, drawn in.
    title : stack, polarization and method.
    """
    drawing.reproducible()
    read = {name: pd.read_csv(path, dtype=_NAMES) for name, path in tables.items()}
    judged = files.read_json(verdict)
    ce90 = judged["CE90"]["metres"], judged["CE90"]["sigma"]
    zero = judged.get("zero", Zero().words)
    drawn = {
        "shift_per_pair": pairs.shift_per_pair(read["pairs"], requirement, title),
        "offset_per_tile": tiles.offset_per_tile(read["tiles"], requirement, title),
        "tile_errors": tiles.tile_errors(
            *(read[name] for name in ("scenes", "scene_tiles", "tiles")), requirement, title
        ),
        "offset_per_scene": scenes.offset_per_scene(read["scenes"], requirement, ce90, title, zero),
        "pair_matrix": matrix.pair_matrix(read["pairs"], read["residuals"], requirement, title),
        "z_scores": scores.z_scores(read["measurements"], read["pairs"], read["residuals"], title),
    }
    for name, paths in figures.items():
        drawing.save(drawn[name], *paths)
    logging.info("%d pairs, %d tiles", len(read["pairs"]), len(read["tiles"]))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            tables={name: path for name, path in snakemake.input.items() if name != "verdict"},
            verdict=snakemake.input.verdict,
            figures={
                name: [path, snakemake.output[f"{name}_png"]]
                for name, path in snakemake.output.items()
                if not name.endswith("_png")
            },
            requirement=snakemake.params.requirement,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}, "
            f"method {snakemake.params.method}",
        )
