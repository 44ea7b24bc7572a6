"""Scores of error bars: of data that were made with known errors."""

import itertools

import numpy as np
import pandas as pd
import pytest

from stackshift.stack.honesty import fit_scores, tile_scores


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


def test_residuals_of_an_honest_network_score_one():
    random = np.random.default_rng(2)
    scenes = [f"{i:02d}" for i in range(25)]
    ends = [(b, a) for a, b in itertools.combinations(scenes, 2) if int(b) - int(a) <= 6]
    design = np.zeros((len(ends), len(scenes)))
    for row, (reference, secondary) in enumerate(ends):
        design[row, int(reference)], design[row, int(secondary)] = 1, -1
    noise = random.normal(size=(len(ends), 2)) * 0.3
    residual = noise - design @ np.linalg.lstsq(design, noise, rcond=None)[0]
    names = pd.DataFrame(ends, columns=["reference", "secondary"])
    scores = fit_scores(
        names.assign(sigma_x=0.3, sigma_y=0.3),
        names.assign(residual_x=residual[:, 0], residual_y=residual[:, 1]),
    )
    both = np.concatenate(list(scores.values()))
    assert np.sqrt((both**2).mean()) == pytest.approx(1, abs=0.12)


def test_a_chain_has_no_residuals_to_score():
    names = pd.DataFrame({"reference": ["b", "c"], "secondary": ["a", "b"]})
    scores = fit_scores(
        names.assign(sigma_x=1.0, sigma_y=1.0), names.assign(residual_x=0.0, residual_y=0.0)
    )
    assert len(scores["east"]) == len(scores["north"]) == 0
