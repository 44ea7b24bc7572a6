"""Tables of a stack: a row a measurement, a pair, a tile."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from stackshift.stack import columns
from stackshift.stack.pairing import days_between, newest_first
from stackshift.stack.robust import nmad, weighted_huber
from stackshift.tile.match import OK, STATUSES

_ROLES = ("reference", "secondary")
_ORIGIN = (
    columns.REFERENCE_PLATFORM,
    columns.SECONDARY_PLATFORM,
    columns.REFERENCE_RESAMPLING,
    columns.SECONDARY_RESAMPLING,
)


def measurements(pairs: list[dict], scenes: Iterable[str]) -> pd.DataFrame:
    """One row for each tile of each pair, newest pair first.

    Parameters
    ----------
    pairs : contents of the pairs' JSONs.
    scenes : names of all scenes of the stack; the newest has index 0.

    Returns
    -------
    Table with the columns of `columns.MEASUREMENTS`; a rejected tile has no shift.
    """
    index = {scene: i for i, scene in enumerate(newest_first(scenes))}
    rows = [
        {
            columns.REFERENCE: pair["reference"]["scene"],
            columns.SECONDARY: pair["secondary"]["scene"],
            columns.REFERENCE_INDEX: index[pair["reference"]["scene"]],
            columns.SECONDARY_INDEX: index[pair["secondary"]["scene"]],
            columns.DAYS: days_between(pair["secondary"]["scene"], pair["reference"]["scene"]),
        }
        | record
        for pair in pairs
        for record in pair["tiles"]
    ]
    table = pd.DataFrame(rows, columns=list(columns.MEASUREMENTS))
    numeric = [c for c, (unit, _) in columns.MEASUREMENTS.items() if unit]
    table[numeric] = table[numeric].astype(float)
    order = [columns.REFERENCE_INDEX, columns.SECONDARY_INDEX, columns.TILE_Y, columns.TILE_X]
    return table.sort_values(order, ignore_index=True)


def scatter(table: pd.DataFrame) -> dict[str, float]:
    """How much tiles scatter about their pair's median, by column of shift, metres, robust.

    Stands in for the standard error of a tile where the method gives none.
    """
    good = table[table[columns.STATUS] == OK]
    groups = good.groupby([columns.REFERENCE, columns.SECONDARY])
    found = {}
    for _, shift, *_ in columns.AXES:
        deviation = good[shift] - groups[shift].transform("median")
        found[shift] = nmad(deviation) or float(np.sqrt((deviation**2).mean())) or np.nan
    return found


def statistics(group: pd.DataFrame, common: dict[str, float]) -> pd.Series:
    """Statistics of the measurements that count in a group; NaN where none does.

    Parameters
    ----------
    group : measurements.
    common : scatter of the tiles of the whole stack, from `scatter`.
    """
    good = group[group[columns.STATUS] == OK]
    row = {
        columns.COUNT: len(good),
        columns.SKIPPED_SHARE: 1 - len(good) / len(group),
    }
    for axis, shift, sigma, _ in columns.AXES:
        values = good[shift]
        sigmas = good[sigma].fillna(common[shift])
        row[shift], row[sigma] = weighted_huber(values, sigmas)
        if sigmas.isna().any():
            # Nothing tells how much these scatter: a mean, and no error bar that is made up.
            row[shift] = values.mean()
        row |= {
            columns.statistic("mean", axis): values.mean(),
            columns.statistic("std", axis): values.std(ddof=1),
            columns.statistic("median", axis): values.median(),
            columns.statistic("nmad", axis): nmad(values),
        }
    for status in STATUSES:
        if status != OK:
            row[columns.REJECTED.format(status)] = int((group[columns.STATUS] == status).sum())
    row[columns.ERROR_RMS] = np.sqrt((good[columns.ERROR] ** 2).mean())
    return pd.Series(row)


def pairs_table(
    table: pd.DataFrame, pairs: list[dict], truth: dict[str, tuple[float, float]] | None
) -> pd.DataFrame:
    """One row for each pair, with the columns of `columns.PAIRS_TABLE`.

    Parameters
    ----------
    table : the measurements.
    pairs : contents of the pairs' JSONs.
    truth : true offset (east, north) in metres of each scene of a simulated stack, else None.
    """
    origin = {
        (pair["reference"]["scene"], pair["secondary"]["scene"]): [
            pair[role].get(what) for what in ("platform", "resampling") for role in _ROLES
        ]
        for pair in pairs
    }
    rows, common = [], scatter(table)
    for key, group in table.groupby([columns.REFERENCE, columns.SECONDARY], sort=False):
        first = group.iloc[0]
        row = {
            columns.REFERENCE: key[0],
            columns.SECONDARY: key[1],
            columns.REFERENCE_INDEX: first[columns.REFERENCE_INDEX],
            columns.SECONDARY_INDEX: first[columns.SECONDARY_INDEX],
            columns.DAYS: first[columns.DAYS],
            **dict(zip(_ORIGIN, origin[key], strict=True)),
            columns.TILES: len(group),
        }
        row |= statistics(group, common).to_dict()
        row |= dict(zip((columns.TRUE_X, columns.TRUE_Y), true_shift(truth, *key), strict=True))
        rows.append(row)
    return whole_numbers(pd.DataFrame(rows, columns=list(columns.PAIRS_TABLE)))


def true_shift(truth, reference: str, secondary: str) -> tuple[float, float]:
    """The shift that brings a scene displaced by a known offset onto another one, in metres.

    A secondary scene that lies further east than the reference has to move west: the shift is the
    reference's offset less the secondary's. NaN where the truth is not known.
    """
    if truth is None:
        return np.nan, np.nan
    return tuple(r - s for r, s in zip(truth[reference], truth[secondary], strict=True))


def tiles_table(table: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """One row for each tile over all pairs and scenes: the columns of `columns.TILES_TABLE`.

    Parameters
    ----------
    table : the measurements of the pairs.
    series : what each tile does over the scenes, from `offsets.series_of_tiles`.
    """
    rows, common = [], scatter(table)
    for (y, x), group in table.groupby([columns.TILE_Y, columns.TILE_X]):
        row = {columns.TILE_X: x, columns.TILE_Y: y, columns.PAIRS: len(group)}
        rows.append(row | statistics(group, common).to_dict())
    found = pd.DataFrame(rows).merge(series, on=[columns.TILE_X, columns.TILE_Y])
    return whole_numbers(found[list(columns.TILES_TABLE)])


def whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its counts and numbers as integers."""
    counts = [columns.COUNT, columns.TILES, columns.PAIRS]
    counts += [columns.REJECTED.format(status) for status in STATUSES]
    counts += [columns.REFERENCE_INDEX, columns.SECONDARY_INDEX, columns.TILE_X, columns.TILE_Y]
    return table.astype({c: int for c in counts if c in table})
