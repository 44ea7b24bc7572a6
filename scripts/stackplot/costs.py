"""What displacement costs change detection."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing

_TEN = 10.0


def cost_of_displacement(
    table: pd.DataFrame, curve: list[dict], threshold: float, box: int, title: str
) -> Figure:
    """False alarms and decibels of each scene against how far it lies off, as it lies and moved.

    Parameters
    ----------
    table : with the columns of `check_columns.DETECTION_TABLE`.
    curve : ``metres``, ``false_alarms`` and ``rms`` of all scenes, each so far off.
    threshold, box : decibels and pixels of the detector.
    title : stack and polarization.
    """
    figure = drawing.new_figure(13, 5.6)
    left, right = figure.subplots(1, 2)
    known = [point for point in curve if point["rms"] is not None]
    metres = [point["metres"] for point in known]
    for axes, key, factor, unit, label in (
        (
            left,
            "false_alarms",
            100.0,
            "%",
            f"false alarms at {threshold:g} dB (% of unchanged ground)",
        ),
        (right, "rms", 1.0, "dB", "log-ratio on unchanged ground, rms (dB)"),
    ):
        line = factor * np.array([point[key] for point in known])
        axes.plot(metres, line, color=drawing.NEUTRAL, zorder=1,
                  label="if every scene lay so far off")  # fmt: skip
        # A ring with a dot in it is a scene that moving changes nothing for.
        for name, style, text in (
            (f"{key}_corrected", {"markersize": 8, "markerfacecolor": "white"}, "in its place"),
            (key, {"markersize": 4}, "as it lies"),
        ):
            axes.plot(table["distance"], factor * table[name].astype(float), "o",
                      color=drawing.NORTH["color"], label=f"a scene {text}", **style)  # fmt: skip
        _ten_metres(axes, metres, line, unit)
        axes.set_xlabel("distance from the stack's median position (m)")
        axes.set_ylabel(label)
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=-0.5)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right", fontsize=8.5)
        drawing.say_if_empty(axes, len(table), "scene")
    drawn = len(table) and len(known)
    cost = f"\n{_cost(known)}" if drawn else ""
    figure.suptitle(
        f"Change detection by log-ratio in boxes of {box} x {box} pixels: {title}{cost}",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    return figure


def _ten_metres(axes, metres, line, unit: str) -> None:
    if not len(line):
        return
    if not line.any():
        axes.text(0.5, 0.5, "no difference as large as that", transform=axes.transAxes, ha="center")
        axes.set_ylim(top=1)
        return
    at = float(np.interp(_TEN, metres, line))
    axes.plot([_TEN, _TEN], [0, at], **drawing.REQUIREMENT)
    axes.plot([0, _TEN], [at, at], **drawing.REQUIREMENT)
    axes.annotate(
        f"10 m: {at:.2g} {unit}", (_TEN, at), (6, -10), textcoords="offset points", fontsize=9
    )


def _cost(curve: list[dict]) -> str:
    metres = [point["metres"] for point in curve]
    alarms, rms = (
        [np.interp(at, metres, [point[key] for point in curve]) for at in (_TEN, 0)]
        for key in ("false_alarms", "rms")
    )
    return (
        f"10 m off: {100 * alarms[0]:.2g} % false alarms instead of {100 * alarms[1]:.2g} %, "
        f"{rms[0]:.3g} dB rms instead of {rms[1]:.3g}"
    )
