"""The adjustment of a network, against brute force and against simulated truth."""

import numpy as np
import pytest
from networks import chain, measured, with_a_wrong_pair

from stackshift.stack.network import adjust, loop_closures
from stackshift.stack.normals import parts


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
    pairs, truth, shifts, wrong = with_a_wrong_pair(2, 10, (5, 4), 40)
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


def test_the_error_of_a_pair_is_shared_by_its_scenes_whatever_its_origin():
    """Half a difference of variance sigma^2 has a quarter of it, and all of it from one scene."""
    found = adjust(2, [(1, 0)], [3.0], [0.8])
    np.testing.assert_allclose(found.offsets, [-1.5, 1.5])
    np.testing.assert_allclose(found.sigmas, [0.4, 0.4])
    against = adjust(2, [(1, 0)], [3.0], [0.8], reference=0)
    np.testing.assert_allclose(against.offsets, [0, 3])
    np.testing.assert_allclose(against.sigmas, [0, 0.8], atol=1e-12)
    assert against.own_share == 0.5


def propagated(count, pairs, sigmas, share):
    """Standard errors of offsets about their mean: error propagation, written out in full."""
    design = np.zeros((len(pairs), count))
    for row, (r, s) in enumerate(pairs):
        design[row, r], design[row, s] = 1, -1
    weight = np.diag(1 / np.square(sigmas))
    solve = np.linalg.pinv(design.T @ weight @ design) @ design.T @ weight
    scenes = [np.mean([s**2 for s, p in zip(sigmas, pairs, strict=True) if i in p])
              for i in range(count)]  # fmt: skip
    own = np.diag(np.array(scenes) * (1 - share) / 2)
    shifts = share * np.diag(np.square(sigmas)) + design @ own @ design.T
    return np.sqrt(np.diag(solve @ shifts @ solve.T))


def test_standard_errors_are_propagated_from_pairs_and_scenes():
    # Two pairs in a row, without redundancy: half is taken for the pairs' own.
    found = adjust(3, [(1, 0), (2, 1)], [1.0, 2.0], [0.3, 0.9])
    np.testing.assert_allclose(found.sigmas, propagated(3, [(1, 0), (2, 1)], [0.3, 0.9], 0.5))
    # A triangle that closes: one redundant pair beside a guess that is worth four.
    pairs, sigmas = [(2, 1), (1, 0), (2, 0)], [0.3, 0.9, 0.5]
    found = adjust(3, pairs, [1.0, 2.0, 3.0], sigmas)
    assert found.own_share == pytest.approx(0.5 * 4 / (1 + 4))
    np.testing.assert_allclose(found.sigmas, propagated(3, pairs, sigmas, 0.4))


def test_the_pairs_own_share_is_what_loops_say():
    """A triangle of equal errors leaves a third of its misclosure to each pair."""
    pairs = [(2, 1), (1, 0), (2, 0)]
    for misclosure in (0.5, 1.5, 3.0):
        found = adjust(3, pairs, [1.0, 2.0, 3.0 - misclosure], np.full(3, 1.0))
        np.testing.assert_allclose(np.abs(found.residuals), np.full(3, misclosure / 3), atol=1e-6)
        np.testing.assert_allclose(found.residuals, misclosure / 3 * np.array([1, 1, -1]))
        assert found.own_share == pytest.approx((misclosure**2 / 3 + 0.5 * 4) / (1 + 4))
        assert (found.weights == 1).all()
        # Nothing is left to the scenes where loops close worse than all pairs say.
        share = found.own_share
        own = propagated(3, pairs, np.ones(3), share)
        if share > 1:
            own = propagated(3, pairs, np.sqrt(share) * np.ones(3), 1.0)
        np.testing.assert_allclose(found.sigmas, own)


def test_scenes_without_a_pair_and_further_parts_do_not_change_what_loops_say():
    """Two triangles that do not close by 1.5 each, and a scene without a pair."""
    pairs = [(2, 1), (1, 0), (2, 0), (6, 5), (5, 4), (6, 4)]
    found = adjust(7, pairs, [1.0, 2.0, 1.5, 1.0, 2.0, 1.5], np.ones(6))
    assert list(found.part) == [0, 0, 0, -1, 1, 1, 1]
    assert found.own_share == pytest.approx((2 * 1.5**2 / 3 + 0.5 * 4) / (2 + 4))


@pytest.mark.parametrize(("count", "share"), [(9, 2 / (36 - 8 + 4)), (12, 0.05)])
def test_loops_that_close_say_that_all_is_the_scenes_but_never_quite(count, share):
    pairs = chain(count, count)
    found = adjust(count, pairs, np.zeros(len(pairs)), np.ones(len(pairs)))
    assert found.own_share == pytest.approx(share)


def test_a_pair_that_fits_badly_has_hubers_weight():
    pairs = chain(7, 3)
    shifts = np.zeros(len(pairs))
    bad = pairs.index((4, 3))
    shifts[bad] = 4.0
    found = adjust(7, pairs, shifts, np.ones(len(pairs)))
    limit = 1.5 * np.sqrt(found.own_share) / np.abs(found.residuals)
    assert 0.15 < found.weights[bad] < 0.9
    np.testing.assert_allclose(found.weights, np.minimum(1, limit), rtol=1e-4)
    # The offsets are those of least squares with these weights.
    design = np.zeros((len(pairs), 7))
    for row, (r, s) in enumerate(pairs):
        design[row, r], design[row, s] = 1, -1
    root = np.sqrt(found.weights)
    expected = np.linalg.lstsq(design * root[:, None], shifts * root, rcond=None)[0]
    np.testing.assert_allclose(found.offsets, expected - expected.mean(), atol=1e-4)
    squares = (found.weights * found.residuals**2).sum()
    redundancy = len(pairs) - 6 - (1 - found.weights).sum()
    assert found.own_share == pytest.approx((squares + 2) / (redundancy + 4), rel=1e-4)


def test_parts_are_numbered_by_their_first_scene():
    assert list(parts(7, np.array([(6, 4), (2, 1), (5, 4)]))) == [-1, 0, 0, -1, 1, 1, 1]
    # A late pair joins what were two parts.
    assert list(parts(5, np.array([(1, 0), (3, 2), (4, 3), (4, 0)]))) == [0, 0, 0, 0, 0]


def test_no_pair_at_all():
    found = adjust(3, [], [], [])
    assert np.isnan(found.offsets).all() and list(found.part) == [-1, -1, -1]
    assert list(parts(3, np.empty((0, 2), int))) == [-1, -1, -1]


def test_every_triangle_is_a_loop_and_a_chain_has_none():
    pairs = chain(5, 2)
    shifts = np.arange(len(pairs), dtype=float)
    found = {loop: value for loop, value, _ in loop_closures(pairs, shifts, np.ones(len(pairs)))}
    by_pair = dict(zip(pairs, shifts, strict=True))
    assert found == {
        (i + 2, i + 1, i): by_pair[i + 2, i + 1] + by_pair[i + 1, i] - by_pair[i + 2, i]
        for i in range(3)
    }
    assert loop_closures(chain(5, 1), np.zeros(4), np.ones(4)) == []


def test_loops_close_on_what_is_wrong():
    pairs = [(2, 1), (1, 0), (2, 0)]
    ((scenes, misclosure, error),) = loop_closures(pairs, [1.0, 2.0, 3.5], np.array([1.0, 2, 2]))
    assert (scenes, misclosure, error) == ((2, 1, 0), -0.5, 3.0)


def dense(count, pairs, shifts, sigmas, found, reference=None):
    """Offsets and errors by pseudo-inverses, slow and obvious, with the weights that were found."""
    design = np.zeros((len(pairs), count))
    for row, (r, s) in enumerate(pairs):
        design[row, r], design[row, s] = 1, -1
    datum = np.eye(count)
    for number in set(found.part) - {-1}:
        members = np.flatnonzero(found.part == number)
        if reference in members:
            datum[members, reference] -= 1
        else:
            datum[np.ix_(members, members)] -= 1 / len(members)
    inverse = np.linalg.pinv(design.T * (found.weights / sigmas**2) @ design, hermitian=True)
    offsets = datum @ inverse @ (design.T @ (found.weights * shifts / sigmas**2))
    touching = np.abs(design)
    scenes = touching.T @ sigmas**2 / np.maximum(touching.sum(axis=0), 1)
    covariance = found.own_share * inverse
    covariance += np.diag(0.5 * max(1 - found.own_share, 0) * scenes)
    errors = np.sqrt(np.maximum(np.diag(datum @ covariance @ datum.T), 0))
    lonely = found.part < 0
    return np.where(lonely, np.nan, offsets), np.where(lonely, np.nan, errors)


@pytest.mark.parametrize("kind", ["chain", "all", "parts", "random"])
@pytest.mark.parametrize("reference", [None, 2])
def test_the_banded_solution_is_the_dense_one(kind, reference):
    random = np.random.default_rng(12)
    count = 25
    pairs = {
        "chain": chain(count, 3),
        "all": chain(count, count),
        "parts": [p for p in chain(count, 3) if (p[0] < 9) == (p[1] < 9) and 17 not in p],
        "random": [p for p in chain(count, count) if random.random() < 0.25],
    }[kind]
    sigmas = random.uniform(0.2, 1, len(pairs))
    truth = random.normal(0, 6, count)
    # Less than quoted, so that the scenes' part is what is left; some have Huber's weight.
    shifts = np.array([truth[r] - truth[s] for r, s in pairs])
    shifts += 0.5 * sigmas * random.standard_t(3, len(pairs))
    found = adjust(count, pairs, shifts, sigmas, reference)
    assert 0 < (found.weights < 1).sum() < len(pairs) / 2
    offsets, errors = dense(count, pairs, shifts, sigmas, found, reference)
    np.testing.assert_allclose(found.offsets, offsets, atol=1e-9)
    np.testing.assert_allclose(found.sigmas, errors, rtol=1e-9, atol=1e-9)
    ends = np.array(pairs)
    fit = found.offsets[ends[:, 0]] - found.offsets[ends[:, 1]]
    np.testing.assert_allclose(found.residuals, shifts - fit, atol=1e-9)


def test_scenes_in_any_order_give_the_same():
    random = np.random.default_rng(3)
    pairs, order = chain(20, 3), random.permutation(20)
    shifts, sigmas = random.normal(0, 1, len(pairs)), random.uniform(0.5, 1, len(pairs))
    found = adjust(20, pairs, shifts, sigmas)
    mixed = adjust(20, order[np.array(pairs)], shifts, sigmas)
    np.testing.assert_allclose(mixed.offsets[order], found.offsets, atol=1e-9)
    np.testing.assert_allclose(mixed.sigmas[order], found.sigmas, atol=1e-9)


@pytest.mark.parametrize(("scenes", "reach"), [(12, 6), (22, 3), (22, 6), (22, 12), (22, 20)])
def test_errors_do_not_collapse_with_the_number_of_pairs(scenes, reach):
    """Scenes of error .5, pairs of error 1 and quoted errors that are 1.4 times too small."""
    pairs = np.array(chain(scenes, reach))
    z = []
    for seed in range(30):
        random = np.random.default_rng([seed, reach])
        true, own = random.normal(0, 6, scenes), random.normal(0, 0.5, scenes)
        shifts = (true + own)[pairs[:, 0]] - (true + own)[pairs[:, 1]]
        shifts += random.normal(0, 1, len(pairs))
        found = adjust(scenes, pairs, shifts, np.full(len(pairs), np.sqrt(1.5) / 1.4))
        z.append((found.offsets - true + true.mean()) / found.sigmas)
    assert 0.8 < np.sqrt(np.mean(np.square(z))) < 1.45
