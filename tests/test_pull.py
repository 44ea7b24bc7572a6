"""Holes that stay where the mask is while the ground moves take nothing of its displacement."""

import numpy as np
import pytest
from scipy import ndimage
from twotiles import OPTIONS

from stackshift.simulate import simulation
from stackshift.tile import coherence, pull
from stackshift.tile.match import OK, Match
from stackshift.tile.scaled import Tile, transformed


def masked(seed, displacement, width, share, size=128):
    """A template and a scene of 8 looks, displaced by (rows, columns), with the same holes.

    They are where smooth noise is low, as shadow is: some ``width`` pixels wide.
    """
    random = np.random.default_rng(seed)
    ground = simulation.ground((size + 40,) * 2, seed, scenario="mixed")
    images = [
        simulation.observe(ground, place, looks, random)[20:-20, 20:-20]
        for place, looks in (((0, 0), 1e4), (displacement, 8))
    ]
    noise = ndimage.gaussian_filter(random.normal(size=(size, size)), width)
    for image in images:
        image[noise < np.quantile(noise, share)] = np.nan
    return [transformed(image, "log") for image in images]


@pytest.mark.parametrize(("width", "share", "plain"), [(2.5, 0.15, 0.93), (1.2, 0.1, 0.95)])
def test_a_displacement_is_neither_short_nor_surer_than_it_is(width, share, plain):
    """Without their pull it was 5 to 8 % too short, and that with error bars of .02 pixel."""
    random, found = np.random.default_rng(7), []
    for seed in range(30):
        true = random.uniform(-0.5, 0.5, 2)
        tiles = masked(seed, tuple(true), width, share)
        match = coherence.match_transformed(tiles, **OPTIONS)
        bare = coherence._with_holes(tiles, **OPTIONS)
        assert match.status == bare.status == OK
        found.append((true, -np.array(match.shift), -np.array(bare.shift), match.sigma))
    true, displacement, bare, sigma = np.array(found).transpose(1, 0, 2)

    def gain(of):
        return (of * true).sum() / (true**2).sum()

    # To three standard errors of the gain.
    assert gain(displacement) == pytest.approx(1, abs=0.03)
    # So that there is something to test.
    assert gain(bare) == pytest.approx(plain, abs=0.025)
    assert 0.75 < np.sqrt((((displacement - true) / sigma) ** 2).mean()) < 1.1


def test_what_tiles_without_holes_show_is_left_alone():
    tiles = masked(1, (0.2, 0.3), 2.5, 0.0)
    found = coherence._with_holes(tiles, **OPTIONS)
    assert pull.without_pull(tiles, found, lambda pair: pytest.fail("matched")) is found
    for few in (0.003, 0.0):
        assert pull.without_pull(
            masked(1, (0.2, 0.3), 1.0, few), found, lambda pair: pytest.fail("matched")
        ) is found  # fmt: skip
    # Holes of one scene alone do not lie still, and a wide gap is none.
    other = [masked(seed, (0.2, 0.3), 2.5, 0.2)[0] for seed in (1, 4)]
    assert np.mean(~other[0].valid & ~other[1].valid) > 0.02
    full = Tile(tiles[1].values, tiles[1].valid)
    assert pull.without_pull([other[0], full], found, lambda pair: pytest.fail("matched")) is found
    gap = np.ones(tiles[0].shape, bool)
    gap[:, 90:] = False
    wide = [Tile(np.where(gap, tile.values, 0).astype(np.float32), gap) for tile in tiles]
    assert pull.without_pull(wide, found, lambda pair: pytest.fail("matched")) is found


def test_what_is_not_known_of_the_pull_is_shared_by_all_tiles():
    """The pull is told: holes take a tenth of a pixel, so that nine tenths of it were seen."""
    tiles = masked(2, (0.0, 0.0), 2.5, 0.2)
    seen = Match(OK, "", (-0.45, 0.0), (0.02, 0.02), covariance=((4e-4, 0), (0, 4e-4)))

    def match(pair):
        """The first of two has the holes."""
        holes = not pair[0].complete
        return Match(OK, "", (-0.405 if holes else -0.45, 0.0))

    found = pull.without_pull(tiles, seen, match)
    assert found.shift == pytest.approx((-0.5, 0), abs=1e-6)
    # Not known is .15 of the holes' share of it, and they hide a share of the tile.
    share = 1 - np.mean(tiles[0].valid)
    unknown = 0.15 * share * 0.45
    assert abs(found.shared[0]) == pytest.approx(unknown) and found.shared[1] == 0
    more = 4e-4 * (1 + share)
    assert found.sigma == pytest.approx((np.sqrt(more + unknown**2), np.sqrt(more)))
    assert found.covariance[0][0] == pytest.approx(found.sigma[0] ** 2)


def test_an_error_above_the_gate_counts_no_more_for_having_been_below_it_before():
    tiles = masked(3, (0.3, 0.3), 2.5, 0.3)
    bare = coherence._with_holes(tiles, **OPTIONS)
    gate = max(bare.sigma) * 1.01
    found = coherence.match_transformed(tiles, **OPTIONS | {"max_sigma": gate})
    assert (
        found.status == "low_quality" and found.shift is None and "above the gate" in found.message
    )
