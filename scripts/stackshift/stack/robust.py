"""One figure out of many tiles: robust to tiles that are wrong, honest about what they scatter."""

import numpy as np

# Residuals up to this many standard errors count in full (Huber 1964, doi:10.1214/aoms/1177703732).
TUNING = 1.5
_ITERATIONS = 50
# Values that scatter by more than so many times what their best half does lie in several places. Of
# fewer than eight a half agrees by chance, and two wild ones are nearly as many.
_SEVERAL_PLACES = 3.0
_FEWEST = 8
# Values lie in a place within so many times what the half scatters there.
_AT_PLACE = 4.0
# Of many values so many tell where the half lies.
_CENTRES = 128
# Deviations of so many times the bulk's say nothing more about how much it spreads.
_FAR = 3.0


def median(values: np.ndarray) -> float:
    """Median of a one-dimensional array; NaN without a value.

    That of NumPy takes ten times as long for the few tiles of a scene.
    """
    if values.size == 0:
        return np.nan
    ranked = np.sort(values)
    # NaN comes last.
    if np.isnan(ranked[-1]):
        return np.nan
    return 0.5 * float(ranked[(values.size - 1) // 2] + ranked[values.size // 2])


def nmad(values) -> float:
    """Normalised median absolute deviation: 1.4826 times the median distance from the median.

    Equals the standard deviation for a normal distribution and ignores up to half of outliers
    (Hoehle & Hoehle 2009, doi:10.1016/j.isprsjprs.2009.02.003). NaN without a value.
    """
    values = np.asarray(values, float)
    if values.size == 0:
        return np.nan
    return 1.4826 * median(np.abs(values - median(values)))


def natural_spread(deviations, sigmas, levels: int = 1) -> float:
    """Spread of the bulk of values beyond their standard errors, what they really differ by.

    Parameters
    ----------
    deviations, sigmas : one-dimensional, same unit: deviations from a level or several.
    levels : number of levels that were taken out.

    Returns
    -------
    Square root of their variance, in which none counts for more than three times the NMAD, less
    the median squared error; 0 where the errors explain all.
    """
    deviations, sigmas = np.asarray(deviations, float), np.asarray(sigmas, float)
    if deviations.size <= levels:
        return 0.0
    limit = _FAR * max(nmad(deviations), float(np.median(sigmas)))
    variance = float((np.clip(deviations, -limit, limit) ** 2).sum()) / (deviations.size - levels)
    return float(np.sqrt(max(variance - float(np.median(sigmas**2)), 0.0)))


def shared_part(shared: np.ndarray, sigmas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What tiles have alike of their errors, and how much of it the mean of these has not yet.

    Parameters
    ----------
    shared : (..., tiles, axes) part of each tile's standard error, with its sign; NaN for none.
    sigmas : of the same shape, standard errors; NaN or infinite for a tile that does not count.

    Returns
    -------
    (mean weighted as the tiles are, and sqrt(1 - 1 / n) of n tiles of one weight), (..., axes).
    """
    weights = np.where(np.isfinite(sigmas), 1 / np.where(sigmas > 0, sigmas, np.inf) ** 2, 0.0)
    total = weights.sum(axis=-2)
    total = np.where(total > 0, total, 1.0)
    mean = (weights * np.nan_to_num(shared)).sum(axis=-2) / total
    return mean, np.sqrt(np.maximum(1 - (weights**2).sum(axis=-2) / total**2, 0.0))


def weighted_huber(values, sigmas, tuning: float = TUNING) -> tuple[float, float]:
    """Robust mean of values with standard errors, and its own standard error.

    Parameters
    ----------
    values, sigmas : one-dimensional, same unit; sigmas positive.
    tuning : residuals beyond this many standard errors lose weight.

    Returns
    -------
    (mean, standard error) in the unit of the values; NaN for none. Weights are 1 / sigma^2 with
    Huber's psi. If the values scatter more than their standard errors say, as when a scene is
    rotated, the standard error is widened accordingly, and never narrowed. Of values that lie in
    two places, those count which are more.
    """
    values, sigmas = np.asarray(values, float), np.asarray(sigmas, float)
    if values.size == 0:
        return np.nan, np.nan
    precision = 1 / sigmas**2
    if values.size < 3:
        return _mean_of_few(values, precision)
    mean = _weighted_median(values, 1 / sigmas)
    widen, smallest = 1.0, float(sigmas.min())
    for _ in range(_ITERATIONS):
        residual = (values - mean) / sigmas
        # Scatter first: tiles that all disagree a little are not outliers.
        apart = np.abs(residual)
        widen = max(1.0, 1.4826 * median(apart))
        if widen > _SEVERAL_PLACES and values.size >= _FEWEST:
            place = _place_of_most(values, sigmas, widen)
            if place is not None:
                return weighted_huber(values[place], sigmas[place], tuning)
        weight = precision * np.minimum(1, tuning * widen / np.maximum(apart, 1e-12))
        previous, mean = mean, float((weight * values).sum() / weight.sum())
        if abs(mean - previous) < 1e-9 * (abs(mean) + smallest):
            break
    return mean, _standard_error(values, sigmas, mean, widen, tuning)


def _place_of_most(values: np.ndarray, sigmas: np.ndarray, widen: float) -> np.ndarray | None:
    """Values of the place that holds most of them; None if all scatter about one.

    About a mean that is pulled by a quarter or more of the values, all scatter widely, and none
    counts less for lying far. How much the half scatters that agrees best tells (Rousseeuw 1984,
    doi:10.1080/01621459.1984.10477105).
    """
    centres = np.sort(values)[:: -(-values.size // _CENTRES)]
    apart = np.abs(centres[:, None] - values) / sigmas
    reach = np.partition(apart, values.size // 2, axis=1)[:, values.size // 2]
    best = int(reach.argmin())
    scatter = max(1.0, 1.4826 * float(reach[best]))
    at_place = apart[best] <= _AT_PLACE * scatter
    return None if widen <= _SEVERAL_PLACES * scatter or at_place.all() else at_place


def _mean_of_few(values, precision) -> tuple[float, float]:
    """Weighted mean of one or two values: of two that disagree, none can be called the outlier.

    The standard error is widened by Birge's ratio (1932, doi:10.1103/PhysRev.40.207).
    """
    mean = float((precision * values).sum() / precision.sum())
    disagreement = float((precision * (values - mean) ** 2).sum()) / max(values.size - 1, 1)
    return mean, float(np.sqrt(max(disagreement, 1.0) / precision.sum()))


def _standard_error(values, sigmas, mean, widen, tuning) -> float:
    """Standard error of an M-estimate (Huber 1981, 6.6), no smaller than that of good values."""
    precision = 1 / sigmas**2
    residual = (values - mean) / sigmas
    limit = tuning * widen
    psi = np.clip(residual, -limit, limit)
    linear = np.abs(residual) <= limit
    slope = float((precision * linear).sum())
    if slope == 0:
        return float(1 / np.sqrt(precision.sum()))
    # The mean was taken from the same values, of which the heaviest count most.
    count = float(precision.sum() ** 2 / (precision**2).sum())
    scatter = float((precision * psi**2).sum()) * count / max(count - 1, 0.5)
    return float(max(np.sqrt(scatter) / slope, 1 / np.sqrt(slope)))


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def correlation(values, sigmas, own, prior: float = 6.0) -> float:
    """Correlation of the errors of the robust means of two axes over the same measurements.

    Parameters
    ----------
    values, sigmas : (measurements, 2), as for `weighted_huber` along each axis.
    own : (measurements,) correlation of the errors of a measurement, NaN where it is not known.
    prior : measurements that what they say of themselves is worth; how they scatter about the
        means, each as far as it counts in them, is worth one less than their number.

    Returns
    -------
    -1 to 1; 0 where nothing tells.
    """
    values, sigmas = np.asarray(values, float), np.asarray(sigmas, float)
    own = np.nan_to_num(np.asarray(own, float))
    if not len(values) or not np.isfinite(sigmas).all():
        return 0.0
    weight = 1 / sigmas
    said = float((weight.prod(axis=1) * own).sum() / np.sqrt((weight**2).sum(axis=0).prod()))
    if len(values) < 3:
        return said
    middle = [weighted_huber(v, s)[0] for v, s in zip(values.T, sigmas.T, strict=True)]
    residual = (values - middle) / sigmas
    widen = np.maximum(1.0, 1.4826 * np.median(np.abs(residual), axis=0))
    score = np.clip(residual, -TUNING * widen, TUNING * widen) / sigmas
    square = np.sqrt((score**2).sum(axis=0).prod())
    shown = float(score.prod(axis=1).sum() / square) if square > 0 else said
    free = len(values) - 1
    return (free * shown + prior * said) / (free + prior)
