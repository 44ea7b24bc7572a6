"""Tiles as a GeoPackage: footprints and centres with offsets and status, styled for QGIS."""

import logging

import geopandas as gpd
import jinja2
import pandas as pd
import pyogrio
import shapely

from stackio import earth, files, job, raster
from stackshift.ground.geometry import on_the_map
from stackshift.ground.lattice import Grid, tile_edges
from stackshift.stack import columns

# Table, geometry, description, columns to the east and north, and where a reason stands.
LAYERS = {
    "tiles": (
        "tiles", "Polygon", "Each tile over all pairs: robust mean shift in metres, rejected pairs",
        (columns.SHIFT_X, columns.SHIFT_Y), "rejected_...",
    ),
    "tile_centres": (
        "tiles", "Point", "Each tile over all pairs, at the tile's centre",
        (columns.SHIFT_X, columns.SHIFT_Y), "rejected_...",
    ),
    "pair_tiles": (
        "measurements", "Polygon", "Each tile of each pair: shift in metres, error and status",
        (columns.SHIFT_X, columns.SHIFT_Y), columns.STATUS,
    ),
    "pair_tile_centres": (
        "measurements", "Point", "Each tile of each pair, at the tile's centre",
        (columns.SHIFT_X, columns.SHIFT_Y), columns.STATUS,
    ),
    "scene_tile_centres": (
        "scene_tiles", "Point", "Each tile of each scene: offset from the stack's zero in metres",
        (columns.OFFSET_EAST, columns.OFFSET_NORTH), columns.STATUS,
    ),
}  # fmt: skip
GEOMETRY = "geom"


def main(
    grid: str,
    tables: dict[str, str],
    cut: tuple[int, int],
    requirement: float,
    templates: dict[str, str],
    path: str,
) -> None:
    """Write the layers of one stack and polarization in the stack's CRS.

    Parameters
    ----------
    grid : JSON of the stack's grid.
    tables : path of ``measurements``, ``tiles`` and ``scene_tiles`` to read.
    cut : number of tiles (rows, columns).
    requirement : metres, to which the styles are scaled.
    templates : Jinja templates of the QGIS styles (QML) ``footprints`` and ``arrows``.
    path : GeoPackage to write.
    """
    area = raster.read_grid(grid)
    footprints, crs = outlines(area, *cut), area.crs
    edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    pixels = earth.pixels_of_tiles(area, *edges)
    names = dict.fromkeys((columns.REFERENCE, columns.SECONDARY, columns.SCENE), str)
    read = {name: pd.read_csv(table, dtype=names) for name, table in tables.items()}
    # The time of writing is in the file; a fixed one gives the same bytes for the same tables.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "1970-01-01T00:00:00.000Z"})
    with files.whole(path) as part:
        part.unlink(missing_ok=True)
        for layer, (source, kind, description, shift, _) in LAYERS.items():
            table = read[source]
            where = zip(table[columns.TILE_Y], table[columns.TILE_X], strict=True)
            shapes = [footprints[row, column] for row, column in where]
            if kind == "Point":
                shapes = [shape.centroid for shape in shapes]
                table = with_arrows(table, shift, pixels, area)
            gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs).to_file(
                part, layer=layer, driver="GPKG", engine="pyogrio", geometry_type=kind,
                layer_options={"GEOMETRY_NAME": GEOMETRY, "DESCRIPTION": description},
                # What QGIS and GDAL of long-term distributions know.
                dataset_options={"VERSION": "1.3"},
            )  # fmt: skip
        _write_styles(part, requirement, templates)
    logging.info("%s: %d tiles", path, len(footprints))


def with_arrows(table: pd.DataFrame, shift: tuple[str, str], pixels, grid: Grid) -> pd.DataFrame:
    """A table with where its displacements point on a map in the grid's CRS.

    Parameters
    ----------
    shift : columns to the east and to the north.
    pixels : what a pixel is on the ground in each tile (column, row).
    """
    steps = grid.transform[0], grid.transform[4]
    arrows = [
        on_the_map((east, north), pixels[x, y], steps)
        for x, y, east, north in table[[columns.TILE_X, columns.TILE_Y, *shift]].itertuples(
            index=False
        )
    ]
    right, up = zip(*arrows, strict=True) if arrows else ((), ())
    return table.assign(**{columns.ARROW_RIGHT: right, columns.ARROW_UP: up})


def outlines(grid: Grid, rows: int, across: int) -> dict[tuple[int, int], shapely.Polygon]:
    """Footprint of each tile (row, column) in the grid's CRS."""
    a, _, c, _, e, f = grid.transform
    x = [c + a * edge for edge in tile_edges(grid.width, across)]
    y = [f + e * edge for edge in tile_edges(grid.height, rows)]
    return {
        (row, column): shapely.box(
            x[column], min(y[row : row + 2]), x[column + 1], max(y[row : row + 2])
        )
        for row in range(rows)
        for column in range(across)
    }


def _write_styles(path, requirement: float, templates: dict[str, str]) -> None:
    """The table that QGIS looks into for the style of a layer that is opened."""
    styles = {}
    for layer, (_, kind, _, (x, y), reason) in LAYERS.items():
        point = kind == "Point"
        template = jinja2.Template(templates["arrows" if point else "footprints"])
        x, y = (columns.ARROW_RIGHT, columns.ARROW_UP) if point else (x, y)
        styles[layer] = template.render(x=x, y=y, reason=reason, requirement=requirement)
    table = pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": list(styles),
            "f_geometry_column": GEOMETRY,
            "styleName": list(styles),
            "styleQML": list(styles.values()),
            "styleSLD": "",
            "useAsDefault": True,
            "description": [description for _, _, description, *_ in LAYERS.values()],
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp("1970-01-01"),
        }
    )
    pyogrio.write_dataframe(table, path, layer="layer_styles", driver="GPKG", append=True)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            grid=snakemake.input.grid,
            tables={
                "measurements": snakemake.input.measurements,
                "tiles": snakemake.input.tiles,
                "scene_tiles": snakemake.input.scene_tiles,
            },
            cut=tuple(snakemake.params.tiles),
            requirement=snakemake.params.requirement,
            templates={
                name: job.template(snakemake, f"qgis/{name}.qml")
                for name in ("footprints", "arrows")
            },
            path=snakemake.output.tiles,
        )
