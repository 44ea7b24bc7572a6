"""Where one scene lies: each of its tiles against the aligned mean of the stack without it.

Or against what else the config says: the area that the DEM has, or an image.
"""

import logging
from pathlib import Path

import numpy as np

from stackio import earth, files, job, raster
from stackio.tags import overlap_of, share_of, shares_of_tile, tags_of, warp_of
from stackshift.ground.lattice import tile_edges
from stackshift.stack import alignment, columns, coverage, mean_image, reference
from stackshift.stack.record import part_record, tile_record
from stackshift.stack.zero import IMAGE, STACK
from stackshift.tile.frequencies import transformed
from stackshift.tile.match import NO_MATCH, OK, Match

NOTHING = Match.rejected(NO_MATCH, "the scenes of the stack do not match each other")
# Fewer tiles than this scatter too little to tell what change of the ground adds to their errors.
_FEW_TILES = 9
# Shares of a scene and of a tile by their tags.
SHARES = {
    "masked": columns.MASKED, "no_area": columns.NO_AREA, "no_mask": columns.NO_MASK,
}  # fmt: skip


def main(
    scene: str,
    tiles: str,
    image: str,
    template: str | None,
    path: str,
    cut: tuple[int, int],
    options: dict,
    made_from: str = "",
    zero: str = STACK,
) -> None:
    """Write the measurements of one scene as JSON, tiles in row-major order from the upper left.

    Parameters
    ----------
    scene : its name.
    tiles : folder with its tiles.
    image, template : GeoTIFF and JSON of the template; or the raster that scenes are aligned with
        instead, as power on the stack's grid, and None.
    path : JSON to write.
    cut : number of tiles (rows, columns).
    options : keyword arguments of `coherence.match`.
    made_from : digest of all that the measurement depends on, which the JSON carries.
    zero : what is aligned with, a kind of `Zero`; an ``image`` may have inverted contrast.
    """
    made = files.read_json(template) if template else None
    with raster.open_scene(Path(tiles) / "0_0.tif") as first:
        tags = tags_of(first)
    # What a warp took out is known, and turns what the posting folds.
    options = options | {"moved": warp_of(tags)}
    cells = [(row, column) for row in range(cut[0]) for column in range(cut[1])]
    contrast = None
    with raster.open_scene(image, bands=3 if made else 1) as source:
        area = raster.grid_of(source)
        edges = tile_edges(area.height, cut[0]), tile_edges(area.width, cut[1])

        valid: dict = {}
        shares: dict = {}
        unseen: dict = {}

        def pair(cell):
            window = (tuple(e[i : i + 2]) for e, i in zip(edges, cell, strict=True))
            own, shares[cell] = _own(tiles, cell, options["transform"])
            part = raster.read_part(source, *window)
            if made:
                others = mean_image.of_others(part, own, made, scene, cell, options["transform"])
            else:
                others = transformed(part[0], options["transform"])
                known = np.isfinite(part[0])[own[1]]
                unseen[cell] = 1 - float(known.mean()) if known.size else 0.0
            valid[cell] = np.count_nonzero(others[1] & own[1]) / own[1].size
            return others, own

        if made is None:
            either_way = zero == IMAGE
            found = reference.measured(pair, cells, options, either_way)
            matches, contrast = found.matches, found.contrast
            if found.inverted:
                logging.warning("the image has the opposite contrast: matched with its negative")
        elif made["members"]:
            common = {
                (tile["row"], tile["column"]): np.array(tile["coherence"])
                for tile in made["tiles"]
                if tile["coherence"]
            }
            matches = alignment.measured(pair, cells, common, options)
        else:
            matches = {cell: NOTHING for cell in cells if pair(cell)}
        quarters = {}
        if len(cells) < _FEW_TILES:
            quarters = {
                cell: alignment.quarters(reference.turned(pair(cell), contrast), match, options)
                for cell, match in matches.items()
                if match.status == OK
            }
    records, pixels = [], earth.pixels_of_tiles(area, *edges)
    for row, column in cells:
        cell, pixel = (row, column), pixels[column, row]
        own = shares[cell]
        missing = {coverage.AREA: own["no_area"]}
        if zero == IMAGE:
            missing[coverage.IMAGE] = unseen.get(cell)
        match = coverage.explained(matches[cell], missing, own["masked"])
        record = tile_record(match, column, row, valid[cell], pixel)
        record |= {name: own[key] for key, name in SHARES.items()}
        if cell in quarters:
            record["quarters"] = [part_record(match, pixel) for match in quarters[cell]]
        records.append(record)
    counted = sum(record["status"] == OK for record in records)
    logging.info("%d of %d tiles matched", counted, len(records))
    said = {
        "source": tags.get("source"),
        "platform": tags.get("platform") or None,
        "resampling": tags.get("resampling"),
        "overlap": overlap_of(tags),
        **{key: share_of(tags, key) for key in SHARES},
        "aligned_with": zero,
        "contrast": contrast,
        "in_template": made is not None and scene in made["members"],
    }
    files.write_json(path, {"scene": scene} | said | {"made_from": made_from, "tiles": records})


def _own(folder: str, cell, transform: str):
    """A tile of the scene, and what of it is masked or not covered by a layer."""
    with raster.open_scene(Path(folder) / "{}_{}.tif".format(*cell)) as source:
        values = raster.read_rows(source, 0, source.height)
        return transformed(values, transform), shares_of_tile(tags_of(source))


if __name__ == "__main__":
    with job.logged(snakemake):
        for one in job.members(snakemake):
            main(
                scene=one.wildcards.scene,
                tiles=one.input.tiles,
                image=one.input.image,
                template=getattr(one.input, "report", None),
                path=one.output.offsets,
                cut=tuple(one.params.tiles),
                options=one.params.options,
                made_from=one.params.made_from,
                zero=one.params.zero,
            )
