"""Measure the shift of every tile between the two scenes of a pair."""

import logging
from pathlib import Path

import numpy as np

from stackio import earth, files, job, raster
from stackio.tags import shares_of_tile, tags_of, warp_of
from stackshift.stack import coverage
from stackshift.stack.record import tile_record
from stackshift.tile import methods
from stackshift.tile.match import FAILED, Match

ROLES = "reference", "secondary"


def main(
    reference: str,
    secondary: str,
    pair: dict,
    path: str,
    rows: int,
    columns: int,
    method: str,
    options: dict,
    made_from: str = "",
) -> None:
    """Write the measurements of one pair as JSON, tiles in row-major order from the upper left.

    Parameters
    ----------
    reference, secondary : folders with the tiles of the two scenes.
    pair : names of the two scenes under ``reference`` and ``secondary``.
    path : JSON to write.
    rows, columns : number of tiles.
    method, options : name of the method and its keyword arguments.
    made_from : digest of all that the measurement depends on, which the JSON carries.
    """
    match = methods.load(method)
    records: list[dict] = []
    scenes: dict = {}
    expected = 0, 0
    for row in range(rows):
        for column in range(columns):
            name = f"{row}_{column}.tif"
            tiles, warps, shares = [], [], []
            for role, folder in zip(ROLES, (reference, secondary), strict=True):
                with raster.open_scene(Path(folder) / name) as source:
                    grid = raster.grid_of(source)
                    tiles.append(raster.read_rows(source, 0, grid.height))
                    tags = tags_of(source)
                    warps.append(warp_of(tags))
                    shares.append(shares_of_tile(tags))
                    if not records:
                        scenes[role] = {"scene": pair[role]} | _origin(tags)
            pixel = earth.pixel_in_the_middle(grid)
            known = np.isfinite(tiles[0]) & np.isfinite(tiles[1])
            valid = np.count_nonzero(known) / known.size
            if method == "coherence":
                moved = tuple(float(after - before) for before, after in zip(*warps, strict=True))
                options = options | {"moved": moved, "expected": expected}
            found = _matched(match, tiles, options)
            # A scene's tiles lie about as far off each.
            expected = found.expected if found.shift else expected
            lacking = {key: max(one[key] or 0.0 for one in shares) for key in shares[0]}
            found = coverage.explained(
                found, {coverage.AREA: lacking["no_area"]}, lacking["masked"]
            )
            records.append(tile_record(found, column, row, valid, pixel))
    counted = sum(record["status"] == "ok" for record in records)
    logging.info("%s: %d of %d tiles matched", method, counted, len(records))
    files.write_json(path, scenes | {"method": method, "made_from": made_from, "tiles": records})


def _origin(tags: dict) -> dict:
    """Where a scene comes from, out of its tiles' tags."""
    return {
        "source": tags.get("source"),
        "platform": tags.get("platform") or None,
        "resampling": tags.get("resampling"),
    }


def _matched(match, tiles, options) -> Match:
    # One odd tile must not cost the 63 others of the pair; the log keeps what happened.
    try:
        return match(*tiles, **options)
    except Exception as error:
        logging.exception("a tile failed")
        return Match.rejected(FAILED, f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    with job.logged(snakemake):
        for one in job.members(snakemake):
            main(
                reference=one.input.reference,
                secondary=one.input.secondary,
                pair={role: getattr(one.wildcards, role) for role in ROLES},
                path=one.output.pair,
                rows=one.params.tiles[0],
                columns=one.params.tiles[1],
                method=one.params.method,
                options=one.params.options,
                made_from=one.params.made_from,
            )
