"""The robust mean is right, ignores wild tiles, and its standard error can be trusted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from stackshift.stack.robust import _weighted_median, median, nmad, weighted_huber


def brute_force(values, sigmas, tuning):
    """The minimum of Huber's loss on a fine grid."""
    grid = np.linspace(min(values), max(values), 200_001)
    residual = np.abs(values[:, None] - grid) / sigmas[:, None]
    loss = np.where(residual < tuning, residual**2 / 2, tuning * residual - tuning**2 / 2)
    return grid[loss.sum(axis=0).argmin()]


def test_the_mean_is_the_minimum_of_hubers_loss():
    random = np.random.default_rng(5)
    sigmas = random.uniform(0.5, 2, 30)
    values = 3 + 0.4 * sigmas * random.normal(size=30)
    values[:4] += 40
    assert weighted_huber(values, sigmas)[0] == pytest.approx(
        brute_force(values, sigmas, 1.5), abs=1e-3
    )


def test_good_values_are_weighted_by_their_precision():
    mean, error = weighted_huber([1.0, 1.1], [0.1, 0.2])
    assert mean == pytest.approx(1.02)
    assert error == pytest.approx(1 / np.sqrt(125))
    assert weighted_huber([5.0], [0.3]) == pytest.approx((5.0, 0.3))


def test_two_values_that_disagree_have_an_error_as_large_as_their_difference():
    mean, error = weighted_huber([0.0, 50.0], [0.1, 0.1])
    assert mean == pytest.approx(25)
    assert error == pytest.approx(25)


def test_three_values_have_the_mean_and_standard_error_of_textbooks():
    """Within the tuning, that is: the sample's standard deviation by the root of its size."""
    mean, error = weighted_huber([1.6, 3.0, 4.4], [1.0, 1.0, 1.0])
    assert mean == pytest.approx(3)
    assert error == pytest.approx(1.4 / np.sqrt(3))
    # Never less than what the errors themselves say.
    mean, error = weighted_huber([3.0, 3.1, 3.2], [1.0, 2.0, 4.0])
    weights = np.array([1, 1 / 4, 1 / 16])
    assert mean == pytest.approx(np.average([3.0, 3.1, 3.2], weights=weights))
    assert error == pytest.approx(1 / np.sqrt(weights.sum()))


@pytest.mark.parametrize(("tuning", "within"), [(1.0, 6), (1.5, 7)])
def test_mean_and_standard_error_with_a_wild_value_solve_hubers_equation(tuning, within):
    values = np.array([-2.0, -1.1, -0.4, 0.1, 0.5, 1.3, 1.8, 90.0])
    sigmas = np.array([1.0, 0.8, 1.2, 1.0, 0.9, 1.1, 1.0, 1.0])
    mean, error = weighted_huber(values, sigmas, tuning)

    def psi(at):
        residual = (values - at) / sigmas
        limit = tuning * max(1, 1.4826 * np.median(np.abs(residual)))
        return np.clip(residual, -limit, limit), np.abs(residual) < limit

    # Where the clipped residuals, each by its sigma, add up to nothing.
    expected = optimize.brentq(lambda at: (psi(at)[0] / sigmas).sum(), -1, 2)
    assert mean == pytest.approx(expected, abs=1e-6)
    clipped, linear = psi(expected)
    precision = sigmas**-2
    count = precision.sum() ** 2 / np.square(precision).sum()
    variance = (precision * clipped**2).sum() / (precision * linear).sum() ** 2
    assert linear.sum() == within
    assert error == pytest.approx(np.sqrt(variance * count / (count - 1)), rel=1e-5)


def test_the_weighted_median_has_half_of_the_weight_on_each_side():
    values = np.array([3.0, 1.0, 2.0, 10.0])
    assert _weighted_median(values, np.array([1.0, 1, 1, 0.5])) == 2
    assert _weighted_median(values, np.array([5.0, 1, 1, 1])) == 3
    assert _weighted_median(values, np.array([1.0, 5, 1, 1])) == 1
    assert _weighted_median(values, np.array([1.0, 1, 1, 4])) == 10


def test_no_value_has_no_mean():
    assert np.isnan(weighted_huber([], [])).all()


@pytest.mark.parametrize("tiles", [6, 16, 64])
@pytest.mark.parametrize("wild", [0.0, 0.1])
@pytest.mark.parametrize("scatter", [1.0, 2.0])
def test_z_scores_of_the_mean_have_a_standard_deviation_of_one(tiles, wild, scatter):
    random = np.random.default_rng(tiles)
    z = []
    for _ in range(1500):
        sigmas = random.lognormal(-1, 0.7, tiles)
        values = 2 + scatter * sigmas * random.normal(size=tiles)
        outlier = random.random(tiles) < wild
        values[outlier] += 30 * random.choice([-1, 1], outlier.sum())
        mean, error = weighted_huber(values, sigmas)
        z.append((mean - 2) / error)
    # Few tiles can not tell their own scatter well; none of it may be far too optimistic.
    assert 0.75 < np.std(z) < (1.45 if tiles < 10 else 1.25)


def test_one_wild_tile_with_a_tiny_error_bar_does_not_decide():
    values = np.append(np.random.default_rng(1).normal(0, 0.1, 40), 50.0)
    mean, _ = weighted_huber(values, np.append(np.full(40, 0.1), 0.01))
    assert abs(mean) < 0.5
    plain = np.average(values, weights=1 / np.append(np.full(40, 0.1), 0.01) ** 2)
    assert plain > 30


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20),
    st.floats(0.01, 100),
    st.floats(-1e3, 1e3),
)
def test_moving_and_scaling_the_values_moves_and_scales_the_mean(values, scale, shift):
    sigmas = np.linspace(0.5, 2, len(values))
    mean, error = weighted_huber(values, sigmas)
    moved, wider = weighted_huber(np.array(values) * scale + shift, sigmas * scale)
    assert moved == pytest.approx(mean * scale + shift, abs=1e-4 * scale + 1e-4)
    assert wider == pytest.approx(error * scale, rel=0.05)
    assert min(values) - 1e-6 <= mean <= max(values) + 1e-6
    assert error > 0


@pytest.mark.parametrize("seed", range(3))
def test_nmad_is_the_standard_deviation_of_normal_values_and_ignores_outliers(seed):
    values = np.random.default_rng(seed).normal(3, 2, 20_000)
    assert nmad(values) == pytest.approx(2, rel=0.03)
    values[:4000] = 1e6
    assert nmad(values) < 3
    assert np.isnan(nmad([]))


@pytest.mark.parametrize("count", [1, 2, 3, 10, 63])
def test_the_median_is_that_of_numpy(count):
    values = np.random.default_rng(count).normal(size=count)
    assert median(values) == np.median(values)
    values[count // 2] = np.nan
    assert np.isnan(median(values)) and np.isnan(median(values[:0]))


@pytest.mark.parametrize("share", [0.1, 0.25, 0.3, 0.35, 0.4, 0.45])
@pytest.mark.parametrize("count", [8, 9, 16, 25, 64])
def test_the_mean_stays_where_most_values_lie_whatever_lies_elsewhere(count, share):
    """Scenes of which a slice lies 15 m to the side, or 6 m; errors of .25 m."""
    random, off = np.random.default_rng(count), int(share * count)
    for far in (6.0, 15.0):
        for _ in range(20):
            values = random.normal(0, 0.25, count)
            values[:off] += far
            mean, sigma = weighted_huber(values, np.full(count, 0.25))
            # Up to a quarter or so Huber's psi holds it, with a pull of some errors of one value.
            pull = 0.6 if off <= 0.3 * count else 0.0
            assert abs(mean) < 4.5 * 0.25 / np.sqrt(count - off) + pull
            assert sigma < 2 * 0.25 / np.sqrt(count - off) + pull


def test_of_values_in_two_places_of_one_size_none_is_taken_for_most():
    random = np.random.default_rng(1)
    for count in (8, 16, 64):
        values = random.normal(0, 0.25, count) + np.where(np.arange(count) % 2, 15.0, 0.0)
        mean, sigma = weighted_huber(values, np.full(count, 0.25))
        assert mean == pytest.approx(7.5, abs=0.3)
        assert sigma == pytest.approx(7.5 / np.sqrt(count), rel=0.15)


def test_values_that_scatter_more_than_they_say_are_of_one_place():
    """Three times as much: an honest error and the efficiency of Huber's mean (.95 of normal)."""
    random = np.random.default_rng(2)
    found = []
    for _ in range(1500):
        sigmas = 0.25 * random.uniform(0.8, 1.25, 16)
        found.append(weighted_huber(random.normal(0, 3 * sigmas), sigmas)[0])
    best = 3 * 0.25 / np.sqrt(16)
    assert np.std(found) < 1.06 * best
