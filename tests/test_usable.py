"""A sheet of the scenes that can be used, with reasons, which is read back as it was written."""

import json
import os
import zipfile
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from kinds import completed
from makers import hyp3_name, write_scene

import usable
from stackflow import headings, listing, stacks
from stackflow.acquisitions import Scene
from stackflow.finding import find
from stackflow.sources import Source
from stackshift.errors import InputError
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import decision

REQUIREMENT = {"metres": 6, "shape": "radial", "confidence": 0.9}
RULE = {"metres": None, "error_bar": True, "unmeasured": False}
RULE |= {"flags": ["outlier", "rotated", "scaled", "disagree"]}
TIMES = [f"202201{day:02}T000000" for day in (1, 13, 25)]


def table(rows):
    """Scenes out of (east, north, sigma, flag, message)."""
    east, north, sigma, flag, message = zip(*rows, strict=True)
    return pd.DataFrame({
        c.SCENE: TIMES[: len(rows)] if len(rows) <= 3 else [f"s{i}" for i in range(len(rows))],
        c.OFFSET_EAST: east, c.OFFSET_NORTH: north, c.SIGMA_EAST: sigma, c.SIGMA_NORTH: sigma,
        c.FLAG: flag, c.MESSAGE: message,
    })  # fmt: skip


def test_a_scene_is_usable_if_it_is_surely_within_and_nothing_stands_out():
    nan = np.nan
    scenes = table([
        (3, 4, 0.5, "", ""), (3, 4.6, 0.5, "", ""), (-8, 0, 0.2, "", ""),
        (0, 0, 0.1, "outlier rotated", ""), (nan, nan, nan, "unmeasured", "no tile counts"),
    ])  # fmt: skip
    found = decision.refused(scenes, RULE, REQUIREMENT)
    # 5 + 1.28 * 0.5 m lie within 6 m, 5.5 + 0.64 m do not.
    assert found[0] == ""
    assert found[1] == "5.5 ± 0.5 m off: not surely within 6 m"
    assert found[2] == "8.00 ± 0.20 m off, not within 6 m"
    assert found[3].startswith("outlier: ") and "; rotated" in found[3]
    assert found[4] == "not measured: no tile counts"
    lax = RULE | {"error_bar": False, "flags": ["scaled"], "unmeasured": True}
    assert [bool(why) for why in decision.refused(scenes, lax, REQUIREMENT)] == [0, 0, 1, 0, 0]
    near = decision.refused(scenes, RULE | {"metres": 9}, REQUIREMENT)
    assert [bool(why) for why in near] == [0, 0, 0, 1, 1]
    # In a box of 6 m (3, 4.6) lies surely.
    box = decision.refused(scenes, RULE, REQUIREMENT | {"shape": "box"})
    assert [bool(why) for why in box] == [0, 0, 1, 1, 1]


def assembled(settings):
    """The products of a stack by polarization, and what is said."""
    config = completed({"stacks": {"site": settings}})
    whole = config["stacks"]["site"]
    products, said = stacks.assemble("site", whole, config["superset"], "leave_out")
    return {p: product for (_, p), product in products.items()}, said


def written(products, path, scenes):
    rows = [
        row
        for polarization, product in products.items()
        for scene in product.scenes.values()
        for row in listing.rows(scene, polarization, os.path.relpath(path.parent))
    ]
    unused = [
        row
        for polarization, product in products.items()
        for row in listing.left_out(product.left_out, polarization, os.path.relpath(path.parent))
    ]
    scenes.to_csv(path.with_suffix(".in"), index=False)
    usable.main(path.with_suffix(".in"), rows, unused, RULE, REQUIREMENT, path)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def as_read(product):
    """What matters of the scenes of a product, by name."""
    return {
        name: [(s.path, s.time, s.platform, s.track, s.burst, s.band) for s in scene.sources]
        for name, scene in product.scenes.items()
    }


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Scenes in a folder and in an archive, one of two slices, read by relative paths."""
    monkeypatch.chdir(tmp_path)
    image = np.ones((40, 50), np.float32)
    for at, time in enumerate(TIMES):
        for polarization in ("VV", "VH"):
            write_scene(tmp_path / "in" / hyp3_name(time, polarization), image + at)
    # The second slice of the last pass, and the second scene in an archive.
    write_scene(tmp_path / "in" / hyp3_name("20220125T000025"), image, north=3_900_300)
    inside = tmp_path / "in" / hyp3_name(TIMES[1])
    with zipfile.ZipFile(tmp_path / "in" / "b.zip", "w") as archive:
        archive.write(inside, f"p/{inside.name}")
    inside.unlink()
    return tmp_path


@pytest.mark.parametrize("how", ["relative", "absolute", "linked"])
def test_the_sheet_is_read_back_from_any_folder(places, monkeypatch, how):
    """Relative paths move with the sheet; absolute ones stay; where a link leads to it, all are."""
    folder = str(places / "in") if how == "absolute" else "in"
    before, _ = assembled({"directory": folder, "polarizations": ["VV", "VH"]})
    (places / "far" / "away").mkdir(parents=True)
    if how == "linked":
        (places / "out").symlink_to(places / "far" / "away")
    else:
        (places / "out").mkdir()
    found = written(before, places / "out" / "s.csv", table([(0, 0, 0.1, "", "")] * 3))
    assert list(found) == list(a.USABLE_TABLE)
    assert len(found) == 7 and set(found[a.USABLE]) == {"true"}
    assert set(found[a.PATH].str.startswith("/vsizip/../in/")) == {
        False,
        *[True] * (how == "relative"),
    }
    assert all(found[a.PATH].str.startswith("/")) == (how != "relative")
    root = places
    if how == "relative":
        root = places.rename(places.with_name("moved"))
    monkeypatch.chdir(root / "far")
    after, said = assembled({"scenes": "../out/s.csv", "polarizations": ["VV", "VH"]})
    assert not any("usable" in line or "its name" in line for line in said)
    monkeypatch.chdir(root)
    for polarization in ("VV", "VH"):
        found = {
            name: [(there(path, "far"), *rest) for path, *rest in files]
            for name, files in as_read(after[polarization]).items()
        }
        assert found == {
            name: [(there(path.replace(str(places), str(root))), *rest) for path, *rest in files]
            for name, files in as_read(before[polarization]).items()
        }
    assert len(after["VV"].scenes[TIMES[2]].sources) == 2
    assert "/vsizip/" in after["VV"].scenes[TIMES[1]].sources[0].path


def there(path, folder="."):
    """The file that a path means in a folder."""
    head, _, tail = path.rpartition("/vsizip/")
    return head + os.path.realpath(os.path.join(folder, tail or path))


def test_the_sheet_tells_in_which_polarizations_each_scene_is_there(places):
    """VH of the second date is gone; each file of the others says both, and is read as one."""
    (places / "in" / hyp3_name(TIMES[1], "VH")).unlink()
    before, _ = assembled({"directory": "in", "polarizations": ["VV", "VH"]})
    found = written(before, places / "s.csv", table([(0, 0, 0.1, "", "")] * 3))
    told = {(row[c.SCENE], row[a.POLARIZATIONS]) for _, row in found.iterrows()}
    assert told == {(TIMES[0], "VV VH"), (TIMES[1], "VV"), (TIMES[2], "VV VH")}
    after, said = assembled({"scenes": "s.csv", "polarizations": ["VV", "VH"]})
    assert [sorted(after[p].scenes) for p in ("VV", "VH")] == [TIMES, TIMES[::2]]
    assert "stack 'site': 1 of 3 scenes has no VH: 2022-01-13" in said


def test_what_is_not_usable_stands_in_the_sheet_and_is_left_out_when_it_is_read(places):
    (places / "in" / hyp3_name("20220206T000000")).write_bytes(b"no raster")
    before, _ = assembled({"directory": "in"})
    rows = [(0, 0, 0.1, "", ""), (9, 0, 0.1, "outlier", ""), (0, 0, 0.1, "", "")]
    found = written(before, places / "s.csv", table(rows))
    bad = found[found[a.USABLE] == "false"]
    assert list(bad[c.SCENE]) == [TIMES[1], "20220206T000000"]
    assert bad[a.REASON].iloc[0].startswith("9.00 ± 0.10 m off, not within 6 m; outlier")
    assert "cannot be opened" in bad[a.REASON].iloc[1]
    after, said = assembled({"scenes": "s.csv"})
    assert sorted(after["VV"].scenes) == [TIMES[0], TIMES[2]]
    assert any("2 of 5 rows are left out, as it calls them not usable" in line for line in said)
    offset = found.set_index(c.SCENE).loc[TIMES[1]]
    assert (float(offset[a.OFFSET]), float(offset[a.ERROR])) == (9.0, 0.1)


def test_a_sheet_that_leaves_nothing_or_says_neither_is_refused(places):
    sheet = places / "s.csv"
    path = places / "in" / hyp3_name(TIMES[0])
    head = "path,time,usable\n"
    sheet.write_text(f"{head}{path},{TIMES[0]},no\n")
    with pytest.raises(InputError, match="calls no row usable; correct its column 'usable'"):
        find("site", {"scenes": str(sheet)}, "VV")
    sheet.write_text(f"{head}{path},{TIMES[0]},perhaps\n")
    with pytest.raises(InputError, match="line 2: usable 'perhaps' is neither true nor false"):
        find("site", {"scenes": str(sheet)}, "VV")
    sheet.write_text(f"{head}{path},{TIMES[0]},\n")
    assert len(find("site", {"scenes": str(sheet)}, "VV").sources) == 1


def test_bands_values_dates_and_addresses_are_told(tmp_path):
    sheet = tmp_path / "in.csv"
    sheet.write_text(
        "path,datetime,band,values,track\n"
        "https://host/a.tif?key=1,2022-01-01,2,db,101\ns3://b/20220113.tif,2022-01-13,,,\n"
    )
    found = find("site", {"scenes": str(sheet)}, "VV").sources
    rows = listing.rows(Scene("x", tuple(found), None), "VV", ".")
    told = [[row[key] for key in ("path", "time", "band", "values", "track")] for row in rows]
    assert told == [
        ["https://host/a.tif?key=1", "2022-01-01", "2", "decibel", "101"],
        ["s3://b/20220113.tif", "2022-01-13", "", "", ""],
    ]
    assert listing.rows(Scene("x", tuple(found), None), "VV", ".", "amplitude")[1]["values"] == (
        "amplitude"
    )


def test_the_direction_is_what_the_heading_is_from_where_no_file_tells_it():
    moment = datetime(2022, 1, 27, 13, 41, 1)
    told = Source("b.tif", moment, direction="ascending")
    scene = Scene("x", (Source("a.tif", moment), told), None)
    settings = {"simulate": {"direction": "descending"}}
    rows = listing.rows(scene, "VV", ".", direction=headings.told(scene, settings)["direction"])
    assert [row["direction"] for row in rows] == ["descending", "ascending"]
    assert [row["direction"] for row in listing.rows(scene, "VV", ".")] == ["", "ascending"]


def test_files_of_one_name_get_names_of_their_own():
    from stackflow.acquisitions import Scene

    paths = ["a/VV.tif", "b/VV.tif", "/vsizip/c d.zip/x y.tif", "https://h/z$.tif?q={}"]
    sources = tuple(Source(path, datetime(2022, 1, 1)) for path in paths)
    assert listing.names_for(Scene("x", sources, None), ".vrt") == [
        "1_VV.vrt", "2_VV.vrt", "x_y.vrt", "z_.vrt",
    ]  # fmt: skip


def test_geojson_may_say_it_too(places):
    features = [
        {"type": "Feature", "geometry": None, "properties": {
            "path": f"in/{hyp3_name(TIMES[at])}", "datetime": TIMES[at], "usable": at == 0,
        }}
        for at in (0, 2)
    ]  # fmt: skip
    sheet = places / "s.geojson"
    sheet.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = find("site", {"scenes": str(sheet)}, "VV")
    assert [source.path for source in found.sources] == [str(places / "in" / hyp3_name(TIMES[0]))]


def test_a_vrt_names_what_lies_in_an_archive_from_the_root(places):
    assert listing.named_in_vrt("in/a.tif", "out/VV") == "../../in/a.tif"
    assert listing.named_in_vrt("/data/a.tif", "out/VV") == "/data/a.tif"
    inside = f"/vsizip/{places}/in/b.zip/p/a.tif"
    assert listing.named_in_vrt("/vsizip/in/b.zip/p/a.tif", "out/VV") == inside
    assert listing.named_in_vrt("s3://b/a.tif", "out") == "s3://b/a.tif"
