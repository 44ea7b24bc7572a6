"""Offsets of the tiles about their scenes': as maps, by row and column, and as distributions."""

import numpy as np
from matplotlib.figure import Figure

from stackplot import drawing, marks
from stackshift.stack import columns, digits

WRITTEN = 12  # rows or columns of tiles at most whose cells have their numbers in them


def offset_per_tile(table, requirement: float, title: str) -> Figure:
    """Maps of how much each tile scatters about the scenes, and how often it was rejected.

    Parameters
    ----------
    table : tiles, with the columns of `columns.TILES_TABLE`.
    requirement : metres, where the colours of the scatter end unless it is larger.
    title : stack, polarization and method.
    """
    table = table.reset_index(drop=True)
    figure = drawing.new_figure(13.5, 11.5)
    (radial, share), (east, north) = figure.subplots(2, 2)
    known = table[columns.SCENES_MEASURED].fillna(0)
    scatters = [
        table[name].where(known > 1) for name in (columns.SCATTER_EAST, columns.SCATTER_NORTH)
    ]
    values = np.hypot(*scatters)
    top = max(marks.reach(values, requirement) / 1.25, requirement)
    for axes, value, what in (
        (radial, values, "radial"),
        (east, scatters[0], "east"),
        (north, scatters[1], "north"),
    ):
        _tile_map(figure, axes, table, value, "cividis_r", top, f"rms, {what} (m)")
        axes.set_title(f"Scatter of the tile's offsets about the scenes', {what} (m)", fontsize=10)
    scenes = max(int(known.max()), 1)
    _tile_map(figure, share, table, known, "Blues", scenes, "scenes", "{:.0f}")
    share.set_title(
        f"Scenes in which the tile was measured; pairs rejected: "
        f"{100 * table[columns.SKIPPED_SHARE].mean():.0f} %", fontsize=10,
    )  # fmt: skip
    _frame(radial, table)
    figure.suptitle(
        f"Offset per tile: {title}\n{int((known > 0).sum())} of {len(table)} tiles measured; grey: "
        "in fewer than two scenes; the colours end at the requirement or beyond it",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    return figure


def _frame(axes, table) -> None:
    """A frame around each tile that moves by itself."""
    moving = table[table[columns.MOVES] == 1]
    if len(moving):
        axes.plot(
            moving[columns.TILE_X], moving[columns.TILE_Y], "s", markerfacecolor="none",
            markeredgecolor="#CC79A7", markersize=22, markeredgewidth=2.5,
            label="moves by itself: counts in no scene",
        )  # fmt: skip
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.06), fontsize=8.5, frameon=False,
                    markerscale=0.5)  # fmt: skip


def _tile_map(figure, axes, table, values, colours, top: float, label: str, text="{:.1f}") -> None:
    """A value a tile as a map of the grid, with the number in each cell where there is room."""
    shape = table[columns.TILE_Y].max() + 1, table[columns.TILE_X].max() + 1
    image = np.full(shape, np.nan)
    image[table[columns.TILE_Y], table[columns.TILE_X]] = values
    axes.set_facecolor("#bbbbbb")
    picture = axes.imshow(image, cmap=colours, vmin=0, vmax=top)
    for (row, column), value in np.ndenumerate(image) if max(shape) <= WRITTEN else ():
        if np.isfinite(value):
            dark = value > top / 2
            axes.text(
                column, row, text.format(value) if value < 10 else f"{value:.0f}", ha="center",
                va="center", fontsize=8, color="white" if dark else "black",
            )  # fmt: skip
    axes.set_xlabel("tile column, from the left")
    axes.set_ylabel("tile row, from the top")
    for axis, count in ((axes.yaxis, shape[0]), (axes.xaxis, shape[1])):
        axis.set_ticks(np.arange(count)[:: -(-count // 12)])
    over = bool((image[np.isfinite(image)] > top).any())
    figure.colorbar(picture, ax=axes, shrink=0.85, extend="max" if over else "neither", label=label)


def deviations(scenes, scene_tiles):
    """Offsets of the tiles less those of their scenes, in metres; unmeasured ones are left out.

    Parameters
    ----------
    scenes, scene_tiles : tables with the columns of `columns.SCENES_TABLE` and
        `SCENE_TILES_TABLE`.

    Returns
    -------
    Table with the scene, the tile, and ``offset_east`` and ``offset_north`` as deviations.
    """
    names = [columns.OFFSET_EAST, columns.OFFSET_NORTH]
    table = scene_tiles[[columns.SCENE, columns.TILE_X, columns.TILE_Y, *names]]
    table = table.merge(scenes[[columns.SCENE, *names]], on=columns.SCENE, suffixes=("", "_scene"))
    for name in names:
        table[name] = table[name] - table.pop(f"{name}_scene")
    return table.dropna(subset=names, ignore_index=True)


def tile_errors(scenes, scene_tiles, requirement: float, title: str) -> Figure:
    """Offsets of the tiles about their scenes': histograms, cumulative, by column and by row.

    Parameters
    ----------
    scenes, scene_tiles : tables with the columns of `columns.SCENES_TABLE` and
        `SCENE_TILES_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    table = deviations(scenes, scene_tiles)
    both = table[[columns.OFFSET_EAST, columns.OFFSET_NORTH]].to_numpy(float)
    figure = drawing.new_figure(14.5, 9.5)
    (histogram, radial), (by_column, by_row) = figure.subplots(2, 2)
    _histograms(histogram, both, requirement)
    _cumulative(radial, both, requirement)
    shape = scene_tiles[columns.TILE_Y].max() + 1, scene_tiles[columns.TILE_X].max() + 1
    middles = [
        _ramp(by_column, table, columns.TILE_X, shape[1], "tile column, from the left"),
        _ramp(by_row, table, columns.TILE_Y, shape[0], "tile row, from the top"),
    ]
    # Wild tiles show in the histogram; here the middles count.
    limit = 1.5 * max(
        np.nanmax(np.abs(np.append(np.ravel(middles[0]), np.ravel(middles[1]))), initial=0),
        requirement / 6,
    )
    for axes in (by_column, by_row):
        axes.set_ylim(-limit, limit)
        drawing.say_if_empty(axes, len(table), "tile")
    figure.suptitle(
        f"Offsets of the tiles about their scenes': {title}\n{len(table)} of {len(scene_tiles)} "
        f"tiles in {table[columns.SCENE].nunique()} scenes",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    return figure


def _histograms(axes, both, requirement: float) -> None:
    """How the deviations to the east and to the north are distributed."""
    limit = marks.reach(both, requirement)
    edges = np.linspace(-limit, limit, 61)
    for values, mark, line in zip(both.T, (drawing.EAST, drawing.NORTH), "-:", strict=True):
        if not len(values):
            continue
        far = int((np.abs(values) > limit).sum())
        spread = values.std()
        mean = digits.with_error(values.mean(), spread / np.sqrt(len(values)))
        axes.hist(
            values, bins=edges, histtype="step", linewidth=1.8, color=mark["color"],
            linestyle={"-": "-", ":": "--"}[line],
            label=f"{mark['label']}: mean {mean} m, standard deviation {spread:.2g} m"
            f"{f', {far} beyond the axis' if far else ''}",
        )  # fmt: skip
    for sign in (-1, 1):
        axes.axvline(sign * requirement, **drawing.REQUIREMENT)
    axes.set_xlabel("offset of a tile less its scene's (m)")
    axes.set_ylabel("tiles")
    axes.grid(alpha=0.3)
    drawing.say_if_empty(axes, len(both), "tile")
    if len(both):
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5)


def _cumulative(axes, both, requirement: float) -> None:
    """The share of the tiles within each radius."""
    radius = np.sort(np.hypot(*both.T))
    limit = marks.reach(radius, requirement)
    axes.step(
        np.append(0, radius), np.linspace(0, 100, len(radius) + 1), where="post",
        color=drawing.NEUTRAL, linewidth=1.8,
    )  # fmt: skip
    for percent in (50, 90) if len(radius) else ():
        value = float(np.percentile(radius, percent))
        if value > limit:
            continue
        axes.plot([0, value, value], [percent, percent, 0], color="black", linestyle=":")
        axes.annotate(
            f"CE{percent}: {value:.2g} m", (value, percent), (6, -10), textcoords="offset points",
            fontsize=9,
        )  # fmt: skip
    axes.axvline(requirement, **drawing.REQUIREMENT, label=f"requirement: {requirement:g} m")
    axes.set_xlim(0, limit)
    axes.set_ylim(0, 101)
    axes.set_xlabel("radial offset of a tile from its scene (m)")
    axes.set_ylabel("tiles within (%)")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5)
    drawing.say_if_empty(axes, len(radius), "tile")


def _ramp(axes, table, along: str, count: int, label: str) -> np.ndarray:
    """Median and spread of the deviations in each row or column of tiles: a slope is a ramp.

    Returns
    -------
    (2, count) medians to the east and north in metres.
    """
    medians = np.full((2, count), np.nan)
    for k, (name, mark) in enumerate(
        ((columns.OFFSET_EAST, drawing.EAST), (columns.OFFSET_NORTH, drawing.NORTH))
    ):
        groups = [table[name][table[along] == i].to_numpy(float) for i in range(count)]
        medians[k] = [np.median(g) if len(g) else np.nan for g in groups]
        # 1.2533 is what the median's error exceeds the mean's by, of normal values.
        sigma = [1.2533 * g.std(ddof=1) / np.sqrt(len(g)) if len(g) > 1 else np.nan for g in groups]
        axes.errorbar(
            np.arange(count) + (0.06 if k else -0.06), medians[k], yerr=sigma, capsize=4, **mark
        )
    axes.axhline(0, color="#777777", linewidth=1)
    axes.set_xlabel(label)
    axes.set_ylabel("median offset of the tiles\nless their scenes' (m)")
    axes.set_xticks(np.arange(count)[:: -(-count // 16)])
    axes.set_xlim(-0.5, count - 0.5)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5, ncols=2)
    axes.set_title(f"By {label.split(',')[0].removeprefix('tile ')}: a slope is a ramp",
                   loc="left", fontsize=9)  # fmt: skip
    return medians
