"""Does the stack meet the requirement, do such products in general, and what is to look at."""

import stackio.job as job

import logging
from collections.abc import Sequence

import pandas as pd

from stackio import files
from stackshift.stack import causes, judgement_columns
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers
from stackshift.stack.judged import judge, rows_of

# What the findings have of each scene for further stages alone.
_OF_SCENES = ("processing", "shared")


def main(
    inputs: dict[str, str],
    comparisons: list[str],
    cut: tuple[int, int],
    requirement: dict,
    report: str,
    table: str,
    hints: Sequence[str] = (),
) -> None:
    """Judge a stack.

    Parameters
    ----------
    inputs : paths of the tables ``scenes``, ``pairs``, ``scene_tiles`` and ``residuals``, and of
        the JSONs ``grid``, ``findings`` (steps, platforms, parts of the network) and ``inventory``
        (what was left out and why, what was noticed when the config was read).
    comparisons : JSONs of the comparisons with other polarizations of the stack.
    cut : number of tiles (rows, columns).
    requirement : ``name``, ``metres``, ``share``, ``confidence``, ``of`` and ``shape``.
    report, table : JSON and CSV to write.
    hints : lines on layers that lie beside the scenes and are not used.
    """
    names = {c.SCENE: str, c.REFERENCE: str, c.SECONDARY: str}
    scenes, pairs, scene_tiles, residuals = (
        pd.read_csv(inputs[name], dtype=names, keep_default_na=False)
        for name in ("scenes", "pairs", "scene_tiles", "residuals")
    )
    grid, findings = files.read_json(inputs["grid"]), files.read_json(inputs["findings"])
    inventory = files.read_json(inputs["inventory"])
    zero = findings.get("zero", {})
    judged = judge(scenes, pairs, requirement, inventory["left_out"], zero)
    pixels = grid["height"] / cut[0], grid["width"] / cut[1]
    (overlaps,) = as_numbers(scenes, c.OVERLAP)
    judged["to_look_at"] = [
        *causes.of_scenes(judged["left_out"], judged["outliers"]),
        *causes.of_tiles(list(scene_tiles[c.STATUS]), pixels),
        *causes.of_polarizations([files.read_json(path) for path in comparisons]),
        *causes.of_overlaps(dict(zip(scenes[c.SCENE], overlaps, strict=True))),
        *causes.of_pairs(judged["pairs"]["any_two_within"], requirement),
        *causes.of_time(judged["in_time"]),
        *causes.of_residuals(_of_pairs(residuals), bool(findings.get("tiles_that_move"))),
        *causes.of_findings(findings),
        *[causes.look_at("layers not used", line) for line in hints],
        *causes.of_catalogue(inventory["remarks"]),
    ]
    told = {key: value for key, value in findings.items() if key not in _OF_SCENES}
    files.write_json(report, judged | {"findings": told})
    files.write_csv(
        table, pd.DataFrame(rows_of(judged), columns=list(judgement_columns.VERDICT_TABLE))
    )
    logging.info("%s: %s", judged["criterion"], judged["verdict"])


def _of_pairs(residuals: pd.DataFrame) -> list[dict]:
    """What is left of each pair's shift, in the words of `causes.of_residuals`."""
    left = as_numbers(residuals, c.RESIDUAL_X, c.RESIDUAL_Y, c.Z_X, c.Z_Y)
    called = residuals[[c.REFERENCE, c.SECONDARY]].itertuples(index=False)
    return [
        {"reference": first, "secondary": second}
        | dict(zip(("east", "north", "z_east", "z_north"), map(float, values), strict=True))
        for (first, second), *values in zip(called, *left, strict=True)
    ]


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            inputs={name: path for name, path in snakemake.input.items() if name != "comparisons"},
            comparisons=list(snakemake.input.comparisons),
            cut=tuple(snakemake.params.tiles),
            requirement=snakemake.params.requirement,
            report=snakemake.output.report,
            table=snakemake.output.table,
            hints=list(snakemake.params.hints),
        )
