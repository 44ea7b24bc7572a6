"""The workflow as its users run it: results, targets, several stacks, and messages."""

import json
import shutil

import numpy as np
import pytest
import snakemakes
import snyder
import yaml
from conftest import OFFSETS, ROOT, STAGES, TIMES, TOGETHER, Workspace, small_stack
from makers import NORTH, POSTING, WEST, hyp3_name, texture, write_scene


def test_pairs_are_chronological_and_shifts_are_those_of_the_scenes(finished):
    pairs = finished.analysis("pairs")
    assert list(pairs.reference) == [TIMES[2], TIMES[1]]
    assert list(pairs.secondary) == [TIMES[1], TIMES[0]]
    assert list(pairs.reference_index) == [0, 1]
    assert list(pairs.secondary_index) == [1, 2]
    assert list(pairs.days) == [12, 12]
    for row, newer, older in zip(pairs.itertuples(), (2, 1), (1, 0), strict=True):
        rows, columns = np.subtract(OFFSETS[newer], OFFSETS[older])
        # Shifts bring the older scene back: east by the columns, north by minus the rows, but for
        # the grid's turn against north, which is 2.6 m here.
        pixel = snyder.utm(WEST + 85 * POSTING, NORTH - 75 * POSTING)
        truth = snyder.metres(pixel, rows, columns)
        assert (row.shift_x, row.shift_y) == pytest.approx(truth, abs=0.02 * POSTING)
        assert 0 < row.sigma_x < 0.02 * POSTING


def test_json_of_a_pair_keeps_the_contract(finished):
    folder = finished.folder / "results" / "site" / "VV" / "correlation"
    names = sorted(path.name for path in folder.glob("*.json"))
    assert names == [f"{TIMES[1]}__{TIMES[0]}.json", f"{TIMES[2]}__{TIMES[1]}.json"]
    pair = json.loads((folder / names[1]).read_text(), parse_constant=pytest.fail)
    assert (pair["reference"]["scene"], pair["secondary"]["scene"]) == (TIMES[2], TIMES[1])
    assert pair["reference"]["source"] == hyp3_name(TIMES[2])
    tiles = [(record["tile_number_y"], record["tile_number_x"]) for record in pair["tiles"]]
    assert tiles == [(0, 0), (0, 1), (1, 0), (1, 1)]
    keys = {
        *("tile_number_x", "tile_number_y", "shift_x", "shift_y", "error", "phase", "message"),
        *("sigma_x", "sigma_y", "quality", "status"),
    }
    for record in pair["tiles"]:
        assert keys <= set(record)
    # Numbers change when the stack grows, a pair's JSON does not.
    assert "index" not in json.dumps(pair)


def test_grid_tells_crs_transform_and_size(finished):
    grid = json.loads((finished.folder / "results" / "site" / "VV" / "grid.json").read_text())
    assert grid["crs"] == "EPSG:32611"
    assert grid["transform"] == [POSTING, 0, WEST, 0, -POSTING, NORTH]
    assert (grid["width"], grid["height"]) == (170, 150)


def test_a_target_that_is_none_is_told_which_there_are(finished):
    done = finished.run("flatened")
    assert done.status != 0
    assert done.text.splitlines()[-1].startswith(
        "there is no target 'flatened': did you mean 'flattened'? There are "
    )


def test_without_a_config_it_says_how_to_give_one(tmp_path):
    arguments = ["--cores", "1", "--snakefile", str(ROOT / "Snakefile"), "-n"]
    status, out, err = snakemakes.call([*arguments, "--directory", str(tmp_path)], tmp_path)
    assert status != 0
    assert f"there is no config.yaml in {tmp_path}: give your config with --configfile" in out + err


def test_the_json_of_a_pair_can_be_asked_for_by_name(finished, tmp_path):
    workspace = Workspace(tmp_path, finished.config)
    shutil.copytree(finished.folder / "scenes", tmp_path / "scenes")
    # Also of a pair that the stack does not have.
    name = f"results/site/VV/correlation/{TIMES[2]}__{TIMES[0]}.json"
    assert workspace.dry(name) == {
        "correlate": 1,
        **dict.fromkeys(("superset", "flatten", "tile"), 2),
    }


def test_several_stacks_and_polarizations_in_one_call(tmp_path):
    for polarization in ("VV", "VH"):
        small_stack(tmp_path / "one", polarization, TIMES[:2], OFFSETS[:2])
    small_stack(tmp_path / "two", times=TIMES[1:], offsets=OFFSETS[1:])
    west, north = WEST + 10 * POSTING, NORTH - 20 * POSTING
    bounds = [west, north - 100 * POSTING, west + 120 * POSTING, north]
    config = {
        "stacks": {
            "one": {"directory": "one", "polarizations": ["VV", "VH"]},
            "two": {"directory": "two", "bounds": bounds},
        },
        "tiles": {"rows": 1, "columns": 2},
    }
    workspace = Workspace(tmp_path, config | TOGETHER)
    assert workspace.dry("correlated")["correlate"] == 3
    products = (("one", "VV"), ("one", "VH"), ("two", "VV"))
    folders = ["/".join(("results", *product, "analysis")) for product in products]
    grids = [folder.replace("analysis", "grid.json") for folder in folders]
    done = workspace.run(*(f"{folder}/measurements.csv" for folder in folders), *grids)
    assert done.status == 0, done.text
    sizes = {"one": (170, 150), "two": (120, 100)}
    for stack, polarization in products:
        path = tmp_path / "results" / stack / polarization / "grid.json"
        grid = json.loads(path.read_text())
        assert (grid["width"], grid["height"]) == sizes[stack]
        assert len(workspace.analysis("measurements", stack, polarization)) == 2


@pytest.mark.parametrize(
    ("target", "last"),
    [
        ("supersets", "superset"),
        ("flattened", "flatten"),
        ("tiled", "tile"),
        ("correlated", "correlate"),
        ("analysed", "verdict"),
    ],
)
def test_named_targets_stop_at_their_stage(finished, tmp_path, target, last):
    workspace = Workspace(tmp_path, finished.config)
    shutil.copytree(finished.folder / "scenes", tmp_path / "scenes")
    jobs = set(workspace.dry(target)) - {target}
    assert jobs == {"inventory", *STAGES[: STAGES.index(last) + 1]}


@pytest.mark.long
def test_a_scene_off_the_lattice_is_warped_and_the_table_says_so(tmp_path):
    small_stack(tmp_path / "scenes")
    image = texture(150, 170, seed=1)
    path = tmp_path / "scenes" / hyp3_name("20220206T000000")
    write_scene(path, image, west=WEST + 7.0, no_data=0)
    workspace = Workspace(
        tmp_path,
        {
            "stacks": {"site": {"directory": "scenes"}},
            "tiles": {"rows": 1, "columns": 1},
            "pairs": {"next": 1},
        },
    )
    done = workspace.run("results/site/VV/analysis/pairs.csv")
    assert done.status == 0, done.text
    pairs = workspace.analysis("pairs")
    assert list(pairs.reference_resampling) == ["sinc", "none", "none"]
    assert list(pairs.secondary_resampling) == ["none", "none", "none"]
    log = tmp_path / "logs" / "site" / "VV" / "superset" / "20220206T000000.log"
    assert "off the stack's pixel lattice: warped, sinc" in log.read_text()


def test_the_notebooks_tables_have_empty_fields_for_what_was_skipped(tmp_path):
    small_stack(tmp_path / "scenes")
    path = tmp_path / "scenes" / hyp3_name(TIMES[1])
    image = texture(150, 170)
    image[:75, :85] = 0
    write_scene(path, image, no_data=0)
    config = {
        "stacks": {"site": {"directory": "scenes"}},
        "tiles": {"rows": 2, "columns": 2},
        "correlate": {"method": "cross_correlation"},
        "pairs": {"next": 1},
    }
    workspace = Workspace(tmp_path, config | TOGETHER)
    assert workspace.run("results/site/VV/analysis/pairs.csv").status == 0
    table = workspace.analysis("measurements")
    corner = table[(table.tile_number_x == 0) & (table.tile_number_y == 0)]
    assert set(corner.status) == {"too_many_nan"}
    assert corner[["shift_x", "shift_y", "sigma_x", "error", "phase"]].isna().all(axis=None)
    pairs = workspace.analysis("pairs")
    assert list(pairs["count"]) == [3, 3]
    assert list(pairs.skipped_share) == [0.25, 0.25]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stacks": {"site": {"directory": "nowhere"}}}, "the directory nowhere does not exist"),
        ({"stacks": {"site": {"directory": "scenes", "pattern": "*.xyz"}}}, "no file in scenes"),
        ({"flaten": {"upper": 99}}, "flaten"),
        ({"flatten": {"upper": "high"}}, "high"),
        ({"flatten": {"upper": 12}}, "12"),
        ({"stacks": {}}, "stacks"),
        ({"stacks": {False: {"directory": "scenes"}}}, "write it in quotes"),
        ({"superset": {"extent": "bounds"}}, "bounds"),
        ({"pairs": {"next": 1, "min_days": 400}}, "no pair of scenes is left"),
    ],
)
def test_a_wrong_config_stops_before_any_work(finished, tmp_path, change, message):
    shutil.copytree(finished.folder / "scenes", tmp_path / "scenes")
    done = Workspace(tmp_path, finished.config | change).run()
    assert done.status != 0
    assert message in done.text
    assert "Traceback" not in done.text
    assert not (tmp_path / "results").exists()


def test_a_truncated_scene_is_named_in_one_line(finished, tmp_path):
    shutil.copytree(finished.folder / "scenes", tmp_path / "scenes")
    path = tmp_path / "scenes" / hyp3_name(TIMES[1])
    path.write_bytes(path.read_bytes()[:50_000])
    done = Workspace(tmp_path, finished.config).run()
    assert done.status != 0
    line = f"scenes/{path.name} is incomplete; download it again"
    assert f"stack 'site': {line}; or go on without" in done.text
    # Before any job.
    assert not (tmp_path / "results").exists()


@pytest.mark.long
def test_two_polarizations_are_compared_and_injections_come_out_again(tmp_path):
    for polarization in ("VV", "VH"):
        small_stack(tmp_path / "scenes", polarization)
    config = {
        "stacks": {"site": {"directory": "scenes", "polarizations": ["VV", "VH"]}},
        "tiles": {"rows": 1, "columns": 1},
        "inject": {"largest": 0.8},
    }
    workspace = Workspace(tmp_path, config)
    done = workspace.run("results/site/comparison/VV_VH.csv", "injected")
    assert done.status == 0, done.text
    compared = json.loads((tmp_path / "results/site/comparison/VV_VH.json").read_text())
    # Both polarizations are the same picture in this test.
    assert compared["scenes"] == 3 and compared["east"]["rms"] < 0.02 * POSTING
    for polarization in ("VV", "VH"):
        path = tmp_path / "results" / "site" / polarization / "injection" / "injection.json"
        found = json.loads(path.read_text())
        assert found["tiles"] == 2
        for direction in ("east", "north"):
            assert found[direction]["gain"] == pytest.approx(1, abs=0.03)
            assert found[direction]["rms_error"] < 0.03 * POSTING
            # Exact, of coarser scenes: 57 x 50 pixels of 90 m.
            assert found["boxes"][direction]["rms_error"] < 0.1 * 3 * POSTING
        assert found["boxes"]["tiles"] == 2 and found["boxes"]["message"] is None


@pytest.mark.long
def test_the_demo(tmp_path):
    """The default config: a displaced scene and a tile that moves are found, near the truth."""
    workspace = Workspace(tmp_path, {})
    shutil.copy(ROOT / "config.yaml", tmp_path)
    done = workspace.run()
    assert done.status == 0, done.text
    pairs = workspace.analysis("pairs", "demo")
    assert len(pairs) == 11 and (pairs["count"] > 45).all()
    for axis in "xy":
        error = pairs[f"median_{axis}"] - pairs[f"true_shift_{axis}"]
        assert error.abs().max() < 0.1 * POSTING
        error = pairs[f"shift_{axis}"] - pairs[f"true_shift_{axis}"]
        assert error.abs().max() < 0.025 * POSTING
        assert (error / pairs[f"sigma_{axis}"]).abs().max() < 4
    assert pairs[["true_shift_x", "true_shift_y"]].abs().max().max() > 45
    scenes = workspace.analysis("scenes", "demo")
    assert list(scenes.flag.fillna("")) == [""] * 6 + ["outlier"] + [""] * 5
    for direction in ("east", "north"):
        error = scenes[f"offset_{direction}"] - scenes[f"true_offset_{direction}"]
        assert error.abs().max() < 0.015 * POSTING
        assert (error / scenes[f"sigma_{direction}"]).abs().max() < 3.5
    # Sentinel-1 southwards, seen at 35 degrees of latitude: what is off by 1.7 pixels east and
    # 1.1 south lies nearer to the satellite, and farther along its flight.
    off = scenes[scenes.flag == "outlier"].iloc[0]
    assert off.heading == pytest.approx(190.1, abs=0.5)
    assert off.offset_range < -40 and off.offset_azimuth > 20
    folder = tmp_path / "results" / "demo" / "VV" / "analysis"
    verdict = json.loads((folder / "verdict.json").read_text())
    assert verdict["verdict"] == "undecided"
    # Neither one scene of 12 nor its two pairs of 11 are more than a fifth; 18 and more show it.
    scenes, pairs = (verdict["answers"][kind] for kind in ("scenes", "pairs"))
    assert (scenes["these"], pairs["these"]) == ("met", "met")
    assert verdict["criteria"]["radial"]["within"] == 11
    assert verdict["pairs"]["criteria"]["radial"]["within"] == 9
    needed = [verdict["criteria"]["radial"][key] for key in ("needed", "needed_now")]
    assert needed == [11, 18]
    assert verdict["findings"]["tiles_that_move"] == [{"tile_number_x": 5, "tile_number_y": 4}]
    assert {cause["cause"] for cause in verdict["to_look_at"]} == {"stands out", "tiles that move"}
    end = done.text[done.text.index("demo VV: UNDECIDED") :]
    assert "these: 11 of 12 scenes within 6 m (91.7 %, 80 % asked): met. Outside: 2024-03-06" in end
    assert "as 12 scenes with 1 outside cannot show it; 18 with no further one are needed" in end
    assert " jobs (100 %) after " in done.text
    assert len(list(folder.glob("*.png"))) == len(list(folder.glob("*.svg"))) == 10


@pytest.mark.long
def test_the_demo_with_the_notebooks_method(tmp_path):
    overlay = yaml.safe_load((ROOT / "notebook.yaml").read_text())
    workspace = Workspace(tmp_path, overlay)
    shutil.copy(ROOT / "config.yaml", tmp_path)
    done = workspace.run("analysed")
    assert done.status == 0, done.text
    pairs = workspace.analysis("pairs", "demo")
    assert len(pairs) == 11
    for axis in "xy":
        error = pairs[f"median_{axis}"] - pairs[f"true_shift_{axis}"]
        assert error.abs().max() < 0.1 * POSTING
