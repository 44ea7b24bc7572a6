"""Scores of error bars: of data that were made with known errors."""

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from stackshift.stack.honesty import fit_scores, tile_scores
from stackshift.stack.residuals import pair_residuals


def test_tiles_with_honest_errors_score_one_and_halved_errors_two():
    random = np.random.default_rng(1)
    sigma = random.uniform(0.5, 2, 4000)
    table = pd.DataFrame(
        {
            "reference": "b", "secondary": "a", "status": "ok",
            "shift_x": 5 + sigma * random.normal(size=4000), "sigma_x": sigma,
            "shift_y": -3 + sigma * random.normal(size=4000), "sigma_y": sigma / 2,
        }
    )  # fmt: skip
    table.loc[0, ["status", "shift_x"]] = "no_match", 1e6
    pairs = pd.DataFrame(
        {"reference": ["b"], "secondary": ["a"], "shift_x": [5.0], "shift_y": [-3.0]}
    )
    scores = tile_scores(table, pairs)
    assert scores["east"].std() == pytest.approx(1, abs=0.05)
    assert scores["north"].std() == pytest.approx(2, abs=0.1)
    assert len(scores["east"]) == 3999


def test_a_tile_that_is_its_pair_has_no_score():
    # Two tiles of the first pair count, and one of the second.
    table = pd.DataFrame(
        {
            "reference": ["b", "b", "c", "c"], "secondary": ["a", "a", "b", "b"],
            "status": ["ok", "ok", "ok", "no_match"], "shift_x": [1.0, 3.0, 5.0, 9.0],
            "shift_y": 0.0, "sigma_x": 0.5, "sigma_y": 0.5,
        }
    )  # fmt: skip
    pairs = pd.DataFrame({"reference": ["b", "c"], "secondary": ["a", "b"]})
    pairs = pairs.assign(shift_x=[2.0, 5.0], shift_y=0.0)
    assert tile_scores(table, pairs)["east"].tolist() == [-2.0, 2.0]


def test_pairs_that_agree_with_their_scenes_score_what_is_their_own():
    random = np.random.default_rng(2)
    scenes = [f"202201{day:02}T000000" for day in range(1, 29)]
    random_pairs = list(itertools.pairwise(scenes[::-1])) * 20
    errors = random.normal(size=(28, 2)) * 0.1
    places = dict(zip(scenes, errors, strict=True))
    # A pair has the errors of both its scenes and a part of its own.
    shifts = [places[b] - places[a] + random.normal(size=2) * 0.2 for b, a in random_pairs]
    pairs = pd.DataFrame(random_pairs, columns=["reference", "secondary"])
    pairs[["shift_x", "shift_y"]] = shifts
    pairs["sigma_x"] = pairs["sigma_y"] = np.sqrt(0.2**2 + 2 * 0.1**2)
    table = pd.DataFrame({"scene": scenes, "sigma_east": 0.1, "sigma_north": 0.1})
    table[["offset_east", "offset_north"]] = errors
    stack = SimpleNamespace(names=scenes, errors=np.full((28, 2), 0.1))
    scores = fit_scores(pair_residuals(pairs, table, stack))
    both = np.concatenate(list(scores.values()))
    # Of a pair's error, 0.245 m, 0.2 m are not those of its scenes.
    assert np.sqrt((both**2).mean()) == pytest.approx(0.2 / np.sqrt(0.06), abs=0.06)
