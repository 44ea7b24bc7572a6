"""What QGIS shows of the tiles: layers, their styles, and a project of them."""

import re
from dataclasses import dataclass

import geopandas as gpd
import jinja2
import pandas as pd

from stackshift.ground.lattice import Grid
from stackshift.ground.shades import RANGES
from stackshift.stack import columns
from stackshift.tile.match import OK, STATUSES

GEOMETRY = "geom"
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
        of_pairs, of_scenes = (columns.BEGIN, columns.END), (columns.TIME,)
        return {"tiles": (), "measurements": of_pairs, "scene_tiles": of_scenes}[self.table]


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


def styles_table(requirement: float, templates: dict[str, str]) -> pd.DataFrame:
    """The table that QGIS looks into for the styles of a layer that is opened."""
    rows = [
        (name, question, style, question == layer.questions[0], layer.description)
        for name, layer in LAYERS.items()
        for question, style in styles_of(layer, requirement, templates).items()
    ]
    names, questions, styles, first, descriptions = zip(*rows, strict=True)
    return pd.DataFrame(
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


def project_of(
    grid: Grid, requirement: float, polarization: str, title: str, templates: dict[str, str]
) -> str:
    """The QGIS project: all layers over the template, found by paths from the project's folder."""
    low, high = RANGES[polarization]
    # QGIS gives a layer whose id is no longer than ten characters another one, and then misses it.
    layers = [
        {
            "id": f"stackshift_{name}", "name": name.replace("_", " "), "type": "vector",
            "provider": "ogr", "geometry": layer.kind, "source": f"./tiles.gpkg|layername={name}",
            "times": layer.times, "shown": name in SHOWN,
            "style": _inner(styles_of(layer, requirement, templates)[FAR]),
        }
        for name, layer in sorted(LAYERS.items(), key=lambda one: one[1].kind == "Polygon")
    ]  # fmt: skip
    layers.append(
        {
            "id": "stackshift_template", "name": "template", "type": "raster", "provider": "gdal",
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
    # PROJ finds a code for one with a datum shift of its own too, which the code lacks.
    authority = None if parsed.is_bound else parsed.to_authority()
    return {"wkt": parsed.to_wkt(), "authid": ":".join(authority) if authority else ""}


def _inner(style: str) -> str:
    """A style without the element around it, as a project has it."""
    found = re.search(r"<qgis[^>]*>(.*)</qgis>", style, re.S)
    return found[1].strip() if found else ""
