"""What a pair's shift leaves over the offsets of its scenes, and its error."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from stackshift.stack import columns as c
from stackshift.stack import residuals


@pytest.mark.parametrize("shared", [1.0, 0.5])
@pytest.mark.parametrize(("pair", "scene"), [(0.5, 0.1), (0.5, 0.3), (0.2, 2.0)])
def test_what_is_left_of_a_pair_is_not_more_than_its_error_says(pair, scene, shared):
    """Of the better one's variance the worse one has all, or, as the ground changes, a half."""
    random = np.random.default_rng(4)
    theirs = np.sqrt(2) * scene
    better, worse = sorted((pair, theirs))
    common, own, more = random.normal(0, 1, (3, 4000, 2))
    good = better * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    bad = better * np.sqrt(shared) * common + np.sqrt(worse**2 - shared * better**2) * more
    by_pair, by_scenes = (bad, good) if pair > theirs else (good, bad)
    names = [f"s{i}" for i in range(8000)]
    pairs = pd.DataFrame({c.REFERENCE: names[::2], c.SECONDARY: names[1::2]})
    pairs[[c.SHIFT_X, c.SHIFT_Y]] = by_pair
    pairs[c.SIGMA_X] = pairs[c.SIGMA_Y] = pair
    table = pd.DataFrame({c.SCENE: names})
    table[[c.OFFSET_EAST, c.OFFSET_NORTH]] = 0.0
    table.loc[::2, [c.OFFSET_EAST, c.OFFSET_NORTH]] = by_scenes
    shown = SimpleNamespace(names=names, errors=np.full((8000, 2), scene))
    found = residuals.pair_residuals(pairs, table, shown)
    expected = np.sqrt(1 + (1 - 2 * shared) * (better / worse) ** 2)
    assert expected <= 1
    for z in (c.Z_X, c.Z_Y):
        assert np.sqrt(np.mean(found[z] ** 2)) == pytest.approx(expected, abs=0.04)


def test_what_is_left_of_a_scene_is_the_rms_along_one_axis_of_its_pairs():
    pairs = pd.DataFrame({c.REFERENCE: ["c", "b"], c.SECONDARY: ["b", "a"]})
    pairs[c.RESIDUAL_X], pairs[c.RESIDUAL_Y] = [1.0, 0.0], [-1.0, 2.0]
    table = pd.DataFrame({c.SCENE: ["c", "b", "a", "alone"]})
    found = residuals.with_residuals(table, pairs)[c.RESIDUAL].to_numpy()
    # Of both axes of one pair, of two, of one, and of none.
    expected = [1.0, np.sqrt((1 + 1 + 0 + 4) / 4), np.sqrt(2), np.nan]
    assert found == pytest.approx(expected, nan_ok=True)
