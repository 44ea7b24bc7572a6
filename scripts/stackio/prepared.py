"""A scene as it is matched: undone what the normalisation did, and masked, block by block."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import numpy as np
import rasterio

from stackio import raster
from stackio.moved_area import MovedArea
from stackio.tags import move_of, tags_of
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

_BRIGHTNESS = "gamma0 times the area it was divided by, as linear power to a factor, NaN = no data"


def said(area: str | None) -> dict:
    """What a raster of a scene that was prepared is: keywords of `writing.create`."""
    return {"bands": ("beta0 power",), "about": _BRIGHTNESS} if area else {}


@dataclass
class Prepared:
    """An open scene with the layers that go with it, all on one grid.

    Attributes
    ----------
    scene : gamma0 as power.
    area : what it was divided by, which moved with it where it was corrected, or None to leave it
        as it is.
    mask : 1 where it is no data, or None.
    level : middle of the area, so that brightness stays about what it was.
    valid : pixels that have been read with a value.
    masked, without : those of them that are masked; that have no area, and so are lost (``area``),
        and that no mask knows of, and so are left (``mask``).
    """

    scene: rasterio.DatasetReader
    area: MovedArea | None
    mask: rasterio.DatasetReader | None
    level: float = 1.0
    valid: int = 0
    masked: int = 0
    without: dict[str, int] = field(default_factory=lambda: {"area": 0, "mask": 0})

    @property
    def grid(self) -> Grid:
        """The stack's grid."""
        return raster.grid_of(self.scene)

    def rows(self, first: int, count: int) -> np.ndarray:
        """Rows of the scene, float32, NaN = no data."""
        return self.part((first, first + count), (0, self.scene.width))

    def part(self, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        """The scene between two rows and two columns, float32, NaN = no data."""
        block = raster.read_part(self.scene, rows, columns)[0]
        if self.area is None and self.mask is None:
            return block
        known = np.isfinite(block)
        self.valid += int(np.count_nonzero(known))
        if self.area is not None:
            area = self.area.part(rows, columns)
            self.without["area"] += int(np.count_nonzero(known & ~np.isfinite(area)))
            block = block * (area / np.float32(self.level))
        if self.mask is not None:
            mask = raster.read_part(self.mask, rows, columns)[0]
            drop = mask > 0
            self.masked += int(np.count_nonzero(known & drop))
            self.without["mask"] += int(np.count_nonzero(known & np.isnan(mask)))
            block[drop] = np.nan
        return block

    def tags(self) -> dict[str, str]:
        """What was done, for the stages that follow; the shares of what was read."""
        found, valid = {}, max(self.valid, 1)
        if self.area is not None:
            found["normalisation"] = "undone"
            found["no_area"] = f"{self.without['area'] / valid:.6f}"
        if self.mask is not None:
            found["masked"] = f"{self.masked / valid:.6f}"
            found["no_mask"] = f"{self.without['mask'] / valid:.6f}"
        return found


@contextmanager
def opened(scene: str, area: str | None = None, mask: str | None = None) -> Iterator[Prepared]:
    """A scene to be read as it is matched.

    Parameters
    ----------
    scene : raster on the stack's grid.
    area, mask : layers on the same grid as they lie on the map, or None.

    Raises
    ------
    InputError
        With the file that cannot be read or lies on another grid.
    """
    with ExitStack() as stack:
        source = stack.enter_context(raster.open_scene(scene))
        found = {
            name: stack.enter_context(raster.open_scene(path))
            for name, path in (("area", area), ("mask", mask))
            if path
        }
        for one in found.values():
            if raster.grid_of(one) != raster.grid_of(source):
                raise InputError(f"{one.name} lies on another grid than {scene}; delete it")
        level = float(tags_of(found["area"]).get("level", 1)) if area else 1.0
        own = MovedArea(found["area"], move_of(tags_of(source))) if area else None
        yield Prepared(source, own, found.get("mask"), level)
