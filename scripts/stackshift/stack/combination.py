"""One offset a pass out of several polarizations, which see one geometry with their own speckle."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack.best_mean import Combined, to_one_zero
from stackshift.stack.inversion import as_numbers

DISAGREE = "disagree"
_SCENES = ((c.OFFSET_EAST, c.SIGMA_EAST, "east"), (c.OFFSET_NORTH, c.SIGMA_NORTH, "north"))
_PAIRS = ((c.SHIFT_X, c.SIGMA_X, "east"), (c.SHIFT_Y, c.SIGMA_Y, "north"))
# Weight of what counted for nothing, beside one.
_HARDLY = 1e-6


def of_scenes(
    tables: dict[str, pd.DataFrame], reference: str | None = None
) -> tuple[pd.DataFrame, dict]:
    """One offset a pass.

    Parameters
    ----------
    tables : scenes (`columns.SCENES_TABLE`) by polarization.
    reference : what all offsets are relative to, a scene or what is none of the stack's; None for
        the stack's median.

    Returns
    -------
    (table, summary): a row a scene that any polarization has, newest first, with the columns of
    `action_columns.COMBINED_TABLE`, from the median of the combined offsets or the reference. What
    stands out in any polarization is flagged, and ``disagree`` where they do; ``unmeasured`` is
    what none measured. The summary has, along each axis, the correlation of the errors, by what
    they were widened and which scenes disagree.
    """
    names = sorted(set().union(*(table[c.SCENE] for table in tables.values())), reverse=True)
    aligned = {p: table.set_index(c.SCENE).reindex(names) for p, table in tables.items()}
    known_truth = all(c.TRUE_EAST in table for table in tables.values())
    columns = a.COMBINED_TABLE if known_truth else c.without_truth(a.COMBINED_TABLE)
    made = pd.DataFrame(index=range(len(names)), columns=list(columns), dtype=object)
    made[c.SCENE], made[c.INDEX] = names, range(len(names))
    for column in (c.TIME, c.PLATFORM):
        made[column] = _first([table[column] for table in aligned.values()])
    measured = {
        p: np.all(np.isfinite(as_numbers(table, c.OFFSET_EAST, c.OFFSET_NORTH)), axis=0)
        for p, table in aligned.items()
    }
    made[a.POLARIZATIONS] = [
        " ".join(p for p in tables if measured[p][at]) for at in range(len(names))
    ]
    tiles = [as_numbers(table, c.TILES)[0] for table in aligned.values()]
    made[c.TILES] = np.nansum(tiles, axis=0).astype(int)
    made[c.FILES] = [
        ", ".join(part for part in parts if part)
        for parts in zip(*(_text(table[c.FILES]) for table in aligned.values()), strict=True)
    ]
    apart: dict[str, Combined] = {}
    for offset, sigma, axis in _SCENES:
        values, sigmas = zip(
            *(as_numbers(table, offset, sigma) for table in aligned.values()), strict=True
        )
        found = apart[axis] = Combined(values, sigmas, same_zero=reference is not None)
        known = np.isfinite(found.values)
        zero = np.median(found.values[known]) if known.any() and reference is None else 0.0
        made[offset], made[sigma] = found.values - zero, found.sigmas
        made[f"apart_{axis}"] = found.apart
    truths = (c.TRUE_EAST, c.TRUE_NORTH) if known_truth else ()
    for column, (*_, axis) in zip(truths, _SCENES, strict=False):
        # From the zero of the combined offsets.
        truth = _first_number([as_numbers(table, column)[0] for table in aligned.values()])
        known = np.isfinite(apart[axis].values) & np.isfinite(truth)
        if known.any() and reference is None:
            truth = truth - np.median(truth[known])
        made[column] = truth
    _flag(made, aligned, apart)
    summary = {
        "polarizations": list(tables),
        "scenes": int(np.isfinite(made[c.OFFSET_EAST].to_numpy(float)).sum()),
        **{axis: _summary(found, names) for axis, found in apart.items()},
    }
    return made, summary


def measured_again(
    first: pd.DataFrame,
    second: pd.DataFrame,
    before: dict[str, pd.DataFrame],
    after: dict[str, pd.DataFrame],
    reference: str | None = None,
) -> pd.DataFrame:
    """Combined scenes that were measured twice, the second time with the weights of the first.

    Weights follow the errors and their correlation as a measurement shows them, which are never
    quite the same twice. With new ones a scene in which the polarizations lie apart would lie
    elsewhere, though each says that it has stayed. So what changed is combined, not what is.

    Parameters
    ----------
    first, second : combined scenes (`action_columns.COMBINED_TABLE`) of the two measurements.
    before, after : the scenes of the polarizations that these are made of, in one order.
    reference : as for `of_scenes`.

    Returns
    -------
    The second table with other offsets: those of the first and the weighted mean of by how much a
    scene lies elsewhere in each polarization that has it both times, from the zero of the others.
    """
    names, same_zero = list(second[c.SCENE]), reference is not None
    made = second.copy()
    lined_up = [
        [tables[p].set_index(c.SCENE).reindex(names) for p in before] for tables in (before, after)
    ]
    start = first.set_index(c.SCENE).reindex(names)
    first_weights = _weights_along(lined_up[0], same_zero)
    for (offset, *_), weights in zip(_SCENES, first_weights, strict=True):
        earlier, later = ([as_numbers(t, offset)[0] for t in tables] for tables in lined_up)
        change = np.array(later) - np.array(earlier)
        known = np.isfinite(change)
        if not same_zero:
            to_one_zero(change, known)
        # What counted for nothing the first time counts where nothing else was measured again.
        weights = np.where(known, np.maximum(weights, _HARDLY), 0.0)
        total = weights.sum(axis=0)
        change = (weights * np.nan_to_num(change)).sum(axis=0)
        values = as_numbers(start, offset)[0] + np.where(
            total > 0, change / np.where(total > 0, total, 1.0), np.nan
        )
        counted = np.isfinite(values)
        made[offset] = values - (
            np.median(values[counted]) if counted.any() and not same_zero else 0
        )
    return made


def _weights_along(aligned: list[pd.DataFrame], same_zero: bool) -> list[np.ndarray]:
    """What each polarization counts for in each scene along each axis: (polarizations, scenes)."""
    return [
        Combined(
            [as_numbers(table, offset)[0] for table in aligned],
            [as_numbers(table, sigma)[0] for table in aligned],
            same_zero,
        ).weights
        for offset, sigma, _ in _SCENES
    ]


def shared(
    names: list[str],
    tables: dict[str, pd.DataFrame],
    of_each: dict[str, dict[str, list[float]]],
    reference: str | None = None,
) -> np.ndarray:
    """What combined scenes that lie off alike have alike of their errors, as `shown.Stack.shared`.

    Parameters
    ----------
    names : of the combined scenes.
    tables, reference : as for `of_scenes`.
    of_each : by polarization and scene, metres to the east and north with their sign.

    Returns
    -------
    (scenes, 2) metres: the mean of the polarizations', as the scenes are.
    """
    aligned = [table.set_index(c.SCENE).reindex(names) for table in tables.values()]
    parts = np.array([[of_each[p].get(name, (0.0, 0.0)) for name in names] for p in tables], float)
    weights = np.stack(_weights_along(aligned, reference is not None), axis=-1)
    return (weights * parts).sum(axis=0)


def attributes(of_each: dict[str, dict[str, dict[str, str]]]) -> dict[str, dict[str, str]]:
    """Attributes of combined scenes: each is that of the first polarization that tells it.

    Parameters
    ----------
    of_each : by polarization and scene, as for `explanation.explained`.
    """
    found: dict[str, dict[str, str]] = {}
    for scenes in of_each.values():
        for name, told in scenes.items():
            found[name] = told | found.get(name, {})
    return found


def of_pairs(
    tables: dict[str, pd.DataFrame], chosen: Sequence[tuple[str, str]] | None = None
) -> pd.DataFrame:
    """The shifts of pairs out of all polarizations (`action_columns.COMBINED_PAIRS_TABLE`).

    Parameters
    ----------
    tables : pairs (`columns.PAIRS_TABLE`) by polarization.
    chosen : (reference, secondary) of the pairs that are made of the scenes of all polarizations
        together; None for all that any has. One over a scene that a polarization lacks is none: it
        says again what those with that scene do. One that no polarization has is not measured.
    """
    keys = [c.REFERENCE, c.SECONDARY]
    indexed = {p: table.set_index(keys) for p, table in tables.items()}
    every = dict.fromkeys(key for table in indexed.values() for key in table.index)
    whole = pd.MultiIndex.from_tuples(list(every if chosen is None else chosen), names=keys)
    aligned = {p: table.reindex(whole) for p, table in indexed.items()}
    made = whole.to_frame(index=False)
    for shift, sigma, axis in _PAIRS:
        values, sigmas = zip(
            *(as_numbers(table, shift, sigma) for table in aligned.values()), strict=True
        )
        # A shift needs no zero.
        found = Combined(values, sigmas, same_zero=True)
        made[shift], made[sigma] = found.values, found.sigmas
        made[f"apart_{axis}"] = found.apart
    return made[list(a.COMBINED_PAIRS_TABLE)]


def _flag(made: pd.DataFrame, aligned: dict[str, pd.DataFrame], apart: dict[str, Combined]) -> None:
    """Flags of all polarizations, and why nothing is known of what none measured."""
    disagree = np.any([found.disagree for found in apart.values()], axis=0)
    flags, messages = [], []
    texts = {p: (_text(table[c.FLAG]), _text(table[c.MESSAGE])) for p, table in aligned.items()}
    for at, known in enumerate(made[c.OFFSET_EAST].notna()):
        found = dict.fromkeys(word for said, _ in texts.values() for word in said[at].split())
        found.pop("unmeasured", None)
        if not known:
            found["unmeasured"] = None
        if disagree[at]:
            found[DISAGREE] = None
        flags.append(" ".join(found))
        why = [f"{p}: {said[at]}" for p, (_, said) in texts.items() if said[at]]
        messages.append("" if known else "; ".join(why))
    made[c.FLAG], made[c.MESSAGE] = flags, messages


def _summary(found: Combined, names: list[str]) -> dict:
    known = found.apart[np.isfinite(found.apart)]
    return {
        "correlation": found.correlation,
        "widened": found.widened,
        "apart_rms": float(np.sqrt(np.mean(known**2))) if known.size else None,
        "disagree": [name for name, out in zip(names, found.disagree, strict=True) if out],
    }


def _text(column: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in column]


def _first(columns: Sequence[pd.Series]) -> list:
    """Of each row the first value that is there."""
    return [next((v for v in row if not pd.isna(v)), None) for row in zip(*columns, strict=True)]


def _first_number(columns: Sequence[np.ndarray]) -> np.ndarray:
    found = np.full(len(columns[0]), np.nan)
    for values in columns:
        found = np.where(np.isfinite(found), found, values)
    return found
