"""How well known displacements that were put into real scenes come out again."""

import numpy as np
import pandas as pd

from stackshift.ground.geometry import Pixel, to_metres
from stackshift.stack import check_columns
from stackshift.stack import columns as c
from stackshift.tile.match import OK


def recovered(
    before: pd.DataFrame,
    after: pd.DataFrame,
    truth: dict[str, tuple[float, float]],
    pixels: dict[tuple[int, int], Pixel],
    kind: str,
) -> pd.DataFrame:
    """What came out of each tile of each pair, against what was put in.

    Parameters
    ----------
    before, after : measurements of the stack as it is and with displaced scenes.
    truth : (rows to the south, columns to the east) in pixels by which each scene was displaced.
    pixels : what a pixel is on the ground in the middle of each tile (column, row).
    kind : how the scenes were displaced, for the table.

    Returns
    -------
    Table with the columns of `check_columns.INJECTION_TABLE`; tiles that count both times only.
    """
    keys = [c.REFERENCE, c.SECONDARY, c.TILE_X, c.TILE_Y]
    both = before[before[c.STATUS] == OK].merge(
        after[after[c.STATUS] == OK], on=keys, suffixes=("_before", "_after")
    )
    table = both[keys].copy()
    table[check_columns.KIND] = kind
    # A scene that was moved east needs a shift that much further west, as a secondary.
    injected = [
        to_metres((truth[r][0] - truth[s][0], truth[r][1] - truth[s][1]), pixels[x, y])
        for r, s, x, y in both[keys].itertuples(index=False)
    ]
    for axis, (shift, sigma, name) in enumerate(
        ((c.SHIFT_X, c.SIGMA_X, "x"), (c.SHIFT_Y, c.SIGMA_Y, "y"))
    ):
        table[f"injected_{name}"] = [metres[axis] for metres in injected]
        table[f"recovered_{name}"] = both[f"{shift}_after"] - both[f"{shift}_before"]
        table[f"error_{name}"] = table[f"recovered_{name}"] - table[f"injected_{name}"]
        table[f"sigma_{name}"] = both[f"{sigma}_after"]
    return table[list(check_columns.INJECTION_TABLE)]


def summary(table: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> dict:
    """How well the displacements came out: bias, rms, gain and z along each axis, in metres."""
    found: dict = {
        "tiles": len(table),
        "counted_before": int((before[c.STATUS] == OK).sum()),
        "counted_after": int((after[c.STATUS] == OK).sum()),
        "measurements": len(after),
        "message": None if len(table) else f"not possible here: {_why(before, after)}",
    }
    for name, direction in (("x", "east"), ("y", "north")):
        error, injected = table[f"error_{name}"], table[f"injected_{name}"]
        known = len(table) > 1
        with_errors = known and table[f"sigma_{name}"].notna().all()
        found[direction] = {
            "largest_injected": float(injected.abs().max()) if known else None,
            "bias": float(error.mean()) if known else None,
            "rms_error": float(np.sqrt((error**2).mean())) if known else None,
            "gain": float(1 + (error * injected).sum() / (injected**2).sum())
            if injected.any()
            else None,
            "rms_z": float(np.sqrt(((error / table[f"sigma_{name}"]) ** 2).mean()))
            if with_errors
            else None,
            "within_3_sigma": float((error.abs() < 3 * table[f"sigma_{name}"]).mean())
            if with_errors
            else None,
        }
    return found


def _why(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """What the most tiles say that did not count, in the stack that is the worse."""
    worse = min((after, before), key=lambda table: (table[c.STATUS] == OK).sum())
    said = worse.loc[worse[c.STATUS] != OK, c.MESSAGE].value_counts()
    return said.index[0] if len(said) else "no tile counts both before and after"
