"""What the header of a scene tells, without a pixel of it."""

import os

import rasterio
from rasterio.errors import RasterioError

from stackio import earth, raster
from stackshift.errors import InputError

# Where a product says when it was processed.
_PROCESSED = ("PROCESSING_DATETIME", "TIFFTAG_DATETIME")


def look(path: str, band: int | None = None) -> dict:
    """The grid, the place and what is wrong with a scene.

    Parameters
    ----------
    path : as GDAL opens it.
    band : number of the band with the power; None if there is one only.

    Returns
    -------
    ``problem``, a line, and nothing else if the scene cannot be used; else ``crs``, ``transform``,
    ``width``, ``height``; ``turn``, what leads around the Earth in units of the CRS, None where
    nothing does; ``box``, (west, south, east, north) in degrees, east beyond 180 where it
    crosses the antimeridian; ``size``, bytes on disk, and ``processed``, what the file says, or
    None.
    """
    try:
        with raster.open_scene(path, band=band) as source:
            raster.check_complete(source, path)
            grid = raster.grid_of(source)
            tags = source.tags()
            return {
                "crs": grid.crs,
                "transform": list(grid.transform),
                "width": grid.width,
                "height": grid.height,
                "box": list(raster.bounds_in_degrees(source)),
                # Once around the globe in units of the CRS, where it has such.
                "turn": earth.turn_of(grid.crs),
                "size": os.path.getsize(path) if os.path.isfile(path) else None,
                "processed": next((tags[key] for key in _PROCESSED if key in tags), None),
            }
    except InputError as error:
        return {"problem": str(error)}
    except (RasterioError, rasterio._err.CPLE_BaseError) as error:
        return {"problem": f"{path} cannot be used ({' '.join(str(error).split())})"}


def bounds(path: str, band: int | None, crs: str) -> list[float]:
    """(left, bottom, right, top) of a scene in another CRS."""
    with raster.open_scene(path, band=band) as source:
        return list(raster.bounds_in(source, crs))
