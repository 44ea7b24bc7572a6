"""Scores that tell whether standard errors are honest: deviations in units of them."""

import numpy as np
import pandas as pd

from stackshift.stack import columns as c
from stackshift.tile.match import OK

_DIRECTIONS = {
    "east": (c.SHIFT_X, c.SIGMA_X),
    "north": (c.SHIFT_Y, c.SIGMA_Y),
}


def tile_scores(measurements: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Deviation of each tile from its pair over the tile's standard error, by direction.

    Near a standard normal if a pair is shifted as a whole and the errors are honest; wider where
    scenes are distorted within themselves. A pair of a single tile that counts is left out: its
    mean is the tile, and the deviation 0 whatever was measured.

    Parameters
    ----------
    measurements, pairs : tables with the columns of `columns.MEASUREMENTS` and `PAIRS_TABLE`.
    """
    ends = [c.REFERENCE, c.SECONDARY]
    good = measurements[measurements[c.STATUS] == OK]
    good = good[good.groupby(ends)[c.STATUS].transform("size") > 1]
    mean = good[ends].merge(pairs[[*ends, c.SHIFT_X, c.SHIFT_Y]], on=ends, how="left")
    return {
        direction: _finite((good[shift].to_numpy() - mean[shift].to_numpy()) / good[sigma])
        for direction, (shift, sigma) in _DIRECTIONS.items()
    }


def fit_scores(residuals: pd.DataFrame) -> dict[str, np.ndarray]:
    """What is left of each pair once its scenes' offsets are taken off, over its error.

    No wider than a standard normal if pairs, scenes and their errors agree.

    Parameters
    ----------
    residuals : table with the columns of `columns.RESIDUALS_TABLE`.
    """
    return {"east": _finite(residuals[c.Z_X]), "north": _finite(residuals[c.Z_Y])}


def _finite(values: pd.Series) -> np.ndarray:
    values = values.to_numpy(float)
    return values[np.isfinite(values)]
