"""The network of pairs: how large each shift is, and how well it fits its scenes' offsets."""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from stackplot import drawing, marks
from stackshift.stack import columns

WIDTH = 14.5
FLOOR = 60  # parts of the requirement that the colours still tell apart


def pair_matrix(pairs, residuals, requirement: float, title: str) -> Figure:
    """Bands of all pairs: radial shift, and radial residual against the scenes' offsets.

    A column a reference scene, a row for each number of scenes between the two of a pair: what the
    upper triangle of a matrix shows, without its empty rest.

    Parameters
    ----------
    pairs, residuals : tables with the columns of `columns.PAIRS_TABLE` and `RESIDUALS_TABLE`.
    requirement : metres, marked in the colour scales.
    title : stack, polarization and method.
    """
    ends = [columns.REFERENCE, columns.SECONDARY]
    scenes = sorted({*pairs[columns.REFERENCE], *pairs[columns.SECONDARY]})
    number = {scene: i for i, scene in enumerate(scenes)}
    table = pairs.merge(residuals, on=ends, how="left")
    newer, older = (table[end].map(number).to_numpy() for end in ends)
    steps = sorted(set(newer - older))
    at = np.searchsorted(steps, newer - older), newer
    shift = np.hypot(table[columns.SHIFT_X], table[columns.SHIFT_Y])
    # An empty table of residuals has columns without a type.
    residual = np.hypot(*(table[c].astype(float) for c in (columns.RESIDUAL_X, columns.RESIDUAL_Y)))
    weights = table[[columns.WEIGHT_X, columns.WEIGHT_Y]].astype(float).min(axis=1)
    band = min(max(0.45 * len(steps), 0.6), 5.5)
    figure = drawing.new_figure(WIDTH, 2 * band + 3.4)
    upper, lower = figure.subplots(2, 1, sharex=True)
    shape = len(steps), len(scenes)
    top = max(2 * requirement, np.nanmax(np.append(shift, residual), initial=0))
    norm = LogNorm(requirement / FLOOR, top)
    fits = int(residual.notna().sum())
    for axes, values, what, text in (
        (upper, shift, "shift", "Measured shift, radial"),
        (lower, residual, "residual",
         f"What the scenes' offsets leave of it, radial ({fits} of {len(table)} pairs)"),
    ):  # fmt: skip
        _band(figure, axes, values, at, shape, requirement, norm, what)
        axes.set_title(text, fontsize=10)
        shown = np.unique(np.linspace(0, len(steps) - 1, min(len(steps), 12)).round().astype(int))
        axes.set_yticks(shown, [steps[i] for i in shown])
        axes.set_ylabel("to the scene\nthis far before", fontsize=8.5)
    odd = (weights < 0.5).to_numpy()
    if odd.any():
        lower.plot(
            at[1][odd], at[0][odd], "s", markerfacecolor="none", markeredgecolor="#D55E00",
            markeredgewidth=1.8, markersize=min(max(5, 400 / len(scenes)), 20),
            label="does not fit: weight below 0.5",
        )  # fmt: skip
    for axes in (upper, lower):
        if axes.get_legend_handles_labels()[0]:
            axes.legend(
                loc="lower right", bbox_to_anchor=(1, 1), fontsize=8, frameon=False,
                markerscale=0.6, borderaxespad=0,
            )  # fmt: skip
    every = -(-len(scenes) // 30)
    lower.set_xticks(
        np.arange(len(scenes))[::every], [marks.day(scene) for scene in scenes[::every]],
        rotation=60, ha="right", fontsize=7.5,
    )  # fmt: skip
    lower.set_xlabel("reference, the newer scene of a pair")
    figure.suptitle(f"Pairs and how well they fit: {title}", fontweight="bold")
    return figure


def _band(figure, axes, values, at, shape, requirement: float, norm, what: str) -> None:
    """A cell a pair in the colour of its value, and the number where there is room."""
    image = np.full(shape, np.nan)
    image[at] = np.maximum(values, norm.vmin)
    picture = axes.imshow(image, cmap="cividis_r", norm=norm, aspect="auto", origin="lower")
    bar = figure.colorbar(picture, ax=axes, label=f"{what} (m)", aspect=12, pad=0.01)
    bar.ax.yaxis.set_major_formatter("{x:g}")
    bar.ax.yaxis.set_minor_formatter("")
    bar.ax.axhline(requirement, color="#D55E00", linewidth=2)
    bar.ax.text(
        -0.25, requirement, f"{requirement:g} m", color="#A04000", fontsize=7.5, ha="right",
        transform=bar.ax.get_yaxis_transform(), va="center",
    )  # fmt: skip
    missing = values.isna().to_numpy()
    if missing.any():
        axes.plot(at[1][missing], at[0][missing], "x", color="#777777", label="not measured")
    if shape[1] > 50 or shape[0] > 12:
        return
    for x, y, value in zip(at[1], at[0], values, strict=True):
        if np.isfinite(value):
            axes.text(
                x, y, f"{value:.0f}" if value >= 10 else f"{value:.1f}", ha="center", va="center",
                fontsize=7.5, color="white" if norm(max(value, norm.vmin)) > 0.5 else "black",
                in_layout=False,
            )  # fmt: skip
