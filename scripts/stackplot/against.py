"""Where the error is: the tiles against what is known of their ground, with a line through each."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stackplot import drawing, marks
from stackshift.ground import flight
from stackshift.stack import answers
from stackshift.stack import where_columns as w

_WORDS = {
    w.ALTITUDE: "altitude (m)",
    w.SLOPE: "slope (°)",
    w.FACING: "aspect (0° faces the radar)",
    w.LOCAL_INCIDENCE: "local incidence (°)",
    w.LAND_COVER: "land cover (class)",
    w.EDGE: "distance from the edge (m)",
}
_ALONG = {
    "range": "ground range", "azimuth": "azimuth", "east": "east", "north": "north",
}  # fmt: skip
# Metres of a DEM's error that are told, and p-values below which a line is drawn in full.
_DEM_ERROR, _SURE = 10.0, 0.01


def where_figure(
    tiles, fits, axes, look: flight.Look | None, title: str, notes: list[str]
) -> Figure:
    """Mean offset of each tile beyond its scenes', and its spread, against each property.

    Parameters
    ----------
    tiles, fits : from `stack.dependence`.
    axes : names of the two axes.
    look : of the scenes, if all have one.
    title : stack and polarization.
    notes : lines on what is shown, and on the layers.
    """
    known = [name for name in _WORDS if name in tiles and tiles[name].notna().any()]
    figure = drawing.new_figure(3.1 * max(len(known), 3), 10.5)
    grid = figure.subplots(4, max(len(known), 3), squeeze=False, sharey="row")
    styles = dict(zip(axes, (drawing.EAST, drawing.NORTH), strict=True))
    measures = [(what, axis) for what in ("mean", "spread") for axis in axes]
    for row, (what, axis) in enumerate(measures):
        for column in range(grid.shape[1]):
            panel = grid[row, column]
            if column >= len(known):
                panel.axis("off")
                continue
            _panel(panel, tiles, fits, (what, axis), known[column], styles[axis])
            if row == 3:
                panel.set_xlabel(_WORDS[known[column]])
        offset = "mean offset" if what == "mean" else "spread"
        grid[row, 0].set_ylabel(f"{offset} in {_ALONG[axis]} (m)")
        drawing.say_if_empty(grid[row, 0], int(tiles[f"{what}_{axis}"].notna().sum()), "tile")
    wide = 30 * grid.shape[1]
    below = "\n".join(
        part for line in _beside(fits, look, notes) for part in textwrap.wrap(line, wide)
    )
    figure.suptitle(
        f"Where the error is: tiles beyond their scenes' offsets: {title}\n{below}",
        fontweight="bold", fontsize=11,
    )  # fmt: skip
    return figure


def rows_shown(absolute: bool) -> str:
    """What the rows of the figure are, and what cannot show in them.

    Parameters
    ----------
    absolute : whether scenes are aligned with something else than the stack's own mean.
    """
    text = "upper rows: mean over the scenes, bars are its standard error"
    shared = "what all scenes share cannot show here, against the DEM it does"
    return text if absolute else f"{text}; {shared}"


def _panel(panel, tiles, fits, measure, name: str, style: dict) -> None:
    """One measure against one property, with its line or the means of its classes."""
    what, axis = measure
    x, y = tiles[name].to_numpy(float), tiles[f"{what}_{axis}"].to_numpy(float)
    sigma = tiles[f"mean_sigma_{axis}"] if what == "mean" else None
    panel.errorbar(
        x, y, yerr=sigma, linestyle="none", marker=style["marker"], color=style["color"],
        markersize=4, alpha=0.6, elinewidth=0.8,
    )  # fmt: skip
    panel.grid(alpha=0.3)
    panel.tick_params(labelsize=8)
    panel.xaxis.set_major_locator(MaxNLocator(4))
    if what == "mean":
        panel.axhline(0, color="#999999", linewidth=0.8, zorder=0)
    chosen = fits[(fits["of"] == what) & (fits["axis"] == axis) & (fits["against"] == name)]
    if chosen.empty:
        return
    fit = chosen.iloc[0]
    sure = fit["p_adjusted"] < _SURE
    label = f"p = {fit['p_adjusted']:.1g}" + (" *" if sure else "")
    if not np.isnan(fit["slope"]):
        ends = np.array([np.nanmin(x), np.nanmax(x)])
        at = fit["level"] + fit["slope"] * (ends - fit["middle"])
        panel.plot(ends, at, color="black", linewidth=1.5 if sure else 0.9,
                   linestyle="-" if sure else ":")  # fmt: skip
        unit = _WORDS[name].rpartition("(")[2].rstrip(")") if "(" in _WORDS[name] else "°"
        scale = 1000 if unit == "m" else 10
        slope, error = scale * fit["slope"], scale * fit["slope_sigma"]
        said = f"{scale} m" if unit == "m" else f"{scale}°"
        sign = "+" if slope >= 0 else ""
        label = f"{sign}{answers.metres(slope, error)} m / {said},  {label}"
    panel.set_title(label, fontsize=7.5, loc="left", fontweight="bold" if sure else "normal")


def _beside(fits: pd.DataFrame, look: flight.Look | None, notes: list[str]) -> list[str]:
    """What an error of the DEM makes, and the scene that depends most clearly on its ground."""
    lines = ["p allows for all fits; full lines and * are significant (p < .01)"]
    if look is not None and look.incidence is not None:
        level, facing = (flight.of_height(_DEM_ERROR, look.incidence, s) for s in (0.0, 0.3))
        lines.append(
            f"a DEM that is {_DEM_ERROR:g} m too high: {level:+.1f} m in ground range on level "
            f"ground, {facing:+.1f} m on slopes of 17° that face the radar"
        )
    own = fits[(fits["of"] == "scene") & (fits["p_adjusted"] < _SURE)].sort_values("p_adjusted")
    if len(own):
        first = own.iloc[0]
        slope = first["slope"]
        said = "" if np.isnan(slope) else f", {slope:+.2g} m a unit"
        lines.append(
            f"fits of single scenes that are significant: {len(own)}, most "
            f"{marks.day(first['scene'])}: {first['axis']} against {first['against']}{said}"
        )
    return [*lines, *notes]
