"""Sequential tests of scenes that come one by one: when does something begin?

Each scene is compared with those before it, by Student's t out of their weighted mean and scatter;
turned into a normal deviate it is independent of all before if nothing begins (self-starting
charts; Hawkins 1987, doi:10.2307/2988117), so that no years of training are needed and the run
length until a false alarm is known. Two charts see it: Shewhart's, for one scene that lies off, and
a cumulative sum (Page 1954, doi:10.1093/biomet/41.1-2.100), for a step or a drift. Deviates are
clipped before they are summed, so that one bad scene begins nothing, and two in a row do (after
Lucas & Crosier 1982, doi:10.1080/00401706.1982.10487759).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri, stdtr

from stackshift.stack import screening
from stackshift.stack.robust import natural_spread

# The sum of what deviates by more than this from the mean, in standard deviations: half of a step
# of one standard deviation, which it finds soonest.
SLACK = 0.5
# Deviate from which a scene lies off as the one before does, and not by itself.
_BESIDE = 1.5
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
    scenes : measured scenes that it rests on.
    """

    kind: str
    axis: int
    at: int
    since: int
    metres: float
    sigma: float
    scenes: int


@dataclass(frozen=True)
class Charts:
    """What the charts show, arrays (scenes, 2) east and north; NaN where nothing was tested.

    Attributes
    ----------
    deviates : of each scene from those before, standard normal if nothing begins.
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
        behind a change three are.
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


@dataclass
class _Level:
    """Where scenes lie, and how much they scatter; of what was before a change only the latter."""

    values: list[float]
    sigmas: list[float]
    squares: float = 0.0
    free: int = 0

    def weighted(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Values, their weights, and what the scatter is beyond the errors."""
        values, sigmas = np.array(self.values), np.array(self.sigmas)
        natural = natural_spread(values - np.median(values), sigmas)
        return values, 1 / (sigmas**2 + natural**2), natural

    def deviation(self, value: float, sigma: float) -> tuple[float, float]:
        """Normal deviate of a value from those that are there, and their difference's error."""
        values, weights, natural = self.weighted()
        mean = (weights * values).sum() / weights.sum()
        squares = self.squares + (weights * (values - mean) ** 2).sum()
        free = self.free + len(values) - 1
        scatter = max(squares / free, screening.LEAST)
        error = np.sqrt(scatter * (sigma**2 + natural**2 + 1 / weights.sum()))
        t = (value - mean) / error
        # From the tail that it lies in, as the other is 1 to the last digit.
        deviate = -ndtri(max(stdtr(free, -abs(t)), 1e-300)) * np.sign(t)
        return float(deviate), float(error)

    def left_behind(self) -> tuple[float, int]:
        """Weighted squares about the mean, and how many are free, with those of before."""
        values, weights, _ = self.weighted()
        mean = (weights * values).sum() / weights.sum()
        return self.squares + float((weights * (values - mean) ** 2).sum()), self.free + len(
            values
        ) - 1

    def settle(self) -> None:
        """Take out first scenes that stand out of each other."""
        p = screening.holm(screening.outliers(self.values, self.sigmas))
        kept = [not value < screening.ALPHA for value in p]
        self.values = [v for v, keep in zip(self.values, kept, strict=True) if keep]
        self.sigmas = [s for s, keep in zip(self.sigmas, kept, strict=True) if keep]


def _watch_axis(values, sigmas, axis: int, limit: float, threshold: float, first: int):
    """Deviates, sums and alerts along one axis."""
    count, clip = len(values), clip_for(threshold)
    deviates, up, down = np.full((3, count), np.nan)
    level, alerts = _Level([], []), []
    high, low, since_high, since_low = 0.0, 0.0, -1, -1
    tested = False
    for at in map(int, np.flatnonzero(np.isfinite(values) & np.isfinite(sigmas))):
        value, sigma = float(values[at]), float(sigmas[at])
        if not tested:
            level.values.append(value)
            level.sigmas.append(sigma)
            if len(level.values) >= (_AFTER if level.free else max(first, 3)):
                level.settle()
                tested = len(level.values) >= 2
            continue
        deviate, error = level.deviation(value, sigma)
        mean = _mean(level)
        deviates[at] = deviate
        clipped = float(np.clip(deviate, -clip, clip))
        since_high = at if high == 0 else since_high
        since_low = at if low == 0 else since_low
        high, low = max(0.0, high + clipped - SLACK), max(0.0, low - clipped - SLACK)
        up[at], down[at] = high, low
        if max(high, low) > threshold:
            behind = np.arange(since_high if high > low else since_low, at + 1)
            behind = _likeliest(behind[np.isfinite(deviates[behind])], deviates, clip, limit)
            since = int(behind[0])
            change, level = _changed(level, values[behind], sigmas[behind])
            alerts.append(Alert(CHANGE, axis, at, since, *change, len(behind)))
            high, low, tested = 0.0, 0.0, False
            continue
        if abs(deviate) > limit:
            alerts.append(Alert(SCENE, axis, at, at, value - mean, error, 1))
            continue
        level.values.append(value)
        level.sigmas.append(sigma)
    return deviates, up, down, alerts


def _likeliest(behind: np.ndarray, deviates: np.ndarray, clip: float, limit: float) -> np.ndarray:
    """Of the scenes since a sum was last zero those behind the likeliest place of a step.

    Without a scene that was told alone and that the next one does not lie beside.
    """
    off = deviates[behind]
    beside = np.append(off[1:] * np.sign(off[:-1]) > _BESIDE, True)
    if (kept := (np.abs(off) <= limit) | beside).any():
        behind = behind[kept]
    clipped = np.clip(deviates[behind], -clip, clip)
    mean = np.cumsum(clipped[::-1]) / np.sqrt(np.arange(1, len(behind) + 1))
    return behind[len(behind) - 1 - int(np.argmax(np.abs(mean))) :]


def _mean(level: _Level) -> float:
    values, weights, _ = level.weighted()
    return float((weights * values).sum() / weights.sum())


def _changed(level: _Level, values, sigmas) -> tuple[tuple[float, float], _Level]:
    """How far scenes lie from those before, with its error, and the level that begins with them."""
    # What was taken for the old level while it began.
    old = [i for i, value in enumerate(level.values) if value not in set(values.tolist())]
    before = _Level(
        [level.values[i] for i in old], [level.sigmas[i] for i in old], level.squares, level.free
    )
    squares, free = before.left_behind()
    _, weights, natural = before.weighted()
    new = 1 / (sigmas**2 + natural**2)
    metres = float((new * values).sum() / new.sum()) - _mean(before)
    scatter = max(squares / max(free, 1), screening.LEAST)
    sigma = float(np.sqrt(scatter * (1 / new.sum() + 1 / weights.sum())))
    # The scenes that told it are chosen ones, and would begin the next alarm.
    return (metres, sigma), _Level([], [], squares, free)


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
