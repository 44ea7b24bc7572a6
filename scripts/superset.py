"""Bring one scene onto the grid of its stack: copied where it lies on it, warped where not.

The files of a scene, slices or bursts of one pass, are laid over each other block by block.
"""

import stackio.job as job

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stackio import pixels, raster, writing
from stackio.tags import tags_of, warp_of, with_overlap, with_warp
from stackshift.errors import InputError
from stackshift.ground.lattice import TOLERANCE, Grid, fraction_off, same_lattice
from stackshift.ground.mosaic import Mosaic, Overlap

# Measured on OPERA land, VV and VH, and on finer simulated texture: docs/warp.md.
DISPLACES = {"sinc": 0.005, "lanczos": 0.04, "cubic": 0.07, "bilinear": 0.1}
# Tags that a corrected scene keeps.
_CORRECTION = ("corrected", "moved_")


@dataclass
class _File:
    """One file of a scene and what was seen of it: valid pixels, difference to those before it."""

    path: str
    pixels: pixels.Pixels
    copied: bool
    fraction: tuple[float, float] | None
    said: dict[str, str] = field(default_factory=dict)
    valid: int = 0
    overlap: Overlap = field(default_factory=Overlap)

    def rows(self, grid: Grid, rows: tuple[int, int], resampling: str) -> np.ndarray | None:
        """The file on (first, number) of the grid's rows; None where it does not reach."""
        if self.copied:
            block = pixels.copied(self.pixels, grid, rows)
        else:
            # Imported here, as most scenes are copied and SciPy takes its time.
            from stackio import warp

            block = warp.warped(self.pixels, grid, rows, resampling)
        if block is not None:
            self.valid += int(np.count_nonzero(np.isfinite(block)))
        return block


def main(
    files: list[dict],
    grid: Grid,
    path: str,
    resampling: str,
    no_data,
    platform: str | None,
    mosaic: str = "first",
) -> None:
    """Write one scene on the stack's grid, NaN where it has no data.

    Parameters
    ----------
    files : rasters to read, in place, the first first: ``path`` and, if they are known, ``values``
        (power, amplitude, decibel or auto), ``named`` (what they are by its names) and ``band``
        (number of it).
    grid : the stack's.
    path : raster to write.
    resampling : kernel for a file off the lattice: sinc, or one of GDAL's: lanczos, cubic,
        bilinear.
    no_data : number that marks no data, or ``auto``: the file's own, and 0 where it names none.
    platform : satellite, for the tags.
    mosaic : what pixels are that several files have: ``first``, or the ``mean`` of their power.

    Raises
    ------
    InputError
        For a file that cannot be read or is no power, and for a scene without a valid pixel.
    """
    with ExitStack() as opened:
        found = [_opened(opened, one, grid, no_data, resampling) for one in files]
        tags = _tags(found, resampling) | {"platform": platform or ""}
        if len(found) > 1:
            tags |= {"mosaic": mosaic}
        with writing.create(path, grid, tags) as target:
            valid = _write(target, found, grid, resampling, mosaic == "mean")
            for one in found:
                one.pixels.check()
            _check_valid(found)
            total = sum((one.overlap for one in found), Overlap())
            writing.add_tags(target, with_overlap(_noticed(found), total.figures()))
    _log_overlaps(found)
    logging.info("%.1f %% of the pixels are valid", 100 * valid / (grid.width * grid.height))


def _opened(opened: ExitStack, one: dict, area: Grid, no_data, resampling: str) -> _File:
    """A file of a scene, open until the others are read too."""
    known = {"values": one.get("values") or "auto"}
    known |= {key: one.get(key) for key in ("named", "band")}
    source = opened.enter_context(pixels.opened(one["path"], no_data, **known))
    own = raster.grid_near(source.source, area)
    copied = same_lattice(own, area)
    if copied:
        logging.info("%s lies on the stack's pixel lattice: copied", one["path"])
    else:
        logging.warning(
            "%s is off the stack's pixel lattice: warped, %s, which displaces what is measured "
            "by up to %g pixel at some fractions of a pixel",
            one["path"],
            resampling,
            DISPLACES[resampling],
        )
    fraction = (0.0, 0.0) if copied else fraction_off(own, area)
    said = tags_of(source.source)
    if fraction is not None:
        # One that this workflow resampled before.
        before = warp_of(said)
        fraction = fraction[0] + before[0], fraction[1] + before[1]
    return _File(one["path"], source, copied, fraction, said)


def _tags(found: list[_File], resampling: str) -> dict[str, str]:
    """What the stages that follow have to know of a scene's files."""
    # In the order of the files, each once.
    markers = dict.fromkeys(f"{one.pixels.no_data:g}" for one in found)
    tags = {
        "stage": "superset",
        "source": ", ".join(Path(one.path).name for one in found),
        "values": ", ".join(dict.fromkeys(one.pixels.values for one in found)),
        "no_data": ", ".join(markers),
        "resampling": "none" if all(one.copied for one in found) else resampling,
    }
    # How a scene was corrected; its files were by the same amount.
    tags |= {key: text for key, text in found[0].said.items() if key.startswith(_CORRECTION)}
    # What the matching has to know of: detail finer than a pixel does not move with a warp.
    return with_warp(tags, _common_fraction(found))


def _noticed(found: list[_File]) -> dict[str, str]:
    """What was taken for no data though no file says so, and what was resampled before."""
    taken = dict.fromkeys(one.pixels.unscaled(fill) for one in found for fill in one.pixels.fills)
    tags = {"unnamed": ", ".join(taken)} if taken else {}
    repeated = max(one.pixels.resampled for one in found)
    return tags | ({"repeated": f"{repeated:.3f}"} if repeated else {})


def _common_fraction(found: list[_File]) -> tuple[float, float] | None:
    """The displacement that interpolation took out of all files; None where they differ."""
    fractions = [one.fraction for one in found]
    if None in fractions:
        return None
    spread = np.ptp(np.array(fractions), axis=0)
    if spread.max() <= 2 * TOLERANCE:
        return fractions[0]
    logging.warning(
        "the files of the scene lie off the stack's pixel lattice by different fractions of a "
        "pixel: what detail finer than a pixel adds (docs/warp.md) stays in its offset"
    )
    return None


def _write(target, found: list[_File], area: Grid, resampling: str, mean: bool) -> int:
    """Write the files laid over each other; the number of valid pixels."""
    valid = 0
    for rows in raster.row_blocks(area.height):
        laid = None
        for one in found:
            block = one.rows(area, rows, resampling)
            if block is None:
                continue
            if laid is None:
                laid = Mosaic(block, mean and len(found) > 1)
            else:
                laid.add(block, one.overlap)
        if laid is None:
            laid = Mosaic(np.full((rows[1], area.width), np.nan, np.float32))
        else:
            valid += int(np.count_nonzero(np.isfinite(laid.block)))
        writing.write_rows(target, rows[0], laid.block)
    return valid


def _check_valid(found: list[_File]) -> None:
    empty = [one.path for one in found if one.valid == 0]
    if len(empty) == len(found):
        raise InputError(
            f"{empty[0]} has no valid pixel on the stack's grid; remove it from the stack, or "
            "correct 'superset: bounds' or 'nodata'"
        )
    for path in empty:
        logging.warning("%s has no valid pixel on the stack's grid", path)


def _log_overlaps(found: list[_File]) -> None:
    for one in found:
        if figures := one.overlap.figures():
            logging.info(
                "%s overlaps those before it in %d pixels: brighter by %+.2f dB in the mean, "
                "%+.2f dB in the median, spread %.2f dB",
                one.path,
                *figures.values(),
            )


if __name__ == "__main__":
    with job.logged(snakemake):
        for one in job.members(snakemake):
            main(
                files=list(one.params.files),
                grid=Grid.of(one.params.grid),
                path=one.output.scene,
                resampling=one.params.resampling,
                no_data=one.params.no_data,
                platform=one.params.platform,
                mosaic=one.params.mosaic,
            )
