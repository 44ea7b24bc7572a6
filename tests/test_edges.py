"""Ground that ends or has edges of one direction: it does not pull, or is refused."""

import numpy as np
import pytest
from makers import displaced
from twotiles import pair

from stackshift.simulate import simulation
from stackshift.tile import coherence, match


def ridges(shape, displacement, direction, clutter, random):
    """Logarithm of ground whose edges have one direction (radians from the rows' axis) but for a
    clutter without one, displaced exactly as it is a sum of waves."""
    row, column = np.indices(shape, float)
    row, column = row - displacement[0], column - displacement[1]
    log = np.zeros(shape)
    for towards, contrast, count in ((direction, 0.5, 24), (None, clutter, 120)):
        if not contrast:
            continue
        frequency = random.uniform(0.02, 0.2, count)
        angle = random.uniform(0, np.pi, count) if towards is None else np.full(count, towards)
        k = 2 * np.pi * frequency * [np.cos(angle), np.sin(angle)]
        size = random.normal(size=count) * contrast * np.sqrt(2 / count)
        phase = random.uniform(0, 2 * np.pi, count)
        for i in range(count):
            log += size[i] * np.cos(k[0, i] * row + k[1, i] * column + phase[i])
    return log


def ridge_pair(seed, clutter, size=96, looks=5):
    random = np.random.default_rng((seed, 8))
    truth, direction = random.uniform(-0.5, 0.5, 2), random.uniform(0.4, 1.2)
    tiles = [
        np.exp(ridges((size, size), at, direction, clutter, np.random.default_rng(seed)))
        * random.gamma(looks, 1 / looks, (size, size))
        for at in ((0, 0), truth)
    ]
    return *tiles, truth


def test_ground_with_one_direction_is_refused_as_it_says_nothing_along_it():
    """With the scatter of the scores of each axis alone some of these pass."""
    for seed in range(40):
        reference, secondary, _ = ridge_pair(seed, 0.04)
        assert coherence.match(reference, secondary, min_psr=5).status != match.OK


def test_ground_with_a_main_direction_has_a_covariance_that_its_errors_confirm():
    z, both, correlations = [], [], []
    for seed in range(40):
        reference, secondary, truth = ridge_pair(seed, 0.1)
        found = coherence.match(reference, secondary, max_sigma=1.0, min_psr=5)
        assert found.status == match.OK
        error = -np.array(found.shift) - truth
        covariance = np.array(found.covariance)
        assert np.sqrt(np.diag(covariance)) == pytest.approx(found.sigma)
        z.append(error / found.sigma)
        both.append(error @ np.linalg.solve(covariance, error))
        correlations.append(covariance[0, 1] / np.prod(found.sigma))
    # What 80 values give in 99.9 of 100 cases, but that two of a tile are not independent.
    assert 0.75 < np.sqrt(np.mean(np.square(z))) < 1.25
    assert 0.75 < np.sqrt(np.mean(both) / 2) < 1.25
    assert np.median(correlations) < -0.6


def coast(angle, texture, seed, pixels=128):
    """Two dates of land of some texture (log) beside sea that is 13 dB darker, and the truth."""
    random, size = np.random.default_rng((seed, 3)), pixels + 64
    ground = np.random.default_rng((seed // 3, 4))
    row, column = np.indices((size, size)) - size / 2
    sea = 1 / (1 + np.exp((np.cos(angle) * column + np.sin(angle) * row) / 2 + ground.normal() * 5))
    rows, columns = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    radius = 2 * np.pi * np.hypot(rows, columns)
    noise = np.fft.rfft2(ground.standard_normal(row.shape))
    land = np.fft.irfft2(noise * (radius + 0.1) ** -1.2 * np.exp(-0.5 * radius**2), row.shape)
    log = texture * land / land.std() * (1 - sea) - 3 * sea
    truth = random.uniform(-0.5, 0.5, 2)
    tiles = [
        np.exp(displaced(log, *at)) * random.standard_gamma(5, row.shape) / 5
        for at in ((0.0, 0.0), truth)
    ]
    return [tile[32:-32, 32:-32].astype(np.float32) for tile in tiles], truth


@pytest.mark.parametrize("angle", [0.0, 0.4, 0.785])
def test_a_straight_coast_of_even_land_says_nothing_along_it(angle):
    """What ends at the tile's edges said that it is not displaced, with a sigma of .07."""
    for seed in range(12):
        tiles, _ = coast(angle, 0.0, seed)
        assert coherence.match(*tiles).status in (match.LOW_QUALITY, match.NO_MATCH)


@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_a_straight_coast_is_measured_by_its_land(angle):
    """The gain along the coast was 0.6 to 0.7, z 2.0 to 2.4."""
    found = [
        (coherence.match(*tiles), truth)
        for tiles, truth in (coast(angle, 0.4, s) for s in range(40))
    ]
    z = [(-np.array(one.shift) - truth) / one.sigma for one, truth in found if one.shift]
    assert len(z) > 30
    assert 0.75 < np.sqrt(np.mean(np.square(z))) < 1.3
    pairs = np.array([(-one.shift[0], truth[0]) for one, truth in found if one.shift])
    assert 0.85 < (pairs[:, 0] * pairs[:, 1]).sum() / (pairs[:, 1] ** 2).sum() < 1.15


def test_water_is_refused():
    random = np.random.default_rng(11)
    for _ in range(150):
        tiles = [random.standard_gamma(5, (128, 128), np.float32) for _ in "ab"]
        found = coherence.match(*tiles)
        assert found.status == match.NO_MATCH
        assert "nothing to match" in found.message


def test_a_coastline_of_no_data_is_not_matched_instead_of_the_water():
    random = np.random.default_rng(12)
    valid = simulation.wedge((160, 160), 0.4)
    for _ in range(40):
        tiles = [random.standard_gamma(5, (160, 160), np.float32) for _ in "ab"]
        for tile in tiles:
            tile[~valid] = np.nan
        assert coherence.match(*tiles).status == match.NO_MATCH


@pytest.mark.parametrize("share", [0.08, 0.3, 0.6])
@pytest.mark.parametrize("moving", [0, 20])
def test_wedges_fixed_or_moving_do_not_pull(share, moving):
    errors = []
    for trial in range(10):
        reference, secondary = pair((200, 200), (0.45, -0.45), trial, looks=5)
        valid = simulation.wedge((200, 200), share)
        reference[~valid] = np.nan
        secondary[~np.roll(valid, -moving, axis=1)] = np.nan
        found = coherence.match(reference, secondary)
        assert found.status == match.OK
        errors.append(-np.array(found.shift) - (0.45, -0.45))
    assert np.abs(np.mean(errors, axis=0)).max() < 0.03


@pytest.mark.parametrize("transform", ["log", "amplitude"])
def test_a_border_of_tiny_power_fixed_in_the_frame_does_not_pull(transform):
    border = ~simulation.wedge((120, 120), 0.3)
    for seed in range(6):
        tiles = pair((120, 120), (0.45, -0.45), seed)
        for tile in tiles:
            tile[border] = 1e-30
        found = coherence.match(*tiles, transform=transform)
        for tile in tiles:
            tile[border] = np.nan
        assert found == coherence.match(*tiles, transform=transform)
        error = np.abs(-np.array(found.shift) - (0.45, -0.45))
        assert (error < 4 * np.array(found.sigma)).all()
