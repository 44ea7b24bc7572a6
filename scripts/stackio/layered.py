"""Layers of a stack, read in place and brought onto its grid, a block of rows at a time.

Values as a scene is: copied where a file lies on the stack's lattice, resampled where not. Classes
take the nearest pixel. Several files are laid over each other, the first first.
"""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from stackio import pixels, raster
from stackshift.errors import InputError
from stackshift.ground import power
from stackshift.ground.lattice import Grid, same_lattice

# Of these 0 is no value: an angle or an area where nothing was computed.
_POSITIVE = ("area", "incidence", "local_incidence")
_ANGLES = ("incidence", "local_incidence")
_CLASSES = ("mask", "layover_shadow", "land_cover")
# Angles of incidence in radians do not reach this; those in degrees do somewhere in a scene.
_RADIANS = 3.2
_GLANCE = 256


# What a layer is on the grid, in words, and its unit.
ABOUT: dict[str, tuple[str, str | None]] = {
    "area": ("area that gamma0 was divided by, to a factor", None),
    "incidence": ("angle of incidence on the ellipsoid", "degree"),
    "local_incidence": ("angle of incidence on the terrain", "degree"),
    "dem": ("height of the ground", "m"),
    "mask": ("OPERA's classes: 0 neither, 1 shadow, 2 layover, 3 both", None),
    "layover_shadow": ("HyP3's bits: 1 tested, 2 and 4 layover, 8 and 16 shadow", None),
    "land_cover": ("classes of land cover", None),
    "reference": ("image that scenes are aligned with, as linear power", None),
}


def said(name: str) -> dict:
    """What a layer's file says of itself: keywords of `writing.create`."""
    about, unit = ABOUT[name]
    in_unit = f" ({unit})" if unit else ""
    return {
        "bands": (name + in_unit,),
        "about": f"{about}{', in ' + unit if unit else ''}, NaN = no data",
        "unit": unit,
    }


@dataclass
class Layered:
    """The files of a layer, open.

    Attributes
    ----------
    name : of the layer: area, incidence, local_incidence (degrees), dem (metres), mask,
        layover_shadow (classes); reference, an image to align with, as power.
    files : what is read.
    factors : what the values of each file are multiplied by.
    grid : the stack's.
    """

    name: str
    files: list[pixels.Pixels]
    factors: list[float]
    grid: Grid

    def rows(self, rows: tuple[int, int]) -> np.ndarray:
        """The layer in (first, number) of the grid's rows: float32, NaN where it has no value.

        Raises
        ------
        InputError
            With the file, if it is damaged there.
        """
        block = np.full((rows[1], self.grid.width), np.nan, np.float32)
        for one, factor in zip(self.files, self.factors, strict=True):
            found = self._seen(one, rows)
            if found is None:
                continue
            if factor != 1:
                found = found * np.float32(factor)
            if self.name in _POSITIVE:
                found[~(found > 0)] = np.nan
            np.copyto(block, found, where=np.isnan(block))
        return block

    def reached(self, rows: tuple[int, int]) -> np.ndarray:
        """Which pixels of (first, number) of the grid's rows lie in any of the files at all."""
        from stackio import warp

        found = np.zeros((rows[1], self.grid.width), bool)
        for one in self.files:
            places = warp.places_in(one.source, self.grid, rows, (0, self.grid.width))
            if places is not None:
                found |= (
                    np.abs(places[0] + 0.5 - one.source.height / 2) <= one.source.height / 2
                ) & (np.abs(places[1] + 0.5 - one.source.width / 2) <= one.source.width / 2)
        return found

    def _seen(self, one: pixels.Pixels, rows: tuple[int, int]) -> np.ndarray | None:
        if same_lattice(raster.grid_near(one.source, self.grid), self.grid):
            return pixels.copied(one, self.grid, rows)
        # Imported here, as most layers are copied and SciPy takes its time.
        from stackio import warp

        if self.name in _CLASSES:
            return warp.nearest(one, self.grid, rows)
        return warp.warped(one, self.grid, rows)


@contextmanager
def opened(paths: list[str], grid: Grid, name: str) -> Iterator[Layered]:
    """A layer to be read on a grid; what cannot be used is an InputError with the file.

    Parameters
    ----------
    paths : rasters of one band, read in place, laid over each other, the first first.
    grid : the stack's.
    name : which layer it is; see `Layered`.
    """
    with ExitStack() as stack:
        found = []
        for path in paths:
            if name == "reference":
                found.append(stack.enter_context(pixels.opened(path, band=1)))
                continue
            source = stack.enter_context(raster.open_scene(path))
            raster.check_complete(source, path)
            # What the file says alone, as 0 is a height and a class.
            marker = math.nan if source.nodata is None else float(source.nodata)
            one = pixels.Pixels(source, 1, marker, power.POWER, True, False)
            one.band = raster.band_of(source)
            found.append(one)
        factors = [_in_degrees(one) if name in _ANGLES else 1.0 for one in found]
        yield Layered(name, found, factors, grid)


def _in_degrees(one: pixels.Pixels) -> float:
    """What turns a file's angles into degrees: HyP3's are in radians, OPERA's in degrees."""
    unit = (one.source.units[one.band - 1] or "").lower()
    if unit.startswith("rad"):
        return 180 / math.pi
    if unit.startswith("deg"):
        return 1.0
    size = one.source.height, one.source.width
    shape = min(size[0], _GLANCE), min(size[1], _GLANCE)
    values = raster.masked(raster.read_reduced(one.source, shape), one.no_data)
    known = values[np.isfinite(values) & (values > 0)]
    return 180 / math.pi if known.size and known.max() < _RADIANS else 1.0


def check_seen(layer: Layered, valid: int) -> None:
    """Refuse a layer without a single value on the grid, and an image of what is no power.

    Raises
    ------
    InputError
        With its first file.
    """
    first = layer.files[0]
    if (
        layer.name == "reference"
        and first.values == power.POWER
        and 2 * first.negative > first.valid
    ):
        raise InputError(
            f"{first.source.name} has mostly negative values; if they are decibels, say so in its "
            "name (_dB), its band's unit or its description"
        )
    if not valid:
        raise InputError(
            f"layer {layer.name}: {first.source.name} has no value on the stack's grid; name the "
            "one of this place"
        )
