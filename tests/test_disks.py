"""Files as they lie on disks: links, archives, sidecars, codecs, VRTs, and what lies beside."""

import os

import kinds
import numpy as np
import pytest
import rasterio
from fourscenes import (
    COLUMNS,
    DAYS,
    ROWS,
    TIMES,
    WRONG,
    brought,
    config,
    ground,
    long,
    pack,
    put,
    refusal,
)
from makers import NORTH, WEST, hyp3_name


def test_a_name_of_two_polarizations_wants_a_sheet(folder):
    for time in TIMES[:2]:
        both = np.stack([ground(time), WRONG])
        put(folder / "scenes", time, both, name=f"S1A_{time}_VV_VH.tif")
    assert "name several polarizations; list them in a scene sheet" in refusal(config())


def test_a_link_to_nothing_is_no_scene_fewer(folder):
    for time in TIMES:
        put(folder / "scenes", time)
    lost = folder / "scenes" / hyp3_name(TIMES[2])
    lost.unlink()
    lost.symlink_to("../annex/objects/XYZ.tif")
    text = refusal(config())
    assert f"{lost.name} is a link to ../annex/objects/XYZ.tif, which is not there" in text
    leave_out = config(check={"unreadable": "leave_out"})
    found = brought(leave_out, days=[DAYS[i] for i in (0, 1, 3)])
    (left_out,) = found.products["site", "VV"].left_out
    assert left_out["file"].endswith(lost.name) and "which is not there" in left_out["reason"]


@pytest.mark.parametrize("target", [".", "..", "../../scenes"])
def test_a_folder_that_links_to_itself(folder, target):
    for time in TIMES:
        put(folder / "scenes" / "deep", time)
    (folder / "scenes" / "deep" / "latest").symlink_to(target)
    _, found = kinds.read(config())
    assert sum(len(s.sources) for s in found.products["site", "VV"].scenes.values()) == 4


def test_a_time_stamp_in_the_future_is_nothing_to_stop_at(folder):
    for time in TIMES:
        path = put(folder / "scenes", time)
    os.utime(path, (4e9, 4e9))
    brought(config())


def test_what_lies_beside_a_product_is_none(folder):
    for time in TIMES:
        path = put(folder / "scenes" / hyp3_name(time)[:-7], time)
        for end in ("ls_map", "inc_map", "rgb", "dem", "area", "VV_mask", "VV_db", "VV (1)"):
            put(path.parent, time, WRONG, name=path.name.replace("VV.tif", f"{end}.tif"))
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\26\7")
        path.with_name(f"{path.name}.xml").write_text("<x/>")
        path.with_suffix(".png").write_bytes(b"")
    found = brought(config())
    assert "masks or the like" in found.text and "made of another file" in found.text


@long
def test_results_and_scenes_in_one_folder(folder):
    for time in TIMES:
        put(folder, time)
    stack = {"directory": ".", "pattern": "**/*_{polarization}.tif"}
    kinds.measure(config(stack))
    found = brought(config(stack))
    assert all(len(s.sources) == 1 for s in found.products["site", "VV"].scenes.values())


@pytest.mark.parametrize("beside", [False, pytest.param(True, marks=long)])
def test_zips_are_read_in_place_and_what_is_unpacked_too_once(folder, beside):
    for time in TIMES:
        path = put(folder / "tmp", time)
        pack(folder / "scenes" / f"{path.stem[:-3]}.zip", path)
    if beside:
        put(folder / "scenes" / path.stem[:-3], TIMES[-1])
    found = brought(config())
    assert ("unpacked beside the archive" in found.text) == beside
    scenes = found.products["site", "VV"].scenes.values()
    assert [scene.paths[0].startswith("/vsizip/") for scene in scenes] == [
        not beside,
        True,
        True,
        True,
    ]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_world_files_and_sidecars_place_a_scene(folder):
    for time in TIMES:
        path = folder / "scenes" / hyp3_name(time)
        path.parent.mkdir(exist_ok=True)
        profile = {"driver": "GTiff", "dtype": "float32", "count": 1}
        with rasterio.open(path, "w", height=ROWS, width=COLUMNS, **profile) as target:
            target.write(ground(time), 1)
        path.with_suffix(".tfw").write_text(f"30\n0\n0\n-30\n{WEST + 15}\n{NORTH - 15}\n")
        path.with_name(f"{path.name}.aux.xml").write_text(
            "<PAMDataset><SRS>EPSG:32611</SRS></PAMDataset>"
        )
    brought(config())


def test_codecs_and_big_files(folder):
    made = [
        {"compress": "zstd", "predictor": 3},
        {"compress": "lerc", "max_z_error": 0.0},
        {"bigtiff": "yes", "tiled": True, "blockxsize": 128, "blockysize": 128},
        {"compress": "lzw", "predictor": 2},
    ]
    for time, profile in zip(TIMES, made, strict=True):
        put(folder / "scenes", time, **profile)
    brought(config())


def test_a_codec_that_is_missing_is_named(folder):
    for time in TIMES[:2]:
        path = put(folder / "scenes", time, compress="zstd")
    content = path.read_bytes()
    tag = b"\x03\x01\x03\x00\x01\x00\x00\x00"
    assert content.count(tag) == 1
    # JPEG-XL's number.
    place = content.index(tag) + len(tag)
    path.write_bytes(content[:place] + b"\x52\xc3" + content[place + 2 :])
    text = refusal(config())
    assert "\n" not in text and path.name in text and "missing codec" in text


def vrt(path, parts):
    """A VRT of rasters one below the other, each of half the rows."""
    half = ROWS // 2
    sources = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{part}</SourceFilename>'
        f'<SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="{COLUMNS}" ySize="{half}"/>'
        f'<DstRect xOff="0" yOff="{i * half}" xSize="{COLUMNS}" ySize="{half}"/></SimpleSource>'
        for i, part in enumerate(parts)
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'<VRTDataset rasterXSize="{COLUMNS}" rasterYSize="{ROWS}"><SRS>EPSG:32611</SRS>'
        f"<GeoTransform>{WEST},30,0,{NORTH},0,-30</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><NoDataValue>0</NoDataValue>'
        f"{sources}</VRTRasterBand></VRTDataset>"
    )


def test_a_vrt_a_date_and_one_whose_source_is_gone(folder):
    half = ROWS // 2
    for time in TIMES:
        for i in (0, 1):
            part = ground(time)[i * half : (i + 1) * half]
            put(folder / "parts", time, part, name=f"{time}_{i}.tif", north=NORTH - 30 * half * i)
        vrt(folder / "scenes" / f"{time}_VV.vrt", [f"../parts/{time}_{i}.tif" for i in (0, 1)])
    stack = {"directory": "scenes", "pattern": "**/*_{polarization}.vrt"}
    brought(config(stack))
    (folder / "parts" / f"{TIMES[2]}_1.tif").unlink()
    text = refusal(config(stack))
    assert f"{TIMES[2]}_VV.vrt is made of parts/{TIMES[2]}_1.tif, which is not there" in text
    assert "download" not in text


def test_what_is_excluded_takes_no_part(folder):
    for time in TIMES:
        put(folder / "scenes", time)
    put(folder / "scenes", "20220201T134101", WRONG, name=hyp3_name("20220201T134101"))
    for entry in ("2022-02-01", "20220201T134101", "*20220201*"):
        _, found = kinds.read(config({"directory": "scenes", "exclude": [entry]}))
        assert [name[:8] for name in found.products["site", "VV"].scenes] == sorted(DAYS)[::-1]
    text = refusal(config({"directory": "scenes", "exclude": ["20220201T134102"]}))
    assert "matches no scene; did you mean '20220201T134101'" in text


def test_a_scene_that_is_replaced_has_another_stamp(folder):
    """Of the same size and older, as `cp -p` and `unzip` leave it; a parameter of who reads it."""
    from stackflow import headers

    path = put(folder / "scenes", TIMES[0])
    before = headers.stamp_of(str(path))
    put(folder / "scenes", TIMES[0], WRONG)
    os.utime(path, ns=(before[1], before[1] - 10**9))
    after = headers.stamp_of(str(path))
    assert after[0] == before[0] and after != before
