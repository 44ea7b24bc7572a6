"""Scenes listed by STAC: items, collections and catalogues, as they are found in the wild."""

import json
import os
from datetime import datetime

import pytest
from listings import FIRST, ONE, SECOND, TWO, find, listed, sheet

from stackshift.errors import InputError

pytestmark = pytest.mark.usefixtures("two_scenes")


def item(name, time, assets, links=(), **properties):
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "properties": {"datetime": time, **properties},
        "geometry": None,
        "links": [{"rel": rel, "href": href, "type": "application/json"} for rel, href in links],
        "assets": assets,
        "stac_extensions": [],
    }


def asset(href, *roles, **more):
    return {"href": href, "type": "image/tiff; application=geotiff", "roles": list(roles)} | more


def scene_item(number, time, folder="."):
    return item(
        number, time,
        {
            "VV": asset(f"{folder}/{number}_VV.tif", "data"),
            "VH": asset(f"{folder}/{number}_VH.tif", "data"),
            "thumbnail": {"href": f"./{number}_VV.png", "type": "image/png"},
            "mask": asset(f"./{number}_mask_VV.tif", "mask"),
        },
        **{"platform": "sentinel-1b", "sat:relative_orbit": 137, "sat:orbit_state": "descending"},
    )  # fmt: skip


def check(found, polarization="VV"):
    assert [s.path for s in found] == [p.replace("VV", polarization) for p in (ONE, TWO)]
    assert [s.time for s in found] == [FIRST, SECOND]
    assert {(s.platform, s.track, s.direction) for s in found} == {("S1B", 137, "descending")}


ITEMS = [scene_item("first", "2022-01-01T05:23:01Z"), scene_item("second", "2022-01-13T05:23:01Z")]


@pytest.mark.parametrize("polarization", ["VV", "VH"])
@pytest.mark.parametrize(
    "document",
    [
        {"type": "FeatureCollection", "features": ITEMS},
        ITEMS,
        "\n".join(json.dumps(part) for part in ITEMS),
    ],
    ids=["item collection", "list", "NDJSON"],
)
def test_stac_items(document, polarization):
    check(find(document, polarization), polarization)


def test_a_folder_of_items_and_a_list_of_files():
    for number, part in enumerate(ITEMS):
        sheet(part, f"a/{number}.json")
    sheet(
        {"type": "Collection", "links": [{"rel": "item", "href": "./0.json"}]}, "a/collection.json"
    )
    sheet({"job": "other"}, "a/other.json")
    check(listed("a"))
    check(listed(["a/0.json", "a/1.json"]))
    os.mkdir("b")
    with pytest.raises(InputError, match="the folder b holds no STAC items"):
        listed("b")


def test_a_catalogue_as_pystac_saves_it():
    os.makedirs("cat/first")
    os.makedirs("cat/second")
    sheet(scene_item("first", "2022-01-01T05:23:01Z", "../../a"), "cat/first/first.json")
    sheet(scene_item("second", "2022-01-13T05:23:01Z", "../../a"), "cat/second/second.json")
    links = [
        ("root", "./catalog.json"),
        *(("item", f"./{n}/{n}.json") for n in ("first", "second")),
    ]
    whole = {"type": "Catalog", "id": "x", "links": [{"rel": r, "href": h} for r, h in links]}
    found = listed(sheet(whole, "cat/catalog.json"))
    assert [os.path.normpath(s.path) for s in found] == [ONE, TWO]
    os.remove("cat/second/second.json")
    with pytest.raises(InputError, match=r"links to \./second/second\.json, which is not there"):
        listed("cat/catalog.json")


def test_hrefs_relative_to_the_self_link():
    parts = [part | {"links": [{"rel": "self", "href": "../a/x.json"}]} for part in ITEMS]
    os.mkdir("b")
    found = find(parts, name="b/items.json")
    assert [os.path.normpath(s.path) for s in found] == [ONE, TWO]
    remote = [part | {"links": [{"rel": "self", "href": "https://h/c/x.json"}]} for part in ITEMS]
    assert find(remote, name="b/items.json")[0].path == "https://h/c/first_VV.tif"


def test_an_item_of_the_planetary_computer():
    name = "S1A_IW_GRDH_1SDV_20200727T122412_20200727T122441_033640_03E61B"
    base = "https://sentinel1euwestrtc.blob.core.windows.net/sentinel1-grd-rtc/GRD/2020/7/27/IW/DV"
    whole = item(
        f"{name}_rtc", "2020-07-27T12:24:26.862631Z",
        {
            **{p: asset(f"{base}/{name}_60B6/measurement/iw-{p}.rtc.tiff?st=2026&sig=x", "data",
                        title=f"{p.upper()}: transmit") for p in ("vh", "vv")},
            "tilejson": {"href": "https://x/tilejson.json?assets=vv", "type": "application/json",
                         "roles": ["tiles"]},
            "rendered_preview": {"href": "https://x/preview.png?assets=vv", "type": "image/png",
                                 "roles": ["overview"]},
        },
        **{"platform": "SENTINEL-1A", "start_datetime": "2020-07-27T12:24:12.345Z",
           "end_datetime": "2020-07-27T12:24:41Z", "sar:polarizations": ["VV", "VH"],
           "sat:orbit_state": "descending", "sat:relative_orbit": 143},
    )  # fmt: skip
    (source,) = find(whole)
    assert source.path == f"{base}/{name}_60B6/measurement/iw-vv.rtc.tiff?st=2026&sig=x"
    assert (source.time, source.track) == (datetime(2020, 7, 27, 12, 24, 12), 143)
    assert (source.platform, source.direction, source.remarks) == ("S1A", "descending", ())


@pytest.mark.parametrize(
    ("assets", "path", "band"),
    [
        ({"data": asset("first_VH.tif", **{"eo:bands": [{"name": "VH"}, {"name": "VV"}]})},
         "a/first_VH.tif", 2),
        ({"data": asset("first_VV.tif", **{"bands": [{"name": "vv"}]})}, ONE, 1),
        ({"x": asset("second_VH.tif", **{"sar:polarizations": ["VH"]}),
          "y": asset("first_VV.tif", **{"sar:polarizations": ["VV"]})}, ONE, 1),
        ({"VV_gamma0": asset("first_VV.tif", "data"), "VH_gamma0": asset("first_VH.tif")}, ONE, 1),
        ({"image": asset("first_VV.tif")}, ONE, 1),
    ],
)  # fmt: skip
def test_how_assets_tell_their_polarization(assets, path, band):
    (source,) = find(item("x", "2022-01-01T05:23:01Z", assets))
    assert (source.path, source.band, source.time) == (path, band, FIRST)


@pytest.mark.parametrize(
    ("assets", "message"),
    [
        ({}, "a/sheet.tsv, x: no asset is a raster of VV, .*assets: none"),
        ({"B04": asset("b04.tif")}, "assets: B04"),
        (
            {"VV_1": asset("a_VV.tif"), "VV_2": asset("b_VV.tif")},
            "several assets for VV .VV_1, VV_2",
        ),
        ([], "needs 'assets' and 'properties'"),
    ],
)
def test_items_that_cannot_be_used_are_named(assets, message):
    with pytest.raises(InputError, match=message):
        find(item("x", "2022-01-01T05:23:01Z", assets))
