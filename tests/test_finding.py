"""Files of a stack in folders with links, archives and what lies beside scenes; exclusions."""

import os
import zipfile

import pytest
from makers import hyp3_name

from stackflow import finding
from stackflow.folders import translate
from stackshift.errors import InputError

ONE, TWO = hyp3_name("20220101T000000"), hyp3_name("20220113T000000")
PRODUCT = ONE.removesuffix("_VV.tif")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*paths):
    for path in paths:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        open(path, "wb").close()


def pack(path, *members):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, b"")


def find(polarization="VV", **settings):
    found = finding.find("site", {"directory": "scenes"} | settings, polarization)
    assert found.bad == []
    return found.sources, found.lines


def missing(**settings):
    """What is said of what is named and not there, on one line each."""
    found = finding.find("site", {"directory": "scenes"} | settings, "VV")
    assert all("\n" not in line for _, line in found.bad)
    return [line for _, line in found.bad]


def paths(polarization="VV", **settings):
    return [source.path for source in find(polarization, **settings)[0]]


def refusal(polarization="VV", **settings):
    with pytest.raises(InputError) as caught:
        find(polarization, **settings)
    text = str(caught.value)
    assert "\n" not in text and text.startswith(f"stack 'site', {polarization}: ")
    return text


ESA = "S1A_IW_GRDH_1SDV_20220115T134101_20220115T134126_041473_04EE91_9C01"
FOUND = [
    ONE,
    "deep/er/s1b_iw_20220208t134101_VV.TIFF",
    f"{ESA}/measurement/iw-vv.rtc.tiff",
    "S1A__IW___A_20220721T120000_VV_gamma0-rtc.tif",
    "T137-292319-IW2/20220118/VV.tif",
    "VV/20220119T134101.tif",
    "2022/01/20/gamma0.vv.tif",
    "OPERA_L2_RTC-S1_VV_S1A_IW_SLC__1SDV_20230101T015901_20230101T015928_046585_059525_A4C1"
    "_30_v1.0_mosaic.tif",
]
NOT_FOUND = [
    *(f"{PRODUCT}_{kind}.tif" for kind in ("ls_map", "inc_map", "area", "dem", "rgb", "VH")),
    f"._{ONE}",
    f"{ONE}.aux.xml",
    f"{PRODUCT}_VV.png",
    "VV/statistics.tif",
    f"{ESA}.SAFE/measurement/s1a-iw-grd-vv-20220115t134101-20220115t134126-041473-04ee91-001.tiff",
    ".hidden/S1A_20220301T000000_VV.tif",
    f"{PRODUCT}_VV_VH_ratio.tif",
]


def test_every_file_that_names_the_polarization_is_found_and_nothing_beside_it():
    touch(*(f"scenes/{name}" for name in FOUND + NOT_FOUND))
    sources, lines = find()
    assert {s.path for s in sources} == {f"scenes/{name}" for name in FOUND}
    assert sources == sorted(sources, key=lambda s: (s.time, s.path)) and lines == []
    assert {s.polarization for s in sources} == {"VV"}


def test_masks_and_what_is_made_of_a_scene_are_left_out_with_a_line():
    made, copy = ONE.replace(".tif", "_db.tif"), ONE.replace(".tif", " (1).tif")
    mask = TWO.replace(".tif", "_mask.tif")
    touch(*(f"scenes/{name}" for name in (ONE, TWO, made, copy, mask, "a_mask_20220201_VV.tif")))
    sources, lines = find()
    assert [source.path for source in sources] == [f"scenes/{ONE}", f"scenes/{TWO}"]
    assert lines == [
        f"{mask} and 1 more are by name masks or the like, left out; name them with a 'pattern'",
        f"{copy} and 1 more are by name made of another file there, left out; name them with a "
        "'pattern'",
    ]


def test_a_pattern_chooses_as_before():
    touch(
        *(f"scenes/{n}" for n in (ONE, "deep/" + TWO, "x_20220201T000000_vv.img", "x [1]/" + ONE))
    )
    assert paths(pattern="*_{polarization}.tif") == [f"scenes/{ONE}"]
    assert paths(pattern="DEEP/*_vv.TIF") == [f"scenes/deep/{TWO}"]
    assert paths(pattern="**/*_{polarization}.IMG") == ["scenes/x_20220201T000000_vv.img"]
    assert len(paths(pattern="**/*_VV.tif")) == 3
    assert paths(directory="scenes/x [1]", pattern="*.tif") == [f"scenes/x [1]/{ONE}"]
    assert paths(directory="scenes/deep", pattern="../*_VV.tif") == [f"scenes/deep/../{ONE}"]
    assert "no file in scenes matches '*_XX.tif'" in refusal(pattern="*_XX.tif")
    assert "is relative" in refusal(pattern="/abs/*.tif")


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("**/*_VV.tif", "a_VV.tif", True),
        ("**/*_VV.tif", "b/c/a_vv.TIF", True),
        ("*_VV.tif", "b/a_VV.tif", False),
        ("b/**/a.tif", "b/a.tif", True),
        ("S1[AB]_?.tif", "S1B_x.tif", True),
        ("S1[!AB]_?.tif", "S1B_x.tif", False),
        ("a(1)+.tif", "a(1)+.tif", True),
        ("a.tif", "abtif", False),
        ("[", "[", True),
    ],
)
def test_glob_patterns(pattern, path, fits):
    assert bool(translate(pattern).fullmatch(path)) == fits


def test_nothing_found_says_what_there_is():
    touch("scenes/x_20220201T000000_VV.img", "scenes/y_20220201T000000_VV.img")
    assert "has VV in its name, but 2 .img" in refusal()
    touch(f"safe/{ESA}.SAFE/measurement/s1a-iw-grd-vv.tiff")
    assert "radar geometry" in refusal(directory="safe")
    touch(f"masks/{PRODUCT}_mask_VV.tif")
    assert "is by name masks or the like" in refusal(directory="masks")
    assert "the directory nowhere does not exist" in refusal(directory="nowhere")
    pack("all.zip", ONE)
    assert "'directory' is the file all.zip; give the folder that" in refusal(directory="all.zip")


UNDATED = {
    "mean_VV.tif": "holds no acquisition time",
    "x_20220101_20220113_VV.tif": "holds several times",
    "S1_VV_20220101-20220331_mean.tif": "holds several times",
}


@pytest.mark.parametrize("name", UNDATED)
def test_a_file_that_tells_no_time_is_named_and_can_be_excluded(name):
    touch(f"scenes/{ONE}", f"scenes/{name}")
    (line,) = missing()
    assert f"scenes/{name} {UNDATED[name]}" in line
    assert paths(exclude=[name]) == paths(exclude=["*" + name[3:]]) == [f"scenes/{ONE}"]
    assert f"did you mean '{name}'?" in refusal(exclude=[name[:-1]])


def test_a_folder_without_a_time_in_any_name_is_refused_in_a_line():
    touch(*(f"scenes/scene_{number}_VV.tif" for number in range(9)))
    text = refusal()
    assert "scene_0_VV.tif holds no acquisition time" in text and "9 files are so" in text


BURST_PAIR = "S1_136231_IW2_20220101_20220113_VV_INT80_663F"
PAIR = "S1AA_20220101T134101_20220113T134101_VVP012_INT80_G_ueF_1234"


def test_interferograms_beside_scenes_are_left_out_with_a_line():
    pairs = [f"{BURST_PAIR}/{BURST_PAIR}_{kind}.tif" for kind in ("corr", "conncomp", "lat_los")]
    touch(f"scenes/{ONE}", *(f"scenes/{name}" for name in (*pairs, f"{PAIR}_VV_amp.tif")))
    for settings in ({}, {"pattern": "**/*_VV*.tif"}):
        sources, lines = find(**settings)
        assert [s.path for s in sources] == [f"scenes/{ONE}"] and len(lines) == 1
        assert "3 more are by name interferograms of two acquisitions and no scene" in lines[0]
    # Who names them need not be told.
    assert find(exclude=["*_INT80_*"])[1] == []
    assert "is a pair of acquisitions" in refusal(pattern="*/*.tif")


def test_archives_are_read_in_place():
    pack(f"scenes/{PRODUCT}.zip", f"{PRODUCT}/{ONE}", f"{PRODUCT}/{PRODUCT}_ls_map.tif",
         f"__MACOSX/{PRODUCT}/._{ONE}", f"{PRODUCT}/")  # fmt: skip
    pack("scenes/iw.zip", f"{ESA}/measurement/iw-vv.rtc.tiff")
    pack("scenes/slc.zip", f"{ESA}.SAFE/measurement/s1a-iw-slc-vv-20220115t134101.tiff")
    expected = [
        f"/vsizip/scenes/{PRODUCT}.zip/{PRODUCT}/{ONE}",
        f"/vsizip/scenes/iw.zip/{ESA}/measurement/iw-vv.rtc.tiff",
    ]
    assert paths() == expected
    assert paths(pattern="**/*_{polarization}.tif") == expected[:1]
    assert paths(pattern="*_VV.tif") == expected[:1]


def test_links_to_an_archive_are_not_read_twice():
    pack(f"scenes/b/{PRODUCT}.zip", f"{PRODUCT}/{ONE}")
    os.makedirs("scenes/a")
    os.symlink(f"../b/{PRODUCT}.zip", f"scenes/a/{PRODUCT}.zip")
    assert paths() == [f"/vsizip/scenes/b/{PRODUCT}.zip/{PRODUCT}/{ONE}"]


def test_an_archive_made_on_windows_is_read_as_gdal_does():
    pack("scenes/all.zip", f"folder\\{ONE}", "folder\\", f"./{TWO}")
    expected = [f"/vsizip/scenes/all.zip/folder/{ONE}", f"/vsizip/scenes/all.zip/{TWO}"]
    assert paths() == expected
    for number, path in enumerate(expected):
        pack(f"{number}.zip", f"folder\\{ONE}" if number == 0 else f"./{TWO}")
        with open("sheet.csv", "w") as sheet:
            sheet.write(f"path\n{number}.zip\n{path}\n")
        found = finding.find("site", {"scenes": "sheet.csv"}, "VV")
        assert [s.path for s in found.sources] == [path.replace("scenes/all", str(number)), path]
        assert found.bad == []


def test_an_archive_that_may_not_be_read_is_no_broken_one(monkeypatch):
    touch(f"scenes/{ONE}", "scenes/all.zip")
    opened = open

    def closed(path, *more, **options):
        if str(path).endswith(".zip"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *more, **options)

    monkeypatch.setattr("io.open", closed)
    assert missing() == ["scenes/all.zip cannot be read (Permission denied)"]
    with opened("sheet.csv", "w") as sheet:
        sheet.write(f"path\n/vsizip/scenes/all.zip/{TWO}\n")
    ((_, line),) = finding.find("site", {"scenes": "sheet.csv"}, "VV").bad
    assert line.endswith("scenes/all.zip cannot be read (Permission denied)")


def test_an_archive_beside_its_folder_is_not_read_twice():
    pack(f"scenes/{PRODUCT}.zip", f"{PRODUCT}/{ONE}")
    touch(f"scenes/{PRODUCT}/{ONE}", f"scenes/{TWO}")
    sources, lines = find()
    assert [s.path for s in sources] == [f"scenes/{PRODUCT}/{ONE}", f"scenes/{TWO}"]
    assert len(lines) == 1 and "the unpacked is taken" in lines[0]


def test_a_broken_archive_of_a_scene_is_named():
    touch(f"scenes/{TWO}", "scenes/notes.zip")
    assert "notes.zip is no whole zip" in find()[1][0]
    touch(f"scenes/{PRODUCT}.zip")
    assert f"scenes/{PRODUCT}.zip is no whole zip archive" in missing()[0]


def test_links_to_nothing_are_named_all_in_one_line():
    touch(f"scenes/{ONE}")
    os.symlink("../annex/x.tif", f"scenes/{TWO}")
    os.symlink("../annex/y.tif", f"scenes/{hyp3_name('20220125T000000')}")
    os.symlink("nothing", "scenes/README")
    found = finding.find("site", {"directory": "scenes"}, "VV")
    first, second = missing()
    assert "../annex/x.tif, which is not there" in first and "../annex/y.tif" in second
    assert [s.path for s in found.sources] == [f"scenes/{ONE}"]
    assert found.bad[0][0] == f"scenes/{TWO}"


def test_links_to_folders_that_are_gone_are_named_and_those_to_other_files_are_not():
    touch(f"scenes/{ONE}")
    for name in ("2022b", "S1A_v1.0", "notes.txt", ".hidden", "x.SAFE"):
        os.symlink("/mnt/removed/2022b", f"scenes/{name}")
    for name, target in {"latest": "/mnt/removed/latest.log", "LICENSE": "/mnt/x"}.items():
        os.symlink(target, f"scenes/{name}")
    said = missing()
    assert [line.split(" is a link to /mnt/removed/2022b, which")[0] for line in said] == [
        "scenes/2022b", "scenes/S1A_v1.0", "scenes/x.SAFE",
    ]  # fmt: skip
    assert paths(exclude=["2022b", "S1A_v1.0", "*.SAFE"]) == [f"scenes/{ONE}"]
    # No folder is looked into.
    assert missing(pattern="*_VV.tif") == []


def test_names_that_are_no_utf_8_are_named():
    touch(f"scenes/{ONE}")
    folder = b"scenes/\xe9t\xe9"
    os.makedirs(folder)
    for name in (TWO, hyp3_name("20220125T000000"), "notes.txt"):
        open(os.path.join(folder, name.encode()), "wb").close()
    open(b"scenes/\xfc_notes.txt", "wb").close()
    assert missing() == ["scenes/\ufffdt\ufffd has a name that is no UTF-8; rename it"]
    assert paths(exclude=["?t?"]) == [f"scenes/{ONE}"]


def test_loops_of_links_end_and_each_file_is_taken_once():
    touch(f"scenes/a/{ONE}", f"scenes/b/{TWO}")
    # Followed as they stand, these branch without end.
    for folder in ("a", "b"):
        for name in ("up", "again", "latest"):
            os.symlink("..", f"scenes/{folder}/{name}")
    os.symlink(f"a/{ONE}", f"scenes/0_{ONE}")
    sources, lines = find()
    assert [s.path for s in sources] == [f"scenes/a/{ONE}", f"scenes/b/{TWO}"]
    assert sum("leads to scenes, which is searched already" in line for line in lines) == 6
    assert any("is a link to a file found already" in line for line in lines)


def test_a_link_whose_name_tells_another_time_than_its_target_is_named_with_both(in_a_folder):
    touch(f"store/{ONE}", f"store/{TWO}")
    os.makedirs("scenes")
    wrong = hyp3_name("20220206T000000")
    # Half a minute is within a pass.
    for name, target in ((TWO, TWO), (wrong, TWO), (hyp3_name("20220101T000025"), ONE)):
        os.symlink(f"../store/{target}", f"scenes/{name}")
    found, lines = find()
    # Which of two links is taken is no matter: the wrong one is named.
    assert len(found) == 2
    assert [line for line in lines if "whose name says" in line] == [
        f"the name of scenes/{wrong} says 2022-02-06T00:00:00, and it is a link to "
        f"{in_a_folder}/store/{TWO}, whose name says 2022-01-13T00:00:00"
    ]
    os.unlink(f"scenes/{TWO}")
    lines = find()[1]
    assert len(lines) == 1 and f"the name of scenes/{wrong} says" in lines[0]
    # The same track passes a day earlier or later at another time of day: no link to it is right.
    os.symlink(f"../store/{ONE}", f"scenes/{hyp3_name('20220102T000000')}")
    assert sum("whose name says" in line for line in find()[1]) == 2


def test_links_to_folders_and_files_elsewhere_are_followed():
    touch(f"disk/{ONE}", f"other/{TWO}")
    os.makedirs("scenes")
    os.symlink("../disk", "scenes/disk")
    os.symlink(f"../other/{TWO}", f"scenes/{TWO}")
    assert paths() == [f"scenes/disk/{ONE}", f"scenes/{TWO}"]


def test_a_closed_folder_is_named(monkeypatch):
    touch(f"scenes/{ONE}", f"scenes/closed/{TWO}")
    scan = os.scandir

    def closed(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert "scenes/closed cannot be searched (Permission denied)" in missing()[0]


def test_results_are_no_scenes():
    touch(ONE, TWO, f"results/site/VV/superset/VV/{ONE}", "results/site/VV/grid.json")
    touch("old/results/site/VV/grid.json", "old/results/site/VV/superset/20220101T000000.tif")
    assert paths(directory=".") == [ONE, TWO]


def test_braces_in_a_path_are_refused():
    touch("scenes/{x}/S1A_20220101T000000_VV.tif")
    assert "holds { or }" in refusal()


@pytest.mark.parametrize(
    "entry",
    [ONE, f"scenes/a/{ONE}", f"a/{ONE}", "*20220101*", "a/*", "20220101T000000", "20220101",
     20220101, "2022-01-01"],
)  # fmt: skip
def test_what_is_excluded(entry):
    touch(f"scenes/a/{ONE}", f"scenes/{TWO}")
    assert paths(exclude=[entry]) == [f"scenes/{TWO}"]


def test_an_exclusion_that_matches_nothing_is_refused_with_what_was_meant():
    touch(f"scenes/{ONE}", f"scenes/{TWO}")
    assert "'20220114T000000' matches no scene; did you mean '20220113T000000'?" in refusal(
        exclude=["20220114T000000"]
    )
    assert f"did you mean '{TWO}'?" in refusal(exclude=[TWO.replace("S1A", "S1B")])
    assert "exclude leaves no scene" in refusal(exclude=["*"])


def test_an_exclusion_for_another_polarization_is_none_that_matches_nothing():
    touch(*(f"scenes/{n}" for n in (ONE, TWO, ONE.replace("VV", "VH"), TWO.replace("VV", "VH"))))
    settings = {"exclude": [ONE], "polarizations": ["VV", "VH"]}
    assert paths(**settings) == [f"scenes/{TWO}"]
    assert len(paths("VH", **settings)) == 2


def test_a_link_to_nothing_can_be_excluded():
    touch(f"scenes/{ONE}")
    os.symlink("nowhere", f"scenes/{TWO}")
    assert paths(exclude=[TWO]) == [f"scenes/{ONE}"]
