"""Shifts of the pairs: in time, and to the east against to the north."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stackplot import drawing
from stackshift.stack import columns
from stackshift.stack.columns import statistic


def offset_per_pair(table, requirement: float, title: str) -> Figure:
    """Robust mean shift of each pair in time, and to the east against to the north.

    Parameters
    ----------
    table : pairs, with the columns of `columns.PAIRS_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    order = [columns.REFERENCE_INDEX, columns.SECONDARY_INDEX]
    table = table.sort_values(order, ascending=False, ignore_index=True)
    width = min(max(6.0, 2 + 0.3 * len(table)), 9)
    figure = drawing.new_figure(width + 6.2, 6.4)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(width, 6.2))[0]
    upper, lower = left.subplots(2, 1, sharex=True)
    position = np.arange(len(table))
    truths = table[columns.TRUE_X].notna().any()
    for axes, axis, mark, truth in (
        (upper, "x", drawing.EAST, columns.TRUE_X),
        (lower, "y", drawing.NORTH, columns.TRUE_Y),
    ):
        drawing.band(axes, requirement)
        shift, sigma = (table[f"{name}_{axis}"] for name in ("shift", "sigma"))
        axes.errorbar(position, shift, yerr=table[statistic("nmad", axis)], **drawing.SPREAD)
        axes.errorbar(
            position, shift, yerr=sigma, **mark, linestyle="none", capsize=4, elinewidth=2
        )
        if truths:
            axes.plot(position, table[truth], **drawing.TRUTH)
        axes.set_ylabel(f"shift {mark['label']} (m)")
        axes.grid(alpha=0.3)
    step = -(-len(table) // 30)
    labels = [
        f"{drawing.day(secondary)} → {drawing.day(reference)}: {count}/{tiles}"
        for secondary, reference, count, tiles in zip(
            table[columns.SECONDARY],
            table[columns.REFERENCE],
            table[columns.COUNT],
            table[columns.TILES],
            strict=True,
        )
    ]
    lower.set_xticks(position[::step], labels[::step], rotation=60, ha="right", fontsize=7.5)
    left.legend(handles=_key(truths, requirement), loc="outside upper left", ncols=3, fontsize=8.5)
    lower.set_xlabel("pair: secondary → reference: tiles that count / tiles")
    scatter(right.subplots(), table, requirement, "pair", truths)
    figure.suptitle(f"Offset per pair: {title}", fontweight="bold")
    return figure


def _key(truths: bool, requirement: float) -> list:
    """What the marks of the time series mean."""
    grey = drawing.SPREAD["ecolor"]
    marks = [
        Line2D([], [], color="black", marker="o", label="robust mean of the tiles, standard error"),
        Line2D([], [], color=grey, linewidth=5, label="spread of the tiles (NMAD)"),
        Line2D([], [], **drawing.REQUIREMENT, label=f"requirement: {requirement:g} m"),
    ]
    return [*marks, Line2D([], [], **drawing.TRUTH, label="truth")] if truths else marks


def scatter(axes, table, requirement: float, what: str, truths: bool) -> None:
    """Shifts to the east against shifts to the north, with error bars and the requirement."""
    count = int(table[columns.COUNT].gt(0).sum())
    drawing.say_if_empty(axes, count, what)
    axes.errorbar(
        table[columns.SHIFT_X],
        table[columns.SHIFT_Y],
        xerr=table[columns.SIGMA_X],
        yerr=table[columns.SIGMA_Y],
        linestyle="none",
        marker="o",
        markersize=4,
        color="#0072B2",
        elinewidth=1,
        label=f"a {what} ({count} of {len(table)}) with its standard error",
    )
    if truths:
        axes.plot(table[columns.TRUE_X], table[columns.TRUE_Y], **drawing.TRUTH, label="truth")
    drawing.requirement_circle(axes, requirement)
    # One wild error bar should not shrink all others to a dot.
    reach = 1.15 * np.nanmax(
        np.append(table[[columns.SHIFT_X, columns.SHIFT_Y]].abs(), requirement)
    )
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    radius = np.hypot(table[columns.SHIFT_X], table[columns.SHIFT_Y]).dropna()
    drawing.circular_error(axes, np.percentile(radius, 90) if len(radius) > 1 else None)
    axes.set_xlabel("shift east (m)")
    axes.set_ylabel("shift north (m)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=2)
