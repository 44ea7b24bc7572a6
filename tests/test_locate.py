"""From pairs to scenes: a simulated stack is recovered, and what is wrong in it is named."""

import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest
import snyder
from makers import NORTH, POSTING, WEST, write_scene

import locate
from stackio import files
from stackshift.ground.geometry import Pixel
from stackshift.ground.lattice import Grid
from stackshift.simulate import simulation
from stackshift.stack import causes, inversion, screening, shown, table_columns
from stackshift.stack import columns as c
from stackshift.stack.network import adjust
from stackshift.stack.tile_offsets import as_seen_from
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


@pytest.mark.long
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


def documents(
    offsets,
    tiles=4,
    rotate=None,
    noise=0.1,
    without=(),
    moving=(),
    only=None,
    slipped=None,
    uneven=0.0,
):
    """What align writes of each scene, for offsets (east, north); some tiles move 3 m a scene.

    The last column of tiles of the scene ``slipped`` lies 8 m to the west of the rest. In all
    scenes tiles lie wrongly to the east by ``uneven`` metres, as the image that they are matched
    with does.
    """
    random = np.random.default_rng(1)
    image = uneven * np.random.default_rng(2).normal(size=(tiles, tiles))
    found = []
    for age, name in enumerate(NAMES):
        records = []
        for y in range(tiles):
            for x in range(tiles):
                # 200 microradians counter-clockwise about the middle of the scene.
                turn = 2e-4 * np.array([(y - 1.5) * 6000, (x - 1.5) * 6000]) * (name == rotate)
                drift = np.array([3.0 * age * ((x, y) in moving) + image[y, x], 0])
                slip = np.array([-8.0, 0]) * (name == slipped and x == tiles - 1)
                east, north = -(offsets[name] + turn + slip + drift + random.normal(0, noise, 2))
                bad = name in without or (only is not None and not only(name, x, y))
                records.append(
                    {
                        c.TILE_X: x, c.TILE_Y: y,
                        c.SHIFT_X: None if bad else east, c.SHIFT_Y: None if bad else north,
                        c.SIGMA_X: None if bad else noise, c.SIGMA_Y: None if bad else noise,
                        c.QUALITY: 20.0, c.COHERENCE: 0.5, c.VALID_FRACTION: 1.0,
                        c.STATUS: "no_match" if bad else "ok",
                        c.MESSAGE: "nothing to match" if bad else "matched",
                    }
                )  # fmt: skip
        found.append({"scene": name, "tiles": records})
    return found


def tables(offsets, without=(), noise=0.05):
    """Measurements and pairs of neighbours."""
    random = np.random.default_rng(2)
    rows = []
    for newer, older in itertools.pairwise(NAMES):
        bad = {newer, older} & set(without)
        east, north = np.subtract(offsets[newer], offsets[older]) + random.normal(0, noise, 2)
        rows += [
            {
                c.REFERENCE: newer, c.SECONDARY: older, c.TILE_X: x, c.TILE_Y: y,
                c.SHIFT_X: np.nan if bad else east, c.SHIFT_Y: np.nan if bad else north,
                c.SIGMA_X: noise, c.SIGMA_Y: noise, c.ERROR: np.nan, c.CORRELATION_XY: 0.0,
                c.COHERENCE: 0.5, c.SHARED_X: np.nan, c.SHARED_Y: np.nan,
                c.STATUS: "no_match" if bad else "ok",
            }
            for y in range(4)
            for x in range(4)
        ]  # fmt: skip
    return pd.DataFrame(rows), pd.DataFrame(rows[::16]).assign(**{c.COUNT: 16})


def run(
    tmp_path, offsets, reference=None, without=(), said=None, known=None, truth=None, **options
):
    """What locate writes; ``said`` is added to what align says of scenes, ``known`` is given."""
    measurements, pairs = tables(offsets, without)
    measurements.to_csv(tmp_path / "measurements.csv", index=False)
    pairs.to_csv(tmp_path / "pairs.csv", index=False)
    files.write_json(tmp_path / "grid.json", GRID.record())
    paths = []
    for content in documents(offsets, without=without, **options):
        paths.append(tmp_path / f"{content['scene']}.json")
        paths[-1].write_text(json.dumps(content | (said or {}).get(content["scene"], {})))
    names = ("scenes", "scene_tiles", "tiles", "residuals")
    # What scenes differ by is read in test_reasons.py.
    outputs = {name: tmp_path / f"{name}.csv" for name in names}
    outputs |= {"why": tmp_path / "why.csv", "findings": tmp_path / "findings.json"}
    locate.main(
        paths, tmp_path / "pairs.csv", tmp_path / "measurements.csv", tmp_path / "grid.json", truth,
        {name: {"platform": own} for name, own in SCENES.items()}, (4, 4), reference, outputs,
        **(known or {}),
    )  # fmt: skip
    read = [pd.read_csv(outputs[name], dtype={c.SCENE: str}) for name in names]
    for table, name in zip(read, names, strict=True):
        columns = list(table_columns.TABLES[name])
        assert list(table) == (columns if truth else c.without_truth(columns))
    return *read, json.loads(outputs["findings"].read_text(), parse_constant=pytest.fail)


@pytest.fixture
def offsets():
    random = np.random.default_rng(6)
    return {name: random.normal(0, 2, 2) for name in NAMES}


def test_tables_of_a_sound_stack(tmp_path, offsets):
    scenes, scene_tiles, tiles, residuals, findings = run(tmp_path, offsets)
    truth = np.array(list(offsets.values()))
    for axis, direction in enumerate(("east", "north")):
        error = scenes[f"offset_{direction}"] - (truth - np.median(truth, axis=0))[:, axis]
        # Sixteen tiles of 0.1 m.
        assert np.abs(error).max() < 0.1
        assert 0.02 < scenes[f"sigma_{direction}"].median() < 0.04
        assert scenes[f"offset_{direction}"].median() == pytest.approx(0, abs=1e-6)
        assert scenes[f"network_{direction}"].notna().all()
    assert list(scenes[c.INDEX]) == list(range(16))
    assert scenes[c.TIME][0] == "2022-01-16T00:00:00Z"
    assert (scenes[c.PART] == 0).all() and scenes[c.FLAG].isna().all()
    assert list(scenes[c.TILES]) == [16] * 16 and list(scenes[c.PAIRS])[:2] == [1, 2]
    assert len(scene_tiles) == 16 * 16 and len(residuals) == 15
    assert (tiles[c.MOVES] == 0).all()
    # Pairs were made with errors of 0.05 m, each of their two scenes with 0.025 m.
    left = residuals[[c.RESIDUAL_X, c.RESIDUAL_Y]].to_numpy()
    assert np.sqrt((left**2).mean()) == pytest.approx(np.sqrt(0.05**2 + 2 * 0.025**2), rel=0.4)
    assert residuals[[c.Z_X, c.Z_Y]].notna().all(axis=None)
    assert findings["parts"] == 1 and findings["tiles_that_move"] == []
    # For the polarizations together.
    assert set(findings["shared"]) == set(findings["processing"]) == set(NAMES)


def test_what_was_noticed_of_a_scene_is_among_the_findings(tmp_path, offsets):
    said = {
        NAMES[1]: {"repeated": 0.3},
        NAMES[2]: {"unnamed_no_data": "-99"},
        NAMES[3]: {"contrast": "inverted"},
        NAMES[4]: {"contrast": "same"},
    }
    *_, findings = run(tmp_path, offsets, "mosaic.tif", said=said, uneven=2.0)
    assert findings["repeated"] == {NAMES[1]: 0.3}
    assert findings["unnamed_no_data"] == {NAMES[2]: "-99"}
    zero = findings["zero"]
    assert zero["absolute"] and zero["inverted"] == [NAMES[3]]
    # The mean of 16 tiles of 2 m each, along the axis along which the image is uneven.
    assert zero["common_sigma_east"] == pytest.approx(2 / 4, rel=0.3)
    assert zero["common_sigma_north"] < 0.05


def test_a_scene_whose_heading_is_missed_is_among_the_findings(tmp_path, offsets):
    """One of Sentinel-1, and any where others have one; the angle is the mean of what is known."""
    told = {"heading": None, "incidence": None, "side": "right", "swath": "IW2", "from": "an orbit"}
    told |= {"direction": "descending", "sentinel": True}
    seen_by = dict.fromkeys(NAMES, told)
    seen_by[NAMES[1]] = told | {"direction": None, "from": "needs a direction"}
    seen_by[NAMES[2]] = told | {"sentinel": False, "from": "needs a heading"}
    angles = np.full((800, 800), 39.0, np.float32)
    angles[:200] = np.nan
    layer = write_scene(tmp_path / "angle.tif", angles, no_data=np.nan)
    known = {"seen_by": seen_by, "incidence": [str(layer)]}
    table, *_, findings = run(tmp_path, offsets, known=known)
    assert findings["no_heading"] == {
        NAMES[1]: "needs a direction", NAMES[2]: "needs a heading",
    }  # fmt: skip
    assert table[c.INCIDENCE].dropna().to_numpy() == pytest.approx(np.full(14, 39.0))
    # Of satellites that have none without the config nobody misses it.
    alone = dict.fromkeys(NAMES, told | {"sentinel": False})
    assert run(tmp_path, offsets, known={"seen_by": alone})[-1]["no_heading"] == {}


@pytest.mark.parametrize("reference", [None, "dem", NAMES[2]])
def test_the_truth_of_a_scene_has_the_zero_of_its_offset(tmp_path, offsets, reference):
    """Seven metres east of the map, which shows in what is counted from the map alone."""
    moved = {name: np.add(place, (7, 0)) for name, place in offsets.items()}
    rows = [{c.SCENE: n, c.OFFSET_EAST: e, c.OFFSET_NORTH: v} for n, (e, v) in moved.items()]
    pd.DataFrame(rows).to_csv(tmp_path / "truth.csv", index=False)
    # A scene that was not measured is no part of the median.
    without = (NAMES[5],) if reference is None else ()
    table, *_ = run(tmp_path, moved, reference, without=without, truth=str(tmp_path / "truth.csv"))
    places = np.array([moved[name] for name in table[c.SCENE]])
    counted = [name not in without for name in table[c.SCENE]]
    zero = {None: np.median(places[counted], axis=0), "dem": 0}.get(reference)
    zero = moved[reference] if zero is None else zero
    assert table[[c.TRUE_EAST, c.TRUE_NORTH]].to_numpy() == pytest.approx(places - zero, abs=1e-5)


def test_a_tile_that_is_all_a_scene_has_tells_no_scatter(tmp_path, offsets):
    """The second tile is there in two scenes, the others in none: 14 scenes are their tile."""
    path = tmp_path / "one"
    path.mkdir()
    _, _, tiles, *_ = run(path, offsets, only=lambda name, x, y: (x, y) == (0, 0))
    assert tiles.scenes_measured.tolist() == [16] + 15 * [0]
    assert tiles[["scatter_east", "scatter_north"]].isna().all(axis=None)
    _, both, tiles, *_ = run(
        tmp_path,
        offsets,
        only=lambda name, x, y: y == 0 and (x == 0 or (x == 1 and name in NAMES[:2])),
    )
    assert tiles.scenes_measured.tolist() == [16, 2] + 14 * [0]
    found = both.pivot_table(values=c.OFFSET_EAST, index=c.SCENE, columns=c.TILE_X).loc[NAMES[:2]]
    apart = 0.5 * (found[1] - found[0])
    # Each of two equal tiles is half of their difference off the mean.
    expected = np.sqrt((apart**2).mean())
    assert 0 < expected == pytest.approx(tiles.scatter_east[0], rel=1e-3)
    assert expected == pytest.approx(tiles.scatter_east[1], rel=1e-3)


def test_a_tile_that_moves_is_named_and_moves_no_scene(tmp_path, offsets):
    scenes, _, tiles, _, findings = run(tmp_path, offsets, moving=[(1, 2), (3, 3)])
    named = [(tile[c.TILE_X], tile[c.TILE_Y]) for tile in findings["tiles_that_move"]]
    assert named == [(1, 2), (3, 3)]
    assert list(tiles[c.MOVES]).count(1) == 2
    truth = np.array(list(offsets.values()))
    error = scenes[[c.OFFSET_EAST, c.OFFSET_NORTH]] - (truth - np.median(truth, axis=0))
    assert np.abs(error.to_numpy()).max() < 0.1
    assert list(scenes[c.TILES]) == [14] * 16


def test_an_outlier_is_found(tmp_path, offsets):
    quiet = {name: 0.1 * value for name, value in offsets.items()}
    quiet[NAMES[5]] = quiet[NAMES[5]] + (30, 0)
    scenes, *_ = run(tmp_path, quiet)
    assert list(scenes[c.SCENE][scenes[c.FLAG] == "outlier"]) == [NAMES[5]]


def test_a_rotated_scene_is_not_a_shifted_one(tmp_path, offsets):
    scenes, *_ = run(tmp_path, offsets, rotate=NAMES[4])
    flagged = scenes[scenes[c.FLAG].fillna("").str.contains("rotated")]
    assert list(flagged[c.SCENE]) == [NAMES[4]]
    row = flagged.iloc[0]
    assert row[c.ROTATION] == pytest.approx(200, abs=4 * row[c.ROTATION_SIGMA])
    assert abs(row[c.SCALE]) < 4 * row[c.SCALE_SIGMA]


def test_a_scene_a_part_of_which_lies_elsewhere_is_told_and_its_error_reaches_there(
    tmp_path, offsets
):
    """Also of a scene that is turned besides."""
    scenes, *_, findings = run(tmp_path, offsets, slipped=NAMES[4], rotate=NAMES[4])
    assert scenes[c.FLAG][4] == "rotated uneven" and scenes[c.FLAG].drop(4).isna().all()
    scenes, *_, findings = run(tmp_path, offsets, slipped=NAMES[4])
    assert scenes[c.FLAG][4] == "uneven" and scenes[c.FLAG].drop(4).isna().all()
    (one,) = findings["uneven"]
    assert one["scene"] == NAMES[4] and (one["tiles"], one["off"]) == (16, 4)
    assert one["far"] == pytest.approx(8, abs=0.2)
    truth = np.array(list(offsets.values()))
    error = scenes[c.OFFSET_EAST][4] - (truth - np.median(truth, axis=0))[4, 0]
    # Twelve of sixteen tiles lie there; the mean of all lies 2 m to the west.
    assert abs(error) < 0.3 and scenes[c.SIGMA_EAST][4] == pytest.approx(2, abs=0.3)
    assert scenes[c.SIGMA_NORTH][4] < 0.1 and scenes[c.SIGMA_EAST].drop(4).max() < 0.05


def test_a_scene_without_a_tile_says_why_and_changes_nothing_else(tmp_path, offsets):
    scenes, _, _, residuals, _ = run(tmp_path, offsets, without=[NAMES[6]])
    lost = scenes.iloc[6]
    assert lost[c.FLAG] == "unmeasured"
    assert lost[c.MESSAGE] == "no tile counts; 16 of 16 no_match: nothing to match"
    assert np.isnan(lost[c.OFFSET_EAST]) and np.isnan(lost[c.SIGMA_NORTH]) and lost[c.PAIRS] == 0
    assert scenes[c.OFFSET_EAST].notna().sum() == 15
    assert len(residuals) == 15 - 2


def test_nothing_measured_at_all_gives_tables_and_no_numbers(tmp_path, offsets):
    scenes, scene_tiles, tiles, residuals, findings = run(tmp_path, offsets, without=NAMES)
    assert (scenes[c.FLAG] == "unmeasured").all()
    assert scene_tiles[c.OFFSET_EAST].isna().all() and len(residuals) == 0
    assert (tiles[c.MOVES] == 0).all()
    assert findings["parts"] == 0 and findings["why"] == []


def test_offsets_relative_to_a_scene(tmp_path, offsets):
    scenes, scene_tiles, *_, findings = run(tmp_path, offsets, reference=NAMES[3])
    truth = np.array(list(offsets.values()))
    # From where the template lies to where the reference does.
    zero = findings["zero"]["east"], findings["zero"]["north"]
    np.testing.assert_allclose(zero, truth[3], atol=0.1)
    # The error of the median of 16 scenes of 0.1 m on 16 tiles.
    assert findings["zero"]["sigma_east"] == pytest.approx(1.25 * 0.025 / 4, rel=0.25)
    error = scenes[[c.OFFSET_EAST, c.OFFSET_NORTH]] - (truth - truth[3])
    assert np.abs(error.to_numpy()).max() < 0.15
    assert scenes[c.OFFSET_EAST][3] == scenes[c.SIGMA_EAST][3] == 0
    # A difference of two scenes of sixteen tiles of 0.1 m each.
    assert scenes[c.SIGMA_EAST][4] == pytest.approx(0.025 * np.sqrt(2), rel=0.3)
    mine = scene_tiles[scene_tiles[c.SCENE] == NAMES[3]]
    assert abs(mine[c.OFFSET_EAST].mean()) < 0.1


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


def test_flags_of_scenes_out_of_the_main_part():
    given = series([0.0, 0.1, 50.0, -0.1, 0.05, -0.05, 0.02, 30.0, 0.0])
    given[c.PART] = [0, 0, 0, 0, 0, 0, 0, 1, None]
    given.loc[8, [c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH]] = np.nan
    table, _ = inversion.screened(given, NO_TILES, {})
    assert list(table[c.FLAG]) == ["", "", "outlier", *[""] * 4, "outlier", "unmeasured"]
    given.loc[2, c.OFFSET_EAST], given.loc[4, c.OFFSET_NORTH] = 0.0, -50.0
    table, _ = inversion.screened(given, NO_TILES, {})
    assert list(table[c.FLAG])[:7] == ["", "", "", "", "outlier", "", ""]


def test_a_scene_that_is_moved_is_not_turned_where_meridians_converge():
    """A pixel to the right all over 240 km at 75 N, where east turns by 8 degrees."""
    pixels = {
        (x, y): snyder.polar(-900_000 + 60e3 * x, -1_300_000 - 60e3 * y)
        for x in range(4)
        for y in range(4)
    }
    middle = snyder.polar(-810_000, -1_390_000)
    east, north = np.transpose([snyder.metres(pixel, 0, 1) for pixel in pixels.values()])
    assert np.ptp(north) > 3
    x, y = np.transpose(list(pixels))
    tiles = pd.DataFrame(
        {c.TILE_X: x, c.TILE_Y: y, c.OFFSET_EAST: east, c.OFFSET_NORTH: north, c.SIGMA_EAST: 0.2}
    )
    found = as_seen_from(
        tiles, {cell: Pixel(*pixel) for cell, pixel in pixels.items()}, Pixel(*middle)
    )
    truth = np.tile(snyder.metres(middle, 0, 1), (16, 1))
    assert found[[c.OFFSET_EAST, c.OFFSET_NORTH]].to_numpy() == pytest.approx(truth, abs=1e-9)
    assert (found[c.SIGMA_EAST] == 0.2).all()


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
    (said,) = causes.of_findings({"turned": inversion.turned(table, positions)})
    how = "turned counter-clockwise" if kind == "rotated" else "stretched"
    assert said["cause"] == "turned or stretched"
    value = re.search(rf" {how} by (\S+) ± (\S+) \S+, (\S+) m in the tiles", said["text"])
    # 400 millionths of 1.41 km.
    assert [float(one) for one in value.groups()] == pytest.approx([400, 2.9, 0.566], rel=0.1)
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


def test_what_is_turned_or_stretched_is_told_the_farthest_off_first_and_which_way():
    table = series(np.zeros(3))
    table[c.FLAG] = ["scaled", "", "rotated"]
    for column, values in (
        (c.ROTATION, [0, 0, -300.0]), (c.ROTATION_SIGMA, 5.0),
        (c.SCALE, [-200.0, 0, 0]), (c.SCALE_SIGMA, 5.0),
    ):  # fmt: skip
        table[column] = values
    found = inversion.turned(table, {(0, 0): (-3e3, 0.0), (1, 0): (3e3, 0.0)})
    assert [(one["scene"], one["edge"]) for one in found] == [
        (table[c.SCENE][2], pytest.approx(0.9)), (table[c.SCENE][0], pytest.approx(0.6)),
    ]  # fmt: skip
    (said,) = causes.of_findings({"turned": found})
    assert " turned clockwise by 300 " in said["text"] and " shrunk by 200 " in said["text"]


@pytest.mark.parametrize(("signs", "more"), [("alike", 0.2), ("in turn", 0.0)])
def test_what_all_tiles_of_a_scene_share_is_not_averaged_out(signs, more):
    """Sixteen tiles of 0.1 m make 0.025 m; what they share stays but for its share of these."""
    found = documents(dict.fromkeys(NAMES, (0.0, 0.0)))
    plain = shown.Stack(found).errors
    for number, tile in enumerate(found[3]["tiles"]):
        tile[c.SHARED_X] = 0.2 * (-1) ** (number if signs == "in turn" else 0)
    wide = shown.Stack(found)
    expected = np.hypot(plain[3], [more * np.sqrt(1 - 1 / 16), 0])
    assert wide.errors[3] == pytest.approx(expected, rel=1e-6)
    assert np.delete(wide.errors, 3, axis=0) == pytest.approx(np.delete(plain, 3, axis=0))
    assert wide.shared[3] == pytest.approx([more, 0])
