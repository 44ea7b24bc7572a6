"""The figure of the estimates against the truth: errors and z-scores as worked out by hand."""

import numpy as np
import pandas as pd

import score


def test_the_figure_tells_rms_error_and_z_score(tmp_path):
    scenes = pd.DataFrame(
        {
            "scene": ["20240118T052301", "20240106T052301"],
            "offset_east": [3.0, -4.0], "sigma_east": [1.5, 2.0], "true_offset_east": [0.0, 0.0],
            "offset_north": [1.0, 1.0], "sigma_north": [1.0, 1.0], "true_offset_north": [1.0, 0.0],
        }
    )  # fmt: skip
    pairs = pd.DataFrame(
        {
            "reference": ["20240118T052301"], "secondary": ["20240106T052301"],
            "shift_x": [7.0], "sigma_x": [2.0], "true_shift_x": [0.0],
            "shift_y": [np.nan], "sigma_y": [np.nan], "true_shift_y": [0.0],
        }
    )  # fmt: skip
    scenes.to_csv(tmp_path / "scenes.csv", index=False)
    pairs.to_csv(tmp_path / "pairs.csv", index=False)
    figure = tmp_path / "truth.svg"
    score.main(tmp_path / "pairs.csv", tmp_path / "scenes.csv", [figure], "site VV")
    text = figure.read_text()
    # rms of 3 and 4 is 3.54, of 3 / 1.5 and 4 / 2 it is 2.
    assert "east: rms error 3.5 m, rms z-score 2.00" in text
    assert "north: rms error 0.71 m, rms z-score 0.71" in text
    assert "east: rms error 7.0 m, rms z-score 3.50" in text
