"""Exact percentiles of a scene that is read block by block, and what is done outside them.

The order statistics are found as in a radix sort: a histogram of the upper 16 bits of all float32
values tells in which bin an order statistic lies, and only that bin's values have to be collected.
Memory is that of a block.
"""

import sys

import numpy as np

# Upper halves of finite values from the lowest to the highest: bits of positive ones ascend with
# the value, those of negative ones descend (Herf 2001, Radix tricks).
_ORDER = np.concatenate([np.arange(0xFF7F, 0x7FFF, -1), np.arange(0x7F80)])
_UPPER = 1 if sys.byteorder == "little" else 0
# Values that are counted together: bincount makes long integers of them, in the cache.
_PART = 1 << 18


def _parts(block: np.ndarray):
    """A block in parts: (values, their upper halves)."""
    values = np.ascontiguousarray(block, np.float32).ravel()
    for first in range(0, values.size, _PART):
        part = values[first : first + _PART]
        yield part, part.view(np.uint16)[_UPPER::2]


def histogram(blocks) -> np.ndarray:
    """Count of valid values by their upper 16 bits, in the order of the values.

    Parameters
    ----------
    blocks : float32 arrays; what is not finite is no data.

    Returns
    -------
    int64 array of 65280 counts.
    """
    counts = np.zeros(1 << 16, np.int64)
    for block in blocks:
        for _, upper in _parts(block):
            counts += np.bincount(upper, minlength=counts.size)
    return counts[_ORDER]


def percentiles(read_blocks, percents) -> list[float] | None:
    """Exact percentiles over all blocks, linear between order statistics as in ``np.percentile``.

    Parameters
    ----------
    read_blocks : a function that gives the blocks (float32, NaN = no data) anew at each call;
        it is called twice.
    percents : percentages 0 to 100.

    Returns
    -------
    A value for each percentage, or None where no value is valid.
    """
    counts = histogram(read_blocks())
    total = int(counts.sum())
    if total == 0:
        return None
    positions = [percent / 100 * (total - 1) for percent in percents]
    ranks = sorted({int(r) for p in positions for r in (np.floor(p), np.ceil(p))})
    statistics = _order_statistics(read_blocks(), counts, ranks)
    values = []
    for position in positions:
        low, high = statistics[int(np.floor(position))], statistics[int(np.ceil(position))]
        values.append(low + (high - low) * (position - np.floor(position)))
    return values


def _order_statistics(blocks, counts: np.ndarray, ranks: list[int]) -> dict[int, float]:
    ends = np.cumsum(counts)
    bins = {rank: int(np.searchsorted(ends, rank, side="right")) for rank in ranks}
    wanted = np.zeros(len(counts), bool)
    wanted[list(bins.values())] = True
    halves = _ORDER[wanted].astype(np.uint16)
    collected = []
    for block in blocks:
        for values, upper in _parts(block):
            collected += [values[upper == half] for half in halves]
    candidates = np.sort(np.concatenate(collected))
    found = {}
    for rank, bin_ in bins.items():
        before = int(counts[:bin_].sum() - counts[:bin_][wanted[:bin_]].sum())
        found[rank] = float(candidates[rank - before])
    return found


def truncate(block: np.ndarray, lower: float, upper: float, outside: str) -> np.ndarray:
    """A block without the values below ``lower`` and above ``upper``.

    Parameters
    ----------
    block : float32, NaN = no data; it is changed in place.
    lower, upper : thresholds in the units of the block; equal values stay.
    outside : ``nan`` makes what is outside no data, ``clip`` sets it to the threshold, ``keep``
        leaves it.
    """
    if outside == "nan":
        block[(block < lower) | (block > upper)] = np.nan
    elif outside == "clip":
        np.clip(block, lower, upper, out=block)
    return block
