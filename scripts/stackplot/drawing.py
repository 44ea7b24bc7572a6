"""What all figures share: colours, sizes, the requirement, and how a figure is saved."""

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure

from stackio import files
from stackplot import packing
from stackshift.stack import digits

# Okabe & Ito's colours, which the colour-blind can tell apart; east and north differ by shape too.
EAST: dict[str, Any] = {"color": "#0072B2", "marker": "o", "label": "east"}
NORTH: dict[str, Any] = {"color": "#D55E00", "marker": "s", "label": "north"}
REQUIREMENT: dict[str, Any] = {"color": "#555555", "linestyle": "--", "linewidth": 1}
DOTS = 150  # an inch
# What is neither east nor north nor a platform.
NEUTRAL = "#444444"
# A tile that is measured and counts in no scene, as it moves by itself.
LEFT_OUT = "#CC79A7"
LABELLED = 8  # marks at most that are named, so that names do not cover each other
# What lies above the grid (1.5) and below marks (2): circles, and on these names that find no room.
CIRCLES, BELOW = 1.6, 1.7
SPREAD: dict[str, Any] = {"linestyle": "none", "ecolor": "#bbbbbb", "elinewidth": 5, "zorder": 1}
TRUTH: dict[str, Any] = {
    "color": "black",
    "marker": "x",
    "linestyle": "none",
    "markersize": 8,
    "markeredgewidth": 1.5,
}


def new_figure(width: float, height: float) -> Figure:
    """A figure in inches, laid out so that nothing overlaps."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def reproducible() -> None:
    """The same SVG for the same content, with text that can be searched; PNGs packed fast."""
    packing.lean()
    mpl.rcParams.update({"svg.hashsalt": "stackshift", "svg.fonttype": "none"})


def settle(figure: Figure) -> None:
    """Lay a figure out for good, so that it is known where its marks lie in dots.

    Only once, as `save` does, since that takes longer than to draw.
    """
    # As large as it is drawn: letters are not as wide at each size.
    figure.set_dpi(DOTS)
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    figure.set_layout_engine("none")


def save(figure: Figure, *paths) -> None:
    """Write a figure in the formats of the paths' suffixes, the same bytes for the same content.

    ``figure.savefig`` would draw it twice for each, once to no effect.
    """
    for path in paths:
        # An SVG leaves its own.
        figure.set_dpi(DOTS)
        with files.whole(path) as part:
            if str(path).endswith(".svg"):
                FigureCanvasSVG(figure).print_svg(part, metadata={"Date": None})
            else:
                FigureCanvasAgg(figure).print_png(part, metadata={"Software": None})
        # Laid out once, which takes longer than to draw.
        figure.set_layout_engine("none")


def time_limits(times) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Ends of an axis on which all of these times lie."""
    times = pd.DatetimeIndex(times)
    first, last = times.min(), times.max()
    margin = max((last - first) * 0.04, pd.Timedelta(days=3))
    return first - margin, last + margin


def time_axis(axes, times) -> None:
    """Dates that cannot be mistaken, over the time of all scenes, measured or not."""
    axes.set_xlim(*time_limits(times))
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    axes.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    axes.tick_params(axis="x", labelsize=8.5)


def _apart(places, least: float) -> list[int]:
    """Which of the places (x, y), the first ones first, can have a name that covers no other."""
    chosen: list[int] = []
    for i, (x, y) in enumerate(places):
        if all(abs(x - places[j][0]) + abs(y - places[j][1]) >= least for j in chosen):
            chosen.append(i)
    return chosen[:LABELLED]


def beyond(
    axes, x, values, limit: float, names, style: dict[str, Any], middle: float = 0.0
) -> None:
    """Limits of an axis of values, and an arrow with its value at the edge for what lies beyond.

    The axis reaches as far as the limit below and above its middle.
    """
    values = np.asarray(values, float)
    off = values - middle
    axes.set_ylim(middle - limit, middle + limit)
    far = np.flatnonzero(np.abs(off) > limit)
    far = far[np.argsort(-np.abs(off[far]), kind="stable")]
    first, last = axes.get_xlim()
    across = [(float(axes.convert_xunits(x[i])) - first) / (last - first) for i in far]
    up = [1 if off[i] > 0 else -1 for i in far]
    for i, side in zip(far, up, strict=True):
        axes.plot(
            x[i], middle + 0.95 * side * limit, linestyle="none", markersize=8,
            **style | {"marker": "^" if side > 0 else "v"},
        )  # fmt: skip
    # Above and below never cover each other.
    for k in _apart(list(zip(across, up, strict=True)), 0.25):
        i, late = far[k], across[k] > 0.5
        axes.annotate(
            f"{names[i]}{': ' if names[i] else ''}{values[i]:+.0f} m",
            (x[i], middle + 0.95 * up[k] * limit), (-8 if late else 8, 0),
            textcoords="offset points", fontsize=8, va="center", ha="right" if late else "left",
        )  # fmt: skip


def beyond_both(axes, east, north, limit: float, names, words=("E", "N")) -> list[tuple]:
    """Limits of axes east against north, and an arrow at the edge towards what lies beyond.

    ``words`` say what lies to the right and up.

    Returns
    -------
    What `naming.Names.beyond` writes at the arrows: texts and where, the farthest first.
    """
    east, north = np.asarray(east, float), np.asarray(north, float)
    axes.set_xlim(-limit, limit)
    axes.set_ylim(-limit, limit)
    most = np.maximum(np.abs(east), np.abs(north))
    far = np.flatnonzero(most > limit)
    far = far[np.argsort(-most[far], kind="stable")]
    edge = [(east[i] / most[i], north[i] / most[i]) for i in far]
    for x, y in edge:
        axes.annotate(
            "", (0.97 * limit * x, 0.97 * limit * y), (0.86 * limit * x, 0.86 * limit * y),
            arrowprops={"arrowstyle": "-|>", "color": NEUTRAL, "linewidth": 1.5, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip
    return [
        (
            f"{names[far[k]]}\n{words[0]} {east[far[k]]:+.0f}, {words[1]} {north[far[k]]:+.0f} m",
            (0.86 * limit * edge[k][0], 0.86 * limit * edge[k][1]),
        )
        for k in _apart(edge, 0.2)
    ]


def say_if_empty(axes, count: int, what: str, up: float = 0.5) -> None:
    """An empty plot says that it is empty, and is not taken for one of zeros."""
    if count == 0:
        say(axes, f"no {what} could be measured", up)


def say(axes, text: str, up: float = 0.5) -> None:
    """Say within a plot, at this share of its height, why it shows nothing."""
    axes.text(
        0.5, up, text, transform=axes.transAxes, ha="center", va="center",
        bbox={"facecolor": "white", "edgecolor": "#999999"}, zorder=9,
    )  # fmt: skip


def band(axes, requirement: float) -> None:
    """The requirement as a band around zero."""
    axes.axhspan(-requirement, requirement, color="#999999", alpha=0.12, linewidth=0)
    for sign in (-1, 1):
        label = f"requirement: {requirement:g} m" if sign > 0 else None
        axes.axhline(sign * requirement, **REQUIREMENT, label=label)


def requirement_circle(axes, requirement: float) -> None:
    """The requirement as a circle, in square axes of equal scale with their zero lines."""
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(
        requirement * np.cos(angle),
        requirement * np.sin(angle),
        **REQUIREMENT,
        label=f"requirement: {requirement:g} m",
        zorder=CIRCLES,
    )
    axes.axhline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.set_aspect("equal", adjustable="box")
    axes.grid(alpha=0.3)


def circular_error(
    axes, radius: float | None, sigma: float | None, limit: float, percent: int = 90
) -> None:
    """The radius in metres that holds a percentage of the marks; None draws nothing.

    Its digits are those that the standard error of what lies there deserves.
    """
    if radius is None or not np.isfinite(radius):
        return
    label = f"CE{percent}: {digits.holding(radius, sigma)} m"
    if radius > limit:
        axes.plot([], [], " ", label=f"{label}, beyond this figure")
        return
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(
        radius * np.cos(angle),
        radius * np.sin(angle),
        color="black",
        linestyle=":",
        linewidth=1.3,
        label=label,
        zorder=CIRCLES,
    )
