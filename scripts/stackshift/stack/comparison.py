"""Two results of the same acquisitions: do their scenes lie in the same place?"""

import numpy as np
import pandas as pd

from stackshift.stack import answers, screening
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers


def compare(
    first: pd.DataFrame, second: pd.DataFrame, seconds: float = 0.0
) -> tuple[pd.DataFrame, dict]:
    """Differences of the offsets of the same acquisitions between two results.

    Parameters
    ----------
    first, second : tables of the scenes (`columns.SCENES_TABLE`): of two polarizations, of two
        processors, methods or versions.
    seconds : by which the times of one acquisition may differ, as those of bursts and slices do.

    Returns
    -------
    (table, summary): a row for each scene that both have, with the columns of
    `check_columns.COMPARISON_TABLE`; the summary has the rms of the difference along each axis in
    metres and of the difference over its standard error, which is 1 if both tell the truth about
    both. Means of different sets of scenes differ, so the median difference is taken out. A scene
    is named in ``disagree`` whose difference stands out among those of all scenes, whose errors are
    ``widened`` by what most of them exceed the quoted ones; ``disagreements`` has both offsets.
    """
    if seconds:
        second = _renamed(first, second, seconds)
    both = first.merge(second, on=c.SCENE, suffixes=("_1", "_2"))
    table = pd.DataFrame({c.SCENE: both[c.SCENE]})
    summary: dict = {"scenes": 0, "disagreements": [], "widened": {}}
    for offset, sigma, direction in (
        (c.OFFSET_EAST, c.SIGMA_EAST, "east"),
        (c.OFFSET_NORTH, c.SIGMA_NORTH, "north"),
    ):
        one, two, error_one, error_two = as_numbers(
            both, f"{offset}_1", f"{offset}_2", f"{sigma}_1", f"{sigma}_2"
        )
        difference = one - two
        known = np.isfinite(difference)
        if known.any():
            difference -= np.median(difference[known])
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
    return table, summary


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


def said_apart(apart: dict, names: tuple[str, str]) -> str:
    """How far the products of two processors lie from each other, in a sentence."""
    if apart["east"] is None:
        return f"the templates of {names[0]} and {names[1]} do not match"
    parts = []
    for direction, opposite in (("east", "west"), ("north", "south")):
        value, sigma = apart[direction], apart[f"sigma_{direction}"]
        side = direction if value >= 0 else opposite
        parts.append(f"{answers.metres(abs(value), sigma)} m {side}")
    return f"{names[1]} lies {' and '.join(parts)} of {names[0]}, by their templates"
