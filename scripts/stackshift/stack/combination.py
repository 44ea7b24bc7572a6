"""One offset a pass out of several polarizations, which see one geometry with their own speckle.

The weighted mean is the best linear unbiased estimate of correlated measurements (Lyons, Gibaut &
Clifford 1988, Nucl. Instrum. Meth. A 270, 110). What the polarizations' errors have in common, as
change of the ground, does not show in their difference; but that they differ by less than they
would without it does.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import screening
from stackshift.stack.inversion import as_numbers

DISAGREE = "disagree"
_SCENES = ((c.OFFSET_EAST, c.SIGMA_EAST, "east"), (c.OFFSET_NORTH, c.SIGMA_NORTH, "north"))
_PAIRS = ((c.SHIFT_X, c.SIGMA_X, "east"), (c.SHIFT_Y, c.SIGMA_Y, "north"))
# So many scenes with independent, honest errors are assumed beside those that are there, as a few
# scenes cannot tell how their errors hang together.
_ASSUMED = 8
# Differences of more than so many times the bulk's say nothing about the others.
_FAR = 4.0
# Errors with nearly all in common would be subtracted from each other.
_MOST_COMMON = 0.9
# Median of a squared normal deviate.
_MEDIAN_SQUARE = 0.4549364
# A scene that all offsets are relative to has no error: metres that are none.
_NONE = 1e-6


class Combined:
    """The mean of several measurements of the same products along one axis.

    Attributes
    ----------
    values, sigmas : (products,) metres; NaN where nothing was measured. The errors of products
        that disagree reach as far as their measurements lie apart.
    apart : (products,) how far the measurements of a product lie apart in standard errors of
        their difference; NaN for those measured once.
    disagree : (products,) whether that is more than chance (Holm, over all products).
    correlation : of the errors of any two measurements, 0 to 0.9.
    widened : by what the errors were multiplied, as the products' measurements scatter more.
    weights : (measurements, products) what each counts for, in sum 1; 0 for what is not there.
    """

    def __init__(self, values, sigmas, same_zero: bool):
        """values, sigmas : (measurements, products); NaN for what is not there.

        same_zero : whether the measurements are from one zero, else their medians are made equal.
        """
        values, sigmas = np.array(values, float), np.array(sigmas, float)
        known = np.isfinite(values) & np.isfinite(sigmas)
        sigmas = np.maximum(sigmas, _NONE)
        if not same_zero:
            _to_one_zero(values, known)
        spread = _spread(values, sigmas, known, same_zero)
        self.correlation = _correlation(spread, sigmas, known)
        self.widened = float(np.sqrt(max(1.0, spread)))
        count = values.shape[1]
        self.values, self.sigmas, square = (np.full(count, np.nan) for _ in range(3))
        self.weights = np.zeros(values.shape)
        for at in np.flatnonzero(known.any(axis=0)):
            of = known[:, at]
            covariance = _covariance(sigmas[of, at], self.correlation)
            weights = self.weights[of, at] = _weights(covariance)
            self.values[at] = weights @ values[of, at]
            self.sigmas[at] = self.widened * np.sqrt(weights @ covariance @ weights)
            if of.sum() > 1:
                off = values[of, at] - self.values[at]
                square[at] = off @ np.linalg.solve(covariance, off) / self.widened**2
        free = known.sum(axis=0) - 1
        p = np.array([chdtrc(f, s) if f > 0 else np.nan for f, s in zip(free, square, strict=True)])
        # Both axes are looked at.
        self.disagree = screening.holm(p) < screening.ALPHA / 2
        self.apart = np.sqrt(square / np.maximum(free, 1))
        self.sigmas[self.disagree] *= self.apart[self.disagree]


def _to_one_zero(values: np.ndarray, known: np.ndarray) -> None:
    """Move each measurement's values to the zero of the first that it has products with."""
    for i in range(1, len(values)):
        for j in range(i):
            both = known[i] & known[j]
            if both.any():
                values[i] -= np.median(values[i, both] - values[j, both])
                break


def _spread(values, sigmas, known, same_zero: bool) -> float:
    """By what the differences' variance exceeds that of independent errors: 1 if they are."""
    squares = []
    for i in range(len(values)):
        for j in range(i):
            both = known[i] & known[j]
            # The median was taken out of them.
            free = 1.0 if same_zero else 1 - 1 / max(int(both.sum()), 2)
            variance = sigmas[i, both] ** 2 + sigmas[j, both] ** 2
            squares.append((values[i, both] - values[j, both]) ** 2 / variance / free)
    found = np.concatenate(squares) if squares else np.empty(0)
    if not found.size:
        return 1.0
    bulk = max(1.0, float(np.median(found)) / _MEDIAN_SQUARE)
    near = found[found <= _FAR**2 * bulk]
    return float((near.sum() + _ASSUMED) / (near.size + _ASSUMED))


def _correlation(spread: float, sigmas, known) -> float:
    """The correlation with which errors as quoted make differences scatter so."""
    shares = []
    for i in range(len(sigmas)):
        for j in range(i):
            one, other = sigmas[i, known[i] & known[j]], sigmas[j, known[i] & known[j]]
            shares.append(2 * one * other / (one**2 + other**2))
    found = np.concatenate(shares) if shares else np.empty(0)
    if not found.size or spread >= 1:
        return 0.0
    return float(min(_MOST_COMMON, (1 - spread) / found.mean()))


def _covariance(sigmas: np.ndarray, correlation: float) -> np.ndarray:
    matrix = correlation * np.outer(sigmas, sigmas)
    np.fill_diagonal(matrix, sigmas**2)
    return matrix


def _weights(covariance: np.ndarray) -> np.ndarray:
    """Weights of the best mean that are not negative: what would be subtracted is left out."""
    left = np.arange(len(covariance))
    while True:
        weights = np.linalg.solve(covariance[np.ix_(left, left)], np.ones(len(left)))
        if (weights >= 0).all() or len(left) == 1:
            break
        left = np.delete(left, int(np.argmin(weights)))
    found = np.zeros(len(covariance))
    found[left] = weights / weights.sum()
    return found


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
            _to_one_zero(change, known)
        # What counted for nothing the first time counts where nothing else was measured again.
        weights = np.where(known, np.maximum(weights, _NONE), 0.0)
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
