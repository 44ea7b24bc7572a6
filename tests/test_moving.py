"""Tiles that move by themselves: as many by chance as said, and one of few that clearly moves."""

import numpy as np
import pytest
from scipy import stats

from stackshift.stack import series

# Most stacks with a still tile that is taken for a moving one, as a share: 1 %, times 1.5.
MOST = 0.015


def still(random, scenes, tiles, kind="", over=1.0):
    """Offsets and errors of a stack in which no tile moves; errors too small by ``over``."""
    sigmas = np.full((scenes, tiles, 2), 0.45)
    if kind == "unequal":
        sigmas = random.uniform(0.15, 0.9, sigmas.shape)
    offsets = random.normal(0, 0.5, (scenes, 1, 2)) + over * sigmas * random.standard_normal(
        sigmas.shape
    )
    if kind == "half":
        offsets[2, tiles // 2 :] = np.nan
    if kind == "gaps":
        offsets[random.random((scenes, tiles)) < 0.2] = np.nan
    if kind == "wild":
        offsets[random.integers(scenes), random.integers(tiles)] += 50
    return offsets, sigmas


def false(number, scenes, tiles, kind="", over=1.0):
    random = np.random.default_rng([scenes, tiles, len(kind), int(10 * over)])
    days = 12.0 * np.arange(scenes)
    return sum(
        series.moving(*still(random, scenes, tiles, kind, over), days).any() for _ in range(number)
    )


@pytest.mark.parametrize(
    ("scenes", "tiles", "kind", "over"),
    [(8, 4, "", 1), (8, 4, "half", 1), (21, 4, "unequal", 1), (12, 6, "gaps", 1.5)],
)
def test_still_tiles_stay(scenes, tiles, kind, over):
    """These few fail on five times as many as said; the long test counts more closely."""
    assert false(150, scenes, tiles, kind, over) <= stats.binom.ppf(0.999, 150, MOST)


@pytest.mark.long
@pytest.mark.parametrize("scenes", [6, 12, 21, 40])
@pytest.mark.parametrize("tiles", [4, 5, 9, 64])
def test_as_many_still_tiles_are_lost_as_said(scenes, tiles):
    number = 100 if tiles == 64 else 250
    cells = [("", 1), ("", 1.5), ("half", 1), ("gaps", 1), ("unequal", 1.3)]
    counts = [false(number, scenes, tiles, *cell) for cell in cells]
    assert max(counts) <= stats.binom.ppf(0.9995, number, MOST)
    assert sum(counts) <= stats.binom.ppf(0.999, number * len(cells), MOST)


@pytest.mark.long
def test_of_many_stacks_few_but_some_lose_a_tile():
    counts = [false(1200, 12, 4), false(1200, 12, 4, over=1.5)]
    assert stats.binom.ppf(0.001, 2400, 0.01 / 1.5) <= sum(counts)
    assert sum(counts) <= stats.binom.ppf(0.999, 2400, MOST)


def test_one_wild_measurement_is_no_motion():
    """It counts as three errors along both axes, much for eight scenes, nothing for more."""
    assert false(100, 8, 4, "wild") <= 12
    assert false(60, 21, 4, "wild") <= 5


def test_tiles_that_agree_in_all_do_not_move():
    assert not series.moving(np.zeros((8, 4, 2)), np.ones((8, 4, 2)), 12.0 * np.arange(8)).any()


@pytest.mark.parametrize("scenes", [8, 21])
@pytest.mark.parametrize("kind", ["freely", "steadily", "at once"])
def test_one_of_four_tiles_that_moves_is_found(scenes, kind):
    """Six times the error of a measurement, about what a landslide does in some months."""
    random, days = np.random.default_rng(scenes), 12.0 * np.arange(scenes)
    motion = {
        "freely": random.standard_normal((scenes, 2)),
        "steadily": np.linspace(-1, 1, scenes)[:, None] * (0.8, 0.6),
        "at once": (np.arange(scenes) >= scenes // 2)[:, None] * np.array((0.8, 0.6)),
    }[kind]
    found = np.zeros(4)
    for _ in range(30):
        offsets, sigmas = still(random, scenes, 4)
        offsets[:, 1] += 6 * 0.45 * motion
        found += series.moving(offsets, sigmas, days)
    assert found[1] >= 29 and found[[0, 2, 3]].max() <= 2


def test_of_two_or_three_tiles_none_can_be_named():
    random = np.random.default_rng(0)
    for tiles in (2, 3):
        offsets, sigmas = still(random, 21, tiles)
        offsets[:, 0] += 20 * random.standard_normal((21, 2))
        assert not series.moving(offsets, sigmas, 12.0 * np.arange(21)).any()
