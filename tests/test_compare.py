"""Two polarizations that see the same offsets agree, and a scene in which they do not is named."""

import json

import numpy as np
import pandas as pd
import pytest

import compare
from stackshift.stack import columns as c


def scenes(offsets, sigma):
    return pd.DataFrame(
        {
            c.SCENE: [f"202201{i + 1:02}T000000" for i in range(len(offsets))],
            c.OFFSET_EAST: offsets[:, 0],
            c.OFFSET_NORTH: offsets[:, 1],
            c.SIGMA_EAST: sigma,
            c.SIGMA_NORTH: sigma,
        }
    )


def test_differences_over_their_errors(tmp_path):
    random = np.random.default_rng(0)
    truth = random.normal(0, 3, (20, 2))
    vv, vh = truth + random.normal(0, 0.3, (20, 2)), truth + random.normal(0, 0.4, (20, 2)) + 5
    vh[4, 0] += 8
    vh[9] = np.nan
    scenes(vv, 0.3).to_csv(tmp_path / "vv.csv", index=False)
    scenes(vh, 0.4).drop(index=19).to_csv(tmp_path / "vh.csv", index=False)
    compare.main(tmp_path / "vv.csv", tmp_path / "vh.csv", tmp_path / "t.csv", tmp_path / "s.json")
    table = pd.read_csv(tmp_path / "t.csv", dtype={c.SCENE: str})
    assert list(table) == list(c.COMPARISON_TABLE)
    assert len(table) == 19
    assert table.sigma_east.dropna().to_numpy() == pytest.approx(0.5)
    assert table.difference_east[4] == pytest.approx(-8, abs=2)
    found = json.loads((tmp_path / "s.json").read_text(), parse_constant=pytest.fail)
    assert found["scenes"] == 18
    assert found["east"]["disagree"] == ["20220105T000000"]
    assert found["north"]["disagree"] == []
    assert 0.6 < found["north"]["z_rms"] < 1.4


def test_nothing_in_common(tmp_path):
    empty = scenes(np.full((3, 2), np.nan), np.nan)
    for name in "ab":
        empty.to_csv(tmp_path / f"{name}.csv", index=False)
    compare.main(tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "t.csv", tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text())["scenes"] == 0
