"""Scenes that nothing links get no common zero; what only means of scenes link lies where it is."""

import numpy as np
import pytest
from makers import displaced, texture
from twotiles import OPTIONS

from stackshift.stack import halves, rounds
from stackshift.tile.match import OK
from stackshift.tile.scaled import transformed

CELLS = [(0, 0), (0, 1)]


def load_of(common: float, apart: float, looks: float, counts=(6, 6), seed=0):
    """Scenes in turn of two states of a ground that have a share in common, one displaced."""
    grounds = [[np.log(texture(288, 288, 10 * seed + 3 * c + k)) for k in range(3)] for c in (0, 1)]
    random = np.random.default_rng(seed)
    groups = [group for i in range(max(counts)) for group in (0, 1) if i < counts[group]]
    tiles: dict = {cell: {} for cell in CELLS}
    for number, group in enumerate(groups):
        for cell, (shared, *own) in zip(CELLS, grounds, strict=True):
            log = np.sqrt(common) * shared + np.sqrt(1 - common) * own[group]
            image = np.exp(displaced(log, 0, apart * group))[16:-16, 16:-16]
            image = image * random.gamma(looks, 1 / looks, image.shape)
            tiles[cell][f"{number:02}"] = transformed(image.astype(np.float32), "log")
    names = [{n for n, g in zip(tiles[CELLS[0]], groups, strict=True) if g == k} for k in (0, 1)]
    return tiles.__getitem__, names


@pytest.mark.parametrize("counts", [(6, 6), (4, 8), (8, 4)])
def test_of_two_grounds_the_larger_one_is_the_template(counts):
    load, groups = load_of(0.0, 0.3, 10, counts)
    scenes = sorted(groups[0] | groups[1])
    found = rounds.made(scenes, {}, CELLS, load, OPTIONS)
    # Of two as large the one with the newest scene.
    assert set(found.positions) == groups[1 if counts[1] >= counts[0] else 0]
    places = np.array(list(found.positions.values()))
    assert np.abs(places - np.median(places, axis=0)).max() < 0.1


def test_two_halves_are_told_apart_where_each_scene_matches_its_own():
    load, groups = load_of(0.0, 0.0, 10)
    scenes = sorted(groups[0] | groups[1])
    parts = halves.apart(dict.fromkeys(scenes, (0.0, 0.0)), CELLS, load, OPTIONS)
    assert parts is not None and parts.place is None
    assert [set(part) for part in parts.names] == [groups[1], groups[0]]


@pytest.mark.parametrize("seed", range(3))
def test_halves_that_share_a_part_of_the_ground_lie_where_that_does(seed):
    load, groups = load_of(0.2, 0.4, 10, seed=seed)
    scenes = sorted(groups[0] | groups[1])
    # As if no pair had been matched.
    found = rounds.made(scenes, {}, CELLS, load, OPTIONS)
    assert set(found.positions) == set(scenes)
    middles = [np.median([found.positions[n] for n in sorted(g)], axis=0) for g in groups]
    # Rounds alone leave them where they began: a scene is mostly matched with its own half.
    np.testing.assert_allclose(middles[1] - middles[0], (0, 0.4), atol=0.1)


@pytest.mark.parametrize(("looks", "matched"), [(0.03, False), (0.05, True), (1.0, True)])
def test_one_ground_is_not_parted_however_faint(looks, matched):
    """At the faintest only the sum of the tiles tells where halves lie, to a tenth of a pixel."""
    load, groups = load_of(1.0, 0.0, looks, seed=4)
    scenes = sorted(groups[0] | groups[1])
    places, parts = dict.fromkeys(scenes, (0.0, 0.0)), (scenes[:6], scenes[6:])
    seen = [halves._matched(load, places, {}, parts, OPTIONS, cell) for cell in CELLS]
    assert [one.match.status == OK for one in seen] == [matched, matched]
    assert halves.apart(places, CELLS, load, OPTIONS) is None


def test_a_scene_alone_has_no_halves():
    load, _ = load_of(1.0, 0.0, 10)
    assert halves.apart({"00": (0.0, 0.0)}, CELLS, load, OPTIONS) is None
    assert halves.apart({}, CELLS, load, OPTIONS) is None
