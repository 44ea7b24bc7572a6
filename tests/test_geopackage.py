"""The GeoPackage: valid by the standard, right on the map, and drawn by QGIS as it should be."""

import shutil
import sqlite3
import subprocess

import numpy as np
import pandas as pd
import pytest
import shapely
import snyder
from makers import NORTH, POSTING, WEST

LAYERS = ["tiles", "tile_centres", "pair_tiles", "pair_tile_centres", "scene_tile_centres"]


@pytest.fixture(scope="module")
def package(finished):
    return finished.folder / "results" / "site" / "VV" / "analysis" / "tiles.gpkg"


@pytest.fixture
def database(package):
    connection = sqlite3.connect(f"file:{package}?mode=ro", uri=True)
    yield connection
    connection.close()


def geometries(database, layer, where="1"):
    """Shapes of a layer, read without GDAL: a header, 8 bytes and an envelope, then WKB."""
    rows = database.execute(f"SELECT geom FROM {layer} WHERE {where} ORDER BY fid").fetchall()
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
    for (blob,) in rows:
        assert blob[:2] == b"GP"
    return [shapely.from_wkb(b[8 + envelope[(b[3] >> 1) & 7] :]) for (b,) in rows]


def test_it_is_a_sound_geopackage(database):
    assert database.execute("PRAGMA application_id").fetchone()[0] == 0x47504B47
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    contents = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
    assert {name for name, kind in contents.items() if kind == "features"} == set(LAYERS)
    assert contents["layer_styles"] == "attributes"
    kinds = dict(
        database.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns")
    )
    for layer in LAYERS:
        assert kinds[layer] == ("POINT" if layer.endswith("centres") else "POLYGON")
    systems = database.execute(
        "SELECT DISTINCT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys s "
        "JOIN gpkg_geometry_columns g ON s.srs_id = g.srs_id"
    ).fetchall()
    assert systems == [("EPSG", 32611)]


def test_tiles_lie_where_they_were_cut(database):
    # 150 x 170 pixels in 2 x 2 tiles: 75 rows and 85 columns each.
    first, second, third, _ = geometries(database, "tiles")
    assert first.bounds == (WEST, NORTH - 75 * POSTING, WEST + 85 * POSTING, NORTH)
    assert second.bounds[0] == WEST + 85 * POSTING and second.bounds[3] == NORTH
    assert third.bounds[3] == NORTH - 75 * POSTING
    (centre, *_) = geometries(database, "tile_centres")
    assert (centre.x, centre.y) == (WEST + 42.5 * POSTING, NORTH - 37.5 * POSTING)


def test_it_carries_the_numbers_of_the_tables(database, package):
    for layer, name in (
        ("tiles", "tiles"),
        ("pair_tile_centres", "measurements"),
        ("scene_tile_centres", "scene_tiles"),
    ):
        found = pd.read_sql(f"SELECT * FROM {layer} ORDER BY fid", database)
        table = pd.read_csv(package.parent / f"{name}.csv")
        assert len(found) == len(table) > 0
        for column in table.select_dtypes("number"):
            assert (found[column].astype(float) - table[column]).abs().max() < 1e-9 or (
                table[column].isna().all() and found[column].isna().all()
            )
    status = pd.read_sql("SELECT status, sigma_x FROM pair_tiles", database)
    assert (status["status"] == "ok").any() and (status["sigma_x"].dropna() > 0).all()


def test_arrows_have_the_grids_directions(database):
    # The grid's north is 1.3 degrees west of true north.
    (a, d), (b, e) = snyder.utm(WEST + 85 * POSTING, NORTH - 75 * POSTING)
    right = np.array([a, d]) / np.hypot(a, d)
    down = np.array([b, e]) / np.hypot(b, e)
    for layer, east, north in (
        ("scene_tile_centres", "offset_east", "offset_north"),
        ("pair_tile_centres", "shift_x", "shift_y"),
    ):
        found = pd.read_sql(f"SELECT * FROM {layer}", database).dropna(subset=[east])
        metres = found[[east, north]].to_numpy(float)
        assert np.abs(metres).max() > 20
        # Convergence is up to 2e-4 more or less in the tiles, of shifts of less than 130 m.
        assert found["arrow_right"].to_numpy() == pytest.approx(metres @ right, abs=0.03)
        assert found["arrow_up"].to_numpy() == pytest.approx(-metres @ down, abs=0.03)


def test_the_same_tables_give_the_same_bytes(finished, package):
    before = package.read_bytes()
    assert finished.run("--forcerun", "geopackage").status == 0
    assert package.read_bytes() == before


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL's programs are not installed")
def test_gdal_of_another_build_opens_it(package):
    done = subprocess.run(
        ["ogrinfo", "-so", "-al", package], capture_output=True, text=True, check=True
    )
    assert "ERROR" not in done.stderr and "Warning" not in done.stderr
    for layer in LAYERS:
        assert f"Layer name: {layer}" in done.stdout
    assert "WGS 84 / UTM zone 11N" in done.stdout


QGIS = """
import sys
from qgis.core import (
    QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsRenderContext, QgsVectorLayer
)
from qgis.PyQt.QtCore import QSize
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
package, picture, *names = sys.argv[1:]
layers = [QgsVectorLayer(f"{package}|layername={name}", name, "ogr") for name in names]
for layer in layers:
    assert layer.isValid(), layer.name()
    message, loaded = layer.loadDefaultStyle()
    renderer = layer.renderer()
    symbols = renderer.symbols(QgsRenderContext())
    kind = symbols[0].symbolLayer(0).layerType()
    print(layer.name(), loaded, renderer.type(), kind, len(symbols))
settings = QgsMapSettings()
settings.setLayers(layers[::-1])
settings.setExtent(layers[0].extent())
settings.setDestinationCrs(layers[0].crs())
settings.setOutputSize(QSize(900, 800))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(picture)
"""


def has_qgis():
    python = shutil.which("python3", path="/usr/bin")
    return (
        python and not subprocess.run([python, "-c", "import qgis"], capture_output=True).returncode
    )


@pytest.mark.skipif(not has_qgis(), reason="QGIS is not installed")
def test_qgis_takes_the_styles(package, tmp_path):
    picture = tmp_path / "map.png"
    done = subprocess.run(
        ["/usr/bin/python3", "-c", QGIS, package, picture, *LAYERS],
        capture_output=True, text=True, env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if line.split()[0] in LAYERS]
    for layer, line in zip(LAYERS, said, strict=True):
        point, area = "singleSymbol VectorField 1", "RuleRenderer SimpleFill 5"
        assert line == f"{layer} True {point if layer.endswith('centres') else area}"
    assert picture.stat().st_size > 5000
