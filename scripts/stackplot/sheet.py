"""A small map of each scene on one sheet.

All maps are alike and lie in one pair of axes, whose units are inches of the sheet. A pair of axes
a scene, laid out by matplotlib, costs more than a hundred times what is drawn.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage, imread
from matplotlib.patches import Patch, Rectangle

from stackplot import drawing, marks
from stackplot.arrows import LONGEST, OFFSETS, draw_arrows, say_cut, vectors
from stackplot.backdrop import FADED, SEA, Ground
from stackplot.maps import MOVES, draw_marks, frame, key
from stackshift.stack import columns, digits

# Inches: around all, between maps, above each map for two lines, above all, a line of the legend,
# and of the scale above it.
MARGIN, GAP, TITLE, HEAD, LINE, SCALE = 0.15, 0.09, 0.36, 0.42, 0.185, 0.4
# Inches at most of a scale that has room for its words beside it.
SHORT = 5.0
# Thinner than in a large map.
_FRAME: dict[str, Any] = MOVES | {"linewidth": 1.3}


class Inset(Ground):
    """A map in inches of a sheet: that of a ground with its upper left corner at a place."""

    def __init__(self, ground: Ground, left: float, top: float, scale: float):
        self.x = left + scale * (ground.x - ground.x[0])
        # Degrees are longer to the north than to the east; inches are not.
        self.y = top + scale * ground.aspect * (ground.y - ground.y[0])
        self.extent = (self.x[0], self.x[-1], self.y[-1], self.y[0])
        self.tile, self.aspect = scale * ground.tile, 1.0
        self.names = ground.names
        self._steps = ground._steps[0], ground._steps[1] * ground.aspect
        self._pixels = ground._pixels

    def held(self, found: pd.DataFrame) -> pd.DataFrame:
        """Arrows about the middle of tiles, none of which reaches out of the map.

        Only those at an edge that are longer than a tile do, and they are cut anyway.
        """
        left, right, bottom, top = self.extent
        share = np.ones(len(found))
        for middle, length, low, high in (("x", "right", left, right), ("y", "up", bottom, top)):
            room = 2 * np.minimum(found[middle] - low, high - found[middle])
            with np.errstate(divide="ignore"):
                share = np.minimum(share, room / found[length].abs())
        return found.assign(right=found["right"] * share, up=found["up"] * share)


def scene_maps(
    scenes, tiles, rejected: dict[str, dict], moving: list[tuple[int, int]],
    pictures: dict[str, str], ground: Ground, requirement: float, title: str,
) -> Figure:  # fmt: skip
    """A small map of each scene, oldest first: its quicklook, and arrows of its tiles' offsets.

    Parameters
    ----------
    scenes, tiles : tables with the columns of `columns.SCENES_TABLE` and `SCENE_TILES_TABLE`;
        the tiles' offsets are drawn as they are.
    rejected : by scene, the reason of each rejected tile (column, row).
    moving : tiles (column, row) that move by themselves.
    pictures : quicklook of each scene.
    ground : where the tiles lie.
    requirement : metres; an offset of this length is drawn as long as a tile.
    title : stack, polarization and method.
    """
    scenes = scenes.sort_values(columns.SCENE, ignore_index=True)
    names = list(scenes[columns.SCENE])
    by_scene = dict(list(tiles.groupby(columns.SCENE)))
    mine = {name: by_scene.get(name, tiles.iloc[:0]) for name in names}
    statuses = {status for name in names for status in rejected[name].values()}
    across = min(len(names), max(3, math.ceil(math.sqrt(1.4 * len(names)))))
    length = np.hypot(tiles[columns.OFFSET_EAST], tiles[columns.OFFSET_NORTH])
    legend = key(statuses, bool((length > LONGEST * requirement).any()))
    boxes = {name: _left_out(mine[name], moving) for name in names}
    if any(boxes.values()):
        legend.append(Patch(**_FRAME, label="left out, as it moves by itself"))
    ncols = 2 if across < 8 else 4
    figure, axes, insets = _sheet(names, ground, across, -(-len(legend) // ncols))
    _backdrops(axes, insets, pictures)
    draw_arrows(
        axes,
        pd.concat(
            [
                insets[name].held(vectors(insets[name], mine[name], OFFSETS, requirement))
                for name in names
            ]
        ),
    )
    edges = [frame(insets[name], *tile) for name in names for tile in boxes[name]]
    axes.add_collection(
        PatchCollection(edges, facecolor="none", edgecolor=_FRAME["edgecolor"],
                        linewidth=_FRAME["linewidth"], zorder=5)
    )  # fmt: skip
    for name in names:
        say_cut(axes, insets[name], mine[name], requirement, 6)
    for status in sorted(statuses):
        _marks(axes, insets, rejected, status)
    for _, scene in scenes.iterrows():
        _headline(axes, insets[scene[columns.SCENE]], scene)
    _scale_below(axes, insets[names[0]], LINE * -(-len(legend) // ncols) + 0.2, requirement)
    figure.legend(handles=legend, loc="lower center", fontsize=8, ncols=ncols)
    _, height = figure.get_size_inches()
    figure.suptitle(
        f"Each scene and the offsets of its tiles: {title}", fontweight="bold",
        y=1 - 0.1 / height, va="top",
    )  # fmt: skip
    return figure


def _sheet(names: list[str], ground: Ground, across: int, lines: int):
    """An empty sheet, its axes in inches, and the place of each scene's map."""
    width = max(1.7, 11 / across)
    scale = width / abs(ground.x[-1] - ground.x[0])
    height = scale * ground.aspect * abs(ground.y[-1] - ground.y[0])
    down = -(-len(names) // across)
    foot = LINE * lines + 0.2 + SCALE
    # Wide enough for the title of few scenes.
    size = (
        max(across * (width + GAP) - GAP + 2 * MARGIN, 8.5),
        HEAD + down * (height + TITLE + GAP) + foot + MARGIN,
    )
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    # An SVG would lay all pictures over each other, one by one in the size of the sheet.
    figure.suppressComposite = True
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, size[0])
    axes.set_ylim(0, size[1])
    axes.set_autoscale_on(False)
    first = (size[0] - across * (width + GAP) + GAP) / 2
    insets = {}
    for number, name in enumerate(names):
        row, column = divmod(number, across)
        top = size[1] - HEAD - TITLE - row * (height + TITLE + GAP)
        insets[name] = Inset(ground, first + column * (width + GAP), top, scale)
    return figure, axes, insets


def _backdrops(axes, insets: dict[str, Inset], pictures: dict[str, str]) -> None:
    """The quicklooks, no finer than they are drawn, with frames and the tiles' edges."""
    lines, boxes = [], []
    for name, place in insets.items():
        left, right, bottom, top = place.extent
        boxes.append(Rectangle((left, bottom), right - left, top - bottom))
        lines += [[(x, bottom), (x, top)] for x in place.x[1:-1]]
        lines += [[(left, y), (right, y)] for y in place.y[1:-1]]
        shape = (
            max(1, round(drawing.DOTS * abs(b - a))) for a, b in ((left, right), (bottom, top))
        )
        image = AxesImage(axes, extent=place.extent, zorder=0.5)
        image.set_data(_picture(pictures[name], tuple(shape)))
        axes.add_image(image)
    axes.add_collection(PatchCollection(boxes, facecolor=SEA, linewidth=0, zorder=0))
    axes.add_collection(LineCollection(lines, colors="white", linewidths=0.3, alpha=0.6, zorder=1))
    axes.add_collection(
        PatchCollection(boxes, facecolor="none", edgecolor="black", linewidth=0.8, zorder=5.5)
    )


def _picture(path: str, shape: tuple[int, int]) -> np.ndarray:
    """A quicklook, faded as under all arrows, in means of pixels where it is finer than is drawn.

    Parameters
    ----------
    shape : pixels (columns, rows) that are drawn.
    """
    image = imread(path)
    grey, alpha = image[..., 0], image[..., -1]
    step = max(1, min(grey.shape[0] // shape[1], grey.shape[1] // shape[0]))
    # What has no data has no part in a mean.
    grey, alpha = _means(grey * alpha, step), _means(alpha, step)
    grey = FADED * grey / np.maximum(alpha, 1e-6)
    return (255 * np.dstack([grey, grey, grey, alpha])).astype(np.uint8)


def _means(image: np.ndarray, step: int) -> np.ndarray:
    """Means of squares of pixels, those at the lower and right edge of what is left there."""
    rows, columns_ = (np.arange(0, size, step) for size in image.shape)
    sums = np.add.reduceat(np.add.reduceat(image, rows, axis=0), columns_, axis=1)
    counts = (np.diff([*at, size]) for at, size in zip((rows, columns_), image.shape, strict=True))
    return sums / np.outer(*counts)


def _marks(axes, insets: dict[str, Inset], rejected: dict[str, dict], status: str) -> None:
    """Marks on all tiles that were rejected for one reason."""
    places: list[tuple] = []
    for name, inset in insets.items():
        tiles = [tile for tile, why in rejected[name].items() if why == status]
        if tiles:
            places += zip(*inset.centre(*map(list, zip(*tiles, strict=True))), strict=True)
    draw_marks(axes, *zip(*places, strict=True), status, 2.5)


def _headline(axes, inset: Inset, scene) -> None:
    """Date, what stands out, and offset of a scene, above its map."""
    east, north = scene[columns.OFFSET_EAST], scene[columns.OFFSET_NORTH]
    flag = scene[columns.FLAG] if isinstance(scene[columns.FLAG], str) else ""
    said = (
        f"E {digits.told(east, scene[columns.SIGMA_EAST])}, "
        f"N {digits.told(north, scene[columns.SIGMA_NORTH])} m"
        if np.isfinite(east)
        else "not measured"
    )
    x, y = inset.inside(0.5, 1)
    axes.text(
        x, y + 0.05, f"{marks.day(scene[columns.SCENE])}{f' {flag}' if flag else ''}\n{said}",
        fontsize=7, ha="center", va="bottom", color="#A04000" if flag else "black",
        fontweight="bold" if flag else "normal",
    )  # fmt: skip


def _left_out(tiles: pd.DataFrame, moving: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The tiles (column, row) that move by themselves, and are measured in a scene."""
    known = set(zip(tiles[columns.TILE_X], tiles[columns.TILE_Y], strict=True))
    return [tile for tile in moving if tile in known]


def _scale_below(axes, inset: Inset, height: float, requirement: float) -> None:
    """The arrow of a tile's length, which stands for the requirement, above the legend.

    Parameters
    ----------
    inset : any of the maps; they have one scale.
    height : of the legend, inches.
    """
    across = inset.tile
    # Together in the middle, as the legend is.
    words = 1.6 if across <= SHORT else 0.0
    middle = axes.get_xlim()[1] / 2
    x, y = middle - (across + words) / 2, height + 0.1
    axes.annotate(
        "", (x + across, y), (x, y), zorder=7,
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.5, "shrinkA": 0,
                    "shrinkB": 0},
    )  # fmt: skip
    place = (x + across + 0.08, y) if words else (middle, y + 0.08)
    axes.text(
        *place, f"{requirement:g} m, the requirement", fontsize=8, zorder=7,
        ha="left" if words else "center", va="center" if words else "bottom",
    )  # fmt: skip
