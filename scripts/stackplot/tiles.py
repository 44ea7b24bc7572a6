"""Shifts of the tiles over all pairs: to the east against to the north, and as heat maps."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stackplot import drawing, pairs
from stackshift.stack import columns
from stackshift.stack.columns import statistic


def offset_per_tile(table, requirement: float, title: str) -> Figure:
    """Each tile over all pairs: a scatter, and maps of what was found and how well.

    Parameters
    ----------
    table : tiles, with the columns of `columns.TILES_TABLE`.
    requirement : metres.
    title : stack, polarization and method.
    """
    figure = drawing.new_figure(16.5, 9.6)
    (scatter, share, error), (*medians, spread) = figure.subplots(2, 3)
    pairs.scatter(scatter, table, requirement, "tile", truths=False)
    _tile_map(figure, share, table, 100 * table[columns.SKIPPED_SHARE], "cividis", (0, 100))
    share.set_title("Pairs rejected; number: pairs that count", fontsize=10)
    share.images[0].colorbar.set_label("share of the pairs (%)")
    values = np.hypot(table[columns.SIGMA_X], table[columns.SIGMA_Y])
    _tile_map(figure, error, table, values, "cividis", (0, _top(values, requirement)))
    error.set_title("Standard error of the robust mean shift", fontsize=10)
    error.images[0].colorbar.set_label("standard error, radial (m)")
    both = table[[statistic("median", axis) for axis in "xy"]].abs().to_numpy()
    limit = _top(both, requirement)
    for axes, axis, mark in zip(medians, "xy", (drawing.EAST, drawing.NORTH), strict=True):
        _tile_map(figure, axes, table, table[statistic("median", axis)], "PuOr", (-limit, limit))
        axes.set_title(f"Median shift {mark['label']}", fontsize=10)
        axes.images[0].colorbar.set_label(f"shift {mark['label']} (m)")
    values = np.hypot(table[statistic("nmad", "x")], table[statistic("nmad", "y")])
    _tile_map(figure, spread, table, values, "cividis", (0, _top(values, requirement)))
    spread.set_title("Spread over the pairs (NMAD)", fontsize=10)
    spread.images[0].colorbar.set_label("spread, radial (m)")
    figure.suptitle(
        f"Offset per tile: {title} ({len(table)} tiles; grey: no pair counts)", fontweight="bold"
    )
    return figure


def _top(values, requirement: float) -> float:
    """Upper end of a colour scale, which one wild tile does not set.

    A map of nothing but noise should not look like one of large offsets.
    """
    known = np.ravel(values)[np.isfinite(np.ravel(values))]
    return max(np.percentile(known, 95) if len(known) else 0, requirement / 6)


def _tile_map(figure, axes, table, values, colours: str, limits: tuple[float, float]) -> None:
    """A value a tile as a map of the grid, and the number of pairs that count in each."""
    shape = table[columns.TILE_Y].max() + 1, table[columns.TILE_X].max() + 1
    image = np.full(shape, np.nan)
    image[table[columns.TILE_Y], table[columns.TILE_X]] = values
    axes.set_facecolor("#bbbbbb")
    picture = axes.imshow(image, cmap=colours, vmin=limits[0], vmax=limits[1])
    if max(shape) <= 12:
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
    axes.set_xlabel("tile column, from the left")
    axes.set_ylabel("tile row, from the top")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    known = image[np.isfinite(image)]
    over, under = (known > limits[1]).any(), (known < limits[0]).any()
    extend = {(0, 0): "neither", (0, 1): "min", (1, 0): "max", (1, 1): "both"}[
        int(over), int(under)
    ]
    figure.colorbar(picture, ax=axes, shrink=0.85, extend=extend)
