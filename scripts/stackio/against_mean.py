"""Scenes against the aligned mean of the others, block by block of the ground."""

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np

from stackio import prepared, raster
from stackshift.ground.geometry import to_pixels
from stackshift.ground.lattice import tile_edges
from stackshift.ground.resampling import Surface
from stackshift.stack import mean_image
from stackshift.stack.detection import Histogram, averaged, spread_out
from stackshift.stack.others import OfTemplate

# By turns, scenes are displaced to the east, north, west and south.
DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))
# Pixels of displacement that are none.
_NONE = 1e-3
# Samples of a block along each axis that tell how much of it has data.
_SAMPLES = 8


def blocks_of(mean, side: int, most: int) -> list[tuple[int, int]]:
    """First row and column of the blocks that stand for the ground of which there is a mean."""
    sizes = mean.height, mean.width
    shape = [math.ceil(size / side) for size in sizes]
    coarse = [min(_SAMPLES * n, size) for n, size in zip(shape, sizes, strict=True)]
    known = np.isfinite(raster.read_reduced(mean, (coarse[0], coarse[1])))
    rows, columns = (
        np.arange(n) * size // n // side for n, size in zip(coarse, sizes, strict=True)
    )
    shares = np.zeros(shape)
    np.add.at(shares, (rows[:, None], columns[None, :]), known)
    # A sample stands for so many pixels.
    shares *= math.prod(sizes) / known.size / side**2
    return [(row * side, column * side) for row, column in spread_out(shares, most / side**2)]


class Part:
    """A block of the grid with what is around it."""

    def __init__(self, grid, first: tuple[int, int], side: int, halo: int):
        ends = [
            (max(0, at - halo), min(size, at + side + halo), at, min(size, at + side))
            for at, size in zip(first, (grid.height, grid.width), strict=True)
        ]
        self.rows, self.columns = ((low, high) for low, high, *_ in ends)
        self.inner = tuple(slice(at - low, stop - low) for low, _, at, stop in ends)

    def moved(self, surface: Surface, place: tuple[float, float]) -> np.ndarray:
        """An image as it is where its content lies (rows, columns) from where it should."""
        if max(map(abs, place)) < _NONE:
            return surface.image
        rows = np.arange(self.rows[1] - self.rows[0])[:, None] + place[0]
        columns = np.arange(self.columns[1] - self.columns[0])[None, :] + place[1]
        return surface.at(*np.broadcast_arrays(rows, columns))


class Others:
    """The template, and what is left of it without one of its members.

    Parameters
    ----------
    mean : the open template.
    made : its JSON.
    tiles : folder with the tiles of each member.
    cut, transform : number of tiles (rows, columns), and how their values were transformed.
    prepare : brings a tile of power onto the scale on which it is matched.
    """

    def __init__(self, mean, made: dict, tiles: dict[str, str], cut, transform: str,
                 prepare: Callable):  # fmt: skip
        self._mean, self._tiles, self._transform = mean, tiles, transform
        self._prepare = prepare
        self._levels = {(t["row"], t["column"]): t["level"] for t in made["tiles"]}
        self._edges = tile_edges(mean.height, cut[0]), tile_edges(mean.width, cut[1])

        # A block and its surroundings touch four tiles at most, if these are not smaller.
        @lru_cache(4)
        def of_cell(row: int, column: int) -> OfTemplate:
            rows, columns = (
                (edges[at], edges[at + 1])
                for edges, at in zip(self._edges, (row, column), strict=True)
            )
            bands = raster.read_part(mean, rows, columns)
            return OfTemplate(bands, made, (row, column), transform)

        self._of_cell = of_cell

    def all(self, part: Part) -> np.ndarray:
        """Power of the template."""
        return _power_of(raster.read_part(self._mean, part.rows, part.columns)[0])

    def without(self, name: str, part: Part) -> np.ndarray | None:
        """Power of the template without what a scene put into it; None where it is no member."""
        if name not in self._tiles:
            return None
        shape = part.rows[1] - part.rows[0], part.columns[1] - part.columns[0]
        found = np.full(shape, np.nan, np.float32)
        for row, of_rows, into_rows in _touched(self._edges[0], part.rows):
            for column, of_columns, into_columns in _touched(self._edges[1], part.columns):
                with raster.open_tile(self._tiles[name], (row, column)) as source:
                    own = self._prepare(
                        raster.read_rows(source, 0, source.height), transform=self._transform
                    )
                values, valid = self._of_cell(row, column).without(name, own)
                level = np.float32(self._levels[row, column])
                decibels = mean_image.decibels(values[of_rows, of_columns] + level, self._transform)
                known = valid[of_rows, of_columns]
                found[into_rows, into_columns] = np.where(known, decibels, np.nan)
        return _power_of(found)


def _touched(edges: list[int], part: tuple[int, int]):
    """Number of each tile that a part reaches into, the slice of it there, and of the part."""
    for at, (first, last) in enumerate(pairwise(edges)):
        low, high = max(first, part[0]), min(last, part[1])
        if low < high:
            yield at, slice(low - first, high - first), slice(low - part[0], high - part[0])


class Compared:
    """Scenes against the mean of the others in a block.

    Attributes
    ----------
    before, after : decibels of each scene over the mean, as it lies and in its place.
    """

    def __init__(self, part: Part, others: Others, there: tuple[float, float], box: int):
        self._part, self._others, self._there, self._box = part, others, there, box
        self._mean = Surface(others.all(part))
        self._level = self._of_mean((0.0, 0.0))
        self.before: list[np.ndarray] = []
        self.after: list[np.ndarray] = []

    def _of_mean(self, place: tuple[float, float]) -> np.ndarray:
        """Decibels of the mean where its content lies off the zero."""
        there = self._there[0] + place[0], self._there[1] + place[1]
        return self._averaged(self._part.moved(self._mean, there))

    def _averaged(self, power: np.ndarray) -> np.ndarray:
        return averaged(power, self._box)[self._part.inner]

    def add(self, name: str, source: prepared.Prepared, place: tuple[float, float]) -> None:
        """Compare a scene whose content lies (rows, columns) from where offsets are zero."""
        image = source.part(self._part.rows, self._part.columns)
        level = self._level
        if (without := self._others.without(name, self._part)) is not None:
            level = self._averaged(self._part.moved(Surface(without), self._there))
        self.before.append(self._averaged(image) - level)
        self.after.append(self._averaged(self._part.moved(Surface(image), place)) - level)

    def displaced(self, histogram: Histogram, metres: float, pixel) -> None:
        """Count the scenes in their places as if each lay so many metres off, four ways."""
        for k, (east, north) in enumerate(DIRECTIONS):
            if k >= len(self.after):
                break
            change = self._of_mean(to_pixels((metres * east, metres * north), pixel)) - self._level
            for at in range(k, len(self.after), len(DIRECTIONS)):
                known = np.isfinite(self.after[at])
                if known.any():
                    here = self.after[at][known]
                    histogram.add(here + change[known] - np.median(here))


def _power_of(decibels: np.ndarray) -> np.ndarray:
    return np.power(np.float32(10), decibels / np.float32(10))
