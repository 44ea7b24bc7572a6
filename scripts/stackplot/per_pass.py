"""One offset a pass, with those of its polarizations beside it."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing, marks
from stackshift.stack import columns as c

_COLOURS = ("#D55E00", "#009E73", "#CC79A7", "#E69F00")
_MARKS = ("s", "^", "v", "D")
_MEAN = {"color": "black", "marker": "o", "markersize": 4.5, "linestyle": "none", "zorder": 3}


def offset_per_pass(
    combined: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
    summary: dict,
    requirement: float,
    title: str,
) -> Figure:
    """Offsets in time along each axis, and the standard errors of all.

    Parameters
    ----------
    combined : with the columns of `action_columns.COMBINED_TABLE`.
    tables : scenes by polarization.
    summary : of the combination, from `combination.of_scenes`.
    requirement : metres.
    title : stack and polarizations.
    """
    figure = drawing.new_figure(14, 6.6)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(10, 4))[0]
    upper, lower = left.subplots(2, 1, sharex=True)
    when = pd.to_datetime(combined[c.TIME]).dt.tz_localize(None)
    gap = (when.max() - when.min()) / max(len(when), 2) / (2 + len(tables))
    limit = marks.reach(combined[[c.OFFSET_EAST, c.OFFSET_NORTH]], requirement)
    for axes, axis in ((upper, "east"), (lower, "north")):
        drawing.band(axes, requirement)
        drawing.time_axis(axes, pd.concat([when, when + gap * len(tables)]))
        _marks(axes, combined, when, axis, limit, _MEAN | {"label": "all together"})
        days = [marks.day(scene) for scene in combined[c.SCENE]]
        drawing.beyond(axes, list(when), combined[f"offset_{axis}"], limit, days,
                       {"color": "black"})  # fmt: skip
        for number, (polarization, table) in enumerate(tables.items()):
            style = {
                "color": _COLOURS[number], "marker": _MARKS[number], "markersize": 4,
                "markerfacecolor": "white", "linestyle": "none", "elinewidth": 0.8, "zorder": 2,
            }  # fmt: skip
            own = table.set_index(c.SCENE).reindex(combined[c.SCENE]).reset_index()
            beside = when + gap * (number + 1)
            _marks(axes, own, beside, axis, limit, style | {"label": polarization})
        apart = combined[c.FLAG].fillna("").str.contains("disagree")
        here = apart & (combined[f"offset_{axis}"].abs() <= limit)
        axes.plot(when[here], combined[f"offset_{axis}"][here], linestyle="none", marker="o",
                  markersize=13, markerfacecolor="none", color="#D55E00",
                  label="the polarizations disagree" if apart.any() else None)  # fmt: skip
        axes.set_ylim(-limit, limit)
        axes.set_ylabel(f"offset {axis} (m)")
        axes.grid(alpha=0.3)
    lower.set_xlabel("acquisition (UTC); polarizations are drawn a little later")
    handles, labels = upper.get_legend_handles_labels()
    left.legend(handles, labels, loc="outside upper left", ncols=6, fontsize=8.5)
    _errors(right.subplots(), combined, tables, summary)
    figure.suptitle(f"One offset a pass: {title}", fontweight="bold", fontsize=12)
    return figure


def _marks(axes, table, when, axis: str, limit: float, style: dict) -> None:
    offset, sigma = table[f"offset_{axis}"], table[f"sigma_{axis}"]
    inside = offset.abs() <= limit
    axes.errorbar(when[inside], offset[inside], yerr=sigma[inside], capsize=2, **style)


def _errors(axes, combined, tables, summary: dict) -> None:
    """Median standard error of each polarization and of the mean, east and north."""
    rows = [*tables.items(), ("together", combined)]
    for axis, style, shift in (("east", drawing.EAST, -0.18), ("north", drawing.NORTH, 0.18)):
        values = [float(np.nanmedian(t[f"sigma_{axis}"])) if t[f"sigma_{axis}"].notna().any()
                  else np.nan for _, t in rows]  # fmt: skip
        at = np.arange(len(rows)) + shift
        bars = axes.bar(at, values, 0.34, color=style["color"], label=style["label"])
        axes.bar_label(bars, [f"{v:.2g}" if np.isfinite(v) else "" for v in values], fontsize=8.5)
    axes.set_xticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylabel("standard error, median of the scenes (m)")
    axes.legend(frameon=False, fontsize=8.5)
    said = [
        f"{axis}: correlation of the errors {summary[axis]['correlation']:.2f},\n"
        f"widened {summary[axis]['widened']:.2f} times, {len(summary[axis]['disagree'])} disagree"
        for axis in ("east", "north")
    ]
    axes.set_title("\n".join(said), fontsize=8.5)
    axes.margins(y=0.12)
