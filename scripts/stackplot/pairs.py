"""Shifts of the pairs: in time, and to the east against to the north."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stackplot import drawing, marks, naming
from stackshift.stack import circle, columns, judgement
from stackshift.stack.columns import statistic

NAMED = 40  # pairs that have a label each; more stand on an axis of time


def shift_per_pair(table, requirement: float, title: str) -> Figure:
    """Robust mean shift of each pair in time, and to the east against to the north.

    The usual pairs fill the axes; of one that lies beyond, an arrow at the edge tells the value.

    Parameters
    ----------
    table : pairs, with the columns of `columns.PAIRS_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    order = [columns.REFERENCE_INDEX, columns.SECONDARY_INDEX]
    table = table.sort_values(order, ascending=False, ignore_index=True)
    limit = marks.reach(table[[columns.SHIFT_X, columns.SHIFT_Y]], requirement)
    width = min(max(6.0, 2 + 0.3 * len(table)), 9)
    figure = drawing.new_figure(width + 6.2, 6.8)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(width, 6.2))[0]
    upper, lower = left.subplots(2, 1, sharex=True)
    truths = columns.TRUE_X in table
    if len(table) <= NAMED:
        place = list(np.arange(len(table)))
        lower.set_xlim(-0.6, len(table) - 0.4)
        lower.set_xticks(place, labels(table), rotation=60, ha="right", fontsize=7.5)
        lower.set_xlabel("pair: secondary → reference: tiles that count / tiles")
    else:
        place = list(pd.to_datetime(table[columns.REFERENCE], format="%Y%m%dT%H%M%S"))
        drawing.time_axis(lower, place)
        lower.set_xlabel("acquisition of the reference, the newer scene of a pair (UTC)")
    _in_time(upper, table, place, "x", limit, requirement)
    _in_time(lower, table, place, "y", limit, requirement)
    left.legend(handles=_key(truths, requirement), loc="outside upper left", ncols=3, fontsize=8.5)
    scatter = right.subplots()
    far = _scatter(scatter, table, limit, requirement, truths)
    figure.suptitle(f"Shift per pair: {title}", fontweight="bold")
    drawing.settle(figure)
    naming.Names(scatter).beyond(far)
    return figure


def labels(table) -> list[str]:
    """Both dates of each pair, and how many of its tiles count."""
    return [
        f"{marks.day(secondary)} → {marks.day(reference)}: {count}/{tiles}"
        for secondary, reference, count, tiles in zip(
            table[columns.SECONDARY],
            table[columns.REFERENCE],
            table[columns.COUNT],
            table[columns.TILES],
            strict=True,
        )
    ]


def days(table) -> list[str]:
    """Both dates of each pair."""
    return [label.rpartition(":")[0] for label in labels(table)]


def _in_time(axes, table, place: list, axis: str, limit: float, requirement: float) -> None:
    """Shifts along one axis, pair by pair, with the spread of their tiles."""
    mark = drawing.EAST if axis == "x" else drawing.NORTH
    shift, sigma = (table[f"{name}_{axis}"] for name in ("shift", "sigma"))
    inside = shift.where(shift.abs() <= limit)
    crowd = len(table) > NAMED
    drawing.band(axes, requirement)
    spread = drawing.SPREAD | ({"elinewidth": 2} if crowd else {})
    axes.errorbar(place, inside, yerr=table[statistic("nmad", axis)], **spread)
    axes.errorbar(
        place, inside, yerr=sigma, **mark, linestyle="none", capsize=1 if crowd else 4,
        elinewidth=1 if crowd else 2, markersize=3 if crowd else 6,
    )  # fmt: skip
    if columns.TRUE_X in table:
        truth = table[columns.TRUE_X if axis == "x" else columns.TRUE_Y]
        style = drawing.TRUTH | ({"markersize": 4, "markeredgewidth": 1} if crowd else {})
        axes.plot(place, truth.where(truth.abs() <= limit), **style)
    names = days(table) if crowd else [""] * len(table)
    drawing.beyond(axes, place, shift, limit, names, {"color": mark["color"]})
    drawing.say_if_empty(axes, int(shift.notna().sum()), "pair")
    axes.set_ylabel(f"shift {mark['label']} (m)")
    axes.grid(alpha=0.3)


def _key(truths: bool, requirement: float) -> list:
    """What the marks of the time series mean."""
    grey = drawing.SPREAD["ecolor"]
    marks = [
        Line2D([], [], **drawing.EAST | {"label": "east: robust mean, standard error"}),
        Line2D([], [], **drawing.NORTH | {"label": "north: the same"}),
        Line2D([], [], color=grey, linewidth=5, label="spread of the tiles (NMAD)"),
        Line2D([], [], **drawing.REQUIREMENT, label=f"requirement: {requirement:g} m"),
    ]  # fmt: skip
    return [*marks, Line2D([], [], **drawing.TRUTH, label="truth")] if truths else marks


def _scatter(axes, table, limit: float, requirement: float, truths: bool) -> list[tuple]:
    """Shifts to the east against shifts to the north, with error bars and the requirement.

    Returns what is to be written at arrows to what lies beyond.
    """
    x, y = table[columns.SHIFT_X], table[columns.SHIFT_Y]
    count = int(table[columns.COUNT].gt(0).sum())
    drawing.say_if_empty(axes, count, "pair")
    inside = (x.abs() <= limit) & (y.abs() <= limit)
    axes.errorbar(
        x[inside], y[inside], xerr=table[columns.SIGMA_X][inside],
        yerr=table[columns.SIGMA_Y][inside], linestyle="none", marker="o", markersize=4,
        color=drawing.NEUTRAL, elinewidth=0.8,
        label=f"a pair ({count} of {len(table)} measured) with its standard error",
    )  # fmt: skip
    if truths:
        shown = table[(table[[columns.TRUE_X, columns.TRUE_Y]].abs() <= limit).all(axis=1)]
        style = drawing.TRUTH | ({"markersize": 4, "markeredgewidth": 1} if count > NAMED else {})
        axes.plot(shown[columns.TRUE_X], shown[columns.TRUE_Y], **style, label="truth")
    drawing.requirement_circle(axes, requirement)
    far = drawing.beyond_both(axes, x, y, limit, days(table))
    if count > 1:
        radius, sigma = judgement.radial(x, y, table[columns.SIGMA_X], table[columns.SIGMA_Y])
        drawing.circular_error(axes, *circle.holding(radius, 90, sigma), limit)
    axes.set_xlabel("shift east (m)")
    axes.set_ylabel("shift north (m)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=2)
    return far
