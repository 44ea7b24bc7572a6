"""Files that may be meant as scenes and are not used are told, and what lies beside is not."""

import pytest
from test_finding import ESA, ONE, PAIR, TWO, find, pack, touch


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# Of another acquisition than ONE, so that nothing of it is used.
MEANT = {
    "T_VV_VH.tif": "several polarizations: list it in a scene sheet",
    "HH_T_VV.tif": "several polarizations",
    "S1A_20220113T000000_Gamma0VV.tif": "not VV by its name: rename it",
    "T.tif": "not VV by its name",
    "T_VV.img": "no GeoTIFF: convert it",
    "T_VV.dim": "no GeoTIFF",
    "T.tar.gz": "an archive that is not looked into: unpack it",
    "T_VV.tif.part": "not whole yet: fetch it again",
    "T.zip.crdownload": "not whole yet",
    # rsync, and macOS for what is in iCloud alone.
    ".T_VV.tif.Xa3bQz": "not whole yet",
    ".T_VV.tif.icloud": "not whole yet",
    ".T.zip.icloud": "not whole yet",
    ".T_VV.tif": "hidden by the dot before its name: rename it",
    "T_VV.tif ": "a blank at its end: rename it",
}


@pytest.mark.parametrize("name", MEANT)
def test_what_may_be_meant_as_a_scene_and_is_none_is_told(name):
    written = name.replace("T.", f"{TWO[:-7]}.").replace("T_", f"{TWO[:-7]}_")
    touch(f"scenes/{ONE}", f"scenes/deep/{written}")
    sources, lines = find()
    assert [s.path for s in sources] == [f"scenes/{ONE}"]
    said = f"scenes/deep/{written.strip()}"
    assert len(lines) == 1 and lines[0].startswith("1 file whose name tells an acquisition is not")
    assert said in lines[0] and MEANT[name] in lines[0]
    # Whoever knows of it leaves it out; a file of the same acquisition tells that it is not meant.
    assert find(exclude=[written])[1] == []
    touch(f"scenes/{TWO}")
    assert find()[1] == []


def test_archives_within_an_archive_are_told():
    pack("scenes/all.zip", ONE, "20220113T000000.zip", "20220125T000000.zip")
    sources, lines = find()
    assert (
        len(sources) == 1 and "scenes/all.zip/20220113T000000.zip and 1 more (an archi" in lines[0]
    )


HYP3 = "S1A_IW_20220113T000000_DHP_RTC30_G_gpuned_1B2C"
OPERA = "OPERA_L2_RTC-S1_T137-292319-IW2_20220113T000000Z_20220114T031828Z_S1A_30_v1.0"
STATIC = "OPERA_L2_RTC-S1-STATIC_T137-292319-IW2_20140403_S1A_30_v1.0"
SNAP = ESA.replace("20220115", "20220113") + "_Orb_Cal_TF_TC"
# https://hyp3-docs.asf.alaska.edu/guides/rtc_product_guide/#image-files and what lies beside;
# OPERA's product specification, JPL D-108758; what SNAP writes beside BEAM-DIMAP and GeoTIFF.
BESIDE = [
    *(f"{HYP3}/{HYP3}_{kind}" for kind in (
        "HH.tif", "HV.tif", "HH.tif.xml", "HH.png", "HH.png.aux.xml", "HH.kmz", "rgb.tif",
        "rgb.kmz", "dem.tif", "dem.tif.xml", "inc_map.tif", "inc_map_ell.tif", "ls_map.tif",
        "area.tif", "shape.shp", "shape.prj", "shape.dbf", "shape.shx", "diff_0.tif.xml")),
    *(f"{HYP3}/{HYP3}.{kind}" for kind in ("README.md.txt", "log", "png", "kmz", "json")),
    *(f"{OPERA}{end}" for end in (
        ".h5", "_mask.tif", "_HH.tif", "_HV.tif", "_BROWSE.png", "_HH_BROWSE.png", ".iso.xml",
        ".h5.md5", ".log", "_BROWSE.tif", "_number_of_looks.tif", "_rtc_anf_gamma0_to_beta0.tif")),
    *(f"{STATIC}_{kind}.tif" for kind in (
        "mask", "incidence_angle", "local_incidence_angle", "number_of_looks",
        "rtc_anf_gamma0_to_beta0", "rtc_anf_gamma0_to_sigma0")),
    *(f"{SNAP}.data/{kind}" for kind in ("Gamma0_VV.img", "Gamma0_VV.hdr", "vector_data/gcp.csv")),
    f"{SNAP.partition('_Orb')[0]}.SAFE/measurement/s1a-iw-grd-vv-20220113t134101.tiff",
    f"{SNAP.partition('_Orb')[0]}.SAFE/manifest.safe",
    f"{PAIR}/{PAIR}_amp.tif",
    "S1A_20220113T000000_VV.tif.aux.xml", "S1A_20220113T000000_VV.png", "dem_20220113.tif",
    "._S1A_20220113T000000_VV.tif", ".S1A_20220113T000000_VV.png", ".DS_Store",
    "backup_20220113.zip.txt", "notes_20220113.tar.gz",
]  # fmt: skip


def test_what_lies_beside_scenes_is_not_taken_for_one():
    touch(f"scenes/{ONE}", *(f"scenes/{name}" for name in BESIDE))
    pack(f"scenes/{HYP3}.zip", *(name for name in BESIDE if name.startswith(HYP3)))
    sources, lines = find()
    assert [s.path for s in sources] == [f"scenes/{ONE}"] and lines == []
