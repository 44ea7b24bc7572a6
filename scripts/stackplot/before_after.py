"""Offsets of the scenes before and after a correction."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing, marks, naming
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import proof

_BEFORE = {"color": "#D55E00", "marker": "o", "label": "before"}
_AFTER = {"color": "#0072B2", "marker": "o", "label": "after"}


def drawn(
    table: pd.DataFrame,
    found: dict,
    requirement: float,
    title: str,
    zero: str = "the stack's median",
) -> Figure:
    """East against north before and after, and how far each scene lies off in time.

    Parameters
    ----------
    table : with the columns of `action_columns.PROOF_TABLE`.
    found : its summary, from `proof.summary`.
    requirement : metres.
    title : stack and polarizations.
    zero : what offsets are from, in words.
    """
    figure = drawing.new_figure(14, 6.2)
    left, right = figure.subplots(1, 2, width_ratios=(5, 8))
    offsets = table[[a.BEFORE_EAST, a.BEFORE_NORTH]]
    limit = marks.reach(offsets, requirement)
    far = _plane(left, table, requirement, limit)
    _in_time(right, table, requirement)
    right.set_ylabel(f"distance from {zero} (m)")
    measured = found["measured"]
    said = (
        f"{found['moved']} of {found['scenes']} scenes were moved, {measured} measured again; "
        + proof.where(found)
    )
    figure.suptitle(f"Before and after the correction: {title}\n{said}",
                    fontweight="bold", fontsize=12)  # fmt: skip
    drawing.settle(figure)
    naming.Names(left).beyond(far)
    return figure


def _plane(axes, table: pd.DataFrame, requirement: float, limit: float) -> list[tuple]:
    """Where scenes lay and lie; returns what is to be written at arrows to what lies beyond."""
    east, north = table[a.BEFORE_EAST].astype(float), table[a.BEFORE_NORTH].astype(float)
    after = table[a.AFTER_EAST].astype(float), table[a.AFTER_NORTH].astype(float)
    inside = (east.abs() <= limit) & (north.abs() <= limit)
    for at in np.flatnonzero(table[a.CORRECTED] == "true"):
        # From the edge where the scene lay beyond it.
        share = min(1.0, limit / max(abs(east[at]), abs(north[at]), 1e-9))
        axes.annotate(
            "", (after[0][at], after[1][at]), (share * east[at], share * north[at]),
            arrowprops={"arrowstyle": "->", "color": "#999999", "linewidth": 0.8},
        )  # fmt: skip
    axes.plot(east[inside], north[inside], linestyle="none", markersize=6, **_BEFORE)
    axes.plot(*after, linestyle="none", markersize=4, **_AFTER)
    drawing.requirement_circle(axes, requirement)
    far = drawing.beyond_both(axes, east, north, limit, [marks.day(s) for s in table[c.SCENE]])
    axes.set_xlabel("offset east (m)")
    axes.set_ylabel("offset north (m)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=3)
    return far


def _in_time(axes, table: pd.DataFrame, requirement: float) -> None:
    """Distances on a logarithmic axis, as they fall by orders of magnitude."""
    when = pd.to_datetime(table[c.TIME]).dt.tz_localize(None)
    drawing.time_axis(axes, when)
    distance = {
        name: np.hypot(table[f"{name}_east"].astype(float), table[f"{name}_north"].astype(float))
        for name in ("before", "after", "true_after")
        if f"{name}_east" in table
    }
    # What is less than a millimetre is drawn there.
    shown = {name: values.clip(lower=1e-3) for name, values in distance.items()}
    axes.set_yscale("log")
    for at in range(len(table)):
        axes.plot(
            [when[at]] * 2, [shown["before"][at], shown["after"][at]], color="#cccccc", zorder=1
        )
    for name, style in (("before", _BEFORE), ("after", _AFTER)):
        label = "as it was" if name == "before" else "corrected, measured again"
        axes.plot(when, shown[name], linestyle="none", markersize=6, **style | {"label": label})
    if "true_after" in distance:
        axes.plot(when, shown["true_after"], **drawing.TRUTH, label="corrected, truth")
    still = (table[a.CORRECTED] == "false") & distance["before"].notna()
    axes.plot(
        when[still], shown["before"][still], linestyle="none", marker="o", markersize=12,
        markerfacecolor="none", color="#777777", label="not moved" if still.any() else None,
    )  # fmt: skip
    off = table[a.FOUND] == proof.ELSEWHERE
    if off.any():
        axes.plot(
            when[off], shown["after"][off], linestyle="none", marker="s", markersize=13,
            markerfacecolor="none", markeredgewidth=1.8, color="#B2182B",
            label="elsewhere than it should be",
        )  # fmt: skip
    sigma = np.hypot(
        table["before_sigma_east"].astype(float), table["before_sigma_north"].astype(float)
    )
    axes.plot(
        when, sigma, linestyle="none", marker="_", markersize=12, color="black",
        label="standard error of the offset",
    )  # fmt: skip
    axes.axhline(requirement, **drawing.REQUIREMENT, label=f"requirement: {requirement:g} m")
    axes.set_xlabel("acquisition (UTC)")
    axes.grid(alpha=0.3, which="both")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=4)
