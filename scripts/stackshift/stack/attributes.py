"""What scenes may lie apart by: groups of one attribute, orders of time and of processing.

A candidate is a column over the scenes, of which `reasons` asks whether offsets follow it. Scenes
are in the order of time, oldest first.
"""

import re
from dataclasses import dataclass

import numpy as np

TIME, TREND, PROCESSED = "time", "trend", "processed"
# A group of one scene is an outlier, or not.
LEAST = 2
# Scenes on either side of a step.
SIDE = 3
# What has an order, in which a change may stay: not only this version, but this and all later ones.
_ORDERED = ("processor version", "software version", "IPF")
_UNSAID = "not said"
# How the scenes of a group are called.
_PHRASES = {
    "platform": "scenes of {}",
    "orbit file": "scenes made with {} orbit files",
    "reckoning": "scenes made with {}",
    "product": "scenes of {}",
    "track": "scenes of track {}",
    "swath": "scenes of subswath {}",
    "posting": "scenes delivered at {} m",
    "resampling": "scenes with files off the stack's lattice (resampled by {})",
    "files": "scenes made of {} files",
    PROCESSED: "scenes processed {}",
    TIME: "scenes {}",
}


@dataclass(frozen=True)
class Candidate:
    """One way in which scenes may differ.

    Attributes
    ----------
    kind : name of the attribute, TIME for a step, TREND for a line in time.
    value : of the attribute; where an order changes, the first value behind.
    since : whether the scenes are those from this value on, in the order of the kind.
    column : (scenes,) 1 for a scene of the group, else 0; for a trend years from the middle.
    """

    kind: str
    value: str
    since: bool
    column: np.ndarray

    @property
    def phrase(self) -> str:
        """The scenes of the group in words."""
        if self.kind == TREND:
            return "scenes"
        value = self.value
        if (self.kind, value) == ("resampling", "none"):
            return "scenes that were copied"
        if self.kind in (TIME, PROCESSED):
            value = f"from {value} on"
        elif self.since:
            value += " and later"
        return _PHRASES.get(self.kind, f"scenes with {self.kind} {{}}").format(value)

    @property
    def group(self) -> bool:
        """Whether it is a group of scenes of one value, and no place in an order."""
        return self.kind not in (TIME, PROCESSED, TREND) and not self.since

    @property
    def named(self) -> str:
        """The cause in words, as one among several."""
        if self.kind == TREND:
            return "a trend in time"
        if self.kind == TIME:
            return f"a step in time at {self.value}"
        if self.kind == PROCESSED:
            return f"processing from {self.value} on"
        return f"{self.kind} {self.value}" + (" and later" if self.since else "")


def values_of(attributes: list[dict[str, str]]) -> dict[str, list[str]]:
    """The value of each scene by attribute, for attributes that any scene has."""
    names = dict.fromkeys(name for one in attributes for name in one)
    return {name: [one.get(name) or _UNSAID for one in attributes] for name in names}


def candidates(days: np.ndarray, attributes: list[dict[str, str]], dates: list[str]):
    """All ways in which the scenes of a stack may differ.

    Parameters
    ----------
    days : (scenes,) of acquisition, ascending.
    attributes : of each scene by name; PROCESSED is a time in ISO 8601.
    dates : of each scene, for people.

    Returns
    -------
    List of `Candidate`, those of attributes first. A group has two scenes and leaves two; behind
    and before a step in time or in the order of processing are three.
    """
    found: list[Candidate] = []
    for name, values in values_of(attributes).items():
        if name == PROCESSED:
            found += _steps(name, values, [value[:10] for value in values])
            continue
        levels = sorted(dict.fromkeys(values), key=_natural)
        found += _groups(name, values, levels)
        if name in _ORDERED and len(levels) > 2:
            found += _later(name, values, levels)
    count = len(days)
    order = [f"{number:06}" for number in range(count)]
    found += _steps(TIME, order, dates)
    if count >= 2 * SIDE and days[-1] > days[0]:
        years = (days - days.mean()) / 365.25
        found.append(Candidate(TREND, "", False, years))
    return found


def _groups(name: str, values: list[str], levels: list[str]) -> list[Candidate]:
    columns = {level: np.array([value == level for value in values], float) for level in levels}
    if len(levels) == 2:
        # Of two the smaller one against the larger, of equal ones the later one.
        first, second = (columns[level].sum() for level in levels)
        levels = levels[:1] if first < second else levels[1:]
    return [
        Candidate(name, level, False, columns[level])
        for level in levels
        if LEAST <= columns[level].sum() <= len(values) - LEAST
    ]


def _later(name: str, values: list[str], levels: list[str]) -> list[Candidate]:
    """Versions and all behind them, but for the last one, which is a group."""
    found = []
    for at in range(1, len(levels) - 1):
        column = np.array([value in levels[at:] for value in values], float)
        if LEAST <= column.sum() <= len(values) - LEAST:
            found.append(Candidate(name, levels[at], True, column))
    return found


def _steps(name: str, order: list[str], said: list[str]) -> list[Candidate]:
    """A step at each place of an order; scenes that do not tell theirs lie before all."""
    keys = np.array(["" if value == _UNSAID else value for value in order])
    found = []
    for key in sorted(set(keys) - {""})[1 if "" not in keys else 0 :]:
        column = (keys >= key).astype(float)
        if SIDE <= column.sum() <= len(keys) - SIDE:
            at = int(np.flatnonzero(keys == key)[0])
            found.append(Candidate(name, said[at], True, column))
    return found


def _natural(text: str) -> list:
    """Numbers in a name by their size: v1.10 behind v1.9."""
    return [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", text)
    ]
