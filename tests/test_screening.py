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


def false_alarms(found, count, natural=0.0, wide=1.0, off=0.0, stacks=600):
    """In how many stacks of scenes that only scatter something is found."""
    random = np.random.default_rng([count, int(10 * natural), int(10 * wide), int(off)])
    number = 0
    for _ in range(stacks):
        sigmas = random.uniform(0.2, 0.6, count)
        offsets = random.normal(0, np.hypot(wide * sigmas, natural), (2, count))
        odd = random.integers(count)
        offsets[:, odd] += off
        number += bool(found(offsets, sigmas, odd))
    return number


def between(number, trials, nominal):
    """Whether a rate is within a factor of 1.5 of its nominal value, or so by chance (1 in 500)."""
    return (
        stats.binom.ppf(0.002, trials, nominal / 1.5)
        <= number
        <= stats.binom.ppf(0.998, trials, nominal * 1.5)
    )


def flagged(offsets, sigmas):
    return np.flatnonzero(screening.holm(screening.outliers(offsets, sigmas)) < screening.ALPHA)


def others_flagged(offsets, sigmas, odd):
    p = np.concatenate([screening.outliers(axis, sigmas) for axis in offsets])
    significant = screening.holm(p).reshape(2, -1).min(axis=0) < screening.ALPHA
    return significant.sum() > significant[odd]


@pytest.mark.parametrize("count", [6, 12, 40])
@pytest.mark.parametrize(("natural", "wide", "off"), [(0, 1, 0), (2, 1, 60), (0, 2, 0)])
def test_other_scenes_are_not_called_outliers_more_often_than_said(count, natural, wide, off):
    number = false_alarms(others_flagged, count, natural, wide, off, stacks=150)
    assert number <= stats.binom.ppf(0.998, 150, 1.5 * screening.ALPHA)


def test_outliers_are_found_by_chance_as_often_as_said():
    def some_flagged(offsets, sigmas, odd):
        return others_flagged(offsets, sigmas, odd) or others_flagged(offsets, sigmas, odd - 1)

    assert between(false_alarms(some_flagged, 12, stacks=700), 700, screening.ALPHA)


def test_outliers_are_found_though_there_are_several():
    random = np.random.default_rng(0)
    missed = 0
    for _ in range(100):
        sigmas = random.uniform(0.2, 0.6, 16)
        offsets = random.normal(0, np.hypot(sigmas, 2.0))
        offsets[[7, 9]] += 25
        missed += not {7, 9} <= set(flagged(offsets, sigmas))
    assert missed <= 3


def test_p_values_of_outliers_are_students():
    """A scene against the mean and the scatter of the others, by hand."""
    offsets, sigmas = np.array([1.0, 2.0, 3.0, 4.0, 5.5]), np.full(5, 0.5)
    for i, p in enumerate(screening.outliers(offsets, sigmas)):
        others = np.delete(offsets, i)
        t = (offsets[i] - others.mean()) / (others.std(ddof=1) * np.sqrt(1 + 1 / 4))
        assert p == pytest.approx(2 * stats.t.sf(abs(t), 3))
    # One that clearly stands out is left out of what the others are compared with.
    found = screening.outliers([*offsets, 900.0], np.full(6, 0.5))
    assert found[:5] == pytest.approx(screening.outliers(offsets, sigmas))
    assert found[5] < 1e-6
    # A scene with a large error may lie off by as much, where errors explain the scatter.
    offsets = np.array([0.1, -0.2, 0.3, -0.1, 0.2, -0.3, 4.0])
    sigmas = np.array([0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 2.0])
    assert screening.outliers(offsets, sigmas)[6] > 0.05
    assert screening.outliers(offsets, np.full(7, 0.2))[6] < 1e-4


def test_scenes_without_an_offset_have_no_p_value():
    p = screening.outliers([0, np.nan, 1, 0.5, 0.2], [1, np.nan, 1, 1, 1])
    assert np.isnan(p[1]) and np.isfinite(np.delete(p, 1)).all()
    assert np.isnan(screening.outliers([1, 2, 3], [1, 1, 1])).all()


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
