"""What the scenes of a stack show against the template."""

import numpy as np

from stackshift.stack import columns as c
from stackshift.stack import robust, series
from stackshift.stack.pairing import days_between
from stackshift.stack.record import quarters_of
from stackshift.tile.match import OK


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
    shared : (scenes, 2) metres, part of a scene's error that all its tiles have alike, and scenes
        that lie off the others by the same fraction of a pixel: what is not known of the pull of
        detail finer than a pixel, with its sign. No number of tiles or scenes makes it less.
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
        self.widening = series.widening([quarters_of(tiles) for tiles in records])
        self._own = errors * self.widening[:, None] * self._own_share()[:, None]
        self.shared, more = self._shared(records)
        self.errors = np.hypot(self._own, self.shared * more)
        self.common = series.common(self.offsets, self.sigmas, self.means, ~self.moves)

    def _shared(self, records) -> tuple[np.ndarray, np.ndarray]:
        parts = [
            [[tile.get(name) or 0.0 for name in (c.SHARED_X, c.SHARED_Y)] for tile in tiles]
            for tiles in records
        ]
        counts = np.where(self.moves[:, None], np.nan, self.sigmas)
        return robust.shared_part(np.array(parts, float), counts)

    def _own_share(self) -> np.ndarray:
        """What of a scene's error is its own, (scenes,): the mean of n - 1 others has one too."""
        inside = np.array([one.get("in_template", False) for one in self.contents], bool)
        return np.where(inside, np.sqrt(1 - 1 / max(inside.sum(), 2)), 1.0)

    def correlation(self) -> np.ndarray:
        """(scenes,) correlation of the errors to the east and north of each scene's offset."""
        kept = np.isfinite(self.offsets).all(axis=2) & ~self.moves
        correlated = np.array(
            [
                robust.correlation(values[at], sigmas[at], own[at])
                for values, sigmas, own, at in zip(
                    self.offsets, self.sigmas, self.correlations, kept, strict=True
                )
            ]
        )
        # What all tiles share is along each axis by itself.
        return correlated * np.divide(self._own.prod(axis=1), self.errors.prod(axis=1))

    @property
    def counted(self) -> np.ndarray:
        """(scenes,) number of tiles that each scene's offset rests on."""
        return (np.isfinite(self.offsets).all(axis=2) & ~self.moves).sum(axis=1)


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


def processing(stack: Stack) -> dict[str, dict]:
    """How this workflow brought each scene onto the grid, as attributes of the scenes by name."""
    return {
        one["scene"]: {"resampling": one.get("resampling"), "files": _files(one)}
        for one in stack.contents
    }


def with_processing(
    attributes: dict[str, dict], processed: dict[str, dict]
) -> dict[str, dict[str, str]]:
    """Attributes of the scenes by name, with those of `processing`; none empty."""
    return {
        name: {key: str(value) for key, value in (own | processed.get(name, {})).items() if value}
        for name, own in attributes.items()
    }


def _files(content: dict) -> str | None:
    """Number of the files that a scene is made of."""
    source = content.get("source")
    return str(len(source.split(", "))) if source else None
