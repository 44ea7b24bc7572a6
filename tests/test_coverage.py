"""Layers and masks that reach a part of a stack only: what is lost, and what is said of it."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import Workspace
from makers import NORTH, POSTING, WEST, hyp3_name, read, texture, write_scene
from mountains import mountains, scene

import align
import correlate
import flatten
import layer
import mask
import tile
from stackflow import coverings, headers
from stackio import raster, writing
from stackio.tags import shares_of_tile, tags_of
from stackshift.ground.lattice import Grid
from stackshift.stack import causes, coverage
from stackshift.stack import columns as c
from stackshift.stack.judged import judge
from stackshift.stack.zero import DEM, IMAGE
from stackshift.tile.match import NO_LAYER, OK

SIZE, CUT = 384, (3, 3)
GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), SIZE, SIZE)
OPTIONS = {
    "search_radius": 32, "taper": 0.1, "cutoff": 0.6, "bins": 16, "min_valid": 0.1, "min_psr": 8.0,
    "max_sigma": 0.15, "transform": "log",
}  # fmt: skip
NAMES = ("20220113T134101", "20220101T134101")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Two dates against an area that reaches two of three columns, masked by what reaches two rows.

    The mask is OPERA's classes; of the upper two rows it knows, and masks the whole middle tile.
    """
    folder = tmp_path_factory.mktemp("part")
    place = mountains(SIZE, 4)
    third = SIZE // 3
    write_scene(folder / "a.tif", place.area[:, : 2 * third].astype(np.float32), no_data=np.nan)
    classes = np.zeros((2 * third, SIZE), np.uint8)
    classes[third:, third : 2 * third] = 2
    write_scene(folder / "m.tif", classes, no_data=255)
    layer.main([str(folder / "a.tif")], GRID, str(folder / "area.tif"), "area")
    part = {"kind": "mask", "files": [str(folder / "m.tif")], "what": ["layover", "shadow"]}
    mask.main([part], GRID, str(folder / "masked.tif"))
    beside = {"area": str(folder / "area.tif"), "mask": str(folder / "masked.tif")}
    contents = []
    for seed, name in enumerate(NAMES):
        path = write_scene(folder / f"{name}.tif", scene(place, (0.2, -0.3), seed))
        flatten.main(str(path), str(folder / "flat.tif"), 1, 99, "clip", **beside)
        tile.main(str(folder / "flat.tif"), str(folder / name), *CUT, **beside)
        out = str(folder / f"{name}.json")
        one = align.Scene(name, str(folder / name), out)
        align.main([one], beside["area"], None, CUT, OPTIONS, zero=DEM)
        contents.append(json.loads((folder / f"{name}.json").read_text()))
    return folder, contents


def status(tiles, key=c.STATUS):
    return np.array([one[key] for one in tiles]).reshape(CUT)


def test_a_tile_without_the_layer_names_it(measured):
    folder, contents = measured
    folders = folder / NAMES[0], folder / NAMES[1]
    pair = correlate.Pair(NAMES[:2], folders, folder / "pair.json")
    correlate.main([pair], CUT, "coherence", {})
    compared = json.loads((folder / "pair.json").read_text())
    for found in (*contents, compared):
        assert (status(found["tiles"])[:, 2] == NO_LAYER).all()
        said = status(found["tiles"], c.MESSAGE)
        assert said[0, 2] == "no area layer here: it has no value in 100 % of the tile's pixels"
        assert "masks take 100 % of the tile" in said[1, 1]
        assert (status(found["tiles"])[[0, 0, 1, 2, 2], [0, 1, 0, 0, 1]] == OK).all()


def test_shares_are_those_of_the_scenes_pixels(measured):
    folder, contents = measured
    for one in contents:
        assert one["no_area"] == pytest.approx(1 / 3, abs=1e-6)
        assert one["no_mask"] == pytest.approx(1 / 3, abs=1e-6)
        assert one["masked"] == pytest.approx(1 / 9, abs=1e-6)
        assert (status(one["tiles"], c.NO_AREA) == [[0, 0, 1]] * 3).all()
        assert (status(one["tiles"], c.NO_MASK) == [[0] * 3, [0] * 3, [1] * 3]).all()
    assert np.isnan(read(folder / "masked.tif")[-SIZE // 3 :]).all()


def test_where_the_scene_ends_too_no_layer_is_missing(tmp_path):
    image, area = texture(80, 90), texture(80, 90)
    image[:, 45:] = area[:, 45:] = np.nan
    area[:40, :15] = np.nan
    for name, values in (("before", image), ("area", area), ("flat", image * area)):
        write_scene(tmp_path / f"{name}.tif", values, no_data=np.nan)
    paths = {name: str(tmp_path / f"{name}.tif") for name in ("area", "before")}
    tile.main(str(tmp_path / "flat.tif"), str(tmp_path / "tiles"), 1, 2, **paths)
    found = []
    for column in (0, 1):
        with raster.open_scene(tmp_path / "tiles" / f"0_{column}.tif") as source:
            found.append(shares_of_tile(tags_of(source))["no_area"])
    assert found == pytest.approx([40 * 15 / (80 * 45), 0], abs=1e-6)


def test_the_findings_and_what_to_look_at_say_so(measured):
    found = coverage.found(measured[1])
    assert {name: (one["tiles"], one["of"]) for name, one in found.items()} == {
        "area": (3, 9), "mask": (3, 9), "masked": (1, 9),
    }  # fmt: skip
    lines = [one["text"] for one in causes.of_findings({"coverage": found})]
    assert lines[0].startswith(
        "the area layer has no value for 33.3 % of the pixels, and 3 of 9 tiles"
    )
    assert lines[1].startswith("a mask does not reach most of 3 of 9 tiles (33.3 % of the pixels)")
    assert len(lines) == 2
    (line,) = coverage.texts({"masked": {"share": 1.0, "tiles": 9, "of": 9}})
    assert line.startswith("masks take 100 % of the pixels: 'drop' and 'keep'")
    nothing = {"area": {"share": 0.001, "tiles": 0, "of": 9}}
    assert coverage.texts(nothing) == []


def test_an_image_that_ends_and_is_a_negative_is_told(measured, tmp_path):
    folder, _ = measured
    image = 1 / (read(folder / "20220101T134101.tif") * read(folder / "area.tif"))
    image[: SIZE // 3] = np.nan
    with writing.create(tmp_path / "image.tif", GRID, {}) as target:
        writing.write_rows(target, 0, image)
    out = tmp_path / "one.json"
    scene = align.Scene(NAMES[0], str(folder / NAMES[0]), str(out))
    align.main([scene], str(tmp_path / "image.tif"), None, CUT, OPTIONS, zero=IMAGE)
    one = json.loads(out.read_text())
    assert one["contrast"] == "inverted"
    assert status(one["tiles"], c.MESSAGE)[0, 0].startswith("no image to align with here")
    assert status(one["tiles"])[2, 0] == OK
    assert coverage.found([one])["image"] == {"share": None, "tiles": 2, "of": 9}


def test_the_verdict_says_by_which_contrast_it_is_absolute():
    table = pd.DataFrame({name: [0.0] * 4 for name in (c.OFFSET_EAST, c.OFFSET_NORTH)})
    table[c.SCENE] = [f"202201{day:02}T134101" for day in (1, 5, 9, 13)]
    table[[c.SIGMA_EAST, c.SIGMA_NORTH]], table[[c.FLAG, c.MESSAGE]] = 0.1, ""
    pairs = pd.DataFrame(columns=list(c.PAIRS_TABLE))
    asked = {"name": "a", "metres": 6, "share": 0.8, "confidence": 0.9, "of": ["scenes"]}
    asked |= {"shape": "radial"}
    zero = {"from": "the image optical.tif", "absolute": True, "inverted": list(table[c.SCENE][:3])}
    said = judge(table, pairs, asked, [], zero)["answers"]["scenes"]["text_these"]
    assert "of the image optical.tif, absolute (3 of 4 by inverted contrast)" in said
    (line,) = causes.of_findings({"zero": zero})
    assert line["cause"] == "inverted contrast" and "3 scenes match the negative" in line["text"]


def test_tiles_out_of_reach_are_known_before_any_job(tmp_path):
    from test_layer import product

    for time in ("20220101T134101", "20220113T134101"):
        write_scene(tmp_path / "scenes" / hyp3_name(time), texture(120, 160), no_data=0)
    half = str(write_scene(tmp_path / "half.tif", texture(120, 90)))
    headers._remembered.cache_clear()
    _, here = product(tmp_path / "scenes")
    assert coverings.out_of_reach([(half, None)], here.grid, (2, 4)) == 4
    assert coverings.out_of_reach([(half, None)], here.grid, (1, 1)) == 0


def test_the_run_says_what_a_layer_does_not_reach_and_refuses_what_is_not_there(tmp_path):
    for time in ("20220101T134101", "20220113T134101"):
        write_scene(tmp_path / "scenes" / hyp3_name(time), texture(128, 128), no_data=0)
    write_scene(tmp_path / "half.tif", texture(128, 60))
    entry = {"directory": "scenes", "layers": {"area": "half.tif"}}
    config = {"stacks": {"site": entry}, "tiles": {"rows": 2, "columns": 2}}
    workspace = Workspace(tmp_path, config | {"correlate": {"normalisation": "undo"}})
    done = workspace.run("--dry-run", "supersets")
    assert (
        "half.tif does not reach most of 2 of 4 tiles, which are measured in part or not"
        in done.text
    )
    # Nothing uses heights that scenes are not compared with, and yet they have to be there.
    entry["layers"]["incidence"] = "no.tif"
    done = workspace.run("--dry-run", "supersets")
    line = "stack 'site', layer incidence: 'no.tif' matches no file"
    assert done.status != 0 and line in done.text and done.text.count("no.tif") == 1
    assert done.text.count('  File "') <= 1
    entry["layers"] = {"area": "half.tif"}
    entry["masks"] = [{"path": "no.gpkg"}]
    done = workspace.run("--dry-run", "supersets")
    assert done.status != 0 and done.text.count("no.gpkg") == 1 and done.text.count('  File "') <= 1
    config["stacks"] = {"sim": {"simulate": {"steepness": 0.3}, "layers": {"dem": "half.tif"}}}
    done = Workspace(tmp_path, config).run("--dry-run", "supersets")
    assert done.status != 0 and "a simulated stack makes its own" in done.text
    # Those that it makes are not there yet.
    config["stacks"]["sim"].pop("layers")
    config["correlate"] = {"normalisation": "undo"}
    assert "static_layers" in Workspace(tmp_path, config).dry("flattened")
