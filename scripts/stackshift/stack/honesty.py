"""Scores that tell whether standard errors are honest: deviations in units of them."""

import numpy as np
import pandas as pd

from stackshift.stack import columns as c
from stackshift.tile.match import OK

_DIRECTIONS = {
    "east": (c.SHIFT_X, c.SIGMA_X, c.RESIDUAL_X),
    "north": (c.SHIFT_Y, c.SIGMA_Y, c.RESIDUAL_Y),
}


def tile_scores(measurements: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Deviation of each tile from its pair over the tile's standard error, by direction.

    Near a standard normal if a pair is shifted as a whole and the errors are honest; wider where
    scenes are distorted within themselves.

    Parameters
    ----------
    measurements, pairs : tables with the columns of `columns.MEASUREMENTS` and `PAIRS_TABLE`.
    """
    ends = [c.REFERENCE, c.SECONDARY]
    good = measurements[measurements[c.STATUS] == OK]
    mean = good[ends].merge(pairs[[*ends, c.SHIFT_X, c.SHIFT_Y]], on=ends, how="left")
    return {
        direction: _finite((good[shift].to_numpy() - mean[shift].to_numpy()) / good[sigma])
        for direction, (shift, sigma, _) in _DIRECTIONS.items()
    }


def fit_scores(pairs: pd.DataFrame, residuals: pd.DataFrame) -> dict[str, np.ndarray]:
    """Residual of each pair in the network over its standard error, by direction.

    Of n pairs between m scenes the adjustment leaves n - m + 1 free, so that a residual's variance
    is that share of the pair's own, on average. Below 1 where pairs share the errors of scenes.

    Parameters
    ----------
    pairs, residuals : tables with the columns of `columns.PAIRS_TABLE` and `RESIDUALS_TABLE`.
    """
    ends = [c.REFERENCE, c.SECONDARY]
    table = residuals.merge(pairs[[*ends, c.SIGMA_X, c.SIGMA_Y]], on=ends, how="left")
    scenes = len({*table[c.REFERENCE], *table[c.SECONDARY]})
    free = (len(table) - scenes + 1) / max(len(table), 1)
    if free <= 0:
        return {direction: np.empty(0) for direction in _DIRECTIONS}
    return {
        direction: _finite(table[residual] / table[sigma] / np.sqrt(free))
        for direction, (_, sigma, residual) in _DIRECTIONS.items()
    }


def _finite(values: pd.Series) -> np.ndarray:
    values = values.to_numpy(float)
    return values[np.isfinite(values)]
