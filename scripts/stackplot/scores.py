"""May the error bars be trusted: z-scores, and the truth of a simulated stack."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stackplot import drawing
from stackshift.stack import columns, digits, standing
from stackshift.stack.honesty import fit_scores, tile_scores
from stackshift.stack.robust import nmad
from stackshift.tile.match import OK


def z_scores(measurements, pairs, residuals, title: str) -> Figure:
    """Histograms of deviations over their standard errors, of tiles and of pairs.

    Parameters
    ----------
    measurements, pairs, residuals : tables with the columns of `columns.MEASUREMENTS`,
        `PAIRS_TABLE` and `RESIDUALS_TABLE`.
    title : stack, polarization and method.
    """
    figure = drawing.new_figure(13.5, 6.8)
    left, right = figure.subplots(1, 2)
    compared = tile_scores(measurements, pairs)
    _histogram(left, compared, "tile")
    known = (measurements[columns.STATUS] == OK).any()
    if known and not any(map(len, compared.values())):
        drawing.say(left, standing.ONE_TILE)
    else:
        drawing.say_if_empty(left, sum(map(len, compared.values())), "tile")
    left.set_xlabel("(shift of a tile - robust mean of its pair) / standard error of the tile")
    fitted = fit_scores(residuals)
    _histogram(right, fitted, "pair")
    drawing.say_if_empty(right, sum(map(len, fitted.values())), "pair")
    right.set_xlabel(
        "(shift of a pair - difference of its scenes' offsets) / standard error of that"
    )
    figure.suptitle(f"Are the error bars honest? {title}", fontweight="bold")
    figure.supxlabel(LIMITS, fontsize=9, ha="left", x=0.02)
    return figure


# What the two panels can and cannot show.
LIMITS = (
    "Left: tiles about the mean of their pair. It cannot show an error that all tiles of a pair "
    "share, and a real distortion within a scene widens it.\n"
    "Right: pairs about the offsets that come from the template, not from pairs. Both look at the "
    "same pixels, so part of their errors is common and takes itself out:\n"
    "a spread below 1 is usual and no proof that error bars are too large; one well above 1 does "
    "show that some are too small."
)


def judged(spread: float, count: int) -> str:
    """What a spread of so many scores says; 1 is honest.

    The standard error of a spread from the median absolute deviation is 1.17 / sqrt(count)
    (Rousseeuw & Croux 1993, efficiency 37 %); two of them are asked for.
    """
    error = 1.17 * spread / np.sqrt(count)
    if count < 10:
        return "too few to tell"
    if spread - 2 * error > 1.1:
        return f"errors are larger than told, {spread:.1f} times"
    if spread + 2 * error < 0.9:
        return "errors are no larger than told"
    return "as told"


def _histogram(axes, scores: dict[str, np.ndarray], what: str) -> None:
    """Scores along both axes against the standard normal density."""
    count = sum(len(values) for values in scores.values())
    edges = np.linspace(-5, 5, 41 if count > 200 else 21)
    for mark, (direction, values) in zip(
        (drawing.EAST, drawing.NORTH), scores.items(), strict=True
    ):
        if not len(values):
            continue
        outside = int((np.abs(values) > 5).sum())
        spread = nmad(pd.Series(values))
        axes.hist(
            values,
            bins=edges,
            weights=np.full(len(values), 1 / len(values) / (edges[1] - edges[0])),
            histtype="step",
            linewidth=1.8,
            linestyle="-" if direction == "east" else "--",
            color=mark["color"],
            label=f"{direction}: {len(values)} {what}s, robust spread {spread:.2f}"
            f"{f', {outside} beyond 5' if outside else ''}: {judged(spread, len(values))}",
        )
    z = np.linspace(-5, 5, 200)
    axes.plot(
        z, np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), color="black", linewidth=1,
        label="standard normal: honest error bars (spread 1)",
    )  # fmt: skip
    axes.set_ylabel("density (1)")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8.5)


def truth(scenes, pairs, title: str) -> Figure:
    """A simulated stack: estimates against the truth, and what is left between them.

    Parameters
    ----------
    scenes, pairs : tables with the columns of `columns.SCENES_TABLE` and `PAIRS_TABLE`.
    title : stack, polarization and method.
    """
    figure = drawing.new_figure(14.5, 9)
    rows = figure.subplots(2, 2)
    axes_of = (
        (
            "scene", "offset", scenes,
            (("east", "offset_east", columns.SIGMA_EAST, columns.TRUE_EAST),
             ("north", "offset_north", columns.SIGMA_NORTH, columns.TRUE_NORTH)),
        ),
        (
            "pair", "shift", pairs,
            (("east", columns.SHIFT_X, columns.SIGMA_X, columns.TRUE_X),
             ("north", columns.SHIFT_Y, columns.SIGMA_Y, columns.TRUE_Y)),
        ),
    )  # fmt: skip
    for (against, left), (what, quantity, table, directions) in zip(rows, axes_of, strict=True):
        for direction, estimate, sigma, true in directions:
            mark = drawing.EAST if direction == "east" else drawing.NORTH
            error = table[estimate] - table[true]
            known = error.notna()
            for axes in (against, left):
                drawing.say_if_empty(axes, int(known.sum()), what)
            rms = np.sqrt((error[known] ** 2).mean())
            z = np.sqrt(((error / table[sigma])[known] ** 2).mean())
            crowd = len(table) > 40
            bar = {"linestyle": "none", "capsize": 1 if crowd else 3} | mark
            bar |= {"markersize": 3 if crowd else 6, "elinewidth": 0.8 if crowd else 1.5}
            against.errorbar(table[true], table[estimate], yerr=table[sigma], **bar)
            place = np.arange(len(table)) + (0.12 if direction == "north" else -0.12)
            bar["label"] = f"{direction}: rms error {digits.short(rms)} m, rms z-score {z:.2f}"
            left.errorbar(place, error, yerr=table[sigma], **bar)
        ends = np.array(against.get_xlim())
        against.plot(ends, ends, color="#777777", linewidth=1, label="estimate = truth", zorder=0)
        against.set_xlabel(f"true {quantity} (m)")
        against.set_ylabel(f"estimated {quantity} of a {what} (m)")
        left.axhline(0, color="#777777", linewidth=1)
        left.set_ylabel(f"estimate - truth of a {what} (m)")
        left.set_xlabel(f"{what}, newest first, with its standard error")
        for axes in (against, left):
            axes.grid(alpha=0.3)
            axes.legend(loc="best", fontsize=8.5)
    figure.suptitle(f"The estimates against the truth: {title}", fontweight="bold")
    return figure
