"""What is left of each pair's shift once its scenes' offsets are taken off."""

import numpy as np
import pandas as pd

from stackshift.stack import columns as c
from stackshift.stack.network import Adjustment, loop_closures
from stackshift.stack.offsets import AXES
from stackshift.stack.shown import Stack


def pair_residuals(pairs: pd.DataFrame, table: pd.DataFrame, stack: Stack) -> pd.DataFrame:
    """What is left of each pair's shift once its scenes' offsets are taken off, and over its error.

    The error is that of the pair, or that of its scenes where they are measured worse, as against a
    DEM or where tiles that move are left out. Out of the same pixels of one ground the variance of
    the difference would be the greater of the two less the other (Hausman 1978,
    doi:10.2307/1913827). But what changes on the ground is another error to neighbours than to the
    mean of all dates, so that less of the two errors is shared, up to what is taken off.
    """
    by_scene = table.set_index(c.SCENE)
    found = pairs[[c.REFERENCE, c.SECONDARY]].copy()
    for axis, ((offset, _, shift, error), residual, z) in enumerate(
        zip(AXES, (c.RESIDUAL_X, c.RESIDUAL_Y), (c.Z_X, c.Z_Y), strict=True)
    ):
        # The scenes' own errors, whatever their offsets are relative to.
        own = pd.Series(stack.errors[:, axis], index=stack.names)
        at = [by_scene[offset].astype(float), own]
        (first, first_error), (second, second_error) = (
            [pairs[role].map(values).to_numpy(float) for values in at]
            for role in (c.REFERENCE, c.SECONDARY)
        )
        found[residual] = pairs[shift].to_numpy(float) - (first - second)
        variance, theirs = pairs[error].to_numpy(float) ** 2, first_error**2 + second_error**2
        found[z] = found[residual] / np.sqrt(np.maximum(variance, theirs))
    return found


def with_residuals(table: pd.DataFrame, residuals: pd.DataFrame) -> pd.DataFrame:
    """The scenes' table with the rms of what is left of each scene's pairs."""
    table = table.copy()
    square = (residuals[c.RESIDUAL_X] ** 2 + residuals[c.RESIDUAL_Y] ** 2) / 2
    ends = pd.concat([residuals[c.REFERENCE], residuals[c.SECONDARY]])
    mean = pd.concat([square, square]).groupby(ends.to_numpy()).mean()
    left = np.sqrt(table[c.SCENE].map(mean).to_numpy(float))
    table[c.RESIDUAL] = left
    return table


def residuals_table(
    pairs: pd.DataFrame, adjusted: list[Adjustment], residuals: pd.DataFrame
) -> pd.DataFrame:
    """One row for each pair that counts, with the columns of `columns.RESIDUALS_TABLE`.

    Parameters
    ----------
    pairs : usable rows of the pairs' table, in the order of the adjustment.
    adjusted : from `solve`.
    residuals : of these pairs, from `pair_residuals`.
    """
    east, north = adjusted
    scenes = sorted({*pairs[c.REFERENCE], *pairs[c.SECONDARY]})
    number = {scene: i for i, scene in enumerate(scenes)}
    ends = [
        (number[r], number[s]) for r, s in zip(pairs[c.REFERENCE], pairs[c.SECONDARY], strict=True)
    ]
    squares: dict[tuple[int, int], list[float]] = {}
    for *_, shift, sigma in AXES:
        for (a, b, d), misclosure, _ in loop_closures(
            ends, pairs[shift].to_numpy(), pairs[sigma].to_numpy()
        ):
            for pair in ((a, b), (b, d), (a, d)):
                squares.setdefault(pair, []).append(misclosure**2)
    return pd.DataFrame(
        {
            c.REFERENCE: pairs[c.REFERENCE].to_numpy(),
            c.SECONDARY: pairs[c.SECONDARY].to_numpy(),
            **{k: residuals[k].to_numpy() for k in (c.RESIDUAL_X, c.RESIDUAL_Y, c.Z_X, c.Z_Y)},
            c.WEIGHT_X: east.weights,
            c.WEIGHT_Y: north.weights,
            c.CLOSURE: [
                float(np.sqrt(np.mean(squares[end]))) if end in squares else np.nan for end in ends
            ],
        },
        columns=list(c.RESIDUALS_TABLE),
    )
