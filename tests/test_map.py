"""Maps: arrows point where the ground is displaced to, reasons stand on rejected tiles."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.path import Path
from matplotlib.quiver import Quiver

from stackio import writing
from stackplot import arrows, drawing, maps, sheet
from stackplot.backdrop import Ground
from stackshift.ground.geometry import Pixel
from stackshift.ground.lattice import Grid
from stackshift.stack import standing

GRID = Grid("EPSG:32611", (30.0, 0.0, 300_000.0, 0.0, -30.0, 3_900_000.0), 400, 200)


UPRIGHT = Pixel((30.0, 0.0), (0.0, -30.0))


def ground(pixel=UPRIGHT):
    edges = [0, 100, 200], [0, 100, 200, 300, 400]
    pixels = dict.fromkeys(((x, y) for x in range(4) for y in range(2)), pixel)
    return Ground(GRID, 1.0, *edges, pixels)


def tiles(east, north):
    count = len(east)
    return pd.DataFrame(
        {
            "tile_number_x": range(count), "tile_number_y": 0, "offset_east": east,
            "offset_north": north, "sigma_east": 0.1, "sigma_north": 0.1,
        }
    )  # fmt: skip


def drawn(table, metres, pixel=UPRIGHT):
    axes = drawing.new_figure(4, 4).subplots()
    cut = arrows.arrows(axes, ground(pixel), table, arrows.OFFSETS, metres)
    quivers = [a for a in axes.get_children() if isinstance(a, Quiver)]
    return cut, {
        (x, y): (u, v) for a in quivers for (x, y), u, v in zip(a.XY, a.U, a.V, strict=True)
    }


def test_an_offset_to_the_north_east_points_up_and_right_from_the_tile():
    cut, quivers = drawn(tiles([3.0, np.nan], [6.0, np.nan]), metres=6)
    # A tile is 3 km; its centre lies 50 pixels from the north-western corner.
    assert not cut
    ((where, arrow),) = quivers.items()
    assert where == pytest.approx((301.5, 3898.5))
    assert arrow == pytest.approx((1.5, 3.0))


def test_where_the_grid_is_turned_arrows_point_to_where_the_ground_goes_in_the_picture():
    # As in EPSG:3413 at 45 E: x leads south and y leads east, so that north is to the left.
    _, quivers = drawn(tiles([3.0], [6.0]), 6, Pixel((0.0, -30.0), (-30.0, 0.0)))
    assert next(iter(quivers.values())) == pytest.approx((-3.0, 1.5))
    # As in EPSG:6933 at 59 N: what goes 17.7 m east and 50.6 m north is a pixel right and one up.
    _, quivers = drawn(tiles([17.7], [50.6]), 60, Pixel((17.7, 0.0), (0.0, -50.6)))
    length = 3 * np.hypot(17.7, 50.6) / 60
    assert next(iter(quivers.values())) == pytest.approx((length / 2**0.5, length / 2**0.5))


def test_a_wild_tile_is_cut_and_said_to_be():
    cut, quivers = drawn(tiles([600.0], [0.0]), metres=6)
    assert cut
    assert next(iter(quivers.values())) == pytest.approx((arrows.LONGEST * 3.0, 0))


def test_what_is_beyond_its_error_has_another_colour():
    axes = drawing.new_figure(4, 4).subplots()
    table = tiles([1.0, 0.1], [0.0, 0.0])
    arrows.arrows(axes, ground(), table, arrows.OFFSETS, 6)
    colours = [tuple(a.get_facecolor()[0]) for a in axes.get_children() if isinstance(a, Quiver)]
    assert len(set(colours)) == 2


def test_an_arrow_is_beyond_its_error_once_in_a_thousand_and_each_axis_has_its_own():
    # Chi squared of two axes is beyond -2 ln p by chance with probability p.
    least = np.sqrt(-2 * np.log(1e-3))
    table = tiles(least * np.array([0.99, 1.01, 0, 0]), least * np.array([0, 0, 1.98, 2.02]))
    table["sigma_east"], table["sigma_north"] = 1.0, 2.0
    found = arrows.vectors(ground(), table, arrows.OFFSETS, 6)
    assert found["clear"].tolist() == [False, True, False, True]


def test_in_degrees_an_arrow_to_the_north_east_is_drawn_half_way_between_both():
    """At 60 degrees north, where axes draw a degree of latitude twice as long as of longitude."""
    pixels = {(0, 0): Pixel((50.0, 0.0), (0.0, -100.0))}
    grid = Grid("EPSG:4326", (0.001, 0.0, 10.0, 0.0, -0.001, 60.05), 100, 100)
    place = Ground(grid, None, [0, 100], [0, 100], pixels)
    found = arrows.vectors(place, tiles([3.0], [3.0]), arrows.OFFSETS, 6)
    assert place.aspect == pytest.approx(2, rel=1e-3)
    # Half as long as a tile along each axis; the tile is 0.1 degrees.
    assert found["right"].iloc[0] == pytest.approx(0.05)
    assert found["up"].iloc[0] == pytest.approx(0.05 / 2, rel=1e-3)


def test_a_picture_lies_below_the_tiles_with_its_first_row_in_the_north(tmp_path):
    writing.write_picture(tmp_path / "one.png", np.full((2, 20, 40), 255, np.uint8))
    axes = drawing.new_figure(4, 4).subplots()
    ground().backdrop(axes, str(tmp_path / "one.png"))
    (image,) = axes.images
    # 12 km to the east and 6 km to the south of the grid's corner.
    assert image.origin == "upper" and image.get_extent() == [300, 312, 3894, 3900]
    assert axes.get_xlim() == (300, 312) and axes.get_ylim() == (3894, 3900)


def stack_tiles(rows):
    """Scenes' tiles out of the statuses of each tile, scene by scene."""
    return pd.DataFrame(
        [
            {"scene": f"s{i}", "tile_number_x": x, "tile_number_y": 0, "status": status,
             "offset_east": 1.0 if status == "ok" else np.nan}
            for x, statuses in enumerate(rows)
            for i, status in enumerate(statuses)
        ]
    )  # fmt: skip


def test_the_reason_is_the_most_frequent_one_of_a_tile_that_is_never_measured():
    found = stack_tiles(
        [["no_match", "too_many_nan", "no_match"], ["ok", "low_quality", "low_quality"]]
    )
    assert maps.rejected(found) == {(0, 0): "no_match"}
    assert maps.rejected(found[found["scene"] == "s1"]) == {
        (0, 0): "too_many_nan", (1, 0): "low_quality"
    }  # fmt: skip


def test_each_tile_has_one_standing_and_counts_add_up():
    found = stack_tiles(
        [
            ["ok", "ok", "ok"], ["ok", "no_match", "ok"], ["ok", "ok", "ok"],
            ["no_match"] * 3, ["no_match", "ok", "no_match"],
        ]
    )  # fmt: skip
    tiles = pd.DataFrame({"tile_number_x": range(5), "tile_number_y": 0, "moves": [0, 0, 1, 0, 0]})
    stack = maps.panel(tiles, found)
    assert stack["stands"] == ["measured", "partly", "left out", "rejected", "partly"]
    assert stack["moving"] == [(2, 0)] and list(stack["rejected"]) == [(3, 0)]
    assert standing.told(stack["stands"], stack["scenes"]) == (
        "5 tiles: 1 measured in all 3 scenes, 2 in some of them, 1 left out, 1 rejected in all"
    )
    one = maps.panel(tiles, found[found["scene"] == "s1"])
    assert standing.told(one["stands"], one["scenes"]) == (
        "5 tiles: 2 measured, 1 left out, 2 rejected"
    )
    # A scene in which nothing was measured makes no tile one of some scenes.
    found.loc[found["scene"] == "s2", ["offset_east", "status"]] = np.nan, "no_match"
    assert maps.panel(tiles, found)["stands"][0] == "measured"


def test_the_frame_of_a_tile_lies_along_its_edges():
    axes = drawing.new_figure(4, 4).subplots()
    maps.frames(axes, ground(), [(1, 0)])
    (box,) = axes.patches
    left, right, bottom, top = (
        box.get_extents().transformed(axes.transData.inverted()).extents[[0, 2, 1, 3]]
    )
    # Tile 1 reaches from 303 to 306 km and from 3897 to 3900 km.
    assert (left, right) == pytest.approx((303, 306), abs=0.1)
    assert (bottom, top) == pytest.approx((3897, 3900), abs=0.1)


@pytest.mark.parametrize(
    ("length", "expected"), [(0.8, 1), (1, 1), (1.01, 2), (4, 5), (63, 100), (0.03, 0.05)]
)
def test_scales_are_round_numbers(length, expected):
    assert arrows.nice(length) == pytest.approx(expected)


def test_noise_does_not_cross_the_picture_and_no_wild_tile_sets_the_scale():
    assert arrows.scale_of(np.array([0.03, 0.02, np.nan]), 6) == 6
    assert arrows.scale_of(np.array([0.5, 0.5, 300.0]), 6) == 6
    assert arrows.scale_of(np.array([64.0, 63, 62]), 6) == 100
    assert arrows.scale_of(np.array([np.nan]), 6) == 6


def test_lengths_of_arrows_that_are_cut_are_written():
    axes = drawing.new_figure(4, 4).subplots()
    arrows.say_cut(axes, ground(), tiles([600.0, 1.0, 30.0], [0.0, 1.0, 40.0]), 6, 8)
    assert [text.get_text() for text in axes.texts] == ["600 m", "50 m"]
    # An arrow reaches over its tile by a quarter before it is cut.
    axes = drawing.new_figure(4, 4).subplots()
    arrows.say_cut(axes, ground(), tiles([7.4, 7.6], [0.0, 0.0]), 6, 8)
    assert [text.get_text() for text in axes.texts] == ["8 m"]
    axes = drawing.new_figure(4, 4).subplots()
    many = pd.concat([tiles([10.0, 10.0, 11.0], [0.0] * 3), tiles([12.0, 900.0], [0.0] * 2)])
    arrows.say_cut(axes, ground(), many, 6, 8)
    assert [text.get_text() for text in axes.texts] == ["5 arrows cut: 11 m"]


@pytest.mark.parametrize("size", [6, 8])
@pytest.mark.parametrize("angle", range(0, 360, 30))
def test_the_length_of_an_arrow_that_is_cut_leaves_the_arrow_free(angle, size):
    figure = drawing.new_figure(6, 3)
    axes = figure.subplots()
    place = ground()
    axes.set_xlim(place.extent[:2])
    axes.set_ylim(place.extent[2:])
    axes.set_aspect(1)
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    arrows.say_cut(axes, place, tiles([640 * way[0]], [640 * way[1]]), 6, size)
    figure.canvas.draw()
    (text,) = axes.texts
    box = text.get_window_extent()
    # 1.25 tiles of 3 km about the middle of the first one, and its head some dots to each side.
    middle = np.array([301.5, 3898.5])
    ends = axes.transData.transform([middle - 1.875 * way, middle + 1.875 * way])
    for side in (-3, 0, 3):
        aside = side * np.array([-way[1], way[0]])
        assert not Path(ends + aside).intersects_bbox(box), side
    # It is still beside its own arrow, in the map.
    at = axes.transData.inverted().transform([box.min, box.max])
    assert np.hypot(*(at.mean(axis=0) - middle)) < 2
    assert (at >= [300, 3894]).all() and (at <= [312, 3900]).all()


def sheet_of(
    tmp_path, scenes, grid_of_tiles=(4, 2), moving=((1, 0),), missing=(), place=None
):  # fmt: skip
    """A sheet of scenes of one quicklook, its moving tile measured in all but the missing ones."""
    writing.write_picture(tmp_path / "one.png", np.full((2, 20, 40), 255, np.uint8))
    names = list(pd.date_range("2020-01-03", periods=scenes, freq="6D").strftime("%Y%m%dT052301"))
    known = {"offset_east": 1.0, "offset_north": 0.5, "sigma_east": 0.1, "sigma_north": 0.1}
    by_scene = pd.DataFrame({"scene": names, "flag": None, **known})
    across, rows = grid_of_tiles
    if place:
        place, cells = place
        across, rows = (max(numbers) + 1 for numbers in zip(*cells, strict=True))
    cells = pd.DataFrame(
        [{"tile_number_x": x, "tile_number_y": y} for x in range(across) for y in range(rows)]
    )
    found = by_scene[["scene"]].merge(cells, how="cross").assign(**known)
    gone = found["scene"].isin([names[i] for i in missing]) & (found["tile_number_x"] == 1)
    pixels = dict.fromkeys(
        zip(cells["tile_number_x"], cells["tile_number_y"], strict=True), UPRIGHT
    )
    edges = np.linspace(0, 200, rows + 1, dtype=int), np.linspace(0, 400, across + 1, dtype=int)
    place = place or Ground(GRID, 1.0, *map(list, edges), pixels)
    pictures = dict.fromkeys(names, str(tmp_path / "one.png"))
    return sheet.scene_maps(
        by_scene,
        found[~gone],
        {name: {} for name in names},
        list(moving),
        pictures,
        place,
        6.0,
        "s",
    )


@pytest.mark.parametrize(
    ("scenes", "cut"), [(1, (1, 1)), (2, (1, 1)), (6, (4, 2)), (12, (8, 8)), (150, (4, 2))]
)
def test_the_scale_of_small_maps_lies_between_the_maps_and_the_legend(tmp_path, scenes, cut):
    figure = sheet_of(tmp_path, scenes, cut, moving=())
    figure.canvas.draw()
    (axes,) = figure.axes
    (said,) = (text for text in axes.texts if text.get_text() == "6 m, the requirement")
    (arrow,) = (text for text in axes.texts if getattr(text, "arrow_patch", None))
    # A tile as wide as it is drawn, in inches of the sheet.
    boxes = max((one for one in axes.collections if isinstance(one, PatchCollection)),
                key=lambda one: len(one.get_paths()))  # fmt: skip
    maps_ = np.array([one.get_extents().extents for one in boxes.get_paths()])
    length = arrow.xy[0] - arrow.xyann[0]
    assert length == pytest.approx(
        min(np.ptp(maps_[0, ::2]) / cut[0], np.ptp(maps_[0, 1::2]) / cut[1])
    )
    low = axes.transData.transform([0, maps_[:, 1].min()])[1]
    legend = figure.legends[0].get_window_extent()
    ends = axes.transData.transform([arrow.xyann, arrow.xy])
    words = said.get_window_extent()
    for top, bottom, left, right in (
        (words.y1, words.y0, words.x0, words.x1), (*ends[:, 1], *ends[:, 0]),
    ):  # fmt: skip
        assert legend.y1 < bottom <= top < low
        assert 0 < left < right < figure.bbox.width
    assert words.x0 > ends[1, 0] or words.y0 > ends[0, 1] + 3


def test_a_tile_that_moves_is_framed_in_the_small_maps_of_scenes_that_have_it(tmp_path):
    figure = sheet_of(tmp_path, 6, missing=[2, 3])
    assert "left out, as it moves by itself" in [t.get_text() for t in figure.legends[0].texts]
    colour = drawing.mpl.colors.to_rgba(drawing.LEFT_OUT)
    framed = [
        path.get_extents().extents
        for one in figure.axes[0].collections
        if isinstance(one, PatchCollection)
        and len(one.get_edgecolor())
        and np.allclose(one.get_edgecolor(), [colour])
        for path in one.get_paths()
    ]
    assert len(framed) == 4
    # The second tile of four in a row, of two rows: scene 0's map is 11 / 3 inches wide.
    scale = 11 / 3 / 12
    left = (figure.get_figwidth() - 11 - 2 * sheet.GAP) / 2
    assert framed[0][[0, 2]] == pytest.approx([left + 3 * scale, left + 6 * scale], abs=0.05)
    none = sheet_of(tmp_path, 6, moving=())
    assert not any("moves by itself" in text.get_text() for text in none.legends[0].texts)


def test_a_tile_scatters_by_half_axes_in_a_ring_of_the_requirement():
    axes = drawing.new_figure(4, 4).subplots()
    table = pd.DataFrame(
        {
            "tile_number_x": [0, 1, 2], "tile_number_y": 0, "scenes_measured": [5, 1, 5],
            "scatter_east": [1.5, 0.0, 3.0], "scatter_north": [3.0, 0.0, np.nan],
        }
    ).iloc[:2]  # fmt: skip
    maps.scatter(axes, ground(), table, 6.0, ["partly", "partly"])
    assert [text.get_text() for text in axes.texts] == ["5 scenes", "1 scene"]
    ellipse, ring = axes.patches
    assert ellipse.width / ring.width == pytest.approx(1.5 / 6)
    assert ellipse.height / ring.height == pytest.approx(3 / 6)
    assert ring.width == pytest.approx(0.92 * 3.0)


def test_a_scatter_beyond_the_requirement_has_another_colour_and_one_that_is_cut_its_radius():
    axes = drawing.new_figure(4, 4).subplots()
    table = pd.DataFrame(
        {
            "tile_number_x": [0, 1, 2], "tile_number_y": 0, "scenes_measured": 5,
            "scatter_east": [3.0, 5.0, 12.0], "scatter_north": [4.0, 4.0, 9.0],
        }
    )  # fmt: skip
    maps.scatter(axes, ground(), table, 6.0, ["measured"] * 3)
    ellipses, rings = axes.patches[::2], axes.patches[1::2]
    # 5, 6.4 and 15 m to both sides together.
    colours = [drawing.mpl.colors.to_hex(one.get_facecolor()) for one in ellipses]
    assert [colour == arrows.SIGNIFICANT.lower() for colour in colours] == [False, True, True]
    ratios = [(one.width / ring.width, one.height / ring.height)
              for one, ring in zip(ellipses, rings, strict=True)]  # fmt: skip
    assert np.ravel(ratios) == pytest.approx([3 / 6, 4 / 6, 5 / 6, 4 / 6, 1, 0.75])
    assert [text.get_text() for text in axes.texts] == ["15 m"]


def test_a_small_map_shows_what_a_large_one_does():
    # Of 12 x 6 km in 4 x 2 tiles, at 3 inches for 12 km, from (1, 5) on.
    inset = sheet.Inset(ground(), 1.0, 5.0, 3 / 12)
    assert inset.extent == pytest.approx((1, 4, 3.5, 5))
    found = arrows.vectors(inset, tiles([3.0], [6.0]), arrows.OFFSETS, 6)
    assert found[["x", "y"]].to_numpy() == pytest.approx(np.array([[1.375, 4.625]]))
    # Half a tile to the right and one up, a tile being 0.75 inches.
    assert found[["right", "up"]].to_numpy() == pytest.approx(np.array([[0.375, 0.75]]))
    assert inset.held(found).equals(found)


def test_no_arrow_leaves_its_small_map():
    inset = sheet.Inset(ground(), 1.0, 5.0, 3 / 12)
    found = arrows.vectors(inset, tiles([900.0, 0.0], [0.0, 900.0]), arrows.OFFSETS, 6)
    # 1.25 tiles, but for the room of one between the middle of the first tile and two edges.
    assert found["right"].iloc[0] == pytest.approx(1.25 * 0.75)
    held = inset.held(found)
    assert held[["right", "up"]].to_numpy() == pytest.approx(np.array([[0.75, 0], [0, 0.75]]))


def test_degrees_are_as_long_on_a_small_map_as_on_the_ground():
    # At 60 degrees north a degree of latitude is twice one of longitude.
    pixels = {(0, 0): Pixel((50.0, 0.0), (0.0, -100.0))}
    grid = Grid("EPSG:4326", (0.001, 0.0, 10.0, 0.0, -0.001, 60.05), 100, 100)
    place = Ground(grid, None, [0, 100], [0, 100], pixels)
    inset = sheet.Inset(place, 0.0, 9.0, 20.0)
    left, right, bottom, top = inset.extent
    assert (top - bottom) / (right - left) == pytest.approx(2, rel=1e-3)
    found = arrows.vectors(inset, tiles([2.0], [4.0]), arrows.OFFSETS, 6)
    assert found["up"].iloc[0] / found["right"].iloc[0] == pytest.approx(2, rel=1e-3)


def test_a_quicklook_is_no_finer_than_it_is_drawn(tmp_path):
    pixels = np.zeros((2, 7, 10), np.uint8)
    pixels[0, :, :5], pixels[1, :, :5] = 100, 255
    writing.write_picture(tmp_path / "one.png", pixels)
    # Two pixels are one, the third column of them half without data; an odd row is left over.
    found = sheet._picture(str(tmp_path / "one.png"), (5, 3))
    assert found.shape == (4, 5, 4)
    assert found[..., 3].tolist() == [[255, 255, 127, 0, 0]] * 4
    # As bright as it was, times 0.62.
    assert np.abs(found[:, :3, :3].astype(int) - 62).max() <= 1


def of_a_shape(ratio, geographic, across=4):
    """A map that is so many times as high as wide on the ground; in degrees at 70 N."""
    rows = max(1, round(across * ratio))
    cells = [(x, y) for x in range(across) for y in range(rows)]
    if geographic:
        # A degree of latitude is as long there as 2.92 of longitude.
        step = 0.001 * across * ratio / 2.924 / rows
        transform = (0.001, 0.0, 20.0, 0.0, -step, 70.0 + 50 * rows * step)
    else:
        step = 30.0 * across * ratio / rows
        transform = (30.0, 0.0, 300_000.0, 0.0, -step, 3_900_000.0)
    grid = Grid("EPSG:4326" if geographic else "EPSG:32611", transform, 100 * across, 100 * rows)
    edges = [100 * i for i in range(rows + 1)], [100 * i for i in range(across + 1)]
    place = Ground(grid, None if geographic else 1.0, *edges, dict.fromkeys(cells, UPRIGHT))
    return place, cells


def map_of_a_shape(tmp_path, ratio, geographic, offset=1.0, across=4, odd=True):
    """The large maps of it: all tiles off alike; with ``odd`` one moves and others are rejected."""
    place, cells = of_a_shape(ratio, geographic, across)
    writing.write_picture(tmp_path / "one.png", np.full((2, 20, 40), 255, np.uint8))
    table = pd.DataFrame(cells, columns=["tile_number_x", "tile_number_y"]).assign(
        offset_east=offset, offset_north=0.0, sigma_east=0.1, sigma_north=0.1, scatter_east=1.0,
        scatter_north=1.0, scenes_measured=5, moves=0,
    )  # fmt: skip
    moving, reasons = ([cells[0]], list(maps.REJECTED)) if odd else ([], [])
    panel = {
        "table": table, "picture": str(tmp_path / "one.png"), "scenes": 5, "moving": moving,
        # More reasons than tiles are no matter: each has a line in the legend.
        "rejected": dict(zip(cells[1:], reasons, strict=False)), "stands": ["partly"] * len(cells),
    }  # fmt: skip
    said = {
        "worst": "The scene farthest off, 2024-01-18: each tile's offset from the stack's median",
        "stack": "The stack: how much each tile's offsets scatter about the scenes' (rms)",
    }
    both = {name: panel | {"title": title} for name, title in said.items()}
    return maps.tile_offset_map(**both, ground=place, requirement=6.0, title="site VV, coherence")


def placed(figure):
    """What stands outside of the maps, and where: in dots, left, bottom, right and top."""
    drawing.settle(figure)
    figure.canvas.draw()
    found = {"title": figure._suptitle, "legend": figure.legends[0]}
    for number, axes in enumerate(figure.axes):
        within = axes.get_window_extent()
        found |= {f"{number} title": axes.title}
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            found[f"{number} {axis.label.get_text()}"] = axis.label
            found |= {
                f"{number} {axis.axis_name} {label.get_text()}": label
                for place, label in zip(
                    axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True
                )
                if low <= place <= high
            }
        for text in axes.texts:
            box = text.get_window_extent()
            if not within.containsx(box.x0) or not within.containsy((box.y0 + box.y1) / 2):
                kind = "words" if text.get_text() else "arrow"
                found[f"{number} {kind} {text.get_text()} {text.get_position()}"] = text
    boxes = {}
    for name, one in found.items():
        arrow = getattr(one, "arrow_patch", None)
        boxes[name] = (arrow if arrow and not one.get_text() else one).get_window_extent().extents
    boxes |= {f"map {i}": axes.get_window_extent().extents for i, axes in enumerate(figure.axes)}
    return boxes


def assert_clear(figure, boxes):
    """Nothing reaches out of the figure or over another."""
    names = list(boxes)
    for i, one in enumerate(names):
        left, bottom, right, top = boxes[one]
        assert left >= 0 and bottom >= 0, one
        assert right <= figure.bbox.width and top <= figure.bbox.height, one
        for other in names[:i]:
            west, south, east, north = boxes[other]
            apart = right <= west or east <= left or top <= south or north <= bottom
            assert apart, f"{one} over {other}"


SHAPES = [0.25, 0.6, 1, 1.6, 1.8, 1.95, 2.5, 4]


@pytest.mark.parametrize("geographic", [False, True], ids=["metres", "degrees"])
@pytest.mark.parametrize("ratio", SHAPES)
@pytest.mark.parametrize(
    ("offset", "across", "odd"),
    [(1.0, 4, True), (40.0, 4, True), (1.0, 2, False), (40.0, 1, False)],
    ids=["small", "far", "plain", "one tile"],
)
def test_nothing_around_the_large_maps_covers_anything_else(
    tmp_path, ratio, geographic, offset, across, odd
):
    figure = map_of_a_shape(tmp_path, ratio, geographic, offset, across, odd)
    boxes = placed(figure)
    # The key says what arrows stand for, beside the requirement where these are not the same.
    keys = [name for name in boxes if " arrow " in name]
    assert len(keys) == (1 if offset < 6 else 2)
    assert sum("6 m, the requirement" in name for name in boxes) == 1
    assert_clear(figure, boxes)


@pytest.mark.parametrize("geographic", [False, True], ids=["metres", "degrees"])
@pytest.mark.parametrize("ratio", SHAPES)
def test_nothing_around_the_small_maps_covers_anything_else(tmp_path, ratio, geographic):
    figure = sheet_of(tmp_path, 5, place=of_a_shape(ratio, geographic))
    figure.canvas.draw()
    (axes,) = figure.axes
    frames = max((one for one in axes.collections if isinstance(one, PatchCollection)),
                 key=lambda one: len(one.get_paths()))  # fmt: skip
    boxes = {"title": figure._suptitle, "legend": figure.legends[0]} | {
        text.get_text() or "arrow": text if text.get_text() else text.arrow_patch
        for text in axes.texts
    }
    boxes = {name: one.get_window_extent().extents for name, one in boxes.items()}
    for number, path in enumerate(frames.get_paths()):
        boxes[f"map {number}"] = path.transformed(axes.transData).get_extents().extents
    assert len(boxes) == 2 + 2 + 5 + 5
    assert_clear(figure, boxes)


def test_a_large_map_has_the_shape_of_its_ground_and_a_key_as_long_as_a_tile(tmp_path):
    for ratio, geographic in [(0.6, False), (1.8, False), (1.8, True), (4, True)]:
        figure = map_of_a_shape(tmp_path, ratio, geographic)
        boxes = placed(figure)
        assert figure.get_figheight() <= 14.5
        left, bottom, right, top = boxes["map 0"]
        assert (top - bottom) / (right - left) == pytest.approx(ratio, rel=0.01)
        (arrow,) = (text for text in figure.axes[0].texts if not text.get_text())
        start, end = figure.dpi_scale_trans.transform([arrow.xyann, arrow.xy])
        place, _ = of_a_shape(ratio, geographic)
        expected = (right - left) * place.tile / np.ptp(place.x)
        assert end[0] - start[0] == pytest.approx(expected, rel=0.01)


def test_the_figures_of_a_run_name_scenes_units_and_counts(finished):
    folder = finished.folder / "results" / "site" / "VV" / "analysis"
    stack = (folder / "tile_offset_map.svg").read_text()
    for expected in (
        "easting (km)",
        "northing (km)",
        "4 tiles: ",
        " m, the requirement",
    ):
        assert expected in stack
    for said in re.findall(r">4 tiles: ([^<]+)<", stack):
        assert sum(int(part.split()[0]) for part in said.split(", ")) == 4
    scenes = (folder / "scene_maps.svg").read_text()
    for day in ("2022-01-01", "2022-01-13", "2022-01-25"):
        assert day in scenes
    assert "6 m, the requirement" in scenes
