"""The aligned mean of a stack: the sharpest image of the place, with which scenes are matched."""

import stackio.job as job

import logging
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from stackio import earth, files, raster, writing
from stackio.tags import tags_of, warp_of
from stackshift.ground.lattice import Grid, tile_edges
from stackshift.stack import alignment, mean_image, rounds
from stackshift.stack.positions import from_pairs
from stackshift.tile.scaled import transformed


def main(
    tiles: dict[str, str],
    pairs: list[str],
    grid: Grid,
    cut: tuple[int, int],
    options: dict,
    threads: int,
    image: str,
    report: str,
    made_from: str = "",
) -> None:
    """Write the template of one stack and polarization.

    Parameters
    ----------
    tiles : folder with the tiles of each scene that may be a member.
    pairs : JSONs of the pairs between them, for their first positions.
    grid : the stack's.
    cut : number of tiles (rows, columns).
    options : keyword arguments of `coherence.match`.
    threads : tiles that are worked on at a time.
    image : GeoTIFF to write: mean in decibels, number of scenes, sum of their weights.
    report : JSON to write: position, weights and levels of each member.
    made_from : digest of all that the template depends on, which the JSON carries.
    """
    usable = list(tiles)
    cells = [(row, column) for row in range(cut[0]) for column in range(cut[1])]

    def load(cell):
        return {scene: _read(tiles[scene], cell, options["transform"]) for scene in usable}

    pixel = earth.pixel_in_the_middle(grid)
    first = from_pairs([files.read_json(path) for path in pairs], usable, pixel)
    with raster.own_tiles(), ThreadPoolExecutor(threads) as pool:
        warps = {scene: warp for scene in usable if any(warp := _warp(tiles[scene]))}
        found = rounds.made(usable, first, cells, load, options, pool.map, warps)
    logging.info(
        "%d scenes, %d placed by pairs, %d members", len(usable), len(first), len(found.positions)
    )
    with raster.own_tiles():
        what = _brightness_of(tiles[usable[0]])
        parts = _write_image(image, what, grid, cut, found, load, options["transform"])
    files.write_json(
        report,
        {
            "members": {
                scene: {"row": position[0], "column": position[1]}
                | dict(zip(("warp_row", "warp_column"), warps.get(scene, ()), strict=False))
                for scene, position in sorted(found.positions.items())
            },
            "made_from": made_from,
            "tiles": parts,
        },
    )


def _warp(folder: str) -> tuple[float, float]:
    """The displacement in pixels that a warp took out of a scene before."""
    with raster.open_tile(folder, (0, 0)) as source:
        return warp_of(tags_of(source))


def _read(folder: str, cell: tuple[int, int], transform: str):
    with raster.open_tile(folder, cell) as source:
        return transformed(raster.read_rows(source, 0, source.height), transform)


def _brightness_of(folder: str) -> str:
    """What a scene's tiles are the power of: gamma0, or beta0 where the normalisation is undone."""
    with raster.open_tile(folder, (0, 0)) as source:
        return writing.said_of(source)["bands"][0].removesuffix(" power")


def _write_image(path, what, area, cut, found, load, transform) -> list[dict]:
    """Write the image row by row of tiles; what each member's part of each tile is."""
    edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    bands = (f"mean {what} (dB)", "number of scenes", "sum of weights")
    parts = []
    about = f"mean {what} of the stack in dB, number of scenes, sum of their weights; NaN = no data"
    with writing.create(
        path, area, {"stage": "template"}, bands=bands, in_squares=True, about=about
    ) as target:
        for row in range(cut[0]):
            strip = np.empty((3, edges[0][row + 1] - edges[0][row], area.width), np.float32)
            if not found.positions:
                strip.fill(np.nan)
            for column in range(cut[1] if found.positions else 0):
                here = slice(edges[1][column], edges[1][column + 1])
                images, part = _tile(found, (row, column), load, transform)
                for whole, image in zip(strip, images, strict=True):
                    whole[:, here] = image
                parts.append(part)
            for band in range(3):
                writing.write_rows(target, edges[0][row], strip[band], band + 1)
    return parts


def _tile(found, cell, load, transform) -> tuple[tuple[np.ndarray, ...], dict]:
    """The three bands of a tile, and what each member's part of it is."""
    weight, tiles = found.weight_in(cell), load(cell)
    members = {scene: tiles[scene] for scene in found.positions}
    image, _, levels = alignment.formed(members, found.positions, weight)
    values, valid = image.mean()
    middle = float(np.mean(list(levels.values()) or [0.0]))
    decibels = mean_image.decibels(values + np.float32(middle), transform)
    common = found.common.get(cell)
    part = {
        "row": cell[0],
        "column": cell[1],
        "level": middle,
        "weights": weight,
        "levels": levels,
        "coherence": None if common is None else [round(float(c), 6) for c in common],
    }
    decibels[~valid] = np.nan
    return (decibels, image.scenes, image.weight), part


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            tiles=dict(zip(snakemake.params.scenes, snakemake.input.tiles, strict=True)),
            pairs=list(snakemake.input.pairs),
            grid=Grid.of(snakemake.params.grid),
            cut=tuple(snakemake.params.tiles),
            options=snakemake.params.options,
            threads=snakemake.threads,
            image=snakemake.output.image,
            report=snakemake.output.report,
            made_from=snakemake.params.made_from,
        )
