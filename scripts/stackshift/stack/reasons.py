"""Why scenes lie apart: which attributes, steps and trends their offsets follow, all in one model.

Offsets along each axis are a level and a difference for each cause that is found, by generalised
least squares: with the scenes' errors, and with what they scatter beyond them. However little they
scatter, no difference is surer than the scenes' own errors allow. Causes are taken in
one by one, the clearest first (forward selection), so that what platform and time have in common is
not counted twice; what the data cannot tell apart is named together.

How clear the clearest of all candidates would be by chance is drawn: the largest correlation of
noise with any of them, which depends on nothing but the candidates and the weights of the scenes
(a maximal t test; Hothorn, Bretz & Westfall 2008, doi:10.1002/bimj.200810425). So neighbouring
steps, and attributes that nearly say the same, do not count as many.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtri

from stackshift.stack import screening
from stackshift.stack.attributes import LEAST, TIME, TREND, Candidate
from stackshift.stack.explained_axis import Axis

_MOST = 5
# Scenes for each cause that is told apart.
_SCENES = 4
# Causes that fit worse by less than this (2 log likelihood) cannot be told from the best one.
_ALIKE = float(chdtri(1, 0.05))
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
    p : (candidates,) probability that the clearest of all candidates is as clear by chance; no
        smaller than that of its difference by its standard error.
    counted : (scenes,) booleans, those that count along both axes; the others stand out by
        themselves.
    """

    chosen: list[int]
    difference: np.ndarray
    sigma: np.ndarray
    p: np.ndarray
    counted: np.ndarray
    alike: dict[int, list[int]] = field(default_factory=dict)


def search(
    offsets: np.ndarray,
    sigmas: np.ndarray,
    candidates: list[Candidate],
    level: float = screening.ALPHA,
    least: float = screening.LEAST,
) -> Result:
    """Which of the candidates the offsets of a stack follow.

    Parameters
    ----------
    offsets, sigmas : (scenes, 2) metres east and north, none missing, and standard errors.
    candidates : what to look at.
    level : probability that anything is found in a stack in which scenes only scatter.
    least : as for `screening.outliers`.
    """
    count = len(candidates)
    nothing = np.full((count, 2), np.nan)
    result = Result([], nothing, nothing.copy(), np.ones(count), np.ones(len(offsets), bool))
    if len(offsets) < 2 * LEAST or not count:
        return result
    columns = np.array([candidate.column for candidate in candidates])
    axes = [Axis(offsets[:, a], sigmas[:, a], columns, least) for a in (0, 1)]
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
        result.counted = axes[0].sound & axes[1].sound
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


def _alike(axes: list[Axis], chosen: list[int], best: int) -> dict[int, float]:
    """Candidates that fit as well as the best one, and by how much worse."""
    misfit = np.sum([axis.misfits(chosen) for axis in axes], axis=0)
    if not np.isfinite(misfit[best]):
        return {best: 0.0}
    worse = misfit - misfit[best]
    return {int(one): float(worse[one]) for one in np.flatnonzero(worse < _ALIKE)} | {best: 0.0}


def _settle(axes: list[Axis], result: Result) -> None:
    """Let go what the others explain."""
    while len(result.chosen) > 1:
        p = np.min([axis.joint(result.chosen) for axis in axes], axis=0)
        worst = int(np.argmax(p))
        if p[worst] < _STAYS:
            return
        result.chosen.pop(worst)
