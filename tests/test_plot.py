"""Figures: drawn for full, sparse and empty tables, the same bytes each time."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import once
from matplotlib.image import imread

import plot
from stackplot import pairs as pairs_figures
from stackshift.stack import columns


def pairs_table(count, truths=True):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(0, 3, (count, len(columns.PAIRS_TABLE))))
    table.columns = list(columns.PAIRS_TABLE)
    table["reference_index"], table["secondary_index"] = range(count), range(1, count + 1)
    table["tiles"], table["count"] = 64, random.integers(0, 65, count)
    positive(table)
    days = pd.date_range("2024-01-06", periods=count + 1, freq="12D")[::-1]
    names = days.strftime("%Y%m%dT052301")
    table["reference"], table["secondary"] = names[:-1], names[1:]
    if not truths:
        table["true_shift_x"] = table["true_shift_y"] = np.nan
    return table


def positive(table):
    """Spreads and standard errors are not negative."""
    for column in ("nmad_x", "nmad_y", "sigma_x", "sigma_y"):
        table[column] = table[column].abs()


def tiles_table(rows, across):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(0, 1, (rows * across, len(columns.TILES_TABLE))))
    table.columns = list(columns.TILES_TABLE)
    table["tile_number_y"], table["tile_number_x"] = np.divmod(np.arange(rows * across), across)
    table["pairs"], table["count"] = 5, random.integers(0, 6, rows * across)
    table["skipped_share"] = 1 - table["count"] / 5
    positive(table)
    empty = table["count"] == 0
    table.loc[empty, [c for c in table if c.endswith(("_x", "_y")) and "tile" not in c]] = np.nan
    return table


def scenes_table(count, measured=True):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(0, 2, (count, len(columns.SCENES_TABLE))))
    table.columns = list(columns.SCENES_TABLE)
    table["scene"] = pd.date_range("2024-01-06", periods=count, freq="12D").strftime("%Y%m%dT0")
    table["time"] = pd.date_range("2024-01-06", periods=count, freq="12D", tz="UTC")
    table["platform"] = ["S1A", "S1B"] * (count // 2) + ["S1A"] * (count % 2)
    table["flag"] = ["outlier"] + [""] * (count - 1)
    for direction in ("east", "north"):
        table[f"sigma_{direction}"] = table[f"sigma_{direction}"].abs()
        if not measured:
            for name in ("offset", "sigma", "true_offset"):
                table[f"{name}_{direction}"] = np.nan
    return table


def measurements_table(pairs):
    """Nine tiles a pair, scattered about the pair by their standard error."""
    random = np.random.default_rng(3)
    table = pairs.loc[pairs.index.repeat(9), ["reference", "secondary", "shift_x", "shift_y"]]
    for axis in "xy":
        table[f"sigma_{axis}"] = random.uniform(0.5, 1, len(table))
        table[f"shift_{axis}"] += random.normal(0, table[f"sigma_{axis}"])
    return table.assign(status="ok")


def residuals_table(pairs, known=True):
    random = np.random.default_rng(4)
    table = pairs[["reference", "secondary"]].copy() if known else pairs[:0][["reference"]].copy()
    for name in ("residual_x", "residual_y", "z_x", "z_y", "closure_rms"):
        table[name] = random.normal(0, 0.3, len(table))
    table["weight_x"], table["weight_y"] = 1.0, random.uniform(0.3, 1, len(table))
    return table.reindex(columns=list(columns.RESIDUALS_TABLE))


NAMES = ("offset_per_pair", "offset_per_tile", "offset_per_scene", "pair_matrix", "z_scores")


def draw(folder, pairs, tiles):
    folder.mkdir(exist_ok=True)
    counts = pairs["count"].sum() > 0
    tables = {
        "measurements": measurements_table(pairs),
        "pairs": pairs,
        "tiles": tiles,
        "scenes": scenes_table(len(pairs) + 1, counts),
        "residuals": residuals_table(pairs, counts),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "verdict.json").write_text(json.dumps({"CE90": {"metres": 4.2 if counts else None}}))
    figures = {name: [folder / f"{name}.{s}" for s in ("svg", "png")] for name in NAMES}
    paths = {name: folder / f"{name}.csv" for name in tables}
    plot.main(paths, folder / "verdict.json", figures, 6.0, "site VV")
    return [path for pair in figures.values() for path in pair]


# Pairs and tiles are never in one figure.
@pytest.mark.parametrize(
    ("count", "cut"),
    [(1, (1, 1)), pytest.param(149, (30, 20), marks=pytest.mark.long)],
)
def test_figures_of_any_size(tmp_path, count, cut):
    for path in draw(tmp_path, pairs_table(count, truths=count == 1), tiles_table(*cut)):
        assert path.stat().st_size > 10_000
        if path.suffix == ".png":
            assert imread(path).std() > 0.05


def test_tables_in_which_nothing_counts_are_drawn(tmp_path):
    pairs, tiles = pairs_table(3, truths=False), tiles_table(2, 2)
    for table in (pairs, tiles):
        table["count"] = 0
        shifts = [c for c in table if c[-2:] in ("_x", "_y") and not c.startswith("tile")]
        table[shifts] = np.nan
    assert len(draw(tmp_path, pairs, tiles)) == 2 * len(NAMES)
    for name in ("pair", "tile", "scene"):
        text = (tmp_path / f"offset_per_{name}.svg").read_text()
        assert f"no {name} could be measured" in text
    assert "could not be measured" in (tmp_path / "pair_matrix.svg").read_text()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    """A folder with the figures of five pairs."""
    fill = lambda folder: draw(folder, pairs_table(5), tiles_table(3, 3))  # noqa: E731
    return once(tmp_path_factory, "drawn", fill)


def test_the_same_tables_give_the_same_bytes(drawn, tmp_path):
    second = draw(tmp_path, pairs_table(5), tiles_table(3, 3))
    assert len(second) == 2 * len(NAMES)
    for path in second:
        assert (drawn / path.name).read_bytes() == path.read_bytes()


def test_a_figure_says_units_requirement_truth_and_number_of_tiles():
    figure = pairs_figures.offset_per_pair(pairs_table(5), 6.0, "site VV")
    texts = " ".join(text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text")))
    for expected in (
        "shift east (m)", "shift north (m)", "requirement: 6 m", "truth", "site VV",
        "2024-01-06 → 2024-01-18", "/64", "NMAD",
    ):  # fmt: skip
        assert expected in texts


def test_figures_name_what_they_show(drawn):
    for name, expected in {
        "offset_per_scene": ["CE90: 4.2 m", "stands out", "offset north (m)", "S1B", "requirement"],
        "offset_per_tile": ["Standard error of", "Spread over the pairs", "Pairs rejected"],
        "pair_matrix": ["residual (m)", "requirement", "weight below 0.5", "2024-01-18"],
        "z_scores": ["standard normal", "robust spread", "45 tiles"],
    }.items():
        text = (drawn / f"{name}.svg").read_text()
        for words in expected:
            assert words in text, (name, words)
