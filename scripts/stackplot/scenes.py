"""Offsets of the scenes: in time, and to the east against to the north."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing, marks, naming
from stackshift.stack import columns


def offset_per_scene(
    table,
    requirement: float,
    ce90: tuple[float | None, float | None],
    title: str,
    zero: str = "the stack's median",
) -> Figure:
    """Offset of each scene in time from the stack's zero, and east against north.

    The usual scenes fill the axes; of one that lies beyond, an arrow at the edge tells the value.

    Parameters
    ----------
    table : scenes, with the columns of `columns.SCENES_TABLE`.
    requirement : metres.
    ce90 : radius that holds 90 % of the scenes, and the standard error of the scene that lies
        there, metres; None where it is not known.
    title : stack, polarization and method.
    zero : what offsets are relative to, in words.
    """
    table = table.assign(
        when=pd.to_datetime(table[columns.TIME]).dt.tz_localize(None),
        platform=table[columns.PLATFORM].fillna("unknown"),
        stands_out=table[columns.FLAG].fillna("").str.contains("outlier|rotated|scaled|uneven"),
    ).reset_index(drop=True)
    limit = marks.reach(table[[columns.OFFSET_EAST, columns.OFFSET_NORTH]], requirement)
    figure = drawing.new_figure(14.5, 6.8)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(8.3, 6.2))[0]
    upper, lower = left.subplots(2, 1, sharex=True)
    _in_time(upper, table, "east", requirement, limit)
    _in_time(lower, table, "north", requirement, limit)
    lower.set_xlabel("acquisition (UTC)")
    # What only one of them shows is explained too.
    known = {
        label: handle
        for axes in (upper, lower)
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    left.legend(known.values(), known, loc="outside upper left", ncols=4, fontsize=8.5)
    scatter = right.subplots()
    far = _east_north(scatter, table, requirement, ce90, limit, zero)
    measured = int(table[columns.OFFSET_EAST].notna().sum())
    for axes in (upper, lower, scatter):
        drawing.say_if_empty(axes, measured, "scene")
    tiles = table[columns.TILES].median()
    figure.suptitle(
        f"Offset per scene from {zero}: {title}\n{measured} of {len(table)} scenes "
        f"measured, each on {tiles:.0f} {'tile' if round(tiles) == 1 else 'tiles'} (median)",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    drawing.settle(figure)
    east, north = table[columns.OFFSET_EAST], table[columns.OFFSET_NORTH]
    _name(naming.Names(upper), table, table["when"], east, east.abs() <= limit)
    _name(naming.Names(lower), table, table["when"], north, north.abs() <= limit)
    names = naming.Names(scatter)
    names.beyond(far)
    inside = (east.abs() <= limit) & (north.abs() <= limit)
    _name(names, table, east, north, inside, **naming.BOXED)
    return figure


def _in_time(axes, table, direction: str, requirement: float, limit: float) -> None:
    """Offsets along one axis against time, by platform, with what stands out named."""
    drawing.band(axes, requirement)
    drawing.time_axis(axes, table["when"])
    offset, sigma = table[f"offset_{direction}"], table[f"sigma_{direction}"]
    styles = marks.platform_styles(table["platform"])
    days = [marks.day(scene) for scene in table[columns.SCENE]]
    crowd = len(table) > 40
    for (platform, out), group in table.groupby(["platform", "stands_out"]):
        style = styles[platform] | ({"markerfacecolor": "white"} if out else {})
        inside = group[offset[group.index].abs() <= limit]
        if inside.empty:
            continue
        axes.errorbar(
            inside["when"], offset[inside.index], yerr=sigma[inside.index], linestyle="none",
            capsize=1 if crowd else 3, markersize=4 if crowd else 6, **style,
            label=f"{platform}{' (stands out)' if out else ''}, standard error",
        )  # fmt: skip
    for platform, group in table.groupby("platform"):
        names = [days[i] for i in group.index]
        style = {"color": styles[platform]["color"]}
        drawing.beyond(axes, list(group["when"]), offset[group.index], limit, names, style)
        if (offset[group.index].abs() > limit).any():
            axes.plot([], [], linestyle="none", marker="^", markersize=8, **style,
                      label=f"{platform}, beyond the axis")  # fmt: skip
    axes.set_ylim(-limit, limit)
    if columns.TRUE_EAST in table:
        truth = table[f"true_offset_{direction}"]
        style = drawing.TRUTH | ({"markersize": 5, "markeredgewidth": 1} if crowd else {})
        axes.plot(table["when"], truth.where(truth.abs() <= limit), **style, label="truth")
    axes.set_ylabel(f"offset {direction} (m)")
    axes.grid(alpha=0.3)


def _name(names: naming.Names, table, across, up, inside, **style) -> None:
    """The dates of the scenes that stand out and lie ``inside`` the axes, the farthest first."""
    radius = np.hypot(table[columns.OFFSET_EAST], table[columns.OFFSET_NORTH])
    chosen = radius[table["stands_out"] & inside].sort_values(ascending=False, kind="stable")
    middle = np.mean([across.min(), across.max()]) if across.dtype.kind == "f" else across.mean()
    for i in chosen.index[: drawing.LABELLED]:
        day = marks.day(table[columns.SCENE][i])
        names.put(day, (across[i], up[i]), bool(across[i] > middle), **style)


def _east_north(
    axes, table, requirement: float, ce90: tuple, limit: float, zero: str
) -> list[tuple]:
    """Offsets to the east against to the north, with the requirement and CE90.

    Returns what is to be written at arrows to what lies beyond.
    """
    styles = marks.platform_styles(table["platform"])
    east, north = table[columns.OFFSET_EAST], table[columns.OFFSET_NORTH]
    inside = (east.abs() <= limit) & (north.abs() <= limit)
    crowd = len(table) > 40
    for (platform, out), group in table[inside].groupby(["platform", "stands_out"]):
        axes.errorbar(
            group[columns.OFFSET_EAST], group[columns.OFFSET_NORTH],
            xerr=group[columns.SIGMA_EAST], yerr=group[columns.SIGMA_NORTH], linestyle="none",
            markersize=4 if crowd else 6, elinewidth=0.8 if crowd else 1.5, **styles[platform],
            **({"markerfacecolor": "white"} if out else {}),
        )  # fmt: skip
    drawing.requirement_circle(axes, requirement)
    days = [marks.day(scene) for scene in table[columns.SCENE]]
    far = drawing.beyond_both(axes, east, north, limit, days)
    drawing.circular_error(axes, *ce90, limit)
    axes.set_xlabel(f"offset east of {zero} (m)")
    axes.set_ylabel(f"offset north of {zero} (m)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=2)
    return far
