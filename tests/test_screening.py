"""What stands out is found, and nothing is found where nothing is wrong."""

import numpy as np
import pytest
from scipy import stats

from stackshift.stack import screening


def test_two_sided_and_holm():
    assert screening.two_sided([1.959964, 0]) == pytest.approx([0.05, 1], abs=1e-6)
    assert screening.holm([0.01, 0.04, np.nan, 0.03]) == pytest.approx(
        [0.03, 0.06, np.nan, 0.06], nan_ok=True
    )


def flagged(offsets, sigmas):
    return np.flatnonzero(screening.holm(screening.outliers(offsets, sigmas)) < screening.ALPHA)


def test_an_outlier_is_found_and_few_others():
    random = np.random.default_rng(0)
    false, missed = 0, 0
    for _ in range(300):
        sigmas = random.uniform(0.2, 0.6, 16)
        offsets = random.normal(0, np.hypot(sigmas, 2.0))
        false += len(flagged(offsets, sigmas))
        offsets[7] += 25
        missed += 7 not in flagged(offsets, sigmas)
    # Robust scales of 16 scenes are rough, so that a normal stack shows some.
    assert false / 300 < 0.12
    assert missed / 300 < 0.03


def test_p_values_of_outliers_are_students():
    """Deviations from the median by what scenes scatter and their own error, both by hand."""
    offsets = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 23.0])
    sigmas = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 2.0])
    # Median 3.5, median distance from it 1.5; the median of the squared errors is 0.25.
    natural = np.sqrt((1.4826 * 1.5) ** 2 - 0.25)
    assert screening.spread_beyond_errors(offsets, sigmas) == pytest.approx(natural)
    z = (offsets - 3.5) / np.sqrt(sigmas**2 + natural**2)
    expected = 2 * stats.t.sf(np.abs(z), 4)
    assert screening.outliers(offsets, sigmas) == pytest.approx(expected)
    # Errors that explain all scatter leave nothing natural.
    assert screening.spread_beyond_errors(offsets, np.full(6, 9.0)) == 0
    four = screening.outliers([0.0, 1.0, 1.0, 2.0], np.full(4, 0.1))
    z = np.array([1, 0, 0, 1]) / np.hypot(0.1, np.sqrt((1.4826 * 0.5) ** 2 - 0.01))
    assert four == pytest.approx(2 * stats.t.sf(z, 2))


def test_scenes_without_an_offset_have_no_p_value():
    p = screening.outliers([0, np.nan, 1, 0.5, 0.2], [1, np.nan, 1, 1, 1])
    assert np.isnan(p[1]) and np.isfinite(np.delete(p, 1)).all()
    assert np.isnan(screening.outliers([1, 2, 3], [1, 1, 1])).all()


def test_a_step_is_placed_and_measured_and_noise_has_none():
    random = np.random.default_rng(1)
    sigmas = np.full(20, 0.3)
    found = 0
    for _ in range(100):
        offsets = random.normal(0, 0.5, 20)
        quiet = screening.step(offsets, sigmas)
        found += quiet[3] < 0.01
        offsets[12:] += 5
        place, height, error, p = screening.step(offsets, sigmas)
        assert abs(place - 12) <= 2 and p < 1e-3
        assert height == pytest.approx(5, abs=5 * error)
    assert found <= 6
    assert screening.step(np.zeros(5), np.ones(5)) is None


@pytest.mark.parametrize(("count", "at"), [(6, 3), (7, 3), (7, 4), (9, 3), (9, 6)])
def test_the_likeliest_step_in_numbers(count, at):
    offsets = np.where(np.arange(count) < at, 1.0, 1.7)
    sigmas = np.full(count, 0.2)
    place, height, error, p = screening.step(offsets, sigmas)
    assert (place, height) == (at, pytest.approx(0.7))
    assert error == pytest.approx(0.2 * np.sqrt(1 / at + 1 / (count - at)))
    # One for each place with three scenes on either side.
    places = count - 5
    assert p == pytest.approx(places * 2 * stats.norm.sf(0.7 / error))
    # Down is negative, and a scene without an offset counts for neither side.
    with_gap = np.insert(-offsets, 1, np.nan)
    place, height, *_ = screening.step(with_gap, np.insert(sigmas, 1, np.nan))
    assert (place, height) == (at + 1, pytest.approx(-0.7))


def test_a_step_within_three_scenes_of_the_end_is_none_of_its_own():
    offsets = np.zeros(12)
    offsets[-1] = 50
    *_, p = screening.step(offsets, np.full(12, 1.0))
    assert p > 0.5
    assert screening.step(np.zeros(8), np.ones(8))[3] == 1


def test_difference_of_two_groups_in_numbers():
    value, error = screening.difference([3.0, 3.0, 3.0], [0.3] * 3, [1.0] * 4, [0.4] * 4)
    assert value == pytest.approx(2)
    assert error == pytest.approx(np.sqrt(0.09 / 3 + 0.16 / 4))
    # Scenes that differ by more than their errors count alike, whatever their errors.
    values, sigmas = np.array([0.0, 2.0, 4.0, 6.0, 8.0]), np.array([0.01, 0.4, 0.01, 0.4, 0.4])
    value, error = screening.difference(values, sigmas, [0.0], [0.0001])
    assert value == pytest.approx(4, abs=0.05)
    # Median distance 2, median squared error 0.16: (1.4826 x 2)^2 - 0.16 = 8.63.
    assert error == pytest.approx(np.sqrt(8.63 / 5), rel=0.1)
    # Two scenes cannot show what they differ by beyond their errors.
    value, error = screening.difference([1.0, 1.2], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0])
    assert (value, error) == (pytest.approx(1.1), pytest.approx(1.0))


def test_difference_of_platforms_has_an_honest_error():
    random = np.random.default_rng(4)
    z = []
    for _ in range(600):
        sigmas = [random.uniform(0.1, 1, n) for n in (14, 8)]
        groups = [m + random.normal(0, np.hypot(s, 1)) for m, s in zip((3, 1), sigmas, strict=True)]
        value, error = screening.difference(groups[0], sigmas[0], groups[1], sigmas[1])
        z.append((value - 2) / error)
    assert 0.85 < np.std(z) < 1.2
    assert abs(np.mean(z)) < 0.15


def test_plane_recovers_rotation_and_scale():
    random = np.random.default_rng(7)
    x, y = (v.ravel() for v in np.meshgrid(np.arange(8) * 3000.0, -np.arange(8) * 3000.0))
    z = []
    for _ in range(200):
        sigma = random.uniform(0.2, 0.6, 64)
        rotation, scale = 120e-6, -80e-6
        cx, cy = x - x.mean(), y - y.mean()
        east = 4 - rotation * cy + scale * cx + random.normal(0, sigma)
        north = -2 + rotation * cx + scale * cy + random.normal(0, sigma)
        fit = screening.plane(x, y, east, north, sigma, sigma)
        z.append(
            (
                (fit["rotation"] - 120) / fit["rotation_sigma"],
                (fit["scale"] + 80) / fit["scale_sigma"],
            )
        )
    assert np.std(z) == pytest.approx(1, abs=0.15)
    assert abs(np.mean(z)) < 0.15
    assert fit["rotation_p"] < 1e-6
    assert fit["edge"] == pytest.approx(np.hypot(120e-6, 80e-6) * np.hypot(cx, cy).max(), rel=0.1)


def test_plane_in_numbers():
    """On a square grid rotation, scale and offsets are independent: sigma by the radii's norm."""
    x, y = (v.ravel() for v in np.meshgrid(1000.0 * np.arange(4) + 7e5, 1000.0 * np.arange(4)))
    cx, cy = x - x.mean(), y - y.mean()
    east, north = 5 - 3e-5 * cy + 4e-5 * cx, 9 + 3e-5 * cx + 4e-5 * cy
    fit = screening.plane(x, y, east, north, np.full(16, 0.2), np.full(16, 0.2))
    assert (fit["rotation"], fit["scale"]) == (pytest.approx(30), pytest.approx(40))
    expected = 1e6 * 0.2 / np.sqrt((cx**2 + cy**2).sum())
    assert fit["rotation_sigma"] == pytest.approx(expected)
    assert fit["scale_sigma"] == pytest.approx(expected)
    for name, value in (("rotation", 30), ("scale", 40)):
        assert fit[f"{name}_p"] == pytest.approx(2 * stats.norm.sf(value / expected), rel=1e-6)
    # At the corners, 1500 m to either side.
    assert fit["edge"] == pytest.approx(5e-5 * 1500 * np.sqrt(2))


def test_a_plane_is_weighted_and_robust():
    x, y = (v.ravel() for v in np.meshgrid(1000.0 * np.arange(6), 1000.0 * np.arange(6)))
    cx, cy = x - x.mean(), y - y.mean()
    random = np.random.default_rng(2)
    sigmas = random.uniform(0.1, 0.5, (2, 36))
    east = 1e-4 * -cy + random.normal(0, 0.3 * sigmas[0])
    north = 1e-4 * cx + random.normal(0, 0.3 * sigmas[1])
    # Brute force: weighted least squares of all, as errors are small and none is clipped.
    ones, none = np.ones(36), np.zeros(36)
    design = np.array([np.r_[ones, none], np.r_[none, ones], np.r_[-cy, cx], np.r_[cx, cy]]).T
    weight = 1 / sigmas.ravel()
    expected = np.linalg.lstsq(design * weight[:, None], np.r_[east, north] * weight, rcond=None)[0]
    fit = screening.plane(x, y, east, north, *sigmas)
    assert fit["rotation"] == pytest.approx(1e6 * expected[2], rel=1e-6)
    assert fit["scale"] == pytest.approx(1e6 * expected[3], rel=1e-6)
    covariance = np.linalg.inv(design.T @ (design * weight[:, None] ** 2))
    assert fit["rotation_sigma"] == pytest.approx(1e6 * np.sqrt(covariance[2, 2]), rel=1e-6)
    assert fit["scale_sigma"] == pytest.approx(1e6 * np.sqrt(covariance[3, 3]), rel=1e-6)
    # A tile that is wrong by hundreds of errors moves it by less than one.
    east[0] += 100
    wild = screening.plane(x, y, east, north, *sigmas)
    assert abs(wild["rotation"] - fit["rotation"]) < fit["rotation_sigma"]
    # Errors three times as large as said widen the standard error by as much.
    residual = np.where(np.arange(36) % 2, 3.0, -3.0) * 0.3
    wide = screening.plane(x, y, residual, residual, np.full(36, 0.3), np.full(36, 0.3))
    narrow = screening.plane(x, y, 0 * x, 0 * x, np.full(36, 0.3), np.full(36, 0.3))
    ratio = wide["rotation_sigma"] / narrow["rotation_sigma"]
    assert ratio == pytest.approx(3 * 1.4826, rel=0.1)


def test_four_tiles_are_enough_for_a_plane():
    x, y = np.array([0.0, 1000, 0, 1000]), np.array([0.0, 0, 1000, 1000])
    fit = screening.plane(x, y, 2e-5 * x, 2e-5 * y, np.ones(4), np.ones(4))
    assert (fit["rotation"], fit["scale"]) == (pytest.approx(0, abs=1e-6), pytest.approx(20))


def test_a_scene_that_is_only_shifted_is_not_rotated():
    random = np.random.default_rng(8)
    x, y = (v.ravel() for v in np.meshgrid(np.arange(8) * 3000.0, np.arange(8) * 3000.0))
    sigma = np.full(64, 0.3)
    p = []
    for _ in range(300):
        east, north = 20 + random.normal(0, 0.3, 64), random.normal(0, 0.3, 64)
        p.append(screening.plane(x, y, east, north, sigma, sigma)["rotation_p"])
    assert stats.kstest(p, "uniform").pvalue > 1e-3
    assert screening.plane(x[:3], y[:3], x[:3], y[:3], sigma[:3], sigma[:3]) is None
