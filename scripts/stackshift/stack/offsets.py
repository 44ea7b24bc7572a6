"""Tables of the scenes out of what each scene's tiles show against the template."""

import numpy as np
import pandas as pd

from stackshift.stack import columns as c
from stackshift.stack import datum
from stackshift.stack.network import Adjustment
from stackshift.stack.shown import Stack
from stackshift.stack.zero import Zero
from stackshift.tile.match import OK

AXES = (
    (c.OFFSET_EAST, c.SIGMA_EAST, c.SHIFT_X, c.SIGMA_X),
    (c.OFFSET_NORTH, c.SIGMA_NORTH, c.SHIFT_Y, c.SIGMA_Y),
)


def scenes_table(
    stack: Stack,
    platforms: dict[str, str | None],
    pairs: pd.DataFrame,
    network: list[Adjustment],
    truth: dict[str, tuple[float, float]] | None,
    zero: Zero,
) -> pd.DataFrame:
    """One row for each scene, newest first, with the columns of `columns.SCENES_TABLE`.

    Parameters
    ----------
    stack : what the scenes show.
    platforms : platform of each scene by name, newest first.
    pairs : rows of the pairs' table that count, in the order of the adjustment.
    network : adjustment of the pairs along each axis (east, north).
    truth : true offset (east, north) in metres of each scene of a simulated stack, else None.
    zero : what offsets are relative to.
    """
    names, reference = stack.names, zero.scene
    known = c.SCENES_TABLE if truth is not None else c.without_truth(c.SCENES_TABLE)
    table = pd.DataFrame(index=range(len(names)), columns=list(known), dtype=object)
    table[c.SCENE], table[c.INDEX] = names, range(len(names))
    table[c.TIME] = [f"{s[:4]}-{s[4:6]}-{s[6:11]}:{s[11:13]}:{s[13:]}Z" for s in names]
    table[c.PLATFORM] = [platforms[name] for name in names]
    table[c.PART] = [part if part >= 0 else None for part in network[0].part]
    table[c.TILES] = stack.counted
    table[c.FILES] = [one.get("source") or "" for one in stack.contents]
    table[c.OVERLAP] = [(one.get("overlap") or {}).get("median") for one in stack.contents]
    for column, key in (
        (c.MASKED, "masked"), (c.NO_AREA, "no_area"), (c.NO_MASK, "no_mask"),
        (c.CONTRAST, "contrast"),
    ):  # fmt: skip
        table[column] = [one.get(key) for one in stack.contents]
    measured = np.isfinite(stack.means).all(axis=1)
    lost = reference is not None and not measured[names.index(reference)]
    table[c.MESSAGE] = [
        why(one, stack.moves)
        if not known
        else f"the reference {reference} could not be measured"
        if lost
        else ""
        for one, known in zip(stack.contents, measured, strict=True)
    ]
    for axis, (offset, sigma, *_) in enumerate(AXES):
        means, errors = stack.means[:, axis], stack.errors[:, axis]
        if zero.absolute:
            table[offset], table[sigma] = datum.from_outside(means, errors, stack.common[axis])
        else:
            table[offset], table[sigma] = relative(means, errors, names, reference)
        linked, linked_errors = relative(
            np.where(_largest(network[axis].part), network[axis].offsets, np.nan),
            network[axis].sigmas,
            names,
            reference,
            own=False,
        )
        if zero.absolute:
            # Pairs know of no place but each other's.
            both = np.isfinite(linked) & measured
            linked = linked + _median(means[both]) - _median(linked[both])
        of_network = c.NETWORK_AXES[axis]
        table[of_network[0]], table[of_network[1]] = linked, linked_errors
        if truth is not None:
            true = np.array([truth[name][axis] for name in names])
            at = true[names.index(reference)] if reference else _median(true[measured])
            table[(c.TRUE_EAST, c.TRUE_NORTH)[axis]] = true - (0 if zero.absolute else at)
    table[c.CORRELATION_EN] = np.where(measured & ~lost, _correlated(stack, reference), np.nan)
    ends = pd.concat([pairs[c.REFERENCE], pairs[c.SECONDARY]]).value_counts()
    table[c.PAIRS] = [int(ends.get(name, 0)) for name in names]
    return table


def _correlated(stack: Stack, reference: str | None) -> np.ndarray:
    """Correlation of the errors of the scenes' offsets; the median adds next to nothing to it."""
    own = stack.correlation()
    if reference is None:
        return own
    at = stack.names.index(reference)
    total = np.hypot(stack.errors, stack.errors[at])
    covariance = own * stack.errors.prod(axis=1) + own[at] * stack.errors[at].prod()
    return np.where(np.arange(len(own)) == at, 0.0, covariance / total.prod(axis=1))


def relative(offsets, sigmas, names: list[str], reference: str | None, own: bool = True):
    """Offsets along one axis, and their errors, from the stack's one zero.

    ``own`` says that the errors are independent from scene to scene, as those of a network are not,
    of which the errors stay those from its mean.
    """
    if reference is not None:
        moved, errors = datum.from_scene(offsets, sigmas, names.index(reference))
    elif own:
        moved, errors = datum.from_median(offsets, sigmas)
        # The middle scene is the zero, but its place is known no better than any other's.
        count = max(int(np.isfinite(moved).sum()), 1)
        errors = np.maximum(errors, sigmas * np.sqrt(1 - 1 / count))
    else:
        moved, errors = offsets - _median(offsets[np.isfinite(offsets)]), sigmas
    return moved, np.where(np.isfinite(moved), errors, np.nan)


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else 0.0


def _largest(part: np.ndarray) -> np.ndarray:
    """Which scenes are in the largest part of a network."""
    if not (part >= 0).any():
        return np.zeros(len(part), bool)
    return part == np.bincount(part[part >= 0]).argmax()


def why(content: dict, moves: np.ndarray) -> str:
    """Why a scene has no offset, out of what became of its tiles."""
    tiles = content["tiles"]
    if any(tile[c.STATUS] == OK for tile in tiles):
        return "only tiles that move by themselves were matched"
    statuses = [tile[c.STATUS] for tile in tiles]
    commonest = max(sorted(set(statuses)), key=statuses.count)
    message = next(tile[c.MESSAGE] for tile in tiles if tile[c.STATUS] == commonest)
    return f"no tile counts; {statuses.count(commonest)} of {len(tiles)} {commonest}: {message}"


def taken_off(means: np.ndarray, offsets: pd.Series) -> float:
    """What was taken off the scenes' means to make their offsets."""
    known = np.isfinite(means)
    return float((means - offsets.to_numpy(float))[known][0]) if known.any() else 0.0


def zero_of(stack: Stack, table: pd.DataFrame) -> dict[str, float]:
    """Metres from the template to where offsets are 0, which another stack's do not share.

    With standard errors, that of a median of so many scenes: 1.25 times that of a mean.
    """
    found = {}
    for axis, (direction, (offset, *_)) in enumerate(zip(("east", "north"), AXES, strict=True)):
        errors = stack.errors[np.isfinite(stack.errors[:, axis]), axis]
        found[direction] = taken_off(stack.means[:, axis], table[offset])
        found[f"sigma_{direction}"] = (
            float(1.2533 * np.sqrt(np.mean(errors**2) / len(errors))) if len(errors) else 0.0
        )
    return found
