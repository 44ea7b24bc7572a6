"""Offsets of the scenes out of the network of pairs, and which scenes stand out."""

import numpy as np
import pandas as pd

from stackshift.stack import columns as c
from stackshift.stack import evenness, screening
from stackshift.stack.network import Adjustment, adjust
from stackshift.stack.tables import grouped

_AXES = (
    (c.SHIFT_X, c.SIGMA_X, c.OFFSET_EAST, c.SIGMA_EAST),
    (c.SHIFT_Y, c.SIGMA_Y, c.OFFSET_NORTH, c.SIGMA_NORTH),
)
# What is found of a scene beside its offset, and how it is flagged.
_TURNS = ((c.ROTATION, c.ROTATION_SIGMA, "rotated"), (c.SCALE, c.SCALE_SIGMA, "scaled"))


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


def screened(
    table: pd.DataFrame,
    tiles: pd.DataFrame,
    positions: dict[tuple[int, int], tuple[float, float]],
    least: float = screening.LEAST,
) -> tuple[pd.DataFrame, list[dict]]:
    """The scenes' table with rotation, scale and flags.

    Parameters
    ----------
    table : from `scenes_table`.
    tiles : from `scene_tiles`.
    positions : metres (east, north) of each tile's centre by (column, row).
    least : of the scenes' scatter along either axis, as for `screening.outliers`.

    Returns
    -------
    (table, uneven scenes): of each of these ``scene``, number of its ``tiles``, how many are
    ``off``, how many of these ``together`` and how ``far`` in metres, by how much all lie
    ``apart``, and whether the offset may lie ``between``, as `evenness.Parts`. The
    error of such a scene reaches to the mean of all its tiles, as its offset is that of most.
    """
    table = table.copy()
    flags: list[list[str]] = [[] for _ in range(len(table))]
    main = table[c.OFFSET_EAST].notna()
    for i in np.flatnonzero(~main):
        flags[i].append("unmeasured")
    _flag_outliers(table, main, flags, least)
    turned = _flag_planes(table, tiles, positions, flags)
    uneven = _flag_uneven(table, tiles, positions, turned, flags)
    table[c.FLAG] = [" ".join(flag) for flag in flags]
    return table, uneven


def turned(
    table: pd.DataFrame, positions: dict[tuple[int, int], tuple[float, float]]
) -> list[dict]:
    """Scenes that are flagged as rotated or scaled, those with the most at their corners first.

    Parameters
    ----------
    table, positions : from and as for `screened`.

    Returns
    -------
    Of each ``scene`` the ``kind`` (its flag), the ``value`` and ``sigma`` in microradians or parts
    in a million, and what that is at the tile ``edge`` that is farthest from the middle, in metres.
    """
    places = np.array(list(positions.values()), float).reshape(-1, 2)
    reach = float(np.hypot(*(places - places.mean(axis=0)).T).max(initial=0)) if len(places) else 0
    found = [
        {
            "scene": row[c.SCENE],
            "kind": flag,
            "value": float(row[value]),
            "sigma": float(row[sigma]),
            "edge": 1e-6 * abs(float(row[value])) * reach,
        }
        for row in table.to_dict("records")
        for value, sigma, flag in _TURNS
        if flag in row[c.FLAG].split()
    ]
    return sorted(found, key=lambda one: -one["edge"])


def _flag_outliers(table, main, flags, least) -> None:
    at = np.flatnonzero(main)
    p = [
        screening.outliers(table[offset].astype(float)[at], table[sigma].astype(float)[at], least)
        for _, _, offset, sigma in _AXES
    ]
    adjusted = screening.holm(np.concatenate(p)).reshape(2, -1) if len(at) else np.empty((2, 0))
    for i, smallest in zip(at, np.nanmin(adjusted, axis=0, initial=np.inf), strict=True):
        if smallest < screening.ALPHA:
            flags[i].append("outlier")


def _flag_planes(table, tiles, positions, flags) -> list[int]:
    """Flag what is turned or stretched against the stack; the numbers of these scenes."""
    fits = {}
    found = {
        key: table[key].to_numpy(float, na_value=np.nan)
        for key in (c.ROTATION, c.ROTATION_SIGMA, c.SCALE, c.SCALE_SIGMA)
    }
    number = {scene: i for i, scene in enumerate(table[c.SCENE])}
    values = as_numbers(tiles, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH)
    cells = zip(tiles[c.TILE_X], tiles[c.TILE_Y], strict=True)
    places = np.array([positions[cell] for cell in cells]).reshape(-1, 2).T
    for (scene,), mine in grouped(tiles, c.SCENE):
        fit = screening.plane(*(column[mine] for column in (*places, *values)))
        if fit:
            fits[number[scene]] = fit
            for key, column in found.items():
                column[number[scene]] = fit[key]
    if not fits:
        return []
    for key, column in found.items():
        table[key] = column
    # One turned scene turns the stack's mean a little, and so all others the other way.
    p = []
    for value, sigma, _ in _TURNS:
        turned, errors = as_numbers(table, value, sigma)
        turned -= np.nanmedian(turned)
        table[value] = turned
        p.append(screening.outliers(turned, errors))
    adjusted = screening.holm(np.concatenate(p)).reshape(len(_TURNS), -1)
    turned_ones = set()
    for (_, _, flag), row in zip(_TURNS, adjusted, strict=True):
        for at in np.flatnonzero(row < screening.ALPHA):
            flags[at].append(flag)
            turned_ones.add(int(at))
    return sorted(turned_ones)


def _flag_uneven(table, tiles, positions, turned, flags) -> list[dict]:
    """Flag scenes parts of which lie elsewhere, beyond a turn or stretch that is told already."""
    scenes = {scene: i for i, scene in enumerate(table[c.SCENE])}
    cells = {cell: j for j, cell in enumerate(positions)}
    offsets, sigmas = (np.full((len(scenes), len(cells), 2), np.nan) for _ in range(2))
    rows = [scenes[scene] for scene in tiles[c.SCENE]]
    columns = [cells[cell] for cell in zip(tiles[c.TILE_X], tiles[c.TILE_Y], strict=True)]
    offsets[rows, columns] = np.transpose(as_numbers(tiles, c.OFFSET_EAST, c.OFFSET_NORTH))
    sigmas[rows, columns] = np.transpose(as_numbers(tiles, c.SIGMA_EAST, c.SIGMA_NORTH))
    flat, taken = offsets.copy(), np.zeros(len(scenes))
    places = np.array(list(positions.values()), float).reshape(-1, 2)
    for at in turned:
        flat[at] -= screening.displaced(places, table[c.ROTATION].iloc[at], table[c.SCALE].iloc[at])
        taken[at] = 2
    found = []
    for at in np.flatnonzero(evenness.uneven(flat, sigmas, taken)):
        flags[at].append("uneven")
        more = evenness.to_all(offsets[at], sigmas[at])
        for (_, _, _, sigma), by in zip(_AXES, more, strict=True):
            table.loc[table.index[at], sigma] = float(np.hypot(table[sigma].iloc[at], by))
        part = evenness.parts(flat[at], sigmas[at])
        found.append(
            {
                "scene": table[c.SCENE].iloc[at],
                "tiles": int(np.isfinite(offsets[at]).all(axis=1).sum()),
                "off": part.tiles,
                "far": part.far,
                "together": part.together,
                "between": part.between,
                "apart": part.apart,
            }
        )
    return found
