"""Pairs that are wrong are left out where the others tell which they are, and only there."""

import numpy as np
import pytest
from networks import chain, with_a_wrong_pair

from stackshift.stack.network import adjust


def test_a_pair_that_is_wrong_counts_for_nothing():
    pairs, _, shifts, wrong = with_a_wrong_pair(4, 12, (5, 3), 40)
    rest = [i for i in range(len(pairs)) if i != wrong]
    without = adjust(12, [pairs[i] for i in rest], shifts[rest], np.full(len(rest), 0.3))
    found = adjust(12, pairs, shifts, np.full(len(pairs), 0.3))
    assert found.weights[wrong] == 0
    np.testing.assert_allclose(found.offsets, without.offsets, atol=1e-5)
    assert found.own_share == pytest.approx(without.own_share, rel=1e-4)
    assert found.sigmas == pytest.approx(without.sigmas, rel=0.05)


def test_pairs_that_are_wrong_but_hold_the_network_together_count():
    """A scene of which two pairs say what cannot be: none can be left out, as both cannot."""
    pairs = [*chain(20, 3), (20, 19), (20, 18)]
    shifts = np.append(np.zeros(len(pairs) - 2), [60.0, -60.0])
    found = adjust(21, pairs, shifts, np.full(len(pairs), 0.3))
    assert (found.weights[-2:] > 0).all() and (found.part == 0).all()
    assert np.abs(found.residuals[-2:]) == pytest.approx([60, 60], rel=0.1)
    assert found.offsets[20] - found.offsets[19] == pytest.approx(0, abs=6)
    assert found.sigmas[20] > 5


def network_errors(scenes, reach, off, seeds=20):
    """Errors of offsets and their z-scores in networks with one pair that is wrong by ``off``."""
    errors, scores = [], []
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        true = random.normal(0, 3, scenes)
        own = random.normal(0, 0.18, scenes)
        ends = [(a, b) for a in range(scenes) for b in range(a + 1, min(scenes, a + 1 + reach))]
        shifts = np.array(
            [true[a] + own[a] - true[b] - own[b] + random.normal(0, 0.16) for a, b in ends]
        )
        shifts[random.integers(len(ends))] += off
        found = adjust(scenes, ends, shifts, np.full(len(ends), 0.3))
        errors.append(found.offsets - (true - true.mean()))
        scores.append(errors[-1] / found.sigmas)
    return (float(np.sqrt(np.mean(np.square(values)))) for values in (errors, scores))


@pytest.mark.parametrize(("scenes", "reach"), [(6, 5), (8, 3), (12, 3), (20, 3)])
@pytest.mark.parametrize("off", [5, 40])
def test_one_wrong_pair_does_nothing_where_the_loops_tell_which_it_is(scenes, reach, off):
    clean, _ = network_errors(scenes, reach, 0)
    error, score = network_errors(scenes, reach, off)
    assert error < 1.12 * clean
    assert 0.8 < score < 1.25


@pytest.mark.parametrize("off", [2, 5, 40])
def test_where_nobody_knows_which_pair_is_wrong_the_errors_say_so(off):
    _, score = network_errors(20, 2, off)
    assert 0.8 < score < 1.3


def with_wrong_pairs(seed, places, off, scenes=30, reach=3):
    """The adjustment with and without pairs that are off, and which these are."""
    random = np.random.default_rng(seed)
    pairs = np.array(chain(scenes, reach))
    moved = random.normal(0, 3, scenes) + random.normal(0, 0.18, scenes)
    shifts = moved[pairs[:, 0]] - moved[pairs[:, 1]] + random.normal(0, 0.16, len(pairs))
    wrong = np.zeros(len(pairs), bool)
    for low, high in places:
        among = np.flatnonzero((pairs[:, 1] >= low) & (pairs[:, 0] <= high))
        wrong[random.choice(among)] = True
    sigmas = np.full(len(pairs), 0.3)
    without = adjust(scenes, pairs[~wrong], shifts[~wrong], sigmas[~wrong])
    shifts[wrong] += off * random.choice([-1, 1], wrong.sum())
    return adjust(scenes, pairs, shifts, sigmas), without, wrong


@pytest.mark.parametrize("off", [5, 20, 200])
def test_wrong_pairs_far_apart_are_left_out(off):
    for seed in range(20):
        found, without, wrong = with_wrong_pairs(seed, [(3, 9), (19, 25)], off)
        np.testing.assert_array_equal(found.weights == 0, wrong)
        np.testing.assert_allclose(found.offsets, without.offsets, atol=1e-4)
        assert found.sigmas == pytest.approx(without.sigmas, rel=0.03)
        assert found.own_share == pytest.approx(without.own_share, rel=1e-3)


def test_many_wrong_pairs_are_left_out():
    places = [(i, i + 6) for i in range(2, 110, 12)]
    found, without, wrong = with_wrong_pairs(5, places, 200, scenes=120)
    np.testing.assert_array_equal(found.weights == 0, wrong)
    np.testing.assert_allclose(found.offsets, without.offsets, atol=1e-4)


def test_no_pair_is_left_out_where_none_is_wrong():
    for seed in range(30):
        found, _, _ = with_wrong_pairs(seed, [], 0)
        assert (found.weights > 0).all()


def test_a_pair_that_the_loops_cannot_attribute_is_not_left_out():
    """The last scene has two pairs: one is off by 200 m, and nobody knows which."""
    random = np.random.default_rng(1)
    pairs = [*chain(20, 3), (20, 19), (20, 18)]
    shifts = random.normal(0, 0.16, len(pairs))
    shifts[-1] += 200
    # Another one, in the middle, is known all the same.
    shifts[pairs.index((10, 8))] += 90
    found = adjust(21, pairs, shifts, np.full(len(pairs), 0.3))
    assert list(np.flatnonzero(found.weights == 0)) == [pairs.index((10, 8))]
    assert found.offsets[20] - found.offsets[18] == pytest.approx(100, abs=5)
    assert found.sigmas[20] > 10
