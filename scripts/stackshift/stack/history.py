"""What was measured of each scene when it was first seen, and what began.

A scene's offset changes a little with each new one, as the median of the stack does. What a watch
has seen must not, or it would alarm at one call and not at the next: the history keeps each scene
as it was first measured, from one zero, and only grows.
"""

import numpy as np
import pandas as pd

from stackshift.errors import InputError
from stackshift.stack import answers, sequential, watch_columns
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers

_OFFSETS = (c.OFFSET_EAST, c.OFFSET_NORTH)
_SIGMAS = (c.SIGMA_EAST, c.SIGMA_NORTH)
_SIDES = (("east", "west"), ("north", "south"))


def appended(history: pd.DataFrame | None, scenes: pd.DataFrame, now: str) -> pd.DataFrame:
    """The history with the scenes that it does not have yet, behind those that it has.

    Parameters
    ----------
    history : with the columns of `watch_columns.HISTORY_TABLE`; None if there is none.
    scenes : as in `columns.SCENES_TABLE`, newest first.
    now : time of this measurement, ISO 8601, UTC.

    Returns
    -------
    Rows in the order in which scenes came, those that came together in the order of time. Offsets
    have the zero of the first rows: new ones are moved by the median by which scenes that are in
    both lie elsewhere now.

    Raises
    ------
    InputError
        If there is a history that has no measured scene in common with the stack.
    """
    if history is None:
        history = pd.DataFrame(columns=list(watch_columns.HISTORY_TABLE))
    known = set(history[c.SCENE])
    new = scenes[[scene not in known for scene in scenes[c.SCENE]]].iloc[::-1]
    moved = _moved(history, scenes) if len(new) and len(history) else np.zeros(2)
    rows = pd.DataFrame({c.SCENE: new[c.SCENE], "measured": now, c.PLATFORM: new[c.PLATFORM]})
    for name, shift in zip(_OFFSETS, moved, strict=True):
        rows[name] = as_numbers(new, name)[0] + shift
    for name in _SIGMAS:
        rows[name] = as_numbers(new, name)[0]
    rows[c.MESSAGE] = new[c.MESSAGE]
    parts = [part for part in (history, rows) if len(part)]
    if not parts:
        return history
    return pd.concat(parts, ignore_index=True)[list(watch_columns.HISTORY_TABLE)]


def _moved(history: pd.DataFrame, scenes: pd.DataFrame) -> np.ndarray:
    """What is added to offsets of now, east and north, to have the zero of the history."""
    both = history.merge(scenes, on=c.SCENE, suffixes=("_then", "_now"))
    found = []
    for name in _OFFSETS:
        then, now = as_numbers(both, f"{name}_then", f"{name}_now")
        apart = (then - now)[np.isfinite(then - now)]
        if not len(apart):
            raise InputError(
                "the history has no measured scene in common with the stack; move history.csv away "
                "to begin a new one"
            )
        found.append(float(np.median(apart)))
    return np.array(found)


def watched(
    history: pd.DataFrame, run_length: float, first: int
) -> tuple[pd.DataFrame, list[dict], sequential.Charts]:
    """The charts over a history.

    Parameters
    ----------
    history : with the columns of `watch_columns.HISTORY_TABLE`.
    run_length, first : as for `sequential.watch`.

    Returns
    -------
    (table, alerts, charts): a row a scene with the columns of `watch_columns.WATCH_TABLE`; and of
    each alert its ``kind``, ``axis``, ``scene`` that told it, ``since``, ``metres``, ``sigma``,
    ``scenes`` and ``text``. A scene that lies off and turns out to be the first of a change is told
    with that.
    """
    offsets, sigmas = (
        np.stack(as_numbers(history, *names), axis=1) for names in (_OFFSETS, _SIGMAS)
    )
    charts = sequential.watch(offsets, sigmas, run_length, first)
    names = list(history[c.SCENE])
    alerts = [_told(one, names) for one in charts.alerts if not _part_of(one, charts.alerts)]
    said: dict[str, list[str]] = {}
    for alert in alerts:
        said.setdefault(alert["scene"], []).append(alert["text"])
    table = history[[c.SCENE, "measured"]].copy()
    table[[*_OFFSETS, *_SIGMAS]] = np.concatenate([offsets, sigmas], axis=1)
    for axis, direction in enumerate(("east", "north")):
        table[f"deviate_{direction}"] = charts.deviates[:, axis]
        table[f"sum_up_{direction}"] = charts.up[:, axis]
        table[f"sum_down_{direction}"] = charts.down[:, axis]
    table["alert"] = ["; ".join(said.get(name, [])) for name in names]
    return table[list(watch_columns.WATCH_TABLE)], alerts, charts


def _part_of(alert: sequential.Alert, alerts: list[sequential.Alert]) -> bool:
    return alert.kind == sequential.SCENE and any(
        other.kind == sequential.CHANGE and other.axis == alert.axis and alert.at in other.rests_on
        for other in alerts
    )


def _told(alert: sequential.Alert, names: list[str]) -> dict:
    at, since = names[alert.at], names[alert.since]
    side = _SIDES[alert.axis][int(alert.metres < 0)]
    metres = f"{answers.metres(abs(alert.metres), alert.sigma)} m {side}"
    if alert.kind == sequential.SCENE:
        text = f"{answers.day(at)} lies {metres} of the scenes before"
    else:
        text = (
            f"scenes from {answers.day(since)} on lie {metres} of those before "
            f"({alert.scenes} scenes, told by {answers.day(at)})"
        )
    return {
        "kind": alert.kind,
        "axis": ("east", "north")[alert.axis],
        "scene": at,
        "since": since,
        "metres": alert.metres,
        "sigma": alert.sigma,
        "scenes": alert.scenes,
        "text": text,
    }
