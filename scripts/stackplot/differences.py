"""Two results of the same acquisitions against each other."""

import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing, marks
from stackshift.stack import columns
from stackshift.stack.answers import metres


def difference_per_scene(
    table: pd.DataFrame,
    summary: dict,
    names: tuple[str, str],
    requirement: float,
) -> Figure:
    """Difference of each acquisition in time, with errors, along both axes.

    How far the second's image lies from the first's, where that is known; else the difference of
    their offsets, without its median, as nothing tells how far their zeros lie apart.

    Parameters
    ----------
    table : with the columns of `check_columns.COMPARISON_TABLE`.
    summary : from `comparison.compare`.
    names : of the two results.
    requirement : metres.
    """
    figure = drawing.new_figure(10.5, 6.2)
    rows = figure.subplots(2, 1, sharex=True)
    when = pd.to_datetime(table[columns.SCENE], format="%Y%m%dT%H%M%S")
    off = table[["difference_east", "difference_north"]].astype(float)
    apart = summary.get("apart") or {}
    placed = apart.get("east") is not None
    values = table[["apart_east", "apart_north"]].astype(float) if placed else off
    limit = marks.reach(off, 0.15 * requirement)
    for axes, (direction, style) in zip(
        rows, (("east", drawing.EAST), ("north", drawing.NORTH)), strict=True
    ):
        sigma = table[f"sigma_{direction}"]
        difference = values[f"{'apart' if placed else 'difference'}_{direction}"]
        middle = apart[direction] if placed else 0.0
        inside = (difference - middle).abs() <= limit
        if len(table):
            drawing.time_axis(axes, when)
        axes.axhline(middle, color="#999999", linewidth=0.8)
        if placed:
            error = apart[f"sigma_{direction}"]
            axes.axhspan(middle - error, middle + error, color="#999999", alpha=0.25, linewidth=0)
        axes.errorbar(
            when[inside], difference[inside], yerr=sigma.astype(float)[inside], linestyle="none",
            capsize=2, markersize=5, color=style["color"], marker=style["marker"],
        )  # fmt: skip
        days = [marks.day(scene) for scene in table[columns.SCENE]]
        style = {"color": style["color"]}
        drawing.beyond(axes, list(when), difference, limit, days, style, middle)
        found = summary[direction] if summary["scenes"] else None
        told = (
            f"rms about the median {found['rms']:.2f} m, {found['z_rms']:.1f} times the standard "
            "errors"
            if found and found["rms"] is not None
            else "nothing to compare"
        )
        if placed:
            told = f"{metres(middle, apart[f'sigma_{direction}'])} m; {told}"
        elif found and found["rms"] is not None:
            told += f"; median taken out: {found['taken_out']:.2f} m"
        axes.set_title(f"{direction}: {told}", fontsize=10)
        axes.set_ylabel(f"{names[1]} less {names[0]} (m)" if placed else "difference (m)")
        axes.grid(alpha=0.3)
        drawing.say_if_empty(axes, int(difference.notna().sum()), "common acquisition")
    rows[1].set_xlabel("acquisition (UTC)")
    line = f"{names[0]} less {names[1]}: offsets of {summary['scenes']} acquisitions, median out"
    if placed:
        line = apart["text"].replace(": ", "\n", 1) + "; grey: with its standard error"
    elif apart:
        line += f"\n{apart['text']}"
    figure.suptitle(line, fontweight="bold", fontsize=11)
    return figure
