"""Where the error is: offsets of tiles and their spread against what is known of the ground there.

A tile's offset is that beyond its scene's, along two axes: ground range and azimuth where the look
is known, else east and north. What all scenes have in common in a tile, and what one scene has, are
looked at both: an error of the DEM that all share hides in the stack's median, one of a scene that
was made with another DEM does not.
"""

import itertools

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtr

from stackshift.stack import answers, screening
from stackshift.stack import columns as c
from stackshift.stack import where_columns as w
from stackshift.stack.inversion import as_numbers
from stackshift.stack.robust import TUNING, median, weighted_huber

# Tiles that a fit needs, and that a class needs to count.
LEAST, LEAST_IN_CLASS = 6, 2
# A tile is measured so often before its mean and spread are looked at.
_OFTEN = 3
_ITERATIONS = 30
# By how much layers of two scenes may differ and are taken as one: metres, degrees, share of tiles,
# and as a share of the spread over the tiles.
_SAME = {w.ALTITUDE: 5.0, w.LOCAL_INCIDENCE: 1.0, w.LAND_COVER: 0.05}
_SHARE = 0.1
NUMBERS = (w.ALTITUDE, w.SLOPE, w.FACING, w.LOCAL_INCIDENCE, w.EDGE)


def beyond_scenes(scenes: pd.DataFrame, tiles: pd.DataFrame) -> tuple[pd.DataFrame, tuple]:
    """The tiles' offsets beyond their scenes', and the names of the two axes.

    Parameters
    ----------
    scenes, tiles : as in `columns.SCENES_TABLE` and `columns.SCENE_TILES_TABLE`.

    Returns
    -------
    (table, axes): SCENE, TILE_X, TILE_Y and by axis the offset and ``sigma_`` of it in metres; axes
    are (range, azimuth) if all measured scenes have these, else (east, north).
    """
    measured = scenes[scenes[c.OFFSET_EAST].notna()]
    axes = ("range", "azimuth")
    if not len(measured) or measured[c.OFFSET_RANGE].isna().any():
        axes = ("east", "north")
    kept = [c.SCENE, c.TILE_X, c.TILE_Y, *(f"{w}_{a}" for a in axes for w in ("offset", "sigma"))]
    found = tiles.loc[tiles[c.OFFSET_EAST].notna(), kept].copy()
    by_scene = measured.set_index(c.SCENE)
    found = found[found[c.SCENE].isin(by_scene.index)]
    for axis in axes:
        own = found[c.SCENE].map(by_scene[f"offset_{axis}"]).astype(float)
        found[axis] = found.pop(f"offset_{axis}").astype(float) - own
    return found.reset_index(drop=True), axes


def of_tiles(beyond: pd.DataFrame, axes: tuple, ground: pd.DataFrame) -> pd.DataFrame:
    """One row a tile: what is known of its ground, mean offset over the scenes, and spread.

    Parameters
    ----------
    beyond, axes : from `beyond_scenes`.
    ground : TILE_X, TILE_Y and what is known of each tile.

    Returns
    -------
    The ground with, by axis, ``mean_``, ``mean_sigma_`` and ``spread_`` in metres: robust mean over
    the scenes, its standard error, and rms about it; NaN for a tile that fewer than three have.
    """
    rows = []
    for (x, y), group in beyond.groupby([c.TILE_X, c.TILE_Y], sort=False):
        row = {c.TILE_X: x, c.TILE_Y: y, c.SCENES_MEASURED: len(group)}
        for axis in axes if len(group) >= _OFTEN else ():
            values = group[axis].to_numpy(float)
            mean, error = weighted_huber(values, group[f"sigma_{axis}"].to_numpy(float))
            spread = np.sqrt(((values - mean) ** 2).sum() / (len(values) - 1))
            row |= {f"mean_{axis}": mean, f"mean_sigma_{axis}": error, f"spread_{axis}": spread}
        rows.append(row)
    named = [f"{w}_{axis}" for axis in axes for w in ("mean", "mean_sigma", "spread")]
    found = pd.DataFrame(rows, columns=[c.TILE_X, c.TILE_Y, c.SCENES_MEASURED, *named])
    return ground.merge(found, on=[c.TILE_X, c.TILE_Y], how="left")


def fits(beyond: pd.DataFrame, axes: tuple, tiles: pd.DataFrame) -> pd.DataFrame:
    """A line through each measure against each property of the ground, and its significance.

    Parameters
    ----------
    beyond, axes : from `beyond_scenes`.
    tiles : from `of_tiles`.

    Returns
    -------
    Rows with the columns of `where_columns.WHERE_TABLE`. Of a class raster there is no line but the
    test of one mean against one a class. ``p_adjusted`` allows for the number of all rows (Holm
    1979). Tiles count as independent; errors that neighbours share make p too small.
    """
    known = [name for name in NUMBERS if name in tiles and tiles[name].notna().any()]
    measures = []
    for what, axis in itertools.product(("mean", "spread"), axes):
        sigma = tiles[f"mean_sigma_{axis}"] if what == "mean" else None
        measures.append((what, axis, "", tiles[f"{what}_{axis}"], sigma, tiles))
    ground = tiles[[c.TILE_X, c.TILE_Y, *(n for n in (*NUMBERS, w.LAND_COVER) if n in tiles)]]
    for scene, group in beyond.groupby(c.SCENE):
        there = group.merge(ground, on=[c.TILE_X, c.TILE_Y])
        for axis in axes:
            measures.append(("scene", axis, scene, there[axis], there[f"sigma_{axis}"], there))
    rows = []
    for what, axis, scene, values, sigmas, table in measures:
        y = values.to_numpy(float)
        error = np.ones(len(y)) if sigmas is None else sigmas.to_numpy(float)
        head = {"of": what, "axis": axis, c.SCENE: scene}
        for name in known:
            (x,) = as_numbers(table, name)
            found = line(x, y, error)
            if found:
                rows.append(head | {"against": name} | found)
        if w.LAND_COVER in table:
            (kind,) = as_numbers(table, w.LAND_COVER)
            found = classes(kind, y, error)
            if found:
                rows.append(head | {"against": w.LAND_COVER} | found)
    table = pd.DataFrame(rows, columns=list(w.WHERE_TABLE))
    table["p_adjusted"] = screening.holm(table["p"].to_numpy(float))
    return table


def same_ground(
    name: str, one: tuple[str, list[dict]], other: tuple[str, list[dict]]
) -> tuple[bool, str]:
    """Whether a layer of one scene may stand for all, as that of another scene agrees with it.

    Parameters
    ----------
    name : of the layer.
    one, other : name of the scene, and what its layer tells of each tile.

    Returns
    -------
    (whether, a line that says so): heights and angles agree if they differ by less than a tenth of
    their spread over the tiles, or by less than 5 m and 1 degree, rms; classes if they do in 95 %.
    """
    (first, told), (second, its) = one, other
    key = next((k for k in _SAME if any(k in tile for tile in told)), "")
    both = [(a[key], b[key]) for a, b in zip(told, its, strict=True) if key in a and key in b]
    days = answers.day(first), answers.day(second)
    if not both:
        return (
            False,
            f"{name}: those of {days[0]} and {days[1]} have no tile in common, not compared",
        )
    a, b = np.array(both).T
    if key == w.LAND_COVER:
        apart, allowed = float(np.mean(a != b)), _SAME[key]
        said = f"has another class in {100 * apart:.0f} % of the tiles"
    else:
        apart = float(np.sqrt(np.mean((a - b) ** 2)))
        allowed = max(_SAME[key], _SHARE * float(np.std(a)))
        said = (
            f"differs by {apart:.2g} {'m' if key == w.ALTITUDE else 'degrees'} (rms of the tiles)"
        )
    if apart <= allowed:
        said = f"that of {days[1]} {said}" if apart else f"that of {days[1]} is the same"
        return True, f"{name}: that of {days[0]} stands for all scenes; {said}"
    return False, (
        f"{name}: not compared, as scenes have different ones: that of {days[1]} {said} from that "
        f"of {days[0]}; name the file of one scene"
    )


def line(x, y, sigmas) -> dict | None:
    """A robust line (Huber's weights) through values with standard errors.

    Returns
    -------
    ``slope``, its standard error ``slope_sigma`` by the scatter about the line, ``level`` at the
    mean of x, ``middle`` (that mean), ``p`` of no slope (Student's t) and the number of ``tiles``;
    None for fewer than six tiles, or all at one x.
    """
    x, y, sigmas = (np.asarray(v, float) for v in (x, y, sigmas))
    good = np.isfinite(x) & np.isfinite(y) & (sigmas > 0)
    x, y, sigmas = x[good], y[good], sigmas[good]
    # Few small errors must not carry the line.
    sigmas = np.maximum(sigmas, 0.5 * np.median(sigmas)) if len(sigmas) else sigmas
    if len(x) < LEAST or np.ptp(x) < 1e-6 * max(1.0, float(np.abs(x).max())):
        return None
    weight = 1 / sigmas**2
    for _ in range(_ITERATIONS):
        total = weight.sum()
        middle, level = (weight * x).sum() / total, (weight * y).sum() / total
        square = (weight * (x - middle) ** 2).sum()
        slope = (weight * (x - middle) * (y - level)).sum() / square
        residual = y - level - slope * (x - middle)
        apart = np.abs(residual) / sigmas
        widen = max(1.4826 * median(apart), 1e-12)
        weight = np.minimum(1, TUNING * widen / np.maximum(apart, 1e-12)) / sigmas**2
    free = len(x) - 2
    # Of scores whose tails are clipped, as those of an M-estimate (Huber 1981, 7.6), whether the
    # scatter is the same for all or goes with x; the larger one, as few tiles hide the scatter.
    limit = TUNING * widen
    score, linear = np.clip(residual / sigmas, -limit, limit), np.abs(residual / sigmas) <= limit
    away = (x - middle) ** 2 / sigmas**2
    share, inner = linear.mean(), (linear * away).sum()
    if inner <= 0:
        return None
    one = (score**2).sum() / free / share**2 / away.sum()
    each = (score**2 * away).sum() * len(x) / free / inner**2
    error = float(np.sqrt(max(one, each)) * (1 + 2 / len(x) * (1 - share) / share))
    p = float(2 * stdtr(free, -abs(slope) / error)) if error > 0 else 1.0
    return {"slope": float(slope), "slope_sigma": error, "level": float(level),
            "middle": float(middle), "p": p, "tiles": len(x)}  # fmt: skip


def classes(kinds, y, sigmas) -> dict | None:
    """Whether classes have different means: F of a weighted analysis of variance.

    Classes of fewer than two tiles are left out; None for fewer than two classes or six tiles.
    """
    kinds, y, sigmas = (np.asarray(v, float) for v in (kinds, y, sigmas))
    good = np.isfinite(kinds) & np.isfinite(y) & (sigmas > 0)
    number, counts = np.unique(kinds[good], return_counts=True)
    good &= np.isin(kinds, number[counts >= LEAST_IN_CLASS])
    kinds, y, weight = kinds[good], y[good], 1 / sigmas[good] ** 2
    groups = np.unique(kinds)
    free = len(y) - len(groups)
    if len(groups) < 2 or len(y) < LEAST or free < 1:
        return None
    level = (weight * y).sum() / weight.sum()
    means = {k: np.average(y[kinds == k], weights=weight[kinds == k]) for k in groups}
    mean = np.array([means[k] for k in kinds])
    between, within = (weight * (mean - level) ** 2).sum(), (weight * (y - mean) ** 2).sum()
    f = between / (len(groups) - 1) / max(within / free, 1e-300)
    return {"level": float(level), "p": float(fdtrc(len(groups) - 1, free, f)), "tiles": len(y)}
