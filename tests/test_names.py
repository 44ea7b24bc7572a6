"""Acquisition times, platforms and bursts in product names."""

from datetime import datetime

import pytest

from stackshift.errors import InputError
from stackshift.ground import names

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


@pytest.mark.parametrize(("name", "time", "platform", "burst"), PRODUCTS)
def test_product_names(name, time, platform, burst):
    assert names.acquisition_start(name) == time
    assert names.platform(name) == platform
    assert names.burst(name) == burst


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
