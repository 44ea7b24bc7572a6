"""Detail finer than a pixel: averages over displaced boxes are an exact truth."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from makers import displaced
from scipy import optimize
from twotiles import burst, ideal, real

from stackshift.simulate import simulation
from stackshift.stack import alignment, others
from stackshift.tile import (
    aliasing,
    coherence,
    folding,
    frequencies,
    match,
    nyquist,
    refinement,
    scaled,
)

AROUND = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]


def boxes(image, size, start):
    """Averages over boxes of size x size pixels from a first pixel on."""
    image = image[start[0] :, start[1] :]
    rows, columns = (n // size for n in image.shape)
    part = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return part.mean(axis=(1, 3)).astype(np.float32)


def box_pair(first, second, size, steps):
    """Averages of two fine images, the content of the second displaced by steps fine pixels."""
    steps = np.array(steps)
    tiles = boxes(first, size, np.maximum(steps, 0)), boxes(second, size, np.maximum(-steps, 0))
    rows, columns = np.minimum(tiles[0].shape, tiles[1].shape)
    return [tile[:rows, :columns] for tile in tiles]


def gain_and_z(found):
    """Slope of the found against the true displacement, rms of error over standard error, rms."""
    truth, shift, sigma = (np.array(part) for part in zip(*found, strict=True))
    error = -shift - truth
    gain = (-shift * truth).sum() / max((truth**2).sum(), 1e-9)
    return gain, np.sqrt(np.mean((error / sigma) ** 2)), np.sqrt(np.mean(error**2))


@pytest.mark.parametrize(
    ("scenario", "size", "steps"),
    [
        ("urban", 3, [(1, 0), (0, 1), (1, 1)]),
        ("urban", 4, [(1, 1)]),
        ("urban", 4, [(2, 1), (1, 2)]),
        ("mountains", 3, [(1, 0), (0, 1), (1, 1)]),
    ],
)
def test_fine_ground_in_displaced_boxes(scenario, size, steps):
    """With all frequencies and no correction gains were 0.89 to 0.96 and z 1.5 to 3."""
    found, looks, pixels = [], 15, 96
    for trial in range(60):
        random = np.random.default_rng((trial, 5))
        if trial % 6 == 0:
            ground = simulation.ground(((pixels + 1) * size,) * 2, trial, 1, scenario)
        step = np.array(steps[trial % len(steps)]) * random.choice([-1, 1], 2)
        # The speckle of a date is drawn before it is averaged.
        one, two = (
            ground * random.standard_gamma(looks / size**2, ground.shape, np.float32) for _ in "ab"
        )
        tile = coherence.match(*box_pair(one, two, size, step))
        assert tile.status == match.OK
        found.append((step / size, tile.shift, tile.sigma))
    gain, z, _ = gain_and_z(found)
    assert 0.955 < gain < 1.03
    assert 0.8 < z < 1.2


def smooth(pixels, seed, slope=3.0):
    """Ground whose power falls with the frequency to a power, and ends beyond no tile."""
    noise = np.fft.rfft2(np.random.default_rng(seed).standard_normal((pixels, pixels)))
    rows, columns = np.fft.fftfreq(pixels)[:, None], np.fft.rfftfreq(pixels)[None]
    noise *= (rows**2 + columns**2 + 600.0**-2) ** (-slope / 4)
    values = np.fft.irfft2(noise, (pixels, pixels))
    return np.exp(0.8 * values / values.std()).astype(np.float32)


@pytest.mark.parametrize("looks", [15, 60])
def test_smooth_ground_in_displaced_boxes_is_not_pulled_by_the_window(looks):
    """With one window in one place gains were 0.95, z 1.3 and 1.7, and errors up to twice these."""
    found, size, pixels = [], 4, 128
    for trial in range(48):
        random = np.random.default_rng((trial, 7))
        if trial % 6 == 0:
            ground = smooth((pixels + 1) * size, trial)
        step = np.array([(2, 1), (1, 2)][trial % 2]) * random.choice([-1, 1], 2)
        one, two = (
            ground * random.standard_gamma(looks / size**2, ground.shape, np.float32) for _ in "ab"
        )
        tile = coherence.match(*box_pair(one, two, size, step))
        found.append((step / size, tile.shift, tile.sigma))
    gain, z, rms = gain_and_z(found)
    assert 0.98 < gain < 1.02
    assert 0.85 < z < 1.2
    assert rms < (0.024 if looks == 15 else 0.012)


@real
@pytest.mark.parametrize("polarization", ["VV", "VH"])
def test_a_real_scene_in_displaced_boxes(polarization):
    """With all frequencies and no correction gains were 0.87 and 0.91, z 1.99 and 1.49."""
    found = []
    for older, newer in itertools.pairwise(burst("land", polarization)):
        for step in AROUND:
            tile = coherence.match(*box_pair(older, newer, 3, step))
            if tile.shift:
                found.append((np.array(step) / 3, tile.shift, tile.sigma))
    assert len(found) > 0.9 * 160
    gain, z, rms = gain_and_z(found)
    # Of one ground: another has other gains by about .03.
    assert 0.965 < gain < 1.04
    assert 0.85 < z < 1.2
    # 0.046 and 0.037 before.
    assert rms < 0.030


@real
@pytest.mark.parametrize(("polarization", "limit"), [("VV", 0.0128), ("VH", 0.0145)])
def test_small_shifts_of_real_scenes_stay_as_accurate(polarization, limit):
    """The lower frequencies alone, which hardly alias, give 0.025 pixel in both."""
    found = []
    for older, newer in itertools.pairwise(burst("land", polarization)):
        tile = coherence.match(older, newer)
        found.append((np.zeros(2), tile.shift, tile.sigma))
    _, z, rms = gain_and_z(found)
    assert rms < limit
    assert 0.8 < z < 1.2


@real
def test_what_was_moved_back_by_interpolation_still_turns_as_it_was_displaced():
    """Interpolation moves what is folded with the rest, so its phase tells of before."""
    scenes, found, truth = burst("land"), [], (0.33, -0.2)
    for older, newer in itertools.pairwise(scenes):
        padded = np.pad(np.log(newer), 40, mode="reflect")
        there = np.exp(displaced(padded, *truth))[40:-40, 40:-40]
        tile = coherence.match(older, there, moved=(-truth[0], -truth[1]))
        still = coherence.match(older, newer)
        assert np.add(tile.shift, truth) == pytest.approx(still.shift, abs=0.02)
        assert tile.sigma == pytest.approx(still.sigma, rel=0.25)
        found.append((np.array(truth), tile.shift, tile.sigma))
    gain, z, _ = gain_and_z(found)
    assert 0.98 < gain < 1.02
    assert 0.8 < z < 1.2


def test_ground_that_ends_before_nyquist_has_nothing_folded(monkeypatch):
    shares = []
    level = nyquist.level
    monkeypatch.setattr(
        aliasing, "level", lambda *given: shares.append(level(*given)) or shares[-1]
    )
    ground = simulation.ground((192, 192), 1, scenario="urban")
    for trial in range(8):
        random = np.random.default_rng((trial, 6))
        truth = random.uniform(0.2, 0.4, 2)
        tiles = [
            simulation.observe(ground, at, 5, random)[16:-16, 16:-16] for at in ((0, 0), truth)
        ]
        found = coherence.match(*tiles)
        monkeypatch.setattr(coherence.aliasing, "without_pull", lambda *g: (g[2], g[3], ALONE * 0))
        plain = coherence.match(*tiles)
        monkeypatch.undo()
        monkeypatch.setattr(
            aliasing, "level", lambda *given: shares.append(level(*given)) or shares[-1]
        )
        assert found.shift == pytest.approx(plain.shift, abs=0.003)
        assert found.sigma == pytest.approx(plain.sigma, rel=0.05)
    assert shares and max(shares) < 0.15


def test_what_is_folded_is_the_power_beyond_nyquist():
    rows, columns = np.array([0.3, 1.5, 2.8]), np.array([0.1, 2.0, 0.4])

    def power(k, m):
        response = np.sin(k / 2) / (k / 2) * np.sin(m / 2) / (m / 2)
        return response**2 * np.hypot(k, m) ** -1.7

    given = folding.folding(rows, columns)
    expected = power(rows - 2 * np.pi, columns) / power(rows, columns)
    np.testing.assert_allclose(given.folded(1.7), expected)
    np.testing.assert_allclose(given.boxes * np.hypot(rows, columns) ** -1.7, power(rows, columns))
    # At Nyquist there is as much of the one as of the other.
    assert folding.folding(np.array([np.pi]), np.array([0.5])).folded(2.5) == pytest.approx(1)


ALONE = np.ones(2)


def folded_spectra(slope, truth, cutoff=0.98, share=1.0, members=((0.0, 0.0),)):
    """Spectra without noise of ground of a power law, averaged over displaced boxes.

    The reference is the mean of members that were moved back by what they were displaced.
    """
    given = ideal((0, 0), shape=(200, 200), cutoff=cutoff)
    full = frequencies.band((200, 200), 1.0, 16)
    rows, columns = full.rows, full.columns
    total = np.zeros(full.bin.shape, complex)
    for up, right in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]:
        k, m = rows + 2 * np.pi * up, columns + 2 * np.pi * right
        with np.errstate(divide="ignore", invalid="ignore"):
            power = (np.sinc(k / 2 / np.pi) * np.sinc(m / 2 / np.pi)) ** 2
            power = power * np.hypot(k, m) ** -slope * (share if up or right else 1)
        # Moved back at the frequency where it appears, by less than it is turned.
        turn = np.exp(2j * np.pi * (up * np.array(members)[:, 0] + right * np.array(members)[:, 1]))
        phase = np.exp(-1j * (k * truth[0] + m * truth[1])) * turn.mean()
        total += np.nan_to_num(power, posinf=0) * phase
    wide = frequencies.low_part(total, given.band.grid)
    one = np.where(given.band.bin < 16, 1, 0).astype(complex)
    size = frequencies.radial_sum(np.abs(wide), given.band) / given.band.counts
    none = np.empty((200, 0), complex)
    whole = (frequencies.Spectrum(values, none) for values in (np.ones_like(total), total))
    return replace(
        given, reference=one, secondary=one * wide, powers=(size, size), full=tuple(whole)
    )


@pytest.mark.parametrize("slope", [1.0, 2.0, 3.0])
def test_slope_and_level_of_the_ground_are_found_from_what_is_seen(slope):
    given = folded_spectra(slope, (0.0, 0.0))
    found, level = aliasing.power_law(given, np.full(16, 0.5))
    assert found == pytest.approx(slope, abs=0.15)
    # Coherence times power is the common power.
    assert level == pytest.approx(np.log(0.5), abs=0.1)
    assert aliasing.power_law(given, np.full(16, 0.04)) is None


# A scene; a mean of one half that was moved back by a third of a pixel; one of opposite detail.
MEANS = [[(0.0, 0.0)], [(0.0, 0.0), (1 / 3, -1 / 3)], [(0.0, 0.0), (0.5, 0.5), (0.5, 0.0)]]


@pytest.mark.parametrize("members", MEANS)
@pytest.mark.parametrize("truth", [(0.1, -0.3), (0.33, 0.45)])
@pytest.mark.parametrize("cutoff", [0.6, 0.98])
@pytest.mark.parametrize("slope", [1.5, 3.0])
def test_the_pull_is_that_of_the_correlation(members, truth, cutoff, slope):
    """Against the maximum of the weighted correlation of folded spectra, found by brute force."""
    given = folded_spectra(slope, truth, cutoff, members=members)
    flat = np.full(16, 0.5)
    power = given.powers[0]
    weight = frequencies.by_bin(1 / power, given.band) * given.band.multiplicity

    def correlation(at):
        phase = given.band.rows * at[0] + given.band.columns * at[1]
        return -(weight * (given.secondary * np.exp(1j * phase)).real).sum()

    seen = optimize.minimize(correlation, truth, method="Nelder-Mead", options={"xatol": 1e-4}).x
    short = np.array(truth) - seen
    mean = others.folded_in({str(i): place for i, place in enumerate(members)}, {})
    pull, change = aliasing.pulled(given, flat, seen, np.conj(mean), slope, 1.0)
    # Exact but for what is of second order in what is folded.
    assert pull == pytest.approx(short, abs=0.02 + 0.1 * np.abs(short).max())
    if len(members) == 1:
        assert (np.sign(change) == np.sign(np.cos(2 * np.pi * np.array(truth)))).all()
    nothing, _ = aliasing.pulled(given, flat, seen, ALONE, slope, 0.0)
    assert nothing == pytest.approx([0, 0])


def test_what_is_folded_scatters_from_ground_to_ground_as_much_as_it_should():
    """Sums of folded waves of random phase, without any noise, measured by brute force."""
    errors, truth = [], np.array([0.5, 0.25])
    given = ideal((0, 0), shape=(64, 64), bins=16)
    band = given.band
    places = np.broadcast_arrays(np.abs(band.rows), band.columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [
            np.sqrt(np.nan_to_num(folding.folding(*at).folded(2.0)))
            for at in (places, places[::-1])
        ]
    turns = (
        np.exp(2j * np.pi * np.where(band.rows < 0, -1, 1) * truth[0]),
        np.exp(2j * np.pi * truth[1]),
    )
    for seed in range(80):
        parts = np.random.default_rng(seed).normal(size=(3, 2, *band.bin.shape))
        own, down, right = parts[:, 0] + 1j * parts[:, 1]
        down, right = down * shares[0], right * shares[1]
        moved = own + down * turns[0] + right * turns[1]
        moved = moved * np.exp(-1j * (band.rows * truth[0] + band.columns * truth[1]))
        cross = np.where(band.bin < 16, np.conj(own + down + right) * moved, 0) * band.multiplicity
        turned = refinement.shifted(cross.astype(np.complex64), truth, band)
        slopes = refinement.derivatives(turned, band)
        errors.append(np.linalg.solve(slopes[1], -slopes[0]))
    expected = aliasing.scattered(given, np.full(16, 0.7), truth, ALONE, 2.0)
    assert np.std(errors, axis=0) == pytest.approx(expected, rel=0.2)


def test_the_phase_near_nyquist_speaks_for_and_against():
    truth, law = np.array([0.3, -0.3]), (1.5, 0.0)
    for share, sign in ((1.0, -1), (0.0, 1)):
        given = folded_spectra(1.5, truth, share=share)
        pull, _ = aliasing.pulled(given, np.full(16, 0.5), truth, ALONE, 1.5, 1.0)
        near = nyquist.near_nyquist(given, truth - pull if share else truth)
        turns = aliasing.turned(truth if share else truth + pull, ALONE)
        doubt = nyquist.against(near, turns, pull, law, 1.0)
        assert sign * doubt > 3
        assert (
            nyquist.level(near, aliasing.turned(truth, ALONE), law) == pytest.approx(1, abs=0.2)
            or not share
        )


@pytest.mark.parametrize("looks", [15, 60])
def test_a_mean_of_scenes_moved_by_different_fractions_pulls_as_their_mean_does(looks):
    """As after a step of a third of a pixel: taken for a scene it made the step a tenth too short.

    Gains were 0.88 and 0.90, z 4 and 6.
    """
    found, size, pixels = [], 3, 96
    for trial in range(20):
        random = np.random.default_rng((trial, 9))
        ground = simulation.ground(((pixels + 2) * size,) * 2, trial, 1, "urban")
        step = random.choice([-1, 1], 2)

        def scene(steps, ground=ground, random=random):
            speckle = random.standard_gamma(looks / size**2, ground.shape, np.float32)
            image = boxes(ground * speckle, size, size - np.array(steps))[:pixels, :pixels]
            return scaled.transformed(image, "log")

        places = {f"s{i}": tuple(step / size) if i > 2 else (0.0, 0.0) for i in range(8)}
        tiles = {name: scene(step if any(at) else (0, 0)) for name, at in places.items()}
        weight = dict.fromkeys(places, 1.0)
        mean = alignment.formed(tiles, places, weight)[0].mean()
        options = {"folded": others.folded_in(places, weight)}
        here, there = (coherence.match(mean, scene(at), **options) for at in ((0, 0), step))
        shift = np.subtract(there.shift, here.shift)
        found.append((step / size, shift, np.hypot(there.sigma, here.sigma)))
    gain, z, _ = gain_and_z(found)
    assert 0.955 < gain < 1.03
    assert 0.8 < z < 1.4
