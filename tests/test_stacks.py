"""Real folders become stacks: slices, bursts, tracks, repeats, scenes astray, bounds, left out."""

import os
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import rasterio
from conftest import Workspace
from makers import NORTH, WEST, hyp3_name, write_scene
from rasterio.warp import transform

from stackflow import headers, leftover, stacks
from stackshift.errors import InputError

ONES = np.ones((100, 120), np.float32)
OPERA = "OPERA_L2_RTC-S1_{burst}_{time}Z_{processed}Z_S1A_30_v1.0_{pol}.tif"
SUPERSET = {"extent": "union", "bounds": None}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder in which nothing is remembered."""
    monkeypatch.chdir(tmp_path)
    headers._remembered.cache_clear()
    return tmp_path


def assembled(unreadable="stop", superset=SUPERSET, **settings):
    entry = {
        "directory": "scenes",
        "polarizations": ["VV"],
        "tracks": "apart",
        "slices": "together",
    }
    return stacks.assemble("site", entry | settings, superset, unreadable, Path("results"))


def put(folder, time, west=0, north=0, image=ONES, name=None, **more):
    """A scene whose edges lie so many pixels east and north of the others'."""
    path = folder / "scenes" / (name or hyp3_name(time))
    return write_scene(path, image, west=WEST + 30 * west, north=NORTH + 30 * north, **more)


def opera(folder, burst, time, processed="20250101T000000", **more):
    name = OPERA.format(burst=burst, time=time, processed=processed, pol="VV")
    return put(folder, time, name=name, **more)


def test_slices_of_a_pass_are_one_scene_however_they_are_cut(folder):
    """Two frames of 25 s, cut at another line on each date; one date has the second frame only."""
    for day, cut in ((1, 0), (13, 5), (25, -7)):
        put(folder, f"202201{day:02}T015000", north=cut)
        put(folder, f"202201{day:02}T015025", north=cut - 98)
    put(folder, "20220206T015025", north=-98)
    products, said = assembled()
    product = products["site", "VV"]
    assert [len(scene.paths) for scene in product.scenes.values()] == [1, 2, 2, 2]
    assert list(product.scenes)[-1] == "20220101T015000"
    assert product.grid.height >= 98 + 100 + 5 + 7
    assert any("4 scenes out of 7 files" in line for line in said)
    apart, _ = assembled(slices="separate")
    assert len(apart["site", "VV"].scenes) == 7


def test_bursts_are_frames_in_which_a_missing_one_is_no_other_scene(folder):
    for day in (1, 13):
        for number, (swath, west) in enumerate((("IW1", 0), ("IW2", 100), ("IW3", 200))):
            if (day, swath) != (13, "IW1"):
                time = f"202201{day:02}T01500{number}"
                opera(folder, f"T137-292319-{swath}", time, west=west)
    product = assembled()[0]["site", "VV"]
    assert {name: len(scene.paths) for name, scene in product.scenes.items()} == {
        "20220101T015000": 3,
        "20220113T015001": 2,
    }
    assert product.track == "T137" and product.direction == "ascending"


def test_a_name_is_that_of_the_pass_in_each_polarization(folder):
    for day in (1, 13):
        for pol in ("VV", "VH"):
            for second, north in ((0, 0), (25, -98)):
                time = f"202201{day:02}T0150{second:02}"
                if (day, pol, second) != (13, "VH", 0):
                    put(folder, time, north=north, name=hyp3_name(time, pol))
    products, _ = assembled(polarizations=["VV", "VH"])
    assert list(products["site", "VV"].scenes) == list(products["site", "VH"].scenes)
    assert len(products["site", "VH"].scenes["20220113T015000"].paths) == 1


def test_a_scene_that_one_polarization_lacks_is_told_once(folder):
    """VV of three dates, VH of the first and the last: one line to print, one in either record."""
    for day in (1, 13, 25):
        for pol in ("VV", "VH"):
            if (day, pol) != (13, "VH"):
                put(folder, f"202201{day:02}T015000", name=hyp3_name(f"202201{day:02}T015000", pol))
    products, said = assembled(polarizations=["VV", "VH"])
    line = "1 of 3 scenes has no VH: 2022-01-13"
    assert said == [f"stack 'site': {line}"]
    assert [product.remarks for product in products.values()] == [(line,), (line,)]
    assert assembled(polarizations=["VV"])[1] == []
    # Of many a few are named, of each polarization what it lacks.
    vv, vh = ([f"202201{day:02}T015000" for day in range(*of)] for of in ((1, 11), (9, 14)))
    assert stacks.lacking({"VV": vv, "VH": vh}) == (
        "3 of 13 scenes have no VV: 2022-01-11, 2022-01-12, 2022-01-13",
        "8 of 13 scenes have no VH: 2022-01-01, 2022-01-02, 2022-01-03, 2022-01-04, 2022-01-05 "
        "and 3 more",
    )


def test_what_the_search_says_is_a_remark_of_the_products_it_is_of_once(folder):
    """Nothing but the inventory tells it to who reads results that another one made."""
    for time in ("20220101T015000", "20220113T015000"):
        for polarization in ("VV", "VH"):
            put(folder, time, name=hyp3_name(time, polarization))
    path = folder / "scenes" / hyp3_name("20220125T015000")
    path.symlink_to(hyp3_name("20220101T015000"))
    inner = folder / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", b"")
    with zipfile.ZipFile(folder / "scenes" / "S1A_20220206T015000.zip", "w") as archive:
        archive.write(inner, "S1A_20220206T015000/S1A_20220206T015000.zip")
    products, said = assembled(polarizations=["VV", "VH"])
    both = [products["site", polarization].remarks for polarization in ("VV", "VH")]
    for remarks in (*both, said):
        assert len(set(remarks)) == len(remarks)
        assert sum("S1A_20220206T015000.zip" in remark for remark in remarks) == 1
    of_link = [sum("found already; taken once" in r for r in remarks) for remarks in both]
    assert of_link == [1, 0]
    assert sum("found already; taken once" in line for line in said) == 1


def test_tracks_are_stacks_of_their_own_and_it_is_said(folder):
    for day in (1, 13, 25):
        put(folder, f"202201{day:02}T015000")
        put(folder, f"202201{day + 1:02}T135200")
    put(folder, "20220120T014130")
    products, said = assembled()
    assert set(products) == {("site.0150", "VV"), ("site.1352", "VV")}
    assert [len(product.scenes) for product in products.values()] == [3, 3]
    text = "\n".join(said)
    assert "site.0150 (3 scenes, ascending), site.1352 (3 scenes, descending)" in text
    assert "site.0141', VV: only one scene" in text and "20220120T014130" in text
    together, _ = assembled(tracks="together")
    assert len(together["site", "VV"].scenes) == 7


def test_bursts_that_do_not_touch_are_stacks_of_their_own(folder):
    for day in (1, 13):
        opera(folder, "T137-292319-IW1", f"202201{day:02}T015000", west=-2700)
        opera(folder, "T137-292319-IW2", f"202201{day:02}T015001")
    products, said = assembled()
    assert [stack for stack, _ in products] == ["site.T137-292319-IW1", "site.T137-292319-IW2"]
    assert "several tracks or places" in "\n".join(said)


def test_of_two_processings_the_newer_is_used_and_the_other_named(folder):
    opera(folder, "T137-292319-IW2", "20220101T015000")
    opera(folder, "T137-292319-IW2", "20220113T015001", "20240101T000000")
    new = opera(folder, "T137-292319-IW2", "20220113T015000", "20250101T000000")
    product = assembled()[0]["site", "VV"]
    assert [len(scene.paths) for scene in product.scenes.values()] == [1, 1]
    assert product.scenes["20220113T015000"].paths[0].endswith(new.name)
    assert "20240101T000000Z" in product.remarks[0] and "by its name" in product.remarks[0]


def test_without_a_processing_time_the_tags_or_the_file_tell_which_is_newer(folder):
    put(folder, "20220101T015000")
    time = "20220113T015000"
    tagged = [
        put(folder, time, name=f"{hyp3_name(time)[:-11]}{number}_VV.tif") for number in (1, 2)
    ]
    os.utime(tagged[0], (2e9, 2e9))
    product = assembled()[0]["site", "VV"]
    assert product.scenes[time].paths[0].endswith(tagged[0].name)
    assert "by the time stamp of the file" in product.remarks[0]
    import rasterio

    for path, said in zip(tagged, ("2024:01:01 00:00:00", "2025:01:01 00:00:00"), strict=True):
        with rasterio.open(path, "r+") as target:
            target.update_tags(TIFFTAG_DATETIME=said)
    product = assembled()[0]["site", "VV"]
    assert product.scenes[time].paths[0].endswith(tagged[1].name)
    assert "by its tags" in product.remarks[0]


def bad(folder):
    """Three good scenes, and three that cannot be used, each for a reason of its own."""
    for day in (1, 13, 25):
        put(folder, f"202201{day:02}T015000")
    (folder / "scenes" / hyp3_name("20220206T015000")).write_text("no raster")
    put(folder, "20220218T015000", crs=None)
    put(folder, "20220302T015000", west=30_000)


def test_all_that_cannot_be_used_is_said_at_once_a_line_each(folder):
    bad(folder)
    with pytest.raises(InputError) as caught:
        assembled()
    first, *lines = str(caught.value).split("\n")
    assert "3 files cannot be used" in first and "leave_out" in first
    assert len(lines) == 3
    assert any("20220206T015000" in line and "cannot be opened" in line for line in lines)
    assert any("20220218T015000" in line and "has no CRS" in line for line in lines)
    assert any("20220302T015000" in line and "lies far from" in line for line in lines)


def test_what_is_left_out_is_in_no_scene_and_no_grid(folder):
    bad(folder)
    products, said = assembled("leave_out")
    product = products["site", "VV"]
    assert list(product.scenes) == ["20220125T015000", "20220113T015000", "20220101T015000"]
    assert (product.grid.width, product.grid.height) == (120, 100)
    assert [left["scene"] for left in product.left_out] == [
        "20220206T015000", "20220218T015000", "20220302T015000",
    ]  # fmt: skip
    assert sum(line.startswith("left out: ") for line in said) == 3


def test_bounds_leave_out_what_lies_outside_and_are_refused_in_degrees(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
    put(folder, "20220125T015000", west=150)
    inside = [WEST + 300, NORTH - 1500, WEST + 3000, NORTH]
    products, said = assembled(bounds=inside)
    product = products["site", "VV"]
    assert any("1 files lie outside the bounds" in s and "20220125T015000" in s for s in said)
    assert (product.grid.width, product.grid.height, len(product.scenes)) == (90, 50, 2)
    with pytest.raises(InputError, match=r"hold no part of any scene; .* in EPSG:32611, in which"):
        assembled(bounds=[-119.22, 35.16, -119.15, 35.22])


def test_a_scene_off_the_lattice_is_named(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
    put(folder, "20220125T015000", west=0.4)
    product = assembled()[0]["site", "VV"]
    assert "1 of 3 files are off" in product.remarks[0] and "20220125T015000" in product.remarks[0]


def test_a_single_scene_is_no_stack(folder):
    put(folder, "20220101T015000")
    with pytest.raises(InputError, match=r"only one scene .*at least two"):
        assembled()


def test_scenes_on_both_sides_of_the_antimeridian_are_one_place(folder):
    from rasterio.transform import Affine

    for day, west in ((1, 179.95), (13, -179.99), (25, 180.02)):
        put(folder, f"202201{day:02}T183000", crs="EPSG:4326",
            transform=Affine(0.0005, 0, west, 0, -0.0005, 10))  # fmt: skip
    product = assembled()[0]["site", "VV"]
    assert len(product.scenes) == 3 and product.grid.width < 400


def test_separate_slices_are_still_apart_by_track_and_never_there_twice(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
        put(folder, f"202201{day:02}T015025", north=-98)
        put(folder, f"202201{day:02}T135200")
    name = hyp3_name("20220113T015001").replace("0A1B", "0A1C")
    put(folder, "20220113T015001", name=name)
    products, _ = assembled(slices="separate")
    assert {stack: len(product.scenes) for (stack, _), product in products.items()} == {
        "site.0150": 4, "site.1352": 2,
    }  # fmt: skip


def test_a_crop_a_burst_and_another_subswath_never_take_a_scenes_place(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
    crop = folder / "scenes" / "aoi" / hyp3_name("20220113T015000").replace("0A1B", "0A1C")
    write_scene(crop, ONES[:40, :40], west=WEST + 600, north=NORTH - 600)
    os.utime(crop, (2e9, 2e9))
    opera(folder, "T137-292319-IW2", "20220101T015001")
    product = assembled()[0]["site", "VV"]
    first, second = product.scenes["20220101T015000"], product.scenes["20220113T015000"]
    # Of two producers, whose scenes lie apart, the one that more dates have.
    assert [path.endswith("0A1B_VV.tif") for path in first.paths] == [True]
    assert [path.endswith("0A1B_VV.tif") for path in second.paths] == [True]


def test_a_stray_file_of_another_track_leaves_the_stack_its_name(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
    put(folder, "20220102T135200")
    products, said = assembled()
    assert list(products) == [("site", "VV")]
    assert any("20220102T135200" in line and "nothing to compare" in line for line in said)


def test_a_name_without_a_platform_is_of_the_only_one_there_is(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
        put(folder, "", north=-98, name=f"x_202201{day:02}T015025_VV.tif")
    product = assembled()[0]["site", "VV"]
    assert [len(scene.paths) for scene in product.scenes.values()] == [2, 2]


def test_a_time_or_a_date_excludes_a_scene_with_all_its_slices(folder):
    for day in (1, 13, 25):
        put(folder, f"202201{day:02}T235950")
        put(folder, f"202201{day + 1:02}T000015", north=-98)
    for entry in ("20220113T235950", "20220114T000015", "20220113"):
        product = assembled(exclude=[entry])[0]["site", "VV"]
        assert list(product.scenes) == ["20220125T235950", "20220101T235950"]
    with pytest.raises(InputError, match="matches no scene"):
        assembled(exclude=["20220114"])
    apart = assembled(exclude=["20220113T235950"], slices="separate")[0]["site", "VV"]
    assert len(apart.scenes) == 5


def test_a_track_keeps_its_name_when_an_older_scene_comes(folder):
    """The oldest scene's minute was the name, and results of before lay under another one."""
    for day in (13, 25):
        put(folder, f"202201{day:02}T015003")
        put(folder, f"202201{day:02}T135203")
    assert sorted(stack for stack, _ in assembled()[0]) == ["site.0150", "site.1352"]
    for stack in ("site.0150", "site.1352", "site.9999", "other.0149"):
        tables = folder / "results" / stack / "VV" / "analysis"
        tables.mkdir(parents=True)
        (tables / "scenes.csv").touch()
    put(folder, "20220101T014958")
    products = assembled()[0]
    assert sorted(stack for stack, _ in products) == ["site.0150", "site.1352"]
    assert len(products["site.0150", "VV"].scenes) == 3


def test_results_of_an_earlier_config_are_named(folder):
    for place in ("site/VV", "site/VH", "site.0150/VV", "site@injected/VV", "b/VV", "sites/VV"):
        tables = folder / "results" / place / "analysis"
        tables.mkdir(parents=True)
        (tables / "scenes.csv").touch()
    found = leftover.of_before(folder / "results", ["site", "b"], [("site", "VV"), ("b", "VV")])
    assert found == [f"{folder}/results/{name}" for name in ("site/VH", "site.0150/VV")]


def test_scenes_that_were_taken_out_are_named(folder):
    place = folder / "results" / "site" / "VV"
    for name in ("20220101T015000", "20220113T015000"):
        (place / "tiles" / name).mkdir(parents=True)
        (place / "superset").mkdir(exist_ok=True)
        (place / "superset" / f"{name}.tif").touch()
    before = partial(leftover.scenes_before, folder / "results", "site")
    assert before("VV", ["20220113T015000"]) == ["20220101T015000"]
    assert before("VH", ["20220113T015000"]) == []


def test_fixed_bounds_of_tracks_in_two_systems_are_refused(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015003")
        (west,), (north,) = transform("EPSG:32611", "EPSG:32612", [WEST], [NORTH])
        path = folder / "scenes" / hyp3_name(f"202201{day:02}T135203")
        write_scene(path, ONES, west=west, north=north, crs="EPSG:32612")
    bounds = [WEST, NORTH - 1500, WEST + 1500, NORTH]
    with pytest.raises(InputError, match=r"in one CRS.*0150 in EPSG:32611, 1352 in EPSG:32612"):
        assembled(bounds=bounds)


def test_what_excludes_a_pass_excludes_its_other_polarization_without_that_slice(folder):
    for day in (1, 13, 25):
        put(folder, f"202201{day:02}T015000")
        put(folder, f"202201{day:02}T015025", north=-98)
        put(folder, "", name=hyp3_name(f"202201{day:02}T015000").replace("_VV", "_VH"))
    both = {"polarizations": ["VV", "VH"], "exclude": ["20220113T015025"]}
    products = assembled(**both)[0]
    assert list(products["site", "VH"].scenes) == ["20220125T015000", "20220101T015000"]
    assert list(products["site", "VV"].scenes) == ["20220125T015000", "20220101T015000"]


def test_what_cannot_be_used_is_named_in_its_own_track(folder):
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
        put(folder, f"202201{day:02}T135200")
    (folder / "scenes" / hyp3_name("20220125T135200")).write_text("no raster")
    products, _ = assembled("leave_out")
    left = {stack: len(product.left_out) for (stack, _), product in products.items()}
    assert left == {"site.0150": 0, "site.1352": 1}


def test_a_scene_that_offsets_are_from_may_be_one_of_some_stacks_only(tmp_path):
    """Of several tracks each scene is of one: the others keep their median, and it is said."""
    small = {"scenes": 2, "rows": 128, "columns": 128}
    stacks_of = {
        name: {"simulate": small | {"start": start}, "polarizations": ["VV"]}
        for name, start in (("early", "20240106T052301"), ("late", "20240106T172301"))
    }
    config = {"stacks": stacks_of, "align": {"reference": "20240106T052301"}}
    done = Workspace(tmp_path, config).run("--dry-run", "--quiet", "all")
    assert done.status == 0, done.text
    assert "stack 'late' has no scene 20240106T052301" in " ".join(done.text.split())
    assert "stack 'early' has no scene" not in " ".join(done.text.split())
    config["align"]["reference"] = "20240106T052302"
    done = Workspace(tmp_path, config).run("--dry-run", "--quiet", "all")
    assert done.status == 1
    assert "there is no scene 20240106T052302" in " ".join(done.text.split())


def stamped(path, stage):
    with rasterio.open(path, "r+") as made:
        made.update_tags(STACKSHIFT_STAGE=stage)
    return path


@pytest.mark.parametrize("pattern", [None, "**/*_{polarization}.tif"])
def test_what_the_workflow_made_itself_is_no_scene_unless_a_sheet_names_it(folder, pattern):
    """Corrected scenes below the folder would stand beside the originals, or in their place."""
    for day in (1, 13):
        put(folder, f"202201{day:02}T015000")
    for day in (1, 13, 25):
        # The same scenes moved, and one of a stack that is gone.
        name = f"site/corrected/VV/202201{day:02}T015000_{hyp3_name(f'202201{day:02}T015000')}"
        stamped(put(folder, f"202201{day:02}T015000", west=3, name=name), "correct")
    # One that a simulation made is a scene.
    stamped(put(folder, "20220206T015000"), "simulate")
    products, said = assembled(**({"pattern": pattern} if pattern else {}))
    scenes = products["site", "VV"].scenes
    assert list(scenes) == ["20220206T015000", "20220113T015000", "20220101T015000"]
    assert not any("corrected" in path for scene in scenes.values() for path in scene.paths)
    (line,) = [line for line in said if "STACKSHIFT_STAGE" in line]
    assert "and 2 more" in line and "sheet" in line
    made = [str(path) for path in (folder / "scenes" / "site").rglob("*.tif")]
    days = ("01", "13", "25")
    rows = [f"{path},2022-01-{d}T01:50:00" for path, d in zip(sorted(made), days, strict=True)]
    (folder / "sheet.csv").write_text("\n".join(["path,datetime", *rows]) + "\n")
    entry = {"scenes": "sheet.csv", "polarizations": ["VV"], "tracks": "apart"}
    products, said = stacks.assemble("site", entry | {"slices": "together"}, SUPERSET, "stop")
    assert len(products["site", "VV"].scenes) == 3
    assert not any("STACKSHIFT_STAGE" in line for line in said)


def test_a_folder_of_what_the_workflow_made_alone_is_refused(folder):
    for day in (1, 13):
        stamped(put(folder, f"202201{day:02}T015000"), "superset")
    with pytest.raises(InputError, match=r"made by stackshift .* nothing else is there"):
        assembled()


def kinds_of_paths(product):
    return sorted(
        "/".join(path.split("/")[1:]) for scene in product.scenes.values() for path in scene.paths
    )


@pytest.mark.parametrize(
    ("scene", "other"),
    [
        ("S1A_{t}_VV.tif", "mask_S1A_{t}_VV.tif"),
        ("S1A_{t}_VV.tif", "filt_S1A_{t}_VV.tif"),
        ("S1A_{t}_mean_VV.tif", "S1A_{t}_std_VV.tif"),
        ("VV/S1A_{t}_VV.tif", "VV/S1A_{t}_localIncidenceAngle.tif"),
        ("VV/S1A_{t}_VV_gamma0-rtc.tif", "VV/S1A_{t}_pix_geo.tif"),
        ("S1A_{t}/Gamma0_VV.tif", "S1A_{t}/Sigma0_VV.tif"),
        ("S1A_{t}/Gamma0_VV.tif", "S1A_{t}/q_VV.tif"),
        ("S1A_{t}/Amplitude_VV.tif", "S1A_{t}/q_VV.tif"),
        ("x/measurement/s1a-iw-nrb-{t}-041473-04ee91-vv-g-lin.tif",
         "x/annotation/s1a-iw-nrb-{t}-041473-04ee91-np-vv.tif"),
        ("s1a-iw-nrb-{t}-041473-04ee91-vv-g-lin.tif", "s1a-iw-nrb-{t}-041473-04ee91-np-vv.tif"),
        # Filtered or not: as more of the scenes are, whatever is newer.
        ("S1A_IW_{t}_DVP_RTC30_G_gpuned_0A1B_VV.tif", "S1A_IW_{t}_DVP_RTC30_G_gpufed_0A1C_VV.tif"),
    ],
)  # fmt: skip
def test_what_stands_for_a_scene_is_the_scene_for_all_dates(folder, scene, other):
    times = [f"202201{day:02}T015000" for day in (1, 13, 25)]
    for at, time in enumerate(times):
        put(folder, "", name=scene.format(t=time))
        if at:
            path = put(folder, "", name=other.format(t=time))
            # Once newer and once older.
            os.utime(path, (2e9 if at == 1 else 1e9,) * 2)
    (product,) = assembled()[0].values()
    assert kinds_of_paths(product) == sorted(scene.format(t=time) for time in times)


@pytest.mark.parametrize(
    ("used", "other", "why"),
    [
        ("s1a-iw-nrb-{t}-041473-04ee91-32tps-vv-g-lin.tif",
         "s1a-iw-nrb-{t}-041473-04ee91-32tps-vv-s-lin.tif", "is gamma0"),
        ("S1A_{t}_VV_q.tif", "S1A_{t}_VV_Sigma0.tif", "names neither sigma0 nor beta0"),
        ("S1A_IW_GRDH_1SDV_{t}_{t}_041473_04EE91_9C01_Orb_NR_Cal_TF_TC_VV.tif",
         "subset_0_of_S1A_IW_GRDH_1SDV_{t}_{t}_041473_04EE91_9C01_TC_VV.tif",
         "names no part of a scene"),
        ("S1A_{t}_a_b_c_VV.tif", "crop_S1A_{t}_VV.tif", "names no part of a scene"),
        ("S1A_{t}_a_b_c_VV.tif", "S1A_{t}_VV_clip.tif", "names no part of a scene"),
        ("S1A_{t}_tc_VV.tif", "S1A_{t}_cal_tc_VV.tif", "has fewer words in its name"),
        ("S1A_{t}_a_VV.tif", "S1A_{t}_b_VV.tif", "comes first in alphabetical order"),
    ],
)  # fmt: skip
def test_the_line_on_two_files_of_an_acquisition_says_what_decided(folder, used, other, why):
    times = [f"202201{day:02}T015000" for day in (1, 13, 25)]
    for time in times:
        for name in (used, other):
            put(folder, "", name=name.format(t=time))
    (product,) = assembled()[0].values()
    assert kinds_of_paths(product) == sorted(used.format(t=time) for time in times)
    said = [remark for remark in product.remarks if "is the same acquisition as" in remark]
    assert len(said) == 3 and all(f", which {why} and is used" in remark for remark in said)


def test_files_of_one_producer_are_used_throughout(folder):
    """Two producers' scenes lie apart, and a mosaic of both would lie where the first one does."""
    for at, day in enumerate((1, 13, 25)):
        put(folder, f"202201{day:02}T01500{3 * (at % 2)}")
        if at:
            opera(folder, "T137-292319-IW2", f"202201{day:02}T015001")
            put(
                folder,
                "",
                name=f"S1A_IW_GRDH_1SDV_202201{day:02}T015006_041334_04EE91_Orb_TC_VV.tif",
            )
    (product,) = assembled()[0].values()
    assert [path.endswith("0A1B_VV.tif") for path in kinds_of_paths(product)] == [True] * 3
    why = "of the producer that most dates are of (HyP3 RTC)"
    assert sum(why in remark for remark in product.remarks) == 4


def test_dates_that_fly_the_other_way_than_the_times_are_another_stack(folder):
    """By the local time of day the track descends, though no name says so."""
    for day in (1, 13, 25):
        put(folder, f"202201{day:02}T134100")
    for day in (7, 19):
        put(folder, "", name=f"S1A_202201{day:02}_ASC_VV.tif")
    products, _ = assembled()
    assert [sorted(product.scenes) for product in products.values()] == [
        [f"202201{day:02}T134100" for day in (1, 13, 25)],
        ["20220107T000000", "20220119T000000"],
    ]
