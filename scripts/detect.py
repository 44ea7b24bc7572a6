"""What the displacement of each scene does to change detection on this ground."""

import logging
import math
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from stackio import earth, files, job, prepared, raster, writing
from stackplot import costs, drawing
from stackshift.ground.geometry import to_pixels
from stackshift.ground.lattice import tile_edges
from stackshift.ground.resampling import HALO, sampled
from stackshift.stack import check_columns, mean_image
from stackshift.stack import columns as c
from stackshift.stack.detection import Histogram, averaged, line, place_of_template, quiet
from stackshift.stack.inversion import as_numbers
from stackshift.stack.others import OfTemplate
from stackshift.tile.scaled import transformed

# Metres by which all scenes are displaced for the curve, in four directions by turns.
METRES = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)
DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))
# Values of all scenes that a block holds at most, four bytes each, three times.
_VALUES = 16_000_000


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
    with_layers = {
        name: {key: paths[at] for key, paths in (layers or {}).items()}
        for at, name in enumerate(scenes)
    }
    table = pd.read_csv(located, dtype={c.SCENE: str}, keep_default_na=False).set_index(c.SCENE)
    east, north = as_numbers(table, c.OFFSET_EAST, c.OFFSET_NORTH)
    offsets = dict(zip(table.index, zip(east, north, strict=True), strict=True))
    names = [name for name in scenes if np.isfinite(offsets[name]).all()]
    as_it_lies, in_place = ({name: Histogram() for name in names} for _ in range(2))
    moved = {metres: Histogram() for metres in METRES}
    with ExitStack() as opened:
        read = {
            name: opened.enter_context(prepared.opened(scenes[name], **with_layers[name]))
            for name in names
        }
        mean = opened.enter_context(raster.open_scene(template, bands=3))
        grid = raster.grid_of(mean)
        folder = Path(opened.enter_context(TemporaryDirectory()))
        said = files.read_json(made) if made else {"members": {}}
        others = {}
        for name in set(names) & set(tiles or {}):
            path = _without(folder, name, mean, said, tiles[name], cut, transform)
            others[name] = opened.enter_context(raster.open_scene(path))
        pixel = earth.pixel_in_the_middle(grid)
        places = {name: to_pixels(offsets[name], pixel) for name in names}
        there = place_of_template(said["members"], places)
        logging.info("the template lies %+.3f pixels down, %+.3f to the right of the zero", *there)
        most = max(metres / min(map(math.hypot, *zip(pixel.column, pixel.row, strict=True)))
                   for metres in METRES)  # fmt: skip
        reach = [abs(value) for place in (there, *places.values()) for value in place]
        halo = HALO + box + math.ceil(max([most, *reach]))
        rows = max(1, min(grid.height, _VALUES // (max(len(names), 1) * grid.width)))
        for first, count in raster.row_blocks(grid.height, rows):
            part = _Part(grid, first, count, halo)
            reference = part.moved(_power_of(part.of(mean)), there)
            level = averaged(reference, box)
            before, after = (
                np.empty((len(names), count, grid.width), np.float32) for _ in range(2)
            )
            for i, name in enumerate(names):
                image = read[name].rows(part.first, part.count)
                against = level
                if name in others:
                    against = averaged(part.moved(_power_of(part.of(others[name])), there), box)
                before[i] = averaged(image, box)[part.inner] - against[part.inner]
                after[i] = averaged(part.moved(image, places[name]), box)[part.inner]
                after[i] -= against[part.inner]
            still = quiet(after) if names else np.zeros((count, grid.width), bool)
            # The same pixels in both.
            still = still[None] & np.isfinite(before) & np.isfinite(after)
            for i, name in enumerate(names):
                as_it_lies[name].add(before[i][still[i]])
                in_place[name].add(after[i][still[i]])
            for metres, histogram in moved.items():
                _displaced(histogram, metres, part, reference, level, after, still, pixel, box)
    rows_of = [
        _row(name, offsets[name], as_it_lies[name], in_place[name], threshold) for name in names
    ]
    result = pd.DataFrame(rows_of, columns=list(check_columns.DETECTION_TABLE))
    curve = [{"metres": m} | histogram.figures(threshold) for m, histogram in moved.items()]
    files.write_csv(outputs["table"], result)
    said = {"line": line(curve, threshold), "threshold": threshold, "box": box, "curve": curve}
    files.write_json(outputs["report"], said)
    drawing.reproducible()
    figure = costs.cost_of_displacement(result, curve, threshold, box, title)
    drawing.save(figure, outputs["figure"], outputs["picture"])
    logging.info("%d scenes, %d pixels of unchanged ground", len(names), curve[0]["pixels"] or 0)


def _without(folder, name, mean, made, tiles, cut, transform) -> str:
    """A raster of the template in decibels without what a member put into it."""
    grid, path = raster.grid_of(mean), str(folder / f"{name}.tif")
    edges = tile_edges(grid.height, cut[0]), tile_edges(grid.width, cut[1])
    with writing.create(path, grid, {}) as target:
        for row in range(cut[0]):
            rows = edges[0][row], edges[0][row + 1]
            strip = np.full((rows[1] - rows[0], grid.width), np.nan, np.float32)
            for column in range(cut[1]):
                columns = edges[1][column], edges[1][column + 1]
                with raster.open_tile(tiles, (row, column)) as source:
                    own = transformed(raster.read_rows(source, 0, source.height), transform)
                bands = raster.read_part(mean, rows, columns)
                cell = row, column
                values, valid = OfTemplate(bands, made, cell, transform).without(name, own)
                (said,) = (t for t in made["tiles"] if (t["row"], t["column"]) == cell)
                values = mean_image.decibels(values + np.float32(said["level"]), transform)
                strip[:, slice(*columns)] = np.where(valid, values, np.nan)
            writing.write_rows(target, rows[0], strip)
    return path


class _Part:
    """Some rows of the grid with what is around them."""

    def __init__(self, grid, first: int, count: int, halo: int):
        top, bottom = max(0, first - halo), min(grid.height, first + count + halo)
        self.first, self.count = top, bottom - top
        self.inner = slice(first - top, first - top + count)
        self.width = grid.width

    def of(self, source) -> np.ndarray:
        """The first band of a raster here."""
        return raster.read_rows(source, self.first, self.count)

    def moved(self, image: np.ndarray, place: tuple[float, float]) -> np.ndarray:
        """An image as it is where its content lies (rows, columns) from where it should."""
        if max(map(abs, place)) < 1e-3:
            return image
        rows = np.arange(self.count)[:, None] + place[0]
        columns = np.arange(self.width)[None, :] + place[1]
        return sampled(image, *np.broadcast_arrays(rows, columns))


def _power_of(decibels: np.ndarray) -> np.ndarray:
    return np.power(np.float32(10), decibels / np.float32(10))


def _displaced(histogram, metres, part, reference, level, after, still, pixel, box) -> None:
    """Count the scenes in their places as if each lay so many metres off, four ways."""
    for k, (east, north) in enumerate(DIRECTIONS):
        place = to_pixels((metres * east, metres * north), pixel)
        change = (averaged(part.moved(reference, place), box) - level)[part.inner]
        for i in range(k, len(after), len(DIRECTIONS)):
            here = after[i] + change
            histogram.add((here - np.nanmedian(after[i]))[still[i]])


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
