"""Offsets of the scenes as the radar sees them: ground range against azimuth."""

import itertools
import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle

from stackplot import drawing, marks, naming
from stackshift.ground import flight
from stackshift.stack import columns, digits

# Metres of a DEM's error that are drawn in.
_DEM_ERROR = 10.0
# Up to so many times the requirement axes are made wide enough for it, and for a little more.
_WORTH, _ROOM = 3, 1.15
# Ellipses of so many scenes at most can be told apart.
_ELLIPSES = 60
# Radius of a scene's dot, of the reach of the axes.
_DOT = 0.01


def range_azimuth(table, limits, why, title: str, zero: str = "the stack's median") -> Figure:
    """Offsets along ground range against those along azimuth, with their error ellipses.

    Parameters
    ----------
    table : scenes, with the columns of `columns.SCENES_TABLE`.
    limits : metres along range and azimuth that a box has, or the radius of a circle.
    why : rows of `judgement_columns.WHY_TABLE`, those of platforms and of swaths.
    title : stack, polarization and method.
    zero : what offsets are relative to, in words.
    """
    table = table.assign(platform=table[columns.PLATFORM].fillna("unknown"))
    figure = drawing.new_figure(12.5, 7.2)
    axes, side = figure.subplots(1, 2, width_ratios=(7.2, 3.6))
    across, along = table[columns.OFFSET_RANGE], table[columns.OFFSET_AZIMUTH]
    widest = float(np.max(limits))
    reach = marks.reach(table[[columns.OFFSET_RANGE, columns.OFFSET_AZIMUTH]], widest)
    shift = _dem_error(table)
    if shift is not None and shift < _WORTH * widest:
        # What such an error displaces lies in view.
        reach = max(reach, _ROOM * shift)
    styles = marks.platform_styles(table["platform"])
    inside = (across.abs() <= reach) & (along.abs() <= reach)
    for platform, group in table[inside].groupby("platform"):
        style = styles[platform]
        axes.plot(
            group[columns.OFFSET_RANGE], group[columns.OFFSET_AZIMUTH], linestyle="none",
            markersize=6, **style, label=f"{platform}{_bars(group, reach)}",
        )  # fmt: skip
        for _, scene in group.iterrows() if len(table) <= _ELLIPSES else ():
            axes.add_patch(_ellipse(scene, style["color"]))
    if shift is not None and shift <= reach:
        said = f"a DEM {_DEM_ERROR:g} m too high"
        axes.axvline(shift, color="#CC79A7", linestyle=":", linewidth=1.5, zorder=1, label=said)
    _truth(axes, table[inside])
    _requirement(axes, limits)
    days = [marks.day(scene) for scene in table[columns.SCENE]]
    far = drawing.beyond_both(axes, across, along, reach, days, ("range", "azimuth"))
    drawing.say_if_empty(axes, int(across.notna().sum()), "scene")
    axes.set_xlabel(f"offset in ground range from {zero} (m), away from the satellite →")
    axes.set_ylabel(f"offset in azimuth from {zero} (m), along the flight →")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=4)
    _compass(axes, table)
    _beside(side, table, why)
    figure.suptitle(
        f"Offset per scene in range and azimuth: {title}", fontweight="bold", fontsize=12
    )
    drawing.settle(figure)
    naming.Names(axes).beyond(far)
    return figure


def _dem_error(table) -> float | None:
    """Metres of ground range by which an error of the DEM displaces; None without an incidence."""
    angle = table[columns.INCIDENCE].mean()
    return None if np.isnan(angle) else flight.of_height(_DEM_ERROR, float(angle))


def _bars(scenes, reach: float) -> str:
    """What a legend says of the error ellipses of scenes in axes that reach so far."""
    largest = np.nanmax(np.hypot(scenes[columns.SIGMA_RANGE], scenes[columns.SIGMA_AZIMUTH]))
    if largest < _DOT * reach:
        return f", errors of {largest:.1g} m or less lie within the dots"
    return ", standard error ellipse"


def _ellipse(scene, color: str) -> Ellipse:
    """One standard error around a scene, out of the covariance of its axes."""
    look = flight.Look(scene[columns.HEADING], scene[columns.LOOK])
    sigma = np.array([scene[columns.SIGMA_EAST], scene[columns.SIGMA_NORTH]], float)
    correlation = scene[columns.CORRELATION_EN]
    across = (0.0 if np.isnan(correlation) else correlation) * sigma.prod()
    turn = np.array(flight.ways(look.heading, look.side))
    spread = turn @ np.array([[sigma[0] ** 2, across], [across, sigma[1] ** 2]]) @ turn.T
    size, way = np.linalg.eigh(spread)
    width, height = 2 * np.sqrt(np.maximum(size[::-1], 0))
    angle = np.degrees(np.arctan2(way[1, 1], way[0, 1]))
    place = scene[columns.OFFSET_RANGE], scene[columns.OFFSET_AZIMUTH]
    return Ellipse(place, width, height, angle=angle, fill=False, color=color, alpha=0.45)


def _truth(axes, table) -> None:
    """Where simulated scenes lie in truth."""
    if columns.TRUE_EAST not in table:
        return
    known = table[table[columns.TRUE_EAST].notna() & table[columns.HEADING].notna()]
    places = [
        flight.to_range_azimuth(
            (scene[columns.TRUE_EAST], scene[columns.TRUE_NORTH]),
            scene[columns.HEADING],
            scene[columns.LOOK],
        )
        for _, scene in known.iterrows()
    ]
    if places:
        axes.plot(*np.transpose(places), **drawing.TRUTH, label="truth")


def _requirement(axes, limits) -> None:
    """The requirement as the box or circle that it is, in square axes with their zero lines."""
    if np.ndim(limits) == 0:
        drawing.requirement_circle(axes, float(limits))
        return
    width, height = limits
    axes.add_patch(
        Rectangle(
            (-width, -height), 2 * width, 2 * height, fill=False, **drawing.REQUIREMENT,
            label=f"requirement: ±{width:g} m range, ±{height:g} m azimuth",
        )
    )  # fmt: skip
    axes.axhline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.set_aspect("equal", adjustable="box")
    axes.grid(alpha=0.3)


def _compass(axes, table) -> None:
    """Where north and east lie in the axes of range and azimuth, where all scenes have one look."""
    looks = {
        (round(heading, 3), side)
        for heading, side in zip(table[columns.HEADING], table[columns.LOOK], strict=True)
        if heading == heading
    }
    if len(looks) != 1:
        return
    look = flight.Look(*looks.pop())
    for name, way in (("N", (0.0, 1.0)), ("E", (1.0, 0.0))):
        x, y = flight.to_range_azimuth(way, look.heading, look.side)
        axes.annotate(
            name, (0.09, 0.07), (0.09 + 0.06 * x, 0.07 + 0.06 * y), xycoords="axes fraction",
            textcoords="axes fraction", ha="center", va="center", fontsize=9, zorder=5,
            arrowprops={"arrowstyle": "<-", "color": drawing.NEUTRAL, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _beside(axes, table, why) -> None:
    """What a reader needs to know of the look, and the differences between platforms and swaths."""
    heading, incidence = table[columns.HEADING], table[columns.INCIDENCE]
    lines = [("How the scenes were seen", "bold")]
    low, high = heading.min(), heading.max()
    shown = f"{low:.1f}°" if high - low < 0.05 else f"{low:.1f}° to {high:.1f}°"
    sides = ", ".join(sorted(set(table[columns.LOOK].dropna())))
    lines += [(f"azimuth heads {shown} from true north", ""), (f"looking {sides}", "")]
    if incidence.notna().any():
        angle = float(incidence.mean())
        shift = flight.of_height(_DEM_ERROR, angle)
        slant = flight.to_slant(1.0, angle)
        lines += [
            (f"incidence {angle:.1f}°; slant range is ground range × {slant:.2f}", ""),
            (f"a DEM {_DEM_ERROR:g} m too high: {shift:+.1f} m of ground range", ""),
        ]
    else:
        lines += [
            ("incidence not known, so no slant range:", ""),
            ("'incidence:' of the stack, or a layer of it", ""),
        ]
    missing = table[table[columns.HEADING].isna()]
    if len(missing):
        reason = missing[columns.HEADING_FROM].iloc[0]
        count = "1 scene is" if len(missing) == 1 else f"{len(missing)} scenes are"
        said = f"{count} not drawn: heading {reason}"
        lines += [("", ""), *((line, "") for line in textwrap.wrap(said, 44))]
    for _, row in why.iterrows():
        if np.isnan(row["difference_range"]):
            continue
        base = "the other scenes" if pd.isna(row["base"]) else row["base"]
        lines += [("", ""), (f"{row['value']} less {base}", "bold")]
        for name, word in (("range", "ground range"), ("azimuth", "azimuth")):
            apart, sigma = row[f"difference_{name}"], row[f"sigma_{name}"]
            lines.append((f"{word} {digits.with_error(apart, sigma)} m", ""))
        clear = "found" if row["found"] else "not clear"
        lines.append((f"of {row['scenes']:.0f} and {row['others']:.0f} scenes, {clear}", ""))
    axes.axis("off")
    for number, (line, weight) in zip(itertools.count(), lines, strict=False):
        axes.text(
            0, 0.97 - 0.05 * number, line, transform=axes.transAxes, fontsize=9.5, va="top",
            fontweight=weight or "normal",
        )  # fmt: skip
