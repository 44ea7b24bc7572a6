"""Offsets of the scenes: in time, and to the east against to the north."""

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from stackplot import drawing
from stackshift.stack import columns


def offset_per_scene(table, requirement: float, ce90: float | None, title: str) -> Figure:
    """Offset of each scene in time from the stack's median position, and east against north.

    Parameters
    ----------
    table : scenes, with the columns of `columns.SCENES_TABLE`.
    requirement : metres.
    ce90 : radius that holds 90 % of the scenes, metres; None where it is not known.
    title : stack, polarization and method.
    """
    table = table.assign(
        when=pd.to_datetime(table[columns.TIME]).dt.tz_localize(None),
        platform=table[columns.PLATFORM].fillna("unknown"),
        stands_out=table[columns.FLAG].fillna("").str.contains("outlier|rotated|scaled"),
    )
    figure = drawing.new_figure(14.5, 6.8)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(8.3, 6.2))[0]
    upper, lower = left.subplots(2, 1, sharex=True)
    _in_time(upper, table, "east", requirement)
    _in_time(lower, table, "north", requirement)
    lower.set_xlabel("acquisition (UTC)")
    locator = AutoDateLocator(minticks=3, maxticks=8)
    lower.xaxis.set_major_locator(locator)
    lower.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    handles, labels = upper.get_legend_handles_labels()
    left.legend(handles, labels, loc="outside upper left", ncols=4, fontsize=8.5)
    scatter = right.subplots()
    _east_north(scatter, table, requirement, ce90)
    measured = int(table[columns.OFFSET_EAST].notna().sum())
    for axes in (upper, lower, scatter):
        drawing.say_if_empty(axes, measured, "scene")
    figure.suptitle(
        f"Offset per scene: {title} ({measured} of {len(table)} scenes measured, "
        f"{table[columns.TILES].sum():.0f} tile measurements)",
        fontweight="bold",
    )
    return figure


def _in_time(axes, table, direction: str, requirement: float) -> None:
    """Offsets along one axis against time, by platform, with what stands out named."""
    drawing.band(axes, requirement)
    deviation = table[f"offset_{direction}"]
    styles = drawing.platform_styles(table["platform"])
    for (platform, out), group in table.groupby(["platform", "stands_out"]):
        axes.errorbar(
            group["when"],
            deviation[group.index],
            yerr=group[f"sigma_{direction}"],
            linestyle="none",
            capsize=3,
            **styles[platform],
            **({"markerfacecolor": "white"} if out else {}),
            label=f"{platform}{' (stands out)' if out else ''}, standard error",
        )
    if table[columns.TRUE_EAST].notna().any():
        # The truth is drawn from the same median as the estimate.
        median = (table[f"offset_{direction}"] - deviation).median()
        truth = table[f"true_offset_{direction}"] - median
        axes.plot(table["when"], truth, **drawing.TRUTH, label="truth")
    axes.set_ylabel(f"offset {direction} (m)")
    axes.grid(alpha=0.3)
    for _, row in table[table["stands_out"]].iterrows():
        late = row["when"] > table["when"].mean()
        axes.annotate(
            drawing.day(row[columns.SCENE]),
            (row["when"], row[f"offset_{direction}"]),
            (-9 if late else 9, 0),
            textcoords="offset points",
            ha="right" if late else "left",
            va="center",
            fontsize=8,
        )


def _east_north(axes, table, requirement: float, ce90: float | None) -> None:
    """Offsets to the east against to the north, with the requirement and CE90."""
    styles = drawing.platform_styles(table["platform"])
    for (platform, out), group in table.groupby(["platform", "stands_out"]):
        axes.errorbar(
            group[columns.OFFSET_EAST],
            group[columns.OFFSET_NORTH],
            xerr=group[columns.SIGMA_EAST],
            yerr=group[columns.SIGMA_NORTH],
            linestyle="none",
            **styles[platform],
            **({"markerfacecolor": "white"} if out else {}),
        )
    radius = np.hypot(table[columns.OFFSET_EAST], table[columns.OFFSET_NORTH])
    for i in np.flatnonzero(table["stands_out"]):
        axes.annotate(
            drawing.day(table[columns.SCENE].iloc[i]),
            (table[columns.OFFSET_EAST].iloc[i], table[columns.OFFSET_NORTH].iloc[i]),
            (-9, 0) if table[columns.OFFSET_EAST].iloc[i] > 0 else (9, 0),
            textcoords="offset points",
            ha="right" if table[columns.OFFSET_EAST].iloc[i] > 0 else "left",
            va="center",
            fontsize=8,
        )
    drawing.requirement_circle(axes, requirement)
    drawing.circular_error(axes, ce90 if radius.notna().sum() > 1 else None)
    axes.set_xlabel("offset east of the stack's median (m)")
    axes.set_ylabel("offset north of the stack's median (m)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=2)
