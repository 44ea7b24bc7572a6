"""Tables of the scenes: offsets out of the network, what stands out, and how well pairs fit."""

import itertools

import numpy as np
import pandas as pd

from stackshift.stack import columns as c
from stackshift.stack import screening
from stackshift.stack.network import Adjustment, adjust, loop_closures
from stackshift.stack.tables import whole_numbers
from stackshift.tile.match import OK

_AXES = (
    (c.SHIFT_X, c.SIGMA_X, c.OFFSET_EAST, c.SIGMA_EAST, c.DEVIATION_EAST),
    (c.SHIFT_Y, c.SIGMA_Y, c.OFFSET_NORTH, c.SIGMA_NORTH, c.DEVIATION_NORTH),
)


def as_numbers(table: pd.DataFrame, *names: str) -> list[np.ndarray]:
    """Columns of a table as floats, NaN where a field is empty."""
    return [pd.to_numeric(table[name], errors="coerce").to_numpy(float).copy() for name in names]


def usable(table: pd.DataFrame) -> pd.DataFrame:
    """Rows with a shift and a positive standard error along both axes."""
    sigmas = table[[c.SIGMA_X, c.SIGMA_Y]]
    return table[table[c.SHIFT_X].notna() & (sigmas > 0).all(axis=1)]


def solve(table: pd.DataFrame, scenes: list[str]) -> list[Adjustment]:
    """The adjustment along each axis (east, north) of shifts between scenes.

    Parameters
    ----------
    table : rows of pairs, or of one tile's measurements, as `usable` leaves them.
    scenes : all scenes; their order is that of the offsets.
    """
    number = {scene: i for i, scene in enumerate(scenes)}
    pairs = [
        (number[r], number[s]) for r, s in zip(table[c.REFERENCE], table[c.SECONDARY], strict=True)
    ]
    return [adjust(len(scenes), pairs, table[shift], table[sigma]) for shift, sigma, *_ in _AXES]


def scenes_table(
    pairs: pd.DataFrame,
    adjusted: list[Adjustment],
    scenes: dict[str, str],
    truth: dict[str, tuple[float, float]] | None,
) -> pd.DataFrame:
    """One row for each scene, newest first, with the columns of `columns.SCENES_TABLE`.

    Parameters
    ----------
    pairs : usable rows of the pairs' table, in the order of the adjustment.
    adjusted : from `solve`.
    scenes : platform of each scene by its name, newest first.
    truth : true offset (east, north) in metres of each scene of a simulated stack, else None.
    """
    names = list(scenes)
    part = adjusted[0].part
    table = pd.DataFrame(index=range(len(names)), columns=list(c.SCENES_TABLE), dtype=object)
    table[c.SCENE], table[c.INDEX] = names, range(len(names))
    table[c.TIME] = [f"{s[:4]}-{s[4:6]}-{s[6:11]}:{s[11:13]}:{s[13:]}Z" for s in names]
    table[c.PLATFORM] = [scenes[name] for name in names]
    table[c.PART] = [p if p >= 0 else None for p in part]
    for (_, _, offset, sigma, deviation), axis in zip(_AXES, adjusted, strict=True):
        table[offset], table[sigma] = axis.offsets, axis.sigmas
        table[deviation] = from_median(axis.offsets, part)
    residual = np.mean([axis.residuals**2 for axis in adjusted], axis=0)
    for i, name in enumerate(names):
        mine = ((pairs[c.REFERENCE] == name) | (pairs[c.SECONDARY] == name)).to_numpy()
        table.loc[i, c.PAIRS] = int(mine.sum())
        table.loc[i, c.TILES] = int(pairs[c.COUNT].to_numpy()[mine].sum())
        table.loc[i, c.RESIDUAL] = float(np.sqrt(residual[mine].mean())) if mine.any() else None
    if truth is not None:
        for direction, column in enumerate((c.TRUE_EAST, c.TRUE_NORTH)):
            values = np.array([truth[name][direction] for name in names])
            table[column] = [
                values[i] - values[part == part[i]].mean() if part[i] >= 0 else None
                for i in range(len(names))
            ]
    return table


def relative_to(table: pd.DataFrame, reference: str) -> pd.DataFrame:
    """The scenes' table with offsets, and the truth, relative to one scene of the same part.

    The standard errors stay those against the mean: the reference has an error too.
    """
    table = table.copy()
    row = table[table[c.SCENE] == reference].iloc[0]
    same = table[c.PART] == row[c.PART]
    for column in (c.OFFSET_EAST, c.OFFSET_NORTH, c.TRUE_EAST, c.TRUE_NORTH):
        if pd.notna(row[column]):
            table.loc[same, column] = table.loc[same, column] - row[column]
    return table


def from_median(offsets: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Offsets less the median of their part of the network; NaN without one."""
    found = np.full(len(offsets), np.nan)
    for number in range(part.max(initial=-1) + 1):
        members = part == number
        found[members] = offsets[members] - np.median(offsets[members])
    return found


def scene_tiles(measurements: pd.DataFrame, scenes: list[str]) -> pd.DataFrame:
    """One row for each scene and tile that could be adjusted: `columns.SCENE_TILES_TABLE`."""
    good = usable(measurements[measurements[c.STATUS] == OK])
    frames = []
    for (y, x), group in good.groupby([c.TILE_Y, c.TILE_X]):
        east, north = solve(group, scenes)
        frame = pd.DataFrame(
            {
                c.SCENE: scenes,
                c.TILE_X: x,
                c.TILE_Y: y,
                c.OFFSET_EAST: east.offsets,
                c.OFFSET_NORTH: north.offsets,
                c.SIGMA_EAST: east.sigmas,
                c.SIGMA_NORTH: north.sigmas,
            }
        )
        # Only the largest part of a tile's network: the others have another mean.
        sizes = np.bincount(east.part[east.part >= 0])
        frames.append(frame[east.part == int(sizes.argmax())])
    if not frames:
        return pd.DataFrame(columns=list(c.SCENE_TILES_TABLE))
    return whole_numbers(
        pd.concat(frames)
        .sort_values([c.SCENE, c.TILE_Y, c.TILE_X], ascending=[False, True, True])
        .reset_index(drop=True)
    )


def aligned(tiles: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The scenes' tiles with offsets relative to what the scenes' own are relative to.

    A tile is adjusted by itself, relative to the mean of the scenes in which it counts; where one
    that is far off is missing, that mean is another one. So each tile is moved by the median
    difference to its scenes' offsets. What all scenes have in common in a tile cannot be seen.

    Parameters
    ----------
    tiles : from `scene_tiles`.
    table : from `scenes_table`.
    """
    moved = tiles.copy()
    scenes = table.set_index(c.SCENE)
    for *_, offset, _, _ in _AXES:
        whole = tiles[c.SCENE].map(scenes[offset].astype(float))
        excess = tiles[offset].astype(float) - whole
        moved[offset] -= excess.groupby([tiles[c.TILE_Y], tiles[c.TILE_X]]).transform("median")
    return moved


def residuals_table(pairs: pd.DataFrame, adjusted: list[Adjustment]) -> pd.DataFrame:
    """One row for each pair of the network, with the columns of `columns.RESIDUALS_TABLE`."""
    east, north = adjusted
    scenes = sorted({*pairs[c.REFERENCE], *pairs[c.SECONDARY]})
    number = {scene: i for i, scene in enumerate(scenes)}
    ends = [
        (number[r], number[s]) for r, s in zip(pairs[c.REFERENCE], pairs[c.SECONDARY], strict=True)
    ]
    squares: dict[tuple[int, int], list[float]] = {}
    for shift, sigma, *_ in _AXES:
        for (a, b, d), misclosure, _ in loop_closures(
            ends, pairs[shift].to_numpy(), pairs[sigma].to_numpy()
        ):
            for pair in ((a, b), (b, d), (a, d)):
                squares.setdefault(pair, []).append(misclosure**2)
    return pd.DataFrame(
        {
            c.REFERENCE: pairs[c.REFERENCE].to_numpy(),
            c.SECONDARY: pairs[c.SECONDARY].to_numpy(),
            c.RESIDUAL_X: east.residuals,
            c.RESIDUAL_Y: north.residuals,
            c.WEIGHT_X: east.weights,
            c.WEIGHT_Y: north.weights,
            c.CLOSURE: [
                float(np.sqrt(np.mean(squares[end]))) if end in squares else np.nan for end in ends
            ],
        },
        columns=list(c.RESIDUALS_TABLE),
    )


def screened(
    table: pd.DataFrame, tiles: pd.DataFrame, positions: dict[tuple[int, int], tuple[float, float]]
) -> tuple[pd.DataFrame, dict]:
    """The scenes' table with rotation, scale and flags, and what was found in the stack.

    Parameters
    ----------
    table : from `scenes_table`.
    tiles : from `scene_tiles`.
    positions : metres (east, north) of each tile's centre by (column, row).

    Returns
    -------
    (table, findings): findings has ``steps`` and ``platforms`` along each axis.
    """
    table = table.copy()
    flags: list[list[str]] = [[] for _ in range(len(table))]
    part = table[c.PART].astype(float).fillna(-1).astype(int)
    main = part == (part[part >= 0].mode().iloc[0] if (part >= 0).any() else -2)
    for i in range(len(table)):
        if part[i] < 0:
            flags[i].append("unmeasured")
        elif not main[i]:
            flags[i].append("apart")
    _flag_outliers(table, main, flags)
    _flag_planes(table, tiles, positions, flags)
    table[c.FLAG] = [" ".join(flag) for flag in flags]
    series = table[main].iloc[::-1]
    return table, {"steps": _steps(series), "platforms": _platforms(series)}


def _flag_outliers(table, main, flags) -> None:
    at = np.flatnonzero(main)
    p = [
        screening.outliers(table[offset].astype(float)[at], table[sigma].astype(float)[at])
        for _, _, offset, sigma, _ in _AXES
    ]
    adjusted = screening.holm(np.concatenate(p)).reshape(2, -1) if len(at) else np.empty((2, 0))
    for i, smallest in zip(at, np.nanmin(adjusted, axis=0, initial=np.inf), strict=True):
        if smallest < screening.ALPHA:
            flags[i].append("outlier")


def _flag_planes(table, tiles, positions, flags) -> None:
    fits = {}
    for i, scene in enumerate(table[c.SCENE]):
        mine = tiles[tiles[c.SCENE] == scene]
        where = [positions[x, y] for x, y in zip(mine[c.TILE_X], mine[c.TILE_Y], strict=True)]
        values = as_numbers(mine, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH)
        if len(where) >= 4 and (fit := screening.plane(*np.transpose(where), *values)):
            fits[i] = fit
            for key in (c.ROTATION, c.ROTATION_SIGMA, c.SCALE, c.SCALE_SIGMA):
                table.loc[i, key] = fit[key]
    if not fits:
        return
    # One turned scene turns the stack's mean a little, and so all others the other way.
    kinds = ((c.ROTATION, c.ROTATION_SIGMA, "rotated"), (c.SCALE, c.SCALE_SIGMA, "scaled"))
    p = []
    for value, sigma, _ in kinds:
        turned, errors = as_numbers(table, value, sigma)
        turned -= np.nanmedian(turned)
        table[value] = turned
        p.append(screening.outliers(turned, errors))
    adjusted = screening.holm(np.concatenate(p)).reshape(len(kinds), -1)
    for (_, _, flag), row in zip(kinds, adjusted, strict=True):
        for at in np.flatnonzero(row < screening.ALPHA):
            flags[at].append(flag)


def _steps(series: pd.DataFrame) -> list[dict]:
    """Steps in time that are significant along either axis; the series is oldest first."""
    found = []
    for (_, _, offset, sigma, _), direction in zip(_AXES, ("east", "north"), strict=True):
        result = screening.step(series[offset].astype(float), series[sigma].astype(float))
        if result and result[3] < screening.ALPHA / 2:
            at, height, error, p = result
            found.append(
                {
                    "axis": direction,
                    "first_scene_behind": series[c.SCENE].iloc[at],
                    "height": height,
                    "sigma": error,
                    "p": p,
                }
            )
    return found


def _platforms(series: pd.DataFrame) -> list[dict]:
    """Differences between platforms along each axis, with their standard errors, in metres."""
    groups = {name: group for name, group in series.groupby(c.PLATFORM) if len(group) >= 2}
    found = []
    for first, second in itertools.combinations(sorted(groups), 2):
        row = {"first": first, "second": second}
        row |= {"scenes": [len(groups[first]), len(groups[second])]}
        for (_, _, offset, sigma, _), direction in zip(_AXES, ("east", "north"), strict=True):
            values = [as_numbers(groups[name], offset, sigma) for name in (first, second)]
            difference, error = screening.difference(*values[0], *values[1])
            row |= {direction: difference, f"sigma_{direction}": error}
            row |= {f"p_{direction}": float(screening.two_sided(difference / error)[0])}
        found.append(row)
    return found
