"""Offsets along ground range, azimuth and slant range, beside those to the east and north."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stackshift.ground import flight
from stackshift.stack import columns as c
from stackshift.stack.inversion import as_numbers


def turned(east, north, sigmas, correlation, look: flight.Look):
    """Offsets along ground range and azimuth, and their standard errors out of the covariance.

    Parameters
    ----------
    east, north : numbers or arrays, metres.
    sigmas : standard errors of both.
    correlation : of their errors; NaN counts as 0.
    look : of the scene.

    Returns
    -------
    (ground range, azimuth), (standard errors of both): metres, positive away from the satellite and
    along its flight.
    """
    across = np.nan_to_num(correlation) * sigmas[0] * sigmas[1]
    errors = [
        np.sqrt(np.maximum((e * sigmas[0]) ** 2 + (n * sigmas[1]) ** 2 + 2 * e * n * across, 0.0))
        for e, n in flight.ways(look.heading, look.side)
    ]
    return flight.to_range_azimuth((east, north), look.heading, look.side), errors


def with_looks(
    table: pd.DataFrame,
    looks: dict[str, flight.Look | None],
    offsets: tuple[np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """A table of scenes, or of their tiles, with the columns that the scenes' looks tell.

    Parameters
    ----------
    table : with a column of scenes, offsets, standard errors and their correlation.
    looks : by name of the scene; None for one of which no heading is known.
    offsets : (east, north) of each row along the axes of the place to which the headings belong;
        those of the table where none are given.
    """
    east, north, *sigmas, correlation = as_numbers(
        table, c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH, c.CORRELATION_EN
    )
    east, north = offsets or (east, north)
    names = table[c.SCENE].to_numpy()
    found = {
        name: np.full(len(table), np.nan)
        for name in (
            *map(str, np.ravel(c.LOOK_AXES)),
            c.OFFSET_SLANT,
            c.SIGMA_SLANT,
            c.HEADING,
            c.INCIDENCE,
        )
    }
    sides = np.full(len(table), None, object)
    for scene, look in looks.items():
        if look is None:
            continue
        at = names == scene
        values, errors = turned(
            east[at], north[at], [sigma[at] for sigma in sigmas], correlation[at], look
        )
        for (offset, sigma), value, error in zip(c.LOOK_AXES, values, errors, strict=True):
            found[offset][at], found[sigma][at] = value, error
        found[c.HEADING][at] = look.heading
        sides[at] = look.side
        if look.incidence is not None:
            found[c.INCIDENCE][at] = look.incidence
            for slant, ground in (
                (c.OFFSET_SLANT, c.OFFSET_RANGE),
                (c.SIGMA_SLANT, c.SIGMA_RANGE),
            ):
                found[slant][at] = flight.to_slant(found[ground][at], look.incidence)
    found[c.LOOK] = sides
    return table.assign(**{name: column for name, column in found.items() if name in table})


@dataclass(frozen=True)
class Seen:
    """Scenes or pairs along (ground range, azimuth): metres and standard errors, (2, products)."""

    values: np.ndarray
    sigmas: np.ndarray


def of_scenes(scenes: pd.DataFrame) -> Seen | None:
    """The scenes of a table along range and azimuth; None unless the headings of all are known."""
    if c.HEADING not in scenes or not np.isfinite(as_numbers(scenes, c.HEADING)[0]).all():
        return None
    columns = [as_numbers(scenes, *axis) for axis in c.LOOK_AXES]
    return Seen(*(np.array([axis[i] for axis in columns]) for i in (0, 1)))


def of_pairs(pairs: pd.DataFrame, scenes: pd.DataFrame, apart) -> Seen | None:
    """How far the scenes of pairs lie apart, as their newer ones were seen; None without a heading.

    Parameters
    ----------
    pairs, scenes : the tables.
    apart : from `separations.separations`; where the pair itself was not measured the errors of
        its scenes are taken as uncorrelated.
    """
    if of_scenes(scenes) is None:
        return None
    (heading,) = as_numbers(scenes, c.HEADING)
    number = {scene: at for at, scene in enumerate(scenes[c.SCENE])}
    at = [number[newer] for newer, _ in apart.names]
    correlation = np.zeros(len(at))
    if c.CORRELATION_XY in pairs:
        shift, correlation = as_numbers(pairs, c.SHIFT_X, c.CORRELATION_XY)
        correlation = np.where(np.isfinite(shift), correlation, 0.0)
    values, sigmas = np.full((2, len(at)), np.nan), np.full((2, len(at)), np.nan)
    sides = list(scenes[c.LOOK])
    for key in {(heading[i], sides[i]) for i in at}:
        mine = np.array([(heading[i], sides[i]) == key for i in at])
        values[:, mine], sigmas[:, mine] = turned(
            apart.east[mine],
            apart.north[mine],
            [sigma[mine] for sigma in apart.sigmas],
            correlation[mine],
            flight.Look(*key),
        )
    return Seen(values, sigmas)


def limits(requirement: dict) -> np.ndarray:
    """(2, 1): metres that the requirement allows along ground range and azimuth."""
    metres = [requirement.get(axis) or requirement["metres"] for axis in ("range", "azimuth")]
    return np.array(metres, float)[:, None]


def beside(table: pd.DataFrame, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """A table combined from others, with the columns of how its scenes were seen.

    Parameters
    ----------
    table : with the offsets and standard errors of `columns.SCENES_TABLE`.
    tables : that it is made of, the first first; heading, look, incidence and the correlation of
        the errors are those of the first that has the scene.
    """
    known = pd.concat(tables).drop_duplicates(c.SCENE).set_index(c.SCENE)
    if c.HEADING not in known:
        return table
    seen: dict[str, flight.Look | None] = {}
    for scene in table[c.SCENE]:
        heading, side, angle = known.loc[scene, [c.HEADING, c.LOOK, c.INCIDENCE]]
        told = None if pd.isna(angle) else float(angle)
        seen[scene] = None if pd.isna(heading) else flight.Look(float(heading), side, told)
    named = [*np.ravel(c.LOOK_AXES), c.OFFSET_SLANT, c.SIGMA_SLANT, c.HEADING, c.INCIDENCE, c.LOOK]
    empty = dict.fromkeys(map(str, named), np.nan)
    correlation = table[c.SCENE].map(known[c.CORRELATION_EN])
    return with_looks(table.assign(**empty, **{c.CORRELATION_EN: correlation}), seen)
