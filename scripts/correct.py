"""Move one scene by minus its offset: no pixel is touched, only the place of its files.

Each file of the scene becomes a VRT that points to it and has another geotransform.
"""

import stackio.job as job

import logging
import math
import os
from pathlib import Path

from rasterio.transform import Affine

from stackio import earth, files, raster, vrt
from stackio.tags import move_of, tags_of
from stackshift.errors import InputError
from stackshift.ground import geometry
from stackshift.ground.lattice import Grid, grid_beside

# Beyond this the same move is not the same distance all over a file: metres.
_UNEVEN = 0.1


def main(
    sources: list[dict],
    scene: str,
    moves: str,
    grid: Grid,
    folder: str,
    record: str,
    relative_to: str,
) -> None:
    """Write the VRTs of one scene.

    Parameters
    ----------
    sources : its files: ``path``, as it is opened here, ``original``, absolute or as it is seen
        from the folder of the VRTs, ``listed``, as it is called in the table of all, ``name`` of
        its VRT, ``band``, ``values`` and ``named`` as for `superset.main`.
    scene : its name.
    moves : JSON with ``east`` and ``north`` in metres of each scene, as `decision.moves` gives it.
    grid : of the stack, in the middle of which east and north are meant.
    folder : to write the VRTs to.
    record : JSON to write: how each file was moved.
    relative_to : what the offsets are relative to, in words.
    """
    move = files.read_json(moves)[scene]
    Path(folder).mkdir(parents=True, exist_ok=True)
    written = []
    for one in sources:
        path = os.path.join(folder, one["name"])
        with raster.open_scene(one["path"], band=one["band"]) as source:
            band = raster.band_of(source, one["band"])
            before = raster.grid_of(source).transform
            right, up = moved_by((move["east"], move["north"]), source, grid)
            a, b, c, d, e, f = before
            place = Affine(a, b, c + right, d, e, f + up)
            # An address by the name that GDAL has for it.
            named = source.files[0] if "://" in one["original"] else one["original"]
            tags = _tags(move, one, relative_to) | _moved_before(source)
            vrt.write(path, source, named, place, tags)
            written.append(
                {
                    "name": one["name"],
                    "original": one["listed"],
                    "band": one["band"],
                    "moved_x": right,
                    "moved_y": up,
                    "values": raster.values_of(source, one["values"], band, one["named"]),
                }
            )
        _check(path, one, band, place)
        logging.info("%s: %+.9g right, %+.9g up in units of its CRS", one["name"], right, up)
    files.write_json(record, {"scene": scene} | move | {"files": written})
    logging.info(
        "%s; moved %+.3f m east, %+.3f m north", move["reason"], move["east"], move["north"]
    )


def moved_by(metres: geometry.Vector, source, grid: Grid) -> tuple[float, float]:
    """What a displacement on the ground is in the CRS of a raster: (right, up) in its units.

    Parameters
    ----------
    metres : (true east, true north), in the middle of what the raster and the grid share.
    source : an open raster.
    grid : the stack's.
    """
    if not any(metres):
        return 0.0, 0.0
    own = raster.grid_of(source)
    middle, corners = _shared(own, grid)
    pixel, *others = earth.pixels_at(own, [middle, *corners])
    rows, columns = geometry.to_pixels(metres, pixel)
    uneven = max(math.dist(geometry.to_metres((rows, columns), there), metres) for there in others)
    if uneven > _UNEVEN:
        logging.warning(
            "%s: in its CRS the move is the same on the ground all over the scene to %.2g m only",
            source.name,
            uneven,
        )
    return columns * own.transform[0], rows * own.transform[4]


def _shared(own: Grid, grid: Grid) -> tuple[geometry.Vector, list[geometry.Vector]]:
    """Middle and corners (row, column) in a raster's pixels of what it shares with a grid."""
    rows, columns = (0.0, float(own.height)), (0.0, float(own.width))
    try:
        box = earth.bounds_in(grid.bounds, grid.crs, own.crs)
        there = grid_beside(own, box, turn) if (turn := earth.turn_of(own.crs)) else own
    except InputError:
        there, box = own, own.bounds
    a, _, c, _, e, f = there.transform
    across = [min(max((x - c) / a, 0.0), columns[1]) for x in (box[0], box[2])]
    down = [min(max((y - f) / e, 0.0), rows[1]) for y in (box[3], box[1])]
    # What shares nothing with the grid is moved by what is right in its own middle.
    columns = (across[0], across[1]) if across[0] < across[1] else columns
    rows = (down[0], down[1]) if down[0] < down[1] else rows
    middle = sum(rows) / 2, sum(columns) / 2
    return middle, [(row, column) for row in rows for column in columns]


def _tags(move: dict, one: dict, relative_to: str) -> dict[str, str]:
    """What was done, by how much, and how sure that is; read by any program."""

    def error(key: str) -> str:
        return "unknown" if move[key] is None else f"{move[key]:.3f}"

    return {
        f"STACKSHIFT_{key}": value
        for key, value in {
            "STAGE": "correct",
            "ORIGINAL": one["original"],
            "CORRECTED": "yes" if move["corrected"] else "no",
            "MOVED_EAST": f"{move['east']:.3f}",
            "MOVED_NORTH": f"{move['north']:.3f}",
            "MOVED_SIGMA_EAST": error("sigma_east"),
            "MOVED_SIGMA_NORTH": error("sigma_north"),
            "MOVED_IN": "metres on the ground, to true east and true north; standard errors",
            "MOVED_RELATIVE_TO": relative_to,
            "MOVED_REASON": move["reason"],
        }.items()
    }


def _moved_before(source) -> dict[str, str]:
    """What was done to a file that was corrected before, as both moves take it from its place."""
    east, north = move_of(tags_of(source))
    if not (east or north):
        return {}
    return {
        "STACKSHIFT_MOVED_BEFORE_EAST": f"{east:.3f}",
        "STACKSHIFT_MOVED_BEFORE_NORTH": f"{north:.3f}",
    }


def _check(path: str, one: dict, band: int, place: Affine) -> None:
    """A VRT has to open, with the bands and the place that it was given."""
    with raster.open_scene(path, band=band) as made:
        raster.check_complete(made, path)
        if not made.transform.almost_equals(place, 1e-9 * max(map(abs, place[:6]))):
            raise InputError(
                f"{path} does not lie where it was put; is {one['original']} readable?"
            )


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            sources=list(snakemake.params.sources),
            scene=snakemake.wildcards.scene,
            moves=snakemake.input.moves,
            grid=Grid.of(snakemake.params.grid),
            folder=snakemake.output.folder,
            record=snakemake.output.record,
            relative_to=snakemake.params.relative_to,
        )
