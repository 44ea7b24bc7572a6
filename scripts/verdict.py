"""Does the stack meet the requirement: pass, fail or undecided, and why."""

import logging

import numpy as np
import pandas as pd

from stackio import files, job
from stackshift.stack import columns as c
from stackshift.stack import judgement
from stackshift.stack.inversion import as_numbers


def main(
    scenes: str, findings: str, inventory: str, requirement: dict, report: str, table: str
) -> None:
    """Judge a stack.

    Parameters
    ----------
    scenes : table of the scenes.
    inventory : JSON of what the stack is made of, with what was left out and why.
    findings : JSON with steps, platforms and parts of the network.
    requirement : ``name``, ``metres``, ``share`` and ``confidence``.
    report, table : JSON and CSV to write.
    """
    found = pd.read_csv(scenes, dtype={c.SCENE: str}, keep_default_na=False)
    judged = judge(found, requirement, files.read_json(inventory)["left_out"])
    files.write_json(report, judged | {"findings": files.read_json(findings)})
    rows = [{"criterion": name} | judged["criteria"][name] for name in judged["criteria"]]
    files.write_csv(table, pd.DataFrame(rows, columns=list(c.VERDICT_TABLE)))
    logging.info("%s: %s", judged["criterion"], judged["verdict"])


def judge(scenes: pd.DataFrame, requirement: dict, left_out: list[dict]) -> dict:
    """The content of verdict.json but the findings; scenes as in `columns.SCENES_TABLE`.

    ``left_out`` are the files that are no scenes of the stack, each with ``scene`` and ``reason``.
    """
    east, north, sigma_east, sigma_north = as_numbers(
        scenes, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH
    )
    radius, sigma = judgement.radial(east, north, sigma_east, sigma_north)
    criteria = {
        "east": judgement.judge(np.abs(east), sigma_east, requirement),
        "north": judgement.judge(np.abs(north), sigma_north, requirement),
        "radial": judgement.judge(radius, sigma, requirement),
    }
    left_out = left_out + [
        {"scene": scene, "reason": message}
        for scene, message, value in zip(scenes[c.SCENE], scenes[c.MESSAGE], east, strict=True)
        if not np.isfinite(value)
    ]
    worst = int(np.nanargmax(radius)) if np.isfinite(radius).any() else None
    return {
        "verdict": criteria["radial"]["verdict"],
        "criterion": f"{requirement['name']}: at least {100 * requirement['share']:g} % of the "
        f"scenes within {requirement['metres']:g} m of the stack's median position, with "
        f"{100 * requirement['confidence']:g} % confidence",
        "requirement": requirement,
        "criteria": criteria,
        "CE90": judgement.circular_error(east, north, 90, requirement["confidence"]),
        "CE95": judgement.circular_error(east, north, 95, requirement["confidence"]),
        "worst_scene": None
        if worst is None
        else {"scene": scenes[c.SCENE].iloc[worst], "metres": float(radius[worst])},
        "outliers": [
            scene
            for scene, flag in zip(scenes[c.SCENE], scenes[c.FLAG], strict=True)
            if "outlier" in flag
        ],
        "left_out": left_out,
    }


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=snakemake.input.scenes,
            findings=snakemake.input.findings,
            inventory=snakemake.input.inventory,
            requirement=snakemake.params.requirement,
            report=snakemake.output.report,
            table=snakemake.output.table,
        )
