"""The notebook's method: upsampled cross-correlation of two tiles with gaps set to zero.

Kept for comparison with earlier results. It has no standard error, its steps are
1 / upsample_factor of a pixel, and what is fixed in the frame pulls it towards zero.
"""

import numpy as np
from skimage.registration import phase_cross_correlation

from stackshift.tile.match import NO_MATCH, OK, TOO_MANY_NAN, Match


def prepared(tile: np.ndarray, **_) -> np.ndarray:
    """A tile is matched as it is."""
    return tile


def match(
    reference: np.ndarray,
    secondary: np.ndarray,
    *,
    max_nan_fraction: float = 0.1,
    normalization: str | None = None,
    upsample_factor: int = 10,
) -> Match:
    """The shift that brings the secondary tile onto the reference tile.

    Parameters
    ----------
    reference, secondary : (rows, columns) float32 gamma0 power, NaN = no data.
    max_nan_fraction : largest share of NaN in either tile, 0 to 1; above it the tile is skipped.
    normalization : None for plain cross-correlation, ``phase`` for phase correlation.
    upsample_factor : steps in a pixel.

    Returns
    -------
    A match with the shift in pixels (rows to the south, columns to the east); ``quality`` is the
    peak correlation, ``error`` is sqrt(1 - quality^2), neither of which is a length.

    References
    ----------
    Guizar-Sicairos, Thurman & Fienup 2008, Opt. Lett. 33, 156, doi:10.1364/OL.33.000156
    """
    worst = max(float(np.isnan(tile).mean()) for tile in (reference, secondary))
    if worst > max_nan_fraction:
        return Match.rejected(
            TOO_MANY_NAN,
            f"{100 * worst:.1f} % of a tile has no data, more than {100 * max_nan_fraction:g} %",
        )
    filled = [np.nan_to_num(tile, nan=0.0) for tile in (reference, secondary)]
    if not all(np.ptp(tile) > 0 for tile in filled):
        return Match.rejected(NO_MATCH, "a tile is constant: there is nothing to match")
    shift, error, phase = phase_cross_correlation(
        *filled, normalization=normalization, upsample_factor=upsample_factor
    )
    return Match(
        shift=(float(shift[0]), float(shift[1])),
        status=OK,
        message="matched",
        quality=float(np.sqrt(max(0.0, 1 - float(error) ** 2))),
        error=float(error),
        phase=float(phase),
    )
