"""Where each scene of a stack lies, what stands out, and whether the pairs agree."""

import stackio.job as job

import logging

import numpy as np
import pandas as pd

from stackio import earth, files, raster
from stackshift.errors import InputError
from stackshift.ground import flight
from stackshift.ground.geometry import tile_centres, tile_positions
from stackshift.ground.lattice import tile_edges
from stackshift.stack import (
    columns,
    coverage,
    explanation,
    inversion,
    looks,
    offsets,
    screening,
    shown,
    tables,
    tile_offsets,
)
from stackshift.stack.residuals import pair_residuals, residuals_table, with_residuals
from stackshift.stack.zero import Zero

# Pixels a side out of which the mean of a layer is taken.
_COARSE = 256


def main(
    contents: list[str],
    pairs: str,
    measurements: str,
    grid: str,
    truth: str | None,
    scenes: dict[str, dict[str, str]],
    cut: tuple[int, int],
    reference: str | None,
    outputs: dict[str, str],
    seen_by: dict[str, dict] | None = None,
    incidence: list[str] | None = None,
    moved: bool = False,
    made_from: str = "",
) -> None:
    """Write the tables of the scenes and tiles of a stack.

    Parameters
    ----------
    contents : JSONs of the scenes' measurements against the template.
    pairs, measurements : tables to read.
    grid : JSON of the stack's grid.
    truth : CSV with the true offset of each scene of a simulated stack, else None.
    scenes : attributes of each scene by name, newest first: ``platform`` and what else is known.
    cut : number of tiles (rows, columns).
    reference : what offsets are relative to, as ``align: reference`` of the config says it.
    outputs : paths of ``scenes``, ``scene_tiles``, ``tiles``, ``residuals``, ``why`` (CSV),
        ``findings`` (JSON).
    seen_by : what is told of how each scene was seen, as for `flight.look_of`, with ``swath``.
    incidence : GeoTIFFs of the incidence angle in degrees on the stack's grid, one for all scenes
        or one for each in their order; none if there is none.
    moved : whether scenes were moved by what was measured of them, so that they scatter by less
        than their errors.
    made_from : digest of all that the tables depend on, which the findings carry.
    """
    least = screening.AS_QUOTED if moved else screening.LEAST
    names = {columns.REFERENCE: str, columns.SECONDARY: str}
    measured = pd.read_csv(measurements, dtype=names)
    pair_table = inversion.usable(pd.read_csv(pairs, dtype=names))
    stack = shown.Stack([files.read_json(path) for path in contents])
    zero = Zero.of(reference)
    if zero.scene is not None and zero.scene not in scenes:
        raise InputError(f"align.reference: there is no scene {reference} in the stack")
    network = inversion.solve(pair_table, list(scenes))
    platforms = {name: attributes.get("platform") for name, attributes in scenes.items()}
    table = offsets.scenes_table(
        stack, platforms, pair_table, network, files.read_truth(truth), zero
    )
    left = pair_residuals(pair_table, table, stack)
    residuals = residuals_table(pair_table, network, left)
    table = with_residuals(table, residuals)
    area = raster.read_grid(grid)
    edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])
    middle = earth.pixel_in_the_middle(area)
    positions = tile_positions(tile_centres(*edges), middle)
    tiles = tile_offsets.scene_tiles_table(stack, table)
    # Else a scene that is moved would seem turned, where meridians converge.
    seen = tile_offsets.as_seen_from(tiles, earth.pixels_of_tiles(area, *edges), middle)
    looked = _looks(seen_by or {}, area, incidence or [])
    table = looks.with_looks(table, looked)
    table[columns.HEADING_FROM] = [(seen_by or {}).get(name, {}).get("from") for name in scenes]
    table[columns.SWATH] = [(seen_by or {}).get(name, {}).get("swath") for name in scenes]
    tiles = looks.with_looks(tiles, looked, (seen[columns.OFFSET_EAST], seen[columns.OFFSET_NORTH]))
    still = tile_offsets.still(seen, stack)
    table, uneven = inversion.screened(table, still, positions, least)
    processed = shown.processing(stack)
    attributes = shown.with_processing(scenes, processed)
    why, causes = explanation.explained(table, attributes, least, stack.shared)
    # The last two for the polarizations together, whose offsets are explained as well.
    findings: dict = {"why": causes, "processing": processed}
    findings["shared"] = {
        name: part.tolist() for name, part in zip(stack.names, stack.shared, strict=True)
    }
    findings["parts"] = int(network[0].part.max(initial=-1) + 1)
    findings["own_share"] = {
        axis: found.own_share for axis, found in zip(("east", "north"), network, strict=True)
    }
    findings["uneven"] = uneven
    findings["turned"] = inversion.turned(table, positions)
    findings["tiles_that_move"] = tile_offsets.moving_tiles(stack)
    findings["zero"] = {"kind": zero.kind, "from": zero.words, "absolute": zero.absolute}
    findings["zero"] |= offsets.zero_of(stack, table)
    if zero.absolute:
        east, north = map(float, stack.common)
        findings["zero"] |= {"common_sigma_east": east, "common_sigma_north": north}
        findings["zero"]["inverted"] = [
            one["scene"] for one in stack.contents if one.get("contrast") == "inverted"
        ]
    # Of a satellite that has no heading without the config nobody misses it.
    findings["no_heading"] = {
        name: one["from"]
        for name, one in (seen_by or {}).items()
        if looked.get(name) is None and (one["sentinel"] or any(looked.values()))
    }
    findings["coverage"] = coverage.found(stack.contents)
    for line in coverage.texts(findings["coverage"]):
        logging.warning("%s", line)
    findings["same_pixels"] = tables.same_pixels(measured)
    for noticed in ("unnamed_no_data", "repeated"):
        findings[noticed] = {
            one["scene"]: one[noticed] for one in stack.contents if one.get(noticed)
        }
    findings["widened_for_change"] = float(pd.Series(stack.widening).median())
    files.write_csv(outputs["scenes"], table)
    files.write_csv(outputs["scene_tiles"], tiles)
    by_tile = tables.tiles_table(measured, tile_offsets.series_of_tiles(stack))
    files.write_csv(outputs["tiles"], by_tile)
    files.write_csv(outputs["residuals"], residuals)
    files.write_csv(outputs["why"], why)
    files.write_json(outputs["findings"], findings | {"made_from": made_from})
    located = int(table[columns.OFFSET_EAST].notna().sum())
    logging.info("%d of %d scenes located, %d pairs count", located, len(table), len(pair_table))
    if stack.moves.any():
        logging.warning("%d tiles move by themselves", int(stack.moves.sum()))


def _looks(seen_by: dict[str, dict], area, incidence: list[str]) -> dict:
    """How each scene was seen in the middle of the grid; None where no heading is known."""
    if not seen_by:
        return {}
    _, latitude = earth.place_in_the_middle(area)
    means = [_mean_of(path) for path in incidence] or [None]
    if len(means) == 1:
        means *= len(seen_by)
    return {
        name: flight.look_of(told, latitude, mean)
        for (name, told), mean in zip(seen_by.items(), means, strict=True)
    }


def _mean_of(layer: str) -> float:
    with raster.open_scene(layer) as source:
        shape = min(source.height, _COARSE), min(source.width, _COARSE)
        return float(np.nanmean(raster.read_reduced(source, shape)))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            contents=list(snakemake.input.offsets),
            pairs=snakemake.input.pairs,
            measurements=snakemake.input.measurements,
            grid=snakemake.input.grid,
            truth=snakemake.input.get("truth"),
            scenes=snakemake.params.scenes,
            cut=tuple(snakemake.params.tiles),
            reference=snakemake.params.reference,
            outputs=dict(snakemake.output.items()),
            seen_by=dict(snakemake.params.seen_by),
            incidence=job.paths(snakemake.input.get("incidence", [])),
            moved=snakemake.wildcards.stack.endswith("@corrected"),
            made_from=snakemake.params.made_from,
        )
