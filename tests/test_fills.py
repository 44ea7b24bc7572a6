"""Values that stand for no data though nothing says so, and what repeats its neighbours."""

import numpy as np
import pytest
import rasterio
from makers import write_scene
from scipy import ndimage
from test_pixels import IMAGE, OFF, brought

SPECKLED = IMAGE * np.random.default_rng(1).gamma(5, 0.2, IMAGE.shape)
# A clipped frame and a lake that fill the same places of all scenes, 30 % of the pixels.
FRAME = np.zeros(IMAGE.shape, bool)
FRAME[:, :12] = FRAME[66:] = True
FRAME[20:28, 50:60] = True


@pytest.mark.parametrize("rows", [3, 30, 60])
@pytest.mark.parametrize(
    ("values", "fill"),
    [("power", -9999), ("power", -3.4028234663852886e38), ("amplitude", -2147483648),
     ("decibel", -9999), ("decibel", -999.9), ("power", 9.969209968386869e36),
     ("amplitude", 3.4028234663852886e38), ("decibel", 9999)],
)  # fmt: skip
def test_a_value_that_marks_no_data_unsaid_is_none_and_is_told(
    tmp_path, values, fill, rows, caplog
):
    """Not taken for decibels or power, however many pixels have it, and not smeared by a warp."""
    stored = {"power": IMAGE, "amplitude": np.sqrt(IMAGE), "decibel": 10 * np.log10(IMAGE)}[values]
    filled = np.zeros(IMAGE.shape, bool)
    filled[:rows] = True
    path = write_scene(tmp_path / "filled.tif", np.where(filled, np.float32(fill), stored))
    found = brought(tmp_path, path, values=values)
    assert (np.isnan(found) == filled).all()
    np.testing.assert_allclose(found[~filled], IMAGE[~filled], rtol=1e-5)
    (said,) = [line for line in caplog.messages if "as no radar measures" in line]
    share = f"{100 * filled.mean():.2g}"
    assert f"has the value {np.float32(fill):.9g} in {share} % of its pixels" in said
    write_scene(path, np.where(filled, np.float32(fill), stored), **OFF)
    warped = brought(tmp_path, path, values=values)
    # Next to the fill a kernel has no more than what is there.
    assert np.isnan(warped[: rows - 1]).all()
    inside = warped[rows + 1 :]
    assert inside[np.isfinite(inside)].min() > 0.2 * IMAGE.min()
    assert np.nanmax(inside) < 5 * IMAGE.max()


def test_two_values_that_mark_no_data_unsaid_are_both_none_and_told(tmp_path, caplog):
    """As a swath's rim and what lies beyond it in products of GAMMA and of ISCE laid together."""
    stored = IMAGE.copy()
    stored[:40], stored[40:43] = -9999, -32768
    path = write_scene(tmp_path / "two.tif", stored)
    found = brought(tmp_path, path)
    assert np.isnan(found[:43]).all() and np.isfinite(found[43:]).all()
    said = [line for line in caplog.messages if "as no radar measures" in line]
    assert [line.split("the value ")[1].split()[0] for line in said] == ["-9999", "-32768"]


@pytest.mark.parametrize("hole", [FRAME, np.arange(90)[:, None] + np.zeros(120) < 60])
@pytest.mark.parametrize(
    ("values", "dtype", "fill", "scale", "no_data"),
    [
        ("power", "float32", 9999, 1, None),
        ("power", "float32", 10, 1, -9999),
        ("power", "float32", 0.1, 1, None),
        ("amplitude", "float32", -1, 1, None),
        ("amplitude", "uint16", 65535, 1, None),
        ("decibel", "float32", 99, 1, None),
        ("decibel", "int16", 32767, 0.01, None),
        ("decibel", "int16", 0, 0.01, -32768),
    ],
)
def test_one_value_that_fills_areas_is_no_data_whatever_it_is(
    tmp_path, caplog, values, dtype, fill, scale, no_data, hole
):
    """Seen, it would pull all offsets to zero, as it lies on the same pixels of all scenes."""
    image = {"power": IMAGE, "amplitude": np.sqrt(IMAGE), "decibel": 10 * np.log10(IMAGE)}[values]
    if dtype == "uint16":
        image = image * 3000
    stored = (np.rint(image / scale) if "int" in dtype else image).astype(dtype)
    stored[hole] = fill
    path = write_scene(tmp_path / "filled.tif", stored, no_data=no_data)
    if scale != 1:
        with rasterio.open(path, "r+") as target:
            target.scales = (scale,)
    found = brought(tmp_path, path, values=values)
    assert (np.isnan(found) == hole).all()
    assert sum(f"has the value {np.float32(fill):.9g} in" in line for line in caplog.messages) == 1


def in_rows(image):
    """Whole areas of one value, as where a product is cut off at its darkest and brightest."""
    return np.repeat(np.repeat(image[::6, ::6], 6, axis=0), 6, axis=1)[: len(image)]


@pytest.mark.parametrize("end", ["darkest", "brightest"])
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_a_product_that_is_cut_off_at_its_ends_keeps_them(tmp_path, dtype, end):
    image = 10 * np.log10(IMAGE)
    smooth = in_rows(image)
    low, high = np.percentile(image, [10, 90])
    flat = smooth < low if end == "darkest" else smooth > high
    image = np.where(flat, low if end == "darkest" else high, np.clip(image, low, high))
    if dtype == "uint8":
        image = np.rint((image - low) / (high - low) * 254 + 1)
    path = write_scene(tmp_path / "cut_off.tif", image.astype(dtype))
    assert np.isfinite(
        brought(tmp_path, path, values="decibel" if dtype[0] == "f" else "power")
    ).all()


def test_amplitudes_that_are_cut_off_at_their_brightest_keep_them(tmp_path):
    """Not calibrated, in steps of ten bits: a city is all at the highest."""
    image = np.sqrt(IMAGE) * 400
    image[40:60, 50:80] = 900 * np.random.default_rng(2).gamma(5, 0.3, (20, 30))
    image = np.minimum(image, 1023).astype(np.uint16)
    assert (image == 1023).mean() > 0.03
    path = write_scene(tmp_path / "city.tif", image)
    assert np.isfinite(brought(tmp_path, path, values="amplitude")).all()


def test_amplitudes_that_are_not_calibrated_keep_the_values_that_many_pixels_have(tmp_path):
    """Whole numbers in the thousands, all of them beyond what is measured, in steps of 20."""
    stored = (20 * np.rint(150 * np.sqrt(SPECKLED / SPECKLED.mean()))).astype(np.uint16)
    assert stored.min() > 1000 / 5 and np.unique(stored, return_counts=True)[1].max() > 50
    path = write_scene(tmp_path / "numbers.tif", stored)
    found = brought(tmp_path, path, values="amplitude")
    np.testing.assert_allclose(found, stored.astype(float) ** 2, rtol=1e-5)


def test_an_image_of_one_value_is_left_as_it_is(tmp_path):
    path = write_scene(tmp_path / "constant.tif", np.full(IMAGE.shape, 0.1, np.float32))
    assert np.isfinite(brought(tmp_path, path)).all()


@pytest.mark.parametrize(
    ("image", "said"),
    [
        # 30 m onto 25 m puts each fifth column twice.
        (IMAGE[:, np.arange(120) * 25 // 30], "repeats 17 %"),
        (IMAGE[:, np.arange(120) // 2], None),
        (IMAGE[:, np.arange(120) // 3], None),
        (np.round(IMAGE, 1), None),
        (ndimage.median_filter(SPECKLED, 5), None),
        (IMAGE, None),
    ],
)
def test_resampling_by_nearest_neighbour_is_told(tmp_path, caplog, image, said):
    brought(tmp_path, write_scene(tmp_path / "again.tif", image.astype(np.float32)))
    lines = [line for line in caplog.messages if "resampling by nearest neighbour" in line]
    assert [said in line for line in lines] == ([True] if said else [])
