"""All figures: offsets in metres, east and north, with the requirement drawn in."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stackio import files
from stackshift import columns
from stackshift.columns import statistic

# Okabe & Ito's colours, which the colour-blind can tell apart; east and north differ by shape too.
EAST = {"color": "#0072B2", "marker": "o", "label": "east"}
NORTH = {"color": "#D55E00", "marker": "s", "label": "north"}
REQUIREMENT = {"color": "#555555", "linestyle": "--", "linewidth": 1}
TRUTH = {"color": "black", "marker": "x", "linestyle": "none", "markersize": 8, "markeredgewidth": 1.5}
SPREAD = "bar: spread of the tiles (NMAD)"


def new_figure(width: float, height: float) -> Figure:
    """A figure in inches, laid out so that nothing overlaps."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, *paths) -> None:
    """Write a figure in the formats of the paths' suffixes, the same bytes for the same content."""
    for path in paths:
        metadata = {"Date": None} if str(path).endswith(".svg") else {"Software": None}
        with files.whole(path) as part:
            figure.savefig(part, dpi=150, metadata=metadata)


def day(scene: str) -> str:
    """The date of a scene named YYYYMMDDTHHMMSS, as 2024-01-06."""
    return f"{scene[:4]}-{scene[4:6]}-{scene[6:8]}"


def offset_per_pair(table, requirement: float, title: str) -> Figure:
    """Median shift of each pair in time, and to the east against to the north.

    Parameters
    ----------
    table : pairs, with the columns of `columns.PAIRS_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    table = table.sort_values(columns.REFERENCE_INDEX, ascending=False)
    figure = new_figure(max(9.0, min(4.5 + 0.5 * len(table), 20)), 8.4)
    grid = figure.add_gridspec(3, 1, height_ratios=(1, 1, 1.6))
    position = np.arange(len(table))
    truths = table[columns.TRUE_X].notna().any()
    upper = figure.add_subplot(grid[0])
    lower = figure.add_subplot(grid[1], sharex=upper)
    for axes, axis, style, truth in (
        (upper, "x", EAST, columns.TRUE_X),
        (lower, "y", NORTH, columns.TRUE_Y),
    ):
        axes.axhspan(-requirement, requirement, color="#999999", alpha=0.12, linewidth=0)
        for sign in (-1, 1):
            label = f"requirement: {requirement:g} m" if sign > 0 else None
            axes.axhline(sign * requirement, **REQUIREMENT, label=label)
        axes.errorbar(
            position,
            table[statistic("median", axis)],
            yerr=table[statistic("nmad", axis)],
            **style | {"label": f"median over tiles; {SPREAD}"},
            linestyle="none",
            capsize=3,
        )
        if truths:
            axes.plot(position, table[truth], **TRUTH, label="truth")
        axes.set_ylabel(f"shift {style['label']} (m)")
        axes.grid(alpha=0.3)
    upper.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=9)
    upper.tick_params(labelbottom=False)
    step = max(1, len(table) // 30)
    labels = [
        f"{day(s)} → {day(r)}\n{count} of {tiles} tiles"
        for s, r, count, tiles in zip(
            table[columns.SECONDARY],
            table[columns.REFERENCE],
            table[columns.COUNT],
            table[columns.TILES],
            strict=True,
        )
    ]
    lower.set_xticks(position[::step], labels[::step], rotation=35, ha="right", fontsize=8)
    lower.set_xlabel("pair: secondary → reference date, and the number of tiles that count")
    _scatter(figure.add_subplot(grid[2]), table, requirement, truths)
    figure.suptitle(f"Offset per pair: {title}", fontweight="bold")
    return figure


def offset_per_tile(table, requirement: float, title: str) -> Figure:
    """Median shift of each tile over all pairs: east against north, and as two maps.

    Parameters
    ----------
    table : tiles, with the columns of `columns.TILES_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    figure = new_figure(10.5, 8.6)
    grid = figure.add_gridspec(2, 2, height_ratios=(1.25, 1))
    axes = figure.add_subplot(grid[0, :])
    _scatter(axes, table, requirement, truths=False)
    shape = table[columns.TILE_Y].max() + 1, table[columns.TILE_X].max() + 1
    limit = np.nanmax(
        [table[statistic("median", axis)].abs().max() for axis in "xy"] + [requirement / 6]
    )
    for i, (axis, style) in enumerate((("x", EAST), ("y", NORTH))):
        axes = figure.add_subplot(grid[1, i])
        image = np.full(shape, np.nan)
        image[table[columns.TILE_Y], table[columns.TILE_X]] = table[statistic("median", axis)]
        axes.set_facecolor("#bbbbbb")
        picture = axes.imshow(image, cmap="PuOr", vmin=-limit, vmax=limit)
        for _, row in table.iterrows():
            share = f"{row[columns.COUNT]:.0f}"
            axes.text(
                row[columns.TILE_X], row[columns.TILE_Y], share, ha="center", va="center", fontsize=7
            )
        axes.set_title(f"median shift {style['label']}; number: pairs that count", fontsize=10)
        axes.set_xlabel("tile column, from the west")
        axes.set_ylabel("tile row, from the north")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        figure.colorbar(picture, ax=axes, label=f"shift {style['label']} (m)")
    figure.suptitle(f"Offset per tile: {title}", fontweight="bold")
    return figure


def _scatter(axes, table, requirement: float, truths: bool) -> None:
    """Medians to the east against medians to the north, with their spread and the requirement."""
    axes.errorbar(
        table[statistic("median", "x")],
        table[statistic("median", "y")],
        xerr=table[statistic("nmad", "x")],
        yerr=table[statistic("nmad", "y")],
        linestyle="none",
        marker="o",
        markersize=4,
        color=EAST["color"],
        ecolor="#9ab8cc",
        elinewidth=0.8,
        label="median; bars: spread (NMAD)",
    )
    if truths:
        axes.plot(table[columns.TRUE_X], table[columns.TRUE_Y], **TRUTH, label="truth")
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
    axes.set_xlabel("shift east (m)")
    axes.set_ylabel("shift north (m)")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=9)
