"""All figures: offsets in metres, east and north, with the requirement drawn in."""

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from stackio import files
from stackshift import columns
from stackshift.columns import statistic

# Okabe & Ito's colours, which the colour-blind can tell apart; east and north differ by shape too.
EAST = {"color": "#0072B2", "marker": "o", "label": "east"}
NORTH = {"color": "#D55E00", "marker": "s", "label": "north"}
PLATFORMS = [
    {"color": color, "marker": marker}
    for color, marker in zip(
        ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9"), "osD^v", strict=True
    )
]
REQUIREMENT = {"color": "#555555", "linestyle": "--", "linewidth": 1}
SPREAD = {"linestyle": "none", "ecolor": "#bbbbbb", "elinewidth": 5, "zorder": 1}
TRUTH = {
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
    """Robust mean shift of each pair in time, and to the east against to the north.

    Parameters
    ----------
    table : pairs, with the columns of `columns.PAIRS_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    order = [columns.REFERENCE_INDEX, columns.SECONDARY_INDEX]
    table = table.sort_values(order, ascending=False, ignore_index=True)
    width = min(max(6.0, 2 + 0.3 * len(table)), 16)
    figure = new_figure(width + 6.2, 6.4)
    left, right = figure.subfigures(1, 2, width_ratios=(width, 6.2))
    upper, lower = left.subplots(2, 1, sharex=True)
    position = np.arange(len(table))
    truths = table[columns.TRUE_X].notna().any()
    for axes, axis, style, truth in (
        (upper, "x", EAST, columns.TRUE_X),
        (lower, "y", NORTH, columns.TRUE_Y),
    ):
        _band(axes, requirement)
        shift, sigma = (table[f"{name}_{axis}"] for name in ("shift", "sigma"))
        axes.errorbar(position, shift, yerr=table[statistic("nmad", axis)], **SPREAD)
        axes.errorbar(
            position, shift, yerr=sigma, **style, linestyle="none", capsize=4, elinewidth=2
        )
        if truths:
            axes.plot(position, table[truth], **TRUTH)
        axes.set_ylabel(f"shift {style['label']} (m)")
        axes.grid(alpha=0.3)
    step = max(1, len(table) // 40)
    labels = [
        f"{day(secondary)} → {day(reference)}: {count}/{tiles}"
        for secondary, reference, count, tiles in zip(
            table[columns.SECONDARY],
            table[columns.REFERENCE],
            table[columns.COUNT],
            table[columns.TILES],
            strict=True,
        )
    ]
    lower.set_xticks(position[::step], labels[::step], rotation=60, ha="right", fontsize=7.5)
    left.legend(handles=_key(truths, requirement), loc="outside upper left", ncols=3, fontsize=8.5)
    lower.set_xlabel("pair: secondary → reference: tiles that count / tiles")
    _scatter(right.subplots(), table, requirement, "pair", truths)
    figure.suptitle(f"Offset per pair: {title}", fontweight="bold")
    return figure


def offset_per_scene(table, requirement: float, title: str) -> Figure:
    """Offset of each scene in time from the stack's median position, and east against north.

    Parameters
    ----------
    table : scenes, with the columns of `columns.SCENES_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    figure = new_figure(14.5, 6.4)
    left, right = figure.subfigures(1, 2, width_ratios=(8.3, 6.2))
    upper, lower = left.subplots(2, 1, sharex=True)
    scatter = right.subplots()
    time = pd.to_datetime(table[columns.TIME]).dt.tz_localize(None)
    truths = table[columns.TRUE_EAST].notna().any()
    platforms = table[columns.PLATFORM].fillna("unknown")
    standing_out = table[columns.FLAG].fillna("").str.contains("outlier|rotated|scaled")
    # The truth is drawn from the same median as the estimate.
    for axes, direction in ((upper, "east"), (lower, "north")):
        _band(axes, requirement)
        deviation = table[f"deviation_{direction}"]
        for number, (platform, group) in enumerate(table.groupby(platforms)):
            style = PLATFORMS[number % len(PLATFORMS)]
            for out in (False, True):
                part = group[standing_out[group.index] == out]
                face = {"markerfacecolor": "white"} if out else {}
                axes.errorbar(
                    time[part.index],
                    deviation[part.index],
                    yerr=part[f"sigma_{direction}"],
                    linestyle="none",
                    capsize=3,
                    **style | face | {"label": f"{platform}{' (stands out)' if out else ''}"}
                    if len(part)
                    else style | {"label": None},
                )
        if truths:
            offset = (table[f"offset_{direction}"] - deviation).median()
            axes.plot(time, table[f"true_offset_{direction}"] - offset, **TRUTH, label="truth")
        axes.set_ylabel(f"offset {direction} (m)")
        axes.grid(alpha=0.3)
        for i in np.flatnonzero(standing_out):
            axes.annotate(
                day(table[columns.SCENE][i]),
                (time[i], deviation[i]),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
    lower.set_xlabel("acquisition (UTC)")
    locator = AutoDateLocator(minticks=3, maxticks=8)
    lower.xaxis.set_major_locator(locator)
    lower.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    handles, labels = upper.get_legend_handles_labels()
    left.legend(handles, labels, loc="outside upper left", ncols=4, fontsize=8.5)
    for number, (_, group) in enumerate(table.groupby(platforms)):
        style = PLATFORMS[number % len(PLATFORMS)]
        scatter.errorbar(
            group[columns.DEVIATION_EAST],
            group[columns.DEVIATION_NORTH],
            xerr=group[columns.SIGMA_EAST],
            yerr=group[columns.SIGMA_NORTH],
            linestyle="none",
            **style,
        )
    measured = int(table[columns.OFFSET_EAST].notna().sum())
    scatter.set_title(f"{measured} of {len(table)} scenes measured", fontsize=10)
    for axes in (upper, lower, scatter):
        _say_if_empty(axes, measured, "scene")
    _requirement_circle(scatter, requirement)
    scatter.set_xlabel("offset east of the stack's median (m)")
    scatter.set_ylabel("offset north of the stack's median (m)")
    figure.suptitle(f"Offset per scene: {title}", fontweight="bold")
    return figure


def _say_if_empty(axes, count: int, what: str) -> None:
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


def _band(axes, requirement: float) -> None:
    """The requirement as a band around zero."""
    axes.axhspan(-requirement, requirement, color="#999999", alpha=0.12, linewidth=0)
    for sign in (-1, 1):
        label = f"requirement: {requirement:g} m" if sign > 0 else None
        axes.axhline(sign * requirement, **REQUIREMENT, label=label)


def _requirement_circle(axes, requirement: float) -> None:
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


def _key(truths: bool, requirement: float) -> list:
    """What the marks of the time series mean."""
    grey = SPREAD["ecolor"]
    marks = [
        Line2D([], [], color="black", marker="o", label="robust mean of the tiles, standard error"),
        Line2D([], [], color=grey, linewidth=5, label="spread of the tiles (NMAD)"),
        Line2D([], [], **REQUIREMENT, label=f"requirement: {requirement:g} m"),
    ]
    return [*marks, Line2D([], [], **TRUTH, label="truth")] if truths else marks


def offset_per_tile(table, requirement: float, title: str) -> Figure:
    """Median shift of each tile over all pairs: east against north, and as maps.

    Parameters
    ----------
    table : tiles, with the columns of `columns.TILES_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    figure = new_figure(11.5, 9.5)
    (scatter, share), maps = figure.subplots(2, 2)
    _scatter(scatter, table, requirement, "tile", truths=False)
    picture = _tile_map(share, table, 100 * table[columns.SKIPPED_SHARE], "cividis", (0, 100))
    share.set_title("Pairs that do not count; number: pairs that do", fontsize=10)
    figure.colorbar(picture, ax=share, label="share of pairs (%)", shrink=0.85)
    medians = table[[statistic("median", axis) for axis in "xy"]].abs().to_numpy()
    # A map of nothing but noise should not look like one of large offsets.
    limit = np.nanmax(np.append(medians, requirement / 6))
    for axes, axis, style in zip(maps, "xy", (EAST, NORTH), strict=True):
        values = table[statistic("median", axis)]
        picture = _tile_map(axes, table, values, "PuOr", (-limit, limit))
        axes.set_title(f"Median shift {style['label']}; grey: no pair counts", fontsize=10)
        figure.colorbar(picture, ax=axes, label=f"shift {style['label']} (m)", shrink=0.85)
    figure.suptitle(f"Offset per tile: {title}", fontweight="bold")
    return figure


def _tile_map(axes, table, values, colours: str, limits: tuple[float, float]):
    """A value a tile as a map with north up, and the number of pairs that count in each."""
    shape = table[columns.TILE_Y].max() + 1, table[columns.TILE_X].max() + 1
    image = np.full(shape, np.nan)
    image[table[columns.TILE_Y], table[columns.TILE_X]] = values
    axes.set_facecolor("#bbbbbb")
    picture = axes.imshow(image, cmap=colours, vmin=limits[0], vmax=limits[1])
    if table[columns.TILE_X].max() < 12:
        for x, y, count in table[[columns.TILE_X, columns.TILE_Y, columns.COUNT]].to_numpy():
            axes.text(
                x,
                y,
                f"{count:.0f}",
                ha="center",
                va="center",
                fontsize=7,
                bbox={"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 1},
            )
    axes.set_xlabel("tile column, from the west")
    axes.set_ylabel("tile row, from the north")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return picture


def _scatter(axes, table, requirement: float, what: str, truths: bool) -> None:
    """Shifts to the east against shifts to the north, with error bars and the requirement."""
    count = int(table[columns.COUNT].gt(0).sum())
    _say_if_empty(axes, count, what)
    axes.errorbar(
        table[columns.SHIFT_X],
        table[columns.SHIFT_Y],
        xerr=table[columns.SIGMA_X],
        yerr=table[columns.SIGMA_Y],
        linestyle="none",
        marker="o",
        markersize=4,
        color="#0072B2",
        elinewidth=1,
        label=f"a {what} ({count} of {len(table)}) with its standard error",
    )
    if truths:
        axes.plot(table[columns.TRUE_X], table[columns.TRUE_Y], **TRUTH, label="truth")
    _requirement_circle(axes, requirement)
    axes.set_xlabel("shift east (m)")
    axes.set_ylabel("shift north (m)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5)
