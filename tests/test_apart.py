"""Two products of one ground on grids of their own: how far they lie apart is known."""

import json

import numpy as np
import pytest
from kinds import completed
from makers import NORTH, POSTING, WEST

import apart
from stackio import files, writing
from stackshift.ground.lattice import Grid
from stackshift.simulate import simulation

SIZE = 256


@pytest.mark.parametrize(("columns", "rows", "by"), [(0, 0, 0.0), (7, 4, 0.3)])
def test_templates_are_matched_across_grids(tmp_path, columns, rows, by):
    """The second grid begins elsewhere, by a fraction of a pixel; its image lies off besides."""
    random = np.random.default_rng(2)
    ground = simulation.ground((SIZE + 40,) * 2, 3)
    # In pixels: the content of the second lies 0.21 east and 0.13 south of where it should.
    east, south = 0.21, 0.13
    shifts = [(0, 0), (south - rows - by, east - columns - by)]
    corner = WEST + POSTING * (columns + by), NORTH - POSTING * (rows + by)
    grids = [
        Grid("EPSG:32611", (POSTING, 0.0, left, 0.0, -POSTING, top), SIZE, SIZE)
        for left, top in ((WEST, NORTH), corner)
    ]
    zeros = ({"east": 1.5, "north": 0.0}, {"east": 0.5, "north": -0.25})
    known = {"sigma_east": 0.0, "sigma_north": 0.3}
    images, findings = [], []
    for i, (grid, shift, zero) in enumerate(zip(grids, shifts, zeros, strict=True)):
        image = simulation.observe(ground, shift, 60, random)[20:-20, 20:-20]
        images.append(tmp_path / f"{i}.tif")
        with writing.create(images[-1], grid, {}, bands=("dB", "scenes", "weight")) as target:
            for band in (1, 2, 3):
                writing.write_rows(target, 0, (10 * np.log10(image)).astype(np.float32), band)
        findings.append(tmp_path / f"{i}.json")
        files.write_json(findings[-1], {"zero": zero | known})
    options = completed({"stacks": {"a": {"directory": "x"}}})["correlate"]["coherence"]
    apart.main(tuple(images), tuple(findings), (2, 2), options, tmp_path / "apart.json")
    found = json.loads((tmp_path / "apart.json").read_text())
    assert (found["tiles"], found["matched"]) == (4, 4)
    # Offsets count from where each stack says that it does, from its template.
    expected = POSTING * east, -POSTING * south
    for i, direction in enumerate(("east", "north")):
        templates, counted = found["templates"], found["zeros"]
        assert 0 < counted[f"sigma_{direction}"] == templates[f"sigma_{direction}"] < 0.25
        tolerance = 0.25 + 2 * templates[f"sigma_{direction}"]
        assert templates[direction] == pytest.approx(expected[i], abs=tolerance)
        between = zeros[1][direction] - zeros[0][direction]
        assert counted[direction] == pytest.approx(expected[i] + between, abs=tolerance)


def test_other_ground_does_not_match(tmp_path):
    random = np.random.default_rng(2)
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), SIZE, SIZE)
    for i in (0, 1):
        image = random.gamma(5, 0.2, (SIZE, SIZE))
        with writing.create(tmp_path / f"{i}.tif", grid, {}, bands=("dB", "b", "c")) as target:
            for band in (1, 2, 3):
                writing.write_rows(target, 0, (10 * np.log10(image)).astype(np.float32), band)
        files.write_json(
            tmp_path / f"{i}.json",
            {"zero": dict.fromkeys(("east", "north", "sigma_east", "sigma_north"), 0.0)},
        )
    options = completed({"stacks": {"a": {"directory": "x"}}})["correlate"]["coherence"]
    paths = [(tmp_path / f"0.{end}", tmp_path / f"1.{end}") for end in ("tif", "json")]
    apart.main(*paths, (2, 2), options, tmp_path / "apart.json")
    found = json.loads((tmp_path / "apart.json").read_text())
    for one in (found["templates"], found["zeros"]):
        assert (found["matched"], one["east"], one["sigma_north"]) == (0, None, None)
