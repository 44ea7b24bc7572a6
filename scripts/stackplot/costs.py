"""What displacement costs change detection."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing
from stackshift.stack import detection

_TEN = 10.0
_NONE = "next to no unchanged ground differs by {:g} dB,\nin any scene, nor would it 30 m off"
# So many scenes have room for larger dots.
_FEW = 40


def cost_of_displacement(
    table: pd.DataFrame, curve: list[dict], threshold: float, box: int, title: str
) -> Figure:
    """False alarms and decibels of each scene against how far it lies off, as it lies and moved.

    Parameters
    ----------
    table : with the columns of `check_columns.DETECTION_TABLE`.
    curve : ``metres``, ``false_alarms``, ``needed`` and ``rms`` of all scenes, each so far off.
    threshold, box : decibels and pixels of the detector.
    title : stack and polarization.
    """
    figure = drawing.new_figure(16, 5.8)
    known = [point for point in curve if point["rms"] is not None]
    metres = [point["metres"] for point in known]
    for axes, (key, factor, unit, label) in zip(
        figure.subplots(1, 3),
        (
            (
                "false_alarms",
                100.0,
                "%",
                f"false alarms at {threshold:g} dB (% of unchanged ground)",
            ),
            ("needed", 1.0, "dB", "threshold for 1 false alarm in 1,000 pixels (dB)"),
            ("rms", 1.0, "dB", "log-ratio on unchanged ground, rms (dB)"),
        ),
        strict=True,
    ):
        line = factor * np.array([point[key] for point in known], float)
        axes.plot(metres, line, color=drawing.NEUTRAL, zorder=1,
                  label="if every scene lay so far off")  # fmt: skip
        few = len(table) <= _FEW
        # A ring with a dot in it is a scene that moving changes nothing for.
        for name, style, text in (
            (f"{key}_corrected", {"markersize": 8 if few else 6, "markerfacecolor": "none"},
             "moved to its place"),
            (key, {"markersize": 4 if few else 3}, "as it lies"),
        ):  # fmt: skip
            values = factor * table[name].astype(float)
            there = values.notna()
            # Without a dot nothing may hang out of the axes, or there is no room for them.
            axes.plot(table["distance"][there], values[there], "o", clip_on=not there.any(),
                      color=drawing.NORTH["color"], label=f"a scene {text}", **style)  # fmt: skip
        shown = [*line, *(factor * table[[key, f"{key}_corrected"]].to_numpy(float)).ravel()]
        top = max([value for value in shown if np.isfinite(value)], default=0.0)
        _ten_metres(axes, metres, line, unit, top)
        if len(table) and top < 100 * detection.NEXT_TO_NONE and unit == "%":
            axes.text(0.5, 0.5, _NONE.format(threshold), transform=axes.transAxes, ha="center",
                      va="center")  # fmt: skip
            top = 1.0
        # Below nothing there is room for the dots of nothing.
        axes.set_ylim(-0.03 * top, 1.08 * top or 1.0)
        axes.set_xlabel("distance from the stack's median position (m)")
        axes.set_ylabel(label)
        axes.set_xlim(left=-0.5)
        axes.grid(alpha=0.3)
        drawing.say_if_empty(axes, len(table), "scene")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    cost = f"\n{detection.line(curve, threshold)}" if len(table) and len(known) else ""
    figure.suptitle(
        f"Change detection by log-ratio in boxes of {box} x {box} pixels: {title}{cost}",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    return figure


def _ten_metres(axes, metres, line, unit: str, top: float) -> None:
    if not len(line):
        return
    at = float(np.interp(_TEN, metres, line))
    # On the axis it would cover its numbers.
    if at <= 0.04 * top:
        return
    axes.plot([_TEN, _TEN], [0, at], **drawing.REQUIREMENT)
    axes.plot([0, _TEN], [at, at], **drawing.REQUIREMENT)
    axes.annotate(
        f"10 m: {at:.3g} {unit}", (_TEN, at), (6, -12), textcoords="offset points", fontsize=9
    )
