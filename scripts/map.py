"""Draw maps of the tiles' offsets over quicklooks of the scenes."""

import stackio.job as job

import logging

import numpy as np
import pandas as pd

from stackio import earth, raster
from stackplot import drawing, maps, marks, sheet
from stackplot.backdrop import Ground
from stackshift.ground.lattice import tile_edges
from stackshift.stack import columns


def main(
    grid: str,
    tiles: str,
    scenes: str,
    scene_tiles: str,
    pictures: dict[str, str],
    cut: tuple[int, int],
    requirement: float,
    title: str,
    stack_figures: list[str],
    scene_figures: list[str],
    zero: str = "the stack's median",
) -> None:
    """Draw the map of the worst scene and of the stack, and a small map of each scene.

    Parameters
    ----------
    grid : JSON of the stack's grid.
    tiles, scenes, scene_tiles : tables to read.
    pictures : quicklook of each scene.
    zero : what offsets are relative to, in words.
    cut : number of tiles (rows, columns).
    requirement : metres.
    title : stack, polarization and method.
    stack_figures, scene_figures : paths to write, in the format of their suffix.
    """
    drawing.reproducible()
    area = raster.read_grid(grid)
    edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    pixels = earth.pixels_of_tiles(area, *edges)
    ground = Ground(area, earth.unit_in_metres(area.crs), *edges, pixels)
    by_tile = pd.read_csv(tiles)
    by_scene = pd.read_csv(scenes, dtype={columns.SCENE: str, columns.FLAG: str})
    every = pd.read_csv(scene_tiles, dtype={columns.SCENE: str})
    offsets = every[every[columns.OFFSET_EAST].notna()]
    of_scene = dict(list(every.groupby(columns.SCENE)))
    rejected = {
        scene: maps.rejected(of_scene.get(scene, every.iloc[:0]))
        for scene in by_scene[columns.SCENE]
    }
    radius = np.hypot(by_scene[columns.OFFSET_EAST], by_scene[columns.OFFSET_NORTH])
    measured = radius.notna().any()
    worst = by_scene[columns.SCENE][radius.idxmax() if measured else 0]
    one = maps.panel(by_tile, of_scene.get(worst, every.iloc[:0])) | {
        "table": offsets[offsets[columns.SCENE] == worst],
        "picture": pictures[worst],
        "title": f"The {'scene farthest off' if measured else 'newest scene'}, "
        f"{marks.day(worst)}: each tile's offset from {zero}",
    }
    stack = maps.panel(by_tile, every) | {
        "table": by_tile,
        "picture": pictures[by_scene[columns.SCENE][0]],
        "title": "The stack: how much each tile's offsets scatter about the scenes' (rms)",
    }
    drawing.save(maps.tile_offset_map(one, stack, ground, requirement, title), *stack_figures)
    moving = by_tile[by_tile[columns.MOVES] == 1]
    figure = sheet.scene_maps(
        by_scene, offsets, rejected,
        list(zip(moving[columns.TILE_X], moving[columns.TILE_Y], strict=True)),
        pictures, ground, requirement, title,
    )  # fmt: skip
    drawing.save(figure, *scene_figures)
    logging.info("%d scenes, the worst is %s", len(by_scene), worst)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            grid=snakemake.input.grid,
            tiles=snakemake.input.tiles,
            scenes=snakemake.input.scenes,
            scene_tiles=snakemake.input.scene_tiles,
            pictures=dict(zip(snakemake.params.scenes, snakemake.input.pictures, strict=True)),
            cut=tuple(snakemake.params.tiles),
            requirement=snakemake.params.requirement,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}, "
            f"method {snakemake.params.method}",
            stack_figures=[snakemake.output.stack, snakemake.output.stack_png],
            scene_figures=[snakemake.output.scenes, snakemake.output.scenes_png],
            zero=snakemake.params.zero,
        )
