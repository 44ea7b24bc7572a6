"""Measure the shift of every tile between the two scenes of each pair."""

import stackio.job as job

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product

import numpy as np

from stackio import earth, files, raster
from stackio.tags import origin_of, shares_of_tile, tags_of, warp_of
from stackshift.ground.lattice import Grid
from stackshift.stack import coverage, search
from stackshift.stack.record import quarters_record, shared_record, tile_record
from stackshift.tile import methods
from stackshift.tile.match import FAILED, OK, Match

ROLES = "reference", "secondary"


@dataclass
class Pair:
    """Two scenes to be matched, and what is found.

    Parameters
    ----------
    scenes, folders : names of the reference and the secondary, and folders with their tiles.
    path : JSON to write, tiles in row-major order from the upper left.
    made_from : digest of all that the measurement depends on, which the JSON carries.
    """

    scenes: tuple[str, str]
    folders: tuple[str, str]
    path: str
    made_from: str = ""
    expected: tuple[int, int] = field(default=(0, 0), init=False)
    origins: dict = field(default_factory=dict, init=False)
    records: list[dict] = field(default_factory=list, init=False)


@dataclass
class _Seen:
    """A tile of a scene: what the method makes of it, and what is written of it.

    ``finite`` is None where all pixels are.
    """

    ready: object
    finite: np.ndarray | None
    grid: Grid
    tags: dict


def main(pairs: list[Pair], cut: tuple[int, int], method: str, options: dict) -> None:
    """Write the measurements of some pairs as JSON.

    Parameters
    ----------
    pairs : of one stack. A tile of a scene that several pairs have is read and transformed once.
    cut : number of tiles (rows, columns).
    method, options : name of the method and its keyword arguments.
    """
    prepared, match = methods.load(method)
    few = method == "coherence" and math.prod(cut) < search.ENOUGH_TILES
    with raster.own_tiles():
        for cell in product(*map(range, cut)):
            for pair, tiles in _read(pairs, cell, partial(_prepared, prepared, options)):
                known = {}
                if method == "coherence":
                    known = {"moved": _moved(tiles), "expected": pair.expected}
                found = _matched(match, tiles, options | known, pair, cell)
                # A scene's tiles lie about as far off each.
                pair.expected = found.expected if found.shift else pair.expected
                record = _record(found, tiles, cell)
                if few and found.status == OK:
                    whole = match.__kwdefaults__ | options | {"moved": known["moved"]}
                    record |= _quarters(found, tiles, whole)
                pair.records.append(record)
                if not pair.origins:
                    pair.origins = {
                        role: {"scene": name} | origin_of(one.tags)
                        for role, name, one in zip(ROLES, pair.scenes, tiles, strict=True)
                    }
                # Else they would be there while the next are read.
                del tiles
    for pair in pairs:
        counted = sum(record["status"] == OK for record in pair.records)
        logging.info(
            "%s, %s: %d of %d tiles matched",
            "__".join(pair.scenes), method, counted, len(pair.records),
        )  # fmt: skip
        said = {"method": method, "made_from": pair.made_from, "tiles": pair.records}
        files.write_json(pair.path, pair.origins | said)


def _read(pairs: list[Pair], cell, prepared) -> Iterator[tuple[Pair, list[_Seen]]]:
    """Each pair with its two tiles in a cell, of which no more are held than come again."""
    last = {folder: number for number, pair in enumerate(pairs) for folder in pair.folders}
    held: dict[str, _Seen] = {}
    for number, pair in enumerate(pairs):
        for folder in pair.folders:
            if folder not in held:
                held[folder] = _tile(folder, cell, prepared)
        yield pair, [held[folder] for folder in pair.folders]
        for folder in pair.folders:
            if last[folder] == number:
                del held[folder]


def _tile(folder: str, cell, prepared) -> _Seen:
    with raster.open_tile(folder, cell) as source:
        values = raster.read_rows(source, 0, source.height)
        ready = prepared(values, source.name)
        finite = None if getattr(ready, "complete", False) else np.isfinite(values)
        return _Seen(ready, finite, raster.grid_of(source), tags_of(source))


def _prepared(prepared, options: dict, values: np.ndarray, name: str):
    """What the method makes of a tile, or what is to be told of all its matches."""
    try:
        return prepared(values, **options)
    except Exception as error:
        logging.exception("%s failed", name)
        return Match.rejected(FAILED, f"{type(error).__name__}: {error}")


def _moved(tiles: list[_Seen]) -> tuple[float, ...]:
    """By how much a warp displaced the secondary more than the reference, pixels."""
    before, after = (warp_of(one.tags) for one in tiles)
    return tuple(float(later - earlier) for earlier, later in zip(before, after, strict=True))


def _record(found: Match, tiles: list[_Seen], cell: tuple[int, int]) -> dict:
    known = [one.finite for one in tiles if one.finite is not None]
    valid = float(np.logical_and.reduce(known).mean()) if known else 1.0
    shares = [shares_of_tile(one.tags) for one in tiles]
    lacking = {key: max(one[key] or 0.0 for one in shares) for key in shares[0]}
    found = coverage.explained(found, {coverage.AREA: lacking["no_area"]}, lacking["masked"])
    pixel = earth.pixel_in_the_middle(tiles[1].grid)
    return tile_record(found, cell[1], cell[0], valid, pixel) | shared_record(found, pixel)


def _quarters(found: Match, tiles: list[_Seen], options: dict) -> dict:
    """What the quarters of a tile show that is one of few."""
    one, other = (tile.ready for tile in tiles)
    quarters = search.quarters((one, other), found, options)
    return quarters_record(quarters, earth.pixel_in_the_middle(tiles[1].grid))


def _matched(match, tiles: list[_Seen], options: dict, pair: Pair, cell) -> Match:
    for one in tiles:
        if isinstance(one.ready, Match):
            return one.ready
    # One odd tile must not cost the 63 others of the pair; the log keeps what happened.
    try:
        return match(*(one.ready for one in tiles), **options)
    except Exception as error:
        logging.exception("tile %d_%d of %s failed", *cell, "__".join(pair.scenes))
        return Match.rejected(FAILED, f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            [
                Pair(
                    scenes=(one.wildcards.reference, one.wildcards.secondary),
                    folders=(one.input.reference, one.input.secondary),
                    path=one.output.pair,
                    made_from=one.params.made_from,
                )
                for one in job.members(snakemake, in_turn=False)
            ],
            cut=tuple(snakemake.params.tiles),
            method=snakemake.params.method,
            options=snakemake.params.options,
        )
