"""Draw the figures of one stack and polarization out of its tables."""

import logging

import matplotlib as mpl
import pandas as pd

from stackio import job, plotting
from stackshift import columns


def main(
    pairs: str,
    tiles: str,
    scenes: str,
    pair_figures: list[str],
    tile_figures: list[str],
    scene_figures: list[str],
    requirement: float,
    title: str,
) -> None:
    """Draw the offsets per pair, per tile and per scene.

    Parameters
    ----------
    pairs, tiles, scenes : tables to read.
    pair_figures, tile_figures, scene_figures : paths to write, in the format of their suffix.
    requirement : metres, drawn in.
    title : stack, polarization and method.
    """
    # A fixed salt gives the same SVG for the same content.
    mpl.rcParams.update({"svg.hashsalt": "stackshift", "svg.fonttype": "none"})
    pairs_table = pd.read_csv(pairs, dtype={columns.REFERENCE: str, columns.SECONDARY: str})
    plotting.save(plotting.offset_per_pair(pairs_table, requirement, title), *pair_figures)
    tiles_table = pd.read_csv(tiles)
    plotting.save(plotting.offset_per_tile(tiles_table, requirement, title), *tile_figures)
    scenes_table = pd.read_csv(scenes, dtype={columns.SCENE: str, columns.FLAG: str})
    plotting.save(plotting.offset_per_scene(scenes_table, requirement, title), *scene_figures)
    logging.info("%d pairs, %d tiles", len(pairs_table), len(tiles_table))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            pairs=snakemake.input.pairs,
            tiles=snakemake.input.tiles,
            scenes=snakemake.input.scenes,
            pair_figures=[snakemake.output.pairs, snakemake.output.pairs_png],
            tile_figures=[snakemake.output.tiles, snakemake.output.tiles_png],
            scene_figures=[snakemake.output.scenes, snakemake.output.scenes_png],
            requirement=snakemake.params.requirement,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}, "
            f"method {snakemake.params.method}",
        )
