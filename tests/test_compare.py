"""Two polarizations that see the same offsets agree, and a scene in which they do not is named."""

import json
import os
import shutil
import time

import numpy as np
import pandas as pd
import pytest
from conftest import Workspace, small_stack

import compare
from stackshift.stack import check_columns, comparison
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
    paths = [tmp_path / name for name in ("vv.csv", "vh.csv")]
    compare.main(*paths, ("VV", "VH"), tmp_path / "t.csv", tmp_path / "s.json")
    table = pd.read_csv(tmp_path / "t.csv", dtype={c.SCENE: str})
    assert list(table) == list(check_columns.COMPARISON_TABLE)
    assert len(table) == 19
    assert table.sigma_east.dropna().to_numpy() == pytest.approx(0.5)
    assert table.difference_east[4] == pytest.approx(-8, abs=2)
    found = json.loads((tmp_path / "s.json").read_text(), parse_constant=pytest.fail)
    assert found["scenes"] == 18
    assert found["east"]["disagree"] == ["20220105T000000"]
    assert found["north"]["disagree"] == []
    (row,) = found["disagreements"]
    assert (row["scene"], row["axis"]) == ("20220105T000000", "east")
    assert (row["first"], row["second"]) == pytest.approx((vv[4, 0], vh[4, 0]), abs=1e-5)
    assert found["polarizations"] == ["VV", "VH"]
    assert 0.6 < found["north"]["z_rms"] < 1.4


def test_nothing_in_common(tmp_path):
    empty = scenes(np.full((3, 2), np.nan), np.nan)
    for name in "ab":
        empty.to_csv(tmp_path / f"{name}.csv", index=False)
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    compare.main(*paths, ("VV", "VH"), tmp_path / "t.csv", tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text())["scenes"] == 0


def disagreeing(vv, vh, sigma_vv, sigma_vh):
    return compare.compare(scenes(vv, sigma_vv), scenes(vh, sigma_vh))[1]


def test_a_scene_that_only_one_polarization_puts_elsewhere_is_named():
    """As in a real stack: by VH -9.6 +- 1.4 m, by VV -1.4 +- 0.3 m, and no outlier of VV."""
    random = np.random.default_rng(3)
    sigma_vv, sigma_vh = np.full(21, 0.3), np.full(21, 1.4)
    vv = random.normal(0, 0.3, (21, 2))
    vh = random.normal(0, 1.4, (21, 2))
    vv[7, 0], vh[7, 0] = -1.4, -9.6
    found = disagreeing(vv, vh, sigma_vv, sigma_vh)
    assert [(row["scene"], row["axis"]) for row in found["disagreements"]] == [
        ("20220108T000000", "east")
    ]


def test_error_bars_that_are_all_too_small_make_no_scene_stand_out():
    random = np.random.default_rng(4)
    noise = random.normal(0, 3, (40, 2))
    found = compare.compare(*(
        pd.DataFrame(
            {
                c.SCENE: [f"2022{i // 28 + 1:02}{i % 28 + 1:02}T000000" for i in range(40)],
                c.OFFSET_EAST: values[:, 0], c.OFFSET_NORTH: values[:, 1],
                c.SIGMA_EAST: 0.7, c.SIGMA_NORTH: 0.7,
            }
        )
        for values in (noise, np.zeros((40, 2)))
    ))[1]  # fmt: skip
    # Quoted are 0.7 sqrt 2 = 1, true are 3.
    assert found["widened"]["east"] == pytest.approx(3, rel=0.4)
    assert found["disagreements"] == []


def test_acquisitions_of_two_processors_are_found_by_their_times(tmp_path):
    """Bursts start seconds before or behind slices, and passes follow each other in days."""
    random = np.random.default_rng(5)
    truth = random.normal(0, 3, (12, 2))
    hyp3, opera = scenes(truth + 1, 0.2), scenes(truth + random.normal(0, 0.2, (12, 2)), 0.2)
    opera[c.SCENE] = [name[:-2] + f"{i + 10}" for i, name in enumerate(opera[c.SCENE])]
    opera.loc[3, c.SCENE] = "20220104T000200"
    opera = opera.iloc[::-1]
    hyp3.to_csv(tmp_path / "a.csv", index=False)
    opera.to_csv(tmp_path / "b.csv", index=False)
    # What both count from: the second's scenes lie a metre less to the east, by their offsets.
    zeros = {"east": 3.21, "sigma_east": 0.1, "north": 0.96, "sigma_north": 0.1}
    apart = {"templates": zeros, "zeros": zeros | {"from": "templates"}, "records": []}
    (tmp_path / "apart.json").write_text(json.dumps(apart))
    compare.main(
        tmp_path / "a.csv", tmp_path / "b.csv", ("hyp3", "opera"), tmp_path / "t.csv",
        tmp_path / "s.json", 60, tmp_path / "apart.json",
        (tmp_path / "f.svg", tmp_path / "f.png"), 6.0,
    )  # fmt: skip
    found = json.loads((tmp_path / "s.json").read_text(), parse_constant=pytest.fail)
    assert (found["scenes"], found["results"]) == (11, ["hyp3", "opera"])
    assert found["apart"]["text"].startswith("opera lies 2.")
    assert found["apart"]["text"].endswith(": the median of 11 acquisitions, by their templates")
    # .28 m each: 1.25 times .28 over the root of 11, and .1 of the templates.
    for axis, expected in (("east", 2.21), ("north", -0.04)):
        assert found["apart"][axis] == pytest.approx(expected, abs=0.25)
        assert 0.14 < found["apart"][f"sigma_{axis}"] < 0.22
        assert found[axis]["taken_out"] == pytest.approx(1, abs=0.25)
    assert found["east"]["rms"] == pytest.approx(0.2, rel=0.5)
    table = pd.read_csv(tmp_path / "t.csv", dtype={c.SCENE: str})
    assert set(table[c.SCENE]) == set(hyp3[c.SCENE].drop(3))
    # Two scenes within the minute: the nearer one counts, and only once.
    near = pd.concat([opera, opera.iloc[:1].assign(**{c.SCENE: "20220112T000001"})])
    _, both = compare.compare(hyp3, near, 60)
    assert both["scenes"] == 11


def made(places, zero, sigma=0.25):
    """A table of scenes that lie at places (metres), and what its JSON says that it counts from."""
    table = scenes(places - zero, sigma)
    return table, dict(zip(("east", "north"), map(float, zero), strict=True))


def test_the_headline_is_where_most_acquisitions_lie_whatever_each_stack_counts_from():
    """Zeros are medians of other scenes; one scene of b lies off; a has scenes that b has not."""
    random = np.random.default_rng(8)
    inside = []
    for _ in range(60):
        truth = random.normal(0, 4, (9, 2))
        moved = truth[:6] + np.array([10, -4])
        moved[2, 0] += 3
        seen = [v + random.normal(0, 0.25, v.shape) for v in (truth, moved)]
        # What a template's place is by itself is nobody's business.
        own = random.normal(0, 5, (2, 2))
        stacks = [made(v, np.median(v, axis=0)) for v in seen]
        zeros = [
            {key: zero[key] - at for key, at in zip(("east", "north"), place, strict=True)}
            for (_, zero), place in zip(stacks, own, strict=True)
        ]
        noise = random.normal(0, 0.1, 2)
        templates = {"sigma_east": 0.1, "sigma_north": 0.1}
        templates |= dict(zip(("east", "north"), own[1] - own[0] + noise, strict=True))
        between = {"templates": templates, "zeros": comparison.zeros_apart(templates, zeros)}
        table, found = comparison.compare(stacks[0][0], stacks[1][0], 60, between, ("a", "b"))
        assert found["scenes"] == len(table) == 6
        for axis, expected in (("east", 10), ("north", -4)):
            off = found["apart"][axis] - expected
            inside.append(off / found["apart"][f"sigma_{axis}"])
            wanted = (seen[1] - seen[0][:6])[:, int(axis == "north")] + noise[int(axis == "north")]
            assert table[f"apart_{axis}"].to_numpy() == pytest.approx(wanted)
            middle = table[f"apart_{axis}"] + table[f"difference_{axis}"]
            assert middle.to_numpy() == pytest.approx(found["apart"][axis])
    # A displaced scene among six moves a median by a fifth of an error or so.
    assert np.sqrt(np.mean(np.square(inside))) == pytest.approx(1, abs=0.3)
    assert abs(np.mean(inside)) < 0.4


def test_offsets_of_which_one_or_both_are_absolute():
    templates = {"east": 5.0, "north": 5.0, "sigma_east": 0.1, "sigma_north": 0.1}
    here = {"absolute": True, "east": 0.0, "north": 0.0}
    here |= {"common_sigma_east": 0.3, "common_sigma_north": 0.0}
    table, _ = made(np.zeros((4, 2)), np.zeros(2))
    other = table.assign(**{c.OFFSET_EAST: 2.0})
    for zeros, expected in (([here, here], 2.0), ([here, {"east": 1.0, "north": 0.0}], None)):
        between = {"templates": templates, "zeros": comparison.zeros_apart(templates, zeros)}
        away, found = comparison.compare(table, other, 60, between, ("a", "b"))
        assert found["apart"]["east"] == expected
        assert away["apart_east"].isna().all() == (expected is None)
        assert "absolute" in found["apart"]["text"]


def test_stacks_and_tables_that_the_config_names_are_compared(tmp_path):
    for name in ("mine", "other"):
        small_stack(tmp_path / name)
    (tmp_path / "before.csv").write_text("")
    stacks = {name: {"directory": name} for name in ("mine", "other")}
    config = {"stacks": stacks, "compare": ["mine", "other", "before.csv"]}
    workspace = Workspace(tmp_path, config | {"tiles": {"rows": 1, "columns": 1}})
    folder = "results/comparison"
    jobs = workspace.dry(f"{folder}/mine__other/VV.csv", f"{folder}/mine__before/VV.svg")
    assert (jobs["compare_results"], jobs["apart"], jobs["template"]) == (2, 1, 2)


def test_a_table_of_an_earlier_run_that_is_not_there_is_one_line(tmp_path):
    small_stack(tmp_path / "scenes")
    config = {"stacks": {"site": {"directory": "scenes"}}, "tiles": {"rows": 1, "columns": 1}}
    config["compare"] = ["site", "before_{polarization}.csv"]
    done = Workspace(tmp_path, config).run("--dry-run")
    assert done.status != 0 and "Traceback" not in done.text
    assert "compare: before_VV.csv is not there; give the path of the scenes.csv" in done.text
    # A table that this run makes is waited for.
    config["compare"][1] = str(tmp_path / "results/site@corrected/VV/analysis/scenes.csv")
    label = str(tmp_path).strip("/").replace("/", "-").replace("_", "-")
    label += "-results-site-corrected-VV-analysis-scenes"
    jobs = Workspace(tmp_path, config).dry(f"results/comparison/site__{label}/VV.csv")
    assert jobs["correct"] == 3


def test_a_replaced_table_of_an_earlier_run_is_seen_whatever_its_time_stamp(finished, tmp_path):
    """Older: no word, the comparison of before. Of the future: an error, and none left."""
    workspace = finished.copy(tmp_path / "run")
    table = workspace.folder / "before.csv"
    original = workspace.folder / "results/site/VV/analysis/scenes.csv"
    shutil.copy(original, table)
    workspace.config["compare"] = ["site", "before.csv"]
    target = "results/comparison/site__before/VV.csv"
    for days, offset in ((0, 0), (-1000, 1), (1, 2)):
        frame = pd.read_csv(original, dtype=str)
        frame[c.OFFSET_EAST] = [offset, 0, 0]
        frame.to_csv(table, index=False)
        os.utime(table, times=(time.time() + days * 86400,) * 2)
        done = workspace.run(target)
        assert (done.status, done.jobs) == (0, {"compare_results": 1}), done.text
    assert workspace.dry(target) == {}
