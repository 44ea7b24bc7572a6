"""Headers are read once, and again only where a file is another."""

import json
import os

import numpy as np
import pytest
from makers import NORTH, WEST, hyp3_name, write_scene

from stackflow import headers
from stackio import header

ONES = np.ones((40, 50), np.float32)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder, nothing remembered, and the count of headers that are opened."""
    monkeypatch.chdir(tmp_path)
    headers._remembered.cache_clear()
    opened = []
    look = header.look
    monkeypatch.setattr(header, "look", lambda *file: (opened.append(file[0]), look(*file))[1])
    yield tmp_path, opened
    headers._remembered.cache_clear()


def again(files):
    """What another call of snakemake finds."""
    headers._remembered.cache_clear()
    return headers.read(files)


def test_a_header_tells_grid_and_place(folder):
    path, _ = folder
    # The equator at the central meridian of zone 11, where a degree is .9996 * 111319.49 m.
    write_scene(path / "a.tif", ONES, west=500_000, north=0)
    found = headers.read([("a.tif", 1)])["a.tif", 1]
    assert (found["crs"], found["width"], found["height"]) == ("EPSG:32611", 50, 40)
    assert found["transform"] == [30, 0, 500_000, 0, -30, 0]
    assert found["box"][0] == pytest.approx(-117, abs=1e-6)
    assert found["box"][2] == pytest.approx(-117 + 1500 / 0.9996 / 111319.49, abs=1e-6)
    assert found["box"][3] == pytest.approx(0, abs=1e-6)


def test_what_is_known_is_not_opened_again(folder):
    path, opened = folder
    files = [(str(write_scene(path / f"{i}.tif", ONES)), 1) for i in range(5)]
    first = headers.read(files)
    assert len(opened) == 5
    assert again(files) == first and len(opened) == 5
    # An older time stamp, as after `cp -p`, is another file too.
    os.utime(files[2][0], (1e9, 1e9))
    again(files)
    assert opened[5:] == [files[2][0]]
    (path / headers.CACHE).write_text("{broken")
    assert again(files) == first


def test_what_cannot_be_read_is_asked_for_once_a_call(folder):
    path, opened = folder
    (path / "bad.tif").write_text("no raster")
    assert "cannot be opened" in headers.read([("bad.tif", 1)])["bad.tif", 1]["problem"]
    # The jobs of a call see what the call saw.
    again([("bad.tif", 1)])
    assert len(opened) == 1
    headers._remembered.cache_clear()
    headers.forget()
    again([("bad.tif", 1)])
    assert len(opened) == 2


def test_a_folder_that_cannot_be_written_costs_time_only(folder):
    path, _ = folder
    (path / ".snakemake").write_text("in the way")
    write_scene(path / hyp3_name("20220101T000000"), ONES)
    assert headers.read([(hyp3_name("20220101T000000"), 1)])


def test_the_cache_is_json_that_grows_with_new_files_only(folder):
    path, _ = folder
    files = [(str(write_scene(path / f"{i}.tif", ONES)), 1) for i in range(3)]
    headers.read(files[:2])
    again(files)
    again(files[1:])
    assert len(json.loads((path / headers.CACHE).read_text())) == 3


def test_all_can_be_asked_for_again(folder):
    path, opened = folder
    files = [(str(write_scene(path / f"{i}.tif", ONES)), 1) for i in range(2)]
    headers.read(files)
    headers.forget(everything=True)
    again(files)
    assert len(opened) == 4


def test_what_lies_beside_a_file_is_part_of_its_stamp_but_for_statistics(folder):
    path, _ = folder
    scene = str(write_scene(path / "a.tif", ONES))
    bare = headers.stamp_of(scene)
    (path / "a.tif.aux.xml").write_text("<PAMDataset><Metadata/></PAMDataset>")
    assert headers.stamp_of(scene) == bare
    (path / "a.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:32612</SRS></PAMDataset>")
    told = headers.stamp_of(scene)
    assert told != bare
    (path / "a.tif.msk").write_bytes(b"mask")
    masked = headers.stamp_of(scene)
    assert masked != told
    (path / "a.tfw").write_text("30")
    assert headers.stamp_of(scene) != masked


def test_a_scene_that_is_placed_from_beside_elsewhere_is_told_with_by_how_much(folder):
    """Three pixels of 30 m to the east; a tenth of a pixel is no other place."""
    path = folder[0] / "a.tif"
    write_scene(path, np.ones((100, 120), np.float32))
    assert header.look(str(path))["beside"] is None
    beside = folder[0] / "a.tif.aux.xml"
    place = "<PAMDataset><GeoTransform>{}, 30, 0, {}, 0, -30</GeoTransform></PAMDataset>"
    beside.write_text(place.format(WEST + 2, NORTH))
    assert header.look(str(path))["beside"] is None
    beside.write_text(place.format(WEST + 90, NORTH))
    told = header.look(str(path))
    assert told["transform"][2] == WEST + 90
    assert "a.tif is placed by a.tif.aux.xml beside it, up to " in told["beside"]
    # On the ground, of which a map's metre is within a thousandth.
    found = float(told["beside"].partition("up to ")[2].partition(" m")[0])
    assert abs(found - 90) < 0.15
    # From where the header says to where the file beside it does; north turns by 1.3 degrees.
    east = float(told["beside"].partition("to the east ")[2].partition(" m")[0])
    north = float(told["beside"].partition("to the north ")[2].partition(" m")[0])
    assert abs(east - 90) < 0.15 and abs(north) < 3


def test_a_vrt_that_names_itself_has_a_stamp(folder):
    path, _ = folder
    (path / "a.vrt").write_text("<SourceFilename relativeToVRT='1'>a.vrt</SourceFilename>")
    assert headers.stamp_of(str(path / "a.vrt"))[2:] == [None]
