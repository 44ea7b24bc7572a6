"""Acquisition times, platforms and bursts in product names."""

from datetime import datetime

import pytest

from stackshift.errors import InputError
from stackshift.ground import names, products

PRODUCTS = [
    (
        "S1A_IW_20220115T134101_DVP_RTC30_G_gpuned_9C01_VV.tif",
        datetime(2022, 1, 15, 13, 41, 1),
        "S1A",
        None,
    ),
    (
        "OPERA_L2_RTC-S1_T137-292319-IW2_20211201T015857Z_20250830T065219Z_S1B_30_v1.0_VH.tif",
        datetime(2021, 12, 1, 1, 58, 57),
        "S1B",
        "T137-292319-IW2",
    ),
    (
        "OPERA_L2_RTC-S1_VV_S1A_IW_SLC__1SDV_20230101T015901_20230101T015928_046585_059525_A4C1"
        "_30_v1.0_mosaic.tif",
        datetime(2023, 1, 1, 1, 59, 1),
        "S1A",
        None,
    ),
    (
        "s1c_iw_grdh_1sdv_20250401t134101_20250401t134126_001234_00abcd_12ef_vv.tiff",
        datetime(2025, 4, 1, 13, 41, 1),
        "S1C",
        None,
    ),
]


@pytest.mark.parametrize("spelled", ["S1C", "S1-C", "s1c", "S-1C", "Sentinel-1C", "SENTINEL 1-C"])
def test_a_satellite_is_one_however_it_is_spelled(spelled):
    assert names.platform(spelled) == "S1C"


def test_no_satellite_is_read_out_of_other_words():
    for name in ("RTC-S1-VV", "S1-DV_x", "S1_30", "S1", "OPERA_L2_RTC-S1_T137", "XS1-A"):
        assert names.platform(name) is None


@pytest.mark.parametrize(("name", "time", "platform", "burst"), PRODUCTS)
def test_product_names(name, time, platform, burst):
    assert names.acquisition_start(name) == time
    assert names.platform(name) == platform
    assert names.burst(name) == burst


def told(path):
    return names.tell(tuple(reversed(path.split("/"))))


def at(text):
    return datetime.strptime(text, names.SCENE_FORMAT)


ESA = "S1A_IW_GRDH_1SDV_20220115T134101_20220115T134126_041473_04EE91_9C01"
# Names of products as their producers document them or repositories show them, with the
# acquisition, whether its time of day is known, and what else they tell.
PATHS = [
    ("S1A_IW_20180128T161201_DVP_RTC30_G_gpuned_FD6A_VV.tif", "20180128T161201", True,
     {"platform": "S1A", "polarization": "VV", "values": "power"}),
    ("S1A_IW_20150621T120220_DVR_RTC10_G_saufem_F8E2_vh.tif", "20150621T120220", True,
     {"polarization": "VH", "values": "amplitude"}),
    ("rS1A_IW_RT30_20170223T120442_G_gpn_VH.tif", "20170223T120442", True,
     {"platform": "S1A", "values": "power"}),
    ("opera_l2_rtc-s1_t137-292319-iw2_20211201t015857z_20250830t065219z_s1b_30_v1.0_vh.tif",
     "20211201T015857", True,
     {"platform": "S1B", "burst": "T137-292319-IW2", "track": 137, "polarization": "VH",
      "processed": datetime(2025, 8, 30, 6, 52, 19)}),
    (f"{ESA}/measurement/iw-vv.rtc.tiff", "20220115T134101", True,
     {"platform": "S1A", "polarization": "VV"}),
    ("s1a-iw-grd-vv-20220115t134101-20220115t134126-041473-04ee91-001.tiff", "20220115T134101",
     True, {"platform": "S1A", "polarization": "VV"}),
    (f"{ESA}_Orb_NR_Cal_TF_TC.data/Gamma0_VV_db.img", "20220115T134101", True,
     {"values": "decibel", "polarization": "VV"}),
    ("S1A__IW___D_20230510T051945_VV_gamma0-rtc_db.tif", "20230510T051945", True,
     {"direction": "descending", "values": "decibel", "polarization": "VV"}),
    ("622_975_S1A__IW___A_20220721T120000_VH_gamma0-rtc_0_0.tif", "20220721T120000", True,
     {"direction": "ascending", "values": None}),
    ("T137-292319-IW2/20220115/VV.tif", "20220115T000000", False,
     {"burst": "T137-292319-IW2", "track": 137, "polarization": "VV"}),
    ("t064_135523_iw2/20221016/t064_135523_iw2_20221016_VV.tif", "20221016T000000", False,
     {"burst": "T064-135523-IW2", "track": 64}),
    ("ga_s1_nrb_iw_vv_vh_0/t070_149815_iw3/2022/01/01/20220101T124752/x_vv.tif",
     "20220101T124752", True, {"track": 70, "polarization": "VV"}),
    ("s1_rtc/N13E025/2018/01/04/0101B0/s1_rtc_0101B0_N13E025_2018_01_04_VH.tif",
     "20180104T000000", False, {"polarization": "VH"}),
    ("s1_rtc/2026/06/23/0834AD/N00E005/VV.tif", "20260623T000000", False, {}),
    ("2020/S1A_20200106_10TET_DSC/Gamma0_VV.tif", "20200106T000000", False,
     {"platform": "S1A", "direction": "descending"}),
    ("track137/asc/20220115_134101.VV.tif", "20220115T134101", True,
     {"track": 137, "direction": "ascending", "polarization": "VV"}),
    ("S1_167878_IW2_20150316T023730_VH_BAD9-BURST.tif", "20150316T023730", True, {}),
    ("2022-01-15T13-41-01Z_HH.tif", "20220115T134101", True, {"polarization": "HH"}),
    ("15Jan2022_VV.img", "20220115T000000", False, {}),
    # A processing time before the acquisition, said or by its place before the platform.
    ("20250830T120333_S1A_IW_20211119T015858_VV.tif", "20211119T015858", True,
     {"processed": datetime(2025, 8, 30, 12, 3, 33)}),
    ("proc_20250830T120333_20211119T015858_VV.tif", "20211119T015858", True, {}),
    ("S1A_20211119_v20250830T120333_VV.tif", "20211119T000000", False, {}),
    ("run_20250830/S1A_20211119T015858_VV.tif", "20211119T015858", True, {}),
    (f"{ESA}/20250830T120333_VV.tif", "20220115T134101", True, {}),
    ("20130101T000000_S1A_20211119T015858_VV.tif", "20211119T015858", True, {}),
    ("20220115T134101/20220115_VV.tif", "20220115T134101", True, {}),
    # The time of day in other styles, and what is none: a year, a frame of five digits.
    ("S1A_20220115_0137_VV.tif", "20220115T000000", False, {}),
    ("S1A_20220115_13-41-01_VV.tif", "20220115T134101", True, {}),
    ("S1A_20220115_T134101_VV.tif", "20220115T134101", True, {}),
    ("S1A_20220115.134101_VV.tif", "20220115T134101", True, {}),
    ("S1A_20220115_2560_VV.tif", "20220115T000000", False, {}),
    ("S1A_20220115_13410_VV.tif", "20220115T000000", False, {}),
    # Absolute orbits and datatakes, and the start with the end. The track of the orbit is that of
    # ASF's catalogue: groupID S1A_IWDV_0173_0178_047804_132.
    ("S1A_IW_20230325_047804_05BE4F_VV.tif", "20230325T000000", False, {"track": 132}),
    ("S1A_IW_20230325_047804_051234_VV.tif", "20230325T000000", False, {"track": 132}),
    ("S1A_IW_20230325_051630_051657_VV.tif", "20230325T051630", True, {"track": None}),
    # Tracks in other styles.
    ("S1A_R066_20220115_VV.tif", "20220115T000000", False, {"track": 66}),
    ("orb137/20220115_VV.tif", "20220115T000000", False, {"track": 137}),
    ("066A/20220115_VV.tif", "20220115T000000", False, {"track": 66, "direction": "ascending"}),
    ("s1a_31TDH_vv_DES_110_20200108t044215.tif", "20200108T044215", True,
     {"track": 110, "direction": "descending", "polarization": "VV"}),
    ("toits_des_alpes/20220115_VV.tif", "20220115T000000", False, {"direction": None}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "time", "dated", "more"), PATHS, ids=[row[0] for row in PATHS])
def test_a_whole_path_tells(path, time, dated, more):
    found = told(path)
    assert (found.time, found.dated) == (at(time), dated)
    # Only a folder that counts more than the file's own name is worth a line.
    assert bool(found.doubts) == ("/20250830T" in path)
    assert {key: getattr(found, key) for key in more} == more
    # Case and the length of the way to the file change nothing.
    assert told(f"data/my_site/{path.lower()}").time == at(time)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("20250830T120333_20211119T015858_VV.tif", "several times"),
        ("20211119_20211201_VV.tif", "several times"),
        ("S1A_20211119_20211201_VV.tif", "several times"),
        ("S1AA_20220115T134101_20220127T134101_VVP012_INT80_G_ueF_9C01_amp_VV.tif", "a pair"),
        ("S1-GUNW-D-R-071-tops-20200130_20200124-135156-34956N_32979N-PP-913f-v2_0_4", "a pair"),
    ],
)
def test_what_no_rule_decides_is_ambiguous(name, why):
    assert told(name).time is None
    assert why in told(name).ambiguous


@pytest.mark.parametrize("name", ["12345678_VV.tif", "20229915_VV.tif", "x_00000000_VV.tif"])
def test_eight_digits_that_are_no_date_are_none(name):
    assert told(name).time is None and told(name).ambiguous is None


def test_a_time_against_the_rule_of_the_platform_is_taken_with_a_doubt():
    found = told("20211119T015858_S1A_20250830T120333_VV.tif")
    assert found.time == at("20211119T015858")
    assert "20250830T120333 for processing" in found.doubts[0]


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("20220113T154101+0200", "20220113T134101"),
        ("20220113T154101+02:00", "20220113T134101"),
        ("20220114_003101+05", "20220113T193101"),
        ("2022-01-13T19-11-01+0530", "20220113T134101"),
        # What is no zone.
        ("20220113T134101+3", "20220113T134101"),
        ("20220113T134101-134126", "20220113T134101"),
        ("20220113T134101-02", "20220113T134101"),
        ("20220113T134101Z", "20220113T134101"),
    ],
)
def test_a_zone_behind_a_time_is_reckoned_with(clock, time):
    found = told(f"rtc_{clock}_VV.tif")
    assert found.time == at(time) and found.dated and not found.doubts


def test_what_may_be_a_zone_west_of_utc_or_a_count_is_a_doubt():
    found = told("rtc_20220113T134101-0200_VV.tif")
    assert found.time == at("20220113T134101")
    assert "taken for UTC, whatever -0200 behind it means" in found.doubts[0]


def test_a_name_of_several_polarizations_says_none():
    assert names.polarization("S1A_VV_VH_ratio.tif") is None
    assert names.polarization("S1A_IW_GRDH_1SDV_x_hv.tif") == "HV"


@pytest.mark.parametrize(
    ("platform", "orbit", "track"),
    [
        # Of ASF's catalogue: groupID S1A_IWDV_0173_0178_047804_132, S1A_IWDV_0182_0187_033897_050.
        ("S1A", 47804, 132),
        ("S1A", 33897, 50),
        # Of tests and manifests in sentineleof and s1-reader.
        ("S1C", 1681, 110),
        ("S1C", 8018, 147),
        ("S1C", 8019, 46),
        ("S1D", 2389, 73),
        ("S1D", 4762, 171),
        ("S1E", 1, None),
    ],
)
def test_tracks_of_absolute_orbits(platform, orbit, track):
    assert products.relative_orbit(platform, orbit) == track


def test_the_orbit_of_an_esa_name_gives_its_track():
    assert told("S1A_IW_SLC__1SDV_20230325T175029_20230325T175056_047804_05BE4F_59A4").track == 132


def test_traits_of_hyp3_and_opera():
    hyp3 = dict(told("S1B_IW_20190123T053348_DVO_RTC10_G_sawfcm_6EC9_VV.tif").traits)
    assert hyp3 == {
        "product": "HyP3 RTC",
        "mode": "IW",
        "orbit file": "original",
        "posting": "10",
        "radiometry": "sigma0",
        "water": "masked",
        "filter": "filtered",
        "reckoning": "DEM matched",
    }
    opera = dict(told(PRODUCTS[1][0]).traits)
    assert opera["posting"] == "30" and opera["processor version"] == "v1.0"
    assert opera["swath"] == "IW2"


@pytest.mark.parametrize("name", ["scene_VV.tif", "20220115_VV.tif", "x_20229915T134101_VV.tif"])
def test_a_name_without_a_time_has_none(name):
    assert names.acquisition_start(name) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2022-01-15T13:41:01", datetime(2022, 1, 15, 13, 41, 1)),
        ("2022-01-15 13:41:01Z", datetime(2022, 1, 15, 13, 41, 1)),
        ("20220115T134101", datetime(2022, 1, 15, 13, 41, 1)),
        ("2022-01-15T15:41:01+02:00", datetime(2022, 1, 15, 13, 41, 1)),
        ("2022-01-15", datetime(2022, 1, 15)),
    ],
)
def test_times_of_a_sheet_are_utc(text, time):
    assert names.parse_time(text) == time


def test_a_time_that_is_none_is_an_error():
    with pytest.raises(InputError, match="'yesterday' is not a time"):
        names.parse_time("yesterday")
