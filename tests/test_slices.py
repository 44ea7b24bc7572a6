"""Slices, tracks, polarizations and processings of one pass, and parts of the area."""

import os

import kinds
import pytest
import snyder
from fourscenes import (
    CLOCK,
    COLUMNS,
    DAYS,
    TIMES,
    WRONG,
    brought,
    check,
    config,
    ground,
    long,
    put,
    same,
)
from makers import NORTH, WEST, hyp3_name

# Slices: top row of each and its seconds after the first.
SLICES = {
    "two": [[(0, 0), (56, 25)]] * 4,
    "three": [[(0, 0), (40, 25), (80, 50)]] * 4,
    "cut differently": [[(0, 0), (56, 25)], [(5, 1), (50, 26)], [(0, 0), (60, 25)], [(3, 2)]],
    "a gap": [[(0, 0), (45, 25), (90, 50)]] * 3 + [[(0, 0), (90, 50)]],
}


def put_slices(folder, cuts, rows=64, bias=1.0):
    for day, tops in zip(DAYS, cuts, strict=True):
        for top, seconds in tops:
            time = f"{day}T1341{1 + seconds:02d}"
            image = ground(day, 20 + top, rows, large=True) * (bias if seconds else 1)
            put(folder, time, image, north=NORTH - 30 * top)


@pytest.mark.parametrize(
    ("kind", "mosaic"),
    [
        ("two", "first"),
        ("cut differently", "first"),
        pytest.param("two", "mean", marks=long),
        pytest.param("three", "first", marks=long),
        pytest.param("a gap", "mean", marks=long),
    ],
)
def test_slices_of_a_pass_are_one_scene(folder, kind, mosaic):
    put_slices(folder / "scenes", SLICES[kind], bias=1.02)
    found = kinds.measure(config(superset={"mosaic": mosaic}))
    bottom = max(top for tops in SLICES[kind] for top, _ in tops) + 64
    pixel = snyder.utm(WEST + 15 * COLUMNS, NORTH - 15 * bottom)
    check(found, pixel, tolerance=0.4)
    files = sum(map(len, SLICES[kind]))
    assert f"4 scenes out of {files} files, as slices or bursts of one pass" in found.text


@long
def test_slices_stay_apart_on_request(folder):
    put_slices(folder / "scenes", SLICES["two"])
    _, found = kinds.read(config({"directory": "scenes", "slices": "separate"}))
    assert len(found.products["site", "VV"].scenes) == 8


def test_tracks_are_stacks_of_their_own_though_one_has_no_second_polarization(folder):
    for time in TIMES:
        for pol, factor in (("VV", 1), ("VH", 0.2)):
            put(folder / "scenes", time, ground(time) * factor, name=hyp3_name(time, pol))
        put(folder / "scenes", time.replace("T1341", "T0150"))
    stack = {"directory": "scenes", "polarizations": ["VV", "VH"]}
    _, found = kinds.bring(config(stack))
    assert set(found.products) == {("site.1341", "VV"), ("site.1341", "VH"), ("site.0150", "VV")}
    for product in found.products:
        same(found, product, factor=0.2 if product[1] == "VH" else 1)
    # At sunrise there, and at sunset.
    assert "site.0150 (4 scenes, ascending), site.1341 (4 scenes, descending)" in found.text
    assert "'site.0150', VH: no scene" in found.text


def test_a_polarization_that_is_missing_once(folder):
    for i, time in enumerate(TIMES):
        put(folder / "scenes", time)
        if i != 2:
            put(folder / "scenes", time, ground(time) * 0.2, name=hyp3_name(time, "VH"))
    found = brought(config({"directory": "scenes", "polarizations": ["VV", "VH"]}))
    same(found, ("site", "VH"), [DAYS[i] for i in (0, 1, 3)], 0.2)


OPERA = "OPERA_L2_RTC-S1_T137-292319-IW2_{}Z_{}Z_S1A_30_v1.0_VV.tif"


def test_the_newer_of_two_processings_counts(folder):
    for time in TIMES:
        put(folder / "scenes", time, name=OPERA.format(time, "20250830T065219"))
    old = OPERA.format(TIMES[1], "20230101T000000")
    put(folder / "scenes", TIMES[1], WRONG, name=old)
    found = brought(config())
    assert f"{old} is the same acquisition as" in found.text and "by its name" in found.text


@long
def test_the_same_acquisition_by_another_processor(folder):
    """A second apart and in other words; of what tells no processing the newer file counts."""
    for time in TIMES:
        put(folder / "scenes", time)
    other = put(folder / "scenes", "", WRONG, name="S1A__IW___D_20220113T134102_VV_gamma0-rtc.tif")
    os.utime(other, (0, 0))
    found = brought(config())
    assert f"{other.name} is the same acquisition as" in found.text
    other.rename(other.with_name("x_20220113T134102_VV.tif"))
    brought(config({"directory": "scenes", "exclude": ["x_*.tif"]}))


def test_a_tenth_of_the_area(folder):
    for i, time in enumerate(TIMES):
        if i == 2:
            part = ground(time)[10:80, 20:100]
            put(folder / "scenes", time, part, west=WEST + 600, north=NORTH - 300)
        else:
            put(folder / "scenes", time)
    check(kinds.measure(config()), tolerance=0.5)


@long
def test_halves_without_common_ground_are_not_compared(folder):
    """Alternately the north and the south: each half would else have a zero of its own."""
    for i, day in enumerate(DAYS):
        top = 100 * (i % 2)
        put(
            folder / "scenes",
            day + CLOCK,
            ground(day, 20 + top, large=True),
            north=NORTH - 30 * top,
        )
    found = kinds.measure(config(tiles={"rows": 2, "columns": 2}))
    table = found.tables["site", "VV"]
    north, south = (table.filter(regex=days, axis=0) for days in ("0101|0125", "0113|0206"))
    found.tables["site", "VV"] = north
    check(found, days=DAYS[::2])
    assert south["offset_east"].isna().all()
