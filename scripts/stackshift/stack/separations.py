"""How far scenes lie from each other: the pairs that were chosen, and any two scenes."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stackshift.stack import answers, judgement, looks
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers


@dataclass(frozen=True)
class Separations:
    """Pairs of scenes: (reference, secondary), the newer first, and how far they lie apart.

    east, north : (pairs,) metres, as the shift that brings the secondary onto the reference; NaN
        where neither the pair nor both of its scenes were measured.
    sigmas : standard errors of both.
    by_scenes : number of pairs that were not measured themselves, and are told by their scenes.
    """

    names: list
    east: np.ndarray
    north: np.ndarray
    sigmas: list[np.ndarray]
    by_scenes: int = 0


def separations(pairs: pd.DataFrame, scenes: pd.DataFrame) -> tuple[Separations, float]:
    """How far the scenes of each pair lie apart, and how many pairs say as much as one would alone.

    It is the shift that the pair itself measured, as OPERA's own notebooks judge it, and which
    rests on nothing but the two scenes. Where the pair could not be measured (ground too faint for
    two dates) it is the difference of the scenes' offsets.

    Pairs that share a scene are not independent: one displaced scene makes all its pairs miss. Of n
    scenes n / 2 pairs share none, and so many are what all pairs together count for.

    Parameters
    ----------
    pairs, scenes : as in `columns.PAIRS_TABLE` and `columns.SCENES_TABLE`.

    Returns
    -------
    (separations, design effect); the latter is at least 1.
    """
    names = list(zip(pairs[c.REFERENCE], pairs[c.SECONDARY], strict=True))
    x, y, *errors = as_numbers(pairs, c.SHIFT_X, c.SHIFT_Y, c.SIGMA_X, c.SIGMA_Y)
    number = {scene: at for at, scene in enumerate(scenes[c.SCENE])}
    newer, older = (np.array([number[pair[i]] for pair in names], int) for i in (0, 1))
    unmeasured = ~(np.isfinite(x) & np.isfinite(y))
    for shift, error, offset, sigma in (
        (x, errors[0], c.OFFSET_EAST, c.SIGMA_EAST),
        (y, errors[1], c.OFFSET_NORTH, c.SIGMA_NORTH),
    ):
        value, own = as_numbers(scenes, offset, sigma)
        shift[unmeasured] = (value[newer] - value[older])[unmeasured]
        error[unmeasured] = np.hypot(own[newer], own[older])[unmeasured]
    independent = len(set(newer) | set(older)) / 2
    by_scenes = int((unmeasured & np.isfinite(x) & np.isfinite(y)).sum())
    return Separations(names, x, y, errors, by_scenes), max(
        1.0, len(names) / independent
    ) if names else 1.0


def growth(names: list[tuple[str, str]]) -> judgement.Growth:
    """How a network of pairs grows with its scenes: their pairs, and the independent among them.

    A new scene is paired with as many older ones as most of the scenes are; pairs beyond these, as
    of the first scene with the last, keep their share of the scenes.

    Parameters
    ----------
    names : (newer, older) scene of each pair, in names that sort by time.
    """
    scenes = {scene for pair in names for scene in pair}
    older = Counter(newer for newer, _ in names)
    met = Counter(older[scene] for scene in scenes)
    # Of what is met as often it is the largest: the first scenes have fewer before them.
    usual = max(1, max(met, key=lambda count: (met[count], count), default=1))

    def usual_pairs(count: int) -> int:
        first = min(count, usual)
        return first * (first - 1) // 2 + (count - first) * usual

    others = (len(names) - usual_pairs(len(scenes))) / max(len(scenes), 1)

    def grown(count: int) -> tuple[int, float]:
        pairs = max(usual_pairs(count) + round(others * count), 0)
        return pairs, min(count / 2, pairs)

    return grown


def any_two(scenes: pd.DataFrame, requirement: dict, within: bool = False) -> dict:
    """How near any two measured scenes lie to each other, or any two of those that are within.

    Half of a stack may lie on one side of the median and half on the other, each scene within the
    requirement and all of one half beyond it from all of the other.

    Parameters
    ----------
    scenes, requirement : as for `judged.judge`.
    within : whether only scenes count that are within the requirement themselves.

    Returns
    -------
    ``share`` of these pairs that are within the requirement, by the scenes' offsets (None with
    fewer than two scenes), the ``farthest`` two with the ``metres`` between them, and the number of
    ``scenes`` that count.
    """
    east, north = as_numbers(scenes, c.OFFSET_EAST, c.OFFSET_NORTH)
    place = np.array([east, north])
    if requirement["shape"] == answers.RANGE_AZIMUTH and (seen := looks.of_scenes(scenes)):
        # Of the larger limit, so that one number is compared.
        allowed = looks.limits(requirement)
        place = seen.values * (requirement["metres"] / allowed)
    off = _distance(np.abs(place), requirement)
    known = np.flatnonzero(off <= requirement["metres"] if within else np.isfinite(off))
    if known.size < 2:
        return {"share": None, "farthest": None, "metres": None, "scenes": int(known.size)}
    first, second = (known[of] for of in np.triu_indices(known.size, 1))
    apart = np.abs(place[:, first] - place[:, second])
    distance = _distance(apart, requirement)
    at = int(np.argmax(distance))
    one, other = first[at], second[at]
    return {
        "share": float(np.mean(distance <= requirement["metres"])),
        "farthest": [scenes[c.SCENE].iloc[of] for of in (one, other)],
        "metres": float(np.hypot(east[one] - east[other], north[one] - north[other]))
        if requirement["shape"] == answers.RANGE_AZIMUTH
        else float(distance[at]),
        "scenes": int(known.size),
    }


def _distance(apart: np.ndarray, requirement: dict) -> np.ndarray:
    """What the requirement limits: the radius, or the larger of (axes, products) metres."""
    return np.hypot(*apart) if requirement["shape"] == "radial" else apart.max(axis=0)
