"""The adjustment of a network, against brute force and against simulated truth."""

import itertools

import numpy as np
import pytest

from stackshift.network import adjust, loop_closures, parts


def chain(count, reach):
    return [(j, i) for i, j in itertools.combinations(range(count), 2) if j - i <= reach]


def measured(random, truth, pairs, sigma, scene_share):
    """Shifts of pairs whose errors are partly those of their scenes."""
    own = random.normal(0, sigma * np.sqrt(0.5 * scene_share), len(truth))
    pair = random.normal(0, sigma * np.sqrt(1 - scene_share), len(pairs))
    scenes = truth + own
    return np.array([scenes[r] - scenes[s] for r, s in pairs]) + pair


def test_exact_shifts_give_exact_offsets_about_their_mean():
    truth = np.array([3.0, -1.0, 4.0, 1.5, -5.0])
    pairs = chain(5, 2)
    shifts = np.array([truth[r] - truth[s] for r, s in pairs])
    found = adjust(5, pairs, shifts, np.full(len(pairs), 0.1))
    np.testing.assert_allclose(found.offsets, truth - truth.mean(), atol=1e-9)
    np.testing.assert_allclose(found.residuals, 0, atol=1e-9)
    against = adjust(5, pairs, shifts, np.full(len(pairs), 0.1), reference=2)
    np.testing.assert_allclose(against.offsets, truth - truth[2], atol=1e-9)
    assert against.sigmas[2] == pytest.approx(0, abs=1e-9)


def test_weighted_least_squares_against_a_dense_solution():
    random = np.random.default_rng(3)
    pairs = chain(7, 3)
    sigmas = random.uniform(0.5, 2, len(pairs))
    truth = random.normal(0, 5, 7)
    # Small errors, so that Huber's psi changes no weight.
    shifts = [truth[r] - truth[s] for r, s in pairs] + 0.2 * sigmas * random.normal(size=len(pairs))
    found = adjust(7, pairs, shifts, sigmas)
    # Brute force: the mean is one more observation of great weight.
    design = np.vstack([np.zeros((len(pairs), 7)), np.ones(7)])
    for row, (r, s) in enumerate(pairs):
        design[row, r], design[row, s] = 1, -1
    weight = np.append(1 / sigmas, 1e6)
    solution = np.linalg.lstsq(design * weight[:, None], np.append(shifts, 0) * weight, rcond=None)
    assert (found.weights == 1).all()
    np.testing.assert_allclose(found.offsets, solution[0], atol=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("reach", [1, 2, 3, 5])
def test_z_scores_are_calibrated_whatever_part_of_the_error_is_the_scenes(share, reach):
    random = np.random.default_rng(10 * reach + int(10 * share))
    pairs, z, shares = chain(16, reach), [], []
    for _ in range(200):
        truth = random.normal(0, 6, 16)
        shifts = measured(random, truth, pairs, 1.0, share)
        found = adjust(16, pairs, shifts, np.ones(len(pairs)))
        z.append((found.offsets - truth + truth.mean()) / found.sigmas)
        shares.append(found.own_share)
    # Neighbours alone close no loop, so that the share is a guess.
    low, high = (0.8, 1.15) if reach > 1 else (0.65, 1.35)
    assert low < np.sqrt(np.mean(np.square(z))) < high
    if reach > 2:
        assert np.mean(shares) == pytest.approx(1 - share, abs=0.17)


def test_a_network_of_the_next_three_is_better_than_a_chain():
    random = np.random.default_rng(0)
    errors = {}
    for reach in (1, 3):
        pairs = chain(16, reach)
        errors[reach] = []
        for _ in range(200):
            truth = random.normal(0, 6, 16)
            found = adjust(16, pairs, measured(random, truth, pairs, 1, 0.5), np.ones(len(pairs)))
            errors[reach].append(found.offsets - truth + truth.mean())
    assert np.std(errors[1]) > 1.7 * np.std(errors[3])


def test_a_wrong_pair_is_outvoted_and_seen():
    random = np.random.default_rng(2)
    pairs = chain(10, 3)
    truth = random.normal(0, 6, 10)
    shifts = measured(random, truth, pairs, 0.3, 0.3)
    wrong = pairs.index((5, 4))
    shifts[wrong] += 40
    found = adjust(10, pairs, shifts, np.full(len(pairs), 0.3))
    assert np.abs(found.offsets - truth + truth.mean()).max() < 1
    assert found.weights[wrong] < 0.05
    assert np.argmax(np.abs(found.residuals)) == wrong


def test_a_wrong_pair_in_a_chain_cannot_be_seen_but_harms_one_place_only():
    truth = np.zeros(6)
    pairs = chain(6, 1)
    shifts = np.zeros(5)
    shifts[2] = 40.0
    found = adjust(6, pairs, shifts, np.full(5, 0.3))
    np.testing.assert_allclose(np.abs(np.diff(found.offsets - truth)), [0, 0, 40, 0, 0], atol=1e-6)


def test_a_network_in_two_parts_is_solved_part_by_part():
    truth = np.array([1.0, 3.0, -2.0, 50.0, 53.0, 70.0])
    pairs = [(1, 0), (2, 1), (2, 0), (4, 3)]
    shifts = [truth[r] - truth[s] for r, s in pairs]
    found = adjust(6, pairs, shifts, np.full(4, 0.1))
    assert list(found.part) == [0, 0, 0, 1, 1, -1]
    np.testing.assert_allclose(found.offsets[:3], truth[:3] - truth[:3].mean(), atol=1e-9)
    np.testing.assert_allclose(found.offsets[3:5], [-1.5, 1.5], atol=1e-9)
    assert np.isnan(found.offsets[5]) and np.isnan(found.sigmas[5])
    assert (found.sigmas[:5] > 0).all()


def test_no_pair_at_all():
    found = adjust(3, [], [], [])
    assert np.isnan(found.offsets).all() and list(found.part) == [-1, -1, -1]
    assert list(parts(3, np.empty((0, 2), int))) == [-1, -1, -1]


def test_loops_close_on_what_is_wrong():
    pairs = [(2, 1), (1, 0), (2, 0)]
    ((scenes, misclosure, error),) = loop_closures(pairs, [1.0, 2.0, 3.5], np.array([1.0, 2, 2]))
    assert (scenes, misclosure, error) == ((2, 1, 0), -0.5, 3.0)
