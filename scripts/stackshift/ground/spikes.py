"""Exact percentiles of a scene that is read block by block, and what is done outside them.

A sample tells between which two values each percentile lies, and only what lies between or beyond
them is looked at one by one (Floyd & Rivest 1975, Algorithm 489, doi:10.1145/360680.360694).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

# Values that are compared at a time: they stay in the cache.
_PART = 1 << 18
# One value of so many in rows and in columns is a sample.
_THINNED = 6
# How far from the sample's a percentile may be, as a share of all values: this many standard
# deviations of the rank if all were independent, and, as neighbours are not, this share of the
# values beyond it, but no more than so many. The next try reaches so much further.
_DEVIATIONS = 10.0
_SHARE = 0.5
_MOST = 0.01
_WIDER = 4.0

Read = Callable[[bool], Iterable[np.ndarray]]


@dataclass
class _Bracket:
    """Two values with a percentile between them, and the valid values that are counted there.

    What equals one of the two is only counted: a scene may have one value in half of its pixels.
    """

    low: float
    high: float
    at_low: int = 0
    at_high: int = 0
    between: list[np.ndarray] = field(default_factory=list)

    def add(self, values: np.ndarray) -> None:
        self.at_low += int(np.count_nonzero(values == self.low))
        if self.high > self.low:
            self.at_high += int(np.count_nonzero(values == self.high))
            self.between.append(values[(values > self.low) & (values < self.high)])

    def statistics(self, below: int, ranks: list[int]) -> list[float] | None:
        """The order statistics of some ranks, with so many values below; None if one is beyond."""
        between = np.concatenate(self.between) if self.between else np.zeros(0, np.float32)
        within = [rank - below - self.at_low for rank in ranks]
        if not all(-self.at_low <= w < len(between) + self.at_high for w in within):
            return None
        if inside := [w for w in within if 0 <= w < len(between)]:
            between.partition(inside)
        ordered = (
            self.low if w < 0 else between[w] if w < len(between) else self.high for w in within
        )
        return [float(value) for value in ordered]


def percentiles(read: Read, percents: tuple[float, float]) -> tuple[float, float] | None:
    """Two exact percentiles over all blocks, linear between order statistics as `np.percentile`.

    Memory is that of a block and a sample, and of the values near both percentiles: some 2 % of a
    scene of which the sample is like the rest; all of one of which no sample is.

    Parameters
    ----------
    read : a function that gives the blocks anew at each call, (rows, columns) float32, not finite
        = no data: a sample of them that is spread over the scene if it is called with True, or all.
    percents : the lower and the upper one, 0 to 100.

    Returns
    -------
    (lower, upper), or None where no value is valid.
    """
    thinned = [_valid(block[::_THINNED, ::_THINNED]) for block in read(True)]
    sample = np.sort(np.concatenate(thinned))
    found: list[float | None] = [None, None]
    wider = 1.0
    while True:
        brackets = [_bracket(sample, percent / 100, wider) for percent in percents]
        total, below = _counted(read(False), *brackets)
        if not total:
            return None
        for number, percent in enumerate(percents):
            if found[number] is None:
                position = percent / 100 * (total - 1)
                found[number] = _between(brackets[number], below[number], position)
        lower, upper = found
        if lower is not None and upper is not None:
            return lower, upper
        wider *= _WIDER


def _valid(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]


def _bracket(sample: np.ndarray, share: float, wider: float) -> _Bracket:
    """Two values of a sorted sample with a share of all values below some value between them."""
    if not sample.size:
        return _Bracket(-np.inf, np.inf)
    reach = _DEVIATIONS * np.sqrt(share * (1 - share) / sample.size)
    reach = wider * (reach + min(_SHARE * min(share, 1 - share), _MOST) + 1 / sample.size)
    low, high = ((share + sign * reach) * sample.size for sign in (-1, 1))
    return _Bracket(
        float(sample[int(low)]) if low >= 0 else -np.inf,
        float(sample[int(high)]) if high < sample.size else np.inf,
    )


def _counted(blocks, lower: _Bracket, upper: _Bracket) -> tuple[int, tuple[int, int]]:
    """How many values are valid, and how many of them lie below each of two brackets."""
    total, below, from_upper = 0, 0, 0
    for values in _parts(blocks):
        # Nearly all of a scene lies between the two brackets, and need not be looked at.
        outer = values[(values <= lower.high) | (values >= upper.low)]
        valid = _valid(outer)
        total += int(np.count_nonzero(values == values)) - (outer.size - valid.size)
        below += int(np.count_nonzero(valid < lower.low))
        from_upper += int(np.count_nonzero(valid >= upper.low))
        lower.add(valid)
        upper.add(valid)
    return total, (below, total - from_upper)


def _parts(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    for block in blocks:
        values = block.ravel()
        for first in range(0, values.size, _PART):
            yield values[first : first + _PART]


def _between(bracket: _Bracket, below: int, position: float) -> float | None:
    """The value at a position among all, linear between order statistics."""
    first = int(np.floor(position))
    found = bracket.statistics(below, [first, int(np.ceil(position))])
    return None if found is None else found[0] + (found[1] - found[0]) * (position - first)


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
