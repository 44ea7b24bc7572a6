"""Grey values of a picture of gamma0 power, the same for all scenes so that a bad one is seen."""

import numpy as np

# Decibels drawn black and white: open water to bright towns, lower in cross-polarization.
RANGES = {"VV": (-22.0, 2.0), "HH": (-22.0, 2.0), "VH": (-29.0, -5.0), "HV": (-29.0, -5.0)}


def reduced_shape(height: int, width: int, longest: int) -> tuple[int, int]:
    """(rows, columns) of a picture whose longer side has at most ``longest`` pixels."""
    step = max(1.0, max(height, width) / longest)
    return max(1, round(height / step)), max(1, round(width / step))


def grey(power: np.ndarray, polarization: str) -> np.ndarray:
    """A grey picture with transparency where there is no data.

    Parameters
    ----------
    power : (rows, columns) gamma0 as linear power, NaN = no data.
    polarization : VV, VH, HH or HV, which sets the range in decibels.

    Returns
    -------
    (2, rows, columns) uint8: grey value and opacity. What is not positive is black.
    """
    low, high = RANGES[polarization]
    valid = np.isfinite(power)
    with np.errstate(invalid="ignore", divide="ignore"):
        decibels = 10 * np.log10(np.where(valid & (power > 0), power, 1e-30))
    value = np.clip((decibels - low) / (high - low), 0, 1)
    return (
        np.stack([np.where(valid, 255 * value, 0), np.where(valid, 255, 0)])
        .round()
        .astype(np.uint8)
    )
