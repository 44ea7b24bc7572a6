"""Displacement makes false alarms, and moving a scene to its place takes them away."""

import json

import numpy as np
import pandas as pd
import pytest
from makers import NORTH, POSTING, WEST
from scipy import ndimage

import detect
from stackio import files, writing
from stackplot import costs
from stackshift.ground.lattice import Grid
from stackshift.simulate import simulation
from stackshift.stack import alignment, check_columns, mean_image
from stackshift.stack import columns as c
from stackshift.stack.detection import Histogram, averaged, quiet, spread_out, variances
from stackshift.tile.scaled import transformed

SIZE = 220
GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), SIZE, SIZE)
# Pixels (east, north) by which scenes lie off.
OFF = [(0, 0), (0.95, 0), (0, 0), (0, -0.95), (0, 0), (0.65, 0.65), (0, 0), (0, 0)]
NAMES = [f"202401{day:02}T052301" for day in range(8, 0, -1)]


def rms_and_alarms(image, ground, box, threshold):
    """By hand: decibels between box means, rms about the median and share beyond a threshold."""
    one, other = (ndimage.uniform_filter(v.astype(float), box) for v in (image, ground))
    inside = (10 * np.log10(one / other))[40:-40, 40:-40]
    inside = inside - np.median(inside)
    return float(inside.std()), float((np.abs(inside) > threshold).mean())


def compared(folder, zero=(0, 0), template=(0, 0), off=OFF, area=None):
    """What is found, what is to be found in their places, and the report, of simulated scenes.

    Pixels (east, north) on the ground: where offsets are zero, where the template lies, where the
    scenes do. Where ``area`` is, on the map, scenes are divided by it and matched times it.
    """
    random = np.random.default_rng(1)
    fine = simulation.ground((SIZE + 40,) * 2, 5)
    bare, mean = (
        simulation.observe(fine, (-north, east), 1e6, random)[20:-20, 20:-20]
        for east, north in ((0, 0), template)
    )
    scenes, still = {}, {}
    for number, (name, (east, north)) in enumerate(zip(NAMES, off, strict=True)):
        image = simulation.observe(fine, (-north, east), 20, random)[20:-20, 20:-20]
        still[name] = simulation.observe(fine, (0, 0), 20, random)[20:-20, 20:-20]
        # A field that is another one in each scene, and a brightness of the scene's own.
        image = image * np.float32(10 ** (0.1 * number))
        image[150:180, 60:100] *= np.float32(10 ** (0.8 * (number % 2)))
        if area is not None:
            image /= area
        scenes[name] = str(folder / f"{name}.tif")
        with writing.create(scenes[name], GRID, {}) as target:
            writing.write_rows(target, 0, image)
    with writing.create(folder / "template.tif", GRID, {}, bands=("a", "b", "c")) as target:
        for band in (1, 2, 3):
            writing.write_rows(target, 0, (10 * np.log10(mean)).astype(np.float32), band)
    members = {
        name: {"row": template[1] - north, "column": east - template[0]}
        for name, (east, north) in list(zip(NAMES, off, strict=True))[4:]
    }
    files.write_json(folder / "template.json", {"members": members, "tiles": []})
    table = pd.DataFrame({c.SCENE: NAMES})
    table[[c.OFFSET_EAST, c.OFFSET_NORTH]] = POSTING * (np.array(off) - zero)
    files.write_csv(folder / "scenes.csv", table)
    outputs = {"table": "detection.csv", "report": "detection.json", "figure": "detection.svg",
               "picture": "detection.png"}  # fmt: skip
    outputs = {name: str(folder / path) for name, path in outputs.items()}
    layers = {}
    if area is not None:
        with writing.create(folder / "area.tif", GRID, {}) as target:
            writing.write_rows(target, 0, area)
        layers = {"area": [str(folder / "area.tif")] * len(scenes)}
    detect.main(scenes, str(folder / "scenes.csv"), str(folder / "template.tif"), 0.9, 3, "site VV",
                outputs, str(folder / "template.json"), layers=layers)  # fmt: skip
    found = pd.read_csv(outputs["table"], dtype={c.SCENE: str}).set_index(c.SCENE)
    expected = {name: rms_and_alarms(still[name], bare, 3, 0.9) for name in NAMES}
    return found, expected, json.loads((folder / "detection.json").read_text())


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return compared(tmp_path_factory.mktemp("detect"))


def test_moving_a_scene_to_its_place_gives_what_one_that_lies_there_has(measured):
    found, expected, _ = measured
    assert list(found.reset_index()) == list(check_columns.DETECTION_TABLE)
    for name, off in zip(NAMES, OFF, strict=True):
        row, (rms, alarms) = found.loc[name], expected[name]
        assert row["distance"] == pytest.approx(POSTING * np.hypot(*off), abs=1e-6)
        assert row["rms_corrected"] == pytest.approx(rms, rel=0.06)
        assert row["false_alarms_corrected"] == pytest.approx(alarms, abs=0.012)
        if any(off):
            assert row["rms"] > 1.3 * row["rms_corrected"] and row["added"] > 0.3
            assert row["false_alarms"] > 2 * row["false_alarms_corrected"]
        else:
            assert row["rms"] == row["rms_corrected"] and row["added"] == 0


# Scenes after the members lie elsewhere.
STEP = [(0, 0.9)] * 5 + [(0, 0), (0.3, 0), (0, 0)]


@pytest.mark.parametrize(
    ("zero", "template", "off"),
    [((0, 0.9), (0, 0), STEP), ((0.95, 0), (0, 0), OFF), ((0.5, -0.6), (0.3, 0.3), OFF)],
    ids=["median of all scenes", "one scene", "absolute"],
)
def test_the_place_of_a_scene_is_where_offsets_are_zero(tmp_path, zero, template, off):
    """Wherever the template lies: its members are some of the scenes, and zero is what it is."""
    found, expected, _ = compared(tmp_path, zero, template, off)
    for name, at in zip(NAMES, off, strict=True):
        row, (rms, alarms) = found.loc[name], expected[name]
        assert row["rms_corrected"] == pytest.approx(rms, rel=0.06)
        assert row["false_alarms_corrected"] == pytest.approx(alarms, abs=0.012)
        # What lies at zero is in its place, and is no better for being left there.
        distance = POSTING * np.hypot(*np.subtract(at, zero))
        assert row["distance"] == pytest.approx(distance, abs=1e-6)
        assert row["added"] >= 0.01 * distance and (row["added"] == 0) == (distance == 0)


def test_scenes_are_compared_as_they_were_prepared(tmp_path):
    """A template of scenes times the area is no mean of gamma0, which the map's terrain divides."""
    rows, columns = np.indices((SIZE, SIZE), float)
    area = np.exp(0.8 * np.sin(rows / 9) * np.cos(columns / 7)).astype(np.float32)
    found, expected, _ = compared(tmp_path, area=area)
    for name in NAMES:
        rms, alarms = expected[name]
        assert found["rms_corrected"][name] == pytest.approx(rms, rel=0.06)
        assert found["false_alarms_corrected"][name] == pytest.approx(alarms, abs=0.012)


def test_the_curve_tells_what_displaced_scenes_have(measured):
    """It comes from the template and scenes in their places, so those that lie off are a check."""
    found, _, report = measured
    assert report["line"].startswith("10 m off: ") and "at 0.9 dB instead of" in report["line"]
    metres = [point["metres"] for point in report["curve"]]
    for column, key in (("rms", "rms"), ("false_alarms", "false_alarms")):
        line = np.interp(found["distance"], metres, [point[key] for point in report["curve"]])
        off = found["distance"] > 10
        assert np.mean(found[column][off]) == pytest.approx(np.mean(line[off]), rel=0.2)
        assert np.all(np.diff([point[key] for point in report["curve"]]) > 0)


def test_members_of_the_template_are_compared_like_all_others(tmp_path):
    """A template of few scenes has a good part of each: the rms of members would be 20 % less."""
    random = np.random.default_rng(4)
    fine = simulation.ground((SIZE + 40,) * 2, 5)
    scenes, tiles, values = {}, {}, {}
    for k, name in enumerate(NAMES):
        image = simulation.observe(fine, (0, 0), 5, random)[20:-20, 20:-20]
        folder = tmp_path / name
        folder.mkdir()
        scenes[name] = str(folder / "0_0.tif")
        with writing.create(scenes[name], GRID, {}) as target:
            writing.write_rows(target, 0, image)
        if k >= 4:
            tiles[name], values[name] = str(folder), transformed(image, "log")
    weight = dict.fromkeys(tiles, 1.0)
    image, _, levels = alignment.formed(values, dict.fromkeys(tiles, (0.0, 0.0)), weight)
    bands = mean_image.decibels(image.mean().values, "log"), image.scenes, image.weight
    with writing.create(tmp_path / "t.tif", GRID, {}, bands=("a", "b", "c")) as target:
        for band, content in enumerate(bands, 1):
            writing.write_rows(target, 0, content, band)
    tile = {"row": 0, "column": 0, "level": 0.0, "weights": weight, "levels": levels}
    made = {"members": {key: {"row": 0.0, "column": 0.0} for key in tiles}, "tiles": [tile]}
    files.write_json(tmp_path / "t.json", made)
    table = pd.DataFrame({c.SCENE: NAMES, c.OFFSET_EAST: 0.0, c.OFFSET_NORTH: 0.0})
    files.write_csv(tmp_path / "s.csv", table)
    names = {"table": "d.csv", "report": "d.json", "figure": "d.svg", "picture": "d.png"}
    outputs = {name: str(tmp_path / path) for name, path in names.items()}
    detect.main(scenes, str(tmp_path / "s.csv"), str(tmp_path / "t.tif"), 3.0, 3, "s", outputs,
                str(tmp_path / "t.json"), tiles)  # fmt: skip
    rms = pd.read_csv(outputs["table"], dtype={c.SCENE: str}).set_index(c.SCENE)["rms"]
    members, others = rms[list(tiles)].mean(), rms.drop(list(tiles)).mean()
    # With themselves in the mean of four: sqrt((1 - 1/4) / (1 + 1/4)) = .77. Without, a mean of
    # three adds 3 % to theirs, and ground that is called quiet by their scatter takes as much.
    assert members / others == pytest.approx(1, abs=0.05)


def test_ground_that_changes_is_not_counted(measured):
    found, *_ = measured
    field = 30 * 40
    edge = SIZE**2 - field
    assert (found["pixels"] < edge - 500).all() and (found["pixels"] > 0.6 * SIZE**2).all()


def test_histograms_tell_rms_median_and_share():
    values = np.random.default_rng(3).normal(1.7, 0.9, 200_000)
    histogram = Histogram()
    for part in np.split(values, 4):
        histogram.add(np.append(part, np.nan))
    found = histogram.figures(2.0)
    assert found["pixels"] == len(values)
    assert found["level"] == pytest.approx(np.median(values), abs=0.002)
    assert found["rms"] == pytest.approx(values.std(), rel=0.003)
    about = np.abs(values - np.median(values))
    # One in 1,000 normal deviates is beyond 3.29 standard deviations.
    assert found["needed"] == pytest.approx(np.quantile(about, 0.999), rel=0.01)
    assert found["needed"] == pytest.approx(3.29 * 0.9, rel=0.02)
    share = np.mean(about > 2)
    assert found["false_alarms"] == pytest.approx(share, rel=0.03)
    assert Histogram().figures(2.0)["rms"] is None


def test_what_is_added_is_negative_where_a_scene_differs_more_in_its_place():
    random = np.random.default_rng(6)
    narrow, wide = Histogram(), Histogram()
    for histogram, scatter in ((narrow, 0.3), (wide, 0.5)):
        histogram.add(random.normal(0, scatter, 50_000))
    for before, after, added in ((wide, narrow, 0.4), (narrow, wide, -0.4)):
        row = detect._row("a", (3.0, -4.0), before, after, 0.9)
        assert (row["distance"], row["added"]) == pytest.approx((5, added), rel=0.03)


def test_boxes_and_gaps():
    power = np.full((9, 9), 4.0, np.float32)
    power[:, :4] = np.nan
    found = averaged(power, 3)
    assert np.isnan(found[:, :4]).all()
    assert found[4, 4:8] == pytest.approx(10 * np.log10(4), abs=1e-4)


def test_ground_that_changes_by_more_than_the_middle_pixel_is_not_quiet():
    random = np.random.default_rng(6)
    scatter = np.where(np.arange(40)[:, None] < 10, 3.0, 1.0)
    # A level of each scene's own is no change, and gaps are none.
    ratios = random.normal(0, scatter, (60, 40, 50)) + random.normal(0, 9, 60)[:, None, None]
    ratios[::3, 20:30] = np.nan
    found = variances(ratios)
    about = ratios - np.nanmedian(ratios, axis=(1, 2), keepdims=True)
    assert found == pytest.approx(np.nanvar(about, axis=0, ddof=1), rel=1e-4)
    still = quiet(found, found)
    assert not still[:10].any() and still[10:].mean() > 0.99
    # A part that changes everywhere is held to the middle of all.
    assert not quiet(found[:10], found).any()
    few = np.zeros((3, 4, 4), np.float32)
    few[0, 1, 1] = np.nan
    assert quiet(variances(few), variances(few)).all()
    assert np.isnan(variances(np.full((6, 2, 2), np.nan))).all()


@pytest.mark.parametrize(("shape", "most"), [((32, 32), 60), ((8, 120), 61.5), ((50, 3), 20)])
def test_blocks_are_spread_over_the_ground_that_has_data(shape, most):
    shares = np.ones(shape)
    shares[: shape[0] // 4] = 0
    found = spread_out(shares, most)
    assert found == sorted(set(found)) and len(found) == int(most)
    assert min(row for row, _ in found) >= shape[0] // 4
    # In a sixth of the ground along either axis a sixth of them: by chance 60 would to 2.9.
    for axis, (first, size) in enumerate([(shape[0] // 4, shape[0]), (0, shape[1])]):
        places = np.array(found)[:, axis]
        if size - first >= 6:
            counts, _ = np.histogram(places, np.linspace(first - 0.5, size - 0.5, 7))
            assert np.sqrt(np.mean((counts - most / 6) ** 2)) <= 2.1
    assert len(spread_out(shares, 1e9)) == np.count_nonzero(shares)
    assert len(spread_out(shares, 0.1)) == 1
    assert spread_out(np.zeros(shape), most) == []


def test_blocks_of_large_scenes_stand_for_all(measured, tmp_path, monkeypatch):
    """A third of the ground, in blocks: what they tell is what all tells, to what it scatters."""
    monkeypatch.setattr(detect, "_SIDE", 32)
    monkeypatch.setattr(detect, "_PIXELS", SIZE**2 // 3)
    found, *_, report = compared(tmp_path)
    assert report["blocks"] == pytest.approx(SIZE**2 / 3 / 32**2, abs=2) and report["side"] == 32
    whole = measured[0]
    assert measured[2]["blocks"] == 1
    assert (found["pixels"] < 0.4 * whole["pixels"]).all()
    assert (found["pixels"] > 0.2 * whole["pixels"]).all()
    for column in ("rms", "rms_corrected"):
        assert found[column].to_numpy() == pytest.approx(whole[column].to_numpy(), rel=0.06)


def test_a_stack_in_which_nothing_could_be_measured_has_an_empty_table(tmp_path):
    with writing.create(tmp_path / "t.tif", GRID, {}, bands=("a", "b", "c")) as target:
        for band in (1, 2, 3):
            writing.write_rows(target, 0, np.full((SIZE, SIZE), np.nan, np.float32), band)
    table = pd.DataFrame({c.SCENE: NAMES, c.OFFSET_EAST: np.nan, c.OFFSET_NORTH: np.nan})
    files.write_csv(tmp_path / "scenes.csv", table)
    names = {"table": "d.csv", "report": "d.json", "figure": "d.svg", "picture": "d.png"}
    outputs = {name: str(tmp_path / path) for name, path in names.items()}
    scenes = dict.fromkeys(NAMES, str(tmp_path / "t.tif"))
    detect.main(scenes, str(tmp_path / "scenes.csv"), str(tmp_path / "t.tif"), 3.0, 5, "s", outputs)
    assert len(pd.read_csv(outputs["table"])) == 0
    assert json.loads((tmp_path / "d.json").read_text())["curve"][0]["rms"] is None


def points(count, alarms=0.0, seed=0):
    """A table and a curve as the stage makes them, of so many scenes."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(index=range(count), columns=list(check_columns.DETECTION_TABLE))
    table["distance"] = random.exponential(2, count)
    for key, level in (("false_alarms", alarms), ("needed", 1.3), ("rms", 0.4)):
        for name in (key, f"{key}_corrected"):
            table[name] = level * random.uniform(0.9, 1.1, count)
    rows = [(m, alarms * (1 + m), 1.3 + 0.01 * m, 0.4 + 0.002 * m) for m in detect.METRES]
    rows = rows if count else [(m, None, None, None) for m in detect.METRES]
    keys = ("metres", "false_alarms", "needed", "rms")
    curve = [dict(zip(keys, row, strict=True)) for row in rows]
    return table, curve


@pytest.mark.parametrize(("count", "alarms"), [(0, 0), (1, 0), (12, 0), (97, 0.002), (1, 0.002)])
def test_the_figure_speaks_in_every_case(count, alarms):
    """No dot and no word is hidden: by a legend, below the axis, or by another word."""
    table, curve = points(count, alarms)
    figure = costs.cost_of_displacement(table, curve, 3.0, 5, "site VV")
    figure.canvas.draw()
    left, needed, rms = figure.axes
    title = figure._suptitle.get_text()
    if not count:
        assert all(axes.texts[0].get_text() == "no scene could be measured" for axes in figure.axes)
        return
    assert ("no false alarms at 3 dB" in title) == (alarms == 0)
    assert (
        "one in 1,000 at 1.4 dB instead of 1.3" in title and "0.42 dB rms instead of 0.4" in title
    )
    assert any("next to no" in text.get_text() for text in left.texts) == (alarms == 0)
    legend = figure.legends[0].get_window_extent()
    for axes in figure.axes:
        inside = axes.get_window_extent()
        assert not inside.overlaps(legend)
        assert axes.get_ylim()[0] < 0 < axes.get_ylim()[1]
        for line in axes.lines[1:3]:
            places = axes.transData.transform(line.get_xydata())
            assert len(places) == count and all(inside.contains(*place) for place in places)
    assert needed.get_ylim()[1] > 1.3 and rms.get_ylim()[1] > 0.4
