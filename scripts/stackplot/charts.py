"""Control charts of a stack that is watched."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing, marks
from stackshift.stack import columns, history
from stackshift.stack.sequential import CHANGE, Charts

_AXES = (("east", drawing.EAST), ("north", drawing.NORTH))
_ALERT = "#D00000"
# Scenes whose dates stand beside each other below a chart.
_DATED = 6


def control_charts(table: pd.DataFrame, charts: Charts, alerts: list[dict], title: str) -> Figure:
    """Offsets, deviates and cumulative sums of the scenes in the order in which they came.

    Parameters
    ----------
    table : with the columns of `watch_columns.WATCH_TABLE`.
    charts : limits of the charts.
    alerts : as `history.watched` gives them.
    title : stack and polarization.
    """
    figure = drawing.new_figure(13, 8)
    rows = figure.subplots(3, 2, sharex=True, height_ratios=(1.2, 1, 1))
    number = np.arange(len(table))
    at = {scene: i for i, scene in enumerate(history.labels(table[columns.SCENE]))}
    for side, (direction, style) in enumerate(_AXES):
        own = [alert for alert in alerts if alert["axis"] == direction]
        above, middle, below = rows[:, side]
        _offsets(above, table, direction, style, number)
        deviates = table[f"deviate_{direction}"]
        most = 2.2 * charts.limit
        middle.plot(number, deviates.clip(-most, most), linestyle="none", markersize=4,
                    color=style["color"], marker=style["marker"])  # fmt: skip
        for sign in (-1, 1):
            middle.axhline(sign * charts.limit, **drawing.REQUIREMENT,
                           label="limit of one scene" if sign > 0 else None)  # fmt: skip
        middle.legend(loc="upper left", fontsize=8, frameon=False)
        middle.set_ylim(-1.15 * most, 1.15 * most)
        middle.set_ylabel("from those before\n(standard deviations)")
        words = ("east", "west") if direction == "east" else ("north", "south")
        below.plot(number, table[f"sum_up_{direction}"], color=style["color"],
                   label=f"to the {words[0]}")  # fmt: skip
        below.plot(number, -table[f"sum_down_{direction}"], color=style["color"], linestyle=":",
                   label=f"to the {words[1]}")  # fmt: skip
        for sign in (-1, 1):
            below.axhline(sign * charts.threshold, **drawing.REQUIREMENT,
                          label="limit of a change" if sign > 0 else None)  # fmt: skip
        below.set_ylim(-2 * charts.threshold, 2 * charts.threshold)
        below.set_ylabel("cumulative sum\n(standard deviations)")
        below.legend(loc="upper left", ncols=3, fontsize=8, frameon=False)
        for i, alert in enumerate(own):
            _mark(above, middle, below, alert, at, label=i == 0)
        told = "\n".join(textwrap.wrap(f"{direction}: {_summary(own, deviates.notna().any())}", 72))
        above.set_title(told, fontsize=10, color=_ALERT if own else "black")
        tested = np.flatnonzero(deviates.notna())
        if len(tested) and tested[0]:
            above.axvspan(-1, tested[0] - 0.5, color="#999999", alpha=0.12, linewidth=0,
                          label="compared with each other")  # fmt: skip
        above.legend(*above.get_legend_handles_labels(), loc="lower left", fontsize=8)
        below.set_xlabel("scenes in the order in which they came")
        _dates(below, table, number)
        for axes in (above, middle, below):
            axes.grid(alpha=0.3)
    tested = int(table["deviate_east"].notna().sum())
    located = table.loc[table["offset_east"].notna(), columns.SCENE].nunique()
    count = table[columns.SCENE].nunique()
    missing = f", {count - located} could not be measured" if count > located else ""
    figure.suptitle(
        f"Watch: {title}\n{count} scenes as first measured, {tested} of them tested{missing}",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    return figure


def _summary(alerts: list[dict], tested: bool) -> str:
    if not alerts:
        return "nothing began" if tested else "not tested yet: too few scenes"
    more = f" (and {len(alerts) - 1} before)" if len(alerts) > 1 else ""
    return alerts[-1]["text"] + more


def _offsets(axes, table, direction: str, style: dict, number: np.ndarray) -> None:
    values, sigmas = table[f"offset_{direction}"].astype(float), table[f"sigma_{direction}"]
    usual = values.abs().median() if values.notna().any() else 0.0
    near = values.abs() <= max(15 * usual, 6)
    # With room for the legend below the error bars.
    limit = 1.5 * max(0.5, (values.abs() + sigmas.astype(float))[near].max())
    inside = values.abs() <= limit
    axes.errorbar(number[inside], values[inside], yerr=sigmas.astype(float)[inside],
                  linestyle="none", markersize=4, elinewidth=1, color=style["color"],
                  marker=style["marker"])  # fmt: skip
    drawing.beyond(axes, number, values, limit, [""] * len(values), {"color": style["color"]})
    axes.set_ylabel(f"offset {direction} (m)")
    drawing.say_if_empty(axes, int(values.notna().sum()), "scene")


def _mark(above, middle, below, alert: dict, at: dict, label: bool) -> None:
    told, since = at[alert["scene"]], at[alert["since"]]
    for axes in (above, middle, below):
        axes.axvline(
            told, color=_ALERT, linewidth=1, label="alert" if label and axes is above else None
        )
    if alert["kind"] == CHANGE:
        above.axvspan(since - 0.5, told + 0.5, color=_ALERT, alpha=0.12, linewidth=0)


def _dates(axes, table, number: np.ndarray) -> None:
    """Scenes by their dates, evenly, the newest among them, as many as there is room for."""
    step = max(1, -(-len(number) // _DATED))
    shown = np.sort(number[::-1][::step])
    axes.set_xticks(shown, [marks.day(table[columns.SCENE].iloc[i]) for i in shown], fontsize=8.5)
    axes.set_xlim(-1, max(len(number), 2))
