"""What the displacement of each scene does to change detection on this ground."""

import stackio.job as job

import logging
import math
from pathlib import Path

import numpy as np
import pandas as pd

from stackio import earth, files, prepared, raster
from stackio.against_mean import Compared, Others, Part, blocks_of
from stackplot import costs, drawing
from stackshift.ground.geometry import to_pixels
from stackshift.ground.resampling import HALO
from stackshift.stack import check_columns
from stackshift.stack import columns as c
from stackshift.stack.detection import Histogram, line, place_of_template, quiet, variances
from stackshift.stack.inversion import as_numbers
from stackshift.tile.scaled import transformed

# Metres by which all scenes are displaced for the curve, in four directions by turns.
METRES = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)
# Pixels of ground that are compared at most, of a scene and of all, in blocks of so many a side:
# enough for shares of 1e-5, and all of the ground of 150 large scenes would take hours.
_PIXELS, _OF_ALL, _SIDE = 4_000_000, 150_000_000, 256
# Values of all scenes that a block holds at most, four bytes each, some times.
_VALUES = 16_000_000
# One block in so many tells by how much the middle pixel changes.
_SAMPLE = 4


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
        blocks = blocks_of(mean, side, min(_PIXELS, _OF_ALL // max(len(names), 1)))
        others = Others(mean, said, tiles or {}, cut, transform, transformed)

        def compared(block: tuple[int, int]) -> Compared:
            found = Compared(Part(grid, block, side, halo), others, there, box)
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
