"""Tables of a stack: a row a measurement, a pair, a tile."""

import math
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from stackshift.stack import columns, series
from stackshift.stack.pairing import days_between, newest_first
from stackshift.stack.record import quarters_of
from stackshift.stack.robust import correlation, median, nmad, shared_part, weighted_huber
from stackshift.tile.match import OK, STATUSES

_ROLES = ("reference", "secondary")
_ORIGIN = (
    columns.REFERENCE_PLATFORM,
    columns.SECONDARY_PLATFORM,
    columns.REFERENCE_RESAMPLING,
    columns.SECONDARY_RESAMPLING,
)
_SHARED = (columns.SHARED_X, columns.SHARED_Y)
# Coherence is told up to 0.99; speckle of a thousand looks has less.
_ONE_IMAGE = 0.9899
# And so many standard errors from each other.
_AT_ONE_PLACE = 5.0
# What all measurements of a pair share.
_HEAD = (
    columns.REFERENCE,
    columns.SECONDARY,
    columns.REFERENCE_INDEX,
    columns.SECONDARY_INDEX,
    columns.DAYS,
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
    heads = [
        {
            columns.REFERENCE: pair["reference"]["scene"],
            columns.SECONDARY: pair["secondary"]["scene"],
            columns.REFERENCE_INDEX: index[pair["reference"]["scene"]],
            columns.SECONDARY_INDEX: index[pair["secondary"]["scene"]],
            columns.DAYS: days_between(pair["secondary"]["scene"], pair["reference"]["scene"]),
        }
        for pair in pairs
    ]
    records = [record for pair in pairs for record in pair["tiles"]]
    tiles = [len(pair["tiles"]) for pair in pairs]
    of_pairs = pd.DataFrame(heads, columns=list(_HEAD)).loc[np.repeat(np.arange(len(pairs)), tiles)]
    table = pd.DataFrame(
        {
            name: of_pairs[name].to_numpy()
            if name in _HEAD
            else [record.get(name) for record in records]
            for name in columns.MEASUREMENTS
        }
    )
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


def grouped(table: pd.DataFrame, *by: str) -> Iterator[tuple[tuple, np.ndarray]]:
    """The values of some columns and where the table has them, in the order of appearance."""
    number = table.groupby(list(by), sort=False).ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []
    keys = [table[name].to_numpy() for name in by]
    for part in parts:
        yield tuple(key[part[0]] for key in keys), part


class Measured:
    """The measurements as arrays, of whose parts statistics are taken.

    Parameters
    ----------
    table : the measurements.
    """

    def __init__(self, table: pd.DataFrame):
        self._common = scatter(table)
        numbers = {name for axis in columns.AXES for name in axis[1:3]}
        numbers |= {columns.ERROR, columns.CORRELATION_XY, *_SHARED}
        self._values = {name: table[name].to_numpy(float) for name in numbers}
        code = {status: number for number, status in enumerate(STATUSES)}
        self._status = table[columns.STATUS].map(code).to_numpy(int)

    def statistics(self, at: np.ndarray, widening: float = 1.0) -> dict:
        """Statistics of the measurements that count in a group; NaN where none does.

        Parameters
        ----------
        at : rows of the group.
        widening : by how much the ground's change makes errors larger than tiles say.
        """
        status = self._status[at]
        good = at[status == STATUSES.index(OK)]
        row = {columns.COUNT: len(good), columns.SKIPPED_SHARE: 1 - len(good) / len(at)}
        alike = self._alike(good)
        for (axis, shift, sigma, _), shared in zip(columns.AXES, alike, strict=True):
            values, sigmas = self._values[shift][good], self._values[sigma][good]
            sigmas = np.where(np.isnan(sigmas), self._common[shift], sigmas)
            mean = float(values.mean()) if len(good) else np.nan
            row[shift], own = weighted_huber(values, sigmas)
            row[sigma] = math.hypot(widening * own, shared)
            if np.isnan(sigmas).any():
                # Nothing tells how much these scatter: a mean, and no error bar that is made up.
                row[shift] = mean
            row |= {
                columns.statistic("mean", axis): mean,
                columns.statistic("std", axis): float(values.std(ddof=1))
                if len(good) > 1
                else np.nan,
                columns.statistic("median", axis): median(values),
                columns.statistic("nmad", axis): nmad(values),
            }
        row[columns.CORRELATION_XY] = self._correlation(good)
        counts = np.bincount(status, minlength=len(STATUSES))
        for number, name in enumerate(STATUSES):
            if name != OK:
                row[columns.REJECTED.format(name)] = int(counts[number])
        errors = self._values[columns.ERROR][good]
        errors = errors[np.isfinite(errors)]
        row[columns.ERROR_RMS] = np.sqrt((errors**2).mean()) if len(errors) else np.nan
        return row

    def _alike(self, at: np.ndarray) -> np.ndarray:
        """Along each axis what of the errors no number of tiles makes less, metres."""
        values, sigmas = (
            np.transpose([self._values[name][at] for name in names])
            for names in (_SHARED, [sigma for _, _, sigma, _ in columns.AXES])
        )
        mean, more = shared_part(values, sigmas)
        return np.abs(mean) * more

    def _correlation(self, at: np.ndarray) -> float:
        """Of the errors of the robust shifts to the east and north; NaN where there are none."""
        columns_of = [[self._values[axis[i]][at] for axis in columns.AXES] for i in (1, 2)]
        values, sigmas = (np.transpose(both) for both in columns_of)
        if not len(at) or np.isnan(sigmas).any():
            return np.nan
        return correlation(values, sigmas, self._values[columns.CORRELATION_XY][at])


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
    keys = [tuple(pair[role]["scene"] for role in _ROLES) for pair in pairs]
    found = series.widening([quarters_of(pair["tiles"]) for pair in pairs])
    widening = dict(zip(keys, map(float, found), strict=True))
    rows, measured = [], Measured(table)
    heads = {name: table[name].to_numpy() for name in _HEAD[2:]}
    for key, at in grouped(table, columns.REFERENCE, columns.SECONDARY):
        row = {
            columns.REFERENCE: key[0],
            columns.SECONDARY: key[1],
            **{name: values[at[0]] for name, values in heads.items()},
            **dict(zip(_ORIGIN, origin[key], strict=True)),
            columns.TILES: len(at),
        }
        row |= measured.statistics(at, widening[key])
        if truth is not None:
            row[columns.TRUE_X], row[columns.TRUE_Y] = true_shift(truth, *key)
        rows.append(row)
    known = columns.PAIRS_TABLE
    names = list(known) if truth is not None else columns.without_truth(known)
    return whole_numbers(pd.DataFrame(rows, columns=names))


def same_pixels(table: pd.DataFrame) -> list[list[str]]:
    """Pairs of which all tiles that count are one image: [[reference, secondary], ...].

    Parameters
    ----------
    table : the measurements; without coherence, as of another method, none is found.
    """
    good = table[table[columns.STATUS] == OK]
    alike = good[columns.COHERENCE] >= _ONE_IMAGE
    for _, shift, sigma, _ in columns.AXES:
        alike &= good[shift].abs() <= _AT_ONE_PLACE * good[sigma]
    every = alike.groupby([good[columns.REFERENCE], good[columns.SECONDARY]]).all()
    return [list(map(str, pair)) for pair, same in every.items() if same]


def true_shift(truth, reference: str, secondary: str) -> tuple[float, float]:
    """The shift that brings a scene displaced by a known offset onto another one, in metres.

    A secondary scene that lies further east than the reference has to move west: the shift is the
    reference's offset less the secondary's.
    """
    return tuple(r - s for r, s in zip(truth[reference], truth[secondary], strict=True))


def tiles_table(table: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """One row for each tile over all pairs and scenes: the columns of `columns.TILES_TABLE`.

    Parameters
    ----------
    table : the measurements of the pairs.
    series : what each tile does over the scenes, from `tile_offsets.series_of_tiles`.
    """
    rows, measured = [], Measured(table)
    for (y, x), at in sorted(
        grouped(table, columns.TILE_Y, columns.TILE_X), key=lambda one: one[0]
    ):
        row = {columns.TILE_X: x, columns.TILE_Y: y, columns.PAIRS: len(at)}
        rows.append(row | measured.statistics(at))
    found = pd.DataFrame(rows).merge(series, on=[columns.TILE_X, columns.TILE_Y])
    return whole_numbers(found[list(columns.TILES_TABLE)])


def whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its counts and numbers as integers."""
    counts = [columns.COUNT, columns.TILES, columns.PAIRS]
    counts += [columns.REJECTED.format(status) for status in STATUSES]
    counts += [columns.REFERENCE_INDEX, columns.SECONDARY_INDEX, columns.TILE_X, columns.TILE_Y]
    return table.astype({c: int for c in counts if c in table})
