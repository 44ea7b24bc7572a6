"""What displaced scenes cost a log-ratio detector: false alarms and decibels on unchanged ground.

A change detector compares two scenes by the logarithm of their ratio (Rignot & van Zyl 1993,
doi:10.1109/36.239913). Where edges of bright and dark ground lie elsewhere, they differ though
nothing changed. Here each scene is compared with the aligned mean of the stack.
"""

import numpy as np
from scipy import ndimage

# Decibels of a bin of the histograms, and how far these reach.
_BIN, _REACH = 0.02, 40.0
# Ground that scatters in time by more than so many times the middle pixel's changes by itself.
_QUIET = 1.5
# Fewer scenes cannot tell ground that changes.
_ENOUGH = 5
# Metres of displacement that are told in words.
_TEN = 10.0
# Share of false alarms that is called none.
NEXT_TO_NONE = 1e-5
# False alarms that a detector may have, as a share of unchanged ground.
RARE = 1e-3
# One over the plastic number, and over its square: multiples of both fill [0, 1) evenly.
_TURN = (0.7548776662466927, 0.5698402909980532)
# Share of a box that must have data.
_FILLED = 0.5

Place = tuple[float, float]


def averaged(power: np.ndarray, box: int) -> np.ndarray:
    """Decibels of the mean power in boxes of box x box pixels around each pixel.

    Parameters
    ----------
    power : (rows, columns) float32, NaN = no data.

    Returns
    -------
    float32; NaN where less than half of the box has data.
    """
    valid = power > 0
    total, share = (
        ndimage.uniform_filter(np.where(valid, values, 0).astype(np.float32), box, mode="constant")
        for values in (power, 1.0)
    )
    known = (share >= _FILLED) & valid
    ratio = np.divide(total, share, out=np.ones_like(total), where=known)
    return np.where(known, 10 * np.log10(np.maximum(ratio, 1e-12)), np.float32(np.nan))


def variances(ratios: np.ndarray) -> np.ndarray:
    """What ground changes by itself: the variance over the scenes.

    Parameters
    ----------
    ratios : (scenes, rows, columns) decibels of each scene in its place over the mean of all,
        NaN = no data.

    Returns
    -------
    (rows, columns) decibels squared; NaN where too few scenes have data, and 0 in all that have
    any where there are fewer than five scenes.
    """
    known = np.isfinite(ratios)
    count = known.sum(axis=0)
    if len(ratios) < _ENOUGH:
        return np.where(count > 0, 0.0, np.nan)
    total, squares = (np.zeros(ratios.shape[1:], np.float32) for _ in range(2))
    for one, there in zip(ratios, known, strict=True):
        if there.any():
            about = np.where(there, one - np.median(one[there]), 0)
            total += about
            squares += about**2
    of = np.maximum(count, 1)
    found = np.maximum(squares - total**2 / of, 0) / np.maximum(count - 1, 1)
    return np.where(count >= max(_ENOUGH, len(ratios) // 2), found, np.nan)


def quiet(found: np.ndarray, all_found: np.ndarray) -> np.ndarray:
    """Pixels of ground that does not change by itself.

    Parameters
    ----------
    found : `variances` of some pixels.
    all_found : those of the stack, out of which the middle one is taken; NaN = none.
    """
    known = all_found[np.isfinite(all_found)]
    return found <= _QUIET**2 * np.median(known) if known.size else np.zeros(found.shape, bool)


def spread_out(shares: np.ndarray, most: float) -> list[tuple[int, int]]:
    """Blocks of a grid that stand for all: as many as may be, evenly spread over those with data.

    Parameters
    ----------
    shares : (rows, columns) of blocks, share of each that has data.
    most : number of full blocks that are taken at most; one in any case.

    Returns
    -------
    (row, column) of each, row by row: all with data where they are no more than that.

    Notes
    -----
    They are taken in the order of an additive recurrence, which is even at any length and in any
    direction (Roberts 2018, "The unreasonable effectiveness of quasirandom sequences").
    """
    rows, columns = np.nonzero(shares > 0)
    order = np.argsort((rows * _TURN[0] + columns * _TURN[1]) % 1)
    count = int((np.cumsum(shares[rows, columns][order]) <= most).sum())
    taken = order[: max(1, count)]
    return sorted((int(rows[at]), int(columns[at])) for at in taken)


def place_of_template(members: dict[str, dict], places: dict[str, Place]) -> Place:
    """Where the aligned mean lies from where offsets are zero.

    It lies at the median of its members, and zero is that of all scenes, one of them, or the map's.

    Parameters
    ----------
    members : ``row`` and ``column`` of each member in pixels from the mean.
    places : (rows, columns) in pixels from the zero of each scene that was measured.

    Returns
    -------
    (rows, columns) in pixels; zeros where no member was measured.
    """
    apart = [
        (places[name][0] - at["row"], places[name][1] - at["column"])
        for name, at in members.items()
        if name in places
    ]
    if not apart:
        return 0.0, 0.0
    rows, columns = np.median(apart, axis=0)
    return float(rows), float(columns)


class Histogram:
    """Differences in decibels, counted, so that many blocks of a scene need no memory."""

    def __init__(self) -> None:
        self.counts = np.zeros(int(2 * _REACH / _BIN), np.int64)

    def add(self, decibels: np.ndarray) -> None:
        """Count values; those beyond the reach count at its end."""
        values = decibels[np.isfinite(decibels)]
        at = ((values + _REACH) / _BIN).astype(int)
        self.counts += np.bincount(np.clip(at, 0, len(self.counts) - 1), minlength=len(self.counts))

    def figures(self, threshold: float) -> dict[str, float | int | None]:
        """Scatter about the median and share beyond a threshold.

        Returns
        -------
        ``pixels``; ``level``, the median, and ``rms`` about it in decibels; ``false_alarms``, the
        share that is more than ``threshold`` decibels from it; ``needed``, the threshold beyond
        which RARE of them are. None without a pixel.
        """
        pixels = int(self.counts.sum())
        if not pixels:
            return dict.fromkeys(("level", "rms", "false_alarms", "needed")) | {"pixels": 0}
        middle = (np.arange(len(self.counts)) + 0.5) * _BIN - _REACH
        total = np.cumsum(self.counts)
        at = int(np.searchsorted(total, pixels / 2))
        below = float(total[at - 1]) if at else 0.0
        # Within the bin by the share of it that is needed.
        level = middle[at] - _BIN / 2 + _BIN * (pixels / 2 - below) / self.counts[at]
        about = middle - level
        return {
            "pixels": pixels,
            "level": float(level),
            "rms": float(np.sqrt((self.counts * about**2).sum() / pixels)),
            "false_alarms": float(self.counts[np.abs(about) > threshold].sum() / pixels),
            "needed": _beyond(np.abs(about), self.counts, RARE),
        }


def _beyond(values: np.ndarray, counts: np.ndarray, share: float) -> float:
    """The value beyond which a share of what is counted lies."""
    order = np.argsort(values)[::-1]
    above = np.cumsum(counts[order])
    return float(np.interp(share * above[-1], above, values[order]))


def line(curve: list[dict], threshold: float) -> str:
    """What 10 m of displacement cost, in a line.

    Parameters
    ----------
    curve : ``metres`` and what `Histogram.figures` tells of all scenes, each so far off.
    threshold : decibels from which the detector calls a change.
    """
    known = [point for point in curve if point["rms"] is not None]
    if not known:
        return "no scene could be compared"
    metres = [point["metres"] for point in known]
    alarms, needed, rms = (
        [float(np.interp(at, metres, [point[key] for point in known])) for at in (_TEN, 0)]
        for key in ("false_alarms", "needed", "rms")
    )
    share, before = (f"{100 * value:.2g} %" for value in alarms)
    at_threshold = f"no false alarms at {threshold:g} dB"
    if alarms[0] >= NEXT_TO_NONE:
        at_threshold = f"{share} false alarms at {threshold:g} dB instead of {before}"
    return (
        f"10 m off: {at_threshold}; one in 1,000 at {needed[0]:.3g} dB instead of {needed[1]:.3g}; "
        f"{rms[0]:.3g} dB rms instead of {rms[1]:.3g}"
    )
