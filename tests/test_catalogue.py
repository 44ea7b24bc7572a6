"""STAC items of the scenes are valid, tell that they are relative, and are read back."""

import json

import jsonschema
import numpy as np
import pandas as pd
import pystac
import pytest
import rasterio
from makers import hyp3_name, write_scene
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.sat import SatExtension
from pystac.validation import JsonSchemaSTACValidator

import catalogue
from stackflow import listing
from stackflow.finding import find
from stackflow.sources import Source
from stackshift.ground.names import parse_time
from stackshift.stack import columns as c
from stackshift.stack import items

RULE = {"metres": None, "error_bar": True, "unmeasured": False, "flags": ["outlier"]}
REQUIREMENT = {"metres": 6, "shape": "radial", "confidence": 0.9}
TIMES = [f"202201{day:02}T000000" for day in (25, 13, 1)]
SAID = {"relative_to": "the median of the stack, VV", "requirement": "within 6 m"}
SAID |= {"software": {"stackshift": "1"}, "stack": "site", "absolute": False}
OFFSET = {"east": 1.0, "north": -2.0, "sigma_east": 0.1, "sigma_north": 0.2, "usable": True}
OFFSET |= {"reason": "", "flag": ""}


NUMBER = {"type": "number"}
# What the extensions allow, out of their specifications (stac-extensions.github.io), by prefix: the
# version, the fields, and whether an item that names it has to have one of them. Those schemas are
# on the network alone.
EXTENSIONS = {
    "proj": (
        "projection/v2.0.0",
        {
            "code": {"type": ["string", "null"], "pattern": "^[A-Z]+:[0-9A-Za-z]+$"},
            "wkt2": {"type": ["string", "null"], "pattern": r"^[A-Z]+\["},
            "shape": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
            "transform": {"type": "array", "items": NUMBER, "minItems": 6, "maxItems": 6},
        },
        False,
    ),
    "sat": (
        "sat/v1.0.0",
        {
            "orbit_state": {"enum": ["ascending", "descending", "geostationary"]},
            "relative_orbit": {"type": "integer", "minimum": 1},
        },
        True,
    ),
    "processing": (
        "processing/v1.1.0",
        {
            "software": {"type": "object", "additionalProperties": {"type": "string"}},
            "lineage": {"type": "string"},
        },
        True,
    ),
    "accuracy": (
        "accuracy/v1.0.0-beta.1",
        {f"geometric_{k}": NUMBER for k in ("x_bias", "y_bias", "x_stddev", "y_stddev", "rmse")},
        False,
    ),
}


def extensions_are_valid(item):
    """By the extensions' own rules: fields and types, none unknown, none without its schema."""
    prefixes = set()
    for part in (item["properties"], *item["assets"].values()):
        prefixes |= {key.partition(":")[0] for key in part if ":" in key} - {"stackshift"}
    named = {
        prefix: f"https://stac-extensions.github.io/{version}/schema.json"
        for prefix, (version, *_) in EXTENSIONS.items()
    }
    uris = item["stac_extensions"]
    assert len(set(uris)) == len(uris) and set(uris) <= set(named.values())
    assert {named[prefix] for prefix in prefixes} <= set(uris)
    for prefix, (_, fields, needed) in EXTENSIONS.items():
        schema = {
            "properties": {f"{prefix}:{name}": field for name, field in fields.items()},
            "patternProperties": {f"^(?!{prefix}:)": {}},
            "additionalProperties": False,
        }
        for part in (item["properties"], *item["assets"].values()):
            jsonschema.validate(part, schema)
        if needed and named[prefix] in uris:
            assert any(key.startswith(f"{prefix}:") for key in item["properties"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The catalogue of three scenes: a good one, one that is off, and one that was not measured."""
    from stackflow.acquisitions import Scene

    monkeypatch.chdir(tmp_path)
    rows = []
    for time in TIMES:
        path = f"in/{hyp3_name(time)}"
        write_scene(tmp_path / path, np.ones((30, 40), np.float32))
        source = Source(path, parse_time(time), platform="S1A", track=137, direction="descending")
        (row,) = listing.rows(Scene(time, (source,), "S1A"), "VV", "out/stac")
        rows.append(row | {"opened": path})
    pd.DataFrame({
        c.SCENE: TIMES, c.TIME: [f"2022-01-{t[6:8]}T00:00:00Z" for t in TIMES],
        c.OFFSET_EAST: [0.5, 9, np.nan], c.OFFSET_NORTH: [-0.3, 1, np.nan],
        c.SIGMA_EAST: [0.1, 0.1, np.nan], c.SIGMA_NORTH: [0.2, 0.2, np.nan],
        c.FLAG: ["", "outlier", "unmeasured"], c.MESSAGE: ["", "", "no tile counts"],
    }).to_csv("scenes.csv", index=False)  # fmt: skip
    verdict = {"criterion": "at least 80 % within 6 m", "verdict": "undecided"}
    (tmp_path / "verdict.json").write_text(json.dumps(verdict))
    catalogue.main(
        "scenes.csv", "verdict.json", rows, RULE, REQUIREMENT, SAID["relative_to"], "1", "site",
        "out/stac",
    )  # fmt: skip
    return tmp_path / "out" / "stac"


def core_is_valid(document):
    """By the core schemas, which pystac ships; those of extensions it would fetch."""
    JsonSchemaSTACValidator().validate_core(
        document, pystac.STACObjectType(document["type"]), document["stac_version"]
    )


def test_items_and_catalogue_are_valid_and_hang_together(folder):
    whole = pystac.Catalog.from_file(str(folder / "catalog.json"))
    core_is_valid(json.loads((folder / "catalog.json").read_text()))
    found = {item.id: item for item in whole.get_items()}
    assert sorted(found) == sorted(f"site_{time}" for time in TIMES)
    for item in found.values():
        document = json.loads((folder / f"{item.id[5:]}.json").read_text())
        core_is_valid(document)
        extensions_are_valid(document)
        href = document["assets"]["VV"]["href"]
        assert href.startswith("../") and (folder / href).is_file()
        assert (item.properties["platform"], item.properties["constellation"]) == (
            "sentinel-1a", "sentinel-1",
        )  # fmt: skip
        assert item.get_root().id == "site"
        assert item.assets["VV"].get_absolute_href().endswith(f"/in/{hyp3_name(item.id[5:])}")
        assert ProjectionExtension.ext(item.assets["VV"]).code == "EPSG:32611"
        assert ProjectionExtension.ext(item.assets["VV"]).shape == [30, 40]
        assert SatExtension.ext(item).relative_orbit == 137
        assert SatExtension.ext(item).orbit_state == "descending"


def test_an_item_tells_the_offset_its_error_and_that_it_is_relative(folder):
    good, off, lost = (
        json.loads((folder / f"{time}.json").read_text(), parse_constant=pytest.fail)["properties"]
        for time in TIMES
    )
    assert good["accuracy:geometric_x_bias"] == 0.5 and good["accuracy:geometric_y_stddev"] == 0.2
    rmse = np.sqrt(0.5**2 + 0.3**2 + 0.1**2 + 0.2**2)
    assert good["accuracy:geometric_rmse"] == pytest.approx(rmse, abs=1e-4)
    assert good["stackshift:accuracy"] == "relative"
    assert good["stackshift:relative_to"] == "the median of the stack, VV"
    assert (good["stackshift:usable"], off["stackshift:usable"]) == (True, False)
    assert "not within 6 m" in off["stackshift:reason"]
    assert off["stackshift:flags"] == ["outlier"]
    assert not lost["stackshift:measured"] and not any(k.startswith("accuracy:") for k in lost)


def test_the_catalogue_is_read_back_without_what_is_not_usable(folder):
    found = find("site", {"scenes": str(folder / "catalog.json")}, "VV")
    assert [source.time for source in found.sources] == [parse_time(TIMES[0])]
    assert (found.sources[0].track, found.sources[0].direction) == (137, "descending")
    assert any("2 of 3 rows are left out" in line for line in found.lines)


@pytest.mark.parametrize(
    ("box", "bbox", "kind"),
    [
        ((-118.5, 34, -118, 35), [-118.5, 34, -118, 35], "Polygon"),
        ((179, -17, 181, -16), [179, -17, -179, -16], "MultiPolygon"),
        ((-181, -17, -179, -16), [179, -17, -179, -16], "MultiPolygon"),
        ((-182, -17, -181, -16), [178, -17, 179, -16], "Polygon"),
        ((190, 10, 191, 11), [-170, 10, -169, 11], "Polygon"),
    ],
)
def test_footprints_are_geojson_on_both_sides_of_the_antimeridian(box, bbox, kind):
    scene = {"id": "a", "time": "2022-01-01T00:00:00Z", "platform": None, "track": None}
    item = items.item(scene | {"direction": None, "box": box}, OFFSET, {}, SAID)
    assert item["bbox"] == bbox and item["geometry"]["type"] == kind
    core_is_valid(item)
    extensions_are_valid(item)
    # An extension of which no field is known is not named.
    assert items.SAT not in item["stac_extensions"] and "platform" not in item["properties"]


@pytest.mark.parametrize(("absolute", "word"), [(False, "relative"), (True, "absolute")])
def test_an_offset_from_the_dem_is_absolute_and_no_other_is(folder, absolute, word):
    verdict = {"criterion": "within 6 m of the DEM", "verdict": "pass", "absolute": absolute}
    (folder.parents[1] / "verdict.json").write_text(json.dumps(verdict))
    path = folder.parents[1] / "in" / hyp3_name(TIMES[0])
    row = dict.fromkeys((c.PLATFORM, "track", "direction", "band", "values"), "")
    row |= {"path": f"../../in/{path.name}", "opened": str(path), "polarization": "VV"}
    catalogue.main(
        "scenes.csv", "verdict.json", [row | {c.SCENE: time} for time in TIMES], RULE, REQUIREMENT,
        "the DEM, VV", "1", "site", "again",
    )  # fmt: skip
    item = json.loads((folder.parents[1] / "again" / f"{TIMES[0]}.json").read_text())
    extensions_are_valid(item)
    assert item["properties"]["stackshift:accuracy"] == word
    assert item["properties"]["processing:lineage"].startswith(
        "Measured by stackshift from the DEM"
    )
    assert "platform" not in item["properties"]


def test_a_crs_without_a_code_is_told_as_wkt2(tmp_path):
    """Also one of two parts, of which EPSG has a code each, that are no WKT."""
    crs = rasterio.crs.CRS.from_string("EPSG:32611+5773")
    path = tmp_path / "a.tif"
    with rasterio.open(
        path, "w", "GTiff", 30, 20, 1, crs, rasterio.Affine(30, 0, 3e5, 0, -30, 3.9e6), "float32"
    ) as target:
        target.write(np.ones((1, 20, 30), np.float32))
    row = {"path": "../a.tif", "opened": str(path), "polarization": "VV", "band": ""}
    assets, _ = catalogue._assets([row | {"values": "decibel"}])
    asset = assets["VV"]
    assert asset["proj:code"] is None and asset["title"] == "gamma0 VV, decibel"
    assert asset["proj:wkt2"].startswith("COMPOUNDCRS[") and 'ID["EPSG"' in asset["proj:wkt2"]
    extensions_are_valid(
        {"properties": {}, "assets": assets, "stac_extensions": [items.PROJECTION]}
    )
