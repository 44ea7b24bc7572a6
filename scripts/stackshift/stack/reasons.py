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

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import chdtri, ndtr

from stackshift.stack import screening
from stackshift.stack.attributes import LEAST, PROCESSED, TIME, TREND, Candidate
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
    chosen : numbers of the candidates that the offsets follow, the clearest first; of several
        groups of one attribute as they are ordered.
    difference, sigma : (candidates, 2) metres east and north by which the scenes of a candidate lie
        from the others, a year for a trend, beside all that was chosen, and its standard error;
        NaN where nothing tells it. Of an attribute in ``base`` they are from its base, of several
        steps of one kind from the scenes between a step and the one before.
    p : (candidates,) probability that the clearest of all candidates is as clear by chance; no
        smaller than that of its difference by its standard error.
    counted : (scenes,) booleans, those that count along both axes; the others stand out by
        themselves.
    alike : of each chosen one, the numbers of those that cannot be told from it.
    model : numbers of all candidates that differences are beside: the chosen ones, and all groups
        of the attributes in ``base``.
    base : of each group of an attribute of which several groups lie apart, the number of the group
        from which its difference is; of that group its own.
    lone : (n, scenes) ones of such scenes of these attributes that are in no group, each a level of
        its own.
    """

    chosen: list[int]
    difference: np.ndarray
    sigma: np.ndarray
    p: np.ndarray
    counted: np.ndarray
    alike: dict[int, list[int]] = field(default_factory=dict)
    model: list[int] = field(default_factory=list)
    base: dict[int, int] = field(default_factory=dict)
    lone: list[np.ndarray] = field(default_factory=list)


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
    result.model = list(result.chosen)
    for kind in _of_several_groups(candidates, result.chosen):
        _from_the_largest(axes, result, candidates, kind, level)
    while True:
        _differences(axes, result)
        result.counted = axes[0].sound & axes[1].sound
        # Whose scenes all turn out to stand out by themselves is no cause.
        told = np.isfinite(result.difference).any(axis=1)
        lost = [one for one in result.model if not told[one]]
        if not lost:
            return result
        result.chosen = [one for one in result.chosen if told[one]]
        result.model = [one for one in result.model if told[one]]


def along(
    found: Result,
    offsets: np.ndarray,
    sigmas: np.ndarray,
    candidates: list[Candidate],
    least: float = screening.LEAST,
) -> Result:
    """What was found, with the differences along two other axes by the same model.

    Parameters
    ----------
    found : from `search`, of the same scenes and candidates.
    offsets, sigmas, least : as for `search`, along the other axes.
    """
    nothing = np.full((len(candidates), 2), np.nan)
    result = replace(
        found, difference=nothing, sigma=nothing.copy(), p=found.p.copy(), chosen=[*found.chosen]
    )
    if len(offsets) < 2 * LEAST or not candidates:
        return result
    columns = np.array([candidate.column for candidate in candidates])
    axes = [Axis(offsets[:, a], sigmas[:, a], columns, least) for a in (0, 1)]
    for axis in axes:
        axis.start(found.counted)
        axis.beside(found.lone)
    _differences(axes, result)
    return result


def _differences(axes: list[Axis], result: Result) -> None:
    """Differences and standard errors of all candidates beside the model."""
    count = len(result.p)
    for a, axis in enumerate(axes):
        difference, sigma = axis.differences(_whole(result))
        result.difference[:, a], result.sigma[:, a] = difference[:count], sigma[:count]


def _of_several_groups(candidates: list[Candidate], chosen: list[int]) -> list[str]:
    """Attributes of which several candidates were chosen."""
    kinds = Counter(candidates[one].kind for one in chosen)
    return [kind for kind, number in kinds.items() if number > 1 and kind not in (TIME, PROCESSED)]


def _from_the_largest(
    axes: list[Axis], result: Result, candidates: list[Candidate], kind: str, level: float
) -> None:
    """Tell all groups of an attribute from its largest one, of equal ones from the first.

    A group that is chosen beside others is told from those that are left, and which are left hangs
    on which came first, as groups at 0, 2 and 5 m are told as well from any of them. A group is
    found if it is apart by its p-value along either axis, by itself, times the number of groups
    and axes (Bonferroni).
    """
    groups = [i for i, one in enumerate(candidates) if one.kind == kind and one.group]
    base = max(groups, key=lambda one: (candidates[one].column.sum(), -one))
    apart = [one for one in groups if one != base]
    first, *more = [one for one in result.chosen if candidates[one].kind == kind]
    before, lone = result.model, result.lone
    in_groups = np.sum([candidates[one].column for one in groups], axis=0)
    result.model = [one for one in before if candidates[one].kind != kind] + apart
    result.lone = [*lone, *np.eye(len(in_groups))[in_groups == 0]]
    for axis in axes:
        axis.beside(result.lone)
    _differences(axes, result)
    p = dict(zip(result.model, _alone(axes, result) * 2 * len(apart), strict=True))
    found = [one for one in apart if p[one] < level]
    if not found:
        # None is clear from the largest alone: what stays is the clearest from all others.
        result.model, result.lone = [one for one in before if one not in more], lone
        result.chosen = [one for one in result.chosen if one not in more]
        for axis in axes:
            axis.beside(lone)
        return
    at = result.chosen.index(first)
    result.chosen = [one for one in result.chosen if candidates[one].kind != kind]
    result.chosen[at:at] = found
    result.base |= dict.fromkeys(groups, base)
    result.p[base] = np.nan
    result.p[apart] = [min(p[one], 1.0) for one in apart]
    for one in found:
        rest = [other for other in _whole(result) if other != one]
        alike = _alike(axes, rest, one)
        result.alike[one] = _one_of_a_kind(candidates, alike, one)


def _whole(result: Result) -> list[int]:
    """Numbers of all columns of the model, those of scenes that are in no group last."""
    count = len(result.p)
    return [*result.model, *range(count, count + len(result.lone))]


def _alone(axes: list[Axis], result: Result) -> np.ndarray:
    """(model,) p-value of each beside the others along the axis where it is clearest, by itself.

    It is no smaller than that of its difference by its standard error.
    """
    own = np.array([axis.joint(_whole(result))[: len(result.model)] for axis in axes])
    z = np.abs(result.difference / result.sigma)[result.model].T
    return np.nan_to_num(np.maximum(own, 2 * ndtr(-z)), nan=1.0).min(axis=0)


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
