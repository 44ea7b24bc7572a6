"""Layers are found by both producers' names and brought onto the grid in place, block by block."""

import zipfile

import numpy as np
import pytest
from conftest import Workspace
from kinds import completed
from makers import NORTH, POSTING, WEST, read, texture, write_scene
from rasterio.warp import transform

import layer
from stackflow import headers, layers, offered
from stackflow.stacks import assemble
from stackio import raster, writing
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 90, 80)
BURSTS = ("T137-292318-IW2", "T137-292319-IW2")
DATES = ("20211201T015857Z_20250830T065219Z", "20211213T015857Z_20250830T031828Z")
OPERA = "OPERA_L2_RTC-S1_{burst}_{times}_S1A_30_v1.0_{what}.tif"
STATIC = "OPERA_L2_RTC-S1-STATIC_{burst}_20140403_S1A_30_v1.0_{what}.tif"
HYP3 = "S1A_IW_{scene}_DVP_RTC30_G_gpuned_{digits}"
TIMES = ("20220115T134101", "20220127T134101")


def product(folder, **settings):
    """What is known of a folder's scenes when the config is read, and the stack's entry."""
    settings = {"directory": str(folder), "polarizations": ["VV"]} | settings
    config = completed({"stacks": {"site": settings}})
    headers._remembered.cache_clear()
    entry = config["stacks"]["site"]
    products, _ = assemble("site", entry, config["superset"], "stop")
    return entry, products["site", "VV"]


def found(name, folder, **settings):
    return layers.find(name, *product(folder, **settings), "site")


def names(paths):
    return [path.rpartition("/")[2] for path in paths]


@pytest.fixture
def opera(tmp_path):
    """Two dates of one burst, with a mask each, and static layers of it and of its neighbour."""
    for times in DATES:
        for what in ("VV", "VH", "mask"):
            name = OPERA.format(burst=BURSTS[1], times=times, what=what)
            write_scene(tmp_path / "scenes" / name, texture(80, 90), no_data=np.nan)
    for burst, shift in zip(BURSTS, (60, 0), strict=True):
        for what in (
            "mask", "incidence_angle", "local_incidence_angle", "rtc_anf_gamma0_to_beta0",
            "rtc_anf_gamma0_to_sigma0", "number_of_looks",
        ):  # fmt: skip
            path = tmp_path / "static" / STATIC.format(burst=burst, what=what)
            write_scene(path, texture(80, 90), north=NORTH + shift * POSTING, no_data=np.nan)
    return tmp_path


def test_opera_static_layers_are_those_of_the_stack_s_burst(opera):
    for name, what in {
        "area": "rtc_anf_gamma0_to_beta0",
        "incidence": "incidence_angle",
        "local_incidence": "local_incidence_angle",
        "mask": "mask",
    }.items():
        for given in (f"{opera}/static/*_{what}.tif", str(opera / "static")):
            one = found(name, opera / "scenes", layers={name: given})
            assert not one.per_scene and one.named
            assert names(one.of(TIMES[0])) == [STATIC.format(burst=BURSTS[1], what=what)]
            assert one.path(TIMES[0]) == f"layers/{name}.tif"


def test_opera_masks_beside_the_scenes_are_found(opera):
    one = found("mask", opera / "scenes")
    assert one.per_scene and not one.named
    assert {scene: names(files) for scene, files in one.by_scene.items()} == {
        times[:15]: [OPERA.format(burst=BURSTS[1], times=times, what="mask")] for times in DATES
    }
    assert found("area", opera / "scenes") is None


def test_static_layers_of_several_bursts_are_one_layer(tmp_path):
    for burst, shift in zip(BURSTS, (60, 0), strict=True):
        north = NORTH + shift * POSTING
        for times in DATES:
            name = OPERA.format(burst=burst, times=times, what="VV")
            write_scene(tmp_path / "scenes" / name, texture(80, 90), north=north, no_data=np.nan)
        path = tmp_path / "static" / STATIC.format(burst=burst, what="rtc_anf_gamma0_to_beta0")
        write_scene(path, texture(80, 90), north=north, no_data=np.nan)
    pattern = f"{tmp_path}/static/*_rtc_anf_gamma0_to_beta0.tif"
    one = found("area", tmp_path / "scenes", layers={"area": pattern})
    assert len(one.of()) == 2 and not one.per_scene
    # In the order of the scenes' own files, which are laid over each other too.
    bursts = [
        source.burst for source in product(tmp_path / "scenes")[1].scenes[DATES[0][:15]].sources
    ]
    assert [BURSTS[0] in path for path in one.of()] == [burst == BURSTS[0] for burst in bursts]


def hyp3(folder, packed=False):
    for i, scene in enumerate(TIMES):
        name = HYP3.format(scene=scene, digits=f"9C0{i}")
        place = folder / name
        for what in ("VV", "VH", "area", "inc_map", "ls_map", "dem", "rgb"):
            write_scene(place / f"{name}_{what}.tif", texture(80, 90), no_data=0)
        if packed:
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                for path in sorted(place.iterdir()):
                    archive.write(path, f"{name}/{path.name}")
                    path.unlink()
            place.rmdir()
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_hyp3_layers_lie_beside_each_scene(tmp_path, packed):
    hyp3(tmp_path, packed)
    for name, what in {
        "area": "area", "local_incidence": "inc_map", "layover_shadow": "ls_map", "dem": "dem",
    }.items():  # fmt: skip
        one = found(name, tmp_path)
        assert one.path(TIMES[1]) == f"layers/{name}/{TIMES[1]}.tif"
        for i, scene in enumerate(TIMES):
            stem = HYP3.format(scene=scene, digits=f"9C0{i}")
            assert names(one.of(scene)) == [f"{stem}_{what}.tif"]
    # The angle on the terrain is not that on the ellipsoid, which these products do not have.
    assert found("incidence", tmp_path) is None and found("mask", tmp_path) is None


def test_the_incidence_beside_the_newest_scene_stands_for_all(tmp_path):
    hyp3(tmp_path)
    for i, scene in enumerate(TIMES):
        stem = HYP3.format(scene=scene, digits=f"9C0{i}")
        write_scene(tmp_path / stem / f"{stem}_inc_map_ell.tif", texture(80, 90), no_data=0)
    one = found("incidence", tmp_path)
    newest = TIMES.index(max(TIMES))
    stem = HYP3.format(scene=max(TIMES), digits=f"9C0{newest}")
    assert names(one.of(TIMES[0])) == [f"{stem}_inc_map_ell.tif"]
    assert one.path(TIMES[0]) == one.path(TIMES[1]) == "layers/incidence.tif"


@pytest.mark.parametrize("packed", [False, True])
def test_layers_that_lie_there_unused_are_told_without_a_look_into_them(tmp_path, packed):
    hyp3(tmp_path, packed)
    entry, its = product(tmp_path)
    area, maps = offered.hints(entry, its, area=True, masks=True)
    assert area.startswith("area layers lie beside") and "{normalisation: undo}" in area
    assert maps.startswith("layover and shadow maps") and "[layover, shadow]" in maps
    assert offered.hints(entry, its, area=False, masks=True) == [maps]
    assert offered.hints(entry, its, area=True, masks=False) == [area]
    named = entry | {"layers": {"area": "a.tif", "mask": "m.tif"}}
    assert offered.hints(named, its, area=True, masks=True) == []
    assert offered.hints({"simulate": {}}, its, area=True, masks=True) == []
    if not packed:
        for path in tmp_path.rglob("*_area.tif"):
            # Not even a header is read of what nothing uses.
            path.write_text("")
        assert offered.hints(entry, its, area=True, masks=True) == [area, maps]
        next(tmp_path.rglob("*_area.tif")).unlink()
        assert offered.hints(entry, its, area=True, masks=True) == [maps]


def test_a_pattern_may_name_the_files_of_each_scene_or_one_for_all(tmp_path):
    hyp3(tmp_path)
    for i, scene in enumerate(TIMES):
        (tmp_path / HYP3.format(scene=scene, digits=f"9C0{i}") / "x").mkdir()
    one = found("area", tmp_path, layers={"area": f"{tmp_path}/*/*_area.tif"})
    assert one.per_scene and one.named and set(one.by_scene) == set(TIMES)
    path = f"{tmp_path}/{HYP3.format(scene=TIMES[0], digits='9C00')}"
    path += f"/{HYP3.format(scene=TIMES[0], digits='9C00')}_area.tif"
    one = found("area", tmp_path, layers={"area": path})
    assert one.of(TIMES[1]) == (path,) and not one.per_scene


def test_what_cannot_be_used_is_told_in_a_line(tmp_path):
    hyp3(tmp_path)
    with pytest.raises(InputError, match=r"layer dem: 'nowhere\*.tif' matches no file"):
        found("dem", tmp_path, layers={"dem": "nowhere*.tif"})
    far = write_scene(tmp_path / "far.tif", texture(20, 20), west=WEST + 1e5)
    with pytest.raises(InputError, match="lies outside the grid"):
        found("dem", tmp_path, layers={"dem": str(far)})
    stem = HYP3.format(scene=TIMES[0], digits="9C00")
    (tmp_path / stem / f"{stem}_area.tif").unlink()
    with pytest.raises(InputError, match=f"1 of 2 scenes have none, the first {TIMES[0]}"):
        found("area", tmp_path)


def made(tmp_path, files, name, grid=GRID):
    layer.main([str(path) for path in files], grid, str(tmp_path / "out.tif"), name)
    return read(tmp_path / "out.tif")


def test_a_layer_on_the_lattice_is_copied_and_those_of_bursts_are_laid_over_each_other(tmp_path):
    area = texture(80, 90, seed=1)
    first = area[:50].copy()
    first[40:] = np.nan
    paths = [
        write_scene(tmp_path / "a.tif", first, no_data=np.nan),
        write_scene(tmp_path / "b.tif", area[30:], north=NORTH - 30 * POSTING, no_data=np.nan),
    ]
    np.testing.assert_array_equal(made(tmp_path, paths, "area"), area)
    with raster.open_scene(tmp_path / "out.tif") as source:
        assert source.tags()["STACKSHIFT_LAYER"] == "area"
        assert source.descriptions == ("area",)


def test_heights_below_the_sea_are_heights(tmp_path):
    """The Dead Sea, at -430 m in half of a scene: no radar measures that, but a DEM does."""
    heights = (100 * texture(80, 90, seed=1)).astype(np.float32)
    heights[:40] = -430
    path = write_scene(tmp_path / "dem.tif", heights)
    np.testing.assert_array_equal(made(tmp_path, [path], "dem"), heights)


def test_classes_off_the_lattice_keep_their_values(tmp_path):
    rows, columns = np.mgrid[:160, :180]
    classes = ((rows // 7 + columns // 5) % 4).astype(np.uint8)
    classes[:30] = 255
    # Half the posting, a fraction of a pixel off.
    at = {"west": WEST + 3.0, "north": NORTH + 4.0, "posting": POSTING / 2}
    path = write_scene(tmp_path / "m.tif", classes, no_data=255, **at)
    found_there = made(tmp_path, [path], "mask")
    # The middle of each pixel of the grid, in pixels of the file.
    at = np.floor((np.arange(80) + 0.5) * 2 + 4 / 15).astype(int)
    beside = np.floor((np.arange(90) + 0.5) * 2 - 0.2).astype(int)
    expected = classes[np.ix_(at, beside)].astype(float)
    expected[expected == 255] = np.nan
    np.testing.assert_array_equal(found_there, expected)


@pytest.mark.parametrize("name", ["incidence", "local_incidence"])
def test_angles_are_degrees_whatever_the_file_has(tmp_path, name):
    degrees = np.linspace(20, 85, 80 * 90, dtype=np.float32).reshape(80, 90)
    degrees[0, 0] = 0
    expected = np.where(degrees == 0, np.nan, degrees)
    for values in (degrees, np.deg2rad(degrees)):
        path = write_scene(tmp_path / "angle.tif", values)
        np.testing.assert_allclose(made(tmp_path, [path], name), expected, rtol=1e-6)


def test_heights_of_zero_are_heights_and_another_crs_is_warped(tmp_path):
    write_scene(tmp_path / "flat.tif", np.zeros((80, 90), np.float32))
    assert (made(tmp_path, [tmp_path / "flat.tif"], "dem") == 0).all()
    # A plane that rises with latitude, in degrees: on the grid it rises with the northing.
    step = 0.0003
    lats = 35.25 - (np.arange(400) + 0.5) * step
    plane = np.repeat(lats[:, None], 600, axis=1).astype(np.float64) * 1e5
    path = write_scene(
        tmp_path / "plane.tif", plane, west=-119.25, north=35.25, posting=step, crs="EPSG:4326"
    )
    heights = made(tmp_path, [path], "dem")
    assert np.isfinite(heights).all()
    # A metre to the north is 1 / 110940 degree there (WGS 84, latitude 35.2).
    rise = (heights[0] - heights[-1]).mean() / (79 * POSTING)
    assert rise == pytest.approx(1e5 / 110_940, rel=2e-3)


@pytest.mark.parametrize("posting", [30.0, 20.0, 15.0, 10.0, 7.5])
def test_a_finer_area_is_the_mean_over_each_pixel(tmp_path, posting):
    """Waves of up to 0.6 of the grid's Nyquist frequency, whose means over pixels are exact."""
    random = np.random.default_rng(0)
    waves = 2 * np.pi * random.uniform(-0.3, 0.3, (12, 2)) / POSTING
    phases = random.uniform(0, 2 * np.pi, 12)

    def mean_over(pixel, west, north, rows, columns):
        y = north - pixel * (np.arange(rows)[:, None] + 0.5)
        x = west + pixel * (np.arange(columns)[None] + 0.5)
        parts = [
            np.cos(kx * x + ky * y + phase) * np.sinc([kx, ky] * np.array(pixel / 2 / np.pi)).prod()
            for (kx, ky), phase in zip(waves, phases, strict=True)
        ]
        return 1 + 0.02 * np.sum(parts, axis=0)

    west, north = WEST - 507.0, NORTH + 511.0
    size = int((80 * POSTING + 1100) / posting), int((90 * POSTING + 1100) / posting)
    fine = mean_over(posting, west, north, *size).astype(np.float32)
    path = write_scene(tmp_path / "area.tif", fine, west=west, north=north, posting=posting)
    expected = mean_over(POSTING, WEST, NORTH, 80, 90)
    error = made(tmp_path, [path], "area") - expected
    assert error.std() < 0.006 * expected.std()


def test_an_area_that_lacks_what_scenes_were_divided_by_is_refused(tmp_path):
    hyp3(tmp_path / "scenes")
    away = {"west": WEST - 3000, "north": NORTH + 3000}
    for posting, crs in ((60.0, "EPSG:32611"), (90.0, "EPSG:32611"), (60.0, "EPSG:32612")):
        at = away
        if crs.endswith("12"):
            (x,), (y,) = transform("EPSG:32611", crs, [WEST], [NORTH])
            at = {"west": x - 3000, "north": y + 3000}
        path = write_scene(tmp_path / "a.tif", texture(150, 150), posting=posting, crs=crs, **at)
        with pytest.raises(InputError, match=r"a\.tif are \S+ times as long as the"):
            found("area", tmp_path / "scenes", layers={"area": str(path)})
        # Nothing is divided by heights.
        assert found("dem", tmp_path / "scenes", layers={"dem": str(path)})
    path = write_scene(tmp_path / "b.tif", texture(150, 150), posting=45.0, **away)
    assert found("area", tmp_path / "scenes", layers={"area": str(path)})


def test_a_layer_without_a_value_is_refused(tmp_path):
    path = write_scene(tmp_path / "zero.tif", np.zeros((80, 90), np.float32))
    with pytest.raises(InputError, match=r"layer area: .*zero\.tif has no value"):
        made(tmp_path, [path], "area")
    assert not (tmp_path / "out.tif").exists()


@pytest.fixture
def site(tmp_path):
    """HyP3's scenes with a mask of the stack's."""
    hyp3(tmp_path / "scenes")
    write_scene(tmp_path / "mask.tif", np.ones((80, 90), np.uint8))
    entry = {"directory": "scenes", "layers": {"mask": "mask.tif"}}
    return Workspace(tmp_path, {"stacks": {"site": entry}, "tiles": {"rows": 1, "columns": 1}})


LAYERS = "results/site/VV/layers"


def test_a_layer_is_made_once_a_stack_or_once_a_scene(site):
    assert site.dry(f"{LAYERS}/mask.tif", f"{LAYERS}/area/{TIMES[0]}.tif") == {
        "layer": 1,
        "layer_of_scene": 1,
    }
    done = site.run("--dry-run", f"{LAYERS}/dem.tif")
    assert done.status != 0 and "has no layer dem of all scenes" in done.text


def test_what_lies_beside_the_scenes_is_told_once_a_stack_at_the_defaults(site):
    done = site.run("--dry-run", "results/site/VV/analysis/verdict.json")
    assert done.text.count("stack 'site': area layers lie beside the scenes") == 1
    # A mask is named.
    assert "maps lie beside" not in done.text
    for said in ("undo", "keep"):
        site.config["correlate"] = {"normalisation": said}
        done = site.run("--dry-run", "results/site/VV/analysis/verdict.json")
        assert done.status == 0 and "area layers lie" not in done.text


@pytest.mark.long
def test_a_layer_is_made_again_if_its_file_changes(site):
    done = site.run(f"{LAYERS}/mask.tif", f"{LAYERS}/area/{TIMES[0]}.tif", cores=1)
    assert done.status == 0, done.text
    assert (read(site.folder / LAYERS / "mask.tif") == 1).all()
    assert read(site.folder / LAYERS / "area" / f"{TIMES[0]}.tif").shape == (80, 90)
    assert site.dry(f"{LAYERS}/mask.tif") == {}
    write_scene(site.folder / "mask.tif", np.full((80, 90), 2, np.uint8))
    assert site.dry(f"{LAYERS}/mask.tif") == {"layer": 1}


def test_the_template_of_another_stack_is_power_again(tmp_path):
    image = texture(80, 90, seed=3)
    bands = ("mean gamma0 (dB)", "number of scenes", "sum of weights")
    path = tmp_path / "template.tif"
    with writing.create(path, GRID, {"stage": "template"}, bands=bands, in_squares=True) as target:
        writing.write_rows(target, 0, 10 * np.log10(image))
        writing.write_rows(target, 0, np.full_like(image, 8), 2)
        writing.write_rows(target, 0, np.full_like(image, 8), 3)
    np.testing.assert_allclose(made(tmp_path, [path], "reference"), image, rtol=1e-5)


def test_an_image_to_align_with_is_one_of_the_place(tmp_path):
    hyp3(tmp_path / "scenes")
    _, here = product(tmp_path / "scenes")
    path = str(write_scene(tmp_path / "mosaic.tif", texture(60, 60)))
    assert layers.image(path, here).of(TIMES[0]) == (path,)
    with pytest.raises(
        InputError, match=r"align\.reference: nowhere\.tif is not there; give stack"
    ):
        layers.image("nowhere.tif", here)
    far = write_scene(tmp_path / "far.tif", texture(60, 60), north=NORTH + 1e5)
    with pytest.raises(InputError, match=r"align\.reference: .*far\.tif lies outside the grid"):
        layers.image(str(far), here)
    decibels = write_scene(tmp_path / "plain.tif", 10 * np.log10(texture(80, 90)))
    with pytest.raises(InputError, match=r"plain\.tif has mostly negative values; if they are"):
        made(tmp_path, [decibels], "reference")
