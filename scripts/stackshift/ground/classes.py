"""What the producers' classes of layover and shadow mean.

OPERA, product specification of RTC-S1 (JPL D-108758), layer mask: 0 neither, 1 shadow, 2 layover,
3 both, 255 no data. HyP3, RTC product guide, layer ls_map, the sum of bits: 1 tested, 2 steeper
than the look angle (active layover), 4 affected by layover, 8 sloping away more steeply than the
radar looks (active shadow), 16 affected by shadow; 0 was not tested.
"""

import numpy as np

from stackshift.errors import InputError

LAYOVER, SHADOW = WORDS = ("layover", "shadow")
# Of each coding, by the layer's name: the bits of layover and of shadow.
_BITS = {"mask": {SHADOW: 1, LAYOVER: 2}, "layover_shadow": {LAYOVER: 2 | 4, SHADOW: 8 | 16}}
_LARGEST = {"mask": 3, "layover_shadow": 31}
_NO_DATA = 255


def affected(codes: np.ndarray, coding: str, what: list[str]) -> np.ndarray:
    """Which pixels are in layover or in shadow.

    Parameters
    ----------
    codes : float32 classes, NaN where there are none.
    coding : ``mask`` for OPERA's, ``layover_shadow`` for HyP3's.
    what : of ``layover`` and ``shadow``.

    Returns
    -------
    Booleans of the same shape; False where there is no class.

    Raises
    ------
    InputError
        For a class that the coding does not have.
    """
    known = np.isfinite(codes) & (codes != _NO_DATA)
    values = np.where(known, codes, 0)
    whole = values.astype(np.uint8)
    if (strange := (whole != values) | (whole > _LARGEST[coding])).any():
        raise InputError(
            f"holds the class {values[strange][0]:g}, which the layer {coding} of "
            f"{'OPERA' if coding == 'mask' else 'HyP3'} does not have; name it as "
            f"'{'layover_shadow' if coding == 'mask' else 'mask'}', or as a mask of your own "
            "('masks: [{path: ..., drop: [...]}]')"
        )
    bits = sum(_BITS[coding][word] for word in what)
    return (whole & np.uint8(bits)) > 0


def unknown(codes: np.ndarray, coding: str) -> np.ndarray:
    """Of which pixels the producer's classes say nothing; 0 of HyP3's was not tested."""
    none = ~np.isfinite(codes) | (codes == _NO_DATA)
    return none | (codes == 0) if coding == "layover_shadow" else none


def chosen(values: np.ndarray, drop: list | None, keep: list | None) -> np.ndarray:
    """Which pixels of a raster of classes are dropped.

    Parameters
    ----------
    values : float32, NaN where there is no class.
    drop : classes to drop; ``[]`` for all but 0.
    keep : classes to keep alone, instead; ``[]`` for all but 0.

    Returns
    -------
    Booleans: where there is no class, dropped only if ``keep`` says what is kept.
    """
    listed = drop if keep is None else keep
    known = np.isfinite(values)
    inside = known & (np.isin(values, np.array(listed, np.float32)) if listed else values != 0)
    return inside if keep is None else ~inside
