"""Tiles as a GeoPackage and a project for QGIS: footprints, centres, offsets and reasons."""

import stackio.job as job

import logging
import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from stackio import earth, files, raster
from stackplot import outlines, qgis
from stackshift.errors import InputError
from stackshift.ground.lattice import tile_edges
from stackshift.stack import columns


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
    footprints, crs = outlines.outlines(area, *cut), area.crs
    edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    pixels = earth.pixels_of_tiles(area, *edges)
    names = dict.fromkeys((columns.REFERENCE, columns.SECONDARY, columns.SCENE), str)
    read = {name: pd.read_csv(table, dtype=names) for name, table in tables.items()}
    read["tiles"][columns.REASON] = outlines.reasons_of_tiles(read["tiles"])
    for name in ("measurements", "scene_tiles"):
        read[name] = outlines.timed(read[name])
        read[name][columns.REASON] = outlines.reasons(read[name][columns.STATUS])
    # The time of writing is in the file; a fixed one gives the same bytes for the same tables.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "1970-01-01T00:00:00.000Z"})
    shapes = {"Polygon": footprints}
    shapes["Point"] = {cell: shape.centroid for cell, shape in footprints.items()}
    with files.whole(path) as part:
        part.unlink(missing_ok=True)
        try:
            for name, layer in qgis.LAYERS.items():
                table = read[layer.table]
                if layer.kind == "Point":
                    table = outlines.with_arrows(table, layer.far, pixels, area)
                _write_layer(part, name, layer, table, shapes[layer.kind], crs)
            styles = qgis.styles_table(requirement, templates)
            pyogrio.write_dataframe(styles, part, layer="layer_styles", driver="GPKG", append=True)
        except (DataSourceError, DataLayerError) as error:
            raise InputError(f"{path} could not be written ({error}); is the disk full?") from error
    text = qgis.project_of(area, requirement, polarization, title, templates)
    with files.whole(project) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as target:
        # A fixed time, as above.
        target.writestr(zipfile.ZipInfo("tiles.qgs", (1980, 1, 1, 0, 0, 0)), text)
    logging.info("%s: %d tiles", path, len(footprints))


def _write_layer(part, name: str, layer: qgis.Layer, table, shapes: dict, crs: str) -> None:
    where = zip(table[columns.TILE_Y], table[columns.TILE_X], strict=True)
    geometry = gpd.GeoSeries([shapes[row, column] for row, column in where], crs=crs)
    gpd.GeoDataFrame(table, geometry=geometry, crs=crs).to_file(
        part, layer=name, driver="GPKG", engine="pyogrio", geometry_type=layer.kind,
        layer_options={"GEOMETRY_NAME": qgis.GEOMETRY, "DESCRIPTION": layer.description},
        # What QGIS and GDAL of long-term distributions know.
        dataset_options={"VERSION": "1.3"},
    )  # fmt: skip


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
