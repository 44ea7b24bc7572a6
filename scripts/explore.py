"""A page to explore one stack and polarization: map of the tiles, offsets in time, by clicks."""

import stackio.job as job

import json
import logging

import jinja2
import pandas as pd

from stackio import earth, files, raster
from stackplot import contents, explorer, marks
from stackplot.backdrop import Ground
from stackshift.ground.lattice import tile_edges
from stackshift.stack import columns

# Chromium opens no frame of more than 2 MB of base64, which is how the report shows a page.
LARGEST = 2 * 1024**2 * 3 // 4


def main(
    grid: str,
    image: str,
    quicklooks: dict[str, str],
    tables: dict[str, str],
    cut: tuple[int, int],
    requirement: float,
    polarization: str,
    title: str,
    template: str,
    longest: int,
    page: str,
) -> None:
    """Write the page: one file that needs no network.

    Parameters
    ----------
    grid : JSON of the stack's grid.
    image : GeoTIFF of the template, whose first band is in decibels.
    quicklooks : picture of each scene, shown where the template is empty.
    tables : path of ``scenes``, ``scene_tiles``, ``measurements``, ``pairs`` and ``tiles``.
    cut : number of tiles (rows, columns).
    requirement : metres; an arrow of this length is half a tile long.
    polarization : VV, VH, HH or HV.
    title : stack, polarization and method.
    template : Jinja template of the page.
    longest : pixels of the picture's longer side.
    page : HTML to write.
    """
    area = raster.read_grid(grid)
    edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    pixels = earth.pixels_of_tiles(area, *edges)
    ground = Ground(area, earth.unit_in_metres(area.crs), *edges, pixels)
    names = (columns.REFERENCE, columns.SECONDARY, columns.SCENE, columns.FLAG, columns.MESSAGE)
    read = {
        name: pd.read_csv(path, dtype=dict.fromkeys(names, str)) for name, path in tables.items()
    }
    scenes = read["scenes"].sort_values(columns.TIME, ignore_index=True)
    scenes[columns.PLATFORM] = scenes[columns.PLATFORM].fillna("unknown")
    scenes["said"] = [contents.said_of(scene) for _, scene in scenes.iterrows()]
    picture, below = contents.backdrop(
        image, polarization, longest, {name: quicklooks[name] for name in scenes[columns.SCENE]}
    )
    drawn = explorer.item(ground, picture, read["tiles"], scenes, requirement)
    content = {
        "item": drawn,
        "requirement": requirement,
        "tile": ground.tile,
        "aspect": ground.aspect,
        "limit": marks.reach(scenes[[columns.OFFSET_EAST, columns.OFFSET_NORTH]], requirement),
        **contents.content_of(read, scenes, ground),
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    text = environment.from_string(template).render(
        title=title,
        requirement=f"{requirement:g}",
        below=below,
        library=contents.packed(contents.library()),
        content=contents.packed(json.dumps(content, separators=(",", ":"))),
    )
    with files.whole(page) as part:
        part.write_text(text, encoding="utf-8")
    size = len(text.encode())
    logging.info("%d scenes, %d pairs, %.2f MB", len(scenes), len(read["pairs"]), size / 1e6)
    if size > LARGEST:
        logging.warning("%s is too large for the report's frame; open it by itself", page)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            grid=snakemake.input.grid,
            image=snakemake.input.image,
            quicklooks=dict(zip(snakemake.params.scenes, snakemake.input.quicklooks, strict=True)),
            tables={
                name: snakemake.input[name]
                for name in ("scenes", "scene_tiles", "measurements", "pairs", "tiles")
            },
            cut=tuple(snakemake.params.tiles),
            requirement=snakemake.params.requirement,
            polarization=snakemake.wildcards.polarization,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}, "
            f"method {snakemake.params.method}",
            template=job.template(snakemake, "explore.html"),
            longest=snakemake.params.longest,
            page=snakemake.output.page,
        )
