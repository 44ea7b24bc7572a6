"""What was measured of each scene when it was first seen, and what began.

A scene's offset changes a little with each new one, as the median of the stack does. What a watch
has seen must not, or it would alarm at one call and not at the next: the history keeps each scene
as it was first measured, from one zero, and only grows. A scene that could not be measured has a
row without an offset, and a second one when it is measured: it is tested then, behind all that were
tested before, as only so what was told of them stays. That row is called by the scene's name and
its number: 20240101T052301.2.
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
# The kind of an alert of a scene that has no offset.
UNMEASURED = "unmeasured"
# Standard errors by which a file lies elsewhere that was measured before. The same one measured
# again has the same speckle, and lies within a part of one.
_ELSEWHERE = 2.0
# So many scenes are named in a line.
_NAMED = 5


def appended(history: pd.DataFrame | None, scenes: pd.DataFrame, now: str) -> pd.DataFrame:
    """The history with what it does not have yet, behind what it has.

    Parameters
    ----------
    history : with the columns of `watch_columns.HISTORY_TABLE`; None if there is none.
    scenes : as in `columns.SCENES_TABLE`, newest first.
    now : time of this measurement, ISO 8601, UTC.

    Returns
    -------
    Rows in the order in which scenes came, those that came together in the order of time, with a
    second one of scenes whose first one has no offset and that have one now. Offsets have the zero
    of the first rows that have any: new ones are moved by the median by which scenes that are in
    both lie elsewhere now.

    Raises
    ------
    InputError
        If there is a history that has no measured scene in common with the stack.
    """
    if history is None:
        history = pd.DataFrame(columns=list(watch_columns.HISTORY_TABLE))
    seen, measured = set(history[c.SCENE]), set(history[c.SCENE][_located(history)])
    new = scenes[
        [
            scene not in seen or (located and scene not in measured)
            for scene, located in zip(scenes[c.SCENE], _located(scenes), strict=True)
        ]
    ].iloc[::-1]
    moved = _moved(history, scenes) if len(new) and measured else np.zeros(2)
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


def _located(rows: pd.DataFrame) -> np.ndarray:
    """Which rows have an offset."""
    return np.isfinite(np.stack(as_numbers(rows, *_OFFSETS, *_SIGMAS))).all(axis=0)


def labels(scenes: pd.Series) -> list[str]:
    """What each row of a history is called: its scene, and .2 behind it for a second one of it."""
    number = scenes.groupby(scenes).cumcount() + 1
    return [
        scene if count == 1 else f"{scene}.{count}"
        for scene, count in zip(scenes, number, strict=True)
    ]


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
    each alert its ``kind``, ``axis``, ``scene`` that told it and ``since`` as `labels` calls them,
    ``metres``, ``sigma``, ``scenes`` and ``text``. A scene that lies off and turns out to be the
    first of a change is told with that. One that could not be measured, and would have been tested
    or came later than the first ones, is told as UNMEASURED until it is.
    """
    offsets, sigmas = (
        np.stack(as_numbers(history, *names), axis=1) for names in (_OFFSETS, _SIGMAS)
    )
    charts = sequential.watch(offsets, sigmas, run_length, first)
    names = labels(history[c.SCENE])
    told = [
        (one.at, _told(one, names)) for one in charts.alerts if not _part_of(one, charts.alerts)
    ]
    before = np.cumsum(_located(history))
    told += [
        (row, _not_measured(names[row], history[c.MESSAGE].iloc[row]))
        for row in _unmeasured(history)
        if before[row] >= max(first, 3)
        or history["measured"].iloc[row] != history["measured"].iloc[0]
    ]
    alerts = [alert for _, alert in sorted(told, key=lambda one: one[0])]
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


def _unmeasured(history: pd.DataFrame) -> list[int]:
    """Rows of scenes that have no offset in any row."""
    measured = set(history[c.SCENE][_located(history)])
    return [row for row, scene in enumerate(history[c.SCENE]) if scene not in measured]


def _not_measured(scene: str, message: str) -> dict:
    text = f"{answers.day(scene)} could not be measured" + (f": {message}" if message else "")
    found = {"kind": UNMEASURED, "axis": None, "scene": scene, "since": scene}
    return found | {"metres": None, "sigma": None, "scenes": 1, "text": text}


def besides(before: pd.DataFrame | None, after: pd.DataFrame, scenes: pd.DataFrame) -> list[str]:
    """What else is to be told of scenes: which have no offset, and which are not as in the history.

    Parameters
    ----------
    before, after : the history without and with the new scenes.
    scenes : as in `columns.SCENES_TABLE`.

    Returns
    -------
    Up to two parts of a sentence that name the scenes, and why.
    """
    missing = [
        _because(after[c.SCENE].iloc[row], after[c.MESSAGE].iloc[row]) for row in _unmeasured(after)
    ]
    parts = [(missing, "could not be measured")]
    if before is not None:
        parts.append((_elsewhere(before, scenes), "no longer as first measured"))
    return [f"{len(found)} {what}: {_listed(found)}" for found, what in parts if found]


def _elsewhere(history: pd.DataFrame, scenes: pd.DataFrame) -> list[str]:
    """Scenes that lie elsewhere than in the history, as those do whose file was replaced."""
    both = history[_located(history)].merge(scenes, on=c.SCENE, suffixes=("_then", "_now"))
    then, now = (
        np.stack(as_numbers(both, *(f"{name}_{when}" for name in (*_OFFSETS, *_SIGMAS))))
        for when in ("then", "now")
    )
    lost = ~np.isfinite(now).all(axis=0)
    moved = np.zeros(2) if lost.all() else np.median((then - now)[:2, ~lost], axis=1)
    apart = now[:2] + moved[:, None] - then[:2]
    errors = np.hypot(then[2:], now[2:])
    found = []
    for row, name in enumerate(both[c.SCENE]):
        sides = [
            f"{answers.metres(abs(apart[axis, row]), errors[axis, row])} m "
            f"{_SIDES[axis][int(apart[axis, row] < 0)]}"
            for axis in (0, 1)
            if abs(apart[axis, row]) > _ELSEWHERE * errors[axis, row]
        ]
        if lost[row]:
            found.append(_because(name, both[f"{c.MESSAGE}_now"].iloc[row]))
        elif sides:
            found.append(f"{answers.day(name)}, now {' and '.join(sides)} of there")
    return found


def _because(scene: str, message: str) -> str:
    return f"{answers.day(scene)}, {message}" if message else answers.day(scene)


def _listed(found: list[str]) -> str:
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return "; ".join(found[:_NAMED]) + more
