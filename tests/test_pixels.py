"""Values of a scene as power: masks, no data, scale, unit, bands, files beside it."""

import os
import zipfile

import numpy as np
import pytest
import rasterio
from makers import NORTH, POSTING, WEST, hyp3_name, read, texture, write_scene
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.rpc import RPC
from rasterio.transform import Affine

import superset
from stackio import pixels, raster
from stackshift.errors import InputError
from stackshift.ground import power
from stackshift.ground.lattice import Grid

IMAGE = texture(90, 120)
HOLE = np.zeros(IMAGE.shape, bool)
HOLE[:30] = HOLE[60:80, 40:70] = True
# Bright, as the fill of a stretched product: seen at once where it is not masked.
FILLED = np.where(HOLE, np.float32(100), IMAGE)
GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 120, 90)
# A third of a pixel further east and south.
OFF = {"west": WEST - 10.0, "north": NORTH + 10.0}


def brought(tmp_path, path, grid=GRID, resampling="sinc", no_data="auto", **one):
    """A scene after the superset."""
    out = tmp_path / "out.tif"
    files = [{"path": str(path)} | one]
    superset.main(files, grid, out, resampling, no_data, None)
    return read(out)


def visible(hole):
    return np.where(hole, 0, 255).astype(np.uint8)


def internal_mask(path, image=FILLED, hole=HOLE, **where):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        write_scene(path, image, **where)
        with rasterio.open(path, "r+") as target:
            target.write_mask(visible(hole))


def file_of_mask(path, image=FILLED, hole=HOLE, **where):
    write_scene(path, image, **where)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as target:
        target.write_mask(visible(hole))
    assert path.with_name(f"{path.name}.msk").exists()


def alpha_band(path, image=FILLED, hole=HOLE, **where):
    write_scene(path, np.stack([image, visible(hole).astype(np.float32)]), **where)
    with rasterio.open(path, "r+") as target:
        target.colorinterp = [ColorInterp.gray, ColorInterp.alpha]


MASKS = [internal_mask, file_of_mask, alpha_band]


@pytest.mark.parametrize("no_data", [None, 0, np.nan])
@pytest.mark.parametrize("make", MASKS)
def test_what_a_mask_hides_is_no_data_beside_what_is_marked_so(tmp_path, make, no_data):
    image = FILLED.copy()
    image[85:] = 0 if no_data is None else no_data
    make(tmp_path / "s.tif", image, no_data=no_data)
    expected = np.where(HOLE, np.nan, IMAGE)
    expected[85:] = np.nan
    np.testing.assert_array_equal(brought(tmp_path, tmp_path / "s.tif"), expected)


@pytest.mark.parametrize("resampling", ["sinc", "lanczos", "cubic", "bilinear"])
@pytest.mark.parametrize("make", MASKS)
def test_what_a_mask_hides_does_not_shine_through_a_warp(tmp_path, make, resampling):
    make(tmp_path / "s.tif", **OFF)
    found = brought(tmp_path, tmp_path / "s.tif", resampling=resampling)
    assert np.nanmax(found) < 1.5 * IMAGE.max()
    assert np.isnan(found[:29]).all() and np.isnan(found[61:79, 41:69]).all()
    assert np.isfinite(found[34:56]).all()


def test_a_vrt_shows_the_masks_beside_its_sources(tmp_path):
    file_of_mask(tmp_path / "part.tif")
    path = vrt(tmp_path / "s.vrt", "part.tif")
    np.testing.assert_array_equal(brought(tmp_path, path), np.where(HOLE, np.nan, IMAGE))


def vrt(path, source):
    """A VRT of one source with its mask, 90 x 120 pixels."""
    part = (
        f'<SimpleSource><SourceFilename relativeToVRT="1">{source}</SourceFilename>'
        "<SourceBand>{}</SourceBand></SimpleSource>"
    )
    path.write_text(
        '<VRTDataset rasterXSize="120" rasterYSize="90"><SRS>EPSG:32611</SRS>'
        f"<GeoTransform>{WEST},30,0,{NORTH},0,-30</GeoTransform>"
        f'<VRTRasterBand dataType="Float32" band="1">{part.format(1)}</VRTRasterBand>'
        f'<MaskBand><VRTRasterBand dataType="Byte">{part.format("mask,1")}</VRTRasterBand>'
        "</MaskBand></VRTDataset>"
    )
    return path


def test_a_vrt_names_the_source_that_is_not_there(tmp_path):
    write_scene(tmp_path / "a & b.tif", IMAGE)
    path = vrt(tmp_path / "s.vrt", "a &amp; b.tif")
    with raster.open_scene(path) as source:
        raster.check_complete(source, path)
    (tmp_path / "a & b.tif").unlink()
    with pytest.raises(InputError, match=r"is made of .*a & b\.tif, which is not there") as caught:
        brought(tmp_path, path)
    assert "download" not in str(caught.value)


def scaled(path, values, scale, offset, unit=None, **profile):
    write_scene(path, values, **profile)
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (scale,), (offset,)
        if unit:
            target.units = (unit,)
    return path


def test_scale_and_offset_are_applied_after_no_data_is_found(tmp_path):
    stored = np.arange(90 * 120).reshape(90, 120).astype(np.uint16)
    path = scaled(tmp_path / "s.tif", stored, 0.001, 5.0, no_data=7)
    found = brought(tmp_path, path)
    expected = 5 + stored / 1000
    expected[stored == 7] = np.nan
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("off", [{}, OFF])
@pytest.mark.parametrize("unit", ["dB", "decibel"])
def test_decibels_that_say_so_become_power(tmp_path, unit, off):
    stored = np.round((10 * np.log10(IMAGE) + 60) / 0.01).astype(np.uint16)
    stored[:10] = 0
    known = brought(tmp_path, write_scene(tmp_path / "p.tif", np.where(stored, IMAGE, 0), **off))
    path = scaled(tmp_path / "s.tif", stored, 0.01, -60.0, unit, no_data=0, **off)
    found = brought(tmp_path, path)
    # Half a step is 0.12 %; a kernel with negative weights may double it.
    np.testing.assert_allclose(found, known, rtol=2.4e-3)


@pytest.mark.parametrize("marker", [None, np.nan])
def test_a_border_of_zeros_in_decibels_is_no_data(tmp_path, marker):
    image = 10 * np.log10(IMAGE)
    image[:10] = 0
    path = write_scene(tmp_path / "scene_dB.tif", image, no_data=marker)
    found = brought(tmp_path, path)
    assert np.isnan(found[:10]).all()
    np.testing.assert_allclose(found[10:], IMAGE[10:], rtol=1e-5)


@pytest.mark.parametrize(
    ("values", "stored"),
    [("decibel", 10 * np.log10(IMAGE)), ("amplitude", np.sqrt(IMAGE)), ("power", IMAGE)],
)
def test_the_config_says_what_the_values_are(tmp_path, values, stored):
    # Against what the name says.
    path = write_scene(tmp_path / "scene_amplitude_dB.tif", stored.astype(np.float32))
    np.testing.assert_allclose(brought(tmp_path, path, values=values), IMAGE, rtol=1e-5)


def test_decibels_that_say_nothing_are_refused_with_what_to_say(tmp_path):
    path = write_scene(tmp_path / "s.tif", 10 * np.log10(IMAGE))
    with pytest.raises(InputError, match=r"negative values, as decibels have; .*'values: decibel'"):
        brought(tmp_path, path)


def test_decibels_taken_for_power_are_refused_whatever_fills_them(tmp_path):
    stored = 10 * np.log10(IMAGE)
    stored[:60] = -9999
    path = write_scene(tmp_path / "scene.tif", stored)
    with pytest.raises(InputError, match=r"\d % negative values, as decibels have"):
        brought(tmp_path, path)


def test_negative_amplitudes_are_refused_as_negative_power_is(tmp_path):
    path = write_scene(tmp_path / "amp.tif", 10 * np.log10(IMAGE))
    with pytest.raises(InputError, match=r"negative values, as decibels have; .*'values: decibel'"):
        brought(tmp_path, path, values="amplitude")


def test_the_cure_for_one_file_in_decibels_is_said(tmp_path):
    """What is said for the stack is said for all of its files, and wrong for those in power."""
    path = write_scene(tmp_path / "s.tif", 10 * np.log10(IMAGE))
    with pytest.raises(InputError, match=r"where all files .* a column 'values' .* 'exclude'"):
        brought(tmp_path, path)


@pytest.mark.parametrize("of_power", [lambda power: power, np.sqrt])
def test_power_and_amplitude_told_to_be_decibels_are_refused(tmp_path, of_power):
    # Land: -10 dB, 4 looks, and a few bright buildings.
    image = 0.1 * np.random.default_rng(1).gamma(4, 1 / 4, IMAGE.shape)
    image[3:5, 3:9] = 150
    path = write_scene(tmp_path / "s.tif", of_power(image).astype(np.float32))
    with pytest.raises(InputError, match=r"told to hold decibels, but hardly .* column 'values'"):
        brought(tmp_path, path, values="decibel")


@pytest.mark.parametrize(("level", "looks"), [(0, 50), (4, 20), (60, 20)])
def test_bright_decibels_are_decibels(tmp_path, level, looks):
    """A city of 0 and of 4 dB with little speckle, and uncalibrated numbers, all above 0."""
    image = np.random.default_rng(1).gamma(looks, 1 / looks, IMAGE.shape)
    path = write_scene(tmp_path / "s.tif", (level + 10 * np.log10(image)).astype(np.float32))
    found = brought(tmp_path, path, values="decibel")
    np.testing.assert_allclose(found, 10 ** (level / 10) * image, rtol=1e-4)


def test_a_zero_of_scaled_integers_is_a_value_where_the_file_names_another_mark(tmp_path):
    decibels = np.round(10 * (10 * np.log10(IMAGE) + 14))
    stored = np.clip(decibels, 0, 254).astype(np.uint8)
    assert (stored == 0).sum() > 100
    stored[:5] = 255
    path = write_scene(tmp_path / "dB.tif", stored, no_data=255)
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.1,), (-14.0,)
    found = brought(tmp_path, path, values="decibel")
    assert np.isnan(found[:5]).all() and np.isfinite(found[5:]).all()
    expected = 10 ** ((0.1 * stored[5:] - 14) / 10)
    np.testing.assert_allclose(found[5:], expected, rtol=1e-5)


def test_power_whose_name_says_decibel_is_refused(tmp_path):
    path = write_scene(tmp_path / "s_dB.tif", IMAGE)
    with pytest.raises(InputError, match="says that it holds decibels, but hardly a value is"):
        brought(tmp_path, path)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("S1A_IW_20220101T134101_DVP_RTC30_G_gpuned_0A1B_VV.tif", "power"),
        ("S1A_IW_20220101T134101_DVP_RTC10_G_sdunem_0A1B_VV.tif", "decibel"),
        ("S1A_IW_20220101T134101_DVR_RTC30_G_gawned_DB01_VH.tif", "amplitude"),
        ("S1A__IW___A_20150309T173017_VV_gamma0-rtc_db.tif", "decibel"),
        ("Gamma0_VV_db", "decibel"),
        ("Amplitude_VV", "amplitude"),
        ("linear backscatter intensity", "power"),
        ("dB", "decibel"),
        ("10*log10(power) in dB", "decibel"),
        ("OPERA_L2_RTC-S1_T137-292319-IW2_20211201T015857Z_20250830T065219Z_S1A_30_v1.0.tif", None),
        ("Gamma0_VV", None),
        ("feedback_dbase.tif", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_texts_say_of_values(text, values):
    assert power.said([None, text]) == values


def test_the_unit_counts_more_than_tags_and_these_more_than_the_name(tmp_path):
    path = write_scene(tmp_path / hyp3_name("20220101T000000"), IMAGE)
    with rasterio.open(path) as source:
        assert raster.values_of(source, "auto") == "power"
    key = "PROCESSING_INFORMATION_OUTPUT_BACKSCATTER_EXPRESSION_CONVENTION"
    with rasterio.open(path, "r+") as target:
        # A tag that speaks of decibels without saying that these are some.
        target.update_tags(DECIBEL_CONVERSION_EQUATION="backscatter_dB = 10*log10(linear)")
        target.update_tags(**{key: "linear backscatter amplitude"})
    with rasterio.open(path) as source:
        assert raster.values_of(source, "auto") == "amplitude"
    with rasterio.open(path, "r+") as target:
        target.units = ("dB",)
    with rasterio.open(path) as source:
        assert raster.values_of(source, "auto") == "decibel"
        assert raster.values_of(source, "power") == "power"


def test_one_of_several_bands_is_read_if_it_is_named(tmp_path):
    other = texture(90, 120, seed=1)
    path = write_scene(tmp_path / "s.tif", np.stack([other, IMAGE]))
    with rasterio.open(path, "r+") as target:
        target.descriptions = ("VH", "Gamma0_VV")
    with pytest.raises(InputError, match=r"has 2 bands \(1: VH, 2: Gamma0_VV\); say which in a"):
        brought(tmp_path, path)
    np.testing.assert_array_equal(brought(tmp_path, path, band=2), IMAGE)
    with pytest.raises(InputError, match="has no band 3 of values, only 1: VH, 2: Gamma0_VV"):
        brought(tmp_path, path, band=3)


def ground_control(target):
    places = [
        GroundControlPoint(r, c, -117 + c / 900, 35 - r / 900) for r in (0, 89) for c in (0, 9)
    ]
    target.gcps = (places, "EPSG:4326")


def polynomials(target):
    line = [1.0] + [0.0] * 19
    target.rpcs = RPC(0, 1, 35, 1, line, line, 45, 45, -117, 1, line, line, 60, 60, 0, 0)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("place", "what"),
    [(ground_control, "ground control points"), (polynomials, "rational polynomials")],
)
def test_radar_geometry_is_told_as_such(tmp_path, place, what):
    path = write_scene(tmp_path / "s.tif", IMAGE, crs=None, transform=Affine.identity())
    with rasterio.open(path, "r+") as target:
        place(target)
    with pytest.raises(InputError, match=f"is in radar geometry \\({what}.*terrain-correct it"):
        brought(tmp_path, path)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("suffix", [".tfw", ".tifw", ".wld"])
def test_a_world_file_places_a_scene_if_the_crs_is_there_too(tmp_path, suffix):
    path = tmp_path / "s.tif"
    # Not even an identity inside, which would be the file's own.
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": 90, "width": 120}
    with rasterio.open(path, "w", **profile) as target:
        target.write(IMAGE, 1)
    path.with_suffix(suffix).write_text(f"30\n0\n0\n-30\n{WEST + 15}\n{NORTH - 15}\n")
    with pytest.raises(InputError, match="has no CRS"):
        brought(tmp_path, path)
    beside = path.with_name("s.tif.aux.xml")
    beside.write_text("<PAMDataset><SRS>EPSG:32611</SRS></PAMDataset>")
    np.testing.assert_array_equal(brought(tmp_path, path), IMAGE)


def test_envi_is_read_with_the_header_beside_it(tmp_path):
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="TRUE"):
        path = write_scene(tmp_path / "s.img", IMAGE, driver="ENVI")
    np.testing.assert_array_equal(brought(tmp_path, path), IMAGE)


@pytest.mark.parametrize("prefix", ["/vsizip/{}/s.tif", "zip://{}!s.tif"])
def test_a_zip_is_read_in_place_with_what_lies_beside(tmp_path, prefix):
    file_of_mask(tmp_path / "s.tif")
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as packed:
        for name in ("s.tif", "s.tif.msk"):
            packed.write(tmp_path / name, name)
    found = brought(tmp_path, prefix.format(tmp_path / "s.zip"))
    np.testing.assert_array_equal(found, np.where(HOLE, np.nan, IMAGE))


@pytest.mark.parametrize(
    ("path", "asks"),
    [
        ("scenes/a.tif", True),
        ("/vsizip/scenes/a.zip/a.tif", True),
        ("zip:///data/a.zip!a.tif", True),
        ("file:///data/a.tif", True),
        ("https://host/a.tif", False),
        ("s3://bucket/a.tif", False),
        ("zip+https://host/a.zip!a.tif", False),
        ("/vsicurl/https://host/a.tif", False),
        ("/vsis3/bucket/a.tif", False),
        ("/vsizip//vsicurl_streaming/https://host/a.zip/a.tif", False),
        ("/vsizip/vsigs/bucket/a.zip/a.tif", False),
    ],
)
def test_only_beside_files_of_this_machine_files_are_looked_for(path, asks):
    assert (raster._listing(path) == "TRUE") == asks


def test_nothing_more_is_read_where_no_mask_is(tmp_path):
    path = write_scene(tmp_path / "s.tif", IMAGE, no_data=0)
    with pixels.opened(str(path)) as found:
        assert not found.masked and found.alpha is None
    internal_mask(tmp_path / "m.tif", no_data=0)
    with pixels.opened(str(tmp_path / "m.tif")) as found:
        assert found.masked


def test_damage_is_told_of_the_file_that_has_it(tmp_path):
    """Of two files that are open together."""
    good = write_scene(tmp_path / "good.tif", IMAGE)
    bad = write_scene(tmp_path / "bad.tif", IMAGE, compress="deflate", tiled=True)
    content = bytearray(bad.read_bytes())
    with rasterio.open(bad) as source:
        start = int(source.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    content[start : start + 4000] = b"\xa5" * 4000
    bad.write_bytes(content)
    files = [{"path": str(bad)}, {"path": str(good)}]
    with pytest.raises(InputError, match=r"^[^ ]*bad\.tif cannot be read to the end"):
        superset.main(files, GRID, tmp_path / "out.tif", "sinc", "auto", None)
    assert not os.path.exists(tmp_path / "out.tif")


def test_a_result_that_was_deleted_by_hand_says_how_to_make_it_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(InputError, match=r"0_0.tif was deleted by hand.*'--forcerun tile'"),
        raster.open_scene("results/demo/VV/tiles/20240106T052301/0_0.tif"),
    ):
        pass
