"""The area that a corrected scene was divided by is that of where its pixels came from."""

import json

import numpy as np
import pandas as pd
import pytest
import rasterio
from conftest import Workspace
from makers import NORTH, POSTING, WEST

import move_area
from stackio import raster, writing
from stackio.tags import tags_of
from stackshift.ground.lattice import Grid
from stackshift.stack import action_columns as a

SCENE = "20240106T052301"


def hills(row, column):
    """Any smooth ground: area over pixels, known at any place."""
    return np.exp(0.5 * np.sin(row / 9) * np.cos(column / 7) + 0.002 * column)


@pytest.mark.parametrize("move", [(0.0, 0.0), (-39.0, 21.0), (400.0, 0.0)])
def test_the_area_moves_with_the_scene(tmp_path, monkeypatch, move):
    """By metres to the east and north: south and west of it, the area is that of the old place."""
    size = 300
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), size, size)
    row, column = np.indices((size, size), float)
    with writing.create(tmp_path / "area.tif", grid, {"level": "1.2"}) as target:
        writing.write_rows(target, 0, hills(row, column).astype(np.float32))
    moves = {SCENE: {"east": move[0], "north": move[1]}}
    (tmp_path / "moves.json").write_text(json.dumps(moves))
    # Blocks of some rows, as of large scenes.
    blocks = [(first, min(70, size - first)) for first in range(0, size, 70)]
    monkeypatch.setattr(raster, "row_blocks", lambda height: blocks)
    move_area.main(tmp_path / "area.tif", tmp_path / "moves.json", SCENE, tmp_path / "moved.tif")
    with rasterio.open(tmp_path / "moved.tif") as source:
        found, level = source.read(1), tags_of(source)["level"]
    assert level == "1.2"
    # UTM's own scale and convergence at the place of the test are below 1 %.
    expected = hills(row + move[1] / POSTING, column - move[0] / POSTING)
    inside = np.s_[30:-30, 30:-30]
    assert np.nanmax(np.abs(np.log(found / expected)[inside])) < 0.03
    assert np.isfinite(found[inside]).all()


@pytest.mark.long
def test_mountains_are_corrected_and_proven_with_the_normalisation_undone(tmp_path):
    """Scenes displaced by whole pixels in mountains lie where they should, from the DEM too."""
    simulate = {
        "scenes": 6, "rows": 330, "columns": 350, "scenario": "crops", "steepness": 0.3,
        "direction": "descending", "offset_sigma": 0.02, "looks": 20,
        "displaced": [{"scene": 2, "range": 30, "azimuth": -20}, {"scene": 4, "east": 1.0}],
    }  # fmt: skip
    config = {
        "stacks": {"site": {"simulate": simulate}}, "correlate": {"normalisation": "undo"},
        "correct": {"when": "significant"}, "tiles": {"rows": 2, "columns": 2},
    }  # fmt: skip
    for reference in (None, "dem"):
        config["align"] = {"reference": reference}
        workspace = Workspace(tmp_path, config)
        done = workspace.run("proven")
        assert done.status == 0, done.text
        folder = tmp_path / "results" / "site" / "corrected"
        proof = json.loads((folder / "proof.json").read_text())
        assert proof["elsewhere"] == [] and proof["before"]["largest"] > 25
        table = pd.read_csv(folder / "proof.csv")
        moved = table[table[a.CORRECTED]]
        assert len(moved) >= 2
        for axis in ("east", "north"):
            true = moved[f"true_after_{axis}"]
            assert (true.abs() < 4 * moved[f"before_sigma_{axis}"] + 0.1).all()
            # What is measured again in the moved scenes is what is left, and no part of the move.
            assert (table[f"missed_{axis}"].abs() < 1.0).all()
        assert "Nothing to be done" in workspace.run("proven").text
