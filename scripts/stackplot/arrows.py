"""Arrows of tiles on a map, in one scale that is told beside them."""

import math
from typing import Any

import numpy as np
import pandas as pd

from stackplot.backdrop import Ground
from stackshift.stack import columns

SIGNIFICANT, FAINT = "#D55E00", "#FFC857"
LONGEST = 1.25  # of an arrow, in tiles
LETTER = 0.64  # width of a digit, in sizes of the letters
HALF = 4.0  # points from the middle of an arrow that its head covers, and a little more
FEW = 4  # arrows that are cut whose lengths are written at them
OFFSETS = (columns.OFFSET_EAST, columns.OFFSET_NORTH, columns.SIGMA_EAST, columns.SIGMA_NORTH)


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
    found = vectors(ground, table, names, metres)
    draw_arrows(axes, found)
    return bool(found["cut"].any())


def vectors(ground: Ground, table, names: tuple[str, ...], metres: float) -> pd.DataFrame:
    """The arrows of `arrows` on the map: a row a tile that has a value.

    Returns
    -------
    ``x``, ``y`` of the middle, ``right`` and ``up`` in units of the map, whether the offset is
    ``clear`` of its error, and whether the arrow is ``cut``.
    """
    table = table[table[names[0]].notna() & table[names[1]].notna()]
    east, north, sigma_east, sigma_north = (table[name].to_numpy(float) for name in names)
    length = np.hypot(east, north)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.minimum(1, LONGEST * metres / length)
        clear = (east / sigma_east) ** 2 + (north / sigma_north) ** 2 > 13.8
    share[length == 0] = 1
    x, y = ground.centre(table[columns.TILE_X], table[columns.TILE_Y])
    right, up = ground.along(table[columns.TILE_X], table[columns.TILE_Y], east, north)
    scale = share * ground.tile / metres
    return pd.DataFrame(
        {
            "x": x, "y": y, "right": right * scale, "up": up * scale / ground.aspect,
            "clear": clear, "cut": share < 1,
        }
    )  # fmt: skip


def draw_arrows(axes, found: pd.DataFrame) -> None:
    """Draw what `vectors` has found."""
    for clear, color in ((True, SIGNIFICANT), (False, FAINT)):
        part = found[found["clear"] == clear]
        if len(part):
            axes.quiver(
                part["x"], part["y"], part["right"], part["up"], color=color, angles="xy",
                scale_units="xy", scale=1, units="dots", width=2.2, edgecolor="black",
                linewidth=0.4, headwidth=4, headlength=5, headaxislength=4.5, zorder=3,
                minlength=0.5,
                pivot="mid",
            )  # fmt: skip


def say_cut(axes, ground: Ground, table, metres: float, size: float) -> None:
    """The lengths of arrows that are drawn too short: each of a few, the median of many."""
    length = np.hypot(table[columns.OFFSET_EAST], table[columns.OFFSET_NORTH]).to_numpy(float)
    short = np.flatnonzero(length > LONGEST * metres)
    style: dict[str, Any] = {"fontsize": size, "ha": "center", "zorder": 6}
    style["bbox"] = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.8}
    if len(short) > FEW:
        text = f"{len(short)} arrows cut: {np.median(length[short]):.0f} m"
        x, y = ground.inside(0.5, 0.03)
        axes.text(x, y, text, va="bottom", **style)
        return
    found = vectors(ground, table.iloc[short], OFFSETS, metres)
    for (_, arrow), far in zip(found.iterrows(), length[short], strict=True):
        text = f"{far:.0f} m"
        step = _beside(ground, arrow, len(text) * LETTER * size / 2, size / 2)
        axes.annotate(text, (arrow["x"], arrow["y"]), step, textcoords="offset points",
                      va="center", **style)  # fmt: skip


def _beside(ground: Ground, arrow: pd.Series, wide: float, tall: float) -> tuple[float, float]:
    """The step in points from the middle of an arrow to that of a text that leaves it free.

    Parameters
    ----------
    wide, tall : half the width and height of the text, points.
    """
    right, up = arrow["right"], arrow["up"] * ground.aspect
    across, along = np.array([-up, right]) / math.hypot(right, up)
    # To the side on which more of the map lies.
    x, y = ground.inside(0.5, 0.5)
    if across * (x - arrow["x"]) + along * (y - arrow["y"]) * ground.aspect < 0:
        across, along = -across, -along
    far = wide * abs(across) + tall * abs(along) + HALF
    return far * across, far * along


def nice(length: float) -> float:
    """The next 1, 2 or 5 times a power of ten that is not below ``length``."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= length * (1 - 1e-9))


def scale_of(lengths, requirement: float) -> float:
    """Metres that an arrow of a tile's length stands for.

    Never less than the requirement, so that noise does not cross the picture, and half of the tiles
    set it, so that no wild one does.
    """
    known = lengths[np.isfinite(lengths)]
    usual = float(np.median(known)) if len(known) else 0.0
    return requirement if usual <= requirement else nice(usual)


def scale_bars(metres: float, requirement: float) -> list[tuple[float, str, str]]:
    """The lines of the key of arrows: length in metres, what it says, and matplotlib's style.

    Parameters
    ----------
    metres : what an arrow of a tile's length stands for.
    requirement : metres, which have a line of their own where they are not those.
    """
    said = f"{requirement:g} m, the requirement"
    if metres == requirement:
        return [(metres, said, "-|>")]
    return [(metres, f"{metres:g} m", "-|>"), (requirement, said, "|-|,widthA=.2,widthB=.2")]


def draw_scale_bars(axes, bars, left: float, top: float, line: float, tile: float) -> None:
    """The key of arrows, below a map, in inches of the figure.

    Parameters
    ----------
    bars : from `scale_bars`, the first of which is as long as a tile.
    left, top : of the first line.
    line : height of each.
    tile : width of a tile.
    """
    inches = axes.get_figure().dpi_scale_trans
    for number, (length, text, style) in enumerate(bars):
        height = top - line * (number + 0.5)
        axes.annotate(
            "", (left + tile * length / bars[0][0], height), (left, height), xycoords=inches,
            textcoords=inches, annotation_clip=False,
            arrowprops={"arrowstyle": style, "color": "black", "linewidth": 2, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip
        # Below each other, however long the bars are.
        after = left + tile * max(1.0, length / bars[0][0]) + 0.12
        axes.text(after, height, text, transform=inches, va="center", fontsize=9)
