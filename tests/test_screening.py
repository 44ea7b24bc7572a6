"""What stands out is found, and nothing is found where nothing is wrong."""

import numpy as np
import pytest
from scipy import stats

from stackshift import screening


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
