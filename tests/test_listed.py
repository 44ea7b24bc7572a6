"""Sheets as users have them: the scenes that they list, or what is said of a wrong line."""

import json
import os

import kinds
import numpy as np
import pytest
import rasterio
from fourscenes import (
    DAYS,
    TIMES,
    WRONG,
    brought,
    check,
    config,
    ground,
    long,
    pack,
    put,
)
from makers import hyp3_name


def sheet(text, name="sheet.csv", **stack) -> dict:
    """A config with a stack of a sheet."""
    content = text if isinstance(text, bytes | str) else json.dumps(text)
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as target:
        target.write(content.encode() if isinstance(content, str) else content)
    return config({"scenes": name} | stack)


def test_blanks_and_marks_in_a_table(folder):
    rows = ["path\tdatetime"]
    for time in TIMES:
        path = put(folder / "scenes", time)
        rows += [f"scenes/{path.name} \t {time} ", ""]
    brought(sheet(b"\xef\xbb\xbf" + "\r\n".join(rows).encode(), "sheet.tsv"))


@pytest.mark.parametrize("dated", ["20220101", "2022-01-01"])
def test_semicolons_and_dates_without_a_time(folder, dated):
    rows = ["\ufeffDATETIME; PATH ;Band"]
    for i, time in enumerate(TIMES):
        both = np.stack([ground(time), WRONG])
        put(folder / "data" / "x", time, both if i == 1 else both[::-1], name=f"{i}.tif")
        day = time[:8] if "-" not in dated else f"{time[:4]}-{time[4:6]}-{time[6:8]}"
        rows.append(f"{day};x/{i}.tif;{1 if i == 1 else 2}")
    found = kinds.measure(sheet("\n".join(rows), "data/sheet.csv"))
    assert set(found.tables["site", "VV"].index) == {f"{day}T000000" for day in DAYS}
    check(found)


@long
def test_an_export_of_a_search_with_a_column_for_the_files(folder):
    rows = ['"Granule Name","Platform","Path Number","Start Time","Ascending or Descending?",path']
    for time in TIMES:
        put(folder / "got", time, name=f"{time}.tif")
        day = f"{time[:4]}-{time[4:6]}-{time[6:8]}"
        granule = f"S1A_IW_GRDH_1SDV_{time}_{time[:8]}T134126_041{time[4:7]}_04EE91_9C01"
        rows.append(
            f'"{granule}","Sentinel-1A","64","{day}T13:41:01.000000","DESCENDING",got/{time}.tif'
        )
    found = brought(sheet("\n".join(rows), "asf.csv"))
    product = found.products["site", "VV"]
    assert (product.track, product.direction) == ("T064", "descending")
    assert {scene.platform for scene in product.scenes.values()} == {"S1A"}


def feature(time, **more):
    stamp = f"{time[:4]}-{time[4:6]}-{time[6:11]}:{time[11:13]}:{time[13:]}Z"
    return {"type": "Feature", "id": time, "geometry": None} | {
        key: value | {"datetime": stamp} if key == "properties" else value
        for key, value in more.items()
    }


@pytest.mark.parametrize("kind", ["GeoJSON", pytest.param("STAC", marks=long)])
def test_features_with_relative_addresses(folder, kind):
    features = []
    for time in TIMES:
        put(folder / "data" / "x", time, name=f"{time}.tif")
        path = f"./x/{time}.tif"
        if kind == "GeoJSON":
            features.append(feature(time, properties={"path": path}))
        else:
            assets = {"VV": {"href": path, "roles": ["data"], "type": "image/tiff"}}
            features.append(feature(time, properties={"platform": "sentinel-1a"}, assets=assets))
    brought(sheet({"type": "FeatureCollection", "features": features}, "data/scenes.json"))


@pytest.mark.parametrize("kind", ["date", "polarization"])
def test_a_sheet_against_the_names_is_told(folder, kind):
    rows = ["path,datetime"]
    for i, time in enumerate(TIMES):
        pol = "VH" if kind == "polarization" and i == 2 else "VV"
        path = put(folder / "scenes", time, name=hyp3_name(time, pol))
        said = TIMES[{1: 2, 2: 1}.get(i, i)] if kind == "date" else time
        rows.append(f"scenes/{path.name},{said}")
    _, found = kinds.read(sheet("\n".join(rows)))
    assert len(found.products["site", "VV"].scenes) == 4
    if kind == "date":
        assert "the sheet says 2022-01-25T13:41:01, its name 2022-01-13T13:41:01" in found.text
        assert "the sheet says 2022-01-13T13:41:01, its name 2022-01-25T13:41:01" in found.text
    else:
        assert "its name says VH, and it is taken for VV" in found.text


def test_envi_with_its_header_in_a_sheet(folder):
    rows = ["path,datetime"]
    for time in TIMES:
        with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="TRUE"):
            put(folder / "scenes", time, name=f"{time}_VV.img", driver="ENVI")
        rows.append(f"scenes/{time}_VV.img,{time}")
    brought(sheet("\n".join(rows)))


@pytest.mark.parametrize("start", ["", pytest.param("absolute", marks=long)])
def test_members_of_archives_in_a_sheet_lie_beside_it(folder, start):
    rows = ["path\tdatetime"]
    for time in TIMES:
        path = put(folder / "tmp", time)
        pack(folder / "data" / "zips" / f"{time}.zip", path)
        root = f"{folder}/data/" if start else ""
        rows.append(f"/vsizip/{root}zips/{time}.zip/{time}/{path.name}\t{time}")
    brought(sheet("\n".join(rows), "data/sheet.tsv"))
