"""Why scenes lie apart: which attributes, steps and trends their offsets follow, all in one model.

Offsets along each axis are a level and a difference for each cause that is found, by generalised
least squares: with the scenes' errors, and with what they scatter beyond them. Causes are taken in
one by one, the clearest first (forward selection), so that what platform and time have in common is
not counted twice; what the data cannot tell apart is named together.

How clear the clearest of all candidates would be by chance is drawn: the largest correlation of
noise with any of them, which depends on nothing but the candidates and the weights of the scenes
(a maximal t test; Hothorn, Bretz & Westfall 2008, doi:10.1002/bimj.200810425). So neighbouring
steps, and attributes that nearly say the same, do not count as many.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.special import chdtri, stdtr

from stackshift.stack import screening
from stackshift.stack.attributes import LEAST, TIME, TREND, Candidate

# Noise that is drawn to see how clear the clearest of all candidates is by chance.
_DRAWS = 6000
_MOST = 5
# Scenes for each cause that is told apart.
_SCENES = 4
# Causes that fit worse by less than this (2 log likelihood) cannot be told from the best one.
_ALIKE = float(chdtri(1, 0.05))
# A way to scatter that is less likely by this (2 log likelihood) is none.
_CLEARLY = 2.0
# A cause that others explain leaves by this.
_STAYS = 0.05


@dataclass
class Result:
    """What was found.

    Attributes
    ----------
    chosen : numbers of the candidates that the offsets follow, the clearest first.
    alike : of each chosen one, the numbers of those that cannot be told from it.
    difference, sigma : (candidates, 2) metres east and north by which the scenes of a candidate lie
        from the others, a year for a trend, beside all that was chosen, and its standard error;
        NaN where nothing tells it.
    p : (candidates,) probability that the clearest of all candidates is as clear by chance.
    """

    chosen: list[int]
    difference: np.ndarray
    sigma: np.ndarray
    p: np.ndarray
    alike: dict[int, list[int]] = field(default_factory=dict)


def search(
    offsets: np.ndarray,
    sigmas: np.ndarray,
    candidates: list[Candidate],
    level: float = screening.ALPHA,
) -> Result:
    """Which of the candidates the offsets of a stack follow.

    Parameters
    ----------
    offsets, sigmas : (scenes, 2) metres east and north, none missing, and standard errors.
    candidates : what to look at.
    level : probability that anything is found in a stack in which scenes only scatter.
    """
    count = len(candidates)
    nothing = np.full((count, 2), np.nan)
    result = Result([], nothing, nothing.copy(), np.ones(count))
    if len(offsets) < 2 * LEAST or not count:
        return result
    columns = np.array([candidate.column for candidate in candidates])
    axes = [_Axis(offsets[:, a], sigmas[:, a], columns) for a in (0, 1)]
    for _ in range(min(_MOST, len(offsets) // _SCENES)):
        p = np.min([axis.look(result.chosen, level / 2) for axis in axes], axis=0)
        result.p = np.where(np.isin(range(count), result.chosen), result.p, p)
        best = int(np.argmin(p))
        if not p[best] < level:
            break
        alike = _alike(axes, result.chosen, best)
        name = min(alike, key=lambda one: (_rank(candidates[one]), alike[one], one))
        result.p[name] = p[best]
        result.alike[name] = _one_of_a_kind(candidates, alike, name)
        result.chosen.append(name)
    _settle(axes, result)
    while True:
        for a, axis in enumerate(axes):
            result.difference[:, a], result.sigma[:, a] = axis.differences(result.chosen)
        # Whose scenes all turn out to stand out by themselves is no cause.
        told = np.isfinite(result.difference).any(axis=1)
        lost = [one for one in result.chosen if not told[one]]
        if not lost:
            return result
        result.chosen = [one for one in result.chosen if told[one]]


def _rank(candidate: Candidate) -> int:
    """An attribute says more than a time."""
    return (candidate.kind == TREND) + 2 * (candidate.kind == TIME)


def _one_of_a_kind(candidates: list[Candidate], alike: dict[int, float], name: int) -> list[int]:
    """Of each other kind the one that fits best, of the same kind one that is the same scenes."""
    found: dict[str, int] = {}
    for one in sorted(alike, key=lambda one: (alike[one], one)):
        if candidates[one].kind != candidates[name].kind:
            found.setdefault(candidates[one].kind, one)
    return list(found.values())


def _alike(axes: list["_Axis"], chosen: list[int], best: int) -> dict[int, float]:
    """Candidates that fit as well as the best one, and by how much worse."""
    misfit = np.sum([axis.misfits(chosen) for axis in axes], axis=0)
    if not np.isfinite(misfit[best]):
        return {best: 0.0}
    worse = misfit - misfit[best]
    return {int(one): float(worse[one]) for one in np.flatnonzero(worse < _ALIKE)} | {best: 0.0}


def _settle(axes: list["_Axis"], result: Result) -> None:
    """Let go what the others explain."""
    while len(result.chosen) > 1:
        p = np.min([axis.joint(result.chosen) for axis in axes], axis=0)
        worst = int(np.argmax(p))
        if p[worst] < _STAYS:
            return
        result.chosen.pop(worst)


class _Axis:
    """Offsets along one axis, and what the candidates explain of them."""

    def __init__(self, values: np.ndarray, sigmas: np.ndarray, columns: np.ndarray):
        self.values, self.sigmas, self.columns = values - np.median(values), sigmas, columns
        self.binary = np.isin(columns, (0, 1)).all(axis=1)
        self.sound = np.ones(len(values), bool)
        self.weights = screening.weightings(self.values, sigmas)

    def look(self, chosen: list[int], level: float) -> np.ndarray:
        """(candidates,) p-value of each beside the chosen ones, of all candidates and both axes."""
        self._screen(chosen)
        noise = _noise(int(self.sound.sum()))
        found = np.zeros(len(self.columns))
        for weights in self.weights:
            model = _Model(self, weights, chosen)
            if model.free < 1:
                return np.ones(len(self.columns))
            p = model.p()
            found = np.maximum(found, np.minimum(1, 2 * model.by_chance(noise, p, level)))
        found[chosen] = 1.0
        return found

    def misfits(self, chosen: list[int]) -> np.ndarray:
        """(candidates,) -2 log likelihood of the chosen ones and one more."""
        model = _Model(self, self.weights[-1], chosen)
        size = len(model.values)
        misfit = size * np.log(np.maximum(model.rests(), screening.LEAST * model.free) / size)
        return np.where(model.tells, misfit, np.inf)

    def joint(self, chosen: list[int]) -> np.ndarray:
        """(chosen,) p-value of each beside the others, by itself."""
        found = []
        for one in chosen:
            others = [other for other in chosen if other != one]
            found.append(max(_Model(self, w, others).p()[one] for w in self.weights))
        return np.array(found)

    def differences(self, chosen: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """(candidates,) difference of each beside the chosen ones, and its standard error."""
        self._screen(chosen, last=True)
        value = error = np.full(len(self.columns), np.nan)
        for weights in self.weights:
            whole = _Model(self, weights, chosen)
            parts = {one: _Model(self, weights, [o for o in chosen if o != one]) for one in chosen}
            here = [model.estimates() for model in (whole, *parts.values())]
            estimate, sigma = here[0]
            for one, (own, own_sigma) in zip(chosen, here[1:], strict=True):
                estimate[one], sigma[one] = own[one], own_sigma[one]
            larger = np.isnan(error) | (sigma > error)
            value, error = np.where(larger, estimate, value), np.where(larger, sigma, error)
        return value, error

    def _screen(self, chosen: list[int], last: bool = False) -> None:
        """Leave out scenes that clearly stand out, and weigh the others.

        They stand out of what is chosen and the candidate with the least absolute deviations, so
        that a small group that lies apart is not taken for outliers.
        """
        rest = self.values - self._fitted(chosen)
        if not last:
            deviations = np.array(
                [
                    _about_groups(rest, column) if binary else _about_line(rest, column)
                    for column, binary in zip(self.columns, np.atleast_1d(self.binary), strict=True)
                ]
            )
            rest = deviations[int(np.abs(deviations).sum(axis=1).argmin())]
        self.sound = np.asarray(screening.sound(rest, self.sigmas))
        rest, sigmas = rest[self.sound], self.sigmas[self.sound]
        self.weights = _likely(screening.weightings(rest, sigmas, levels=2), rest)

    def _fitted(self, chosen: list[int]) -> np.ndarray:
        """What the chosen ones explain of all scenes, by those that are sound."""
        design = np.column_stack([np.ones(len(self.values)), self.columns[chosen].T])
        root = np.sqrt(self.weights[-1])
        solution, *_ = np.linalg.lstsq(
            root[:, None] * design[self.sound], root * self.values[self.sound]
        )
        return design @ solution if chosen else np.full(len(self.values), np.median(self.values))


class _Model:
    """Least squares of one axis by a level, the chosen candidates, and one other at a time."""

    def __init__(self, axis: _Axis, weights: np.ndarray, chosen: list[int]):
        sound, root = axis.sound, np.sqrt(weights)
        design = np.column_stack([np.ones(sound.sum()), axis.columns[chosen][:, sound].T])
        self._basis, _ = np.linalg.qr(root[:, None] * design)
        columns = axis.columns[:, sound]
        about = columns - (columns @ weights / weights.sum())[:, None]
        whole = (weights * about**2).sum(axis=1)
        self.columns, self.values = (
            self._left(root * columns),
            self._left(root * axis.values[sound]),
        )
        self.square = (self.columns**2).sum(axis=1)
        self.free = len(self.values) - design.shape[1] - 1
        members = columns.sum(axis=1)
        enough = (members >= LEAST) & (members <= len(self.values) - LEAST)
        # What the chosen ones say already is not looked at.
        self.tells = (self.square > 1e-6 * np.maximum(whole, 1e-12)) & (enough | ~axis.binary)
        self.square = np.where(self.tells, self.square, 1.0)

    def _left(self, values: np.ndarray) -> np.ndarray:
        """Rows without what the chosen ones explain."""
        return values - (values @ self._basis) @ self._basis.T

    def rests(self) -> np.ndarray:
        """(candidates,) weighted sum of squares that each leaves."""
        explained = (self.columns @ self.values) ** 2 / self.square
        return np.maximum((self.values**2).sum() - explained, 0.0)

    def estimates(self) -> tuple[np.ndarray, np.ndarray]:
        """(candidates,) difference and standard error of each; NaN where nothing tells it."""
        scatter = np.maximum(self.rests() / max(self.free, 1), screening.LEAST)
        value, error = self.columns @ self.values / self.square, np.sqrt(scatter / self.square)
        known = self.tells & (self.free > 0)
        return np.where(known, value, np.nan), np.where(known, error, np.nan)

    def p(self) -> np.ndarray:
        """(candidates,) two-sided p-value of each by itself, Student's t; 1 where nothing tells."""
        value, error = self.estimates()
        return np.nan_to_num(2 * stdtr(max(self.free, 1), -np.abs(value / error)), nan=1.0)

    def by_chance(self, noise: np.ndarray, p: np.ndarray, level: float) -> np.ndarray:
        """Probability that the smallest p-value of all candidates is as small by chance."""
        if not self.tells.any():
            return np.ones(len(p))
        basis = self._basis.astype(np.float32)
        noise = noise - (noise @ basis) @ basis.T
        unit = (self.columns / np.sqrt(self.square)[:, None])[self.tells].astype(np.float32)
        largest = np.abs(noise @ unit.T).max(axis=1) / np.linalg.norm(noise, axis=1)
        largest = np.minimum(largest, 1 - 1e-12)
        t = largest * np.sqrt(self.free / (1 - largest**2))
        smallest = np.sort(2 * stdtr(self.free, -t))
        often = np.searchsorted(smallest, p, side="right") / len(smallest)
        # Beyond what was drawn it falls as that of so many independent candidates.
        worth = max(1.0, level / smallest[int(level * len(smallest))])
        return np.where(often > level, often, np.minimum(worth * p, level))


def _likely(ways: list[np.ndarray], rest: np.ndarray) -> list[np.ndarray]:
    """Of the ways in which scenes may scatter those that what is left does not clearly refuse."""
    fits = [
        np.log(weights).sum() - len(rest) * np.log(max((weights * rest**2).sum(), 1e-12))
        for weights in ways
    ]
    return [weights for weights, fit in zip(ways, fits, strict=True) if fit > max(fits) - _CLEARLY]


@lru_cache(maxsize=4)
def _noise(scenes: int) -> np.ndarray:
    """(draws, scenes) standard normal deviates, the same at each call."""
    return np.random.default_rng(20260101).standard_normal((_DRAWS, scenes), np.float32)


def _about_groups(values: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Deviations from the medians of those in a group and of those outside."""
    inside = column == 1
    return values - np.where(inside, np.median(values[inside]), np.median(values[~inside]))


def _about_line(values: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Deviations from the line through the medians of the outer thirds (Tukey 1977)."""
    third = max(len(values) // 3, 1)
    order = np.argsort(column, kind="stable")
    first, last = order[:third], order[-third:]
    run = np.median(column[last]) - np.median(column[first])
    slope = (np.median(values[last]) - np.median(values[first])) / run if run else 0.0
    rest = values - slope * column
    return rest - np.median(rest)
