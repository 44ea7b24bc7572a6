"""Scenes parts of which lie elsewhere are told, and no others are."""

import numpy as np
import pytest
from twotiles import OPTIONS

from stackshift.simulate import simulation
from stackshift.stack import causes, evenness, rounds
from stackshift.tile.scaled import transformed


def stack(random, scenes, tiles, quoted=0.2, true=None):
    """Offsets and errors of scenes that lie anywhere, each as a whole."""
    sigmas = quoted * random.uniform(0.5, 2, (scenes, tiles, 2))
    scatter = random.normal(0, sigmas * (1 if true is None else true / quoted))
    return random.normal(0, 5, (scenes, 1, 2)) + scatter, sigmas


@pytest.mark.parametrize(
    ("scenes", "tiles", "true"),
    [(3, 16, 0.2), (6, 16, 0.2), (24, 64, 0.2), (6, 4, 0.2), (9, 25, 0.4)],
)
def test_a_stack_of_even_scenes_has_a_finding_in_a_hundred(scenes, tiles, true):
    """As quoted, and where all errors are twice what is quoted."""
    random, stacks = np.random.default_rng(5), 600 if scenes < 9 else 200
    found = [evenness.uneven(*stack(random, scenes, tiles, true=true)).any() for _ in range(stacks)]
    # To three standard errors of so many.
    assert np.mean(found) <= 0.01 + 3 * np.sqrt(0.01 / stacks)


def test_one_wild_tile_a_gap_or_few_tiles_make_no_scene_uneven():
    offsets, sigmas = stack(np.random.default_rng(1), 6, 16)
    offsets[2, 7] += 40
    offsets[3, :13] = np.nan
    offsets[3, 13:] += [[0, 0], [30, 0], [0, 30]]
    offsets[4] = np.nan
    assert not evenness.uneven(offsets, sigmas).any()
    for scenes in range(3):
        assert not evenness.uneven(offsets[4 : 4 + 1].repeat(scenes, 0), sigmas[:scenes]).any()
    assert not evenness.uneven(offsets[:1], sigmas[:1]).any()


@pytest.mark.parametrize("scenes", [3, 4, 6, 20])
def test_a_part_that_lies_elsewhere_is_found_though_it_pulls_the_mean_of_the_others(scenes):
    """In the mean of the others, with which all are matched, a part moves theirs by 1 / (n - 1)."""
    random = np.random.default_rng(scenes)
    for _ in range(30):
        offsets, sigmas = stack(random, scenes, 16)
        offsets[1, 10:14, 0] -= 5
        offsets[[i for i in range(scenes) if i != 1], 10:14, 0] += 5 / (scenes - 1)
        assert list(np.flatnonzero(evenness.uneven(offsets, sigmas))) == [1]


def test_several_bad_scenes_do_not_hide_each_other():
    offsets, sigmas = stack(np.random.default_rng(2), 9, 16)
    offsets[0, :5] += 6
    offsets[4, 8:, 1] += 3
    offsets[7, ::3, 0] -= 20
    assert list(np.flatnonzero(evenness.uneven(offsets, sigmas))) == [0, 4, 7]


def test_of_two_scenes_both_are_uneven_as_none_knows_which():
    offsets, sigmas = stack(np.random.default_rng(3), 2, 16)
    assert not evenness.uneven(offsets, sigmas).any()
    offsets[:, 3:8, 0] += [[4], [-4]]
    assert evenness.uneven(offsets, sigmas).all()


def test_parts_are_counted_and_the_mean_of_all_is_told():
    offsets, sigmas = stack(np.random.default_rng(4), 1, 20, quoted=0.1)
    offsets[0] -= offsets[0].mean(axis=0)
    offsets[0, :5] += [3.0, -4.0]
    offsets[0, 19] = np.nan
    found = evenness.parts(offsets[0], sigmas[0])
    assert found.tiles == 5 and found.far == pytest.approx(5, abs=0.3)
    # Five of nineteen 5 m off the middle one.
    assert found.apart == pytest.approx(5 * np.sqrt(5 / 19), rel=0.15)
    # The robust mean lies within some errors of most tiles, the mean of all where it does.
    many, errors = np.zeros((40, 2)), np.full((40, 2), 0.1)
    many[:5] = [3.0, -4.0]
    assert evenness.to_all(many, errors) == pytest.approx([15 / 40, 20 / 40], abs=0.05)
    said = {
        "scene": "20220104T000000",
        "tiles": 19,
        "off": 5,
        "far": 5.0,
        "apart": 2.6,
        "together": 5,
        "between": False,
    }
    (text,) = causes.of_findings({"uneven": [said]})
    assert text["cause"] == "uneven" and text["text"].startswith("5 of 19 tiles of 2022-01-04 lie ")


@pytest.mark.parametrize(("count", "off"), [(16, 4), (16, 6), (25, 10), (64, 20), (64, 27)])
def test_a_larger_part_is_counted_and_reached_as_well(count, off):
    """One tile in sixteen lies between the two places, as a slice's edge goes through it."""
    random, between = np.random.default_rng(off), max(1, count // 16)
    offsets, sigmas = random.normal(0, 0.25, (count, 2)), np.full((count, 2), 0.25)
    offsets[:off, 0] += 12
    offsets[off : off + between, 0] += random.uniform(3, 9, between)
    found = evenness.parts(offsets, sigmas)
    assert found.tiles == off + between and found.together >= off and not found.between
    assert found.far == pytest.approx(12, abs=0.7)
    mean = (12 * off + offsets[off : off + between, 0].sum()) / count
    assert evenness.to_all(offsets, sigmas) == pytest.approx([mean, 0], abs=0.6)
    said = {"scene": "20220104T000000", "tiles": count, "off": off + between, "far": 12.0}
    (text,) = causes.of_findings(
        {"uneven": [said | {"apart": 5.0, "together": off, "between": False}]}
    )
    assert "its offset is that of most" in text["text"]


def test_where_no_place_holds_most_tiles_it_is_said_and_the_error_reaches_all():
    offsets, sigmas = np.random.default_rng(6).normal(0, 0.2, (16, 2)), np.full((16, 2), 0.2)
    offsets[:8, 1] += 10
    found = evenness.parts(offsets, sigmas)
    assert found.tiles == 8 and found.far == pytest.approx(10, abs=0.5) and found.between
    # The middle of two places is 5 m from each.
    assert evenness.to_all(offsets, sigmas)[1] == pytest.approx(5, abs=0.3)
    said = {
        "scene": "20220104T000000",
        "tiles": 16,
        "off": 8,
        "far": 10.0,
        "apart": 5.0,
        "together": 8,
        "between": True,
    }
    (text,) = causes.of_findings({"uneven": [said]})
    assert "may lie between them" in text["text"] and "that of most" not in text["text"]


@pytest.mark.parametrize("count", [4, 5, 6])
def test_of_few_tiles_the_error_reaches_both_places_where_the_offset_lies_between(count):
    """Two of few are no majority, but they pull the mean away from the others."""
    random = np.random.default_rng(count)
    for _ in range(20):
        offsets, sigmas = random.normal(0, 0.25, (count, 2)), np.full((count, 2), 0.25)
        offsets[:2, 0] += 15
        assert evenness.parts(offsets, sigmas).between
        # 15 m times the root of 2 (n - 2), over n, beside their errors.
        assert evenness.to_all(offsets, sigmas) == pytest.approx([7.3, 0.25], abs=0.8)


def test_a_ramp_is_no_slice():
    """Five rows of tiles, each 3 m from the next."""
    offsets, sigmas = np.random.default_rng(7).normal(0, 0.2, (25, 2)), np.full((25, 2), 0.2)
    offsets[:, 0] += 3 * (np.arange(25) // 5 - 2)
    found = evenness.parts(offsets, sigmas)
    assert found.tiles == 20 and found.together == 5
    said = {"scene": "20220104T000000", "tiles": 25, "off": 20, "far": 4.5, "apart": 4.2}
    (text,) = causes.of_findings({"uneven": [said | {"together": 5, "between": False}]})
    assert "it is distorted in itself" in text["text"] and "orbit" not in text["text"]


@pytest.mark.parametrize("scenes", [3, 6])
def test_a_scene_a_part_of_which_lies_elsewhere_is_no_member_of_the_template(scenes):
    """Else it would be averaged into the mean where it does not belong."""
    ground, random = simulation.ground((340, 340), 4, scenario="mixed"), np.random.default_rng(4)
    images = {}
    for i in range(scenes):
        images[f"s{i}"] = simulation.observe(ground, (0, 0), 8, random)[10:-10, 10:-10]
    # Its right third lies .6 of a pixel to the west.
    part = simulation.observe(ground, (0, -0.6), 8, random)[10:-10, 10:-10]
    images["s1"][:, 240:] = part[:, 240:]
    cells = [(row, column) for row in range(4) for column in range(4)]

    def load(cell):
        at = tuple(slice(80 * i, 80 * i + 80) for i in cell)
        return {name: transformed(image[at], "log") for name, image in images.items()}

    made = rounds.made(list(images), dict.fromkeys(images, (0.0, 0.0)), cells, load, OPTIONS)
    assert set(made.positions) == set(images) - {"s1"}
