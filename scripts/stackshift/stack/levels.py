"""Where scenes lie before a change and behind it, and how far others lie from there."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri, stdtr

from stackshift.stack import screening
from stackshift.stack.robust import natural_spread


@dataclass(frozen=True)
class Place:
    """Where scenes lie along one axis, and how much one scatters about it.

    Attributes
    ----------
    mean : weighted mean, metres.
    precision : sum of the scenes' weights, 1 / metres^2.
    natural : what scenes scatter beyond their errors, metres.
    scatter, free : variance of the scenes in that of their errors, and degrees of freedom of it.
    """

    mean: float
    precision: float
    natural: float
    scatter: float
    free: int

    def of(self, values: np.ndarray, sigmas: np.ndarray) -> "Place":
        """Where other scenes lie, (scenes,) metres and standard errors, that scatter as these."""
        weights = 1 / (sigmas**2 + self.natural**2)
        mean = float((weights * values).sum() / weights.sum())
        return replace(self, mean=mean, precision=float(weights.sum()))

    def error(self, sigma: float) -> float:
        """Standard error of how far a scene of this error lies from here, metres."""
        return float(np.sqrt(self.scatter * (sigma**2 + self.natural**2 + 1 / self.precision)))

    def deviate(self, value: float, sigma: float) -> float:
        """How far a scene lies from here, as a normal deviate (by Student's t)."""
        t = (value - self.mean) / self.error(sigma)
        # From the tail that it lies in, as the other is 1 to the last digit.
        return float(-ndtri(max(stdtr(self.free, -abs(t)), 1e-300)) * np.sign(t))


@dataclass
class Level:
    """Scenes that lie together along one axis.

    Attributes
    ----------
    scenes : number, offset and standard error in metres of each.
    squares, free : weighted squares about the levels before, and degrees of freedom of them.
    begun : where those lie that told the change with which it began, until it has its own.
    """

    scenes: list[tuple[int, float, float]]
    squares: float = 0.0
    free: int = 0
    begun: Place | None = None

    def place(self) -> Place:
        """Where they lie."""
        if self.begun:
            return self.begun
        values, weights, natural = self._weighted()
        squares, free = self.left_behind()
        mean = float((weights * values).sum() / weights.sum())
        scatter = max(squares / max(free, 1), screening.LEAST)
        return Place(mean, float(weights.sum()), natural, scatter, free)

    def left_behind(self) -> tuple[float, int]:
        """Weighted squares about the mean, and how many are free, with those of before."""
        if not self.scenes:
            return self.squares, self.free
        values, weights, _ = self._weighted()
        mean = (weights * values).sum() / weights.sum()
        squares = float((weights * (values - mean) ** 2).sum())
        return self.squares + squares, self.free + len(values) - 1

    def without(self, numbers: np.ndarray) -> "Level":
        """The level without scenes that were taken for its own while a change began."""
        return replace(self, scenes=[one for one in self.scenes if one[0] not in numbers])

    def settled(self) -> "Level":
        """The level by itself, without first scenes that stand out of each other."""
        _, values, sigmas = zip(*self.scenes, strict=True)
        p = screening.holm(screening.outliers(values, sigmas))
        kept = [one for one, own in zip(self.scenes, p, strict=True) if not own < screening.ALPHA]
        return replace(self, scenes=kept, begun=None)

    def _weighted(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Values, their weights, and what the scatter is beyond the errors."""
        values, sigmas = np.array([one[1:] for one in self.scenes]).T
        natural = natural_spread(values - np.median(values), sigmas)
        return values, 1 / (sigmas**2 + natural**2), natural
