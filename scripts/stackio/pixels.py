"""The pixels of a user's scene as power: what its header says of its values is applied here."""

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window

from stackio import raster
from stackshift.errors import InputError
from stackshift.ground import power
from stackshift.ground.lattice import Grid, offset_in
from stackshift.stack import digits

# Masks that need no reading: NaN and the no-data value are seen in the values themselves.
_SEEN = ([MaskFlags.all_valid], [MaskFlags.nodata])
# Decibels of gamma0 are negative but for a few bright points.
_FEW = 0.05
# A value outside all that is measured is a mark of no data if so many pixels of a block have it,
# and this share of those that are outside.
_FEWEST = 16
_MOST = 0.3
_MEASURED = {
    power.POWER: (-1.0, 1e12),
    power.AMPLITUDE: (-1.0, 1e6),
    power.DECIBEL: (-100.0, 120.0),
}


@dataclass
class Pixels:
    """An open raster and how its values become power.

    Attributes
    ----------
    source : the open raster.
    band : number of the band that is read.
    no_data : what marks no data in the file, before scale and offset.
    values : ``power``, ``amplitude`` or ``decibel``.
    told : whether the config says so, so that it is not doubted.
    zero : whether zeros are no data too.
    of_radar : whether a value that no radar measures marks no data. In a layer it may be a height.
    valid, negative : pixels that `read` has seen with a finite value, and with a negative one; in
        the file's unit.
    fills : values outside all that is measured that many pixels have, which are no data though the
        file does not say so, and how many do that `read` has seen.
    """

    source: rasterio.DatasetReader
    band: int
    no_data: float
    values: str
    told: bool
    zero: bool
    of_radar: bool = False
    valid: int = 0
    negative: int = 0
    fills: dict[float, int] = field(default_factory=dict)

    def __post_init__(self):
        flags = self.source.mask_flag_enums[self.band - 1]
        self.masked = flags not in _SEEN and MaskFlags.alpha not in flags
        alpha = [
            number
            for number, meaning in zip(self.source.indexes, self.source.colorinterp, strict=True)
            if meaning == ColorInterp.alpha
        ]
        # Read as a band, as a no-data value beside it keeps GDAL from taking it for a mask.
        self.alpha = alpha[0] if alpha else None
        self.scale = self.source.scales[self.band - 1], self.source.offsets[self.band - 1]

    @property
    def grid(self) -> Grid:
        """The raster's own grid."""
        return raster.grid_of(self.source)

    def read(self, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        """Power between two rows and two columns: float32, NaN where there is no data.

        Raises
        ------
        InputError
            With the file, if it is damaged there.
        """
        window = Window.from_slices(rows, columns)
        try:
            block = raster.masked(self.source.read(self.band, window=window), self.no_data)
            if self.masked:
                block[self.source.read_masks(self.band, window=window) == 0] = np.nan
            if self.alpha:
                block[~(self.source.read(self.alpha, window=window) > 0)] = np.nan
        except RasterioError as error:
            raise raster.unread(self.source, error) from error
        if self.zero:
            block[block == 0] = np.nan
        if self.scale != (1, 0):
            block = block * np.float32(self.scale[0]) + np.float32(self.scale[1])
        if self.of_radar:
            self._drop_fill(block)
        self.valid += int(np.count_nonzero(np.isfinite(block)))
        self.negative += int(np.count_nonzero(block < 0))
        return power.as_power(block, self.values)

    def _drop_fill(self, block: np.ndarray) -> None:
        low, high = _MEASURED[self.values]
        while (beyond := (block < low) | (block > high)).any():
            for fill in self.fills:
                marked = block == np.float32(fill)
                self.fills[fill] += int(np.count_nonzero(marked))
                block[marked] = np.nan
                beyond &= ~marked
            values, counts = np.unique(block[beyond], return_counts=True)
            if not len(counts) or counts.max() <= max(_MOST * counts.sum(), _FEWEST):
                break
            self.fills[float(values[counts.argmax()])] = 0

    def unscaled(self, value: float) -> str:
        """A value as the file has it, before scale and offset."""
        return f"{(value - self.scale[1]) / self.scale[0]:.9g}"

    def check(self) -> None:
        """Refuse values that are not what they are taken for, by all that was read.

        Raises
        ------
        InputError
            With the file and what to say in the config.
        """
        total = self.valid + sum(self.fills.values())
        for fill, count in self.fills.items():
            logging.warning(
                "%s has the value %s in %s %% of its pixels, which no radar measures: taken for "
                "no data, though the file does not say so",
                self.source.name,
                self.unscaled(fill),
                digits.short(100 * count / total),
            )
        decibel = self.values == power.DECIBEL
        if not decibel and self.negative > 0.5 * self.valid:
            raise InputError(
                f"{self.source.name} has {100 * self.negative / self.valid:.0f} % negative values, "
                "as decibels have; if they are, say 'values: decibel' in the stack's entry of the "
                "config"
            )
        share = self.negative / max(self.valid, 1)
        if decibel and not self.told and self.valid and share < _FEW:
            raise InputError(
                f"{self.source.name} says that it holds decibels, but hardly a value is negative; "
                "say 'values: decibel' or 'values: power' in the stack's entry of the config"
            )


@contextmanager
def opened(
    path,
    no_data="auto",
    values: str = "auto",
    band: int | None = None,
    named: str | None = None,
):
    """The `Pixels` of a scene; what cannot be used is an InputError with the file.

    Parameters
    ----------
    path : file or address.
    no_data : number that marks no data, or ``auto``; see `raster.no_data_value`.
    values : ``power``, ``amplitude``, ``decibel``, or ``auto``; see `raster.values_of`.
    band : number of the band; None if there is one only.
    named : what the values are by names beyond the file's own.
    """
    with raster.open_scene(path, band=band) as source:
        raster.check_complete(source, path)
        band = raster.band_of(source, band)
        kind = raster.values_of(source, values, band, named)
        marker = raster.no_data_value(source, no_data)
        # A border of zeros would be bright: power of 0 dB. None is measured so to the last bit, but
        # for integers, of which 0 is one of many.
        real = np.issubdtype(np.dtype(source.dtypes[band - 1]), np.floating)
        zero = kind == power.DECIBEL and no_data == "auto" and real
        yield Pixels(source, band, marker, kind, values != "auto", zero, of_radar=True)


def copied(pixels: Pixels, grid: Grid, rows: tuple[int, int]) -> np.ndarray | None:
    """The pixels of a scene on the lattice of a grid, in (first, number) of its rows.

    Returns
    -------
    float32 over the grid's width, NaN = no data; None where the scene does not reach.
    """
    first, count = rows
    top, left = offset_in(raster.grid_near(pixels.source, grid), grid)
    source = pixels.source
    low, high = max(first, top), min(first + count, top + source.height)
    west, east = max(left, 0), min(left + source.width, grid.width)
    if low >= high or west >= east:
        return None
    values = pixels.read((low - top, high - top), (west - left, east - left))
    if values.shape == (count, grid.width):
        return values
    block = np.full((count, grid.width), np.nan, np.float32)
    block[low - first : high - first, west:east] = values
    return block
