"""STAC items of the scenes are valid, tell that they are relative, and are read back."""

import json

import numpy as np
import pandas as pd
import pystac
import pytest
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
SAID |= {"software": {"stackshift": "1"}, "stack": "site"}
OFFSET = {"east": 1.0, "north": -2.0, "sigma_east": 0.1, "sigma_north": 0.2, "usable": True}
OFFSET |= {"reason": "", "flag": ""}


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
        core_is_valid(json.loads((folder / f"{item.id[5:]}.json").read_text()))
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
        ((190, 10, 191, 11), [-170, 10, -169, 11], "Polygon"),
    ],
)
def test_footprints_are_geojson_on_both_sides_of_the_antimeridian(box, bbox, kind):
    scene = {"id": "a", "time": "2022-01-01T00:00:00Z", "platform": None, "track": None}
    item = items.item(scene | {"direction": None, "box": box}, OFFSET, {}, SAID)
    assert item["bbox"] == bbox and item["geometry"]["type"] == kind
    core_is_valid(item)
    # An extension of which no field is known is not named.
    assert items.SAT not in item["stac_extensions"] and "platform" not in item["properties"]


def test_a_crs_without_a_code_is_told_as_wkt():
    wkt = 'PROJCS["mine"]'
    grid = {"crs": wkt, "transform": [1, 0, 0, 0, -1, 0], "width": 2, "height": 3}
    asset = items.asset("../a.tif", "VV", grid, "decibel")
    assert (asset["proj:code"], asset["proj:wkt2"]) == (None, wkt)
    assert asset["title"] == "gamma0 VV, decibel"
