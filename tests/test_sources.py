"""What a path and a sheet tell of a file, together and against each other; what a stack mixes."""

from datetime import datetime

import pytest
from makers import hyp3_name

from stackflow.sources import Source, archive_of, from_names, is_remote, mixtures, parts_of
from stackshift.errors import InputError

TIME = datetime(2022, 1, 15, 13, 41, 1)
NAME = hyp3_name("20220115T134101")


def test_names_alone_tell():
    source = from_names(f"folder/{NAME}", "VV")
    assert (source.time, source.dated, source.platform) == (TIME, True, "S1A")
    assert (source.polarization, source.values, source.band) == ("VV", "power", None)
    assert source.remarks == ()


@pytest.mark.parametrize(
    ("said", "remark"),
    [
        (
            {"time": datetime(2022, 1, 27, 13, 41, 1)},
            "the sheet says 2022-01-27T13:41:01, its name",
        ),
        ({"time": datetime(2022, 1, 16), "dated": False}, "the sheet says 2022-01-16, its name"),
        ({"time": datetime(2022, 1, 15, 13, 50)}, "2022-01-15T13:50:00"),
        ({"platform": "S1B"}, "the sheet says platform S1B, its name S1A"),
        ({"polarization": "VH"}, "the sheet says polarization VH, its name VV"),
        ({"values": "decibel"}, "the sheet says values decibel, its name power"),
    ],
)
def test_a_sheet_against_the_name_counts_and_is_remarked(said, remark):
    source = from_names(NAME, "VV", said)
    assert {key: getattr(source, key) for key in said} == said
    assert len(source.remarks) == 1 and remark in source.remarks[0]


@pytest.mark.parametrize(
    "said",
    [
        {"time": TIME},
        # STAC's datetime is the middle of the acquisition.
        {"time": datetime(2022, 1, 15, 13, 41, 14)},
        {"time": datetime(2022, 1, 15), "dated": False},
        {"time": datetime(2022, 1, 15)},
        {"platform": "S1A", "band": 2, "track": 101, "time": None},
    ],
)
def test_a_sheet_that_agrees_is_not_remarked(said):
    source = from_names(NAME, "VV", said)
    assert source.remarks == ()
    assert source.dated and source.time.date() == TIME.date() and source.time.hour == 13


def test_the_other_polarization_in_the_name_is_remarked():
    assert (
        "says VH, and it is taken for VV"
        in from_names(hyp3_name("20220115T134101", "VH"), "VV").remarks[0]
    )


def test_a_path_without_a_time_is_refused_with_what_to_do():
    with pytest.raises(
        InputError, match=r"the name of a/x_VV.tif holds no acquisition time .* sheet"
    ):
        from_names("a/x_VV.tif", "VV")
    with pytest.raises(InputError, match=r"holds several times \(20211119, 20211201\); list it"):
        from_names("20211119_20211201_VV.tif", "VV")


def test_paths_of_archives_and_addresses():
    inside = "/vsizip/data/a.zip/a/a_VV.tif"
    assert archive_of(inside) == "data/a.zip" and not is_remote(inside)
    assert archive_of("/vsizip//data/a.ZIP/a_VV.tif") == "/data/a.ZIP"
    assert archive_of("/vsizip//vsicurl/https://x/a.zip/a.tif") is None
    assert is_remote("/vsizip//vsicurl/https://x/a.zip/a.tif") and is_remote("s3://b/k_VV.tif")
    assert not is_remote("a/b.tif")
    assert parts_of("https://host/S1A_x/iw-vv.rtc.tiff?sig=20200101#a") == (
        "iw-vv.rtc.tiff",
        "S1A_x",
    )
    assert parts_of(inside) == ("a_VV.tif", "a", "a.zip", "data")
    assert parts_of("/vsicurl/https://host/a%20b/c.tif") == ("c.tif", "a b")


def stack_of(*kinds):
    return [
        from_names(f"S1A_IW_202201{day:02d}T134101_{kind}_9C01_VV.tif", "VV")
        for day, kind in enumerate(kinds, 1)
    ]


def test_an_even_stack_mixes_nothing():
    assert mixtures(stack_of(*["DVP_RTC30_G_gpuned"] * 3)) == []
    assert mixtures([]) == []


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (
            "DVP_RTC30_G_spuned",
            "radiometry: 4 of 5 scenes gamma0, 1 scene sigma0 (20220105T134101)",
        ),
        ("DVP_RTC30_G_gauned", "values: 4 of 5 scenes power, 1 scene amplitude (20220105T134101)"),
        ("DVP_RTC30_G_gpunem", "geolocation: 4 of 5 scenes dead reckoning, 1 scene DEM matched"),
        ("DVP_RTC10_G_gpuned", "posting: 4 of 5 scenes 30, 1 scene 10"),
        ("DVR_RTC30_G_gpuned", "orbit file: 4 of 5 scenes precise, 1 scene restituted"),
        ("DVP_RTC30_G_gpufed", "speckle filter: 4 of 5 scenes unfiltered, 1 scene filtered"),
    ],
)
def test_what_a_stack_mixes_is_a_line(kind, line):
    lines = mixtures(stack_of(*["DVP_RTC30_G_gpuned"] * 4, kind))
    assert len(lines) == 1 and lines[0].startswith(line)


def test_many_of_the_fewer_are_counted_and_silence_is_told_of_values_and_products_only():
    plain = [Source(f"{i}_VV.tif", datetime(2022, 2, i)) for i in range(1, 8)]
    lines = mixtures(stack_of(*["DVP_RTC30_G_gpuned"] * 8) + plain)
    assert [line.partition(":")[0] for line in lines] == ["processor", "values"]
    assert (
        "7 scenes not said (20220201T000000, 20220202T000000, 20220203T000000 and 4 more)"
        in lines[0]
    )
