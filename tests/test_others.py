"""What is left of a mean without one of its scenes."""

import numpy as np
import pytest
from makers import texture
from twotiles import OPTIONS

from stackshift.stack import alignment, mean_image
from stackshift.stack.others import OfTemplate, Others
from stackshift.tile import coherence, scaled
from stackshift.tile.scaled import Tile

SHAPE = 120, 150
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
@pytest.mark.parametrize("place", [(0.0, 0.0), (0.4, -0.3), (2.0, 1.0)])
def test_the_rest_is_the_mean_of_the_others(place, gap):
    places = {"a": (0.0, 0.0), "b": place, "c": (0.0, 0.0)}
    tiles, (image, there, levels) = formed(places, gap)
    rest = Others(image).without(there["b"], levels["b"], WEIGHT["b"])
    a, c = (tiles[name].values.astype(float) - levels[name] for name in "ac")
    both = tiles["a"].valid
    np.testing.assert_allclose(rest.values[both], ((a + 2 * c) / 3)[both], atol=2e-5)
    # Only where all pixels are alike can a spectrum stand for them.
    assert isinstance(rest, scaled.Remainder) == (not gap and place != (2.0, 1.0))


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
