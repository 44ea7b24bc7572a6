"""Maps of tiles: arrows of their offsets, and their scatter, over quicklooks of the scenes."""

import math
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Patch, Rectangle

from stackplot import drawing
from stackplot.arrows import (
    FAINT,
    LONGEST,
    OFFSETS,
    SIGNIFICANT,
    arrows,
    draw_scale_bars,
    say_cut,
    scale_bars,
    scale_of,
)
from stackplot.backdrop import SEA, Ground
from stackshift.stack import columns, standing
from stackshift.tile.match import OK, STATUSES

# Of a tile that does not count: a mark and a colour for each reason.
REJECTED: dict[str, dict[str, Any]] = {
    status: {"marker": marker, "color": color}
    for status, marker, color in zip(
        (status for status in STATUSES if status != OK),
        "xD^v*Ph",
        ("#CC79A7", "#56B4E9", "#E69F00", "#009E73", "#F0E442", "#000000", "#0072B2"),
        strict=True,
    )
}
# Around a tile that counts in no scene's offset, as it moves by itself.
MOVES: dict[str, Any] = {"fill": False, "edgecolor": drawing.LEFT_OUT, "linewidth": 2.2}
# Of a tile that was measured in some of the scenes.
PARTLY: dict[str, Any] = {"linestyle": "--", "alpha": 0.45}
LARGEST = 1.0  # of a scatter that is drawn, in requirements
# Of the two large maps, in inches: the figure, a map at most, what lies to the left of each (ticks
# and what they are), above all (titles), below a map (ticks), of a line of the key of arrows and of
# the legend, and around all.
WIDE, WIDEST, TALLEST, SIDE, HEAD, TICKS = 14.5, 6.1, 11.0, 1.0, 0.95, 0.6
KEY, LINE, MARGIN = 0.24, 0.22, 0.2
COUNTED = 20  # rows or columns of tiles at most that have room for the number of their scenes


def rejected(scene_tiles) -> dict[tuple[int, int], str]:
    """The tiles (column, row) that these scenes' rows have no offset of, and most often why.

    Parameters
    ----------
    scene_tiles : rows of one scene or more, with the columns of `columns.SCENE_TILES_TABLE`.
    """
    cell = [columns.TILE_X, columns.TILE_Y]
    known = scene_tiles[scene_tiles[columns.OFFSET_EAST].notna()]
    measured = set(zip(known[columns.TILE_X], known[columns.TILE_Y], strict=True))
    bad = scene_tiles[scene_tiles[columns.STATUS] != OK]
    why = bad.groupby(cell)[columns.STATUS].agg(
        lambda status: status.value_counts().sort_index().idxmax()
    )
    return {tile: status for tile, status in why.items() if tile not in measured}


def panel(tiles, scene_tiles) -> dict[str, Any]:
    """How the tiles stand in one scene or in all: what `tile_offset_map` marks and counts.

    Parameters
    ----------
    tiles : with the columns of `columns.TILES_TABLE`.
    scene_tiles : rows of one scene or more, with the columns of `columns.SCENE_TILES_TABLE`.

    Returns
    -------
    ``rejected`` tiles with their reasons, ``moving`` ones, ``stands`` of each row of ``tiles`` and
    the number of ``scenes`` in which any tile was measured.
    """
    cell = [columns.TILE_X, columns.TILE_Y]
    known = scene_tiles[scene_tiles[columns.OFFSET_EAST].notna()]
    counts = known.groupby(cell).size()
    cells = list(zip(tiles[columns.TILE_X], tiles[columns.TILE_Y], strict=True))
    scenes = known[columns.SCENE].nunique()
    stands = standing.standings([counts.get(one, 0) for one in cells], tiles[columns.MOVES], scenes)
    return {
        "rejected": rejected(scene_tiles),
        "moving": [
            one for one, stand in zip(cells, stands, strict=True) if stand == standing.LEFT_OUT
        ],
        "stands": stands,
        "scenes": scenes,
    }


def scatter(axes, ground: Ground, table, requirement: float, stands: list[str]) -> None:
    """An ellipse a tile, whose half axes are its scatter, in a ring as wide as the requirement.

    Tiles of two scenes or more that have others have one; those of some of the scenes only are
    pale, with how many.

    Parameters
    ----------
    table : tiles, with the columns of `columns.TILES_TABLE`.
    requirement : metres, the radius of the ring, which fills the tile.
    stands : how each tile stands, as of `standing.standings`.
    """
    scale = 0.46 * ground.tile / requirement
    xs, ys = ground.centre(table[columns.TILE_X], table[columns.TILE_Y])
    names = [columns.SCATTER_EAST, columns.SCATTER_NORTH, columns.SCENES_MEASURED]
    box = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.8}
    room = max(len(ground.x), len(ground.y)) - 1 <= COUNTED
    for x, y, stand, (east, north, known) in zip(
        xs, ys, stands, table[names].to_numpy(float), strict=True
    ):
        if stand == standing.PARTLY and room:
            axes.text(
                x, y - 0.44 * ground.tile / ground.aspect,
                f"{known:.0f} scene{'s' if known != 1 else ''}", ha="center", va="bottom",
                fontsize=6.5, zorder=6, bbox=box,
            )  # fmt: skip
        if known < 2 or not math.isfinite(east + north):
            continue
        radial = math.hypot(east, north)
        cut = min(1, LARGEST * requirement / max(east, north, 1e-9))
        style = {"alpha": 0.85} | (PARTLY if stand == standing.PARTLY else {})
        axes.add_patch(
            Ellipse(
                (x, y), 2 * scale * cut * east, 2 * scale * cut * north / ground.aspect,
                facecolor=SIGNIFICANT if radial > requirement else FAINT, edgecolor="black",
                linewidth=0.8 if stand == standing.PARTLY else 0.5, zorder=3, **style,
            )
        )  # fmt: skip
        ring = (x, y), 2 * scale * requirement, 2 * scale * requirement / ground.aspect
        axes.add_patch(Ellipse(*ring, fill=False, edgecolor="white", linestyle="--", linewidth=0.8,
                               alpha=0.7, zorder=2))  # fmt: skip
        if cut < 1:
            axes.text(x, y, f"{radial:.0f} m", ha="center", va="center", fontsize=8, zorder=6)


def marks(axes, ground: Ground, rejected: dict[tuple[int, int], str], size: float) -> None:
    """A mark on each rejected tile (column, row) that tells its reason."""
    for status in dict.fromkeys(rejected.values()):
        tiles = [tile for tile, why in rejected.items() if why == status]
        draw_marks(axes, *ground.centre(*map(list, zip(*tiles, strict=True))), status, size)


def draw_marks(axes, x, y, status: str, size: float) -> None:
    """Marks of one reason at map coordinates."""
    axes.plot(
        x, y, linestyle="none", markersize=size, markeredgewidth=size / 4, **REJECTED[status],
        zorder=4,
    )  # fmt: skip


def frames(axes, ground: Ground, moving: list[tuple[int, int]]) -> None:
    """A frame along the edges of each tile (column, row) that moves by itself."""
    for tile in moving:
        axes.add_patch(frame(ground, *tile, zorder=5, **MOVES))


def frame(ground: Ground, column: int, row: int, **style) -> Rectangle:
    """A frame along the edges of a tile, within it, so that its neighbour keeps its own."""
    x, y = ground.x[column : column + 2], ground.y[row : row + 2]
    corner = x[0] + 0.03 * np.diff(x)[0], y[0] + 0.03 * np.diff(y)[0]
    size = 0.94 * np.diff(x)[0], 0.94 * np.diff(y)[0]
    return Rectangle(corner, *size, **style)


def key(statuses: set[str], cut: bool) -> list[Line2D]:
    """What arrows and marks mean."""
    handles = [
        Line2D([], [], color=SIGNIFICANT, linewidth=3, label="beyond its error (99.9 %)"),
        Line2D([], [], color=FAINT, linewidth=3, label="within its error"),
    ]
    if cut:
        handles.append(
            Line2D([], [], linestyle="none", label=f"arrows are cut at {LONGEST:g} tiles")
        )
    for status in STATUSES:
        if status in statuses:
            name = status.replace("_", " ")
            handles.append(
                Line2D([], [], linestyle="none", markeredgewidth=2, **REJECTED[status],
                       label=f"rejected: {name}")
            )  # fmt: skip
    blank = {"marker": "s", "markersize": 9, "color": SEA, "markeredgecolor": "#888888"}
    handles.append(Line2D([], [], linestyle="none", **blank, label="no data, or masked"))
    return handles


def tile_offset_map(
    worst: dict, stack: dict, ground: Ground, requirement: float, title: str
) -> Figure:
    """Two large maps: arrows of the tiles of one scene, and the scatter of each tile over all.

    Parameters
    ----------
    worst, stack : each with ``table``, ``rejected``, ``moving``, ``stands``, ``scenes``,
        ``picture`` and ``title``; the tables are of tiles of one scene and of those of the stack,
        ``stands`` is how each tile stands there, and ``scenes`` the number of scenes.
    ground : where the tiles lie.
    requirement : metres.
    title : stack, polarization and method.
    """
    length = np.hypot(*(worst["table"][name].to_numpy(float) for name in OFFSETS[:2]))
    metres = scale_of(length, requirement)
    alone = standing.nothing_to_compare(stack["table"])
    legend = _legend(worst, stack, requirement, bool((length > LONGEST * metres).any()), alone)
    bars = scale_bars(metres, requirement) if np.isfinite(length).any() else []
    foot = MARGIN + LINE * (-(-len(legend) // 4) + 1) + KEY * len(bars)
    figure, left, right, scale = _large_maps(ground, foot)
    ground.backdrop(left, worst["picture"])
    arrows(left, ground, worst["table"], OFFSETS, metres)
    say_cut(left, ground, worst["table"], metres, 8)
    first = left.get_position().x0 * WIDE
    draw_scale_bars(left, bars, first, foot, KEY, scale * ground.tile)
    ground.backdrop(right, stack["picture"])
    if alone:
        drawing.say(right, standing.ONE_TILE, 0.06)
    else:
        scatter(right, ground, stack["table"], requirement, stack["stands"])
    for axes, panel in ((left, worst), (right, stack)):
        marks(axes, ground, panel["rejected"], 7)
        frames(axes, ground, panel["moving"])
        known = [stand for stand in panel["stands"] if stand != standing.REJECTED]
        drawing.say_if_empty(axes, len(known), "tile", 0.06)
        axes.set_xlabel(ground.names[0])
        axes.set_ylabel(ground.names[1])
        said = standing.told(panel["stands"], panel["scenes"])
        # Beside a narrow map lies the uppermost of its ticks.
        axes.set_title(f"{panel['title']}\n{said}", fontsize=10, pad=10)
        axes.ticklabel_format(useOffset=False)
        axes.locator_params("x", nbins=max(2, round(scale * np.ptp(ground.x))))
    figure.legend(handles=legend, loc="lower center", ncols=4, fontsize=9)
    figure.suptitle(
        f"Where offsets come from: {title}", fontweight="bold",
        y=1 - MARGIN / 2 / figure.get_figheight(), va="top",
    )  # fmt: skip
    return figure


def _large_maps(ground: Ground, foot: float):
    """A figure with two empty maps, each in the middle of its half and in the shape of the ground.

    What lies around them has its own room in inches, however high they are.

    Parameters
    ----------
    foot : inches below the ticks of the maps.

    Returns
    -------
    The figure, the axes to the left and right, and inches a unit of the map's x.
    """
    across, high = np.ptp(ground.x), np.ptp(ground.y) * ground.aspect
    scale = min(WIDEST / across, TALLEST / high)
    width, height = scale * across, scale * high
    tall = HEAD + height + TICKS + foot
    figure = Figure(figsize=(WIDE, tall))
    FigureCanvasAgg(figure)
    left, right = (
        figure.add_axes(
            ((SIDE + half * (SIDE + WIDEST) + (WIDEST - width) / 2) / WIDE, (TICKS + foot) / tall,
             width / WIDE, height / tall)
        )
        for half in (0, 1)
    )  # fmt: skip
    return figure, left, right, scale


def _legend(worst: dict, stack: dict, requirement: float, cut: bool, alone: bool) -> list:
    """What arrows, marks, ellipses and frames of both maps mean."""
    statuses = {*worst["rejected"].values(), *stack["rejected"].values()}
    handles = [*key(statuses, cut), *([] if alone else _key_of_scatter(stack, requirement))]
    if worst["moving"] or stack["moving"]:
        handles.append(Patch(**MOVES, label="left out, as it moves by itself"))
    return handles


def _key_of_scatter(stack: dict, requirement: float) -> list:
    """What the ellipses of the map to the right mean."""
    ring = {"color": "#888888", "linestyle": "--", "linewidth": 1}
    handles = [
        Line2D([], [], linestyle="none", marker="o", color=FAINT, markeredgecolor="black",
               label="right: half axes are the rms to the east and north"),
        Line2D([], [], **ring, label=f"right: ring of the requirement, {requirement:g} m"),
    ]  # fmt: skip
    if standing.PARTLY in stack["stands"]:
        pale = Patch(facecolor=FAINT, edgecolor="black", **PARTLY)
        pale.set_label(f"right: measured in some of {stack['scenes']} scenes")
        handles.append(pale)
    return handles
