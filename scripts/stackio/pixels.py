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
from stackshift.ground import fills, power
from stackshift.ground.lattice import Grid, offset_in
from stackshift.stack import digits

# Masks that need no reading: NaN and the no-data value are seen in the values themselves.
_SEEN = ([MaskFlags.all_valid], [MaskFlags.nodata])
# Decibels of gamma0 are negative but for a few bright points.
_FEW = 0.05
# Rows of a file that tell what there is beside a block of one value.
_ROWS = 16
# A share of pixels that repeat their neighbour which is told, and what exact copies may be off by.
_REPEATED = 0.02
_COPIES = 0.01


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
    small : of decibels, those that `read` has seen above 0 and up to 1.
    fills : values that stand for no data though the file does not say so, and how many pixels have
        each that `read` has seen.
    repeats : sum of `fills.repeats` over what `read` has seen of floats.
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
    small: int = 0
    fills: dict[float, int] = field(default_factory=dict)
    repeats: np.ndarray = field(default_factory=lambda: np.zeros(3))

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
        self.integers = not np.issubdtype(np.dtype(self.source.dtypes[self.band - 1]), np.floating)
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
        block = self._in_its_unit(rows, columns)
        if self.of_radar:
            self._drop_fill(block)
        self.valid += int(np.count_nonzero(np.isfinite(block)))
        if np.fmin.reduce(block, None) < 0:
            self.negative += int(np.count_nonzero(block < 0))
        if self.values == power.DECIBEL:
            self.small += int(np.count_nonzero((block > 0) & (block <= 1)))
        return power.as_power(block, self.values)

    def _in_its_unit(self, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        """Values with scale and offset, NaN where the file says that there is no data."""
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
        return block

    def _drop_fill(self, block: np.ndarray) -> None:
        """Set to NaN what stands for no data though nothing says so."""
        for fill in self.fills:
            self._drop(block, fill)
        repeats = fills.repeats(block)
        while (unsaid := self._fill_in(block, repeats)) is not None:
            self.fills[unsaid] = 0
            self._drop(block, unsaid)
            repeats = fills.repeats(block)
        if not self.integers:
            self.repeats = self.repeats + repeats

    def _fill_in(self, block: np.ndarray, repeats: np.ndarray) -> float | None:
        """A value that stands for no data in a block and is not known yet."""
        step = abs(self.scale[0]) if self.integers else 0.0
        fill = fills.outside(block, self.values, step)
        if fill is None and fills.may_be_filled(repeats):
            if np.fmin.reduce(block, None) == np.fmax.reduce(block, None):
                # No data if the file has other values, which this block does not show.
                block = self._rows_of_file()
            fill = fills.area(block, self.values, step)
        return None if fill in self.fills else fill

    def _rows_of_file(self) -> np.ndarray:
        height, width = self.source.shape
        rows = np.linspace(0, height - 1, min(_ROWS, height)).astype(int)
        found = [self._in_its_unit((row, row + 1), (0, width)) for row in rows]
        # `area` looks at one row of so many.
        return np.repeat(np.concatenate(found), fills.ROWS, axis=0)

    def _drop(self, block: np.ndarray, fill: float) -> None:
        marked = block == np.float32(fill)
        if count := int(np.count_nonzero(marked)):
            self.fills[fill] += count
            block[marked] = np.nan

    @property
    def resampled(self) -> float:
        """Share of the pixels that were put twice by nearest-neighbour resampling; 0 for none.

        Each pixel two or more times is none, as that moves nothing.
        """
        share = fills.repeated(self.repeats)
        copies = abs(share - (1 - 1 / max(round(1 / max(1 - share, 1e-9)), 1))) < _COPIES
        return 0.0 if share < _REPEATED or copies else share

    def unscaled(self, value: float) -> str:
        """A value as the file has it, before scale and offset."""
        stored = (value - self.scale[1]) / self.scale[0]
        return str(round(stored)) if self.integers else f"{stored:.9g}"

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
                "%s has the value %s in %s %% of its pixels, as no radar measures it: taken for "
                "no data, though the file does not say so",
                self.source.name,
                self.unscaled(fill),
                digits.short(100 * count / total),
            )
        if self.resampled:
            logging.warning(
                "%s repeats %.0f %% of its pixels, as resampling by nearest neighbour does: shifts "
                "are rounded by up to half a pixel, which no error bar holds",
                self.source.name,
                100 * self.resampled,
            )
        decibel = self.values == power.DECIBEL
        if not decibel and self.negative > 0.5 * self.valid:
            raise InputError(
                f"{self.source.name} has {100 * self.negative / self.valid:.0f} % negative values, "
                "as decibels have; if they are, say 'values: decibel' in the stack's entry of the "
                "config where all files of the stack hold decibels; else list the files in a scene "
                "sheet with a column 'values' that says decibel for this one, or name it in "
                "'exclude'"
            )
        share = self.negative / max(self.valid, 1)
        # Decibels with half of the pixels below 1 spread below 0 too; power and amplitude do not.
        if decibel and self.told and share < _FEW and self.small > 0.5 * self.valid:
            raise InputError(
                f"{self.source.name} is told to hold decibels, but hardly a value is negative and "
                f"{100 * self.small / self.valid:.0f} % are from 0 to 1, as power and amplitude "
                "are; 'values' in the stack's entry of the config is for all its files: where they "
                "differ take it out, and list the files in a scene sheet with a column 'values'"
            )
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
