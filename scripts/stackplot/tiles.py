"""Offsets of the tiles about their scenes': as maps, by row and column, and as distributions."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from stackplot import drawing, marks
from stackshift.stack import circle, columns, digits, standing

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
    alone = standing.nothing_to_compare(table)
    shown = (known > 1) & ((table[columns.MOVES] == 1) if alone else True)
    scatters = [table[name].where(shown) for name in (columns.SCATTER_EAST, columns.SCATTER_NORTH)]
    values = np.hypot(*scatters)
    top = max(marks.reach(values, requirement) / 1.25, requirement)
    for axes, value, what in (
        (radial, values, "radial"),
        (east, scatters[0], "east"),
        (north, scatters[1], "north"),
    ):
        _tile_map(figure, axes, table, value, "cividis_r", top, f"rms, {what} (m)")
        axes.set_title(f"Scatter of the tile's offsets about the scenes', {what} (m)", fontsize=10)
        if alone:
            drawing.say(axes, standing.ONE_TILE)
    scenes = max(int(known.max()), 1)
    _tile_map(figure, share, table, known, "Blues", scenes, "scenes", "{:.0f}")
    share.set_title(
        f"Scenes in which the tile was measured; pairs rejected: "
        f"{100 * table[columns.SKIPPED_SHARE].mean():.0f} %", fontsize=10,
    )  # fmt: skip
    for axes in (radial, share, east, north):
        _frame(axes, table)
    if (table[columns.MOVES] == 1).any():
        radial.legend(loc="lower left", bbox_to_anchor=(0, 1.06), fontsize=8.5, frameon=False)
    grey = "" if alone else "; grey: in fewer than two scenes that have other tiles"
    figure.suptitle(
        f"Offset per tile: {title}\n{int((known > 0).sum())} of {len(table)} tiles measured{grey}; "
        "the colours end at the requirement or beyond it",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    return figure


def _frame(axes, table) -> None:
    """A frame around each tile that moves by itself."""
    moving = table[table[columns.MOVES] == 1]
    for number, (_, tile) in enumerate(moving.iterrows()):
        axes.add_patch(
            Rectangle(
                (tile[columns.TILE_X] - 0.46, tile[columns.TILE_Y] - 0.46), 0.92, 0.92, fill=False,
                edgecolor=drawing.LEFT_OUT, linewidth=2.5,
                label="left out, as it moves by itself: counts in no scene" if not number else None,
            )
        )  # fmt: skip


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
            # Within its cell, so that the layout need not look where it ends.
            axes.text(
                column, row, text.format(value) if value < 10 else f"{value:.0f}", ha="center",
                va="center", fontsize=8, color="white" if dark else "black", in_layout=False,
            )  # fmt: skip
    axes.set_xlabel("tile column, from the left")
    axes.set_ylabel("tile row, from the top")
    for axis, count in ((axes.yaxis, shape[0]), (axes.xaxis, shape[1])):
        axis.set_ticks(np.arange(count)[:: -(-count // 12)])
    over = bool((image[np.isfinite(image)] > top).any())
    figure.colorbar(picture, ax=axes, shrink=0.85, extend="max" if over else "neither", label=label)


def tile_errors(scenes, scene_tiles, tiles, requirement: float, title: str) -> Figure:
    """Offsets of the tiles about their scenes': histograms, cumulative, by column and by row.

    Tiles on which no scene's offset rests are marked and not counted; a tile that is alone in its
    scene has nothing that it could deviate from.

    Parameters
    ----------
    scenes, scene_tiles, tiles : tables with the columns of `columns.SCENES_TABLE`,
        `SCENE_TILES_TABLE` and `TILES_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    found = standing.deviations(scenes, scene_tiles, tiles)
    names = [columns.OFFSET_EAST, columns.OFFSET_NORTH]
    table = found[~found[columns.MOVES] & ~found["alone"]]
    left_out = found[found[columns.MOVES]][names].to_numpy(float)
    both = table[names].to_numpy(float)
    figure = drawing.new_figure(14.5, 9.5)
    (histogram, radial), (by_column, by_row) = figure.subplots(2, 2)
    _histograms(histogram, both, left_out, requirement)
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
    for axes in (histogram, radial, by_column, by_row):
        if found["alone"].any() and not len(table):
            drawing.say(axes, standing.ONE_TILE)
        else:
            drawing.say_if_empty(axes, len(table), "tile")
    figure.suptitle(
        f"Offsets of the tiles about their scenes': {title}\n"
        f"{_counts(found, len(scene_tiles))} ({len(tiles)} in each of {len(scenes)} scenes)",
        fontweight="bold", fontsize=12,
    )  # fmt: skip
    return figure


def _counts(found, count: int) -> str:
    """What became of all tiles of all scenes, in numbers that add up to ``count``."""
    moving, alone = int(found[columns.MOVES].sum()), int(found["alone"].sum())
    parts = [f"{len(found) - moving - alone} of {count} tiles compared"]
    for number, words in (
        (moving, "left out, as they move by themselves"),
        (alone, "alone in their scene"),
        (count - len(found), "not measured"),
    ):
        if number:
            parts.append(f"{number} {words}")
    return ", ".join(parts)


def _histograms(axes, both, left_out, requirement: float) -> None:
    """How the deviations to the east and to the north are distributed.

    Parameters
    ----------
    both, left_out : (tiles, 2) of the tiles that count, and of those that do not, metres.
    """
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
            label=f"{mark['label']}: mean {mean} m, standard deviation {digits.short(spread)} m"
            f"{f', {far} beyond the axis' if far else ''}",
        )  # fmt: skip
    for sign in (-1, 1):
        axes.axvline(sign * requirement, **drawing.REQUIREMENT)
    axes.set_xlabel("offset of a tile less its scene's (m)")
    axes.set_ylabel("tiles")
    axes.set_xlim(-1.03 * limit, 1.03 * limit)
    axes.grid(alpha=0.3)
    _left_out(axes, left_out, limit)
    if len(both) or len(left_out):
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5)


def _left_out(axes, values, limit: float) -> None:
    """A stroke for each tile that is not counted, above the axis; one beyond it lies at its end."""
    if not len(values):
        return
    far = int((np.abs(values) > limit).sum())
    for k, (part, name) in enumerate(zip(values.T, ("east", "north"), strict=True)):
        label = (
            f"left out, as they move by themselves: {len(values)} (east below north)"
            f"{f', {far} beyond the axis at its ends' if far else ''}"
        )
        axes.plot(
            part.clip(-limit, limit), np.full(len(part), 0.03 + 0.05 * k), linestyle="none",
            marker="|", markersize=11, markeredgewidth=1.6, color=drawing.LEFT_OUT,
            transform=axes.get_xaxis_transform(), label=None if k else label, gid=name,
        )  # fmt: skip


def _cumulative(axes, both, requirement: float) -> None:
    """The share of the tiles within each radius."""
    radius = np.sort(np.hypot(*both.T))
    limit = marks.reach(radius, requirement)
    if len(radius):
        axes.step(
            np.append(0, radius), np.linspace(0, 100, len(radius) + 1), where="post",
            color=drawing.NEUTRAL, linewidth=1.8,
        )  # fmt: skip
    for percent in (50, 90) if len(radius) else ():
        value, _ = circle.holding(radius, percent)
        if value is None or value > limit:
            continue
        axes.plot([0, value, value], [percent, percent, 0], color="black", linestyle=":")
        axes.annotate(
            f"CE{percent}: {digits.holding(value, None)} m", (value, percent), (6, -10),
            textcoords="offset points", fontsize=9,
        )  # fmt: skip
    axes.axvline(requirement, **drawing.REQUIREMENT, label=f"requirement: {requirement:g} m")
    axes.set_xlim(0, limit)
    axes.set_ylim(0, 101)
    axes.set_xlabel("radial offset of a tile from its scene (m)")
    axes.set_ylabel("tiles within (%)")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5)


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
