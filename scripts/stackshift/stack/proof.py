"""A correction put to the test: the corrected stack beside the stack as it was."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from stackshift.stack import action_columns as a
from stackshift.stack import answers, robust, screening
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers
from stackshift.stack.zero import Zero

AS_EXPECTED, ELSEWHERE, NOT_MEASURED = "as expected", "elsewhere", "not measured"
# Fewer tiles do not tell by how much the second measurement differs from the first, and fewer
# scenes not what such differences have in common: then the errors of both count in full.
_TILES = 4
_SCENES = 5
# Tiles beyond so many of the bulk's deviations say nothing of it.
_FAR = 3.0
# Flags of scenes that have no one place.
_DISTORTED = "rotated|scaled|uneven"
# So many scenes are named in the line, or one.
_NAMED = 3

_AXES = (
    ("east", c.OFFSET_EAST, c.SIGMA_EAST, c.TRUE_EAST, a.MOVED_EAST),
    ("north", c.OFFSET_NORTH, c.SIGMA_NORTH, c.TRUE_NORTH, a.MOVED_NORTH),
)


def table(
    before: pd.DataFrame,
    after: pd.DataFrame,
    moves: dict[str, dict],
    zero: Zero,
    tiles: list[tuple[pd.DataFrame, pd.DataFrame]] | None = None,
) -> pd.DataFrame:
    """A row a scene, newest first, with the columns of `action_columns.PROOF_TABLE`.

    What is expected after the correction is where the scene was and by how much it was moved,
    from the zero of all offsets, as the median of that; so is the truth of a simulated scene.

    Parameters
    ----------
    before, after : scenes (`columns.SCENES_TABLE`) of the stack and of the corrected stack.
    moves : by scene, as `decision.moves` gives them.
    zero : what all offsets are relative to.
    tiles : of each polarization the scenes' tiles (`columns.SCENE_TILES_TABLE`) before and after,
        which tell by how much a second measurement of the same speckle differs from the first.
    """
    names = list(before[c.SCENE])
    later = after.set_index(c.SCENE).reindex(names)
    known_truth = c.TRUE_EAST in before
    columns = [name for name in a.PROOF_TABLE if known_truth or not name.startswith("true_")]
    made = pd.DataFrame(index=range(len(names)), columns=columns, dtype=object)
    for column in (c.SCENE, c.TIME, c.PLATFORM):
        made[column] = before[column].to_numpy()
    made[a.CORRECTED] = ["true" if moves[name]["corrected"] else "false" for name in names]
    made[c.FLAG] = ["" if pd.isna(flag) else flag for flag in later[c.FLAG]]
    for axis, offset, sigma, true, moved in _AXES:
        made[f"before_{axis}"], made[f"before_sigma_{axis}"] = as_numbers(before, offset, sigma)
        made[f"after_{axis}"], made[f"after_sigma_{axis}"] = as_numbers(later, offset, sigma)
        way = np.array([moves[name][axis] for name in names])
        made[moved] = way
        known = np.isfinite(as_numbers(later, offset)[0])
        made[f"expected_{axis}"] = _from_zero(
            as_numbers(before, offset)[0] + way, known, names, zero
        )
        if known_truth:
            (truth,) = as_numbers(before, true)
            made[f"true_before_{axis}"] = truth
            made[f"true_after_{axis}"] = _from_zero(truth + way, known, names, zero)
    made[a.REASON] = [moves[name].get("reason", "") for name in names]
    _compare(made, paired(names, tiles or []), alike=not zero.absolute and not zero.scene)
    return made


def _compare(made: pd.DataFrame, same: np.ndarray, alike: bool) -> None:
    """What each scene misses of where it should be, the error of that, and whether it is chance.

    Parameters
    ----------
    made : the table, to be completed.
    same : from `paired`.
    alike : whether what all scenes miss alike says nothing of where they lie, as their zero is a
        median, which a few of them that lie elsewhere have moved.
    """
    squares = np.zeros(len(made))
    count = 0
    for axis, own in zip(("east", "north"), same, strict=True):
        after, expected = as_numbers(made, f"after_{axis}", f"expected_{axis}")
        missed = after - expected
        both = np.hypot(*as_numbers(made, f"before_sigma_{axis}", f"after_sigma_{axis}"))
        made[f"missed_{axis}"] = missed
        told = np.isfinite(missed) & np.isfinite(own)
        count = int(told.sum())
        sigma = both
        if alike and count >= _SCENES:
            missed = missed - np.median(missed[told])
        if count >= _SCENES:
            # What the template, which is new too, adds to each scene.
            common = robust.natural_spread(missed[told], own[told])
            sigma = np.where(np.isfinite(own), np.fmin(np.hypot(own, common), both), both)
        made[f"missed_sigma_{axis}"] = sigma
        squares += (missed / np.maximum(sigma, 1e-6)) ** 2
    # The errors are told by so many scenes themselves, or are known.
    chance = fdtrc(2, count - 1, squares / 2) if count >= _SCENES else chdtrc(2, squares)
    p = screening.holm(chance)
    made[a.FOUND] = [
        NOT_MEASURED if np.isnan(one) else ELSEWHERE if one < screening.ALPHA else AS_EXPECTED
        for one in p
    ]


def paired(names: list[str], tiles: list[tuple[pd.DataFrame, pd.DataFrame]]) -> np.ndarray:
    """Standard errors of the scenes' second offsets less their first ones, out of the same tiles.

    The tiles' own differences scatter by what the second measurement adds, whatever the two have
    in common.

    Parameters
    ----------
    names : of the scenes.
    tiles : as for `table`.

    Returns
    -------
    (2, scenes) metres to the east and north; NaN where fewer than four tiles tell.
    """
    found = np.full((2, len(names)), np.nan)
    keys = [c.SCENE, c.TILE_X, c.TILE_Y]
    joined = [before.merge(after, on=keys, suffixes=("", "_after")) for before, after in tiles]
    if not joined:
        return found
    by_scene = dict(list(pd.concat(joined, ignore_index=True).groupby(c.SCENE)))
    for row, (_, offset, sigma, *_) in enumerate(_AXES):
        for at, name in enumerate(names):
            if name in by_scene:
                first, second, errors = as_numbers(by_scene[name], offset, f"{offset}_after", sigma)
                found[row, at] = _error_of_mean(second - first, errors)
    return found


def _error_of_mean(values: np.ndarray, sigmas: np.ndarray) -> float:
    """Standard error of a mean with the weights of `sigmas`, by the values' own scatter."""
    known = np.isfinite(values) & np.isfinite(sigmas)
    if known.sum() < _TILES:
        return np.nan
    values, sigmas = values[known], sigmas[known]
    middle = float(np.median(values))
    limit = _FAR * robust.nmad((values - middle) / sigmas) * sigmas
    weights = 1 / sigmas**2
    weights /= weights.sum()
    rest = np.clip(values - middle, -limit, limit)
    worth = 1 / (weights**2).sum()
    return float(np.sqrt((weights**2 * rest**2).sum() * worth / max(worth - 1, 0.5)))


def _from_zero(values: np.ndarray, known: np.ndarray, names: list[str], zero: Zero) -> np.ndarray:
    if zero.absolute:
        return values
    if zero.scene:
        return values - values[names.index(zero.scene)]
    counted = values[known & np.isfinite(values)]
    return values - (np.median(counted) if counted.size else 0.0)


def summary(proof: pd.DataFrame, pixel: float) -> dict:
    """What the correction has done, in metres along both axes together.

    Parameters
    ----------
    proof : from `table`.
    pixel : metres.

    Returns
    -------
    ``scenes``, ``measured`` after the correction, ``moved``; of ``before``, ``after``,
    ``missed`` (measured after less expected: what the moving itself, the resampling and the second
    measurement add), ``true_before`` and ``true_after`` the ``rms`` and the ``largest`` distance
    with its scene; None where nothing is known. ``missed_pixels`` is the rms of what was missed in
    pixels along one axis. ``elsewhere`` are the scenes that do not lie where they should, by more
    than chance; ``error`` is the median standard error of the offsets that were measured again,
    along both axes together, which no correction is better than; ``not_moved`` those that
    were left where they were, with the reason of each; ``distorted`` those whose tiles do not all
    lie where the scene does, which no move mends.
    """
    off = _distances(proof, "missed")
    posting = np.sqrt(2) * pixel
    again = np.isfinite(as_numbers(proof, a.AFTER_EAST)[0])
    errors = np.hypot(*as_numbers(proof, "before_sigma_east", "before_sigma_north"))[again]
    errors = errors[errors > 0]
    return {
        "scenes": len(proof),
        "measured": int(again.sum()),
        "error": float(np.median(errors)) if errors.size else None,
        "moved": int((proof[a.CORRECTED] == "true").sum()),
        **{
            name: _distances(proof, name)
            for name in ("before", "after", "true_before", "true_after")
        },
        "missed": off,
        "missed_pixels": None if off is None else off["rms"] / posting,
        "elsewhere": list(proof[c.SCENE][proof[a.FOUND] == ELSEWHERE]),
        "distorted": list(proof[c.SCENE][proof[c.FLAG].str.contains(_DISTORTED)]),
        "not_moved": _not_moved(proof),
    }


def _not_moved(proof: pd.DataFrame) -> list[dict]:
    """The scenes that were left where they were: unmeasured ones, then those farthest off first."""
    still = proof[proof[a.CORRECTED] != "true"]
    off = np.hypot(*as_numbers(still, a.BEFORE_EAST, a.BEFORE_NORTH))
    order = np.argsort(np.where(np.isnan(off), -np.inf, -off), kind="stable")
    return [{"scene": still[c.SCENE].iloc[at], "reason": still[a.REASON].iloc[at]} for at in order]


def _distances(of: pd.DataFrame, name: str) -> dict | None:
    if f"{name}_east" not in of:
        return None
    east, north = as_numbers(of, f"{name}_east", f"{name}_north")
    distance = np.hypot(east, north)
    known = np.flatnonzero(np.isfinite(distance))
    if not known.size:
        return None
    far = known[np.argmax(distance[known])]
    return {
        "rms": float(np.sqrt(np.mean(distance[known] ** 2))),
        "largest": float(distance[far]),
        "scene": str(of[c.SCENE].iloc[far]),
    }


def line(found: dict, verdicts: tuple[str, str]) -> str:
    """What the correction has done, in a line.

    Parameters
    ----------
    found : from `summary`.
    verdicts : before and after.
    """
    text = f"{found['moved']} of {found['scenes']} scenes moved"
    if found["before"] and found["after"]:
        text += (
            f"; offsets rms {found['before']['rms']:.2f} m before, {found['after']['rms']:.2f} m "
            f"measured again after, largest {found['before']['largest']:.2f} and "
            f"{found['after']['largest']:.2f} m"
        )
    if found["true_after"]:
        text += (
            f"; true rms {found['true_before']['rms']:.2f} and {found['true_after']['rms']:.2f} m, "
            f"largest {found['true_before']['largest']:.2f} and "
            f"{found['true_after']['largest']:.2f} m"
        )
    if lost := found["scenes"] - found["measured"]:
        text += f"; {lost} not measured"
    if found["measured"]:
        text += "; " + where(found)
    if found["not_moved"]:
        text += "; not moved: " + ", ".join(not_moved(found["not_moved"]))
    return f"{text}; verdict {verdicts[0]} before, {verdicts[1]} after"


def where(found: dict) -> str:
    """Whether the scenes lie where they should after the correction, in words."""
    if found["elsewhere"]:
        text = f"elsewhere than they should be: {answers.listed(found['elsewhere'])}"
    else:
        text = "all that were measured lie where they should"
        if found["error"] is not None:
            text += f", to within their errors of {float(format(found['error'], '.1g')):g} m"
    if found["distorted"]:
        text += f"; as a whole, but not in all parts: {answers.listed(found['distorted'])}"
    return text


def not_moved(of: list[dict]) -> list[str]:
    """A few scenes that were not moved with the reason; of many the first, and how many more."""
    named = len(of) if len(of) <= _NAMED else 1
    more = len(of) - named
    return [
        *(f"{answers.day(one['scene'])} ({one['reason']})" for one in of[:named]),
        *([f"and {more} more (proof.csv)"] if more > 0 else []),
    ]
