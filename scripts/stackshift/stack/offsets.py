"""Tables of the scenes out of what each scene's tiles show against the template."""

import numpy as np
import pandas as pd

from stackshift.ground import geometry
from stackshift.stack import columns as c
from stackshift.stack import datum, robust, series
from stackshift.stack.network import Adjustment
from stackshift.stack.pairing import days_between
from stackshift.stack.tables import grouped
from stackshift.stack.zero import Zero
from stackshift.tile.match import OK

_AXES = (
    (c.OFFSET_EAST, c.SIGMA_EAST, c.SHIFT_X, c.SIGMA_X),
    (c.OFFSET_NORTH, c.SIGMA_NORTH, c.SHIFT_Y, c.SIGMA_Y),
)
# A pair and its scenes share their speckle: what is left of a pair's variance once theirs is taken
# off, at least, as a share.
_LEAST = 0.3


class Stack:
    """What the scenes of a stack show: arrays over scenes (newest first) and tiles (row-major).

    Attributes
    ----------
    names : of the scenes.
    cells : (column, row) of the tiles.
    offsets, sigmas : (scenes, tiles, 2) east and north in metres from the template; NaN for a tile
        that does not count.
    correlations : (scenes, tiles) of the errors to the east and north.
    moves : (tiles,) whether a tile's series does not fit the scenes'.
    common : (2,) metres, what of the errors all scenes share; see `series.common`.
    """

    def __init__(self, contents: list[dict]):
        self.contents = sorted(contents, key=lambda one: one["scene"], reverse=True)
        self.names = [one["scene"] for one in self.contents]
        records = [one["tiles"] for one in self.contents]
        self.cells = [(tile[c.TILE_X], tile[c.TILE_Y]) for tile in records[0]]
        # A shift brings a scene onto the template, an offset is where the scene lies.
        self.offsets = -_values(records, c.SHIFT_X, c.SHIFT_Y)
        self.sigmas = _values(records, c.SIGMA_X, c.SIGMA_Y)
        self.correlations = _correlations(records)
        days = np.array([days_between(self.names[-1], name) for name in self.names])
        self.moves = series.moving(self.offsets, self.sigmas, days)
        self.means, errors = series.means(self.offsets, self.sigmas, ~self.moves)
        self.widening = series.widening([_quarters(tiles) for tiles in records])
        self.errors = errors * self.widening[:, None] * self._own_share()[:, None]
        self.common = series.common(self.offsets, self.sigmas, self.means, ~self.moves)

    def _own_share(self) -> np.ndarray:
        """What of a scene's error is its own, (scenes,): the mean of n - 1 others has one too."""
        inside = np.array([one.get("in_template", False) for one in self.contents], bool)
        return np.where(inside, np.sqrt(1 - 1 / max(inside.sum(), 2)), 1.0)

    def correlation(self) -> np.ndarray:
        """(scenes,) correlation of the errors to the east and north of each scene's offset."""
        kept = np.isfinite(self.offsets).all(axis=2) & ~self.moves
        return np.array(
            [
                robust.correlation(values[at], sigmas[at], own[at])
                for values, sigmas, own, at in zip(
                    self.offsets, self.sigmas, self.correlations, kept, strict=True
                )
            ]
        )

    @property
    def counted(self) -> np.ndarray:
        """(scenes,) number of tiles that each scene's offset rests on."""
        return (np.isfinite(self.offsets).all(axis=2) & ~self.moves).sum(axis=1)


def with_processing(attributes: dict[str, dict], stack: Stack) -> dict[str, dict[str, str]]:
    """Attributes of the scenes, with how this workflow brought each onto the grid; none empty."""
    here = {
        one["scene"]: {"resampling": one.get("resampling"), "files": _files(one)}
        for one in stack.contents
    }
    return {
        name: {key: str(value) for key, value in (own | here.get(name, {})).items() if value}
        for name, own in attributes.items()
    }


def _files(content: dict) -> str | None:
    """Number of the files that a scene is made of."""
    source = content.get("source")
    return str(len(source.split(", "))) if source else None


def _values(records, *names: str) -> np.ndarray:
    return np.array(
        [
            [[np.nan if tile[c.STATUS] != OK else tile[name] for name in names] for tile in tiles]
            for tiles in records
        ],
        float,
    )


def _correlations(records) -> np.ndarray:
    """Of tiles, 0 where nothing is said; the sign of a shift and of an offset is the same in it."""
    found = [[tile.get(c.CORRELATION_XY) or 0.0 for tile in tiles] for tiles in records]
    return np.array(found, float)


def _quarters(tiles: list[dict]) -> list[np.ndarray]:
    keys = (c.SHIFT_X, c.SHIFT_Y, c.SIGMA_X, c.SIGMA_Y)
    return [
        np.array([[quarter[key] for key in keys] for quarter in tile["quarters"]], float)
        for tile in tiles
        if tile.get("quarters")
    ]


def scenes_table(
    stack: Stack,
    platforms: dict[str, str | None],
    pairs: pd.DataFrame,
    network: list[Adjustment],
    truth: dict[str, tuple[float, float]] | None,
    zero: Zero,
) -> pd.DataFrame:
    """One row for each scene, newest first, with the columns of `columns.SCENES_TABLE`.

    Parameters
    ----------
    stack : what the scenes show.
    platforms : platform of each scene by name, newest first.
    pairs : rows of the pairs' table that count, in the order of the adjustment.
    network : adjustment of the pairs along each axis (east, north).
    truth : true offset (east, north) in metres of each scene of a simulated stack, else None.
    zero : what offsets are relative to.
    """
    names, reference = stack.names, zero.scene
    known = c.SCENES_TABLE if truth is not None else c.without_truth(c.SCENES_TABLE)
    table = pd.DataFrame(index=range(len(names)), columns=list(known), dtype=object)
    table[c.SCENE], table[c.INDEX] = names, range(len(names))
    table[c.TIME] = [f"{s[:4]}-{s[4:6]}-{s[6:11]}:{s[11:13]}:{s[13:]}Z" for s in names]
    table[c.PLATFORM] = [platforms[name] for name in names]
    table[c.PART] = [part if part >= 0 else None for part in network[0].part]
    table[c.TILES] = stack.counted
    table[c.FILES] = [one.get("source") or "" for one in stack.contents]
    table[c.OVERLAP] = [(one.get("overlap") or {}).get("median") for one in stack.contents]
    for column, key in (
        (c.MASKED, "masked"), (c.NO_AREA, "no_area"), (c.NO_MASK, "no_mask"),
        (c.CONTRAST, "contrast"),
    ):  # fmt: skip
        table[column] = [one.get(key) for one in stack.contents]
    measured = np.isfinite(stack.means).all(axis=1)
    lost = reference is not None and not measured[names.index(reference)]
    table[c.MESSAGE] = [
        why(one, stack.moves)
        if not known
        else f"the reference {reference} could not be measured"
        if lost
        else ""
        for one, known in zip(stack.contents, measured, strict=True)
    ]
    for axis, (offset, sigma, *_) in enumerate(_AXES):
        means, errors = stack.means[:, axis], stack.errors[:, axis]
        if zero.absolute:
            table[offset], table[sigma] = datum.from_outside(means, errors, stack.common[axis])
        else:
            table[offset], table[sigma] = relative(means, errors, names, reference)
        linked, linked_errors = relative(
            np.where(_largest(network[axis].part), network[axis].offsets, np.nan),
            network[axis].sigmas,
            names,
            reference,
            own=False,
        )
        if zero.absolute:
            # Pairs know of no place but each other's.
            both = np.isfinite(linked) & measured
            linked = linked + _median(means[both]) - _median(linked[both])
        of_network = c.NETWORK_AXES[axis]
        table[of_network[0]], table[of_network[1]] = linked, linked_errors
        if truth is not None:
            true = np.array([truth[name][axis] for name in names])
            at = true[names.index(reference)] if reference else _median(true[measured])
            table[(c.TRUE_EAST, c.TRUE_NORTH)[axis]] = true - (0 if zero.absolute else at)
    table[c.CORRELATION_EN] = np.where(measured & ~lost, _correlated(stack, reference), np.nan)
    ends = pd.concat([pairs[c.REFERENCE], pairs[c.SECONDARY]]).value_counts()
    table[c.PAIRS] = [int(ends.get(name, 0)) for name in names]
    return table


def _correlated(stack: Stack, reference: str | None) -> np.ndarray:
    """Correlation of the errors of the scenes' offsets; the median adds next to nothing to it."""
    own = stack.correlation()
    if reference is None:
        return own
    at = stack.names.index(reference)
    total = np.hypot(stack.errors, stack.errors[at])
    covariance = own * stack.errors.prod(axis=1) + own[at] * stack.errors[at].prod()
    return np.where(np.arange(len(own)) == at, 0.0, covariance / total.prod(axis=1))


def relative(offsets, sigmas, names: list[str], reference: str | None, own: bool = True):
    """Offsets along one axis, and their errors, from the stack's one zero.

    ``own`` says that the errors are independent from scene to scene, as those of a network are not,
    of which the errors stay those from its mean.
    """
    if reference is not None:
        moved, errors = datum.from_scene(offsets, sigmas, names.index(reference))
    elif own:
        moved, errors = datum.from_median(offsets, sigmas)
        # The middle scene is the zero, but its place is known no better than any other's.
        count = max(int(np.isfinite(moved).sum()), 1)
        errors = np.maximum(errors, sigmas * np.sqrt(1 - 1 / count))
    else:
        moved, errors = offsets - _median(offsets[np.isfinite(offsets)]), sigmas
    return moved, np.where(np.isfinite(moved), errors, np.nan)


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else 0.0


def _largest(part: np.ndarray) -> np.ndarray:
    """Which scenes are in the largest part of a network."""
    if not (part >= 0).any():
        return np.zeros(len(part), bool)
    return part == np.bincount(part[part >= 0]).argmax()


def why(content: dict, moves: np.ndarray) -> str:
    """Why a scene has no offset, out of what became of its tiles."""
    tiles = content["tiles"]
    if any(tile[c.STATUS] == OK for tile in tiles):
        return "only tiles that move by themselves were matched"
    statuses = [tile[c.STATUS] for tile in tiles]
    commonest = max(sorted(set(statuses)), key=statuses.count)
    message = next(tile[c.MESSAGE] for tile in tiles if tile[c.STATUS] == commonest)
    return f"no tile counts; {statuses.count(commonest)} of {len(tiles)} {commonest}: {message}"


def scene_tiles_table(stack: Stack, table: pd.DataFrame) -> pd.DataFrame:
    """One row for each scene and tile, with the columns of `columns.SCENE_TILES_TABLE`.

    Offsets have the zero of the scenes' table, and the errors of the tiles themselves.
    """
    zero = [_zero(stack.means[:, axis], table[offset]) for axis, (offset, *_) in enumerate(_AXES)]
    rows = [
        {c.SCENE: name, c.TILE_X: tile[c.TILE_X], c.TILE_Y: tile[c.TILE_Y]}
        | {
            column: value
            for axis, (offset, sigma, *_) in enumerate(_AXES)
            for column, value in (
                (offset, stack.offsets[i, j, axis] - zero[axis]),
                (sigma, stack.sigmas[i, j, axis]),
            )
        }
        | {c.CORRELATION_EN: tile.get(c.CORRELATION_XY)}
        | {key: tile.get(key) for key in (*c.TILE_FIGURES, c.STATUS, c.MESSAGE)}
        for i, (name, one) in enumerate(zip(stack.names, stack.contents, strict=True))
        for j, tile in enumerate(one["tiles"])
    ]
    found = pd.DataFrame(rows, columns=list(c.SCENE_TILES_TABLE))
    return found.astype(dict.fromkeys(c.TILE_FIGURES, float))


def _zero(means: np.ndarray, offsets: pd.Series) -> float:
    """What was taken off the scenes' means to make their offsets."""
    known = np.isfinite(means)
    return float((means - offsets.to_numpy(float))[known][0]) if known.any() else 0.0


def zero_of(stack: Stack, table: pd.DataFrame) -> dict[str, float]:
    """Metres from the template to where offsets are 0, which another stack's do not share.

    With standard errors, that of a median of so many scenes: 1.25 times that of a mean.
    """
    found = {}
    for axis, (direction, (offset, *_)) in enumerate(zip(("east", "north"), _AXES, strict=True)):
        errors = stack.errors[np.isfinite(stack.errors[:, axis]), axis]
        found[direction] = _zero(stack.means[:, axis], table[offset])
        found[f"sigma_{direction}"] = (
            float(1.2533 * np.sqrt(np.mean(errors**2) / len(errors))) if len(errors) else 0.0
        )
    return found


def series_of_tiles(stack: Stack) -> pd.DataFrame:
    """What each tile does over the stack: columns TILE_X, TILE_Y and those of `columns.SERIES`."""
    scatter = series.spread(stack.offsets, stack.means)
    count = np.isfinite(stack.offsets).all(axis=2).sum(axis=0)
    return pd.DataFrame(
        {
            c.TILE_X: [x for x, _ in stack.cells],
            c.TILE_Y: [y for _, y in stack.cells],
            c.SCENES_MEASURED: count,
            c.MOVES: stack.moves.astype(int),
            c.SCATTER_EAST: scatter[:, 0],
            c.SCATTER_NORTH: scatter[:, 1],
        }
    )


def still(tiles: pd.DataFrame, stack: Stack) -> pd.DataFrame:
    """The scenes' tiles that count and do not move by themselves."""
    moving = {cell for cell, moves in zip(stack.cells, stack.moves, strict=True) if moves}
    cells = zip(tiles[c.TILE_X], tiles[c.TILE_Y], strict=True)
    return tiles[
        tiles[c.OFFSET_EAST].notna() & np.array([cell not in moving for cell in cells], bool)
    ]


def as_seen_from(
    tiles: pd.DataFrame, pixels: dict[tuple[int, int], geometry.Pixel], place: geometry.Pixel
) -> pd.DataFrame:
    """The tiles' offsets along east and north of one place, instead of each tile's own.

    Parameters
    ----------
    tiles : with the columns of `columns.SCENE_TILES_TABLE`.
    pixels : what a pixel is on the ground in each tile (column, row).
    place : and at the place.
    """
    values = tiles[[c.OFFSET_EAST, c.OFFSET_NORTH]].to_numpy(float)
    moved = np.full(values.shape, np.nan)
    for cell, mine in grouped(tiles, c.TILE_X, c.TILE_Y):
        own = tuple(values[mine].T)
        moved[mine] = np.transpose(geometry.as_seen_from(own, pixels[cell], place))
    return tiles.assign(**{c.OFFSET_EAST: moved[:, 0], c.OFFSET_NORTH: moved[:, 1]})


def moving_tiles(stack: Stack) -> list[dict]:
    """The tiles that move by themselves."""
    return [
        {c.TILE_X: x, c.TILE_Y: y}
        for (x, y), moves in zip(stack.cells, stack.moves, strict=True)
        if moves
    ]


def with_residuals(table: pd.DataFrame, residuals: pd.DataFrame) -> pd.DataFrame:
    """The scenes' table with the rms of what is left of each scene's pairs."""
    table = table.copy()
    square = (residuals[c.RESIDUAL_X] ** 2 + residuals[c.RESIDUAL_Y] ** 2) / 2
    ends = pd.concat([residuals[c.REFERENCE], residuals[c.SECONDARY]])
    mean = pd.concat([square, square]).groupby(ends.to_numpy()).mean()
    left = np.sqrt(table[c.SCENE].map(mean).to_numpy(float))
    table[c.RESIDUAL] = left
    return table


def pair_residuals(pairs: pd.DataFrame, table: pd.DataFrame, stack: Stack) -> pd.DataFrame:
    """What is left of each pair's shift once its scenes' offsets are taken off, and over its error.

    The scenes are measured better than the pair out of the same pixels, so that the variance of the
    difference is that of the pair less those of the scenes (Hausman 1978, doi:10.2307/1913827).
    """
    by_scene = table.set_index(c.SCENE)
    found = pairs[[c.REFERENCE, c.SECONDARY]].copy()
    for axis, ((offset, _, shift, error), residual, z) in enumerate(
        zip(_AXES, (c.RESIDUAL_X, c.RESIDUAL_Y), (c.Z_X, c.Z_Y), strict=True)
    ):
        # The scenes' own errors, whatever their offsets are relative to.
        own = pd.Series(stack.errors[:, axis], index=stack.names)
        at = [by_scene[offset].astype(float), own]
        (first, first_error), (second, second_error) = (
            [pairs[role].map(values).to_numpy(float) for values in at]
            for role in (c.REFERENCE, c.SECONDARY)
        )
        found[residual] = pairs[shift].to_numpy(float) - (first - second)
        variance = pairs[error].to_numpy(float) ** 2
        left = np.maximum(variance - first_error**2 - second_error**2, _LEAST * variance)
        found[z] = found[residual] / np.sqrt(left)
    return found
