"""Exact percentiles of a scene that is read block by block, and what is done outside them.

The order statistics are found as in a radix sort: float32 values keep their order when their bits
are read as integers, so a histogram of the upper 16 bits of all values tells in which bin an order
statistic lies, and only that bin's values have to be collected. Memory is that of a block.
"""

import numpy as np

_SIGN = np.uint32(0x80000000)
_BINS = 1 << 16


def sort_keys(values: np.ndarray) -> np.ndarray:
    """Unsigned integers in the order of finite float32 values (Herf 2001, Radix tricks)."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def histogram(blocks) -> np.ndarray:
    """Count of valid values by the upper 16 bits of their sort key.

    Parameters
    ----------
    blocks : float32 arrays; what is not finite is no data.

    Returns
    -------
    int64 array of 65536 counts.
    """
    counts = np.zeros(_BINS, np.int64)
    for block in blocks:
        valid = block[np.isfinite(block)]
        counts += np.bincount(sort_keys(valid) >> np.uint32(16), minlength=_BINS)
    return counts


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
    wanted = np.zeros(_BINS, bool)
    wanted[list(bins.values())] = True
    collected = []
    for block in blocks:
        valid = block[np.isfinite(block)]
        collected.append(valid[wanted[sort_keys(valid) >> np.uint32(16)]])
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
