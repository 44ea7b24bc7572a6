"""Values of any kind, and what is no value: masks, fills, decibels, bytes, other products."""

import kinds
import numpy as np
import pandas as pd
import pytest
import rasterio
from fourscenes import COLUMNS, ROWS, TIMES, check, config, ground, long, put, refusal
from makers import hyp3_name
from rasterio.enums import ColorInterp

from stackio import files

# What a pixel is hidden by. 40 % of each scene in a shape that does not move.
Y, X = np.mgrid[:ROWS, :COLUMNS]
HIDDEN = (Y * 0.6 + X * 0.3 < 40) | (Y - 0.5 * X > 60) | (X > 180)


def seen(image, fill):
    return np.where(HIDDEN, np.float32(fill), image)


def visible():
    return np.where(HIDDEN, 0, 255).astype(np.uint8)


def internal(path, fill, **more):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        put(path.parent, path.name[7:22], seen(ground(path.name[7:22]), fill), **more)
        with rasterio.open(path, "r+") as target:
            target.write_mask(visible())


def beside(path, fill, **more):
    put(path.parent, path.name[7:22], seen(ground(path.name[7:22]), fill), **more)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as target:
        target.write_mask(visible())
    assert path.with_name(f"{path.name}.msk").exists()


def scaled(path, fill, **more):
    """Decibels in steps of a hundredth, with a unit, and a mask beside."""
    image = np.round((10 * np.log10(ground(path.name[7:22])) + 60) / 0.01)
    put(path.parent, path.name[7:22], seen(image, fill).astype(np.uint16), no_data=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as target:
        target.scales, target.offsets, target.units = (0.01,), (-60.0,), ("dB",)
        target.write_mask(visible())


def alpha(path, fill, **more):
    image = seen(ground(path.name[7:22]), fill)
    put(path.parent, path.name[7:22], np.stack([image, visible().astype(np.float32)]), **more)
    with rasterio.open(path, "r+") as target:
        target.colorinterp = [ColorInterp.gray, ColorInterp.alpha]


def filled(path, fill, **more):
    put(path.parent, path.name[7:22], seen(ground(path.name[7:22]), fill), **more)


@pytest.mark.parametrize(
    ("make", "fill", "no_data"),
    [
        (internal, 100, None),
        (scaled, 9000, None),
        (alpha, 100, None),
        pytest.param(internal, 1, 0, marks=long),
        pytest.param(beside, 100, None, marks=long),
        pytest.param(filled, 0, np.nan, marks=long),
        pytest.param(filled, -9999, None, marks=long),
    ],
)
def test_what_is_hidden_does_not_count(folder, make, fill, no_data):
    """Fill that does not move would pull offsets towards zero, by half and without a word."""
    for time in TIMES:
        make(folder / "scenes" / hyp3_name(time), fill, no_data=no_data)
    check(kinds.measure(config()), tolerance=0.4)


def test_what_no_file_calls_no_data_is_told_in_the_answer(folder):
    for time in TIMES:
        fill = 9999 if time == TIMES[1] else 0.0
        filled(folder / "scenes" / hyp3_name(time), fill, no_data=None)
    measured = kinds.measure(config())
    check(measured, tolerance=0.4)
    (where,) = measured.folders.values()
    findings = files.read_json(where / "findings.json")
    assert findings["unnamed_no_data"] == {TIMES[1]: "9999"}


def test_decibels_are_refused_until_the_config_says_so(folder):
    for time in TIMES:
        image = np.round((10 * np.log10(ground(time)) + 60) / 0.01).astype(np.uint16)
        with rasterio.open(put(folder / "scenes", time, image), "r+") as target:
            target.scales, target.offsets = (0.01,), (-60.0,)
    assert "say 'values: decibel'" in refusal(config(), measured=True)
    check(kinds.measure(config({"directory": "scenes", "values": "decibel"})))


@long
def test_a_quicklook_of_eight_bits_is_used(folder):
    for time in TIMES:
        image = np.clip((10 * np.log10(ground(time)) + 25) / 25 * 254 + 1, 1, 255)
        put(folder / "scenes", time, image.astype(np.uint8))
    check(kinds.measure(config()))


def test_products_that_are_not_alike_are_told(folder):
    """Decibels, amplitude and power by the names; DEM-matched, sigma0, filtered."""
    made = ["gpuned", "gpunem", "sauned", "gdufed"]
    for time, kind in zip(TIMES, made, strict=True):
        x = ground(time)
        x = {"a": np.sqrt(x), "d": 10 * np.log10(x)}.get(kind[1], x)
        put(folder / "scenes", time, x, name=hyp3_name(time).replace("gpuned", kind))
    found = kinds.measure(config())
    check(found)
    for text in ("radiometry", "values", "geolocation", "speckle filter"):
        assert f"{text}: 3 of 4 scenes" in found.text or text == "values"
    assert "1 scene amplitude (20220125T134101)" in found.text
    assert "1 scene decibel (20220206T134101)" in found.text


@long
def test_another_posting_is_brought_onto_the_grid(folder):
    for i, time in enumerate(TIMES):
        if i == 2:
            fine = np.kron(ground(time), np.ones((3, 3), np.float32))
            name = hyp3_name(time).replace("RTC30", "RTC10")
            put(folder / "scenes", time, fine, name=name, posting=10)
        else:
            put(folder / "scenes", time)
    found = kinds.measure(config())
    check(found)
    assert "posting: 3 of 4 scenes 30, 1 scene 10 (20220125T134101)" in found.text
    assert "1 of 4 files are off the stack's pixel lattice" in found.text


@pytest.mark.parametrize("twin", [1, 3])
def test_one_file_under_two_dates_is_told_and_harms_no_other(folder, twin):
    """Its error would be 0, by which all else is divided."""
    for at, time in enumerate(TIMES):
        put(folder / "scenes", time, ground(TIMES[twin - 1] if at == twin else time))
    measured = kinds.measure(config())
    (where,) = measured.folders.values()
    assert files.read_json(where / "findings.json")["same_pixels"] == [
        [TIMES[twin], TIMES[twin - 1]]
    ]
    (table,) = measured.tables.values()
    assert table["offset_east"].notna().all()
    pairs = pd.read_csv(where / "pairs.csv")
    assert (pairs["sigma_x"] > 0).all() and pairs["shift_x"].notna().all()
    twins = table.loc[[TIMES[twin], TIMES[twin - 1]], "offset_east"]
    assert abs(np.diff(twins)[0]) < 0.5
