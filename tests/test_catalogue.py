"""Scenes are found by pattern or sheet; what cannot work is one clear line."""

import pytest
from makers import hyp3_name

from stackflow import catalogue
from stackshift.errors import InputError


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_search_is_recursive_and_ignores_case_and_suffix(tmp_path):
    touch(
        tmp_path,
        hyp3_name("20220115T134101"),
        "deep/original/S1A_IW_20220127T134101_rtc_vv.tif",
        "deep/S1B_IW_20220208T134101_VV.TIFF",
        hyp3_name("20220115T134101", "VH"),
        "deep/notes_20220301T000000_VV.txt",
    )
    found = catalogue.find("site", {"directory": str(tmp_path)}, "VV")
    assert list(found) == ["20220208T134101", "20220127T134101", "20220115T134101"]
    assert [scene.platform for scene in found.values()] == ["S1B", "S1A", "S1A"]


def test_scenes_are_ordered_by_time_and_not_by_platform(tmp_path):
    touch(
        tmp_path,
        hyp3_name("20220101T000000", platform="S1B"),
        hyp3_name("20220113T000000", platform="S1A"),
        hyp3_name("20220107T000000", platform="S1A"),
    )
    found = catalogue.find("site", {"directory": str(tmp_path)}, "VV")
    assert list(found) == ["20220113T000000", "20220107T000000", "20220101T000000"]


def test_a_folder_with_glob_characters_is_searched(tmp_path):
    folder = tmp_path / "site [1] *"
    touch(folder, hyp3_name("20220101T000000"), hyp3_name("20220113T000000"))
    assert len(catalogue.find("site", {"directory": str(folder)}, "VV")) == 2


def test_pattern_of_mosaics(tmp_path):
    touch(
        tmp_path,
        *(
            f"OPERA_L2_RTC-S1_{p}_S1A_IW_SLC__1SDV_{t}_20230101T015928_046585_059525_A4C1"
            "_30_v1.0_mosaic.tif"
            for p in ("VV", "VH")
            for t in ("20230101T015901", "20230113T015901")
        ),
    )
    settings = {"directory": str(tmp_path), "pattern": "*_{polarization}_*_mosaic.tif"}
    assert list(catalogue.find("site", settings, "VH")) == ["20230113T015901", "20230101T015901"]


def test_sheet_paths_are_relative_to_the_sheet(tmp_path):
    touch(tmp_path, "a/first_VV.tif", "a/second_VV.tif")
    sheet = tmp_path / "a" / "sheet.tsv"
    sheet.write_text(
        "path\tdatetime\n"
        "first_{polarization}.tif\t2022-01-01T00:00:00\n"
        "second_{polarization}.tif\t2022-01-13T00:00:00Z\n"
    )
    found = catalogue.find("site", {"scenes": str(sheet)}, "VV")
    assert list(found) == ["20220113T000000", "20220101T000000"]
    assert found["20220101T000000"].path == str(tmp_path / "a" / "first_VV.tif")


ONE, TWO = hyp3_name("20220101T000000"), hyp3_name("20220113T000000")


@pytest.mark.parametrize(
    ("files", "settings", "message"),
    [
        ([], {}, "no file in .* matches"),
        ([ONE], {"pattern": "*_XX.tif"}, "no file in .* matches '\\*_XX.tif'"),
        ([ONE], {}, "only one scene .*20220101T000000.*at least two"),
        ([ONE, "again/" + ONE], {}, "two scenes have the acquisition time 20220101T000000"),
        ([ONE, "scene_VV.tif"], {}, "scene_VV.tif holds no acquisition time .* scene sheet"),
        ([ONE], {"directory": "nowhere"}, "the directory nowhere does not exist"),
        (
            [
                f"OPERA_L2_RTC-S1_T137-292319-IW{i}_2021120{i}T015857Z_20250830T065219Z_S1A_30_v1.0"
                "_VV.tif"
                for i in (1, 2)
            ],
            {},
            "2 different OPERA bursts",
        ),
        ([], {"scenes": "no.tsv"}, "the scene sheet no.tsv does not exist"),
    ],
)
def test_what_cannot_work_is_one_line(tmp_path, files, settings, message):
    touch(tmp_path, *files)
    settings = settings if "scenes" in settings else {"directory": str(tmp_path)} | settings
    with pytest.raises(InputError, match=message) as caught:
        catalogue.find("site", settings, "VV")
    assert "\n" not in str(caught.value)
    assert "stack 'site', VV" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path\ttime\nx\t2022-01-01\n", "needs the tab-separated columns path and datetime"),
        ("path\tdatetime\n", "at least one row"),
        ("path\tdatetime\nx.tif\t2022-01-01\n", "line 2: the file .*x.tif does not exist"),
        ("path\tdatetime\nhere.tif\tsoon\n", "line 2: 'soon' is not a time"),
        ("path\tdatetime\nhere.tif\t\n", "line 2: path or datetime is empty"),
    ],
)
def test_a_wrong_sheet_is_one_line(tmp_path, text, message):
    touch(tmp_path, "here.tif")
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text(text)
    with pytest.raises(InputError, match=message):
        catalogue.find("site", {"scenes": str(sheet)}, "VV")


def test_one_file_for_two_polarizations_is_refused(tmp_path):
    touch(tmp_path, ONE, TWO)
    found = catalogue.find("site", {"directory": str(tmp_path)}, "VV")
    with pytest.raises(InputError, match=r"stack 'site': .* stands for two polarizations"):
        catalogue.check_apart("site", [found, found])
    touch(tmp_path, *(name.replace("VV", "VH") for name in (ONE, TWO)))
    catalogue.check_apart(
        "site", [found, catalogue.find("site", {"directory": str(tmp_path)}, "VH")]
    )
