"""Does the stack meet the requirement, do such products in general, and what is to look at."""

import logging

import numpy as np
import pandas as pd

from stackio import files, job
from stackshift.stack import answers, causes, judgement
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers
from stackshift.stack.separations import Separations, any_two, separations


def main(
    inputs: dict[str, str],
    comparisons: list[str],
    cut: tuple[int, int],
    requirement: dict,
    report: str,
    table: str,
) -> None:
    """Judge a stack.

    Parameters
    ----------
    inputs : paths of the tables ``scenes``, ``pairs`` and ``scene_tiles``, and of the JSONs
        ``grid``, ``findings`` (steps, platforms, parts of the network) and ``inventory`` (what was
        left out and why, what was noticed when the config was read).
    comparisons : JSONs of the comparisons with other polarizations of the stack.
    cut : number of tiles (rows, columns).
    requirement : ``name``, ``metres``, ``share``, ``confidence``, ``of`` and ``shape``.
    report, table : JSON and CSV to write.
    """
    names = {c.SCENE: str, c.REFERENCE: str, c.SECONDARY: str}
    scenes, pairs, scene_tiles = (
        pd.read_csv(inputs[name], dtype=names, keep_default_na=False)
        for name in ("scenes", "pairs", "scene_tiles")
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
        *causes.of_pairs(judged["pairs"]["any_two"], requirement),
        *causes.of_findings(findings),
        *causes.of_catalogue(inventory["remarks"]),
    ]
    files.write_json(report, judged | {"findings": findings})
    rows = [
        {"of": kind, "criterion": name} | found | {"causes": "; ".join(found["causes"])}
        for kind, criteria in (
            ("scenes", judged["criteria"]),
            ("pairs", judged["pairs"]["criteria"]),
        )
        for name, found in criteria.items()
    ]
    files.write_csv(table, pd.DataFrame(rows, columns=list(c.VERDICT_TABLE)))
    logging.info("%s: %s", judged["criterion"], judged["verdict"])


def judge(
    scenes: pd.DataFrame,
    pairs: pd.DataFrame,
    requirement: dict,
    left_out: list[dict],
    zero: dict | None = None,
) -> dict:
    """The content of verdict.json but the findings and what to look at.

    Parameters
    ----------
    scenes, pairs : as in `columns.SCENES_TABLE` and `columns.PAIRS_TABLE`.
    requirement : as for `main`.
    left_out : files that are no scenes of the stack, each with ``scene``, ``file`` and ``reason``.
    zero : what scenes are judged from: ``from``, in words, and whether it is ``absolute``.
    """
    counted_from = (zero or {}).get("from", "the stack's median")
    absolute = bool((zero or {}).get("absolute"))
    east, north, *sigmas = as_numbers(
        scenes, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH
    )
    criteria = _criteria(east, north, sigmas, requirement)
    apart, design = separations(pairs, scenes)
    apart_criteria = _criteria(apart.east, apart.north, apart.sigmas, requirement, design)
    judged = {"scenes": criteria, "pairs": apart_criteria}
    dates = [answers.day(scene) for scene in scenes[c.SCENE]]
    days = {
        scene: answers.day(scene, time=dates.count(date) > 1)
        for scene, date in zip(scenes[c.SCENE], dates, strict=True)
    }
    outside = {
        "scenes": _outside(list(scenes[c.SCENE]), east, north, sigmas, requirement),
        "pairs": _outside(apart.names, apart.east, apart.north, apart.sigmas, requirement),
    }
    by_kind = {
        kind: _answer(
            kind,
            judged[kind][requirement["shape"]],
            outside[kind],
            requirement,
            days,
            f" of {counted_from}, absolute" if absolute and kind == "scenes" else "",
        )
        for kind in requirement["of"]
    }
    left_out = left_out + [
        {"scene": scene, "reason": message}
        for scene, message, value in zip(scenes[c.SCENE], scenes[c.MESSAGE], east, strict=True)
        if not np.isfinite(value)
    ]
    return {
        "verdict": judgement.together([by_kind[kind]["verdict"] for kind in by_kind]),
        "criterion": answers.criterion(requirement, counted_from),
        "zero": counted_from,
        "absolute": absolute,
        "requirement": requirement,
        "answers": by_kind,
        "criteria": criteria,
        "pairs": {
            "criteria": apart_criteria,
            "worst": _farthest(apart),
            "any_two": any_two(scenes, requirement),
        },
        "CE90": judgement.circular_error(east, north, 90, requirement["confidence"]),
        "CE95": judgement.circular_error(east, north, 95, requirement["confidence"]),
        "worst_scene": _farthest(Separations(list(scenes[c.SCENE]), east, north, sigmas), "scene"),
        "outliers": [
            scene
            for scene, flag in zip(scenes[c.SCENE], scenes[c.FLAG], strict=True)
            if "outlier" in flag
        ],
        "left_out": left_out,
    }


def _criteria(east, north, sigmas, requirement: dict, design: float = 1.0) -> dict[str, dict]:
    """What is judged along each axis, radially, and along both axes at once, by criterion."""
    figures = {
        "east": (np.abs(east), sigmas[0]),
        "north": (np.abs(north), sigmas[1]),
        "radial": judgement.radial(east, north, *sigmas),
        "box": (np.abs([east, north]), np.asarray(sigmas)),
    }
    return {name: judgement.judge(*of, requirement, design) for name, of in figures.items()}


def _outside(names: list, east, north, sigmas, requirement: dict) -> list[dict]:
    """Those outside the requirement, by their distance alone, the farthest first."""
    distance, sigma = judgement.radial(east, north, *sigmas)
    if requirement["shape"] == "box":
        rows = np.arange(len(distance)), np.argmax(np.abs([east, north]), axis=0)
        distance, sigma = (np.transpose(v)[rows] for v in (np.abs([east, north]), sigmas))
    return [
        {"name": names[at], "metres": float(distance[at]), "sigma": _known(sigma[at])}
        for at in np.argsort(-distance)
        if distance[at] > requirement["metres"]
    ]


def _farthest(apart: Separations, kind: str = "pair") -> dict | None:
    """The scene that lies farthest from the median, or the pair farthest from each other."""
    distance, sigma = judgement.radial(apart.east, apart.north, *apart.sigmas)
    if not np.isfinite(distance).any():
        return None
    at = int(np.nanargmax(distance))
    return {kind: apart.names[at], "metres": float(distance[at]), "sigma": _known(sigma[at])}


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _answer(
    kind: str, found: dict, outside: list[dict], requirement: dict, days: dict, place: str
) -> dict:
    """Both answers on scenes or pairs, with their words."""

    def called(name) -> str:
        return days[name] if kind == "scenes" else " to ".join(days[scene] for scene in name)

    named = [
        f"{called(row['name'])} ({answers.metres(row['metres'], row['sigma'])} m)"
        for row in outside
    ]
    return {
        "verdict": found["verdict"],
        "these": found["these"],
        "text_these": answers.these(kind, found, requirement, named, place),
        "text_general": answers.general(kind, found, requirement),
        "outside": outside,
    }


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            inputs={name: path for name, path in snakemake.input.items() if name != "comparisons"},
            comparisons=list(snakemake.input.comparisons),
            cut=tuple(snakemake.params.tiles),
            requirement=snakemake.params.requirement,
            report=snakemake.output.report,
            table=snakemake.output.table,
        )
