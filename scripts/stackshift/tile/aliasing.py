"""Detail finer than a pixel, which averaging to the posting folds onto coarser detail.

A frequency k beyond Nyquist appears as k - 2 pi, where it turns with a displacement the other way
round (Stone et al. 2001, doi:10.1109/36.957286) and pulls it towards the nearest whole pixel. How
much of it there is follows from the spectrum that both tiles have in common: a power law seen
through boxes of a pixel, of which as much is folded as that spectrum holds near Nyquist.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from stackshift.tile.spectra import Spectra

_TURN = 2 * np.pi
# From where the slope of the spectrum is taken, and its level near Nyquist (along one axis, and
# at most that far across it), as shares of the Nyquist frequency.
_SLOPE = (0.25, 0.62)
_NEAR = (0.8, 0.96)
_ACROSS = 0.3
# Lines of the spectrum that are enough for its level.
_LINES = 32
_ANGLES = (np.arange(6) + 0.5) / 6 * np.pi / 2
_STEEPEST = 8.0
# What is known of a pull only from the model of the spectrum, as a share of it.
_UNCERTAIN = 0.25


def without_pull(
    spectra: Spectra,
    coherence: np.ndarray,
    displacement: np.ndarray,
    covariance: np.ndarray,
    moved=(0.0, 0.0),
) -> tuple[np.ndarray, np.ndarray]:
    """A displacement without the pull of aliasing, and its covariance with what is left of it.

    Near whole pixels a pull shortens errors too, so that taking it out may add more noise than it
    takes away: of a pull p a share of p^4 / (p^4 + v^2) is taken out, v being the variance that
    taking all of it out would add.

    Parameters
    ----------
    spectra, coherence : from `common_spectra` and `refine`.
    displacement, covariance : (rows, columns) in pixels, and 2 x 2 in px^2.
    moved : displacement that interpolation took out of the secondary before, (rows, columns) in
        pixels; what is folded still turns with it.
    """
    law = _power_law(spectra, coherence)
    if law is None:
        return displacement, covariance
    sigma = np.sqrt(np.diag(covariance))
    pull, change = _pull(spectra, coherence, displacement, moved, law, 1.0)
    if (np.abs(pull) < 0.1 * sigma).all():
        return displacement, covariance
    share = near_nyquist(spectra, displacement, moved, law)
    pull, change = _pull(spectra, coherence, displacement, moved, law, share)
    added = sigma**2 * np.maximum(_stretch(change) ** 2 - 1, 1e-3)
    taken = pull**4 / (pull**4 + added**2)
    stretch = _stretch(taken * (5 - 4 * taken) * change)
    rest = ((1 - taken) ** 2 + (_UNCERTAIN * taken) ** 2) * pull**2
    return displacement + taken * pull, covariance * np.outer(stretch, stretch) + np.diag(rest)


def _stretch(change: np.ndarray) -> np.ndarray:
    """By how much errors grow where the pull changes so much with the displacement."""
    return 1 / (1 - np.clip(change, -0.5, 0.7))


@dataclass(frozen=True)
class Folding:
    """Frequencies of bins in some directions, and what is folded onto them along rows.

    Attributes
    ----------
    rows : frequency along rows, rad a pixel.
    boxes : power response of an average over a pixel.
    ratio : of the power responses beyond Nyquist and here.
    further : logarithm of the ratio of the radial frequencies beyond and here.
    """

    rows: np.ndarray
    boxes: np.ndarray
    ratio: np.ndarray
    further: np.ndarray

    def folded(self, slope: float) -> np.ndarray:
        """Power folded along rows over the power that belongs there, for |k|^-slope."""
        return self.ratio * np.exp(-slope * self.further)


def folding(rows: np.ndarray, columns: np.ndarray) -> Folding:
    """What is folded onto frequencies (rad a pixel, not negative) from beyond Nyquist."""
    beyond = _TURN - rows
    return Folding(
        rows=rows,
        boxes=(np.sinc(rows / _TURN) * np.sinc(columns / _TURN)) ** 2,
        ratio=(rows / beyond) ** 2,
        further=np.log(np.hypot(beyond, columns) / np.hypot(rows, columns)),
    )


@lru_cache(maxsize=16)
def _rings(cutoff: float, bins: int) -> Folding:
    """Folding of the radial bins of a band; from the last to the first angle it is by columns."""
    k = (np.arange(bins)[:, None] + 0.5) / bins * cutoff * np.pi
    return folding(k * np.cos(_ANGLES), k * np.sin(_ANGLES))


def _power_law(spectra: Spectra, coherence: np.ndarray) -> tuple[float, float] | None:
    """(slope, log of the level at 1 rad a pixel) of the common power without boxes and folding."""
    k = spectra.band.centres
    common = coherence * np.sqrt(spectra.powers[0] * spectra.powers[1])
    use = (k > _SLOPE[0] * np.pi) & (k < _SLOPE[1] * np.pi) & (coherence > 0.05) & (common > 0)
    if np.count_nonzero(use) < 3:
        return None
    rings = _rings(spectra.band.cutoff, len(k))
    weight = spectra.band.counts[use] * coherence[use] ** 2
    weight = weight / weight.sum()
    x, y = np.log(k[use]), np.log(common[use])
    x_mean = float((weight * x).sum())
    lever = weight * (x - x_mean)
    lever /= (lever * x).sum()
    slope = 2.0
    for _ in range(3):
        folded = rings.folded(slope)
        seen = (rings.boxes * (1 + folded + folded[:, ::-1])).mean(axis=1)
        free = y - np.log(seen[use])
        slope = min(max(-float((lever * free).sum()), 0.0), _STEEPEST)
    return slope, float((weight * free).sum()) + slope * x_mean


def _pull(spectra, coherence, displacement, moved, law, share):
    """How far a displacement was pulled towards a whole pixel, and how that grows with the truth.

    At the maximum of the correlation the weighted sum of k sin(phase left over) is zero, which to
    first order in what is folded is a sine of the displacement.
    """
    rings = _rings(spectra.band.cutoff, len(coherence))
    weight = coherence**2 / (1 - coherence**2) * spectra.band.counts
    steep = float((weight * (rings.rows**2).sum(axis=1)).sum())
    folded = share * rings.folded(law[0])
    other = folded[:, ::-1]
    lever = weight[:, None] * rings.rows * folded / steep
    truth = displacement + moved
    for _ in range(2):
        rows, columns = np.cos(_TURN * truth)
        size = np.array(
            [
                (lever / np.maximum(1 + a * folded + b * other, 0.3)).sum()
                for a, b in ((rows, columns), (columns, rows))
            ]
        )
        for _ in range(3):
            short = displacement + moved + size * np.sin(_TURN * truth) - truth
            truth = truth + short / np.maximum(1 - _TURN * size * np.cos(_TURN * truth), 0.3)
    return truth - displacement - moved, _TURN * size * np.cos(_TURN * truth)


def near_nyquist(spectra: Spectra, displacement, moved, law) -> float:
    """Common power near Nyquist over what a power law and boxes would have there, 0 to 1."""
    size = spectra.band.padded
    near = [_some(_NEAR[0] * n / 2, _NEAR[1] * n / 2) for n in size]
    few = [_some(1, _ACROSS * n / 2) for n in size]
    cosines = np.cos(_TURN * (displacement + moved))
    found = expected = 0.0
    for axis, (r, c) in enumerate(((near[0], few[1]), (few[0], near[1]))):
        k = _TURN * r / size[0], _TURN * c / size[1]
        turn = np.exp(1j * displacement[1] * k[1])
        for sign in (1, -1):
            at = np.ix_(sign * r % size[0], c)
            cross = np.conj(spectra.full[0][at]) * spectra.full[1][at]
            lines = (cross * turn).sum(axis=1)
            found += float((lines * np.exp(1j * sign * displacement[0] * k[0])).real.sum())
        along, across = (k[0][:, None], k[1][None]) if axis == 0 else (k[1][:, None], k[0][None])
        power = folding(along, across)
        model = np.exp(law[1]) * np.hypot(along, across) ** -law[0] * power.boxes
        expected += 2 * float((model * (1 + cosines[axis] * power.folded(law[0]))).sum())
    return min(max(found / expected, 0.0), 1.0)


def _some(start: float, stop: float) -> np.ndarray:
    """Some of the whole numbers from start to stop, evenly spaced."""
    first, last = int(np.ceil(start)), max(int(stop), int(np.ceil(start)))
    return np.arange(first, last + 1, max(1, (last - first + 1) // _LINES))
