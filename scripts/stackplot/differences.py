"""Two results of the same acquisitions against each other."""

import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing, marks
from stackshift.stack import columns


def difference_per_scene(
    table: pd.DataFrame,
    summary: dict,
    names: tuple[str, str],
    requirement: float,
    apart: dict | None,
) -> Figure:
    """Difference of each acquisition's offsets in time, with errors, along both axes.

    Parameters
    ----------
    table : with the columns of `check_columns.COMPARISON_TABLE`.
    summary : from `comparison.compare`.
    names : of the two results.
    requirement : metres.
    apart : how far the products lie from each other, from their templates; None if not known.
    """
    figure = drawing.new_figure(10.5, 6.2)
    rows = figure.subplots(2, 1, sharex=True)
    when = pd.to_datetime(table[columns.SCENE], format="%Y%m%dT%H%M%S")
    values = table[["difference_east", "difference_north"]].astype(float)
    limit = marks.reach(values, 0.15 * requirement)
    for axes, (direction, style) in zip(
        rows, (("east", drawing.EAST), ("north", drawing.NORTH)), strict=True
    ):
        difference, sigma = values[f"difference_{direction}"], table[f"sigma_{direction}"]
        inside = difference.abs() <= limit
        if len(table):
            drawing.time_axis(axes, when)
        axes.axhline(0, color="#999999", linewidth=0.8)
        axes.errorbar(
            when[inside], difference[inside], yerr=sigma.astype(float)[inside], linestyle="none",
            capsize=2, markersize=5, color=style["color"], marker=style["marker"],
        )  # fmt: skip
        days = [marks.day(scene) for scene in table[columns.SCENE]]
        drawing.beyond(axes, list(when), difference, limit, days, {"color": style["color"]})
        found = summary[direction] if summary["scenes"] else None
        told = (
            f"rms {found['rms']:.2f} m, {found['z_rms']:.1f} times the standard errors"
            if found and found["rms"] is not None
            else "nothing to compare"
        )
        axes.set_title(f"{direction}: {told}", fontsize=10)
        axes.set_ylabel("difference (m)")
        axes.grid(alpha=0.3)
        drawing.say_if_empty(axes, int(difference.notna().sum()), "common acquisition")
    rows[1].set_xlabel("acquisition (UTC)")
    line = f"{names[0]} less {names[1]}: offsets of {summary['scenes']} acquisitions, median out"
    if apart and apart.get("text"):
        line += f"\n{apart['text']}"
    figure.suptitle(line, fontweight="bold", fontsize=11)
    return figure
