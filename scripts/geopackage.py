"""Tiles as a GeoPackage and a project for QGIS: footprints, centres, offsets and reasons."""

import logging
import re
import zipfile
from dataclasses import dataclass

import geopandas as gpd
import jinja2
import pandas as pd
import pyogrio
import shapely

from stackio import earth, files, job, raster
from stackshift.ground.geometry import on_the_map
from stackshift.ground.lattice import Grid, tile_edges
from stackshift.ground.shades import RANGES
from stackshift.stack import columns
from stackshift.tile.match import OK, STATUSES

GEOMETRY = "geom"
REASON, TIME, BEGIN, END = "reason", "time", "begin", "end"
FAR, SURE, WHY = "how far off", "how sure", "why rejected"


@dataclass(frozen=True)
class Layer:
    """A layer: its table and geometry, and the columns that its styles answer questions with.

    Parameters
    ----------
    table : ``tiles``, ``measurements`` or ``scene_tiles``.
    kind : Polygon or Point.
    description : in a line.
    far, sure : columns to the east and north, in metres, of the value and of its standard error.
    """

    table: str
    kind: str
    description: str
    far: tuple[str, str]
    sure: tuple[str, str]

    @property
    def questions(self) -> tuple[str, ...]:
        """The names of the layer's styles, the one that QGIS opens it with first."""
        return (FAR, SURE, WHY) if self.kind == "Polygon" else (FAR,)

    @property
    def times(self) -> tuple[str, ...]:
        """Columns of the time, or of begin and end, for QGIS' temporal controller."""
        return {"tiles": (), "measurements": (BEGIN, END), "scene_tiles": (TIME,)}[self.table]


_SHIFT = (columns.SHIFT_X, columns.SHIFT_Y), (columns.SIGMA_X, columns.SIGMA_Y)
_OFFSET = (
    (columns.OFFSET_EAST, columns.OFFSET_NORTH),
    (columns.SIGMA_EAST, columns.SIGMA_NORTH),
)
_ABOUT = {
    "tiles": ("Each tile over all pairs: robust mean shift in metres, rejected pairs", _SHIFT),
    "pair_tiles": ("Each tile of each pair: shift in metres, error and status", _SHIFT),
    "scene_tiles": ("Each tile of each scene: offset from the stack's zero in metres", _OFFSET),
}
_TABLES = {"tiles": "tiles", "pair_tiles": "measurements", "scene_tiles": "scene_tiles"}
LAYERS = {
    name.removesuffix("s") + "_centres" if kind == "Point" else name: Layer(
        _TABLES[name], kind, about if kind == "Polygon" else f"{about}; at its centre", *values
    )
    for name, (about, values) in _ABOUT.items()
    for kind in ("Polygon", "Point")
}
# What the project shows at first, in QGIS from top to bottom; the others are there to be ticked.
SHOWN = ("scene_tile_centres",)


def main(
    grid: str,
    tables: dict[str, str],
    cut: tuple[int, int],
    requirement: float,
    polarization: str,
    title: str,
    templates: dict[str, str],
    path: str,
    project: str,
) -> None:
    """Write the layers of one stack and polarization in the stack's CRS, and a project of them.

    Parameters
    ----------
    grid : JSON of the stack's grid.
    tables : path of ``measurements``, ``tiles`` and ``scene_tiles`` to read.
    cut : number of tiles (rows, columns).
    requirement : metres, to which the styles are scaled.
    polarization : VV, VH, HH or HV, which sets the shades of the template.
    title : stack and polarization.
    templates : Jinja templates of the QGIS styles (QML) ``footprints``, ``arrows``, ``status`` and
        ``image``, and of the ``project``.
    path, project : GeoPackage and QGIS project to write.
    """
    area = raster.read_grid(grid)
    footprints, crs = outlines(area, *cut), area.crs
    edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    pixels = earth.pixels_of_tiles(area, *edges)
    names = dict.fromkeys((columns.REFERENCE, columns.SECONDARY, columns.SCENE), str)
    read = {name: pd.read_csv(table, dtype=names) for name, table in tables.items()}
    read["tiles"][REASON] = reasons_of_tiles(read["tiles"])
    for name in ("measurements", "scene_tiles"):
        read[name] = timed(read[name])
        read[name][REASON] = reasons(read[name][columns.STATUS])
    # The time of writing is in the file; a fixed one gives the same bytes for the same tables.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "1970-01-01T00:00:00.000Z"})
    with files.whole(path) as part:
        part.unlink(missing_ok=True)
        for name, layer in LAYERS.items():
            table = read[layer.table]
            where = zip(table[columns.TILE_Y], table[columns.TILE_X], strict=True)
            shapes = [footprints[row, column] for row, column in where]
            if layer.kind == "Point":
                shapes = [shape.centroid for shape in shapes]
                table = with_arrows(table, layer.far, pixels, area)
            gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs).to_file(
                part, layer=name, driver="GPKG", engine="pyogrio", geometry_type=layer.kind,
                layer_options={"GEOMETRY_NAME": GEOMETRY, "DESCRIPTION": layer.description},
                # What QGIS and GDAL of long-term distributions know.
                dataset_options={"VERSION": "1.3"},
            )  # fmt: skip
        _write_styles(part, requirement, templates)
    text = project_of(area, requirement, polarization, title, templates)
    with files.whole(project) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as target:
        # A fixed time, as above.
        target.writestr(zipfile.ZipInfo("tiles.qgs", (1980, 1, 1, 0, 0, 0)), text)
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


def timed(table: pd.DataFrame) -> pd.DataFrame:
    """A table with the time of its scenes, or of both scenes of its pairs, as times and not names.

    QGIS' temporal controller takes the time of a scene, or from the older to the newer of a pair.
    """
    ends = {columns.SCENE: TIME, columns.SECONDARY: BEGIN, columns.REFERENCE: END}
    return table.assign(
        **{
            time: pd.to_datetime(table[name], format="%Y%m%dT%H%M%S", utc=True)
            for name, time in ends.items()
            if name in table
        }
    )


def reasons(status: pd.Series) -> pd.Series:
    """Why tiles were rejected, in words; empty for those that count."""
    return status.where(status != OK, "").str.replace("_", " ")


def reasons_of_tiles(tiles: pd.DataFrame) -> pd.Series:
    """The most frequent reason of tiles that count in no pair, in words; empty for others."""
    bad = {columns.REJECTED.format(s): s.replace("_", " ") for s in STATUSES if s != OK}
    most = tiles[list(bad)].fillna(0).idxmax(axis=1).map(bad)
    return most.where(tiles[columns.COUNT] == 0, "")


def styles_of(layer: Layer, requirement: float, templates: dict[str, str]) -> dict[str, str]:
    """The QML of each question that a layer answers."""
    colours = (
        "204,121,167", "86,180,233", "230,159,0", "0,158,115", "240,228,66", "0,0,0", "0,114,178",
    )  # fmt: skip
    rejected = [status.replace("_", " ") for status in STATUSES if status != OK]
    found = {}
    for question in layer.questions:
        x, y = layer.sure if question == SURE else layer.far
        if layer.kind == "Point":
            # Where it points on the map of the grid.
            x, y = columns.ARROW_RIGHT, columns.ARROW_UP
        name = (
            "status" if question == WHY else "footprints" if layer.kind == "Polygon" else "arrows"
        )
        found[question] = jinja2.Template(templates[name]).render(
            x=x, y=y, requirement=requirement,
            reasons=[(r, f"{c},255") for r, c in zip(rejected, colours, strict=True)],
        )  # fmt: skip
    return found


def _write_styles(path, requirement: float, templates: dict[str, str]) -> None:
    """The table that QGIS looks into for the styles of a layer that is opened."""
    rows = [
        (name, question, style, question == layer.questions[0], layer.description)
        for name, layer in LAYERS.items()
        for question, style in styles_of(layer, requirement, templates).items()
    ]
    names, questions, styles, first, descriptions = zip(*rows, strict=True)
    table = pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": names,
            "f_geometry_column": GEOMETRY,
            "styleName": questions,
            "styleQML": styles,
            "styleSLD": "",
            "useAsDefault": first,
            "description": descriptions,
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp("1970-01-01"),
        }
    )
    pyogrio.write_dataframe(table, path, layer="layer_styles", driver="GPKG", append=True)


def project_of(
    grid: Grid, requirement: float, polarization: str, title: str, templates: dict[str, str]
) -> str:
    """The QGIS project: all layers over the template, found by paths from the project's folder."""
    low, high = RANGES[polarization]
    layers = [
        {
            "id": name, "name": name.replace("_", " "), "type": "vector", "provider": "ogr",
            "geometry": layer.kind, "source": f"./tiles.gpkg|layername={name}",
            "times": layer.times, "shown": name in SHOWN,
            "style": _inner(styles_of(layer, requirement, templates)[FAR]),
        }
        for name, layer in sorted(LAYERS.items(), key=lambda one: one[1].kind == "Polygon")
    ]  # fmt: skip
    layers.append(
        {
            "id": "template", "name": "template", "type": "raster", "provider": "gdal",
            "geometry": "", "source": "../template/template.tif", "times": (), "shown": True,
            "style": _inner(jinja2.Template(templates["image"]).render(low=low, high=high)),
        }
    )  # fmt: skip
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(templates["project"]).render(
        title=title, layers=layers, bounds=grid.bounds, **crs_names(grid.crs)
    )


def crs_names(crs: str) -> dict[str, str]:
    """What QGIS knows a CRS by: ``wkt``, and ``authid`` such as EPSG:32611 or empty."""
    parsed = gpd.GeoSeries([], crs=crs).crs
    authority = parsed.to_authority()
    return {"wkt": parsed.to_wkt(), "authid": ":".join(authority) if authority else ""}


def _inner(style: str) -> str:
    """A style without the element around it, as a project has it."""
    found = re.search(r"<qgis[^>]*>(.*)</qgis>", style, re.S)
    return found[1].strip() if found else ""


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
            polarization=snakemake.wildcards.polarization,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}",
            templates={
                "project": job.template(snakemake, "qgis/project.qgs"),
                **{
                    name: job.template(snakemake, f"qgis/{name}.qml")
                    for name in ("footprints", "arrows", "status", "image")
                },
            },
            path=snakemake.output.tiles,
            project=snakemake.output.project,
        )
