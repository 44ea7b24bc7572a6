"""The network of pairs: how large each shift is, and how well it fits its scenes' offsets."""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from stackplot import drawing
from stackshift.stack import columns


def pair_matrix(pairs, residuals, requirement: float, title: str) -> Figure:
    """Matrices of all pairs: radial shift, and radial residual against the scenes' offsets.

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
    at = (table[columns.REFERENCE].map(number), table[columns.SECONDARY].map(number))
    shift = np.hypot(table[columns.SHIFT_X], table[columns.SHIFT_Y])
    # An empty table of residuals has columns without a type.
    residual = np.hypot(*(table[c].astype(float) for c in (columns.RESIDUAL_X, columns.RESIDUAL_Y)))
    weights = table[[columns.WEIGHT_X, columns.WEIGHT_Y]].astype(float).min(axis=1)
    size = min(max(5.5, 0.13 * len(scenes) + 2.5), 14)
    figure = drawing.new_figure(2 * size + 1, size + 1)
    fits = int(residual.notna().sum())
    for axes, values, what, text in zip(
        figure.subplots(1, 2),
        (shift, residual),
        ("shift", "residual"),
        (
            "Measured shift, radial",
            f"Left by the scenes' offsets, radial ({fits} of {len(table)} pairs)",
        ),
        strict=True,
    ):
        image = np.full((len(scenes), len(scenes)), np.nan)
        image[at] = np.maximum(values, 0.01)
        axes.set_facecolor("white")
        known = values.dropna()
        limits = np.append(known, requirement)
        norm = LogNorm(max(0.01, limits.min() / 1.2), max(0.1, limits.max() * 1.2))
        picture = axes.imshow(image, cmap="cividis_r", norm=norm)
        bar = figure.colorbar(picture, ax=axes, label=f"{what} (m)", shrink=0.8)
        bar.ax.yaxis.set_major_formatter("{x:g}")
        bar.ax.axhline(requirement, color="#D55E00", linewidth=2)
        bar.ax.text(
            -0.25, requirement, "requirement", color="#A04000", rotation=90, fontsize=7.5,
            transform=bar.ax.get_yaxis_transform(), ha="right", va="center",
        )  # fmt: skip
        missing = values.isna()
        if missing.any():
            axes.plot(
                at[1][missing], at[0][missing], "x", color="#777777", label="could not be measured"
            )
        odd = (weights < 0.5) & (what == "residual")
        if odd.any():
            axes.plot(
                at[1][odd], at[0][odd], "s", markerfacecolor="none", markeredgecolor="#D55E00",
                markeredgewidth=1.8, markersize=max(5, 120 / len(scenes)),
                label="does not fit: weight below 0.5",
            )  # fmt: skip
        if len(scenes) <= 12:
            for x, y, value in zip(at[1], at[0], values, strict=True):
                if np.isfinite(value):
                    dark = norm(max(value, 0.01)) > 0.5
                    axes.text(
                        x, y, f"{value:.2g}", ha="center", va="center", fontsize=7.5,
                        color="white" if dark else "black",
                    )  # fmt: skip
        step = max(1, -(-len(scenes) // 30))
        days = [drawing.day(scene) for scene in scenes[::step]]
        ticks = np.arange(len(scenes))[::step]
        axes.set_xticks(ticks, days, rotation=60, ha="right", fontsize=7.5)
        axes.set_yticks(ticks, days, fontsize=7.5)
        axes.set_xlabel("secondary scene (the older one)")
        axes.set_ylabel("reference scene (the newer one)")
        axes.set_title(text, fontsize=10)
        if missing.any() or odd.any():
            axes.legend(loc="upper right", fontsize=7.5, markerscale=0.6)
    figure.suptitle(f"Pairs and how well they fit: {title}", fontweight="bold")
    return figure
