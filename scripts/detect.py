"""What the displacement of each scene does to change detection on this ground."""

import logging
import math
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from stackio import earth, files, job, prepared, raster
from stackplot import costs, drawing
from stackshift.ground.geometry import to_pixels
from stackshift.ground.lattice import tile_edges
from stackshift.ground.resampling import HALO, Surface
from stackshift.stack import check_columns, mean_image
from stackshift.stack import columns as c
from stackshift.stack.detection import (
    Histogram,
    averaged,
    line,
    place_of_template,
    quiet,
    spread_out,
    variances,
)
from stackshift.stack.inversion import as_numbers
from stackshift.stack.others import OfTemplate
from stackshift.tile.scaled import transformed

# Metres by which all scenes are displaced for the curve, in four directions by turns.
METRES = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)
DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))
# Pixels of ground that are compared at most, of a scene and of all, in blocks of so many a side:
# enough for shares of 1e-5, and all of the ground of 150 large scenes would take hours.
_PIXELS, _OF_ALL, _SIDE = 4_000_000, 150_000_000, 256
# Values of all scenes that a block holds at most, four bytes each, some times.
_VALUES = 16_000_000
# One block in so many tells by how much the middle pixel changes.
_SAMPLE = 4
# Pixels of displacement that are none.
_NONE = 1e-3
# Samples of a block along each axis that tell how much of it has data.
_SAMPLES = 8


def main(
    scenes: dict[str, str],
    located: str,
    template: str,
    threshold: float,
    box: int,
    title: str,
    outputs: dict[str, str],
    made: str | None = None,
    tiles: dict[str, str] | None = None,
    cut: tuple[int, int] = (1, 1),
    transform: str = "log",
    layers: dict[str, list[str]] | None = None,
) -> None:
    """Compare each scene with the aligned mean of the others, as it lies and in its place.

    Its place is where offsets are zero, and the mean is moved there: it lies among its members.
    Of large scenes, blocks that are spread over the ground stand for all of it.

    Parameters
    ----------
    scenes : raster of each scene on the stack's grid, by name, newest first.
    located : table of the scenes.
    template : GeoTIFF of the aligned mean, decibels in its first band.
    threshold : decibels from which the detector calls a change.
    box : pixels that the detector averages over, along each axis; odd.
    title : stack and polarization.
    outputs : paths of ``table`` (CSV), ``report`` (JSON), ``figure`` and ``picture`` (SVG, PNG).
    made : JSON of the template, which tells what each member put into it; None without members.
    tiles : folder with the tiles of each member, whose part is taken out for its comparison.
    cut, transform : number of tiles (rows, columns), and how their values were transformed.
    layers : ``area`` and ``mask`` of each scene, in the order of ``scenes``, with which it was
        prepared for matching, as the template is of scenes that were; see `prepared`.
    """
    table = pd.read_csv(located, dtype={c.SCENE: str}, keep_default_na=False).set_index(c.SCENE)
    east, north = as_numbers(table, c.OFFSET_EAST, c.OFFSET_NORTH)
    offsets = dict(zip(table.index, zip(east, north, strict=True), strict=True))
    names = [name for name in scenes if np.isfinite(offsets[name]).all()]
    own_layers = {
        name: {key: paths[at] for key, paths in (layers or {}).items()}
        for at, name in enumerate(scenes)
    }
    said = files.read_json(made) if made else {"members": {}, "tiles": []}
    as_it_lies, in_place = ({name: Histogram() for name in names} for _ in range(2))
    moved = {metres: Histogram() for metres in METRES}
    with raster.open_scene(template, bands=3) as mean:
        grid = raster.grid_of(mean)
        pixel = earth.pixel_in_the_middle(grid)
        places = {name: to_pixels(offsets[name], pixel) for name in names}
        there = place_of_template(said["members"], places)
        logging.info("the template lies %+.3f pixels down, %+.3f to the right of the zero", *there)
        smallest = min(map(math.hypot, *zip(pixel.column, pixel.row, strict=True)))
        reach = max(abs(value) for place in (there, *places.values()) for value in place)
        halo = HALO + box + math.ceil(max(METRES) / smallest + reach)
        side = max(1, min(_SIDE, math.isqrt(_VALUES // max(len(names), 1))))
        blocks = _blocks(mean, side, min(_PIXELS, _OF_ALL // max(len(names), 1)))
        others = _Others(mean, said, tiles or {}, cut, transform)

        def compared(block: tuple[int, int]) -> _Compared:
            found = _Compared(_Part(grid, block, side, halo), others, there, box)
            for name in names:
                with prepared.opened(scenes[name], **own_layers[name]) as source:
                    found.add(name, source, places[name])
            return found

        # In another round, as the middle of all is not known before.
        changes = [variances(np.array(compared(one).after)) for one in blocks[::_SAMPLE] if names]
        middle = np.concatenate([found.ravel() for found in changes] or [np.empty(0)])
        for block in blocks if names else []:
            found = compared(block)
            still = quiet(variances(np.array(found.after)), middle)
            for i, name in enumerate(names):
                # The same pixels in both.
                known = still & np.isfinite(found.before[i]) & np.isfinite(found.after[i])
                as_it_lies[name].add(found.before[i][known])
                in_place[name].add(found.after[i][known])
                found.after[i] = np.where(known, found.after[i], np.float32(np.nan))
            for metres, histogram in moved.items():
                found.displaced(histogram, metres, pixel)
    rows_of = [
        _row(name, offsets[name], as_it_lies[name], in_place[name], threshold) for name in names
    ]
    result = pd.DataFrame(rows_of, columns=list(check_columns.DETECTION_TABLE))
    curve = [{"metres": m} | histogram.figures(threshold) for m, histogram in moved.items()]
    files.write_csv(outputs["table"], result)
    report = {"line": line(curve, threshold), "threshold": threshold, "box": box, "curve": curve}
    report |= {"blocks": len(blocks), "side": side}
    files.write_json(outputs["report"], report)
    drawing.reproducible()
    figure = costs.cost_of_displacement(result, curve, threshold, box, title)
    drawing.save(figure, outputs["figure"], outputs["picture"])
    logging.info(
        "%d scenes in %d blocks of %d pixels a side, %d pixels of unchanged ground",
        len(names), len(blocks), side, curve[0]["pixels"] or 0,
    )  # fmt: skip


def _blocks(mean, side: int, most: int) -> list[tuple[int, int]]:
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


class _Part:
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


class _Others:
    """The template, and what is left of it without one of its members."""

    def __init__(self, mean, made: dict, tiles: dict[str, str], cut, transform: str):
        self._mean, self._tiles, self._transform = mean, tiles, transform
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

    def all(self, part: _Part) -> np.ndarray:
        """Power of the template."""
        return _power_of(raster.read_part(self._mean, part.rows, part.columns)[0])

    def without(self, name: str, part: _Part) -> np.ndarray | None:
        """Power of the template without what a scene put into it; None where it is no member."""
        if name not in self._tiles:
            return None
        shape = part.rows[1] - part.rows[0], part.columns[1] - part.columns[0]
        found = np.full(shape, np.nan, np.float32)
        for row, of_rows, into_rows in _touched(self._edges[0], part.rows):
            for column, of_columns, into_columns in _touched(self._edges[1], part.columns):
                with raster.open_tile(self._tiles[name], (row, column)) as source:
                    own = transformed(raster.read_rows(source, 0, source.height), self._transform)
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


class _Compared:
    """Scenes against the mean of the others in a block.

    Attributes
    ----------
    before, after : decibels of each scene over the mean, as it lies and in its place.
    """

    def __init__(self, part: _Part, others: _Others, there: tuple[float, float], box: int):
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


def _row(name, offset, before: Histogram, after: Histogram, threshold: float) -> dict:
    lies, put = before.figures(threshold), after.figures(threshold)
    return {
        c.SCENE: name,
        "distance": math.hypot(*offset),
        "pixels": lies["pixels"],
        "false_alarms": lies["false_alarms"],
        "false_alarms_corrected": put["false_alarms"],
        "needed": lies["needed"],
        "needed_corrected": put["needed"],
        "rms": lies["rms"],
        "rms_corrected": put["rms"],
        "added": None
        if lies["rms"] is None or put["rms"] is None
        else math.copysign(
            math.sqrt(abs(lies["rms"] ** 2 - put["rms"] ** 2)), lies["rms"] - put["rms"]
        ),
    }


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=dict(zip(snakemake.params.scenes, snakemake.input.scenes, strict=True)),
            located=snakemake.input.located,
            template=snakemake.input.template,
            threshold=snakemake.params.threshold,
            box=snakemake.params.box,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}",
            outputs=dict(snakemake.output.items()),
            made=snakemake.input.made,
            tiles={
                Path(folder).name: folder
                for folder in snakemake.input.tiles
                if Path(folder).name in files.read_json(snakemake.input.made)["members"]
            },
            cut=tuple(snakemake.params.tiles),
            transform=snakemake.params.transform,
            layers={
                key: job.paths(found)
                for key in ("area", "mask")
                if (found := snakemake.input.get(key))
            },
        )
