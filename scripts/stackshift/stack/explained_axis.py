"""What candidates explain of offsets along one axis: least squares beside what was found before.

How clear the clearest of all candidates would be by chance is drawn; see `reasons`.
"""

from functools import lru_cache

import numpy as np
from scipy.special import ndtr, stdtr

from stackshift.stack import screening
from stackshift.stack.attributes import LEAST
from stackshift.stack.screening import AS_QUOTED

# Noise that is drawn to see how clear the clearest of all candidates is by chance.
_DRAWS = 6000
# A way to scatter that is less likely by this (2 log likelihood) is none.
_CLEARLY = 2.0


class Axis:
    """Offsets along one axis, and what the candidates explain of them."""

    def __init__(self, values: np.ndarray, sigmas: np.ndarray, columns: np.ndarray, least: float):
        self.least, self.count = least, len(columns)
        self.values, self.sigmas, self.columns = values - np.median(values), sigmas, columns
        self.binary = np.isin(columns, (0, 1)).all(axis=1)
        self.sound = np.ones(len(values), bool)
        self.weights = screening.weightings(self.values, sigmas)

    def start(self, sound: np.ndarray) -> None:
        """Take scenes, (scenes,) booleans, for sound as they were found elsewhere."""
        self.sound = sound
        self.weights = screening.weightings(self.values[sound], self.sigmas[sound], levels=2)

    def beside(self, columns: list[np.ndarray]) -> None:
        """Take (scenes,) columns that are no candidates, behind these, and no others before."""
        self.columns = np.vstack([self.columns[: self.count], *columns])
        self.binary = np.isin(self.columns, (0, 1)).all(axis=1)

    def look(self, chosen: list[int], level: float) -> np.ndarray:
        """(candidates,) p-value of each beside the chosen ones, of all candidates and both axes."""
        self._screen(chosen)
        noise = _noise(int(self.sound.sum()))
        found = np.zeros(len(self.columns))
        for weights in self.weights:
            model = _Model(self, weights, chosen)
            if model.free < 1:
                return np.ones(len(self.columns))
            p = np.maximum(2 * model.by_chance(noise, model.p(), level), model.p_as_quoted())
            found = np.maximum(found, np.minimum(1, p))
        found[chosen] = 1.0
        return found

    def misfits(self, chosen: list[int]) -> np.ndarray:
        """(candidates,) -2 log likelihood of the chosen ones and one more."""
        model = _Model(self, self.weights[-1], chosen)
        size = len(model.values)
        misfit = size * np.log(np.maximum(model.rests(), self.least * model.free) / size)
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
        self.sound = np.asarray(screening.sound(rest, self.sigmas, self.least))
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

    def __init__(self, axis: Axis, weights: np.ndarray, chosen: list[int]):
        sound, root, self.least = axis.sound, np.sqrt(weights), axis.least
        design = np.column_stack([np.ones(sound.sum()), axis.columns[chosen][:, sound].T])
        # Those of which no scene is sound have no direction.
        design = design[:, design.any(axis=0)]
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
        """(candidates,) difference and standard error of each; NaN where nothing tells it.

        The error is no smaller than what the scenes' own errors make it, however little they
        scatter by chance.
        """
        return self._estimates(AS_QUOTED)

    def p(self) -> np.ndarray:
        """(candidates,) two-sided p-value of each by itself, Student's t; 1 where nothing tells."""
        value, error = self._estimates(self.least)
        return np.nan_to_num(2 * stdtr(max(self.free, 1), -np.abs(value / error)), nan=1.0)

    def p_as_quoted(self) -> np.ndarray:
        """(candidates,) two-sided p-value that each has at least by its difference and error."""
        value, error = self.estimates()
        return np.nan_to_num(2 * ndtr(-np.abs(value / error)), nan=1.0)

    def _estimates(self, least: float) -> tuple[np.ndarray, np.ndarray]:
        """As `estimates`, with a scatter of at least this times the errors' variance."""
        scatter = np.maximum(self.rests() / max(self.free, 1), least)
        value, error = self.columns @ self.values / self.square, np.sqrt(scatter / self.square)
        known = self.tells & (self.free > 0)
        return np.where(known, value, np.nan), np.where(known, error, np.nan)

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
