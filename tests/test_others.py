"""What is left of a mean without one of its scenes."""

import numpy as np
import pytest
from makers import displaced, texture
from twotiles import OPTIONS

from stackshift.stack import alignment, mean_image, others
from stackshift.stack.others import OfTemplate, Others
from stackshift.tile import coherence, placing, scaled
from stackshift.tile.scaled import Tile

# More than the pixels that are worked on together.
SHAPE = 300, 310
WEIGHT = {"a": 1.0, "b": 0.5, "c": 2.0}


def formed(places, gap=False):
    """A mean of three scenes of one ground with noise of their own, and the scenes."""
    random = np.random.default_rng(2)
    ground = texture(*SHAPE, seed=1)
    tiles = {}
    for name in "abc":
        valid = np.ones(SHAPE, bool)
        valid[40:70, 60:64] = not (gap and name == "a")
        values = ground + random.normal(0, 0.5, SHAPE) + 0.1 * "abc".index(name)
        tiles[name] = Tile(np.where(valid, values, 0).astype(np.float32), valid)
    return tiles, alignment.formed(tiles, places, WEIGHT)


@pytest.mark.parametrize("gap", [False, True])
@pytest.mark.parametrize("place", [(0.0, 0.0), (0.4, -0.3), (2.0, 1.0), (-2.0, -1.0)])
def test_the_rest_is_the_mean_of_the_others(place, gap):
    places = {"a": (0.0, 0.0), "b": place, "c": (0.0, 0.0)}
    tiles, (image, there, levels) = formed(places, gap)
    rest = Others(image).without(there["b"], levels["b"], WEIGHT["b"])
    a, c = (tiles[name].values.astype(float) - levels[name] for name in "ac")
    both = tiles["a"].valid
    np.testing.assert_allclose(rest.values[both], ((a + 2 * c) / 3)[both], atol=2e-5)
    assert rest.valid.all()
    # Only where all pixels are alike can a spectrum stand for them.
    assert isinstance(rest, scaled.Remainder) == (not gap and abs(place[0]) < 2)


def test_a_match_with_the_rest_is_that_with_its_pixels():
    places = dict.fromkeys("abc", (0.0, 0.0))
    tiles, (image, there, levels) = formed(places)
    others = Others(image)
    for name in "abc":
        rest = others.without(there[name], levels[name], WEIGHT[name])
        found = coherence.match_transformed((rest, tiles[name]), **OPTIONS)
        two = [n for n in "abc" if n != name]
        plain = sum(WEIGHT[n] * (tiles[n].values.astype(float) - levels[n]) for n in two) / sum(
            WEIGHT[n] for n in two
        )
        pixels = Tile(plain.astype(np.float32), there[name].valid)
        expected = coherence.match_transformed((pixels, Tile(*tiles[name])), **OPTIONS)
        assert found.status == expected.status == "ok"
        # A micrometre of 30 m is 3e-8 pixels; rounding of float32 is some of that.
        np.testing.assert_allclose(found.shift, expected.shift, atol=3e-7)
        np.testing.assert_allclose(found.sigma, expected.sigma, rtol=1e-4)


def test_a_template_as_it_was_written_leaves_the_same():
    places = dict.fromkeys("abc", (0.0, 0.0))
    tiles, (image, there, levels) = formed(places)
    bands = np.stack([mean_image.decibels(image.mean().values, "log"), image.scenes, image.weight])
    said = {"row": 0, "column": 1, "level": 0.0, "levels": levels, "weights": WEIGHT}
    made = {"members": {n: {"row": 0.0, "column": 0.0} for n in "abc"}, "tiles": [said]}
    of = OfTemplate(bands, made, (0, 1), "log")
    for name in "abc":
        expected = Others(image).without(there[name], levels[name], WEIGHT[name])
        np.testing.assert_allclose(of.without(name, tiles[name]).values, expected.values, atol=2e-4)
    # One that came later has put nothing into it.
    np.testing.assert_allclose(of.without("d", tiles["a"]).values, image.mean().values, atol=1e-4)
    empty = OfTemplate(np.full((3, *SHAPE), np.nan, np.float32), {"members": {}, "tiles": []},
                       (0, 0), "log")  # fmt: skip
    assert not empty.without("a", tiles["a"]).valid.any()


@pytest.mark.parametrize("weight", [1.0, 0.3])
def test_scenes_that_share_a_tile_out_among_them_leave_what_is_there(weight):
    """The one on the left is all that there is on the left, though all pixels have one scene."""
    random = np.random.default_rng(4)
    left = np.arange(SHAPE[1]) < 200
    tiles = {}
    for name, columns in (("a", left), ("b", ~left), ("c", left | True)):
        valid = np.broadcast_to(columns, SHAPE).copy()
        values = np.where(valid, random.normal(size=SHAPE), 0).astype(np.float32)
        tiles[name] = Tile(values, valid)
    weights = {"a": 1.0, "b": weight, "c": 1.0}
    image, there, levels = alignment.formed(tiles, dict.fromkeys("abc", (0.0, 0.0)), weights)
    others = Others(image)
    rest = others.without(there["a"], levels["a"], weights["a"])
    b, c = (tiles[n].values.astype(float) - levels[n] for n in "bc")
    expected = np.where(left, c, (weight * b + c) / (weight + 1))
    np.testing.assert_allclose(rest.values, expected, atol=1e-5)
    rest = others.without(there["c"], levels["c"], weights["c"])
    a = tiles["a"].values.astype(float) - levels["a"]
    np.testing.assert_allclose(rest.values, np.where(left, a, b), atol=1e-5)


@pytest.mark.parametrize("further", [0, 5])
def test_the_rest_is_known_where_enough_scenes_are_left(further):
    """Two scenes everywhere at most, or a few among many: the mean without one is the others'."""
    random = np.random.default_rng(6)
    left = np.arange(SHAPE[1]) < 200
    names = ["a", *(["z"] if further else []), "b", *map(str, range(further - 1))]
    tiles = {}
    for name in names:
        valid = np.broadcast_to(left | (name in "az"), SHAPE).copy()
        values = np.where(valid, random.normal(size=SHAPE), 0).astype(np.float32)
        tiles[name] = Tile(values, valid)
    weight = dict.fromkeys(names, 1.0)
    image, there, levels = alignment.formed(tiles, dict.fromkeys(names, (0.0, 0.0)), weight)
    rest = Others(image).without(there["a"], levels["a"], 1.0)
    # One of seven scenes, of which six are left elsewhere, is less than a quarter.
    np.testing.assert_array_equal(rest.valid, np.broadcast_to(left, SHAPE))
    others = [tiles[name].values.astype(float) - levels[name] for name in names if name != "a"]
    np.testing.assert_allclose(rest.values, np.where(left, np.mean(others, 0), 0), atol=1e-5)


@pytest.mark.parametrize("place", [(3, -4), (-3, 4), (25, 1), (-25, 1), (2, 40), (2, -40)])
def test_whole_pixels_are_moved_and_what_is_beyond_is_not_valid(place):
    values = np.random.default_rng(0).normal(size=(21, 31)).astype(np.float32)
    found = placing.moved(Tile(values, np.ones(values.shape, bool)), place)
    for row in range(21):
        for column in range(31):
            source = row + place[0], column + place[1]
            inside = 0 <= source[0] < 21 and 0 <= source[1] < 31
            assert found.valid[row, column] == inside
            assert found.values[row, column] == (values[source] if inside else 0)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([(0, 9, 0, 7)], (slice(0, 9), slice(0, 7))),
        ([(2, 5, 3, 6)], (slice(2, 5), slice(3, 6))),
        ([(8, 9, 0, 1)], (slice(8, 9), slice(0, 1))),
        ([(0, 2, 0, 2), (4, 6, 4, 6)], None),
        ([(0, 4, 0, 7), (4, 9, 0, 6)], None),
        ([], (slice(0, 0), slice(0, 0))),
    ],
)
def test_what_is_valid_of_a_tile_is_a_rectangle_or_is_not(blocks, expected):
    valid = np.zeros((9, 7), bool)
    for top, bottom, left, right in blocks:
        valid[top:bottom, left:right] = True
    assert Tile(np.zeros(valid.shape, np.float32), valid).rectangle == expected


def test_where_a_template_is_not_known_nothing_is():
    tiles, (image, _, levels) = formed(dict.fromkeys("abc", (0.0, 0.0)))
    bands = np.stack([mean_image.decibels(image.mean().values, "log"), image.scenes, image.weight])
    bands[0, 250:, :40] = np.nan
    said = {"row": 0, "column": 0, "level": 0.0, "levels": levels, "weights": WEIGHT}
    made = {"members": {n: {"row": 0.0, "column": 0.0} for n in "abc"}, "tiles": [said]}
    of = OfTemplate(bands, made, (0, 0), "log")
    for rest in (of.without("a", tiles["a"]), of.without("d", tiles["a"])):
        np.testing.assert_array_equal(rest.valid, np.isfinite(bands[0]))


def test_a_level_is_the_mean_difference_where_both_are():
    random = np.random.default_rng(5)
    values = [random.normal(size=SHAPE).astype(np.float32) for _ in "ab"]
    there = [random.random(SHAPE) > 0.3, np.ones(SHAPE, bool)]
    there[1][: SHAPE[0] // 2] = False
    image = mean_image.MeanImage.empty(SHAPE)
    image.add(Tile(np.where(there[0], values[0], 0), there[0]), 0.0, 2.0)
    both = there[0] & there[1]
    found = mean_image.level(Tile(np.where(there[1], values[1], 0), there[1]), image)
    expected = (values[1][both].astype(float) - values[0][both]).mean()
    assert found == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("rows", "step"), [(1300, 4), (300, 1)])
def test_the_level_of_a_large_tile_is_that_of_every_fourth_row(rows, step):
    random = np.random.default_rng(3)
    ground, speckle = (random.normal(0, scale, (rows, 400)) for scale in (1, 0.5))
    valid = np.ones(ground.shape, bool)
    valid[rows // 3 :, :100] = False
    image = mean_image.MeanImage.empty(ground.shape)
    image.add(Tile(ground.astype(np.float32), np.ones(ground.shape, bool)), 0.0, 2.0)
    scene = Tile(np.where(valid, ground + speckle, 0).astype(np.float32), valid)
    expected = speckle[::step][valid[::step]].mean()
    assert mean_image.level(scene, image) == pytest.approx(expected, abs=1e-6)
    assert abs(expected - speckle[valid].mean()) > 1e-5 or step == 1


@pytest.mark.parametrize("count", [3, 6, 12])
def test_what_stays_of_a_place_in_the_mean_of_few_stretches_none(count):
    """Of three scenes half of what is not moved would come back: 0.009 pixel, a quarter metre."""
    ground, random = texture(256, 256, seed=3), np.random.default_rng(count)
    places = {str(i): (0.018 * (-1) ** i, -0.018 * (-1) ** i) for i in range(count)}
    tiles = {
        name: scaled.transformed(
            (displaced(ground, *place) * random.gamma(4000, 1 / 4000, ground.shape)).clip(1e-4),
            "log",
        )
        for name, place in places.items()
    }
    image, there, levels = alignment.formed(tiles, places, dict.fromkeys(places, 1.0))
    others = Others(image)
    for name, place in places.items():
        rest = others.without(there[name], levels[name], 1.0)
        found = coherence.match_transformed((rest, tiles[name]), **OPTIONS)
        np.testing.assert_allclose(found.shift, np.negative(place), atol=0.0025)


def test_what_does_not_move_is_itself_in_a_mean_of_one_too():
    tile = Tile(texture(40, 50), np.ones((40, 50), bool))
    assert placing.moved(tile, (0.0, 0.0), placing.still(1)) is tile


def test_what_is_folded_is_that_of_the_scenes_that_a_tile_has():
    """Members of the west that were moved by nothing, and of the east by half a pixel."""
    members = {name: {"row": 0.0, "column": 0.5 * (name > "b")} for name in "abcd"}
    members["b"] |= {"warp_row": 0.25, "warp_column": 0.0}
    tile = {"level": 0.0, "weights": dict.fromkeys(members, 1.0), "column": 0}
    made = {
        "members": members,
        "tiles": [
            tile | {"row": 0, "levels": {"a": 0.0, "b": 0.0}},
            tile | {"row": 1, "levels": {"c": 0.0, "d": 0.0}},
        ],
    }
    bands = np.ones((3, 8, 8), np.float32)
    west, east = (others.OfTemplate(bands, made, (row, 0), "log") for row in (0, 1))
    # A warp by a quarter turns what is folded by a quarter.
    assert west.folded("d") == pytest.approx((0.5 + 0.5j, 1), abs=1e-12)
    assert west.folded("b") == pytest.approx((1, 1))
    assert east.folded("a") == pytest.approx((1, -1))
