"""Polygons of a vector file on a grid, a block of rows at a time."""

from dataclasses import dataclass

import numpy as np
import pyogrio
import rasterio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from rasterio.errors import CRSError
from rasterio.features import rasterize
from rasterio.transform import Affine
from rasterio.warp import transform
from shapely.affinity import translate

from stackio import earth
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid
from stackshift.ground.longitudes import Bounds, amount_beside, turned

# Long edges are straight on their own map only: cut into so many parts of the grid's extent.
_PARTS = 100


@dataclass(frozen=True)
class Polygons:
    """Polygons in the CRS of a grid, those that come near it."""

    shapes: np.ndarray
    grid: Grid

    def rows(self, rows: tuple[int, int]) -> np.ndarray:
        """Which pixels of (first, number) of the grid's rows have their middle inside."""
        a, _, c, _, e, f = self.grid.transform
        top = f + e * rows[0]
        size = rows[1], self.grid.width
        box = shapely.box(c, top + e * size[0], c + a * size[1], top)
        near = self.shapes[shapely.intersects(self.shapes, box)]
        if not len(near):
            return np.zeros(size, bool)
        return rasterize(
            near, out_shape=size, transform=Affine(a, 0, c, 0, e, top), dtype="uint8"
        ).astype(bool)


def read(path: str, grid: Grid, layer: str | None = None) -> Polygons:
    """The polygons of a GeoPackage, GeoJSON, shapefile or what else GDAL reads.

    Parameters
    ----------
    path : file; in any CRS.
    grid : the stack's; polygons elsewhere are not read.
    layer : its name, where the file has several.

    Raises
    ------
    InputError
        With the file: it cannot be read, has several layers, no CRS, no polygons, or all of them
        lie elsewhere.
    """
    try:
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if layer is None and len(names) != 1:
            raise InputError(f"{path} has the layers {', '.join(names)}; say which: 'layer: NAME'")
        layer = layer or names[0]
        if layer not in names:
            raise InputError(f"{path} has no layer '{layer}', only {', '.join(names)}")
        info = pyogrio.read_info(path, layer=layer, force_total_bounds=True)
        crs, extent = info["crs"], info["total_bounds"]
        if crs is None:
            raise InputError(f"{path} has no CRS; assign one (a shapefile's lies in its .prj)")
        earth.check_crs(rasterio.CRS.from_user_input(crs))
        box = earth.bounds_in(grid.bounds, grid.crs, crs)
        if extent is None:
            raise InputError(f"{path} holds no polygons; give those of an area")
        turns = _turns(crs, box, extent)
        if not turns:
            raise InputError(
                f"{path} lies outside the grid of the stack: it reaches over {_rounded(extent)} in "
                f"its CRS ({earth.name_of(crs)}), and the grid over {_rounded(box)}; correct its "
                "CRS or the order of its coordinates, or name the one of this place"
            )
        read_in = [_read(path, layer, box, turn) for turn in turns]
    except (DataSourceError, DataLayerError, CRSError) as error:
        raise InputError(f"{path} cannot be read ({' '.join(str(error).split())})") from error
    shapes = np.concatenate(read_in)
    flat = shapely.get_dimensions(shapes) == 2
    if len(shapes) and not flat.any():
        raise InputError(f"{path} holds lines or points and no polygons; give those of an area")
    return Polygons(_on_the_map(shapes[flat], crs, grid, box), grid)


def _turns(crs: str, box: Bounds, extent) -> list[float]:
    """By how much a file's extent is moved around the Earth to come near a box; none if it cannot.

    Near is within the box's own size, as lakes of the whole land may well have none in a scene.
    """
    (left, bottom, right, top), margin = box, max(box[2] - box[0], box[3] - box[1])
    turn = earth.turn_of(rasterio.CRS.from_user_input(crs).to_wkt())
    return [
        amount
        for amount in ((0.0, turn, -turn) if turn else (0.0,))
        if extent[0] + amount <= right + margin
        and extent[2] + amount >= left - margin
        and extent[1] <= top + margin
        and extent[3] >= bottom - margin
    ]


def _read(path: str, layer: str, box: Bounds, turn: float) -> np.ndarray:
    """The shapes of a file that come near a box, moved into its turn around the Earth."""
    _, _, found, _ = pyogrio.raw.read(path, layer=layer, columns=[], bbox=turned(box, -turn))
    shapes = shapely.force_2d(shapely.from_wkb(found))
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return shapely.transform(shapes, lambda places: np.add(places, (turn, 0))) if turn else shapes


def _rounded(box) -> list[float]:
    return [round(float(edge), 4) for edge in box]


def _on_the_map(shapes: np.ndarray, crs: str, grid: Grid, box) -> np.ndarray:
    shapes = shapely.make_valid(shapes)
    if rasterio.CRS.from_user_input(crs) == rasterio.CRS.from_string(grid.crs):
        return shapes
    # Cut to what is near, as a country's outline may have no place on the grid's map.
    (left, bottom, right, top), margin = box, max(box[2] - box[0], box[3] - box[1])
    near = shapely.box(left - margin, bottom - margin, right + margin, top + margin)
    shapes = shapely.segmentize(shapely.intersection(shapes, near), margin / _PARTS)

    def moved(places):
        return np.column_stack(transform(crs, grid.crs, places[:, 0], places[:, 1]))

    shapes = shapely.make_valid(shapely.transform(shapes, moved))
    shapes = shapes[~shapely.is_empty(shapes)]
    if turn := earth.turn_of(grid.crs):
        # PROJ gives the turn that it prefers, in which the grid need not lie.
        amounts = [amount_beside(edges, grid.bounds, turn) for edges in shapely.bounds(shapes)]
        shapes = np.array(
            [translate(shape, amount) for shape, amount in zip(shapes, amounts, strict=True)],
            dtype=object,
        )
    return shapes
