"""Bad scenes begin nothing, each is told, and a new level is watched while it is learnt."""

import numpy as np
import pytest

from stackshift.stack import sequential

SIGMA = 0.4


def series(seed, count, **bumps):
    """Scenes that scatter by their errors, (count, 2) metres; ``e25=60`` moves the 25th east."""
    offsets = np.random.default_rng(seed).normal(0, SIGMA, (count, 2))
    for name, metres in bumps.items():
        offsets[int(name[1:]), 0] += metres
    return offsets


def alerts_of(offsets, run_length=1000):
    found = sequential.watch(offsets, np.full(offsets.shape, SIGMA), run_length, 10).alerts
    return [one for one in found if one.axis == 0]


@pytest.mark.parametrize(("places", "off"), [((25,), 60), ((25, 27, 29), 60), ((25, 28, 31), 3)])
def test_bad_scenes_with_good_ones_between_are_no_change_and_each_is_told(places, off):
    """Half of the sum for an alarm was left of each: of three in a row 98 % told a change."""
    changes = untold = 0
    for seed in range(100):
        alerts = alerts_of(series(seed, places[-1] + 12, **{f"e{i}": off for i in places}))
        own = [one for one in alerts if one.kind == sequential.CHANGE]
        changes += bool(own)
        assert all(one.scenes >= 2 for one in own)
        untold += not {i for one in alerts for i in one.rests_on}.issuperset(places)
    # One series in 150 has a false alarm of a change along this axis.
    assert changes <= 4
    # Of 3 m some lie within the limit, which is 3.66 standard errors of a scene from ten.
    assert untold <= (0 if off == 60 else 100 * 0.02 * len(places))


def test_nothing_is_left_of_a_bad_scene():
    bad = series(3, 40, e25=-60, e28=60)
    sigmas = np.full(bad.shape, SIGMA)
    good = np.delete(bad, [25, 28], axis=0)
    found = sequential.watch(bad, sigmas, 1000, 10)
    expected = sequential.watch(good, sigmas[2:], 1000, 10)
    for name in ("deviates", "up", "down"):
        kept = np.delete(getattr(found, name)[:, 0], [25, 28])
        np.testing.assert_allclose(kept, getattr(expected, name)[:, 0], rtol=1e-12)


@pytest.mark.parametrize("step", [10, 60])
def test_a_large_step_has_no_part_in_good_scenes_before_it(step):
    """One in thirty was told as two thirds of it, from a good scene on."""
    for seed in range(100):
        offsets = series(seed, 27)
        offsets[25:, 0] += step
        change = alerts_of(offsets)[-1]
        assert change.rests_on == (25, 26)
        assert change.metres == pytest.approx(step, abs=5 * SIGMA * np.sqrt(1 / 2 + 1 / 25))


def test_a_change_does_not_rest_on_a_bad_scene_in_its_midst():
    """Nor is that one left untold."""
    for seed in range(40):
        offsets = series(seed, 40, e27=-60)
        offsets[25:, 0] += 3
        alerts = alerts_of(offsets)
        (change,) = (one for one in alerts if one.kind == sequential.CHANGE and one.at >= 25)
        assert change.metres == pytest.approx(3, abs=1.5)
        assert any(one.kind == sequential.SCENE and one.at == 27 for one in alerts) or (
            27 not in change.rests_on and change.at < 27
        )


@pytest.mark.parametrize("metres", [-60, 60])
def test_a_bad_scene_behind_a_change_is_told_while_its_level_is_learnt(metres):
    for seed in range(40):
        offsets = series(seed, 32, e28=metres)
        offsets[25:, 0] += 60
        first, change, bad = alerts_of(offsets)
        assert (first.kind, first.at) == (sequential.SCENE, 25)
        assert (change.kind, change.since, change.at) == (sequential.CHANGE, 25, 26)
        assert (bad.kind, bad.at) == (sequential.SCENE, 28)
        # From the two that told it, and by its own error.
        assert bad.metres == pytest.approx(metres, abs=4 * SIGMA * np.sqrt(1.5))
        assert bad.sigma == pytest.approx(SIGMA * np.sqrt(1.5), rel=0.5)


def test_scenes_that_return_are_a_change_and_no_part_of_the_new_level():
    for seed in range(40):
        changes = [one for one in alerts_of(series(seed, 45, e25=60, e26=60)) if one.scenes > 1]
        there, back = changes[:2]
        assert (there.since, there.at, back.since, back.at) == (25, 26, 27, 28)
        assert back.metres == pytest.approx(-60, abs=4 * SIGMA)
        assert len(changes) <= 3


def test_a_drift_too_fast_for_two_scenes_to_lie_beside_each_other_is_a_change():
    offsets = series(1, 33)
    offsets[25:, 0] += 8 * np.arange(1, 9)
    change = next(one for one in alerts_of(offsets) if one.kind == sequential.CHANGE)
    assert change.at == 27 and change.scenes >= 2
