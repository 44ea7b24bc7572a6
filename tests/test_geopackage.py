"""The GeoPackage: valid by the standard, right on the map, and drawn by QGIS as it should be."""

import re
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely
import snyder
from makers import NORTH, POSTING, WEST, nearly_full_disk
from PIL import Image
from test_environments import ROOT

import geopackage
from stackplot import outlines
from stackshift.errors import InputError

LAYERS = ["tiles", "tile_centres", "pair_tiles", "pair_tile_centres"]
LAYERS += ["scene_tiles", "scene_tile_centres"]
STYLES = "footprints", "arrows", "status", "image"


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


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.99])
def test_a_full_disk_is_told_in_one_line(package, tmp_path, share):
    """At the first byte, amid its layers, at the styles, at its last page."""
    analysis, path = package.parent, tmp_path / "tiles.gpkg"
    options = {
        "grid": analysis.parent / "grid.json",
        "tables": {
            name: analysis / f"{name}.csv" for name in ("measurements", "tiles", "scene_tiles")
        },
        "cut": (2, 2),
        "requirement": 6.0,
        "polarization": "VV",
        "title": "site VV",
        "templates": {
            name: (ROOT / "report" / "qgis" / file).read_text()
            for name, file in (
                ("project", "project.qgs"), *((f, f"{f}.qml") for f in STYLES)
            )
        },
        "path": path,
        "project": tmp_path / "tiles.qgz",
    }  # fmt: skip
    with (
        nearly_full_disk(int(share * package.stat().st_size)),
        pytest.raises(InputError, match=f"^{path} could not be written .*; is the disk full[?]$"),
    ):
        geopackage.main(**options)
    assert list(tmp_path.iterdir()) == []
    geopackage.main(**options)
    assert path.stat().st_size == package.stat().st_size


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
        ("scene_tiles", "scene_tiles"),
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


def test_each_column_is_in_the_dictionary(database):
    text = (ROOT / "docs" / "columns.md").read_text()
    sections = {part.split(":")[0].strip(): part for part in text.split("## ")[1:]}
    for layer in LAYERS:
        table = layer.replace("_centres", "").replace("tile", "tiles").replace("tiless", "tiles")
        own = (
            sections[f"{table.replace('pair_tiles', 'measurements')}.csv"] + sections["tiles.gpkg"]
        )
        for _, column, *_ in database.execute(f"PRAGMA table_info({layer})"):
            assert column in ("fid", "geom") or f"| `{column}` |" in own, (layer, column)


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


def test_scenes_have_a_time_and_pairs_a_beginning_and_an_end(database):
    kinds = {row[1]: row[2] for row in database.execute("PRAGMA table_info(scene_tiles)")}
    assert kinds["time"] == "DATETIME"
    times = [time for (time,) in database.execute("SELECT DISTINCT time FROM scene_tiles")]
    assert sorted(times) == [f"2022-01-{day}T00:00:00.000Z" for day in ("01", "13", "25")]
    spans = set(database.execute("SELECT DISTINCT begin, end FROM pair_tile_centres"))
    first, second, third = sorted(times)
    assert spans == {(first, second), (second, third)}


def test_a_rejected_tile_has_its_reason_in_words():
    tiles = pd.DataFrame({"count": [3, 0, 0]})
    for status in (
        "too_many_nan",
        "no_match",
        "low_quality",
        "search_limit",
        "too_small",
        "failed",
        "no_layer",
    ):
        tiles[f"rejected_{status}"] = 0
    tiles.loc[1, ["rejected_no_match", "rejected_low_quality"]] = 1, 4
    tiles.loc[2, "rejected_too_many_nan"] = 5
    assert outlines.reasons_of_tiles(tiles).tolist() == ["", "low quality", "too many nan"]
    assert outlines.reasons(pd.Series(["ok", "no_match"])).tolist() == ["", "no match"]


def test_rejected_tiles_are_in_every_layer(database):
    for layer in LAYERS:
        columns = {row[1] for row in database.execute(f"PRAGMA table_info({layer})")}
        assert "reason" in columns
        (count,) = database.execute(f"SELECT count(*) FROM {layer}").fetchone()
        assert count == {"tile": 4, "pair": 8, "scen": 12}[layer[:4]]


def test_each_question_has_a_style(database):
    found = database.execute(
        "SELECT f_table_name, styleName, useAsDefault, styleQML FROM layer_styles"
    ).fetchall()
    for layer in LAYERS:
        names = {name: default for table, name, default, _ in found if table == layer}
        asked = ["how far off"]
        asked += [] if layer.endswith("centres") else ["how sure", "why rejected"]
        assert names == {name: int(name == "how far off") for name in asked}
    for layer, name, _, style in found:
        root = ElementTree.fromstring(style.partition("\n")[2])
        symbols = {symbol.get("name") for symbol in root.findall("renderer-v2/symbols/symbol")}
        used = root.findall("renderer-v2/rules/rule") + root.findall(
            "renderer-v2/categories/category"
        )
        assert symbols == {rule.get("symbol") for rule in used}
        table = {row[1] for row in database.execute(f"PRAGMA table_info({layer})")}
        for rule in root.findall("renderer-v2/rules/rule"):
            assert set(re.findall(r'"(\w+)"', rule.get("filter"))) <= table, (layer, name)


def test_the_project_finds_its_layers_beside_it_and_the_template_below(package):
    with zipfile.ZipFile(package.with_suffix(".qgz")) as archive:
        (name,) = archive.namelist()
        assert name.endswith(".qgs")
        text = archive.read(name).decode()
    root = ElementTree.fromstring(text.partition("\n")[2])
    assert root.find("projectCrs/spatialrefsys/authid").text == "EPSG:32611"
    layers = {layer.find("id").text: layer for layer in root.findall("projectlayers/maplayer")}
    tree = root.findall("layer-tree-group/layer-tree-layer")
    assert [layer.get("id") for layer in tree] == list(layers)
    # QGIS takes no shorter one for an id.
    assert min(map(len, layers)) > 10
    layers = {name.removeprefix("stackshift_"): layer for name, layer in layers.items()}
    # From top to bottom.
    assert set(layers) == {*LAYERS, "template"} and list(layers)[-1] == "template"
    shown = [layer.get("name") for layer in tree if layer.get("checked") == "Qt::Checked"]
    assert shown == ["scene tile centres", "template"]
    for name, layer in layers.items():
        source, _, table = layer.find("datasource").text.partition("|")
        assert (package.parent / source).is_file()
        assert table == ("" if name == "template" else f"layername={name}")
    arrows = layers["scene_tile_centres"]
    assert arrows.find("temporal").get("startField") == "time"
    assert arrows.find("renderer-v2").get("type") == "RuleRenderer"
    pairs = layers["pair_tiles"].find("temporal")
    assert (pairs.get("mode"), pairs.get("startField"), pairs.get("endField")) == (
        "2", "begin", "end",
    )  # fmt: skip
    assert layers["tiles"].find("temporal") is None
    bounds = [float(part.text) for part in root.find("mapcanvas/extent")]
    assert bounds == [WEST, NORTH - 150 * POSTING, WEST + 170 * POSTING, NORTH]


def test_the_same_tables_give_the_same_bytes(finished, package):
    written = [package, package.with_suffix(".qgz")]
    before = [path.read_bytes() for path in written]
    assert finished.run("--forcerun", "geopackage").status == 0
    assert [path.read_bytes() for path in written] == before


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL's programs are not installed")
def test_gdal_of_another_build_opens_it(package):
    done = subprocess.run(
        ["ogrinfo", "-so", "-al", package], capture_output=True, text=True, check=True
    )
    assert "ERROR" not in done.stderr and "Warning" not in done.stderr
    for layer in LAYERS:
        assert f"Layer name: {layer}" in done.stdout
    assert "WGS 84 / UTM zone 11N" in done.stdout


OPENED = """
import sys
from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsProject
from qgis.PyQt.QtCore import QSize
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
file, picture = sys.argv[1:]
project = QgsProject.instance()
assert project.read(file)
nodes = project.layerTreeRoot().findLayers()
for node in nodes:
    layer = node.layer()
    print(node.name(), layer is not None and layer.isValid(), node.isVisible(), sep=", ")
settings = QgsMapSettings()
shown = [node.layer() for node in nodes if node.isVisible()]
settings.setLayers(shown)
settings.setExtent(shown[-1].extent())
settings.setDestinationCrs(project.crs())
settings.setOutputSize(QSize(600, 500))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(picture)
"""


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


def in_qgis(program, home, *arguments):
    """What a program says in QGIS' own Python."""
    done = subprocess.run(
        ["/usr/bin/python3", "-c", program, *arguments],
        capture_output=True, text=True, env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not has_qgis(), reason="QGIS is not installed")
def test_qgis_opens_the_project_and_draws_the_template_under_the_arrows(package, tmp_path):
    picture = tmp_path / "map.png"
    said = in_qgis(OPENED, tmp_path, package.with_suffix(".qgz"), picture)
    layers = [line.split(", ") for line in said if line.count(", ") == 2]
    assert {name: found for name, found, _ in layers} == dict.fromkeys(
        [*(name.replace("_", " ") for name in LAYERS), "template"], "True"
    )
    assert [name for name, _, shown in layers if shown == "True"] == [
        "scene tile centres", "template",
    ]  # fmt: skip
    with Image.open(picture) as drawn:
        grey = np.asarray(drawn.convert("L"), float)
    # The ground's texture all over the map, which is no plain colour.
    assert min(part.std() for part in np.array_split(grey[100:400, 100:500], 6, axis=1)) > 8


@pytest.mark.skipif(not has_qgis(), reason="QGIS is not installed")
def test_qgis_takes_the_styles(package, tmp_path):
    picture = tmp_path / "map.png"
    printed = in_qgis(QGIS, tmp_path, package, picture, *LAYERS)
    said = [line for line in printed if line.split()[0] in LAYERS]
    for layer, line in zip(LAYERS, said, strict=True):
        point, area = "RuleRenderer VectorField 2", "RuleRenderer SimpleFill 5"
        assert line == f"{layer} True {point if layer.endswith('centres') else area}"
    assert picture.stat().st_size > 5000
