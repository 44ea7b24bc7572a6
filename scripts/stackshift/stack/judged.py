"""The verdict on a stack out of its tables: of one polarization, or of all together."""

import numpy as np
import pandas as pd

from stackshift.stack import answers, circle, judgement, looks, persistence
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers
from stackshift.stack.separations import Separations, any_two, growth, separations


def rows_of(judged: dict) -> list[dict]:
    """The rows of verdict.csv: a criterion of the scenes or of the pairs."""
    return [
        {"of": kind, "criterion": name} | found | {"causes": "; ".join(found["causes"])}
        for kind, criteria in (
            ("scenes", judged["criteria"]),
            ("pairs", judged["pairs"]["criteria"]),
        )
        for name, found in criteria.items()
    ]


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
    requirement : ``name``, ``metres``, ``share``, ``confidence``, ``of`` and ``shape``.
    left_out : files that are no scenes of the stack, each with ``scene``, ``file`` and ``reason``.
    zero : what scenes are judged from: ``from``, in words, whether it is ``absolute``, and the
        scenes that match it ``inverted``.
    """
    counted_from = (zero or {}).get("from", "the stack's median")
    absolute = bool((zero or {}).get("absolute"))
    east, north, *sigmas = as_numbers(
        scenes, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH
    )
    seen = looks.of_scenes(scenes)
    # Of two scenes the median lies half way: both are as far from it as they are from each other.
    halves = 2.0 if not absolute and np.isfinite(east).sum() == 2 else 1.0
    order = np.argsort(scenes[c.SCENE].to_numpy(str), kind="stable")
    in_time = persistence.in_time(np.array([east, north])[:, order])
    criteria = _criteria(east, north, sigmas, requirement, seen, halves, order=order)
    apart, design = separations(pairs, scenes)
    seen_apart = looks.of_pairs(pairs, scenes, apart)
    apart_criteria = _criteria(
        apart.east, apart.north, apart.sigmas, requirement, seen_apart, design, growth(apart.names)
    )
    judged = {"scenes": criteria, "pairs": apart_criteria}
    dates = [answers.day(scene) for scene in scenes[c.SCENE]]
    days = {
        scene: answers.day(scene, time=dates.count(date) > 1)
        for scene, date in zip(scenes[c.SCENE], dates, strict=True)
    }
    outside = {
        "scenes": _outside(list(scenes[c.SCENE]), east, north, sigmas, requirement, seen),
        "pairs": _outside(
            apart.names, apart.east, apart.north, apart.sigmas, requirement, seen_apart
        ),
    }
    by_kind = {
        kind: _answer(
            kind,
            judged[kind][requirement["shape"]],
            outside[kind],
            requirement,
            days,
            _place(zero or {}, len(scenes)) if absolute and kind == "scenes" else "",
            apart.by_scenes if kind == "pairs" else 0,
            in_time if kind == "scenes" else None,
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
            "by_scenes": apart.by_scenes,
            "worst": _farthest(apart),
            "any_two": any_two(scenes, requirement),
            "any_two_within": any_two(scenes, requirement, within=True),
        },
        "in_time": {
            "correlation": in_time.correlation,
            "p": in_time.p,
            "scenes": int((np.isfinite(east) & np.isfinite(north)).sum()),
            "design": in_time.design,
        },
        **{
            f"CE{percent}": circle.circular_error(
                east, north, percent, requirement["confidence"], sigmas, in_time.design
            )
            for percent in (90, 95)
        },
        "worst_scene": _farthest(Separations(list(scenes[c.SCENE]), east, north, sigmas), "scene"),
        "outliers": [
            scene
            for scene, flag in zip(scenes[c.SCENE], scenes[c.FLAG], strict=True)
            if "outlier" in flag
        ],
        "left_out": left_out,
    }


def _place(zero: dict, total: int) -> str:
    """What scenes are within so many metres of, and how they were matched with it."""
    inverted = len(zero.get("inverted", []))
    by = f" ({inverted} of {total} by inverted contrast)" if inverted else ""
    return f" of {zero['from']}, absolute{by}"


def _criteria(
    east,
    north,
    sigmas,
    requirement: dict,
    seen: looks.Seen | None,
    design: float = 1.0,
    growth: judgement.Growth = judgement.alone,
    order: np.ndarray | None = None,
) -> dict[str, dict]:
    """What is judged along each axis, radially, and along both axes at once, by criterion.

    With the ``order`` of scenes in time they count for as many as are independent along the axes
    that are looked at.
    """

    def counted(values) -> tuple[float, judgement.Growth]:
        if order is None:
            return design, growth
        together = persistence.in_time(np.asarray(values)[:, order]).design
        return max(design, together), judgement.alike(together)

    figures = {
        "east": (np.abs(east), sigmas[0], [east]),
        "north": (np.abs(north), sigmas[1], [north]),
        "radial": (*judgement.radial(east, north, *sigmas), [east, north]),
        "box": (np.abs([east, north]), np.asarray(sigmas), [east, north]),
    }
    found = {}
    for name, (distances, errors, values) in figures.items():
        worth, grown = counted(values)
        found[name] = judgement.judge(distances, errors, requirement, worth, growth=grown)
    if seen is None:
        return found
    allowed = looks.limits(requirement)
    for name, rows in (("range", [0]), ("azimuth", [1]), (answers.RANGE_AZIMUTH, [0, 1])):
        along = seen.values[rows]
        worth, grown = counted(along)
        found[name] = judgement.judge(
            np.abs(along), seen.sigmas[rows], requirement, worth, allowed[rows], grown
        )
    return found


def _outside(
    names: list, east, north, sigmas, requirement: dict, seen: looks.Seen | None
) -> list[dict]:
    """Those outside the requirement, by their distance alone, the farthest first.

    Of the axes along which something is asked each it is the one that is missed by most.
    """
    distance, sigma = judgement.radial(east, north, *sigmas)
    beyond = distance / requirement["metres"]
    if requirement["shape"] != "radial":
        values, errors = np.abs([east, north]), np.asarray(sigmas)
        over = values / requirement["metres"]
        if requirement["shape"] == answers.RANGE_AZIMUTH and seen is not None:
            values, errors = np.abs(seen.values), seen.sigmas
            over = values / looks.limits(requirement)
        rows = np.argmax(over, axis=0), np.arange(len(distance))
        distance, sigma, beyond = values[rows], errors[rows], over[rows]
    return [
        {"name": names[at], "metres": float(distance[at]), "sigma": _known(sigma[at])}
        for at in np.argsort(-beyond)
        if beyond[at] > 1
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
    kind: str,
    found: dict,
    outside: list[dict],
    requirement: dict,
    days: dict,
    place: str,
    by_scenes: int,
    in_time: persistence.InTime | None,
) -> dict:
    """Both answers on scenes or pairs, with their words."""

    def called(name) -> str:
        return days[name] if kind == "scenes" else " to ".join(days[scene] for scene in name)

    named = [
        f"{called(row['name'])} ({answers.metres(row['metres'], row['sigma'])} m)"
        for row in outside
    ]
    hang = ""
    if in_time is not None and in_time.design > 1:
        count = found["scenes"]
        hang = f"; the {answers.together(count, count / in_time.design, in_time.correlation)}"
    return {
        "verdict": found["verdict"],
        "these": found["these"],
        "text_these": answers.these(kind, found, requirement, named, place, by_scenes),
        "text_general": answers.general(kind, found, requirement) + hang,
        "outside": outside,
    }
