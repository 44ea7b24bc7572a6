"""Why the scenes of a stack lie apart, as a table and in sentences."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stackshift.stack import answers, judgement_columns, reasons, screening
from stackshift.stack import columns as c
from stackshift.stack.attributes import (
    PROCESSED,
    TIME,
    TREND,
    Candidate,
    candidates,
    values_of,
)
from stackshift.stack.pairing import days_between

# Along which axis a difference is told.
_SIDES = (("east", "west"), ("north", "south"))
# In the row of what others are compared with.
_BASE = "the others of this attribute are compared with it"
# An axis is told from so many standard errors on.
_TOLD = 2.0


def explained(
    scenes: pd.DataFrame,
    attributes: dict[str, dict[str, str]],
    least: float = screening.LEAST,
    shared: np.ndarray | None = None,
) -> tuple[pd.DataFrame, list[dict]]:
    """Which attributes, steps and trends the scenes' offsets follow.

    Parameters
    ----------
    scenes : as in `columns.SCENES_TABLE`.
    attributes : of each scene by its name.
    least : as for `screening.outliers`.
    shared : (scenes, 2) metres east and north, what of each scene's error those have alike that lie
        off the others alike, as a group does, with its sign; see `shown.Stack`.

    Returns
    -------
    (table, findings): a row for each group of each attribute, and for what was found besides,
    with the columns of `judgement_columns.WHY_TABLE`; and of each cause that was found its
    ``kind``, ``value``, ``scenes``, the ``others`` that it is compared with, their value ``base``
    (None: all others), differences and errors in metres, ``p``, ``alike`` and a
    ``text``.
    """
    offset, sigma = [c.OFFSET_EAST, c.OFFSET_NORTH], [c.SIGMA_EAST, c.SIGMA_NORTH]
    series = scenes[scenes[offset].notna().all(axis=1)].iloc[::-1]
    names = list(series[c.SCENE])
    told = [attributes.get(name, {}) for name in names]
    days = np.array([days_between(names[0], name) for name in names], float)
    dates = [answers.day(name) for name in names]
    looked = candidates(days, told, dates)
    found = reasons.search(
        series[offset].to_numpy(float), series[sigma].to_numpy(float), looked, least=least
    )
    known = scenes[offset].notna().all(axis=1).to_numpy()
    alike = np.zeros((len(series), 2)) if shared is None else shared[known][::-1]
    _widen(found, looked, alike)
    along = None
    if len(series) and c.OFFSET_RANGE in series and series[c.OFFSET_RANGE].notna().all():
        # The same scenes as the radar sees them, for what lies between groups there.
        seen, errors = ([axis[i] for axis in c.LOOK_AXES] for i in (0, 1))
        along = reasons.along(
            found, series[seen].to_numpy(float), series[errors].to_numpy(float), looked, least
        )
        _widen(along, looked, alike, turned=True)
    rows = [_row(looked, found, number, along) for number in _listed(looked, found)]
    table = pd.DataFrame([*rows, *_alone(told)], columns=list(judgement_columns.WHY_TABLE))
    return table, [_finding(looked, found, number, along) for number in found.chosen]


def _widen(
    found: reasons.Result, looked: list[Candidate], alike: np.ndarray, turned: bool = False
) -> None:
    """Add to the errors of differences what groups have alike, which no number of scenes lessens.

    What was found and does not stand out of that is no finding. Along other axes than east and
    north, ``turned``, it may all lie.
    """
    for number, candidate in enumerate(looked):
        of = compared(looked, found, number)
        apart = None
        if candidate.kind == TREND:
            apart = _slope(looked, found, number, alike)
        elif of.inside.any() and of.outside.any():
            apart = alike[of.inside].mean(axis=0) - alike[of.outside].mean(axis=0)
        if apart is not None:
            apart = np.hypot(*apart) if turned else apart
            found.sigma[number] = np.hypot(found.sigma[number], apart)
            if np.any(apart):
                z = np.nanmax(np.abs(found.difference[number] / found.sigma[number]), initial=0.0)
                # Of two axes.
                p = min(2 * float(screening.two_sided(z)[0]), 1.0)
                found.p[number] = max(found.p[number], p)
    found.chosen[:] = [number for number in found.chosen if found.p[number] <= screening.ALPHA]


def _slope(looked, found: reasons.Result, number: int, alike: np.ndarray) -> np.ndarray:
    """By how much what scenes have alike grows with a trend, beside all that was found, (2,)."""
    others = [looked[one].column for one in found.model if one != number]
    model = np.column_stack([looked[number].column, np.ones(len(alike)), *others])
    slopes, *_ = np.linalg.lstsq(model[found.counted], alike[found.counted], rcond=None)
    return slopes[0]


@dataclass(frozen=True)
class Compared:
    """Scenes that a difference is between.

    Attributes
    ----------
    inside, outside : (scenes,) booleans, those of the group and those that it is compared with;
        all and none for a trend.
    phrase, those : both in words.
    base : value of those that it is compared with; empty where they are all others.
    """

    inside: np.ndarray
    outside: np.ndarray
    phrase: str
    those: str
    base: str


def compared(looked: list[Candidate], found: reasons.Result, number: int) -> Compared:
    """What is compared with what: a group with its base or all others, a step with those before.

    Of several steps of one kind each is what changes between the step before and the next one.
    """
    candidate = looked[number]
    inside = candidate.column == 1
    if candidate.kind == TREND:
        every = np.ones(len(inside), bool)
        return Compared(every, ~every, candidate.phrase, "", "")
    base = found.base.get(number)
    if base is not None:
        of = looked[base]
        outside = (of.column == 1) & ~inside
        those = of.phrase.replace("scenes", "those", 1)
        return Compared(
            inside, outside, candidate.phrase, those, of.value if base != number else ""
        )
    steps = [looked[one] for one in found.model if looked[one].kind == candidate.kind]
    if candidate.kind not in (TIME, PROCESSED) or len(steps) < 2 or number not in found.model:
        return Compared(inside, ~inside, candidate.phrase, "the others", "")
    size = candidate.column.sum()
    earlier = min(
        (one for one in steps if one.column.sum() > size), key=lambda one: one.column.sum(),
        default=None,
    )  # fmt: skip
    later = max(
        (one for one in steps if one.column.sum() < size), key=lambda one: one.column.sum(),
        default=None,
    )  # fmt: skip
    outside, phrase, those = ~inside, candidate.phrase, "those before"
    if earlier is not None:
        outside = (earlier.column == 1) & ~inside
        those = f"those from {earlier.value} on before them"
    if later is not None:
        inside = inside & (later.column == 0)
        phrase += f" and before {later.value}"
    return Compared(inside, outside, phrase, those, earlier.value if earlier else "before")


def _listed(looked: list[Candidate], found: reasons.Result) -> list[int]:
    """What was found; each group of each attribute; of each order the clearest place."""
    best: dict[str, int] = {}
    # Its groups say all of an attribute whose groups are told from one of them.
    whole = {looked[number].kind for number in found.base}
    listed = list(found.chosen)
    for number, candidate in enumerate(looked):
        if number in found.chosen or (candidate.kind in whole and not candidate.group):
            continue
        if candidate.kind in (TIME, PROCESSED):
            other = best.setdefault(candidate.kind, number)
            if found.p[number] < found.p[other]:
                best[candidate.kind] = number
        else:
            listed.append(number)
    return [*listed, *best.values()]


def _row(
    looked: list[Candidate],
    found: reasons.Result,
    number: int,
    along: reasons.Result | None = None,
) -> dict:
    candidate = looked[number]
    is_found = number in found.chosen
    alike = [looked[one].named for one in found.alike.get(number, [])] if is_found else []
    of = compared(looked, found, number)
    inside, outside = (int(side[found.counted].sum()) for side in (of.inside, of.outside))
    note = sentence(looked, found, number) if is_found else ""
    seen = {} if along is None else _seen(along, number)
    return seen | {
        "attribute": candidate.kind,
        "value": candidate.value + (" and later" if candidate.since else ""),
        "scenes": inside,
        "others": outside,
        "base": of.base,
        "difference_east": found.difference[number, 0],
        c.SIGMA_EAST: found.sigma[number, 0],
        "difference_north": found.difference[number, 1],
        c.SIGMA_NORTH: found.sigma[number, 1],
        "p": found.p[number],
        "found": int(is_found),
        "inseparable": "; ".join(alike),
        "note": _BASE if found.base.get(number) == number else note,
    }


def _seen(along: reasons.Result, number: int) -> dict:
    """Differences along ground range and azimuth, and their standard errors."""
    (across, ahead), sigma = along.difference[number], along.sigma[number]
    return {
        "difference_range": across,
        c.SIGMA_RANGE: sigma[0],
        "difference_azimuth": ahead,
        c.SIGMA_AZIMUTH: sigma[1],
    }


def _alone(told: list[dict[str, str]]) -> list[dict]:
    """Values that cannot be compared: those of all scenes, and those of one, in a row together."""
    rows = []
    for name, values in values_of(told).items():
        levels = list(dict.fromkeys(values))
        single = [value for value in levels if values.count(value) == 1]
        head = {"attribute": name, "found": 0}
        if len(levels) == 1:
            note = "all scenes are alike"
            rows.append(
                {**head, "value": levels[0], "scenes": len(values), "others": 0, "note": note}
            )
        elif single and name != PROCESSED:
            value, note = answers.listed(single), "one scene is no group"
            others = len(values) - len(single)
            rows.append(
                {**head, "value": value, "scenes": len(single), "others": others, "note": note}
            )
    return rows


def _finding(
    looked: list[Candidate],
    found: reasons.Result,
    number: int,
    along: reasons.Result | None = None,
) -> dict:
    row = _row(looked, found, number, along)
    names = ["difference_east", c.SIGMA_EAST, "difference_north", c.SIGMA_NORTH]
    if along is not None:
        names += ["difference_range", c.SIGMA_RANGE, "difference_azimuth", c.SIGMA_AZIMUTH]
    return {
        "kind": row["attribute"],
        "value": row["value"],
        "scenes": row["scenes"],
        "others": row["others"],
        "base": row["base"] or None,
        **{name: float(row[name]) if np.isfinite(row[name]) else None for name in names},
        "p": float(row["p"]),
        "alike": [looked[one].named for one in found.alike.get(number, [])],
        "text": row["note"],
    }


def sentence(looked: list[Candidate], found: reasons.Result, number: int) -> str:
    """A cause in words, as "scenes of S1B lie 4.10 ± 0.30 m east of the others"."""
    candidate = looked[number]
    value, sigma = found.difference[number], found.sigma[number]
    z = np.abs(value / sigma)
    told = [axis for axis in (0, 1) if z[axis] > _TOLD] or [int(np.nanargmax(z))]
    parts = [
        f"{answers.metres(abs(value[axis]), sigma[axis])} m {_SIDES[axis][int(value[axis] < 0)]}"
        for axis in told
    ]
    if candidate.kind == TREND:
        parts = [part.replace(" m ", " m a year to the ", 1) for part in parts]
        text = f"scenes move by {' and '.join(parts)}"
    else:
        of = compared(looked, found, number)
        text = f"{of.phrase} lie {' and '.join(parts)} of {of.those}"
    alike = [looked[one].named for one in found.alike.get(number, [])]
    if alike:
        text += f"; the scenes cannot tell this from {' or '.join(alike)}"
    return text
