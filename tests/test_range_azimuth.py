"""Offsets along range and azimuth: errors out of the covariance, tables, verdict, figure."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

import range_azimuth
from stackflow import headings
from stackflow.acquisitions import Scene
from stackplot import radar
from stackshift.errors import InputError
from stackshift.ground import flight
from stackshift.ground.geometry import Pixel
from stackshift.stack import columns as c
from stackshift.stack import decision, explanation, judgement_columns, looks, robust
from stackshift.stack.judged import judge
from stackshift.stack.record import tile_record
from stackshift.tile.match import OK, Match

DOWN = flight.Look(193.0, "right", 39.0)
REQUIREMENT = {
    "name": "CSLC", "metres": 0.75, "share": 0.8, "confidence": 0.9, "of": ["scenes", "pairs"],
    "shape": "range_azimuth", "range": 0.5, "azimuth": 0.75,
}  # fmt: skip


def test_errors_are_those_of_the_full_covariance():
    random = np.random.default_rng(1)
    spread = np.array([[0.9, -0.6], [-0.6, 0.7]])
    drawn = random.multivariate_normal((1.0, -2.0), spread, 200_000)
    sigma = np.sqrt(np.diag(spread))
    values, errors = looks.turned(*np.mean(drawn, axis=0), sigma, -0.6 / sigma.prod(), DOWN)
    # By the definition of the axes: away is to the right of 193 degrees, that is to 283.
    away, ahead = (
        drawn @ [np.sin(np.radians(angle)), np.cos(np.radians(angle))] for angle in (283.0, 193.0)
    )
    assert values == pytest.approx([away.mean(), ahead.mean()], abs=1e-6)
    assert errors == pytest.approx([away.std(), ahead.std()], rel=0.01)
    # Without the covariance they are off by a quarter.
    assert looks.turned(0.0, 0.0, sigma, 0.0, flight.Look(225.0))[1][0] != pytest.approx(
        looks.turned(0.0, 0.0, sigma, -0.6 / sigma.prod(), flight.Look(225.0))[1][0], rel=0.2
    )


def test_the_correlation_of_a_record_is_that_of_metres():
    spread = np.array([[0.04, 0.015], [0.015, 0.09]])
    match = Match(
        OK, "matched", (1.0, 2.0), (0.2, 0.3), covariance=tuple(map(tuple, spread.tolist()))
    )
    # A column leads 30 m east and 4 m north, a row 5 m east and 28 m south.
    turn = np.array([[5.0, 30.0], [-28.0, 4.0]])
    truth = turn @ spread @ turn.T
    record = tile_record(match, 0, 0, 1.0, Pixel((30.0, 4.0), (5.0, -28.0)))
    assert record[c.CORRELATION_XY] == pytest.approx(
        truth[0, 1] / np.sqrt(truth[0, 0] * truth[1, 1]), abs=1e-5
    )


@pytest.mark.parametrize(("scatter", "tiles"), [(1.0, 4), (1.0, 64), (3.0, 64)])
def test_the_error_of_a_mean_across_both_axes_is_honest(scatter, tiles):
    # Tiles say that their errors are correlated by .7; where they scatter more than they say, this
    # scatter is correlated by -.5 instead.
    random = np.random.default_rng(5)
    own = np.array([[1.0, 0.7], [0.7, 1.0]])
    more = (scatter**2 - 1) * np.array([[1.0, -0.5], [-0.5, 1.0]])
    z = {heading: [] for heading in (0.0, 45.0, 135.0)}
    for _ in range(400):
        values = random.multivariate_normal((0, 0), own + more, tiles)
        sigmas = np.ones((tiles, 2))
        means, errors = zip(*(robust.weighted_huber(v, s) for v, s in zip(values.T, sigmas.T)))  # noqa: B905
        correlation = robust.correlation(values, sigmas, np.full(tiles, 0.7))
        for heading, found in z.items():
            value, error = looks.turned(*means, errors, correlation, flight.Look(heading))
            found.append(value[1] / error[1])
    rms = {heading: np.sqrt(np.mean(np.square(found))) for heading, found in z.items()}
    # As honest across as along an axis of the map, where errors of few tiles are never narrowed.
    assert rms[0.0] == pytest.approx(1 if tiles > 4 else 0.9, abs=0.1)
    assert rms[45.0] == pytest.approx(rms[0.0], abs=0.1)
    assert rms[135.0] == pytest.approx(rms[0.0], abs=0.1)


def scenes_table(shift=(0.0, 0.0), look=DOWN, count=24):
    """Scenes of two platforms by turns, the second displaced by (range, azimuth)."""
    random = np.random.default_rng(3)
    table = pd.DataFrame(index=range(count), columns=list(c.SCENES_TABLE), dtype=object)
    table[c.SCENE] = [f"2022{i // 28 + 1:02}{i % 28 + 1:02}T000000" for i in range(count)][::-1]
    table[c.TIME] = pd.to_datetime(table[c.SCENE]).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    second = np.arange(count) % 2 == 1
    table[c.PLATFORM] = np.where(second, "S1B", "S1A")
    table[c.SWATH] = np.where(np.arange(count) % 3 == 0, "IW1", "IW2")
    seen = random.normal(0, 0.1, (2, count)) + np.outer(shift, second)
    table[c.OFFSET_EAST], table[c.OFFSET_NORTH] = flight.to_east_north(
        tuple(seen), look.heading, look.side
    )
    table[c.SIGMA_EAST] = table[c.SIGMA_NORTH] = 0.1
    table[c.CORRELATION_EN], table[c.MESSAGE], table[c.FLAG] = 0.0, "", ""
    return looks.with_looks(table, dict.fromkeys(table[c.SCENE], look)), seen


def test_tables_have_what_was_put_in_along_range_and_azimuth():
    table, seen = scenes_table()
    assert table[c.OFFSET_RANGE].to_numpy() == pytest.approx(seen[0])
    assert table[c.OFFSET_AZIMUTH].to_numpy() == pytest.approx(seen[1])
    slant = np.sin(np.radians(39.0))
    assert table[c.OFFSET_SLANT].to_numpy() == pytest.approx(slant * seen[0])
    assert table[c.SIGMA_SLANT].to_numpy(float) == pytest.approx(0.1 * slant)
    assert set(table[c.HEADING]) == {193.0} and set(table[c.LOOK]) == {"right"}
    unknown = looks.with_looks(table, {table[c.SCENE][0]: None})
    assert unknown[[*np.ravel(c.LOOK_AXES), c.OFFSET_SLANT, c.HEADING]].isna().all(axis=None)


def test_platforms_and_swaths_are_compared_along_range_and_azimuth():
    table, _ = scenes_table(shift=(0.4, 0.0))
    told = {
        scene: {"platform": platform, "swath": swath}
        for scene, platform, swath in zip(
            table[c.SCENE], table[c.PLATFORM], table[c.SWATH], strict=True
        )
    }
    rows, findings = explanation.explained(table, told)
    row = rows[(rows.attribute == "platform") & (rows.value == "S1B")].iloc[0]
    assert row["found"] == 1 and findings[0]["kind"] == "platform"
    assert row["difference_range"] == pytest.approx(0.4, abs=0.12)
    assert row["difference_azimuth"] == pytest.approx(0.0, abs=0.12)
    assert row["sigma_range"] == pytest.approx(0.1 * np.sqrt(2 / 12), rel=0.5)
    assert abs(findings[0]["difference_range"]) == pytest.approx(0.4, abs=0.12)
    swath = rows[(rows.attribute == "swath") & (rows.value == "IW1")].iloc[0]
    assert swath["found"] == 0 and abs(swath["difference_range"]) < 4 * swath["sigma_range"]


def judged(table, requirement=REQUIREMENT):
    """The verdict on scenes and on pairs of neighbours, whose shifts are the differences."""
    east, north = (table[name].to_numpy(float) for name in (c.OFFSET_EAST, c.OFFSET_NORTH))
    pairs = pd.DataFrame(
        {
            c.REFERENCE: table[c.SCENE][:-1].to_numpy(), c.SECONDARY: table[c.SCENE][1:].to_numpy(),
            c.SHIFT_X: east[:-1] - east[1:], c.SHIFT_Y: north[:-1] - north[1:],
            c.SIGMA_X: 0.05, c.SIGMA_Y: 0.05, c.CORRELATION_XY: 0.0,
        }
    )  # fmt: skip
    return judge(table, pairs, requirement, [])


def test_the_requirement_counts_along_range_and_azimuth():
    # 0.6 m are too much in range, and not in azimuth.
    across, along = (judged(scenes_table(shift)[0]) for shift in ((0.6, 0), (0, 0.6)))
    for found in (across, along):
        assert "0.5 m in ground range and 0.75 m in azimuth" in found["criterion"]
    assert along["criteria"]["range_azimuth"]["within"] >= 22
    assert across["criteria"]["range_azimuth"]["within"] <= 15
    assert across["criteria"]["azimuth"]["within"] == 24
    assert across["pairs"]["criteria"]["range"]["within"] <= 8
    assert across["pairs"]["criteria"]["azimuth"]["within"] == 23
    outside = across["answers"]["scenes"]["outside"]
    assert len(outside) == 24 - across["criteria"]["range_azimuth"]["within"]
    assert all(row["metres"] > 0.5 for row in outside)
    # Along the axes of the map nearly all are within 0.75 m either way.
    assert across["criteria"]["box"]["within"] >= 23


def placed(*seen):
    """Scenes at known places along (range, azimuth), the newest first, with errors of 1 cm."""
    table, _ = scenes_table(count=len(seen))
    east_north = [flight.to_east_north(place, DOWN.heading, DOWN.side) for place in seen]
    table[c.OFFSET_EAST], table[c.OFFSET_NORTH] = np.transpose(east_north)
    table[c.SIGMA_EAST] = table[c.SIGMA_NORTH] = 0.01
    return looks.with_looks(table, dict.fromkeys(table[c.SCENE], DOWN))


def test_of_both_axes_the_one_that_is_missed_is_told_though_the_other_is_longer():
    """0.6 m are more than 0.5 in range, 0.7 m are less than 0.75 in azimuth."""
    table = placed((0.0, 0.0), (0.6, 0.7), (0.1, 0.0), (0.0, 0.1))
    (outside,) = judged(table)["answers"]["scenes"]["outside"]
    assert outside["name"] == table[c.SCENE][1]
    assert (outside["metres"], outside["sigma"]) == pytest.approx((0.6, 0.01))
    distance, _, allowed = decision.distances(table, REQUIREMENT)
    assert (distance[1], allowed[1]) == pytest.approx((0.6, 0.5))


def test_any_two_scenes_are_held_against_the_limits_of_both_axes():
    """Each within, and the first two 0.6 m apart in range, which the requirement does not allow."""
    table = placed((0.3, 0.0), (-0.3, 0.0), (0.0, 0.2))
    found = judged(table)["pairs"]["any_two"]
    assert found["share"] == pytest.approx(2 / 3)
    assert set(found["farthest"]) == set(table[c.SCENE][:2])
    # On the ground, whatever each axis is allowed.
    assert found["metres"] == pytest.approx(0.6)
    # As far apart in azimuth they are near enough.
    assert judged(placed((0.0, 0.3), (0.0, -0.3)))["pairs"]["any_two"]["share"] == 1


def test_scenes_are_usable_by_range_and_azimuth():
    # 0.6 m: too much in range, and not in azimuth.
    rule = {"metres": None, "error_bar": False, "flags": [], "unmeasured": False}
    refused = [
        sum(map(bool, decision.refused(scenes_table(shift)[0], rule, REQUIREMENT)))
        for shift in ((0.6, 0), (0, 0.6))
    ]
    assert refused[0] >= 9 and refused[1] <= 2
    # A limit of its own counts along both axes, in place of the requirement's.
    wide = decision.refused(scenes_table((0.6, 0))[0], rule | {"metres": 2.0}, REQUIREMENT)
    assert not any(wide)
    moved = decision.moves(scenes_table((0.6, 0))[0], "outside", REQUIREMENT)
    assert sum(one["corrected"] for one in moved) == refused[0]


def test_a_combined_table_is_seen_as_its_polarizations_are():
    table, seen = scenes_table()
    combined = table[[c.SCENE, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH]]
    found = looks.beside(combined, [table.iloc[:10], table])
    assert found[c.OFFSET_RANGE].to_numpy() == pytest.approx(seen[0])
    assert set(found[c.HEADING]) == {193.0}
    assert looks.of_scenes(looks.beside(combined, [combined])) is None


def test_nothing_measured_is_judged_too():
    table, _ = scenes_table()
    table[[c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH]] = np.nan
    table = looks.with_looks(table, dict.fromkeys(table[c.SCENE], DOWN))
    found = judged(table)
    assert found["answers"]["scenes"]["these"] == "cannot be said"
    assert found["criteria"]["range_azimuth"]["measured"] == 0


@pytest.mark.parametrize("shape", ["radial", "range_azimuth"])
def test_the_figure_is_drawn(tmp_path, shape):
    table, _ = scenes_table(shift=(0.4, 0.0))
    table.loc[3, [c.OFFSET_RANGE, c.OFFSET_AZIMUTH]] = 40.0, -3.0
    table.loc[:5, [c.TRUE_EAST, c.TRUE_NORTH]] = 0.1
    table.to_csv(tmp_path / "scenes.csv", index=False)
    row = {"attribute": "platform", "value": "S1A", "scenes": 12, "others": 12, "found": 1}
    row |= {f"{n}{a}": 0.1 for n in ("difference_", "sigma_") for a in ("range", "azimuth")}
    pd.DataFrame([row], columns=list(judgement_columns.WHY_TABLE)).to_csv(
        tmp_path / "why.csv", index=False
    )
    paths = [tmp_path / "one.svg", tmp_path / "one.png"]
    range_azimuth.main(
        str(tmp_path / "scenes.csv"), str(tmp_path / "why.csv"), paths,
        REQUIREMENT | {"shape": shape}, "site VV", "the DEM",
    )  # fmt: skip
    text = paths[0].read_text()
    said = "±0.5 m range, ±0.75 m azimuth" if shape == "range_azimuth" else "requirement: 0.75 m"
    assert ">truth<" in text and "range +40, azimuth -3 m" in text
    assert "offset in azimuth from the DEM (m)" in text
    assert (
        said in text and "S1A less the other scenes" in text and "+12.3 m of ground range" in text
    )
    assert imread(paths[1]).std() > 0.01


def test_an_error_ellipse_is_that_of_range_and_azimuth():
    table, _ = scenes_table()
    table[c.SIGMA_EAST], table[c.CORRELATION_EN] = 0.3, 0.5
    table = looks.with_looks(table, dict.fromkeys(table[c.SCENE], DOWN))
    ellipse = radar._ellipse(table.iloc[0], "black")
    # How far it reaches along an axis is the standard error along that axis.
    angle = np.radians(ellipse.angle)
    across = np.hypot(ellipse.width * np.cos(angle), ellipse.height * np.sin(angle)) / 2
    along = np.hypot(ellipse.width * np.sin(angle), ellipse.height * np.cos(angle)) / 2
    assert across == pytest.approx(table[c.SIGMA_RANGE][0])
    assert along == pytest.approx(table[c.SIGMA_AZIMUTH][0])
    # And it leans as the errors of both go together.
    seen = np.array(flight.ways(DOWN.heading, DOWN.side))
    spread = seen @ [[0.09, 0.015], [0.015, 0.01]] @ seen.T
    assert np.sign(np.sin(2 * angle)) == np.sign(spread[0, 1])


def test_what_is_told_of_a_scene():
    scene = Scene("20220101T000000", (), "S1A", direction="descending")
    assert headings.is_known(headings.told(scene, {}))
    other = Scene("20220101T000000", (), "ALOS2", direction="descending")
    assert not headings.is_known(headings.told(other, {}))
    both = {"heading": {"ascending": 350.0, "descending": 190.0}, "look": "left"}
    found = headings.told(other, both)
    assert (found["heading"], found["side"], found["sentinel"]) == (190.0, "left", False)
    with pytest.raises(InputError, match="flown both ways"):
        headings.check(
            "site",
            [scene, Scene("20220102T000000", (), "S1A", direction="ascending")],
            {"heading": 12},
        )
