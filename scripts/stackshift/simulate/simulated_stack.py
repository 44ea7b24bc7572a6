"""A simulated stack: offsets, extents and wedges of its scenes, all out of one seed."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from stackshift.ground import names
from stackshift.ground.flight import of_height, to_range_azimuth
from stackshift.ground.lattice import Grid
from stackshift.simulate import planted, terrain
from stackshift.simulate.place import part_of_ground


@dataclass(frozen=True)
class Extent:
    """Where a scene lies in the stack's ground, in pixels, and how its swath is slanted."""

    top: int
    left: int
    rows: int
    columns: int
    slant: float


# Streams of random numbers, so that one more scene changes nothing about the others.
_OFFSETS, _EXTENTS, _SPECKLE, _GROUND = range(4)
# Largest share of the ground's size by which an edge of a scene moves from date to date.
_WANDER = 0.03
# Tangent of the angle between a Sentinel-1 swath and north is about 0.2; half of that keeps more
# of a small demo scene.
_SLANT = 0.1


def scene_times(settings: dict) -> list[str]:
    """Names of the scenes (YYYYMMDDTHHMMSS), oldest first."""
    start = names.parse_time(settings["start"])
    return [
        names.scene_id(start + timedelta(days=i * settings["days"]))
        for i in range(settings["scenes"])
    ]


def generator(settings: dict, *stream: int) -> np.random.Generator:
    """The random numbers of one purpose, independent of all others."""
    return np.random.default_rng(np.random.SeedSequence((settings["seed"], *stream)))


def is_terrain(settings: dict) -> bool:
    """Whether a simulated stack has mountains."""
    return settings.get("steepness", 0) > 0


def scene_offsets(
    settings: dict, seen: terrain.View | None = None
) -> dict[str, tuple[float, float]]:
    """Where each scene lies, oldest first: (right, up) in pixels of the grid.

    Parameters
    ----------
    settings : the stack's ``simulate`` section of the config.
    seen : how it is seen, which turns metres on the ground, and errors of the DEM that a scene was
        made with, into pixels; where there are none it is not needed.
    """
    common = settings.get("dem_error", 0)
    offsets = {}
    for i, scene in enumerate(scene_times(settings)):
        east, north = settings["offset_sigma"] * generator(settings, _OFFSETS, i).normal(size=2)
        across, along, error = 0.0, 0.0, common
        for displaced in settings["displaced"]:
            if displaced["scene"] == i:
                east, north = east + displaced["east"], north + displaced["north"]
                across, along = (
                    across + displaced.get("range", 0),
                    along + displaced.get("azimuth", 0),
                )
                error += displaced.get("dem_error", 0)
        plants = planted.metres(settings.get("planted", []), i, scene)
        if seen is not None and any(plants):
            more = to_range_azimuth(plants, seen.heading)
            across, along = across + more[0], along + more[1]
        if seen is not None and (across or along or error):
            rows, columns = seen.pixels(across + of_height(error, seen.incidence), along)
            east, north = east + columns, north - rows
        offsets[scene] = float(east), float(north)
    return offsets


def scene_extent(settings: dict, number: int) -> Extent:
    """The extent of a scene, which differs from date to date by a few per cent."""
    rows, columns = settings["rows"], settings["columns"]
    margin = [round(_WANDER * size) for size in (rows, columns)]
    random = generator(settings, _EXTENTS, number)
    top, bottom = random.integers(0, margin[0] + 1, 2)
    left, right = random.integers(0, margin[1] + 1, 2)
    return Extent(
        int(top), int(left), int(rows - top - bottom), int(columns - left - right), _SLANT
    )


def scene_grids(settings: dict) -> list[Grid]:
    """The grids of all scenes, oldest first."""
    extents = [scene_extent(settings, number) for number in range(settings["scenes"])]
    return [part_of_ground(settings, e.top, e.left, e.rows, e.columns) for e in extents]


def speckle_generator(settings: dict, number: int, polarization: str) -> np.random.Generator:
    """Random numbers of a scene's speckle."""
    return generator(settings, _SPECKLE, number, *polarization.encode())


def ground_seed(settings: dict, polarization: str) -> int:
    """Seed of the ground, which all scenes of a polarization share."""
    return int(generator(settings, _GROUND, *polarization.encode()).integers(2**31))


def terrain_seed(settings: dict) -> int:
    """Seed of the mountains, which all scenes of all polarizations share."""
    return int(generator(settings, _GROUND).integers(2**31))


def mountains(settings: dict, seen: terrain.View) -> terrain.Terrain:
    """The mountains of a simulated stack on the grid of its ground, twice as fine as scenes."""
    shape = settings["rows"], settings["columns"]
    return terrain.terrain(shape, terrain_seed(settings), settings["steepness"], seen)


def footprint(extent: Extent) -> np.ndarray:
    """Where a scene has data: a swath that is slanted within its north-up raster.

    Returns
    -------
    (rows, columns) booleans, False in the wedges along all four edges.
    """
    row = np.arange(extent.rows)[:, None]
    column = np.arange(extent.columns)[None, :]
    across = column - extent.slant * (extent.rows - 1 - row)
    along = row - extent.slant * column
    width = extent.columns - extent.slant * extent.rows
    length = extent.rows - extent.slant * extent.columns
    return (across >= 0) & (across < width) & (along >= 0) & (along < length)
