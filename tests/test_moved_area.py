"""The area that a corrected scene was divided by is that of where its pixels came from."""

import json

import numpy as np
import pandas as pd
import pytest
import rasterio
from conftest import Workspace
from makers import NORTH, POSTING, WEST

import tile
from stackio import prepared, writing
from stackio.tags import tags_of
from stackshift.ground.lattice import Grid
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c


def hills(row, column):
    """Any smooth ground: area over pixels, known at any place."""
    return np.exp(0.5 * np.sin(row / 9) * np.cos(column / 7) + 0.002 * column)


@pytest.mark.parametrize("move", [(0.0, 0.0), (-39.0, 21.0), (400.0, 0.0)])
def test_the_area_moves_with_the_scene(tmp_path, move):
    """By metres to the east and north: south and west of it, the area is that of the old place."""
    size = 300
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), size, size)
    row, column = np.indices((size, size), float)
    with writing.create(tmp_path / "area.tif", grid, {"level": "1.2"}) as target:
        writing.write_rows(target, 0, hills(row, column).astype(np.float32))
    # Moved once or twice, it comes from the same place.
    tags = {"moved_before_east": move[0] - 10, "moved_east": 10, "moved_north": move[1]}
    with writing.create(tmp_path / "scene.tif", grid, tags if any(move) else {}) as target:
        writing.write_rows(target, 0, np.full((size, size), 1.2, np.float32))
    with prepared.opened(tmp_path / "scene.tif", tmp_path / "area.tif") as source:
        # Blocks of some rows, as of large scenes.
        found = np.vstack([source.rows(at, min(70, size - at)) for at in range(0, size, 70)])
    # UTM's own scale and convergence at the place of the test are below 1 %.
    expected = hills(row + move[1] / POSTING, column - move[0] / POSTING)
    inside = np.s_[30:-30, 30:-30]
    assert np.nanmax(np.abs(np.log(found / expected)[inside])) < 0.03
    assert np.isfinite(found[inside]).all()
    # A tile has no more without an area than there the scene has lost what it had.
    tile.main(
        tmp_path / "scene.tif", tmp_path / "tiles", 2, 2,
        area=tmp_path / "area.tif", before=tmp_path / "scene.tif",
    )  # fmt: skip
    for cell, part in (("0_1", np.s_[:150, 150:]), ("1_0", np.s_[150:, :150])):
        with rasterio.open(tmp_path / "tiles" / f"{cell}.tif") as one:
            lost = np.isnan(found[part]).mean()
            assert float(tags_of(one)["tile_no_area"]) == pytest.approx(lost, abs=1e-6)


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
        # Read back as files of another stack.
        area = str(tmp_path / "results" / "site" / "simulated" / "layers" / "area.tif")
        sheet = {"scenes": str(folder / "corrected.csv"), "layers": {"area": area}}
        again = Workspace(tmp_path / f"again_{reference}", config | {"stacks": {"again": sheet}})
        again.folder.mkdir()
        path = "results/again/VV/analysis/scenes.csv"
        done = again.run(path)
        assert done.status == 0, done.text
        found = pd.read_csv(again.folder / path).set_index(c.SCENE)
        table = table.set_index(c.SCENE)
        for axis in ("east", "north"):
            missed = found[f"offset_{axis}"] - table[f"true_after_{axis}"]
            missed -= 0 if reference else missed.median()
            assert (missed.abs() < 4 * found[f"sigma_{axis}"] + 0.1).all()
