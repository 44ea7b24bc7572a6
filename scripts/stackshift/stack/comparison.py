"""Two results of the same acquisitions: do their scenes lie in the same place?"""

import math

import numpy as np
import pandas as pd

from stackshift.stack import answers, screening
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers


def compare(
    first: pd.DataFrame,
    second: pd.DataFrame,
    seconds: float = 0.0,
    between: dict | None = None,
    names: tuple[str, str] = ("the first", "the second"),
) -> tuple[pd.DataFrame, dict]:
    """Differences of the offsets of the same acquisitions between two results.

    Parameters
    ----------
    first, second : tables of the scenes (`columns.SCENES_TABLE`): of two polarizations, of two
        processors, methods or versions.
    seconds : by which the times of one acquisition may differ, as those of bursts and slices do.
    between : ``zeros``, how far what the second's offsets count from lies from that of the first
        (`zeros_apart`), ``templates``, ``tiles``, ``matched``; None where that is not known.
    names : of the two results.

    Returns
    -------
    (table, summary): a row for each scene that both have, with the columns of
    `check_columns.COMPARISON_TABLE`; the summary has the rms of the difference along each axis in
    metres and of the difference over its standard error, which is 1 if both tell the truth about
    both. Means of different sets of scenes differ, so the median difference is taken out, and
    stands in ``taken_out``. Where it is known what both count from, ``apart`` is the median over
    the scenes of where the second's image lies from the first's, in absolute metres, with its
    standard error, ``scenes``, and the ``text`` that says so. A scene is named in ``disagree``
    whose difference stands out among those of all scenes, whose errors are ``widened`` by what
    most of them exceed the quoted ones; ``disagreements`` has both offsets.
    """
    if seconds:
        second = _renamed(first, second, seconds)
    zeros: dict = between["zeros"] if between else {"east": None, "north": None}
    both = first.merge(second, on=c.SCENE, suffixes=("_1", "_2"))
    table = pd.DataFrame({c.SCENE: both[c.SCENE]})
    summary: dict = {"scenes": 0, "disagreements": [], "widened": {}}
    placed: dict = {}
    away = {}
    for offset, sigma, direction in (
        (c.OFFSET_EAST, c.SIGMA_EAST, "east"),
        (c.OFFSET_NORTH, c.SIGMA_NORTH, "north"),
    ):
        one, two, error_one, error_two = as_numbers(
            both, f"{offset}_1", f"{offset}_2", f"{sigma}_1", f"{sigma}_2"
        )
        difference = one - two
        known = np.isfinite(difference)
        middle = float(np.median(difference[known])) if known.any() else None
        zero = zeros[direction]
        away[f"apart_{direction}"] = (np.nan if zero is None else zero) - difference
        difference = difference - (middle or 0.0)
        error = np.hypot(error_one, error_two)
        table[f"difference_{direction}"], table[f"sigma_{direction}"] = difference, error
        # A scene that offsets are relative to has no error of its own.
        z = np.divide(difference, error, out=np.zeros_like(error), where=error > 0)[known]
        widened = max(1.0, 1.4826 * float(np.median(np.abs(z)))) if known.any() else 1.0
        # Both axes are looked at.
        apart = screening.holm(screening.two_sided(z / widened)) < screening.ALPHA / 2
        summary["scenes"] = int(known.sum())
        summary["widened"][direction] = widened
        summary[direction] = {
            "taken_out": middle,
            "rms": float(np.sqrt(np.mean(difference[known] ** 2))) if known.any() else None,
            "z_rms": float(np.sqrt(np.mean(z**2))) if known.any() else None,
            "disagree": list(both[c.SCENE][known][apart]),
        }
        summary["disagreements"] += [
            {
                "scene": both[c.SCENE].iloc[at],
                "axis": direction,
                "first": float(one[at]),
                "sigma_first": float(error_one[at]),
                "second": float(two[at]),
                "sigma_second": float(error_two[at]),
            }
            for at in np.flatnonzero(known)[apart]
        ]
        if zero is not None and middle is not None:
            placed[direction] = zero - middle
            placed[f"sigma_{direction}"] = math.hypot(
                zeros[f"sigma_{direction}"], widened * _error_of_median(error[known])
            )
    table = table.assign(**away)
    if between:
        summary["apart"] = _apart(placed, between, summary["scenes"], names)
    return table, summary


def zeros_apart(templates: dict, zeros: list[dict]) -> dict:
    """How far what the offsets of a second stack count from lies from that of a first.

    Parameters
    ----------
    templates : ``east``, ``north``, by which the second template lies from the first, metres, and
        ``sigma_east``, ``sigma_north``; None where they do not match.
    zeros : of each stack ``east``, ``north`` from its template to what its offsets count from, and
        ``absolute``, whether that is a place on the Earth, with ``common_sigma_*`` of the stack.

    Returns
    -------
    The same keys, and ``from`` in words. A stack's own zero is a function of where its scenes lie,
    so its error is no further one of a scene's place. Offsets that are both absolute need no
    template. None where only one is.
    """
    absolute = [bool(zero.get("absolute")) for zero in zeros]
    keys = ("east", "north")
    if all(absolute):
        found: dict = dict.fromkeys(keys, 0.0)
        found |= {
            f"sigma_{key}": math.hypot(*(zero.get(f"common_sigma_{key}", 0.0) for zero in zeros))
            for key in keys
        }
        return found | {"from": "absolute offsets"}
    if any(absolute) or templates["east"] is None:
        found = dict.fromkeys((*keys, *(f"sigma_{key}" for key in keys)))
        return found | {"from": "one is absolute" if any(absolute) else "templates do not match"}
    found = {key: templates[key] + zeros[1][key] - zeros[0][key] for key in keys}
    return (
        found | {f"sigma_{key}": templates[f"sigma_{key}"] for key in keys} | {"from": "templates"}
    )


def _error_of_median(sigmas: np.ndarray) -> float:
    """Standard error of the median of normal values whose errors differ.

    Of many it is 1 / (2 f sqrt(n)) with f the mean density at the middle, that is 1.2533 times the
    harmonic mean of the errors over sqrt(n); the median of one or two is their mean.
    """
    count = len(sigmas)
    if count <= 2 or not np.all(sigmas > 0):
        return float(np.sqrt(np.mean(sigmas**2) / count))
    return float(1.2533 / np.mean(1 / sigmas) / np.sqrt(count))


def _renamed(first: pd.DataFrame, second: pd.DataFrame, seconds: float) -> pd.DataFrame:
    """The second table with the names of the first one's scenes, each that of the nearest time."""
    times = [
        pd.to_datetime(table[c.SCENE], format="%Y%m%dT%H%M%S").to_numpy("datetime64[s]")
        for table in (first, second)
    ]
    names: dict[int, tuple[float, str]] = {}
    for at, time in enumerate(times[1]):
        apart = np.abs((times[0] - time).astype(float))
        if len(apart) and apart.min() <= seconds:
            names[at] = float(apart.min()), str(first[c.SCENE].iloc[int(apart.argmin())])
    # A scene of the first one is that of one of the second, the nearest.
    taken: dict[str, int] = {}
    for at, (_, name) in sorted(names.items(), key=lambda item: item[1]):
        taken.setdefault(name, at)
    kept = second.iloc[list(taken.values())].copy()
    kept[c.SCENE] = list(taken)
    return kept


def _apart(placed: dict, between: dict, scenes: int, names: tuple[str, str]) -> dict:
    """How far the second's images lie from the first's, and what that was made of."""
    known = {key: value for key, value in between.items() if key != "records"}
    empty = dict.fromkeys(("east", "sigma_east", "north", "sigma_north"))
    return (
        empty
        | placed
        | {"scenes": scenes, "text": said_apart(placed, known, scenes, names)}
        | known
    )


def said_apart(placed: dict, between: dict, scenes: int, names: tuple[str, str]) -> str:
    """How far the products of two processors lie from each other, in a sentence."""
    zeros = between["zeros"]
    if zeros["east"] is None:
        if zeros["from"] == "one is absolute":
            return f"the offsets of only one of {names[0]} and {names[1]} are absolute"
        return f"the templates of {names[0]} and {names[1]} do not match"
    if not placed:
        text = f"{names[0]} and {names[1]} have no measured acquisition in common"
        if zeros["from"] == "templates":
            text += f"; the template of {names[1]} lies {_sides(between['templates'])} of the other"
        return text
    how = "by absolute offsets" if zeros["from"] == "absolute offsets" else "by their templates"
    many = f"the median of {scenes} acquisitions" if scenes > 1 else "one acquisition"
    return f"{names[1]} lies {_sides(placed)} of {names[0]}: {many}, {how}"


def _sides(placed: dict) -> str:
    parts = []
    for direction, opposite in (("east", "west"), ("north", "south")):
        value, sigma = placed[direction], placed[f"sigma_{direction}"]
        side = direction if value >= 0 else opposite
        parts.append(f"{answers.metres(abs(value), sigma)} m {side}")
    return " and ".join(parts)
