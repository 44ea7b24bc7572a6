"""What a pair's shift leaves over the offsets of its scenes, and its error."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from stackshift.stack import columns as c
from stackshift.stack import residuals


@pytest.mark.parametrize(("pair", "scene"), [(0.5, 0.1), (0.2, 2.0)])
def test_what_is_left_of_a_pair_has_the_error_of_the_worse_less_the_better(pair, scene):
    """The worse is the better and an error more: the pair's, or against a DEM the scenes'."""
    random = np.random.default_rng(4)
    theirs = np.sqrt(2) * scene
    better, worse = sorted((pair, theirs))
    shared = random.normal(0, better, (4000, 2))
    more = shared + random.normal(0, np.sqrt(worse**2 - better**2), (4000, 2))
    by_pair, by_scenes = (more, shared) if pair > theirs else (shared, more)
    names = [f"s{i}" for i in range(8000)]
    pairs = pd.DataFrame({c.REFERENCE: names[::2], c.SECONDARY: names[1::2]})
    pairs[[c.SHIFT_X, c.SHIFT_Y]] = by_pair
    pairs[c.SIGMA_X] = pairs[c.SIGMA_Y] = pair
    table = pd.DataFrame({c.SCENE: names})
    table[[c.OFFSET_EAST, c.OFFSET_NORTH]] = 0.0
    table.loc[::2, [c.OFFSET_EAST, c.OFFSET_NORTH]] = by_scenes
    shown = SimpleNamespace(names=names, errors=np.full((8000, 2), scene))
    found = residuals.pair_residuals(pairs, table, shown)
    for z in (c.Z_X, c.Z_Y):
        assert np.sqrt(np.mean(found[z] ** 2)) == pytest.approx(1, abs=0.04)
