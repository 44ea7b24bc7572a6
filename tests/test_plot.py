"""Figures: drawn for full, sparse and empty tables, the same bytes each time."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import once
from matplotlib.image import imread
from matplotlib.text import Text

import plot
from stackplot import marks, scores
from stackplot import pairs as pairs_figures
from stackplot import scenes as scenes_figures
from stackplot import tiles as tiles_figures
from stackshift.stack import columns, standing


def pairs_table(count, truths=True):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(0, 3, (count, len(columns.PAIRS_TABLE))))
    table.columns = list(columns.PAIRS_TABLE)
    table["reference_index"], table["secondary_index"] = range(count), range(1, count + 1)
    table["tiles"], table["count"] = 64, random.integers(0, 65, count)
    positive(table)
    days = pd.date_range("2024-01-06", periods=count + 1, freq="12D")[::-1]
    names = days.strftime("%Y%m%dT052301")
    table["reference"], table["secondary"] = names[:-1], names[1:]
    if not truths:
        table = table.drop(columns=["true_shift_x", "true_shift_y"])
    return table


def positive(table):
    """Spreads and standard errors are not negative."""
    for column in ("nmad_x", "nmad_y", "sigma_x", "sigma_y"):
        table[column] = table[column].abs()


def tiles_table(rows, across):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(0, 1, (rows * across, len(columns.TILES_TABLE))))
    table.columns = list(columns.TILES_TABLE)
    table["tile_number_y"], table["tile_number_x"] = np.divmod(np.arange(rows * across), across)
    table["pairs"], table["count"] = 5, random.integers(0, 6, rows * across)
    table["skipped_share"] = 1 - table["count"] / 5
    positive(table)
    table["scenes_measured"], table["moves"] = random.integers(0, 6, rows * across), 0
    for name in ("scatter_east", "scatter_north"):
        table[name] = table[name].abs()
    empty = table["count"] == 0
    table.loc[empty, [c for c in table if c.endswith(("_x", "_y")) and "tile" not in c]] = np.nan
    return table


def scenes_table(count, measured=True):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(0, 2, (count, len(columns.SCENES_TABLE))))
    table.columns = list(columns.SCENES_TABLE)
    table["scene"] = pd.date_range("2024-01-06", periods=count, freq="12D").strftime("%Y%m%dT0")
    table["time"] = pd.date_range("2024-01-06", periods=count, freq="12D", tz="UTC")
    table["platform"] = ["S1A", "S1B"] * (count // 2) + ["S1A"] * (count % 2)
    table["flag"] = ["outlier"] + [""] * (count - 1)
    for direction in ("east", "north"):
        table[f"sigma_{direction}"] = table[f"sigma_{direction}"].abs()
        if not measured:
            for name in ("offset", "sigma", "true_offset"):
                table[f"{name}_{direction}"] = np.nan
    return table


def measurements_table(pairs):
    """Nine tiles a pair, scattered about the pair by their standard error."""
    random = np.random.default_rng(3)
    table = pairs.loc[pairs.index.repeat(9), ["reference", "secondary", "shift_x", "shift_y"]]
    for axis in "xy":
        table[f"sigma_{axis}"] = random.uniform(0.5, 1, len(table))
        table[f"shift_{axis}"] += random.normal(0, table[f"sigma_{axis}"])
    return table.assign(status="ok")


def residuals_table(pairs, known=True):
    random = np.random.default_rng(4)
    table = pairs[["reference", "secondary"]].copy() if known else pairs[:0][["reference"]].copy()
    for name in ("residual_x", "residual_y", "z_x", "z_y", "closure_rms"):
        table[name] = random.normal(0, 0.3, len(table))
    table["weight_x"], table["weight_y"] = 1.0, random.uniform(0.3, 1, len(table))
    return table.reindex(columns=list(columns.RESIDUALS_TABLE))


def scene_tiles_table(scenes, tiles):
    """The tiles of each scene, scattered about it by a metre."""
    random = np.random.default_rng(5)
    table = scenes[["scene", "offset_east", "offset_north"]].merge(
        tiles[["tile_number_x", "tile_number_y"]], how="cross"
    )
    table[["offset_east", "offset_north"]] += random.normal(0, 1, (len(table), 2))
    return table


NAMES = (
    "shift_per_pair", "offset_per_tile", "tile_errors", "offset_per_scene", "pair_matrix",
    "z_scores",
)  # fmt: skip


def draw(folder, pairs, tiles):
    folder.mkdir(exist_ok=True)
    counts = pairs["count"].sum() > 0
    scenes = scenes_table(len(pairs) + 1, counts)
    tables = {
        "measurements": measurements_table(pairs),
        "pairs": pairs,
        "tiles": tiles,
        "scenes": scenes,
        "scene_tiles": scene_tiles_table(scenes, tiles),
        "residuals": residuals_table(pairs, counts),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    ce90 = {"metres": 4.2, "sigma": 0.2} if counts else {"metres": None, "sigma": None}
    (folder / "verdict.json").write_text(json.dumps({"CE90": ce90}))
    figures = {name: [folder / f"{name}.{s}" for s in ("svg", "png")] for name in NAMES}
    paths = {name: folder / f"{name}.csv" for name in tables}
    plot.main(paths, folder / "verdict.json", figures, 6.0, "site VV")
    return [path for pair in figures.values() for path in pair]


# Pairs and tiles are never in one figure.
@pytest.mark.parametrize(
    ("count", "cut"),
    [(1, (1, 1)), pytest.param(149, (30, 20), marks=pytest.mark.long)],
)
def test_figures_of_any_size(tmp_path, count, cut):
    for path in draw(tmp_path, pairs_table(count, truths=count == 1), tiles_table(*cut)):
        assert path.stat().st_size > 10_000
        if path.suffix == ".png":
            assert imread(path).std() > 0.05


def test_tables_in_which_nothing_counts_are_drawn(tmp_path):
    pairs, tiles = pairs_table(3, truths=False), tiles_table(2, 2)
    for table in (pairs, tiles):
        table["count"] = 0
        shifts = [c for c in table if c[-2:] in ("_x", "_y") and not c.startswith("tile")]
        table[shifts] = np.nan
    assert len(draw(tmp_path, pairs, tiles)) == 2 * len(NAMES)
    for figure in ("shift_per_pair", "tile_errors", "offset_per_scene"):
        text = (tmp_path / f"{figure}.svg").read_text()
        name = "tile" if figure == "tile_errors" else figure.rpartition("_")[2]
        assert f"no {name} could be measured" in text
    # Dates are those of the scenes, and none of 1970.
    assert "1970" not in (tmp_path / "offset_per_scene.svg").read_text()
    assert "not measured" in (tmp_path / "pair_matrix.svg").read_text()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    """A folder with the figures of five pairs."""
    fill = lambda folder: draw(folder, pairs_table(5), tiles_table(3, 3))  # noqa: E731
    return once(tmp_path_factory, "drawn", fill)


def test_the_same_tables_give_the_same_bytes(drawn, tmp_path):
    second = draw(tmp_path, pairs_table(5), tiles_table(3, 3))
    assert len(second) == 2 * len(NAMES)
    for path in second:
        assert (drawn / path.name).read_bytes() == path.read_bytes()


def words(figure):
    """All that is written in a figure."""
    return [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]


def test_an_outlier_is_an_arrow_with_its_value_and_the_good_scenes_fill_the_axes():
    table = scenes_table(97)
    table["true_offset_east"] = table["true_offset_north"] = np.nan
    table.loc[0, ["offset_east", "offset_north"]] = 160.0, -3.0
    figure = scenes_figures.offset_per_scene(table, 6.0, (4.0, 0.2), "site VV")
    assert all(max(np.abs(axes.get_ylim())) < 15 for axes in figure.findobj(is_axes))
    assert "2024-01-06: +160 m" in words(figure)
    assert "2024-01-06\nE +160, N -3 m" in words(figure)


def crowd():
    """150 scenes about zero, each seventh 4.7 m east and told, one 40 m east and one 35 m south."""
    random = np.random.default_rng(1)
    table = scenes_table(150).drop(columns=["true_offset_east", "true_offset_north"])
    table["time"] = pd.date_range("2020-01-03", periods=150, freq="6D", tz="UTC")
    table["scene"] = table["time"].dt.strftime("%Y%m%dT0")
    table[["offset_east", "offset_north"]] = random.normal(0, 0.25, (150, 2))
    table[["sigma_east", "sigma_north"]] = 0.3
    out = np.arange(150) % 7 == 3
    table.loc[out, "offset_east"] += 4.7
    table.loc[40, ["offset_east", "offset_north"]] = 40.0, 0.2
    table.loc[90, ["offset_east", "offset_north"]] = 0.3, -35.0
    table["flag"] = np.where(out | table.index.isin([40, 90]), "outlier", "")
    return table


def steps():
    """Pairs whose shifts are those of such scenes: clusters at -4.7, 0 and 4.7 m, four beyond."""
    scenes, pairs = crowd(), pairs_table(149, truths=False).assign(count=9)
    for axis, direction in (("x", "east"), ("y", "north")):
        pairs[f"shift_{axis}"] = np.diff(scenes[f"offset_{direction}"])[::-1]
        pairs[f"sigma_{axis}"] = pairs[f"nmad_{axis}"] = 0.4
    return pairs


def named(axes):
    """The boxes of all dates that are written in axes, in dots; lines to them are not counted."""
    axes.figure.figure.canvas.draw()
    return {
        text.get_text(): Text.get_window_extent(text).extents
        for text in axes.texts
        if re.match(r"\d{4}-\d\d-\d\d", text.get_text())
    }


def apart(axes, x, y, size=4.0):
    """Whether no date in axes covers another, or a mark of so many points at these places."""
    boxes = list(named(axes).values())
    at = axes.transData.transform(np.transpose([axes.convert_xunits(x), y]).astype(float))
    half = size / 2 * axes.figure.dpi / 72
    marks_ = [np.concatenate([one - half, one + half]) for one in at if np.isfinite(one).all()]
    return not any(
        (one[:2] < other[2:]).all() and (other[:2] < one[2:]).all()
        for i, one in enumerate(boxes)
        for other in boxes[i + 1 :] + marks_
    )


def test_names_of_scenes_cover_no_scene_and_not_each_other():
    table = crowd()
    figure = scenes_figures.offset_per_scene(table, 6.0, (4.7, None), "site VV")
    east, north, plane = figure.findobj(is_axes)
    when = table["time"].dt.tz_localize(None).dt.to_pydatetime()
    assert apart(east, when, table["offset_east"])
    assert apart(north, when, table["offset_north"])
    assert apart(plane, table["offset_east"], table["offset_north"])
    # The two beyond, and as many of the others as have room.
    assert {"2020-08-30\nE +40, N +0 m", "2021-06-26\nE +0, N -35 m"} <= set(named(plane))
    assert all(len(named(axes)) >= 7 for axes in (east, north, plane))


def test_names_of_pairs_beyond_the_axes_cover_no_pair():
    table = steps()
    plane = pairs_figures.shift_per_pair(table, 6.0, "site VV").findobj(is_axes)[-1]
    assert len(named(plane)) == 4
    assert apart(plane, table["shift_x"], table["shift_y"])


def test_a_name_that_finds_no_room_lies_below_the_points_and_not_above():
    table = scenes_table(600).drop(columns=["true_offset_east", "true_offset_north"])
    across = np.linspace(-7, 7, 25)
    table["offset_east"], table["offset_north"] = np.repeat(across, 24), np.tile(across[:24], 25)
    table.loc[0, ["offset_east", "offset_north"]] = 90.0, 1.0
    plane = scenes_figures.offset_per_scene(table, 6.0, (4.7, None), "s").findobj(is_axes)[-1]
    (text,) = (text for text in plane.texts if "E +90" in text.get_text())
    assert not apart(plane, table["offset_east"], table["offset_north"])
    assert text.get_zorder() < min(line.get_zorder() for line in plane.lines if line.get_marker() in
                                   ("o", "s"))  # fmt: skip


def test_a_circle_that_is_not_drawn_is_said_to_lie_beyond_the_figure():
    figure = scenes_figures.offset_per_scene(scenes_table(9), 6.0, (15.07, None), "site VV")
    assert "CE90: 15.07 m, beyond this figure" in words(figure)


def circles(figure):
    """The number beside each CE90 and CE50 of a figure, metres."""
    found = (re.match(r"CE(\d+): ([\d.]+) m", text) for text in words(figure))
    return {int(one[1]): float(one[2]) for one in found if one}


@pytest.mark.parametrize("far", [60.4, 363.7, 4012.3])
def test_the_circle_that_is_said_holds_as_many_marks_as_it_says(far):
    """Of 12 pairs one or two lie far off; counted as a reader would, by what is written."""
    pairs = pairs_table(12).assign(shift_y=0.0, sigma_x=0.2, sigma_y=0.2, count=9)
    pairs["shift_x"] = [*np.linspace(0.213, 3.561, 11), far]
    assert circles(pairs_figures.shift_per_pair(pairs, 6.0, "s")) == {90: 3.57}
    pairs.loc[10, "shift_x"] = -far
    assert far <= circles(pairs_figures.shift_per_pair(pairs, 6.0, "s"))[90] < far + 0.02


def test_the_share_of_the_tiles_that_is_said_lies_within_the_radius_that_is_said():
    """Radii 0.1 to 0.9 m and one of 3 m: half of ten lie within 0.5 m, nine within 0.9 m."""
    scenes = pd.DataFrame({"scene": ["a"], "offset_east": 2.0, "offset_north": -1.0})
    every = pd.DataFrame({"tile_number_x": range(10), "tile_number_y": 0, "moves": 0})
    radii = [0.5, 3.0, 0.1, 0.9, 0.3, 0.2, 0.7, 0.6, 0.8, 0.4]
    found = pd.DataFrame(
        {
            "scene": "a", "tile_number_x": range(10), "tile_number_y": 0,
            "offset_east": 2.0, "offset_north": np.subtract(radii, 1.0),
            "sigma_east": 0.1, "sigma_north": 0.1,
        }
    )  # fmt: skip
    assert circles(tiles_figures.tile_errors(scenes, found, every, 6.0, "s")) == {50: 0.5, 90: 0.9}


def is_axes(artist):
    """Whether this part of a figure is axes."""
    return hasattr(artist, "get_ylim")


def bars(axes):
    """Where the marks of an axes lie that have error bars, and half the length of their bars."""
    found = []
    for container in axes.containers:
        line, _, strokes = container
        halves = [
            [np.ptp(stroke, axis=0).max() / 2 for stroke in one.get_segments()] for one in strokes
        ]
        found += list(zip(*line.get_xydata().T, *halves, strict=True))
    return sorted(found)


def test_offsets_of_scenes_lie_where_they_are_with_the_error_bars_of_their_axis():
    table = scenes_table(2).assign(platform="S1A", flag="")
    table["offset_east"], table["offset_north"] = [1.0, -2.0], [3.0, 0.5]
    table["sigma_east"], table["sigma_north"] = [0.1, 0.2], [0.3, 0.4]
    table["true_offset_east"], table["true_offset_north"] = [1.1, -2.2], [3.3, 0.6]
    figure = scenes_figures.offset_per_scene(table, 6.0, (4.0, 0.2), "site VV")
    east, north, plane = figure.findobj(is_axes)
    # Days since 1970 of 2024-01-06 and twelve days later.
    assert np.ravel(bars(east)) == pytest.approx([19728, 1.0, 0.1, 19740, -2.0, 0.2])
    assert np.ravel(bars(north)) == pytest.approx([19728, 3.0, 0.3, 19740, 0.5, 0.4])
    expected = [-2.0, 0.5, 0.2, 0.4, 1.0, 3.0, 0.1, 0.3]
    assert np.ravel(bars(plane)) == pytest.approx(expected)
    for axes, truth in ((east, [1.1, -2.2]), (north, [3.3, 0.6])):
        (line,) = (line for line in axes.lines if line.get_label() == "truth")
        assert list(line.get_ydata()) == truth


def test_what_is_rotated_or_scaled_is_marked_like_an_outlier():
    table = scenes_table(4).assign(platform="S1A", flag=["rotated", "scaled", "outlier", None])
    table["offset_east"] = table["offset_north"] = 1.0
    texts = words(scenes_figures.offset_per_scene(table, 6.0, (4.0, 0.2), "site VV"))
    for day in ("2024-01-06", "2024-01-18", "2024-01-30"):
        assert texts.count(day) == 3
    assert "2024-02-11" not in texts


def test_shifts_of_pairs_lie_where_they_are_with_the_errors_of_their_axis_oldest_first():
    table = pairs_table(2)
    table["shift_x"], table["shift_y"] = [1.0, -2.0], [3.0, 0.5]
    table["sigma_x"], table["sigma_y"] = [0.1, 0.2], [0.3, 0.4]
    table["nmad_x"], table["nmad_y"] = [0.5, 0.6], [0.7, 0.8]
    table["true_shift_x"], table["true_shift_y"] = [1.1, -2.2], [3.3, 0.6]
    east, north, plane = pairs_figures.shift_per_pair(table, 6.0, "s").findobj(is_axes)
    # The second row is the older pair; behind each error bar there is the spread of the tiles.
    for axes, expected in (
        (east, [0, -2.0, 0.2, 0, -2.0, 0.6, 1, 1.0, 0.1, 1, 1.0, 0.5]),
        (north, [0, 0.5, 0.4, 0, 0.5, 0.8, 1, 3.0, 0.3, 1, 3.0, 0.7]),
        (plane, [-2.0, 0.5, 0.2, 0.4, 1.0, 3.0, 0.1, 0.3]),
    ):
        assert np.ravel(bars(axes)) == pytest.approx(expected)
    for axes, truth in ((east, [-2.2, 1.1]), (north, [0.6, 3.3])):
        (line,) = (line for line in axes.lines if line.get_marker() == "x")
        assert list(line.get_ydata()) == truth


def test_a_tile_stands_in_its_row_and_column_with_its_own_scatter():
    tiles = tiles_table(2, 3).assign(scenes_measured=[2, 3, 4, 5, 6, 7], moves=0)
    tiles["scatter_east"] = 0.3 * np.arange(1, 7)
    tiles["scatter_north"] = 0.4 * np.arange(1, 7)
    axes = tiles_figures.offset_per_tile(tiles, 6.0, "s").findobj(is_axes)
    radial, scenes, east, north = (one.images[0] for one in axes if one.images and one.get_title())
    counted = np.array([[1, 2, 3], [4, 5, 6]])
    for image, expected in (
        (radial, 0.5 * counted), (east, 0.3 * counted), (north, 0.4 * counted),
        (scenes, counted + 1),
    ):  # fmt: skip
        assert np.asarray(image.get_array()) == pytest.approx(expected)
        # The first row is at the top.
        assert image.origin == "upper"


def test_the_axis_is_set_by_the_usual_values_and_the_requirement():
    assert marks.reach(np.array([0.1, -0.2, np.nan]), 6) == pytest.approx(1.25 * 6)
    assert marks.reach(np.array([0.1, -11.0, 160.0]), 6) == pytest.approx(1.25 * 11)
    # A stack that scatters by tens of metres is shown as it is.
    assert marks.reach(np.array([30.0, -40.0, 35.0]), 6) == pytest.approx(1.25 * 40)
    assert marks.reach(np.array([np.nan]), 6) == pytest.approx(1.25 * 6)


def test_the_circle_of_the_requirement_is_never_cut():
    figure = pairs_figures.shift_per_pair(pairs_table(5), 60.0, "site VV")
    scatter = figure.findobj(is_axes)[-1]
    assert min(*scatter.get_xlim(), *scatter.get_ylim()) < -60
    assert max(*scatter.get_xlim(), *scatter.get_ylim()) > 60


def test_many_pairs_stand_on_an_axis_of_time_and_few_have_a_label_each():
    for count, labels in ((40, 40), (41, 0)):
        texts = words(pairs_figures.shift_per_pair(pairs_table(count), 6.0, "site VV"))
        assert len({text for text in texts if "/64" in text}) == labels


def series(scenes, cells, seed=6):
    """Tables of scenes in which each tile scatters by a metre: scenes, their tiles, the tiles."""
    random = np.random.default_rng(seed)
    names = [f"2024{i + 1:02}01T000000" for i in range(scenes)]
    by_scene = pd.DataFrame({"scene": names, "offset_east": 50.0, "offset_north": -20.0})
    tiles = pd.DataFrame({"tile_number_x": range(cells), "tile_number_y": 0, "moves": 0})
    tiles["scenes_measured"] = scenes
    for name in ("scatter_east", "scatter_north"):
        tiles[name] = 1.0
    found = by_scene.merge(tiles[["tile_number_x", "tile_number_y"]], how="cross")
    found[["offset_east", "offset_north"]] += random.normal(0, 1, (len(found), 2))
    return by_scene, found, tiles.assign(skipped_share=0.0)


def test_tiles_are_taken_about_their_scene():
    scenes = pd.DataFrame(
        {"scene": ["a", "b"], "offset_east": [100.0, -1], "offset_north": [2.0, 0]}
    )
    found = pd.DataFrame(
        {
            "scene": ["a", "a", "a", "b"], "tile_number_x": [0, 1, 2, 0], "tile_number_y": 0,
            "offset_east": [101.0, np.nan, 103.0, -3.0],
            "offset_north": [1.5, np.nan, 2.0, 0.25],
        }
    )  # fmt: skip
    tiles = pd.DataFrame({"tile_number_x": [0, 1, 2], "tile_number_y": 0, "moves": [0, 0, 1]})
    table = standing.deviations(scenes, found, tiles)
    assert table["offset_east"].tolist() == [1.0, 3.0, -2.0]
    assert table["offset_north"].tolist() == [-0.5, 0.0, 0.25]
    assert table["moves"].tolist() == [False, True, False]
    # Beside a tile that moves, the other one is all that its scene rests on.
    assert table["alone"].tolist() == [True, False, True]


def test_a_tile_that_moves_is_marked_and_not_counted():
    scenes, found, tiles = series(12, 6)
    moving = found["tile_number_x"] == 5
    found.loc[moving, "offset_east"] += np.linspace(0, 30, 12)
    found.loc[0, ["offset_east", "offset_north"]] = np.nan
    tiles.loc[5, "moves"] = 1
    texts = " ".join(words(tiles_figures.tile_errors(scenes, found, tiles, 6.0, "site")))
    # Of 72 tiles 12 move and one is not measured.
    assert "59 of 72 tiles compared, 12 left out, as they move by themselves, 1 not mea" in texts
    spread = (found["offset_east"][~moving] - 50).dropna().std(ddof=0)
    assert spread < 1.2
    assert f"standard deviation {spread:#.2g} m" in texts
    assert "left out, as they move by themselves: 12" in texts


@pytest.mark.parametrize("cells", [1, 2])
def test_what_is_zero_by_construction_is_not_told_as_measured(cells):
    scenes, found, tiles = series(5, cells)
    if cells == 1:
        # The scene is its tile, but for how it is rounded.
        found[["offset_east", "offset_north"]] = [50.0 + 3e-7, -20.0]
        tiles[["scatter_east", "scatter_north"]] = 0.0
    for figure in (
        tiles_figures.tile_errors(scenes, found, tiles, 6.0, "site"),
        tiles_figures.offset_per_tile(tiles, 6.0, "site"),
    ):
        texts = words(figure)
        assert ("one tile: nothing to compare" in texts) == (cells == 1)
        assert any("CE90" in text or text == "1.4" for text in texts) == (cells == 2)
        assert not any("0.000000" in text or text == "0.0" for text in texts)


def test_scores_of_pairs_of_one_tile_say_that_there_is_nothing_to_compare():
    ends = {"reference": ["b", "c"], "secondary": ["a", "b"]}
    pairs = pd.DataFrame(ends).assign(shift_x=1.0, shift_y=2.0)
    table = pairs.assign(sigma_x=0.3, sigma_y=0.3, status="ok")
    nothing = residuals_table(pairs, known=False)
    for status, expected in (
        ("ok", "one tile: nothing to compare"),
        ("no_match", "no tile could be measured"),
    ):
        figure = scores.z_scores(table.assign(status=status), pairs, nothing, "site")
        assert expected in words(figure)
        assert not any("robust spread" in text for text in words(figure))


def test_the_legend_shows_what_is_drawn():
    table = scenes_table(9).drop(columns=["true_offset_east", "true_offset_north"])
    table["platform"] = "S1A"
    for place, there, not_there in (
        ((160.0, -90.0), "S1A, beyond the axis", "stands out"),
        ((160.0, -3.0), "S1A (stands out), standard error", "nothing"),
        ((4.0, -3.0), "S1A (stands out), standard error", "beyond the axis"),
    ):
        table.loc[0, ["offset_east", "offset_north"]] = place
        texts = words(scenes_figures.offset_per_scene(table, 6.0, (361.8, 5.0), "site VV"))
        assert there in texts
        assert not any(not_there in text for text in texts)
    assert any("CE90: 362 m" in text for text in texts)


def test_a_narrow_spread_of_scores_is_no_praise_and_a_wide_one_is_a_warning():
    assert scores.judged(0.4, 97) == "errors are no larger than told"
    assert scores.judged(1.0, 97) == scores.judged(1.2, 20) == "as told"
    assert scores.judged(2.0, 97) == "errors are larger than told, 2.0 times"
    assert scores.judged(5.0, 5) == "too few to tell"


def test_a_figure_says_units_requirement_truth_and_number_of_tiles():
    figure = pairs_figures.shift_per_pair(pairs_table(5), 6.0, "site VV")
    texts = " ".join(words(figure))
    for expected in (
        "shift east (m)", "shift north (m)", "requirement: 6 m", "truth", "site VV",
        "2024-01-06 → 2024-01-18", "/64", "NMAD",
    ):  # fmt: skip
        assert expected in texts


def test_figures_name_what_they_show(drawn):
    for name, expected in {
        "offset_per_scene": [
            "CE90: 4.20 m",
            "(stands out)",
            "offset north (m)",
            "S1B",
            "requirement",
        ],
        "offset_per_tile": ["rms, east (m)", "in fewer than two scenes", "pairs rejected"],
        "tile_errors": ["a slope is a ramp", "CE90", "tiles within (%)", "54 of 54 tiles compared"],
        "pair_matrix": ["residual (m)", ">6 m<", "weight below 0.5", "2024-01-18"],
        "z_scores": ["standard normal", "robust spread", "45 tiles", "It cannot show"],
    }.items():
        text = (drawn / f"{name}.svg").read_text()
        for words in expected:
            assert words in text, (name, words)
