"""Sequential tests of scenes that come one by one: when does something begin?

Each scene is compared with those before it, by Student's t out of their weighted mean and scatter;
turned into a normal deviate it is independent of all before if nothing begins (self-starting
charts; Hawkins 1987, doi:10.2307/2988117), so that no years of training are needed and the run
length until a false alarm is known. Two charts see it: Shewhart's, for one scene that lies off, and
a cumulative sum (Page 1954, doi:10.1093/biomet/41.1-2.100), for a step or a drift. Deviates are
clipped before they are summed, so that two bad scenes in a row begin something and one does not
(after Lucas & Crosier 1982, doi:10.1080/00401706.1982.10487759); of one that the next does not lie
beside nothing is left in the sum, or any later one would seem to be the second.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri

from stackshift.stack.levels import Level, Place

# The sum of what deviates by more than this from the mean, in standard deviations: half of a step
# of one standard deviation, which it finds soonest.
SLACK = 0.5
# Scenes in a row that lie off to one side and are a change wherever they lie, as a fast drift is.
_IN_A_ROW = 3
# States of the chain that a sum is, for its run length.
_STATES = 160
# Alarms of scenes and of sums, along two axes, and of sums to both sides.
_CHARTS, _AXES, _SIDES = 2, 2, 2
# Scenes that a level rests on after a change, when the scatter is known.
_AFTER = 3
SCENE, CHANGE = "scene", "change"


@dataclass(frozen=True)
class Alert:
    """Something that began.

    Attributes
    ----------
    kind : SCENE, one that lies off, or CHANGE, a step or drift of all from one on.
    axis : 0 east, 1 north.
    at : number of the scene that told it.
    since : number of the first scene that it concerns.
    metres, sigma : from where scenes were before, and its standard error.
    rests_on : numbers of the scenes that tell it.
    """

    kind: str
    axis: int
    at: int
    since: int
    metres: float
    sigma: float
    rests_on: tuple[int, ...]

    @property
    def scenes(self) -> int:
        """How many scenes tell it."""
        return len(self.rests_on)


@dataclass(frozen=True)
class Charts:
    """What the charts show, arrays (scenes, 2) east and north; NaN where nothing was tested.

    Attributes
    ----------
    deviates : of each scene from those before, standard normal if nothing begins; while a new level
        is learnt, from the scenes that told it.
    up, down : cumulative sums to the east and north, and to the west and south.
    limit, threshold : of the deviates and of the sums.
    alerts : in the order of the scenes.
    """

    deviates: np.ndarray
    up: np.ndarray
    down: np.ndarray
    limit: float
    threshold: float
    alerts: list[Alert]


def watch(offsets, sigmas, run_length: float, first: int) -> Charts:
    """Charts of scenes in the order in which they came.

    Parameters
    ----------
    offsets, sigmas : (scenes, 2) metres east and north; NaN for a scene without an offset.
    run_length : scenes until a false alarm, on average, of all charts together.
    first : scenes that are compared with each other before the next one is tested, at least 3;
        behind a change three are, each by itself held against those that told it.
    """
    offsets, sigmas = np.asarray(offsets, float), np.asarray(sigmas, float)
    threshold = threshold_for(_CHARTS * _AXES * _SIDES * run_length)
    limit = float(-ndtri(0.5 / (_CHARTS * _AXES * run_length)))
    axes = [
        _watch_axis(offsets[:, axis], sigmas[:, axis], axis, limit, threshold, first)
        for axis in (0, 1)
    ]
    deviates, up, down = (np.stack([found[i] for found in axes], axis=1) for i in range(3))
    alerts = sorted(axes[0][3] + axes[1][3], key=lambda one: (one.at, one.axis, one.kind))
    return Charts(deviates, up, down, limit, threshold, alerts)


@dataclass(frozen=True)
class _Sums:
    """Cumulative sums to both sides, and the scenes at which they left zero."""

    high: float = 0.0
    low: float = 0.0
    since_high: int = -1
    since_low: int = -1

    def plus(self, at: int, clipped: float) -> "_Sums":
        """The sums with a further scene's deviate."""
        return _Sums(
            max(0.0, self.high + clipped - SLACK),
            max(0.0, self.low - clipped - SLACK),
            at if self.high == 0 else self.since_high,
            at if self.low == 0 else self.since_low,
        )

    @property
    def higher(self) -> tuple[float, int]:
        """The higher sum, and since when."""
        return (self.high, self.since_high) if self.high > self.low else (self.low, self.since_low)


def _watch_axis(values, sigmas, axis: int, limit: float, threshold: float, first: int):
    """Deviates, sums and alerts along one axis."""
    count, clip = len(values), clip_for(threshold)
    deviates, up, down = np.full((3, count), np.nan)
    level, alerts, tested = Level([]), [], False
    sums = before = _Sums()
    # Scenes in a row that lie off to one side, and those that lay off by themselves.
    waiting: list[int] = []
    alone: list[int] = []
    for at in map(int, np.flatnonzero(np.isfinite(values) & np.isfinite(sigmas))):
        value, sigma = float(values[at]), float(sigmas[at])
        if not (tested or level.begun):
            level.scenes.append((at, value, sigma))
            if len(level.scenes) >= max(first, 3):
                level = level.settled()
                tested = len(level.scenes) >= 2
            continue
        place = level.place()
        deviates[at] = deviate = place.deviate(value, sigma)
        off = abs(deviate) > limit
        same_side = bool(waiting) and deviate * deviates[waiting[-1]] > 0
        beside = same_side and (
            (off and len(waiting) >= _IN_A_ROW - 1)
            or _lie_beside(place, values[[waiting[-1], at]], sigmas[[waiting[-1], at]], limit)
        )
        if waiting and not beside:
            alone.append(waiting[-1])
            sums = before
        before = sums
        since = at
        if tested:
            sums = sums.plus(at, float(np.clip(deviate, -clip, clip)))
            up[at], down[at] = sums.high, sums.low
            highest, since = sums.higher
            changed = highest > threshold and (beside or not off)
        else:
            since, changed = (waiting or [at])[-1], off and beside
        if changed:
            behind = np.array([i for i in range(since, at + 1) if i not in alone])
            behind = behind[np.isfinite(deviates[behind])]
            if tested:
                behind = _likeliest(behind, deviates)
            change, level = _changed(level, behind, values[behind], sigmas[behind])
            alerts.append(Alert(CHANGE, axis, at, int(behind[0]), *change, tuple(behind.tolist())))
            sums, tested, waiting = _Sums(), False, []
        elif off:
            alerts.append(Alert(SCENE, axis, at, at, value - place.mean, place.error(sigma), (at,)))
            waiting = [*waiting, at] if same_side else [at]
        else:
            waiting = []
            level.scenes.append((at, value, sigma))
            if not tested and len(level.scenes) >= _AFTER:
                level, tested = level.settled(), True
    return deviates, up, down, alerts


def _lie_beside(place: Place, values, sigmas, limit: float) -> bool:
    """Whether the second of two scenes lies where the first does, and not where those before do."""
    there = place.of(values[:1], sigmas[:1])
    apart = values[1] - values[0]
    near = abs(apart) < abs(values[1] - place.mean)
    return bool(near and abs(there.deviate(float(values[1]), float(sigmas[1]))) <= limit)


def _likeliest(behind: np.ndarray, deviates: np.ndarray) -> np.ndarray:
    """Of the scenes since a sum was last zero those behind the likeliest place of a step.

    At least two: one scene is no step. Not clipped, as none that lay off alone is among them: of a
    large step good scenes before it would be a part.
    """
    mean = np.cumsum(deviates[behind][::-1]) / np.sqrt(np.arange(1, len(behind) + 1))
    return behind[len(behind) - 2 - int(np.argmax(np.abs(mean[1:]))) :]


def _changed(level: Level, numbers, values, sigmas) -> tuple[tuple[float, float], Level]:
    """How far scenes lie from those before, with its error, and the level that begins with them."""
    before = level.without(numbers)
    place = before.place()
    new = place.of(values, sigmas)
    sigma = float(np.sqrt(place.scatter * (1 / new.precision + 1 / place.precision)))
    # The scenes that told it are chosen ones, and would begin the next alarm.
    return (new.mean - place.mean, sigma), Level([], *before.left_behind(), begun=new)


def clip_for(threshold: float) -> float:
    """Where deviates are clipped: two of them in a row are just enough for an alarm."""
    return threshold / 2 + SLACK + 0.01


@lru_cache(maxsize=8)
def threshold_for(length: float) -> float:
    """Threshold of a one-sided sum whose run length is so many scenes if nothing begins."""
    low, high = 0.5, 30.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if run_length_of(middle) < length else (low, middle)
    return 0.5 * (low + high)


def run_length_of(threshold: float, clip: float | None = None, shift: float = 0.0) -> float:
    """Mean number of scenes until a one-sided sum of normal deviates passes a threshold.

    The sum is a Markov chain over its values in small steps (Brook & Evans 1972,
    doi:10.1093/biomet/59.3.539).

    Parameters
    ----------
    threshold : of the sum.
    clip : where deviates are clipped; None for where `watch` clips them.
    shift : mean of the deviates.
    """
    clip = clip_for(threshold) if clip is None else clip
    width = 2 * threshold / (2 * _STATES - 1)
    state = np.arange(_STATES)

    def below(x):
        """Probability that a clipped deviate less the slack is at most x."""
        x = x + SLACK
        return np.where(x >= clip, 1.0, np.where(x < -clip, 0.0, ndtr(x - shift)))

    steps = (state[None, :] - state[:, None]) * width
    chain = below(steps + width / 2) - below(steps - width / 2)
    chain[:, 0] = below(width / 2 - state * width)
    return float(np.linalg.solve(np.eye(_STATES) - chain, np.ones(_STATES))[0])
