"""One offset a pass, with those of its polarizations beside it."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing, marks
from stackshift.stack import columns as c
from stackshift.stack import digits

_COLOURS = ("#D55E00", "#009E73", "#CC79A7", "#E69F00")
_MARKS = ("s", "^", "v", "D")
_PART = 0.3  # of the smallest spacing of passes within which polarizations are drawn
_POINTS = 7.0  # on the axis from one to the next at most
_WIDE = 7.0  # points on the axis of each pass, where there are many
_CROWDED = 2.0  # from where on passes stand in order
_GAP = 3.0  # usual spacings that are a gap
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
    when = pd.to_datetime(combined[c.TIME]).dt.tz_localize(None)
    width = float(np.clip(_WIDE * len(when) / 72 + 5, 14, 20))
    figure = drawing.new_figure(width, 6.6)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(width - 4, 4))[0]
    upper, lower = left.subplots(2, 1, sharex=True)
    place = Places(when, len(tables), (width - 5) * 72)
    shown = [t[[c.OFFSET_EAST, c.OFFSET_NORTH]] for t in (combined, *tables.values())]
    limit = marks.reach(pd.concat(shown), requirement)
    for axes, axis in ((upper, "east"), (lower, "north")):
        drawing.band(axes, requirement)
        place.axis(axes)
        _marks(axes, combined, place.at, axis, limit, _MEAN | {"label": "all together"})
        days = [marks.day(scene) for scene in combined[c.SCENE]]
        drawing.beyond(axes, list(place.at), combined[f"offset_{axis}"], limit, days,
                       {"color": "black"})  # fmt: skip
        for number, (polarization, table) in enumerate(tables.items()):
            style = {
                "color": _COLOURS[number], "marker": _MARKS[number], "markersize": 3.5,
                "markerfacecolor": "white", "linestyle": "none", "elinewidth": 0.8, "zorder": 2,
            }  # fmt: skip
            own = table.set_index(c.SCENE).reindex(combined[c.SCENE]).reset_index()
            at = place.at + place.beside[number]
            _marks(axes, own, at, axis, limit, style | {"label": polarization})
        apart = combined[c.FLAG].fillna("").str.contains("disagree")
        here = apart & (combined[f"offset_{axis}"].abs() <= limit)
        axes.plot(place.at[here], combined[f"offset_{axis}"][here], linestyle="none", marker="o",
                  markersize=13, markerfacecolor="none", color="#D55E00",
                  label="the polarizations disagree" if apart.any() else None)  # fmt: skip
        axes.set_ylim(-limit, limit)
        axes.set_ylabel(f"offset {axis} (m)")
        axes.grid(alpha=0.3)
    lower.set_xlabel(f"{place.words}; {' and '.join(tables)} are drawn beside their pass")
    handles, labels = upper.get_legend_handles_labels()
    left.legend(handles, labels, loc="outside upper left", ncols=6, fontsize=8.5)
    _errors(right.subplots(), combined, tables, summary)
    figure.suptitle(f"One offset a pass: {title}", fontweight="bold", fontsize=12)
    return figure


class Places:
    """Where passes stand on the axis: at their time, or in order where time would crowd them.

    Parameters
    ----------
    when : times of the passes, in any order.
    count : polarizations.
    points : length of the axis.

    Attributes
    ----------
    at : (passes,) places on the axis: days since 1970, or numbers of the passes from the oldest.
    beside : (polarizations,) how far beside its pass each one is drawn, in units of the axis.
    words : what the axis shows.
    """

    def __init__(self, when: pd.Series, count: int, points: float):
        self._when = when.reset_index(drop=True)
        days = (self._when - pd.Timestamp(0)) / pd.Timedelta(days=1)
        steps = np.diff(np.sort(days))
        self._closest = float(steps.min()) if len(steps) else 12.0
        first, last = drawing.time_limits(when)
        length = (last - first) / pd.Timedelta(days=1)
        # In order they are this many times as far apart as the closest ones are in time.
        self._in_order = len(steps) > 0 and length / len(days) > _CROWDED * self._closest
        self.at = days.rank(method="first") - 1 if self._in_order else days
        spacing = 1.0 if self._in_order else self._closest
        self.beside = beside(count, spacing, (len(days) if self._in_order else length) / points)
        self.words = "acquisition (UTC)"
        if self._in_order:
            self.words = "passes in order, with some of their dates (UTC)"

    def axis(self, axes) -> None:
        """Limits and dates of the axis, and a line where passes in order are long apart."""
        if not self._in_order:
            drawing.time_axis(axes, self._when)
            return
        count = len(self._when)
        axes.set_xlim(-0.6, count - 0.4)
        ordered = self._when.sort_values(ignore_index=True)
        named = np.unique(np.linspace(0, count - 1, min(count, 9)).round().astype(int))
        axes.set_xticks(named, [f"{ordered[i]:%Y-%m-%d}" for i in named], fontsize=8.5)
        days = ordered.diff() / pd.Timedelta(days=1)
        gap = max(_GAP * days.median(), _GAP * self._closest)
        for number, i in enumerate(np.flatnonzero(days > gap)):
            axes.axvline(i - 0.5, color="#888888", linewidth=1, linestyle=":",
                         label=None if number else f"more than {gap:.0f} days between")  # fmt: skip


def beside(count: int, spacing: float, point: float) -> np.ndarray:
    """How far each polarization is drawn beside its pass, so that it stands by no other.

    All lie within 0.3 of the smallest spacing of passes, and next to each other by at most so many
    points on the axis that they belong to one pass at a glance where passes are few.

    Parameters
    ----------
    count : polarizations; the pass itself lies in their middle.
    spacing : between the passes that are closest, in units of the axis.
    point : what a point on the axis is in them.
    """
    slots = np.delete(np.arange(count + 1) - count // 2, count // 2)
    return slots * min(_PART * spacing / max(np.abs(slots).max(initial=1), 1), _POINTS * point)


def _marks(axes, table, when, axis: str, limit: float, style: dict) -> None:
    """Offsets with their errors; of what lies beyond the axis a mark at its edge."""
    offset, sigma = table[f"offset_{axis}"], table[f"sigma_{axis}"]
    inside = offset.abs() <= limit
    axes.errorbar(when[inside], offset[inside], yerr=sigma[inside], capsize=1.5, **style)
    far = offset.abs() > limit
    bare = {key: value for key, value in style.items() if key not in ("elinewidth", "label")}
    axes.plot(when[far], np.sign(offset[far]) * 0.95 * limit, **bare)


def _errors(axes, combined, tables, summary: dict) -> None:
    """Median standard error of each polarization and of the mean, east and north."""
    rows = [*tables.items(), ("together", combined)]
    for axis, style, shift in (("east", drawing.EAST, -0.18), ("north", drawing.NORTH, 0.18)):
        values = [float(np.nanmedian(t[f"sigma_{axis}"])) if t[f"sigma_{axis}"].notna().any()
                  else np.nan for _, t in rows]  # fmt: skip
        at = np.arange(len(rows)) + shift
        bars = axes.bar(at, values, 0.34, color=style["color"], label=style["label"])
        axes.bar_label(bars, [digits.short(v) for v in values], fontsize=8.5)
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
