"""Where the error is: tiles against altitude, slope, look, angle, land cover, edges."""

import stackio.job as job

import logging

import numpy as np
import pandas as pd

from stackio import earth, files, raster
from stackplot import against, drawing
from stackshift.ground import flight, geometry
from stackshift.ground.lattice import tile_edges
from stackshift.stack import columns as c
from stackshift.stack import dependence
from stackshift.stack import where_columns as w

# Pixels a side of the picture in which the edge of the data is looked for.
_COARSE = 512
# Masked ground that reaches the edge in tongues up to twice as wide, in parts of the picture's
# side, is no edge.
_TONGUE = 1 / 32
# What is said to depend on its ground.
_SURE = 0.01


def main(
    scenes: str,
    scene_tiles: str,
    template: str,
    layers: dict[str, dict[str, str]],
    cut: tuple[int, int],
    outputs: dict[str, str],
    title: str,
    absolute: bool = False,
) -> None:
    """Write the table of the tiles' ground, that of the fits, and the figure.

    Parameters
    ----------
    scenes, scene_tiles : CSVs to read.
    template : GeoTIFF of the aligned mean, which tells where there are data.
    layers : GeoTIFFs on the stack's grid by name, as far as they are there: dem, local_incidence,
        land_cover. Of each the one of the stack, of the scene "", or of two scenes their own by
        their names, of which the first stands for all scenes if the second agrees.
    cut : number of tiles (rows, columns).
    outputs : paths of ``tiles`` and ``fits`` (CSV), ``figure`` (SVG) and ``png``.
    title : stack and polarization.
    absolute : whether scenes are aligned with something else than the stack's own mean.
    """
    drawing.reproducible()
    text = {c.SCENE: str, c.LOOK: str}
    table = pd.read_csv(scenes, dtype=text)
    beyond, axes = dependence.beyond_scenes(table, pd.read_csv(scene_tiles, dtype=text))
    look = look_of(table)
    ground, notes = ground_of_tiles(template, layers, cut, look)
    notes += [_no_look(table)] if look is None else []
    for line in notes:
        logging.warning("%s", line)
    tiles = dependence.of_tiles(beyond, axes, ground)
    fits = dependence.fits(beyond, axes, tiles)
    files.write_csv(
        outputs["tiles"], tiles.reindex(columns=[n for n in w.WHERE_TILES_TABLE if n in tiles])
    )
    files.write_csv(outputs["fits"], fits)
    figure = against.where_figure(
        tiles, fits, axes, look, title, [against.rows_shown(absolute), *notes]
    )
    drawing.save(figure, outputs["figure"], outputs["png"])
    for row in fits[fits["p_adjusted"] < _SURE].itertuples():
        what = f"{row.of} {row.axis} {row.scene}".strip()
        logging.warning("%s depends on %s: p %.1g", what, row.against, row.p_adjusted)
    logging.info("%d tiles, %d fits", len(tiles), len(fits))


def look_of(scenes: pd.DataFrame) -> flight.Look | None:
    """The look of all scenes; None where it is not known or they have several."""
    seen = scenes[[c.HEADING, c.LOOK]].drop_duplicates()
    if len(seen) != 1 or seen.isna().any(axis=None):
        return None
    incidence = scenes[c.INCIDENCE].mean()
    known = None if np.isnan(incidence) else float(incidence)
    return flight.Look(float(seen[c.HEADING].iloc[0]), seen[c.LOOK].iloc[0], known)


def ground_of_tiles(
    template: str, layers: dict[str, dict[str, str]], cut: tuple[int, int], look: flight.Look | None
) -> tuple[pd.DataFrame, list[str]]:
    """A row a tile: TILE_X, TILE_Y and what the layers and the edge of the data tell of it.

    And lines on the layers that do not reach all tiles, or that differ from scene to scene.
    """
    with raster.open_scene(template, bands=3) as source:
        grid = raster.grid_of(source)
        shape = min(grid.height, _COARSE), min(grid.width, _COARSE)
        known = np.isfinite(raster.read_reduced(source, shape))
    edges = tile_edges(grid.height, cut[0]), tile_edges(grid.width, cut[1])
    pixels, centres = earth.pixels_of_tiles(grid, *edges), geometry.tile_centres(*edges)
    far = _far_from_edges(footprint(known), grid, earth.pixel_in_the_middle(grid))
    rows = []
    for (x, y), (row, column) in centres.items():
        place = int(row * shape[0] / grid.height), int(column * shape[1] / grid.width)
        rows.append({c.TILE_X: x, c.TILE_Y: y, w.EDGE: float(far[place])})
    cells = [(found[c.TILE_X], found[c.TILE_Y]) for found in rows]
    notes = []
    for name, of_scenes in layers.items():
        told = {}
        for scene, path in of_scenes.items():
            with raster.open_scene(path) as source:
                told[scene] = [
                    _LOOKED_AT[name](
                        raster.read_part(
                            source,
                            tuple(edges[0][cell[1] :][:2]),
                            tuple(edges[1][cell[0] :][:2]),
                        )[0],
                        pixels[cell],
                        look,
                    )
                    for cell in cells
                ]
        (first, found), *others = told.items()
        agree = True
        for other, its in others:
            agree, line = dependence.same_ground(name, (first, found), (other, its))
            notes.append(line)
        for row, one in zip(rows, found if agree else [], strict=False):
            row |= one
        if missing := sum(not one for one in found):
            notes.append(f"{name}: no value in {missing} of {len(cells)} tiles, not compared there")
    return pd.DataFrame(rows), notes


def _no_look(scenes: pd.DataFrame) -> str:
    """Why tiles are compared along east and north, or in range and azimuth without aspect."""
    unknown = scenes[scenes[c.HEADING].isna()]
    if len(unknown):
        scene, why = unknown[[c.SCENE, c.HEADING_FROM]].iloc[0]
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        return f"no range, azimuth, aspect: heading of {scene}{more} {why}"
    return "aspect: the scenes were seen from several sides, so there is no one of a tile"


def footprint(known: np.ndarray) -> np.ndarray:
    """Where data reach, without the holes that masks and no data make in them.

    Parameters
    ----------
    known : bool (rows, columns), where there are data.

    Returns
    -------
    The same with everything filled that is not connected with the outside, or by a tongue that is
    narrower than a sixteenth of the picture's longer side (morphological opening of the outside by
    a disc; Serra 1982, *Image Analysis and Mathematical Morphology*).
    """
    from scipy import ndimage

    radius = max(1, int(max(known.shape) * _TONGUE))
    if not known.any():
        return known
    # The outside goes on beyond the picture.
    unknown = ~np.pad(known, 2 * radius + 1)
    parts, _ = ndimage.label(ndimage.distance_transform_edt(unknown) > radius)
    outside = ndimage.distance_transform_edt(parts != parts[0, 0]) <= radius
    inner = slice(2 * radius + 1, -2 * radius - 1)
    return ~outside[inner, inner]


def _far_from_edges(known: np.ndarray, grid, pixel) -> np.ndarray:
    """Metres from each pixel of a reduced picture to where data end, or the grid does."""
    from scipy import ndimage

    steps = [
        np.hypot(*way) * whole / reduced
        for way, whole, reduced in zip(
            (pixel.row, pixel.column), (grid.height, grid.width), known.shape, strict=True
        )
    ]
    return ndimage.distance_transform_edt(np.pad(known, 1), sampling=steps)[1:-1, 1:-1]


def _of_dem(part: np.ndarray, pixel: geometry.Pixel, look: flight.Look | None) -> dict:
    """Altitude, slope and how the ground falls with regard to the radar."""
    if not np.isfinite(part).any():
        return {}
    down, right = np.gradient(part)
    # By rows and columns that a metre to the east and north leads.
    (re, ce), (rn, cn) = (geometry.to_pixels(way, pixel) for way in ((1.0, 0.0), (0.0, 1.0)))
    east, north = down * re + right * ce, down * rn + right * cn
    found = {
        w.ALTITUDE: float(np.nanmean(part)),
        w.SLOPE: float(np.degrees(np.nanmean(np.arctan(np.hypot(east, north))))),
    }
    if look is not None:
        rise, along = flight.to_range_azimuth(
            (float(np.nanmean(east)), float(np.nanmean(north))), look.heading, look.side
        )
        # Ground that rises away from the radar falls towards it.
        found[w.FACING] = float(np.degrees(np.arctan2(abs(along), rise)))
    return found


def _of_angle(part: np.ndarray, pixel: geometry.Pixel, look: flight.Look | None) -> dict:
    known = part[np.isfinite(part)]
    return {w.LOCAL_INCIDENCE: float(known.mean())} if known.size else {}


def _of_classes(part: np.ndarray, pixel: geometry.Pixel, look: flight.Look | None) -> dict:
    number, counts = np.unique(part[np.isfinite(part)], return_counts=True)
    return {w.LAND_COVER: float(number[counts.argmax()])} if number.size else {}


_LOOKED_AT = {"dem": _of_dem, "local_incidence": _of_angle, "land_cover": _of_classes}


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=snakemake.input.scenes,
            scene_tiles=snakemake.input.scene_tiles,
            template=snakemake.input.template,
            layers={
                name: dict(zip(scenes, job.paths(snakemake.input[name]), strict=True))
                for name, scenes in snakemake.params.layers.items()
            },
            cut=tuple(snakemake.params.tiles),
            outputs=dict(snakemake.output.items()),
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}",
            absolute=snakemake.params.absolute,
        )
