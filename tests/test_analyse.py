"""Tables: what is counted, what is averaged, and columns as documented."""

import csv
import json
import statistics

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from test_notebook_defects import records

import analyse
from stackshift.stack import columns, tables


def run(tmp_path, *pairs, truth=None):
    paths = [tmp_path / f"{i}.json" for i in range(len(pairs))]
    for path, pair in zip(paths, pairs, strict=True):
        path.write_text(json.dumps(pair))
    out = [tmp_path / f"{name}.csv" for name in ("measurements", "pairs")]
    analyse.main(paths, [C, A, B], truth, *out)
    found = [pd.read_csv(path, dtype={"reference": str, "secondary": str}) for path in out]
    return *found, tables.tiles_table(found[0], still(found[0]))


def still(measurements):
    """Series of tiles that do not move."""
    cells = measurements[["tile_number_x", "tile_number_y"]].drop_duplicates()
    return cells.assign(scenes_measured=3, moves=0, scatter_east=0.1, scatter_north=0.1)


A, B, C = "20220125T000000", "20220113T000000", "20220101T000000"


def test_statistics_of_a_pair_and_of_a_tile(tmp_path):
    newer = records([1.0, 2.0, 6.0, 99.0], ["ok", "ok", "ok", "no_match"], A, B)
    older = records([4.0, 2.0, -5.0, 99.0], ["ok", "too_many_nan", "ok", "ok"], B, C)
    measurements, pairs, tiles = run(tmp_path, older, newer)
    assert len(measurements) == 8
    assert list(measurements.reference_index) == [0] * 4 + [1] * 4
    assert list(measurements.secondary_index) == [1] * 4 + [2] * 4
    first = pairs.iloc[0]
    assert (first.reference, first["count"], first.tiles, first.days) == (A, 3, 4, 12)
    assert first.skipped_share == 0.25
    assert first.mean_x == 3
    assert first.median_x == 2
    assert first.std_x == pytest.approx(np.sqrt(7), abs=1e-6)
    assert first.nmad_x == pytest.approx(1.4826)
    assert first.error_rms == 0.5
    assert not [name for name in pairs if name.startswith("true_")]
    last = tiles.iloc[-1]
    assert (last.tile_number_x, last["count"], last.pairs, last.mean_x) == (3, 1, 2, 99)
    assert list(tiles.skipped_share) == [0, 0.5, 0, 0.5]


def test_what_all_tiles_of_a_pair_share_is_not_averaged_out(tmp_path):
    pair = records([1.0] * 4, ["ok"] * 4, A, B)
    for tile in pair["tiles"]:
        tile |= {"sigma_x": 0.2, "sigma_y": 0.2}
    _, plain, _ = run(tmp_path, pair)
    for number, tile in enumerate(pair["tiles"]):
        tile |= {"shared_x": 0.15, "shared_y": 0.15 * (-1) ** number}
    measurements, wide, _ = run(tmp_path, pair)
    assert list(measurements.shared_x) == [0.15] * 4
    assert plain.sigma_x[0] == pytest.approx(0.1)
    # Of four tiles a quarter of its square is in their mean already.
    assert wide.sigma_x[0] == pytest.approx(np.hypot(0.1, 0.15 * np.sqrt(3 / 4)), abs=1e-6)
    assert wide.sigma_y[0] == pytest.approx(plain.sigma_y[0])
    assert wide.shift_x[0] == plain.shift_x[0]


def test_a_pair_of_few_tiles_is_as_unsure_as_their_quarters_scatter(tmp_path):
    """The quarters of one tile lie four times as far apart as by chance: change of the ground."""
    pair = records([1.0] * 2, ["ok"] * 2, A, B)
    for tile in pair["tiles"]:
        tile |= {"sigma_x": 0.2, "sigma_y": 0.2}
    _, plain, _ = run(tmp_path, pair)
    for tile in pair["tiles"]:
        # Chi squared a degree of freedom of +-1, errors of e: 4 / 3 / e^2 along each axis.
        error = np.sqrt(4 / 3 / 4)
        tile["quarters"] = [
            {"shift_x": x, "shift_y": y, "sigma_x": error, "sigma_y": error}
            for x, y in ((1, 1), (1, -1), (-1, 1), (-1, -1))
        ]
    _, wide, _ = run(tmp_path, pair)
    # The excess of three counts twice, as change is in part common to the quarters.
    assert wide.sigma_x[0] == pytest.approx(plain.sigma_x[0] * np.sqrt(1 + 2 * 3), rel=1e-4)
    assert wide.sigma_y[0] == pytest.approx(plain.sigma_y[0] * np.sqrt(1 + 2 * 3), rel=1e-4)
    assert wide.shift_x[0] == plain.shift_x[0]
    for tile in pair["tiles"]:
        for quarter in tile["quarters"]:
            quarter |= {"sigma_x": 4.0, "sigma_y": 4.0}
    _, sure, _ = run(tmp_path, pair)
    assert sure.sigma_x[0] == pytest.approx(plain.sigma_x[0])


def test_a_pair_without_a_tile_that_counts_has_empty_statistics(tmp_path):
    _, pairs, _ = run(tmp_path, records([1.0, 2.0], ["no_match"] * 2, A, B))
    assert pairs["count"][0] == 0 and pairs.skipped_share[0] == 1
    assert pairs[["mean_x", "std_x", "median_y", "nmad_y", "error_rms"]].isna().all(axis=None)


def test_truth_of_a_pair_is_the_shift_that_undoes_the_offsets(tmp_path):
    truth = tmp_path / "truth.csv"
    with open(truth, "w", newline="") as lines:
        table = csv.writer(lines)
        table.writerows([["scene", "offset_east", "offset_north"], [A, 1, 10], [B, 6, 7]])
    _, pairs, _ = run(tmp_path, records([1.0], ["ok"], A, B), truth=truth)
    # The secondary lies 5 m further east and 3 m further south than the reference.
    assert (pairs.true_shift_x[0], pairs.true_shift_y[0]) == (-5, 3)


def test_files_have_the_documented_columns(tmp_path):
    run(tmp_path, records([1.0], ["ok"], A, B))
    for name, documented in (
        ("measurements", columns.MEASUREMENTS),
        ("pairs", columns.PAIRS_TABLE),
    ):
        header = (tmp_path / f"{name}.csv").read_text().splitlines()[0].split(",")
        assert header == [column for column in documented if not column.startswith("true_")]


def test_the_dictionary_of_columns_is_that_of_the_code():
    text = (ROOT / "docs" / "columns.md").read_text()
    for table in (columns.MEASUREMENTS, columns.PAIRS_TABLE, columns.TILES_TABLE):
        for name, (unit, meaning) in table.items():
            assert f"| `{name}` | {unit} | {meaning} |" in text


def test_statistics_are_those_of_plain_lists(tmp_path):
    random = np.random.default_rng(3)
    scenes = [f"2022{month:02d}01T000000" for month in range(1, 8)][::-1]
    pairs = [
        records(random.normal(2, 3, 40).tolist(),
                random.choice(["ok", "ok", "no_match", "low_quality"], 40).tolist(), a, b)
        for i, a in enumerate(scenes) for b in scenes[i + 1 : i + 3]
    ]  # fmt: skip
    paths = [tmp_path / f"{i}.json" for i in random.permutation(len(pairs))]
    for path, pair in zip(paths, pairs, strict=True):
        path.write_text(json.dumps(pair))
    out = [tmp_path / name for name in ("measurements.csv", "pairs.csv")]
    analyse.main(paths, scenes, None, *out)
    names = {"reference": str, "secondary": str}
    found = pd.read_csv(out[1], dtype=names).set_index(["reference", "secondary"])
    assert list(found.index) == [
        (a, b) for i, a in enumerate(scenes) for b in scenes[i + 1 : i + 3]
    ]
    tiles = tables.tiles_table(
        pd.read_csv(out[0], dtype=names), still(pd.read_csv(out[0]))
    ).set_index(["tile_number_x", "tile_number_y"])
    of_tiles = {}
    for pair in pairs:
        key = pair["reference"]["scene"], pair["secondary"]["scene"]
        for record in pair["tiles"]:
            cell = record["tile_number_x"], record["tile_number_y"]
            of_tiles.setdefault(cell, []).append(record)
        check(found.loc[key], pair["tiles"])
    for cell, mine in of_tiles.items():
        check(tiles.loc[cell], mine)


def check(row, records_of_it):
    good = [record["shift_x"] for record in records_of_it if record["status"] == "ok"]
    assert row["count"] == len(good)
    assert row.rejected_no_match == sum(r["status"] == "no_match" for r in records_of_it)
    assert row.mean_x == pytest.approx(statistics.fmean(good), abs=1e-6)
    assert row.median_x == pytest.approx(statistics.median(good), abs=1e-6)
    if len(good) > 1:
        assert row.std_x == pytest.approx(statistics.stdev(good), abs=2e-6)
    apart = [abs(value - statistics.median(good)) for value in good]
    assert row.nmad_x == pytest.approx(1.4826 * statistics.median(apart), abs=3e-6)
