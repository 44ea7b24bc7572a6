"""What follows from the offsets: which scenes can be used, and which are to be moved."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from stackshift.stack import answers, judgement, looks, screening
from stackshift.stack import columns as c
from stackshift.stack.digits import with_error
from stackshift.stack.inversion import as_numbers

SIGNIFICANT, OUTSIDE, ALL = "significant", "outside", "all"
# Probability that a stack in which nothing is off has a scene moved.
LEVEL = 0.05


def distances(scenes: pd.DataFrame, requirement: dict) -> tuple[np.ndarray, ...]:
    """How far each scene lies off, the standard error of that, and what is allowed, metres.

    Parameters
    ----------
    scenes : with the offsets and standard errors of `columns.SCENES_TABLE`.
    requirement : ``metres`` and ``shape``: ``radial``; ``box``, along the axis on which it lies
        farther off; ``range_azimuth``, along that of the two by which it misses more, and radial
        of scenes whose headings are not in the table.
    """
    values = as_numbers(scenes, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH)
    seen = looks.of_scenes(scenes) if requirement["shape"] == answers.RANGE_AZIMUTH else None
    if requirement["shape"] != "box" and seen is None:
        distance, sigma = judgement.radial(*values)
        return distance, sigma, np.full(len(distance), requirement["metres"])
    off, errors = np.abs(values[:2]), np.array(values[2:])
    limits = np.full((2, 1), requirement["metres"])
    if seen is not None:
        off, errors, limits = np.abs(seen.values), seen.sigmas, looks.limits(requirement)
    limits = np.broadcast_to(limits, off.shape)
    far = np.argmax(off / limits, axis=0), np.arange(off.shape[1])
    return off[far], errors[far], limits[far]


def refused(scenes: pd.DataFrame, rule: dict, requirement: dict) -> list[str]:
    """Why each scene cannot be used; empty for one that can.

    Parameters
    ----------
    scenes : with the offsets, errors, FLAG and MESSAGE of `columns.SCENES_TABLE`.
    rule : ``metres`` (None for the requirement's), ``error_bar`` (whether the error bar has to be
        within too), ``flags`` that a scene must not have, ``unmeasured``: whether a scene without
        an offset is used.
    requirement : ``metres``, ``shape``, ``confidence``, which sets how long the error bar is.
    """
    limit = rule["metres"] or requirement["metres"]
    asked = requirement | {"metres": limit}
    if rule["metres"]:
        asked |= {"range": None, "azimuth": None}
    wanted = answers.within(asked)
    distance, sigma, allowed = distances(scenes, asked)
    margin = judgement.quantile(requirement["confidence"]) if rule["error_bar"] else 0.0
    found = []
    flagged, said = _text(scenes[c.FLAG]), _text(scenes[c.MESSAGE])
    for off, error, limit, flags, message in zip(
        distance, sigma, allowed, flagged, said, strict=True
    ):
        reasons = []
        if not np.isfinite(off):
            if not rule["unmeasured"]:
                reasons.append(f"not measured: {message or 'no reason is known'}")
        elif off > limit:
            reasons.append(f"{with_error(off, error, '')} m off, not {wanted}")
        elif not off + margin * error <= limit:
            reasons.append(f"{with_error(off, error, '')} m off: not surely {wanted}")
        reasons += [_SAID.get(f, f) for f in flags.split() if f in rule["flags"]]
        found.append("; ".join(reasons))
    return found


_SAID = {
    "outlier": "outlier: lies elsewhere than the other scenes",
    "rotated": "rotated against the stack",
    "scaled": "stretched against the stack",
    "uneven": "a part of it lies elsewhere than the rest",
    "disagree": "its polarizations lie in different places",
}


def moves(
    scenes: pd.DataFrame, when: str, requirement: dict, reference: str | None = None
) -> list[dict]:
    """By how much each scene is to be moved, and why.

    Parameters
    ----------
    scenes : with the offsets, errors, FLAG and MESSAGE of `columns.SCENES_TABLE`.
    when : ``all`` that were measured, those ``outside`` the requirement, or those that are
        ``significant``-ly off: (east / sigma)^2 + (north / sigma)^2 is chi-squared with two
        degrees of freedom for one that is not; of all scenes together none is moved by chance but
        in one of twenty stacks (Holm 1979).
    requirement : ``metres`` and ``shape``.
    reference : the scene that offsets are from, if one is: by definition it lies where it should.

    Returns
    -------
    By scene ``corrected``, ``east`` and ``north``, metres on the ground: minus its offset, 0 where
    it is not moved; ``sigma_east``, ``sigma_north`` of the offset, None where it was not measured;
    ``flag``; and ``reason``.
    """
    east, north, *sigmas = as_numbers(
        scenes, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH
    )
    known = np.all(np.isfinite([east, north, *sigmas]), axis=0)
    p = screening.holm(np.where(known, _chance(east, north, sigmas), np.nan))
    distance, sigma, allowed = distances(scenes, requirement)
    found = []
    for at, (scene, flag, message) in enumerate(
        zip(scenes[c.SCENE], _text(scenes[c.FLAG]), _text(scenes[c.MESSAGE]), strict=True)
    ):
        off = f"{with_error(distance[at], sigma[at], '')} m off"
        wanted = {
            ALL: True,
            OUTSIDE: distance[at] > allowed[at],
            SIGNIFICANT: p[at] < LEVEL,
        }[when]
        if not known[at]:
            reason = f"not measured: {message or 'no reason is known'}"
        elif scene == reference:
            reason, wanted = "is the reference", False
        elif wanted:
            reason = off
        elif when == OUTSIDE:
            reason = f"{off}: {answers.within(requirement)}"
        else:
            reason = f"{off}: no more than chance"
        corrected = bool(known[at] and wanted)
        found.append(
            {
                "corrected": corrected,
                # Without the sign of a zero.
                "east": 0.0 - float(east[at]) if corrected else 0.0,
                "north": 0.0 - float(north[at]) if corrected else 0.0,
                "sigma_east": float(sigmas[0][at]) if known[at] else None,
                "sigma_north": float(sigmas[1][at]) if known[at] else None,
                "flag": flag,
                "reason": reason,
            }
        )
    return found


def _chance(east, north, sigmas) -> np.ndarray:
    """Probability of lying so far off by the errors alone; 1 for what has no error."""
    exact = (sigmas[0] <= 0) | (sigmas[1] <= 0)
    safe = [np.where(exact, 1.0, sigma) for sigma in sigmas]
    square = np.where(exact, 0.0, (east / safe[0]) ** 2 + (north / safe[1]) ** 2)
    return np.asarray(chdtrc(2, square))


def _text(column: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in column]
