"""What a method finds for one tile of a pair, and the closed list of what can become of a tile."""

import math
from dataclasses import dataclass

OK = "ok"  # counts
TOO_MANY_NAN = "too_many_nan"  # too little data in common
NO_MATCH = "no_match"  # no peak stands out: nothing to match
LOW_QUALITY = "low_quality"  # a peak, but its standard error is above the gate
SEARCH_LIMIT = "search_limit"  # the peak lies on the rim of the search radius
NO_LAYER = "no_layer"  # a layer that is asked for has no value there, which the message names
TOO_SMALL = "too_small"  # fewer pixels than the method needs
FAILED = "failed"  # an error, which the message and the log tell

STATUSES = (OK, TOO_MANY_NAN, NO_MATCH, LOW_QUALITY, SEARCH_LIMIT, TOO_SMALL, FAILED, NO_LAYER)

# Coarse peaks farther from whole pixels than this may be rounded otherwise in the next tile.
_NEAR = 0.3
# And up to about one pixel a tile is measured as it is.
_FAR = 1.2


@dataclass(frozen=True)
class Match:
    """The result of one tile.

    Parameters
    ----------
    status : one of STATUSES; only ``ok`` counts.
    message : the status in words.
    shift : (rows to the south, columns to the east) in pixels, the translation that brings the
        secondary onto the reference; None for a tile that does not count.
    sigma : standard error of the shift in pixels, same axes; None where the method gives none.
    quality : the method's own figure of merit.
    coherence : mean coherence of the two tiles at the shift, 0 to 1.
    covariance : of the shift in pixel^2, rows and columns by rows and columns; its diagonal is
        sigma squared. None where the method gives none.
    shared : part of sigma that other tiles of the same ground have alike at this displacement,
        pixels, same axes, with the sign of what is pulled; None where the method has none.
    coarse : displacement of the secondary's content at the coarse peak, (rows, columns) in pixels;
        None where the method has none.
    error, phase : as scikit-image gives them; the cross-correlation method only.
    """

    status: str
    message: str
    shift: tuple[float, float] | None = None
    sigma: tuple[float, float] | None = None
    quality: float | None = None
    coherence: float | None = None
    error: float | None = None
    phase: float | None = None
    covariance: tuple[tuple[float, float], tuple[float, float]] | None = None
    coarse: tuple[float, float] | None = None
    shared: tuple[float, float] | None = None

    @property
    def expected(self) -> tuple[int, int]:
        """Whole pixels that a tile nearby may be expected to lie off; zero where in doubt."""
        return expected_at(self.coarse) if self.coarse else (0, 0)

    @classmethod
    def rejected(cls, status: str, message: str, **figures) -> "Match":
        """A tile that does not count: no shift that could be averaged by mistake."""
        return cls(status=status, message=message, **figures)


def expected_at(displacement: tuple[float, float]) -> tuple[int, int]:
    """Whole pixels of a displacement, or zero where it lies between two or is not known."""
    if not all(map(math.isfinite, displacement)):
        return 0, 0
    whole = round(displacement[0]), round(displacement[1])
    apart = max(abs(at - near) for at, near in zip(displacement, whole, strict=True))
    return whole if apart < _NEAR and max(map(abs, displacement)) > _FAR else (0, 0)
