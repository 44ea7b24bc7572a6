"""Maps: arrows of the tiles' offsets over quicklooks of the scenes."""

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.lines import Line2D

from stackplot import drawing
from stackshift.ground.geometry import on_the_map
from stackshift.stack import columns
from stackshift.tile.match import OK, STATUSES

# Of a tile that does not count: a mark and a colour for each reason.
REJECTED: dict[str, dict[str, Any]] = {
    status: {"marker": marker, "color": color}
    for status, marker, color in zip(
        (status for status in STATUSES if status != OK),
        "xD^v*P",
        ("#CC79A7", "#56B4E9", "#E69F00", "#009E73", "#F0E442", "#000000"),
        strict=True,
    )
}
# Around a tile that counts in no scene's offset, as it moves by itself.
MOVES: dict[str, Any] = {"marker": "s", "color": "#CC79A7", "markerfacecolor": "none"}
SIGNIFICANT, FAINT = "#D55E00", "#FFC857"
LONGEST = 2.5  # of an arrow, in tiles


def reasons(measurements, tiles: list[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The most frequent reason why each of these tiles (column, row) was rejected."""
    bad = measurements[measurements[columns.STATUS] != OK]
    found = bad.groupby([columns.TILE_X, columns.TILE_Y])[columns.STATUS].agg(
        lambda status: status.value_counts().sort_index().idxmax()
    )
    return {tile: found[tile] for tile in tiles if tile in found.index}


class Ground:
    """Where the tiles lie on the map, in kilometres (or degrees) of the grid's CRS."""

    def __init__(self, grid, unit: float | None, rows: list[int], columns_: list[int], pixels):
        """Edges of the tiles in pixels, and what a pixel is on the ground in each (column, row).

        ``unit`` is metres in a unit of the grid's CRS, None for degrees.
        """
        a, _, west, _, e, north = grid.transform
        geographic = unit is None
        scale = 1.0 if geographic else unit / 1000
        self.x = (west + a * np.asarray(columns_)) * scale
        self.y = (north + e * np.asarray(rows)) * scale
        self._steps, self._pixels = (a * scale, e * scale), pixels
        self.extent = (self.x[0], self.x[-1], self.y[-1], self.y[0])
        self.tile = min(abs(np.diff(self.x)).min(), abs(np.diff(self.y)).min())
        self.names = (
            ("longitude (degrees)", "latitude (degrees)")
            if geographic
            else ("easting (km)", "northing (km)")
        )
        middle = math.radians(sum(self.y[[0, -1]]) / 2)
        self.aspect = 1 / math.cos(middle) if geographic else 1.0

    def centre(self, columns_, rows) -> tuple[np.ndarray, np.ndarray]:
        """Map coordinates of tiles' centres."""
        x, y = (self.x[:-1] + self.x[1:]) / 2, (self.y[:-1] + self.y[1:]) / 2
        return x[np.asarray(columns_, int)], y[np.asarray(rows, int)]

    def along(self, columns_, rows, east, north) -> tuple[np.ndarray, np.ndarray]:
        """Directions of displacements in tiles on the map, as long as they are on the ground.

        A map's pixels may be turned against north, and longer one way than the other: what is
        displaced points where it does in the picture.

        Returns
        -------
        (to the right, up) as the picture is seen; in metres, as ``east`` and ``north`` are.
        """
        steps = self._steps[0], self._steps[1] * self.aspect
        cells = zip(columns_, rows, strict=True)
        found = [
            on_the_map(metres, self._pixels[cell], steps)
            for cell, *metres in zip(cells, east, north, strict=True)
        ]
        right, up = np.reshape(found, (-1, 2)).T
        return right, up

    def backdrop(self, axes, picture: str) -> None:
        """A quicklook under the arrows, a little faded, with the tiles' edges."""
        axes.set_facecolor("#e8eef4")
        axes.imshow(
            _faded(imread(picture)), extent=self.extent, aspect=self.aspect,
            interpolation="antialiased",
        )  # fmt: skip
        axes.vlines(self.x, *self.y[[0, -1]], color="white", linewidth=0.3, alpha=0.6)
        axes.hlines(self.y, *self.x[[0, -1]], color="white", linewidth=0.3, alpha=0.6)
        axes.set_xlim(self.extent[:2])
        axes.set_ylim(self.extent[2:])


def _faded(image: np.ndarray) -> np.ndarray:
    """A grey picture with alpha, darkened so that arrows of all colours stand out."""
    grey = image[..., 0] * 0.62
    return np.dstack([grey, grey, grey, image[..., -1]])


def arrows(axes, ground: Ground, table, names: tuple[str, ...], metres: float) -> bool:
    """Arrows of tiles, and marks of those that are drawn too short.

    Parameters
    ----------
    table : rows with ``tile_number_x``, ``tile_number_y`` and the columns ``names``.
    names : of the values to the east and north and of their standard errors, all metres.
    metres : length of an offset that is drawn as long as a tile.

    Returns
    -------
    Whether any arrow was cut.
    """
    east, north, sigma_east, sigma_north = (table[name].to_numpy(float) for name in names)
    known = np.isfinite(east) & np.isfinite(north)
    length = np.hypot(east, north)
    with np.errstate(invalid="ignore", divide="ignore"):
        cut = np.minimum(1, LONGEST * metres / length)
        clear = (east / sigma_east) ** 2 + (north / sigma_north) ** 2 > 13.8
    cut[length == 0] = 1
    x, y = ground.centre(table[columns.TILE_X], table[columns.TILE_Y])
    right, up = ground.along(table[columns.TILE_X], table[columns.TILE_Y], east, north)
    for part, color in ((known & clear, SIGNIFICANT), (known & ~clear, FAINT)):
        if part.any():
            scale = ground.tile / metres
            axes.quiver(
                x[part], y[part], (right * cut * scale)[part],
                (up * cut * scale / ground.aspect)[part], color=color, angles="xy",
                scale_units="xy", scale=1, units="dots", width=2.2, edgecolor="black",
                linewidth=0.4, headwidth=4, headlength=5, headaxislength=4.5, zorder=3,
                minlength=0.5,
                pivot="mid",
            )  # fmt: skip
    short = known & (cut < 1)
    return bool(short.any())


def marks(axes, ground: Ground, rejected: dict[tuple[int, int], str], size: float) -> None:
    """A mark on each rejected tile (column, row) that tells its reason."""
    for (column, row), status in rejected.items():
        x, y = ground.centre([column], [row])
        axes.plot(
            x, y, linestyle="none", markersize=size, markeredgewidth=size / 4,
            **REJECTED[status], zorder=4,
        )  # fmt: skip


def frames(axes, ground: Ground, moving: list[tuple[int, int]]) -> None:
    """A frame around each tile (column, row) that moves by itself."""
    if moving:
        x, y = ground.centre(*map(list, zip(*moving, strict=True)))
        axes.plot(x, y, linestyle="none", markersize=16, markeredgewidth=2, **MOVES, zorder=5)


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
    return handles


def nice(length: float) -> float:
    """The next 1, 2 or 5 times a power of ten that is not below ``length``."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= length * (1 - 1e-9))


def _scale_bar(axes, ground: Ground, metres: float, text: str) -> None:
    """The arrow of a tile's length and what it stands for, below the map."""
    axes.annotate(
        "", (0.02 + ground.tile / (ground.x[-1] - ground.x[0]), -0.1), (0.02, -0.1),
        xycoords="axes fraction", annotation_clip=False,
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 2, "shrinkA": 0,
                    "shrinkB": 0},
    )  # fmt: skip
    axes.text(
        0.04 + ground.tile / (ground.x[-1] - ground.x[0]), -0.1, f"{metres:g} m {text}",
        transform=axes.transAxes, va="center", fontsize=9,
    )  # fmt: skip


OFFSETS = (columns.OFFSET_EAST, columns.OFFSET_NORTH, columns.SIGMA_EAST, columns.SIGMA_NORTH)
SHIFTS = (columns.SHIFT_X, columns.SHIFT_Y, columns.SIGMA_X, columns.SIGMA_Y)


def tile_offset_map(panels: list[dict], ground: Ground, title: str) -> Figure:
    """Large maps of arrows over quicklooks, each with an arrow scale of its own.

    Parameters
    ----------
    panels : each with ``table``, ``names``, ``rejected``, ``moving``, ``picture``, ``title``,
        ``what``.
    ground : where the tiles lie.
    title : stack, polarization and method.
    """
    width, height = np.ptp(ground.x), np.ptp(ground.y) * ground.aspect
    figure = drawing.new_figure(14.5, min(max(6.5 * height / width + 2.1, 5), 14))
    statuses, cut = set(), False
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        ground.backdrop(axes, panel["picture"])
        length = np.hypot(*(panel["table"][name].to_numpy(float) for name in panel["names"][:2]))
        length = length[np.isfinite(length)]
        metres = nice(max(np.percentile(length, 90) if len(length) else 1.0, 0.01))
        cut |= arrows(axes, ground, panel["table"], panel["names"], metres)
        marks(axes, ground, panel["rejected"], 7)
        frames(axes, ground, panel["moving"])
        statuses |= set(panel["rejected"].values())
        drawing.say_if_empty(axes, len(length), "tile")
        axes.set_xlabel(ground.names[0])
        axes.set_ylabel(ground.names[1])
        axes.set_title(
            f"{panel['title']}\n{len(length)} tiles drawn, {len(panel['rejected'])} rejected",
            fontsize=10,
        )
        axes.ticklabel_format(useOffset=False)
        axes.xaxis.set_label_coords(0.5, -0.055)
        if len(length):
            _scale_bar(axes, ground, metres, panel["what"])
    handles = key(statuses, cut)
    if any(panel["moving"] for panel in panels):
        handles.append(
            Line2D([], [], linestyle="none", markersize=10, label="moves by itself", **MOVES)
        )
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9)
    figure.suptitle(f"Where offsets come from: {title}", fontweight="bold")
    return figure


def scene_maps(
    scenes, tiles, rejected: dict[str, dict], pictures: dict[str, str], ground: Ground,
    requirement: float, title: str,
) -> Figure:  # fmt: skip
    """A small map of each scene, oldest first: its quicklook, and arrows of its tiles' offsets.

    Parameters
    ----------
    scenes, tiles : tables with the columns of `columns.SCENES_TABLE` and `SCENE_TILES_TABLE`;
        the tiles' offsets are drawn as they are.
    rejected : by scene, the reason of each rejected tile (column, row).
    pictures : quicklook of each scene.
    ground : where the tiles lie.
    requirement : metres; an offset of this length is drawn as long as a tile.
    title : stack, polarization and method.
    """
    scenes = scenes.sort_values(columns.SCENE, ignore_index=True)
    across = min(len(scenes), max(3, math.ceil(math.sqrt(1.4 * len(scenes)))))
    down = -(-len(scenes) // across)
    width = max(1.7, 11 / across)
    height = width * np.ptp(ground.y) * ground.aspect / np.ptp(ground.x)
    figure = drawing.new_figure(across * width + 0.4, down * (height + 0.5) + 1.3)
    grid = figure.subplots(down, across, squeeze=False).ravel()
    statuses, cut = set(), False
    for axes, (_, scene) in zip(grid, scenes.iterrows(), strict=False):
        name = scene[columns.SCENE]
        ground.backdrop(axes, pictures[name])
        cut |= arrows(axes, ground, tiles[tiles[columns.SCENE] == name], OFFSETS, requirement)
        marks(axes, ground, rejected[name], 2.5)
        statuses |= set(rejected[name].values())
        east, north = scene[columns.OFFSET_EAST], scene[columns.OFFSET_NORTH]
        flag = scene[columns.FLAG] if isinstance(scene[columns.FLAG], str) else ""
        said = f"E {east:+.1f}, N {north:+.1f} m" if np.isfinite(east) else "not measured"
        axes.set_title(
            f"{drawing.day(name)}{f' {flag}' if flag else ''}\n{said}", fontsize=7,
            color="#A04000" if flag else "black", fontweight="bold" if flag else "normal",
        )  # fmt: skip
        axes.set_xticks([])
        axes.set_yticks([])
    for axes in grid[len(scenes) :]:
        axes.set_axis_off()
    scale = Line2D(
        [], [], linestyle="none", label=f"an arrow of one tile: {requirement:g} m (the requirement)"
    )
    figure.legend(
        handles=[scale, *key(statuses, cut)], loc="outside lower center", fontsize=8,
        ncols=2 if across < 8 else 4,
    )  # fmt: skip
    figure.suptitle(f"Each scene and the offsets of its tiles: {title}", fontweight="bold")
    return figure
