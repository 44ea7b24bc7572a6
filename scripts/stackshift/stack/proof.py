"""A correction put to the test: the corrected stack beside the stack as it was."""

import numpy as np
import pandas as pd

from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers

_AXES = (
    ("east", c.OFFSET_EAST, c.SIGMA_EAST, c.TRUE_EAST, a.MOVED_EAST),
    ("north", c.OFFSET_NORTH, c.SIGMA_NORTH, c.TRUE_NORTH, a.MOVED_NORTH),
)


def table(
    before: pd.DataFrame, after: pd.DataFrame, moves: dict[str, dict], reference: str | None
) -> pd.DataFrame:
    """A row a scene, newest first, with the columns of `action_columns.PROOF_TABLE`.

    What is expected after the correction is where the scene was and by how much it was moved,
    from the median of that, as all offsets are; so is the truth of a simulated scene.

    Parameters
    ----------
    before, after : scenes (`columns.SCENES_TABLE`) of the stack and of the corrected stack.
    moves : by scene, as `decision.moves` gives them.
    reference : scene that all offsets are relative to; None for the stack's median.
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
        at = names.index(reference) if reference else None
        made[f"expected_{axis}"] = _from_zero(as_numbers(before, offset)[0] + way, known, at)
        if known_truth:
            (truth,) = as_numbers(before, true)
            made[f"true_before_{axis}"] = truth
            made[f"true_after_{axis}"] = _from_zero(truth + way, known, at)
    return made


def _from_zero(values: np.ndarray, known: np.ndarray, reference: int | None) -> np.ndarray:
    if reference is not None:
        return values - values[reference]
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
    pixels along one axis.
    """
    missed = proof[[c.SCENE]].assign(
        **{
            f"missed_{axis}": as_numbers(proof, f"after_{axis}")[0]
            - as_numbers(proof, f"expected_{axis}")[0]
            for axis in ("east", "north")
        }
    )
    off = _distances(missed, "missed")
    posting = np.sqrt(2) * pixel
    return {
        "scenes": len(proof),
        "measured": int(np.isfinite(as_numbers(proof, a.AFTER_EAST)[0]).sum()),
        "moved": int((proof[a.CORRECTED] == "true").sum()),
        **{
            name: _distances(proof, name)
            for name in ("before", "after", "true_before", "true_after")
        },
        "missed": off,
        "missed_pixels": None if off is None else off["rms"] / posting,
    }


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
    return f"{text}; verdict {verdicts[0]} before, {verdicts[1]} after"
