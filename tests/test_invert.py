"""From pairs to scenes: a simulated stack is recovered, and what is wrong in it is named."""

import json

import numpy as np
import pandas as pd
import pytest
from makers import NORTH, POSTING, WEST

import invert
from stackio import raster
from stackshift import coherence, inversion, screening, simulation
from stackshift import columns as c
from stackshift.grid import Grid
from stackshift.network import adjust

COUNT, ODD = 16, 7


def stack(seed, size=300, looks=2):
    """Matches of the next three of 16 simulated dates, one 5 pixels off; the truth in pixels."""
    random = np.random.default_rng((77, seed))
    ground = simulation.ground((size + 40,) * 2, seed)
    truth = random.normal(0, 0.2, (COUNT, 2))
    truth[ODD] += (3, -4)
    scenes = [simulation.observe(ground, o, looks, random)[20:-20, 20:-20] for o in truth]
    found = {
        (newer, older): coherence.match(scenes[newer], scenes[older])
        for older in range(COUNT)
        for newer in range(older + 1, min(COUNT, older + 4))
    }
    return truth, {pair: match for pair, match in found.items() if match.shift}


def test_every_scene_is_recovered_and_the_outlier_named():
    errors, z = {1: [], 3: []}, []
    for seed in range(20):
        truth, matches = stack(seed)
        p = []
        for axis in (0, 1):
            expected = truth[:, axis] - truth[:, axis].mean()
            for reach in (1, 3):
                pairs = [pair for pair in matches if pair[0] - pair[1] <= reach]
                found = adjust(
                    COUNT,
                    pairs,
                    [matches[pair].shift[axis] for pair in pairs],
                    [matches[pair].sigma[axis] for pair in pairs],
                )
                errors[reach].append(found.offsets - expected)
            z.append(errors[3][-1] / found.sigmas)
            p.append(screening.outliers(found.offsets, found.sigmas))
        significant = screening.holm(np.concatenate(p)).reshape(2, -1).min(axis=0) < screening.ALPHA
        assert significant[ODD]
        assert significant.sum() <= 2
    assert 0.9 < np.sqrt(np.mean(np.square(z))) < 1.2
    assert np.mean(np.abs(z) < 3) > 0.99
    rms = {reach: np.sqrt(np.mean(np.square(errors[reach]))) for reach in errors}
    assert rms[1] > 1.7 * rms[3]


SCENES = {f"202201{day:02}T000000": "S1A" if day % 2 else "S1B" for day in range(16, 0, -1)}
NAMES = list(SCENES)
GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 800, 800)


def tables(offsets, tiles=4, rotate=None, noise=0.1, reach=3, without=()):
    """Measurements and pairs of a stack whose scenes have given offsets (east, north)."""
    random = np.random.default_rng(1)
    rows = []
    for i, newer in enumerate(NAMES):
        for older in NAMES[i + 1 : i + 1 + reach]:
            for y in range(tiles):
                for x in range(tiles):
                    shift = np.subtract(offsets[newer], offsets[older])
                    turn = np.zeros(2)
                    if rotate in (newer, older):
                        # 200 microradians counter-clockwise about the middle of the scene.
                        east, north = (x - 1.5) * 6000, -(y - 1.5) * 6000
                        turn = 2e-4 * np.array([-north, east]) * (1 if rotate == newer else -1)
                    east, north = shift + turn + random.normal(0, noise, 2)
                    bad = {newer, older} & set(without)
                    rows.append(
                        {
                            c.REFERENCE: newer, c.SECONDARY: older, c.TILE_X: x, c.TILE_Y: y,
                            c.SHIFT_X: np.nan if bad else east, c.SHIFT_Y: np.nan if bad else north,
                            c.SIGMA_X: noise, c.SIGMA_Y: noise,
                            c.STATUS: "no_match" if bad else "ok",
                        }
                    )  # fmt: skip
    measurements = pd.DataFrame(rows)
    groups = measurements.groupby([c.REFERENCE, c.SECONDARY], sort=False)
    pairs = groups[[c.SHIFT_X, c.SHIFT_Y]].mean().reset_index()
    pairs[c.SIGMA_X] = pairs[c.SIGMA_Y] = noise / tiles
    pairs[c.COUNT] = groups[c.SHIFT_X].count().to_numpy()
    return measurements, pairs


def run(tmp_path, offsets, **options):
    measurements, pairs = tables(offsets, **options)
    measurements.to_csv(tmp_path / "measurements.csv", index=False)
    pairs.to_csv(tmp_path / "pairs.csv", index=False)
    raster.write_grid(tmp_path / "grid.json", GRID)
    outputs = {name: tmp_path / f"{name}.csv" for name in ("scenes", "tiles", "residuals")}
    outputs["findings"] = tmp_path / "findings.json"
    invert.main(
        tmp_path / "pairs.csv", tmp_path / "measurements.csv", tmp_path / "grid.json", None,
        SCENES, 4, 4, None, outputs,
    )  # fmt: skip
    read = [
        pd.read_csv(outputs[name], dtype={c.SCENE: str})
        for name in ("scenes", "tiles", "residuals")
    ]
    for table, documented in zip(
        read, (c.SCENES_TABLE, c.SCENE_TILES_TABLE, c.RESIDUALS_TABLE), strict=True
    ):
        assert list(table) == list(documented)
    return *read, json.loads(outputs["findings"].read_text(), parse_constant=pytest.fail)


@pytest.fixture
def offsets():
    random = np.random.default_rng(6)
    return {name: random.normal(0, 2, 2) for name in NAMES}


def test_tables_of_a_sound_stack(tmp_path, offsets):
    scenes, tiles, residuals, findings = run(tmp_path, offsets)
    truth = np.array(list(offsets.values()))
    expected = truth - truth.mean(axis=0)
    for axis, direction in enumerate(("east", "north")):
        error = scenes[f"offset_{direction}"] - expected[:, axis]
        assert np.abs(error).max() < 0.15
        assert np.abs(error / scenes[f"sigma_{direction}"]).max() < 4
        assert scenes[f"deviation_{direction}"].median() == pytest.approx(0, abs=1e-6)
    assert list(scenes[c.INDEX]) == list(range(16))
    assert scenes[c.TIME][0] == "2022-01-16T00:00:00Z"
    assert (scenes[c.PART] == 0).all() and scenes[c.FLAG].isna().all()
    assert list(scenes[c.PAIRS])[:4] == [3, 4, 5, 6]
    assert len(tiles) == 16 * 16 and len(residuals) == 42
    assert findings["parts"] == 1
    (platforms,) = findings["platforms"]
    assert (platforms["first"], platforms["second"]) == ("S1A", "S1B")
    assert 0.3 < platforms["sigma_east"] < 2


def test_an_outlier_a_step_and_a_platform_are_found(tmp_path, offsets):
    quiet = {name: 0.1 * value for name, value in offsets.items()}
    shifted = {
        name: value + np.array([3 * (i < 8), 0]) for i, (name, value) in enumerate(quiet.items())
    }
    *_, findings = run(tmp_path, shifted)
    (step,) = [s for s in findings["steps"] if s["axis"] == "east"]
    assert step["first_scene_behind"] == NAMES[7]
    assert step["height"] == pytest.approx(3, abs=4 * step["sigma"])
    quiet[NAMES[5]] = quiet[NAMES[5]] + (30, 0)
    scenes, *_ = run(tmp_path, quiet)
    assert list(scenes[c.SCENE][scenes[c.FLAG] == "outlier"]) == [NAMES[5]]
    by_platform = {n: v + np.array([0, 4 * (SCENES[n] == "S1A")]) for n, v in offsets.items()}
    *_, findings = run(tmp_path, {n: 0.1 * v for n, v in by_platform.items()})
    (platforms,) = findings["platforms"]
    assert platforms["north"] == pytest.approx(0.4, abs=4 * platforms["sigma_north"])
    assert platforms["p_north"] < 0.01


def test_a_rotated_scene_is_not_a_shifted_one(tmp_path, offsets):
    scenes, *_ = run(tmp_path, offsets, rotate=NAMES[4])
    flagged = scenes[scenes[c.FLAG].fillna("").str.contains("rotated")]
    assert list(flagged[c.SCENE]) == [NAMES[4]]
    row = flagged.iloc[0]
    assert row[c.ROTATION] == pytest.approx(200, abs=4 * row[c.ROTATION_SIGMA])
    assert abs(row[c.SCALE]) < 4 * row[c.SCALE_SIGMA]


def test_a_scene_without_a_tile_is_reported_and_changes_nothing_else(tmp_path, offsets):
    scenes, _, residuals, _ = run(tmp_path, offsets, without=[NAMES[6]])
    lost = scenes.iloc[6]
    assert lost[c.FLAG] == "unmeasured"
    assert np.isnan(lost[c.OFFSET_EAST]) and np.isnan(lost[c.SIGMA_NORTH]) and lost[c.PAIRS] == 0
    assert scenes[c.OFFSET_EAST].notna().sum() == 15
    assert len(residuals) == 42 - 6


def test_a_network_in_two_parts_is_reported_part_by_part(tmp_path, offsets):
    scenes, *_, findings = run(tmp_path, offsets, reach=2, without=[NAMES[6], NAMES[7]])
    assert findings["parts"] == 2
    assert list(scenes[c.FLAG].fillna("")) == ["apart"] * 6 + ["unmeasured"] * 2 + [""] * 8
    for part in (range(6), range(8, 16)):
        rows = scenes.iloc[list(part)]
        truth = np.array([offsets[name] for name in rows[c.SCENE]])
        error = rows[[c.OFFSET_EAST, c.OFFSET_NORTH]] - (truth - truth.mean(axis=0))
        assert np.abs(error.to_numpy()).max() < 0.2


def test_nothing_measured_at_all_gives_tables_and_no_numbers(tmp_path, offsets):
    scenes, tiles, residuals, findings = run(tmp_path, offsets, without=NAMES)
    assert (scenes[c.FLAG] == "unmeasured").all()
    assert len(tiles) == len(residuals) == 0
    assert findings["parts"] == 0 and findings["platforms"] == []


def test_deviations_are_from_the_median_of_each_part():
    found = inversion.from_median(np.array([1.0, 2, 9, 50, 60]), np.array([0, 0, 0, 1, 1]))
    np.testing.assert_array_equal(found, [-1, 0, 7, -5, 5])


def test_offsets_relative_to_a_scene(tmp_path, offsets):
    about_mean, *_ = run(tmp_path, offsets)
    found = inversion.relative_to(about_mean, NAMES[3])
    truth = np.array([offsets[name] - offsets[NAMES[3]] for name in NAMES])
    assert found[c.OFFSET_EAST][3] == found[c.OFFSET_NORTH][3] == 0
    error = found[[c.OFFSET_EAST, c.OFFSET_NORTH]] - truth
    assert np.abs(error.to_numpy()).max() < 0.3
    assert (found[c.SIGMA_EAST] > 0).all()
