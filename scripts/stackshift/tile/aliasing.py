"""Detail finer than a pixel, which averaging to the posting folds onto coarser detail.

A frequency k beyond Nyquist appears as k - 2 pi, where it turns with a displacement the other way
round (Stone et al. 2001, doi:10.1109/36.957286) and pulls it towards the nearest whole pixel. How
much of it there is follows from the spectrum that both tiles have in common: a power law seen
through boxes of a pixel, of which as much is folded as that spectrum holds near Nyquist, unless
the phases speak against it.
"""

import cmath
import math

import numpy as np

from stackshift.tile.folding import TURN, rings
from stackshift.tile.nyquist import against, level, near_nyquist
from stackshift.tile.precision import knapp_carter
from stackshift.tile.spectra import Spectra

# From where the slope of the spectrum is taken, as shares of the Nyquist frequency.
_SLOPE = (0.25, 0.62)
_STEEPEST = 8.0
# What is known of a pull only from the model of the spectrum, as a share of it.
_UNCERTAIN = 0.2
# Logarithm of the odds that detail is folded as the spectrum has it, before the phases are asked.
_ODDS = 1.4
# Variances on real ground over those of the bound.
_WIDER = 1.5
# A pull is taken out where its square is this much more than the variance that this adds.
_DEAR = 4.0
_NOTHING = np.zeros(2)


def without_pull(
    spectra: Spectra,
    coherence: np.ndarray,
    displacement: np.ndarray,
    covariance: np.ndarray,
    ahead=(1.0, 1.0),
    narrow=None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A displacement without the pull of aliasing, and its covariance with what is left of it.

    Near whole pixels a pull shortens errors too, so that taking it out may add more noise than it
    takes away: of a pull p a share of p^4 / (p^4 + v^2) is taken out, v being the variance that
    taking all of it out would add.

    Parameters
    ----------
    spectra, coherence : from `common_spectra` and `refine`.
    displacement, covariance : (rows, columns) in pixels, and 2 x 2 in px^2.
    ahead : (rows, columns) complex, by what the folded part of the secondary is ahead of that of
        the reference beyond what it turns with the displacement; see `turned`.
    narrow : (spectra, displacement, coherence) of a narrower band, if there is one.

    Returns
    -------
    (displacement, covariance, and of it the part along each axis, a standard error in pixels, that
    all tiles of one kind of ground share at one displacement: what is not known of the pull, with
    its sign).
    """
    law = power_law(spectra, coherence)
    if law is None:
        return displacement, covariance, _NOTHING
    ahead = np.asarray(ahead, complex)
    sigma = np.sqrt(np.diag(covariance))
    pull, change = pulled(spectra, coherence, displacement, ahead, law[0], 1.0)
    most = np.maximum(np.abs(pull), scattered(spectra, coherence, displacement, ahead, law[0]))
    if (most < 0.1 * sigma).all():
        return displacement, covariance, _NOTHING
    near = near_nyquist(spectra, displacement)
    share = level(near, turned(displacement, ahead), law)
    # With less of it both are smaller at least by its root.
    if (math.sqrt(share) * most < 0.1 * sigma).all():
        return displacement, covariance, _NOTHING
    pull, change = pulled(spectra, coherence, displacement, ahead, law[0], share)
    if narrow is None:
        doubt = against(near, turned(displacement + pull, ahead), pull, law, share)
    else:
        doubt = _unlike(narrow, (spectra, displacement, coherence), pull, ahead, law[0], share)
    likely = 1 / (1 + math.exp(min(max(doubt - _ODDS, -50.0), 50.0)))
    unclear = likely * (1 - likely) * pull**2
    pull, change = pulled(spectra, coherence, displacement, ahead, law[0], likely * share)
    added = _DEAR * sigma**2 * np.maximum(_stretch(change) ** 2 - 1, 1e-3)
    taken = pull**4 / (pull**4 + added**2)
    stretch = _stretch(taken * (5 - 4 * taken) * change)
    shared = ((1 - taken) ** 2 + (_UNCERTAIN * taken) ** 2) * pull**2
    rest = shared + taken**2 * unclear
    at = displacement + taken * pull
    rest += likely * share * scattered(spectra, coherence, at, ahead, law[0]) ** 2
    return (
        at,
        covariance * np.outer(stretch, stretch) + np.diag(rest),
        np.sign(pull) * np.sqrt(shared),
    )


def turned(displacement, ahead) -> np.ndarray:
    """By what detail beyond Nyquist of the secondary is turned against that of the reference.

    Parameters
    ----------
    displacement : (rows, columns) in pixels.
    ahead : the same without a displacement, complex. Of a scene that was interpolated by a known
        displacement m it is exp(2 pi i m), as what is folded turns with the whole of it. A mean of
        scenes that were moved back by p_j has the mean of exp(2 pi i p_j), of which ``ahead`` has
        the conjugate: moved by different fractions they fold their detail against each other.
    """
    return np.asarray(ahead) * np.exp(1j * TURN * np.asarray(displacement, float))


def _unlike(narrow, wide, pull, ahead, slope, share) -> float:
    """Log likelihood ratio against a pull, from what a narrower band finds.

    The pull grows with the band. Of two estimates of which the one is efficient, the difference
    has the difference of their variances (Hausman 1978, doi:10.2307/1913827).
    """
    (few, near, coherent), (spectra, far, coherence) = narrow, wide
    less, _ = pulled(few, coherent, near, ahead, slope, share)
    spread = knapp_carter(few, coherent) ** 2 - knapp_carter(spectra, coherence) ** 2
    found = near - far
    ratio = ((found - (pull - less)) ** 2 - found**2) / (2 * _WIDER * np.maximum(spread, 1e-12))
    return float(ratio.sum())


def _stretch(change: np.ndarray) -> np.ndarray:
    """By how much errors grow where the pull changes so much with the displacement."""
    return 1 / (1 - np.clip(change, -0.5, 0.7))


def power_law(spectra: Spectra, coherence: np.ndarray) -> tuple[float, float] | None:
    """(slope, logarithm of the level at 1 rad a pixel) of the common power before averaging.

    None where too little of the band is coherent.
    """
    k = spectra.band.centres
    common = coherence * np.sqrt(spectra.powers[0] * spectra.powers[1])
    use = (k > _SLOPE[0] * np.pi) & (k < _SLOPE[1] * np.pi) & (coherence > 0.05) & (common > 0)
    if np.count_nonzero(use) < 3:
        return None
    ring = rings(spectra.band.cutoff, len(k))
    weight = spectra.band.counts[use] * coherence[use] ** 2
    weight = weight / weight.sum()
    x, y = np.log(k[use]), np.log(common[use])
    middle = float((weight * x).sum())
    lever = weight * (x - middle)
    lever /= (lever * x).sum()
    slope = 2.0
    for _ in range(3):
        # Folding along columns adds to a ring as much as folding along rows.
        seen = (ring.boxes * (1 + 2 * ring.folded(slope))).mean(axis=1)
        free = y - np.log(seen[use])
        slope = min(max(-float((lever * free).sum()), 0.0), _STEEPEST)
    return slope, float((weight * free).sum()) + slope * middle


def pulled(spectra, coherence, displacement, ahead, slope, share):
    """How far a displacement is pulled by what is folded, and how that grows with the truth.

    It is towards a whole pixel where nothing is ``ahead``.

    At the maximum of the correlation the weighted sum of k sin(phase that is left) is zero, which
    to first order in what is folded is a sine of the displacement.

    Returns
    -------
    Two of (rows, columns): pixels to add, and pixels a pixel.
    """
    ring = rings(spectra.band.cutoff, len(coherence))
    weight = coherence**2 / (1 - coherence**2) * spectra.band.counts
    folded = share * ring.folded(slope)
    other = folded[:, ::-1]
    lever = weight[:, None] * ring.rows * folded
    lever /= (weight[:, None] * ring.rows**2).sum()
    seen = [float(d) for d in displacement]
    truth = list(seen)
    for _ in range(2):
        rows, columns = map(float, turned(truth, ahead).real)
        sizes = [
            float((lever / np.maximum(1 + a * folded + b * other, 0.3)).sum())
            for a, b in ((rows, columns), (columns, rows))
        ]
        truth = [_before(*axis) for axis in zip(seen, sizes, truth, ahead, strict=True)]
    return np.subtract(truth, seen), TURN * np.array(sizes) * turned(truth, ahead).real


def scattered(
    spectra: Spectra, coherence: np.ndarray, truth: np.ndarray, ahead: np.ndarray, slope: float
) -> np.ndarray:
    """How much a displacement scatters from ground to ground by what is folded, (rows, columns).

    Detail S and what is folded on it F have no phase in common. Of two dates the products of the
    one with the other cancel if both lie on the same pixels; at a displacement t a share
    |1 - exp(2 pi i t)| is left, the same for all dates of one ground, and no looks make it less.
    """
    ring = rings(spectra.band.cutoff, len(coherence))
    ratio = coherence**2 / (1 - coherence**2)
    known = spectra.band.counts[:, None] * ratio[:, None] / ring.rows.shape[1]
    folded = ring.folded(slope)
    left = 1 + np.abs(ahead) ** 2 - 2 * turned(truth, ahead).real
    noise = known * ratio[:, None] * (left[0] * folded + left[1] * folded[:, ::-1])
    share = spectra.samples / np.prod(spectra.band.padded)
    squares = ring.rows**2, ring.rows[:, ::-1] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [math.sqrt((noise * k).sum() / share) / (known * k).sum() for k in squares]
    return np.nan_to_num(np.array(found), posinf=0.0)


def _before(seen: float, size: float, start: float, ahead: complex) -> float:
    """The displacement that a pull of ``size`` times its sine leaves at ``seen``."""
    truth = start
    for _ in range(3):
        turn = ahead * cmath.exp(1j * TURN * truth)
        left = seen + size * turn.imag - truth
        truth += left / max(1 - TURN * size * turn.real, 0.3)
    return truth
