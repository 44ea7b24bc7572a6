"""From pairs to scenes: a simulated stack is recovered, and what is wrong in it is named."""

import json

import invert
import numpy as np
import pandas as pd
import pytest
from makers import NORTH, POSTING, WEST
from scipy import stats

from stackio import raster
from stackshift.ground.lattice import Grid
from stackshift.simulate import simulation
from stackshift.stack import columns as c
from stackshift.stack import inversion, screening
from stackshift.stack.network import adjust
from stackshift.tile import coherence

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


FEW = ["20220125T060708", "20220113T060708", "20220101T060708", "20211220T060708"]


def three_pairs():
    """A triangle that does not close by 0.3 m to the east and -0.6 m to the north; one scene off.

    To the east shift ab + bc - ac is 1 + 2 - 2.7.
    """
    return pd.DataFrame(
        {
            c.REFERENCE: [FEW[0], FEW[1], FEW[0]],
            c.SECONDARY: [FEW[1], FEW[2], FEW[2]],
            c.SHIFT_X: [1.0, 2.0, 2.7],
            c.SHIFT_Y: [-1.0, -2.0, -2.4],
            c.SIGMA_X: [0.5] * 3,
            c.SIGMA_Y: [0.5] * 3,
            c.COUNT: [10, 20, 40],
        }
    )


def test_what_has_no_shift_or_no_error_is_not_usable():
    table = pd.concat([three_pairs()] * 2, ignore_index=True)
    table.loc[0, c.SHIFT_X] = np.nan
    table.loc[1, c.SIGMA_X] = 0.0
    table.loc[2, c.SIGMA_Y] = 0.0
    table.loc[3, c.SIGMA_Y] = np.nan
    assert list(inversion.usable(table).index) == [4, 5]


def test_the_scenes_table_in_numbers():
    pairs, scenes = three_pairs(), dict(zip(FEW, ["S1A", "S1B", "S1A", "S1A"], strict=True))
    truth = {name: (10.0 * i, -1.0 * i * i) for i, name in enumerate(FEW)}
    table = inversion.scenes_table(pairs, inversion.solve(pairs, FEW), scenes, truth)
    assert list(table[c.TIME]) == [f"{n[:4]}-{n[4:6]}-{n[6:8]}T06:07:08Z" for n in FEW]
    assert list(table[c.PLATFORM]) == ["S1A", "S1B", "S1A", "S1A"]
    assert list(table[c.PART][:3]) == [0, 0, 0] and pd.isna(table[c.PART][3])
    # A third of the misclosure goes to each pair: 0.9 and 1.9 and 2.8 to the east.
    east, north = np.array([3.7, 1.0, -4.7]) / 3, np.array([-3.4, -1.0, 4.4]) / 3
    assert table[c.OFFSET_EAST].to_numpy(float)[:3] == pytest.approx(east)
    assert table[c.OFFSET_NORTH].to_numpy(float)[:3] == pytest.approx(north)
    assert table[c.DEVIATION_EAST].to_numpy(float)[:3] == pytest.approx(east - 1 / 3)
    assert table[c.DEVIATION_NORTH].to_numpy(float)[:3] == pytest.approx(north + 1 / 3)
    assert list(table[c.PAIRS]) == [2, 2, 2, 0]
    assert list(table[c.TILES]) == [50, 30, 60, 0]
    assert table[c.RESIDUAL].to_numpy(float)[:3] == pytest.approx(np.sqrt((0.1**2 + 0.2**2) / 2))
    assert table[c.RESIDUAL][3] is None or np.isnan(table[c.RESIDUAL][3])
    # The truth is relative to the mean of the three scenes that hang together.
    assert table[c.TRUE_EAST].to_numpy(float)[:3] == pytest.approx([-10, 0, 10])
    assert table[c.TRUE_NORTH].to_numpy(float)[:3] == pytest.approx([5 / 3, 2 / 3, -7 / 3])
    assert pd.isna(table[c.TRUE_EAST][3])

    relative = inversion.relative_to(table, FEW[2])
    assert relative[c.OFFSET_EAST].to_numpy(float)[:3] == pytest.approx(east - east[2])
    assert relative[c.TRUE_NORTH].to_numpy(float)[:3] == pytest.approx([4, 3, 0])
    assert list(relative[c.SIGMA_EAST][:3]) == list(table[c.SIGMA_EAST][:3])


def test_another_part_is_not_moved_by_the_reference():
    pairs = three_pairs().iloc[[0]]
    pairs = pd.concat([pairs, pairs.replace({FEW[0]: FEW[2], FEW[1]: FEW[3]})])
    scenes = dict.fromkeys(FEW, "S1A")
    table = inversion.scenes_table(pairs, inversion.solve(pairs, FEW), scenes, None)
    relative = inversion.relative_to(table, FEW[1])
    assert list(relative[c.OFFSET_EAST].astype(float)) == pytest.approx([1, 0, 0.5, -0.5])
    assert table[c.TRUE_EAST].isna().all()


def test_residuals_and_closures_in_numbers():
    pairs = three_pairs()
    pairs = pd.concat(
        [pairs, pairs.iloc[[1]].assign(**{c.REFERENCE: FEW[2], c.SECONDARY: FEW[3]})]
    ).reset_index(drop=True)
    found = inversion.residuals_table(pairs, inversion.solve(pairs, FEW))
    np.testing.assert_allclose(found[c.RESIDUAL_X], [0.1, 0.1, -0.1, 0], atol=1e-9)
    np.testing.assert_allclose(found[c.RESIDUAL_Y], [-0.2, -0.2, 0.2, 0], atol=1e-9)
    np.testing.assert_allclose(found[c.WEIGHT_X], 1)
    closure = np.sqrt((0.3**2 + 0.6**2) / 2)
    np.testing.assert_allclose(found[c.CLOSURE], [closure] * 3 + [np.nan])
    assert list(found[c.SECONDARY]) == [FEW[1], FEW[2], FEW[2], FEW[3]]


def test_a_tiles_largest_part_is_taken():
    pairs = three_pairs().assign(**{c.TILE_X: 2, c.TILE_Y: 5, c.STATUS: "ok"})
    names = [*FEW, "20211208T060708", "20211126T060708"]
    # A pair apart, newer than the triangle in the order of scenes: the first of the parts.
    apart = pairs.iloc[[0]].assign(
        **{c.REFERENCE: "20220301T000000", c.SECONDARY: "20220218T000000"}
    )
    names = ["20220301T000000", "20220218T000000", *names]
    bad = pairs.iloc[[1]].assign(**{c.SECONDARY: FEW[3], c.STATUS: "no_match"})
    found = inversion.scene_tiles(pd.concat([pairs, apart, bad]), names)
    assert list(found[c.SCENE]) == FEW[:3]
    assert found[c.OFFSET_EAST].astype(float).to_numpy() == pytest.approx(
        np.array([3.7, 1.0, -4.7]) / 3
    )
    assert (found[c.TILE_X] == 2).all() and (found[c.TILE_Y] == 5).all()


def test_tiles_of_scenes_are_in_order_newest_first_then_by_row_and_column():
    tiles = [(2, 0), (0, 1), (1, 1), (10, 1), (0, 0)]
    measurements = pd.concat(
        [three_pairs().assign(**{c.TILE_X: x, c.TILE_Y: y, c.STATUS: "ok"}) for x, y in tiles]
    )
    found = inversion.scene_tiles(measurements, FEW)
    order = [(0, 0), (2, 0), (0, 1), (1, 1), (10, 1)]
    assert list(zip(found[c.SCENE], found[c.TILE_X], found[c.TILE_Y], strict=True)) == [
        (scene, x, y) for scene in FEW[:3] for x, y in order
    ]
    assert list(found.index) == list(range(15))


def series(east, north=None, platforms="A", sigma=0.2):
    """A scenes' table, newest first, of scenes of one part, as `scenes_table` gives it."""
    count = len(east)
    table = pd.DataFrame(index=range(count), columns=list(c.SCENES_TABLE), dtype=object)
    table[c.SCENE] = [f"s{count - i}" for i in range(count)]
    table[c.PART] = 0
    table[c.PLATFORM] = (list(platforms) * count)[:count]
    table[c.OFFSET_EAST] = np.asarray(east, float)
    table[c.OFFSET_NORTH] = np.zeros(count) if north is None else np.asarray(north, float)
    table[c.SIGMA_EAST] = table[c.SIGMA_NORTH] = sigma
    return table


NO_TILES = pd.DataFrame(columns=list(c.SCENE_TILES_TABLE))


def test_steps_are_found_along_each_axis_in_the_order_of_time():
    # Newest first: s5 and newer lie 2 m to the south of s4 and older.
    noise = np.random.default_rng(0).normal(0, 0.2, 8)
    north = np.repeat([-2.0, 0.0], [4, 4]) + noise
    _, found = inversion.screened(series(np.zeros(8), north), NO_TILES, {})
    (step,) = found["steps"]
    assert (step["axis"], step["first_scene_behind"]) == ("north", "s5")
    assert step["height"] == pytest.approx(-2, abs=0.4)
    # Half of the chance for each axis.
    for height, steps in ((0.35, 0), (0.8, 1)):
        given = series(np.repeat([height, 0.0], [4, 4]) + noise)
        p = screening.step(given[c.OFFSET_EAST][::-1], given[c.SIGMA_EAST][::-1])[3]
        assert (p < 0.005) == bool(steps)
        assert len(inversion.screened(given, NO_TILES, {})[1]["steps"]) == steps


def test_platforms_of_two_scenes_or_more_are_compared():
    given = series([1.1, 0.0, 1.0, 0.2, 7.0], [0, 0.1, 0, 0.1, 0], platforms="BABAC")
    (row,) = inversion.screened(given, NO_TILES, {})[1]["platforms"]
    assert (row["first"], row["second"]) == ("A", "B")
    assert row["scenes"] == row["compared"] == [2, 2]
    assert (row["east"], row["north"]) == (pytest.approx(-0.95), pytest.approx(0.1))
    # By the scatter of two pairs of scenes: (0.1^2 / 2 + 0.2^2 / 2) / 2.
    assert row["sigma_east"] == pytest.approx(np.sqrt(0.0125))
    assert row["p_east"] == pytest.approx(2 * stats.t.sf(0.95 / np.sqrt(0.0125), 2))
    assert (row["confounded_with_time"], row["text"]) == (False, None)
    apart = series([1.1, 1.0, 0.2, 0.0], platforms="BBAA")
    (row,) = inversion.screened(apart, NO_TILES, {})[1]["platforms"]
    assert row["confounded_with_time"] and row["p_east"] is row["p_north"] is None
    assert "A and B flew at different times" in row["text"] and "east and north" in row["text"]
    assert row["east"] == pytest.approx(-0.95)
    east = np.tile([0.1, 0.0, -0.1, 0.05], 4)
    east[5] = 80.0
    torn = series(east, platforms="AAAAABAAAABAAAAA")
    (row,) = inversion.screened(torn, NO_TILES, {})[1]["platforms"]
    assert row["p_east"] is None and row["p_north"] is not None
    assert row["text"] == "fewer than two scenes of A or of B agree with each other"
    assert not row["confounded_with_time"]


def test_flags_of_scenes_out_of_the_main_part():
    given = series([0.0, 0.1, 50.0, -0.1, 0.05, -0.05, 0.02, 30.0, 0.0])
    given[c.PART] = [0, 0, 0, 0, 0, 0, 0, 1, None]
    given.loc[8, [c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH]] = np.nan
    table, _ = inversion.screened(given, NO_TILES, {})
    assert list(table[c.FLAG]) == ["", "", "outlier", *[""] * 4, "apart", "unmeasured"]
    given.loc[2, c.OFFSET_EAST], given.loc[4, c.OFFSET_NORTH] = 0.0, -50.0
    table, _ = inversion.screened(given, NO_TILES, {})
    assert list(table[c.FLAG])[:7] == ["", "", "", "", "outlier", "", ""]


@pytest.mark.parametrize("kind", ["rotated", "scaled"])
def test_rotation_and_scale_are_relative_to_the_median_scene(kind):
    positions = {(x, y): (1000.0 * x, -1000.0 * y) for x in range(3) for y in range(3)}
    random, rows = np.random.default_rng(0), []
    given = series(np.zeros(8))
    for i, scene in enumerate(given[c.SCENE]):
        # All are turned and stretched by 50 ppm; one by 400 more, counter-clockwise.
        turn = 50e-6 + 400e-6 * (i == 2 and kind == "rotated")
        scale = 50e-6 + 400e-6 * (i == 2 and kind == "scaled")
        for (x, y), (east, north) in positions.items():
            if (i == 7 and x + y > 1) or (i == 6 and max(x, y) > 1):
                continue
            noise = random.normal(0, 0.01, 2)
            rows.append({c.SCENE: scene, c.TILE_X: x, c.TILE_Y: y,
                         c.OFFSET_EAST: scale * east - turn * north + noise[0],
                         c.OFFSET_NORTH: scale * north + turn * east + noise[1],
                         c.SIGMA_EAST: 0.01, c.SIGMA_NORTH: 0.01})  # fmt: skip
    table, _ = inversion.screened(given, pd.DataFrame(rows), positions)
    assert list(table[c.FLAG]) == ["", "", kind, "", "", "", "", ""]
    # Nine tiles 1000 m apart: their squared distances from the middle add up to 12 km^2.
    sigma = 1e6 * 0.01 / np.sqrt(12e6)
    for column, error, kind_of in (
        (c.ROTATION, c.ROTATION_SIGMA, "rotated"),
        (c.SCALE, c.SCALE_SIGMA, "scaled"),
    ):
        values = table[column].to_numpy(float)
        expected = np.where(np.arange(8) == 2, 400.0 * (kind == kind_of), 0.0)
        assert values[:6] == pytest.approx(expected[:6], abs=5 * sigma)
        assert np.nanmedian(values) == pytest.approx(0, abs=1e-9)
        assert table[error].astype(float)[:7].min() == pytest.approx(sigma)
        # Four tiles at the corners of 1000 m are enough, three are not.
        assert values[6] == pytest.approx(0, abs=5e6 * 0.01 / np.sqrt(2e6))
        assert np.isnan(values[7])
