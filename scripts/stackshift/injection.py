"""Known displacements put into real scenes, and how well they come out again."""

import zlib

import numpy as np
import pandas as pd
from scipy import ndimage

from stackshift import columns as c
from stackshift.match import OK

# Reach of the interpolation kernel to each side, pixels. With a Kaiser window of this beta a wave
# of 0.8 of the Nyquist frequency keeps its amplitude to 0.2 % and is displaced to 3e-4 pixel.
REACH = 12
_BETA = 6.0


def drawn(scene: str, seed: int, largest: float) -> tuple[float, float]:
    """The displacement (east, north) in pixels of a scene, the same for the same name and seed."""
    random = np.random.default_rng((seed, zlib.crc32(scene.encode())))
    east, north = random.uniform(-largest, largest, 2)
    return float(east), float(north)


def kernel(fraction: float) -> np.ndarray:
    """Weights at -REACH .. REACH that displace a signal by a fraction of a pixel forwards.

    A sinc under a Kaiser window (Kaiser & Schafer 1980), scaled to keep constants.
    """
    at = np.arange(-REACH, REACH + 1) - fraction
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (at / (REACH + 1)) ** 2, 0, 1)))
    weights = np.sinc(at) * window
    return weights / weights.sum()


def displaced(image: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """A scene whose content is moved by a known amount.

    Parameters
    ----------
    image : (rows, columns) float32 power, NaN = no data.
    shift : (rows to the south, columns to the east) in pixels.

    Returns
    -------
    The moved scene; NaN where the kernel reaches beyond the image or into no data. It is the
    logarithm that is interpolated, so that power stays positive.
    """
    missing = ~(np.isfinite(image) & (image > 0))
    values = np.log(np.where(missing, 1, image)).astype(np.float32)
    values[missing] = 0 if missing.all() else np.median(values[~missing])
    for axis, amount in enumerate(shift):
        whole = int(np.floor(amount))
        weights = kernel(amount - whole).astype(np.float32)
        values = ndimage.convolve1d(values, weights, axis=axis, mode="nearest")
        values = ndimage.shift(
            values, [whole * (axis == a) for a in (0, 1)], order=0, mode="nearest"
        )
        reach = np.ones(2 * REACH + 1, bool)
        structure = reach[:, None] if axis == 0 else reach[None]
        missing = ndimage.binary_dilation(missing, structure, border_value=1)
        missing = ndimage.shift(
            missing.astype(np.uint8), [whole * (axis == a) for a in (0, 1)], order=0,
            mode="constant", cval=1,
        ).astype(bool)  # fmt: skip
    return np.where(missing, np.float32(np.nan), np.exp(values))


def recovered(
    before: pd.DataFrame,
    after: pd.DataFrame,
    truth: dict[str, tuple[float, float]],
    size: tuple[float, float],
) -> pd.DataFrame:
    """What came out of each tile of each pair, against what was put in.

    Parameters
    ----------
    before, after : measurements of the stack as it is and with displaced scenes.
    truth : (east, north) in pixels by which each scene was displaced.
    size : metres a column to the east and a row to the north, as for `geometry.to_metres`.

    Returns
    -------
    Table with the columns of `columns.INJECTION_TABLE`; tiles that count both times only.
    """
    keys = [c.REFERENCE, c.SECONDARY, c.TILE_X, c.TILE_Y]
    both = before[before[c.STATUS] == OK].merge(
        after[after[c.STATUS] == OK], on=keys, suffixes=("_before", "_after")
    )
    table = both[keys].copy()
    for axis, (shift, sigma, name) in enumerate(
        ((c.SHIFT_X, c.SIGMA_X, "x"), (c.SHIFT_Y, c.SIGMA_Y, "y"))
    ):
        metres = abs(size[axis])
        # A scene that was moved east needs a shift that much further west, as a secondary.
        table[f"injected_{name}"] = [
            (truth[r][axis] - truth[s][axis]) * metres
            for r, s in zip(both[c.REFERENCE], both[c.SECONDARY], strict=True)
        ]
        table[f"recovered_{name}"] = both[f"{shift}_after"] - both[f"{shift}_before"]
        table[f"error_{name}"] = table[f"recovered_{name}"] - table[f"injected_{name}"]
        table[f"sigma_{name}"] = both[f"{sigma}_after"]
    return table[list(c.INJECTION_TABLE)]


def summary(table: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> dict:
    """How well the displacements came out: bias, rms, gain and z along each axis, in metres."""
    found: dict = {
        "tiles": len(table),
        "counted_before": int((before[c.STATUS] == OK).sum()),
        "counted_after": int((after[c.STATUS] == OK).sum()),
        "measurements": len(after),
    }
    for name, direction in (("x", "east"), ("y", "north")):
        error, injected = table[f"error_{name}"], table[f"injected_{name}"]
        known = len(table) > 1
        found[direction] = {
            "largest_injected": float(injected.abs().max()) if known else None,
            "bias": float(error.mean()) if known else None,
            "rms_error": float(np.sqrt((error**2).mean())) if known else None,
            "gain": float(1 + (error * injected).sum() / (injected**2).sum())
            if injected.any()
            else None,
            "rms_z": float(np.sqrt(((error / table[f"sigma_{name}"]) ** 2).mean()))
            if known
            else None,
            "within_3_sigma": float((error.abs() < 3 * table[f"sigma_{name}"]).mean())
            if known
            else None,
        }
    return found
