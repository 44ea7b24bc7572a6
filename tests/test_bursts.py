"""Real bursts of OPERA: dates agree, what is displaced is found, and nothing is matched at sea."""

import itertools

import numpy as np
import pytest
from makers import displaced
from twotiles import burst, real

from stackshift.tile import coherence, match


@real
def test_neighbouring_dates_of_a_real_land_burst_agree():
    scenes = burst("land")
    found = [coherence.match(newer, older) for older, newer in itertools.pairwise(scenes)]
    assert all(one.status == match.OK for one in found)
    assert np.sqrt(np.mean(np.square([one.shift for one in found]))) < 0.03
    assert np.median([one.sigma for one in found]) < 0.015


@real
@pytest.mark.parametrize("polarization", ["VV", "VH"])
def test_nothing_is_matched_at_sea(polarization):
    scenes = burst("sea", polarization)
    for i, first in enumerate(scenes):
        for second in scenes[i + 1 :]:
            assert coherence.match(first, second).status == match.NO_MATCH


@real
@pytest.mark.parametrize(
    "displacement",
    [(0.1, 0), (0, -0.1), (-0.3, 0.2), (0.5, -0.5), (1.2, -0.7), (-2.5, 3.5), (5, -5), (-4.9, 0.3)],
)
def test_a_real_scene_displaced_by_a_known_amount(displacement):
    scenes = burst("land")
    for i in (0, 7, 14):
        before = coherence.match(scenes[i], scenes[i + 1])
        # Mirrored edges, so that nothing comes in from the other side.
        padded = np.pad(np.log(scenes[i + 1]), 40, mode="reflect")
        moved = np.exp(displaced(padded, *displacement))[40:-40, 40:-40]
        after = coherence.match(scenes[i], moved)
        assert after.status == match.OK
        recovered = np.subtract(before.shift, after.shift)
        assert (np.abs(recovered - displacement) < 3 * np.array(after.sigma)).all()
