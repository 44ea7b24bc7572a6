"""Several images of one pass as one: laid over each other, with the measure of how they agree."""

from dataclasses import dataclass, field

import numpy as np

# Decibels of a bin and of the outermost ones of the histogram of ratios: the median is good to
# half a bin, whatever the number of pixels.
_BIN, _REACH = 0.01, 30.0


@dataclass
class Overlap:
    """How the power of an image differs from that of the others where they overlap."""

    before: float = 0.0
    after: float = 0.0
    bins: np.ndarray = field(default_factory=lambda: np.zeros(round(2 * _REACH / _BIN) + 1, int))

    def add(self, before: np.ndarray, after: np.ndarray) -> None:
        """Take in the power of pixels of the others and of the image, both positive."""
        self.before += float(before.sum(dtype=float))
        self.after += float(after.sum(dtype=float))
        ratio = np.clip(10 * np.log10(after / before), -_REACH, _REACH)
        self.bins += np.bincount(
            np.rint((ratio + _REACH) / _BIN).astype(int).ravel(), minlength=len(self.bins)
        )

    def __add__(self, other: "Overlap") -> "Overlap":
        """The two together."""
        return Overlap(self.before + other.before, self.after + other.after, self.bins + other.bins)

    def figures(self) -> dict[str, float] | None:
        """Pixels; decibels by which the image is brighter: of the means, median, and spread.

        The spread is half of what lies between the 16th and the 84th percentile, the standard
        deviation of a normal distribution. None where nothing overlaps.
        """
        pixels = int(self.bins.sum())
        if not pixels:
            return None
        low, median, high = (
            _BIN * float(np.searchsorted(np.cumsum(self.bins), share * pixels)) - _REACH
            for share in (0.1587, 0.5, 0.8413)
        )
        return {
            "pixels": pixels,
            "mean": float(10 * np.log10(self.after / self.before)),
            "median": median,
            "spread": (high - low) / 2,
        }


class Mosaic:
    """Blocks of one place laid over each other, the first first.

    Parameters
    ----------
    block : (rows, columns) float32 power, NaN = no data; it is changed in place.
    mean : whether pixels that several have are their mean, or the first one's.
    """

    def __init__(self, block: np.ndarray, mean: bool = False):
        self.block = block
        self.count = _known(block).astype(np.float32) if mean else None

    def add(self, block: np.ndarray, overlap: Overlap) -> None:
        """Lay a further block under what is there; ``overlap`` takes in what both have.

        A zero is no power: it gives way to whatever another one has.
        """
        there, new = _known(self.block), _known(block)
        both = (self.block > 0) & (block > 0)
        overlap.add(self.block[both], block[both])
        if self.count is not None:
            self.count += new
            common = there & new
            # The running mean, which stays in the range of the values.
            step = (block[common] - self.block[common]) / self.count[common]
            self.block[common] += step
        fill = ~there & np.isfinite(block)
        self.block[fill] = block[fill]


def _known(block: np.ndarray) -> np.ndarray:
    return np.isfinite(block) & (block != 0)
