"""Where scenes lie: each of their tiles against the aligned mean of the stack without its scene.

Or against what else the config says: the area that the DEM has, or an image.
"""

import stackio.job as job

import logging
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np

from stackio import earth, files, raster
from stackio.tags import origin_of, overlap_of, share_of, shares_of_tile, tags_of, warp_of
from stackshift.ground.lattice import tile_edges
from stackshift.stack import columns, coverage, reference, search
from stackshift.stack.others import OfTemplate
from stackshift.stack.record import quarters_record, shared_record, tile_record
from stackshift.stack.zero import IMAGE, STACK
from stackshift.tile.match import NO_MATCH, OK, Match
from stackshift.tile.scaled import Tile, transformed
from stackshift.tile.spectra import common_share

NOTHING = Match.rejected(NO_MATCH, "the scenes of the stack do not match each other")
# Shares of a scene and of a tile by their tags.
SHARES = {
    "masked": columns.MASKED, "no_area": columns.NO_AREA, "no_mask": columns.NO_MASK,
}  # fmt: skip


@dataclass
class Scene:
    """A scene to be placed, and what is seen of its tiles by (row, column).

    Parameters
    ----------
    name : the scene's.
    folder : with its tiles.
    path : JSON to write, tiles in row-major order from the upper left.
    made_from : digest of all that the measurement depends on, which the JSON carries.
    """

    name: str
    folder: str
    path: str
    made_from: str = ""
    shares: dict = field(default_factory=dict, init=False)
    valid: dict = field(default_factory=dict, init=False)
    unseen: dict = field(default_factory=dict, init=False)

    @cached_property
    def tags(self) -> dict:
        """What its tiles' tags say of the scene."""
        with raster.open_tile(self.folder, (0, 0)) as first:
            return tags_of(first)

    def tile(self, cell: tuple[int, int], transform: str) -> Tile:
        """A tile of it, of which is noted what is masked or not covered by a layer."""
        with raster.open_tile(self.folder, cell) as source:
            values = raster.read_rows(source, 0, source.height)
            self.shares[cell] = shares_of_tile(tags_of(source))
        return transformed(values, transform)

    def beside(self, cell: tuple[int, int], image: Tile, own: Tile) -> tuple[Tile, Tile]:
        """Both, of which is noted how much they have in common."""
        self.valid[cell] = common_share((image, own))
        return image, own

    def warped(self) -> dict:
        """What a warp took out is known, and turns what the posting folds."""
        return {"moved": warp_of(self.tags)}


def main(
    scenes: list[Scene],
    image: str,
    template: str | None,
    cut: tuple[int, int],
    options: dict,
    zero: str = STACK,
) -> None:
    """Write the measurements of some scenes as JSON.

    Parameters
    ----------
    scenes : of one stack. A tile of the template is read and transformed once for all of them.
    image, template : GeoTIFF and JSON of the template; or the raster that scenes are aligned with
        instead, as power on the stack's grid, and None.
    cut : number of tiles (rows, columns).
    options : keyword arguments of `coherence.match`.
    zero : what is aligned with, a kind of `Zero`; an ``image`` may have inverted contrast.
    """
    made = files.read_json(template) if template else None
    with raster.open_scene(image, bands=3 if made else 1) as source, raster.own_tiles():
        if made is None:
            for scene in scenes:
                _with_image(scene, source, cut, options, zero)
        else:
            _with_template(scenes, source, made, cut, options)


def _with_template(scenes, source, made: dict, cut, options) -> None:
    part = _Parts(source, cut)
    transform = options["transform"]

    def template(cell) -> OfTemplate:
        return OfTemplate(part(cell), made, cell, transform)

    def pair(scene, cell, of) -> tuple[Tile, Tile]:
        own = scene.tile(cell, transform)
        return scene.beside(cell, of.without(scene.name, own), own)

    common = {
        (tile["row"], tile["column"]): np.array(tile["coherence"])
        for tile in made["tiles"]
        if tile["coherence"]
    }
    searches = [search.Search(options | scene.warped(), scene.name) for scene in scenes]
    for cell in part.cells:
        of = template(cell)
        for scene, one in zip(scenes, searches, strict=True):
            tiles = pair(scene, cell, of)
            if made["members"]:
                one.look(cell, tiles, of.folded(scene.name))
    for scene, one in zip(scenes, searches, strict=True):

        def load(cell, scene=scene) -> tuple[Tile, Tile]:
            return pair(scene, cell, template(cell))

        matches = dict.fromkeys(part.cells, NOTHING)
        if made["members"]:
            matches = one.found(load, common)
        _write(scene, part, matches, load, options, STACK, None, scene.name in made["members"])


def _with_image(scene, source, cut, options, zero: str) -> None:
    part = _Parts(source, cut)

    def load(cell) -> tuple[Tile, Tile]:
        power = part(cell)[0]
        own = scene.tile(cell, options["transform"])
        known = np.isfinite(power)[own.valid]
        scene.unseen[cell] = 1 - float(known.mean()) if known.size else 0.0
        return scene.beside(cell, transformed(power, options["transform"]), own)

    found = reference.measured(load, part.cells, options | scene.warped(), zero == IMAGE)
    if found.inverted:
        logging.warning("the image has the opposite contrast: matched with its negative")
    _write(scene, part, found.matches, load, options, zero, found.contrast, False)


class _Parts:
    """The tiles of a raster: its bands in each, and the cells, in row-major order."""

    def __init__(self, source, cut: tuple[int, int]):
        self.source, self.area = source, raster.grid_of(source)
        self.edges = tile_edges(self.area.height, cut[0]), tile_edges(self.area.width, cut[1])
        self.cells = list(product(*map(range, cut)))

    def __call__(self, cell: tuple[int, int]) -> np.ndarray:
        rows, columns = (edges[i : i + 2] for edges, i in zip(self.edges, cell, strict=True))
        return raster.read_part(self.source, tuple(rows), tuple(columns))


def _write(scene, part: _Parts, matches, load, options, zero: str, contrast, member: bool) -> None:
    quarters = {}
    if len(part.cells) < search.ENOUGH_TILES:
        options = options | scene.warped()
        quarters = {
            cell: search.quarters(reference.turned(load(cell), contrast), match, options)
            for cell, match in matches.items()
            if match.status == OK
        }
    records, pixels = [], earth.pixels_of_tiles(part.area, *part.edges)
    for row, column in part.cells:
        cell, pixel = (row, column), pixels[column, row]
        own = scene.shares[cell]
        missing = {coverage.AREA: own["no_area"]}
        if zero == IMAGE:
            missing[coverage.IMAGE] = scene.unseen.get(cell)
        match = coverage.explained(matches[cell], missing, own["masked"])
        record = tile_record(match, column, row, scene.valid[cell], pixel)
        record |= shared_record(match, pixel)
        record |= {name: own[key] for key, name in SHARES.items()}
        record |= quarters_record(quarters.get(cell, []), pixel)
        records.append(record)
    counted = sum(record["status"] == OK for record in records)
    logging.info("%s: %d of %d tiles matched", scene.name, counted, len(records))
    said = {
        **origin_of(scene.tags),
        "overlap": overlap_of(scene.tags),
        "unnamed_no_data": scene.tags.get("unnamed"),
        "repeated": share_of(scene.tags, "repeated"),
        **{key: share_of(scene.tags, key) for key in SHARES},
        "aligned_with": zero,
        "contrast": contrast,
        "in_template": member,
    }
    made_from = {"made_from": scene.made_from, "tiles": records}
    files.write_json(scene.path, {"scene": scene.name} | said | made_from)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            [
                Scene(
                    one.wildcards.scene, one.input.tiles, one.output.offsets, one.params.made_from
                )
                for one in job.members(snakemake, in_turn=False)
            ],
            image=snakemake.input.image,
            template=snakemake.input.get("report"),
            cut=tuple(snakemake.params.tiles),
            options=snakemake.params.options,
            zero=snakemake.params.zero,
        )
