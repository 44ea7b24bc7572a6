"""What all figures share: colours, sizes, the requirement, and how a figure is saved."""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from stackio import files

# Okabe & Ito's colours, which the colour-blind can tell apart; east and north differ by shape too.
EAST: dict[str, Any] = {"color": "#0072B2", "marker": "o", "label": "east"}
NORTH: dict[str, Any] = {"color": "#D55E00", "marker": "s", "label": "north"}
PLATFORMS: list[dict[str, Any]] = [
    {"color": color, "marker": marker}
    for color, marker in zip(
        ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9"), "osD^v", strict=True
    )
]
REQUIREMENT: dict[str, Any] = {"color": "#555555", "linestyle": "--", "linewidth": 1}
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
    """The same SVG for the same content, with text that can be searched."""
    mpl.rcParams.update({"svg.hashsalt": "stackshift", "svg.fonttype": "none"})


def save(figure: Figure, *paths) -> None:
    """Write a figure in the formats of the paths' suffixes, the same bytes for the same content."""
    for path in paths:
        metadata = {"Date": None} if str(path).endswith(".svg") else {"Software": None}
        with files.whole(path) as part:
            figure.savefig(part, dpi=150, metadata=metadata)


def day(scene: str) -> str:
    """The date of a scene named YYYYMMDDTHHMMSS, as 2024-01-06."""
    return f"{scene[:4]}-{scene[4:6]}-{scene[6:8]}"


def say_if_empty(axes, count: int, what: str) -> None:
    """An empty plot says that it is empty, and is not taken for one of zeros."""
    if count == 0:
        axes.text(
            0.5,
            0.5,
            f"no {what} could be measured",
            transform=axes.transAxes,
            ha="center",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "#999999"},
        )


def band(axes, requirement: float) -> None:
    """The requirement as a band around zero."""
    axes.axhspan(-requirement, requirement, color="#999999", alpha=0.12, linewidth=0)
    for sign in (-1, 1):
        label = f"requirement: {requirement:g} m" if sign > 0 else None
        axes.axhline(sign * requirement, **REQUIREMENT, label=label)


def requirement_circle(axes, requirement: float) -> None:
    """The requirement as a circle, in axes of equal scale with their zero lines."""
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(
        requirement * np.cos(angle),
        requirement * np.sin(angle),
        **REQUIREMENT,
        label=f"requirement: {requirement:g} m",
    )
    axes.axhline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)


def circular_error(axes, radius: float | None, percent: int = 90) -> None:
    """The radius in metres that holds a percentage of the marks; None draws nothing."""
    if radius is None or not np.isfinite(radius):
        return
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(
        radius * np.cos(angle),
        radius * np.sin(angle),
        color="black",
        linestyle=":",
        linewidth=1.3,
        label=f"CE{percent}: {radius:.2g} m",
    )


def platform_styles(platforms) -> dict[str, dict]:
    """Colour and mark of each platform, the same in all figures of a stack."""
    return {
        name: PLATFORMS[number % len(PLATFORMS)]
        for number, name in enumerate(sorted(set(platforms)))
    }
