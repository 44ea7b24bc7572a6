"""Simulated gamma0 power: ground with texture like a SAR scene's, seen with speckle on a date.

The ground is made on a grid finer than the scene's. Its logarithm holds no detail beyond the
scene's Nyquist frequency, so that it can be displaced by any fraction of a pixel and decimated
without loss, and its power is always positive; the speckle comes after that, anew on each date.
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft


@dataclass(frozen=True)
class Scenario:
    """What a ground consists of; contrasts are standard deviations of the natural logarithm."""

    fields: float  # contrast between fields with straight edges
    relief: float  # contrast of slopes that face the radar or not
    clutter: float  # contrast of fine natural texture
    points: float  # point targets per pixel
    field_size: float = 25.0  # pixels
    mean: float = 0.15
    water: float = 0.0  # share of the ground that is sea, without texture


SCENARIOS = {
    "mixed": Scenario(fields=0.39, relief=0.2, clutter=0.15, points=2e-4),
    "mountains": Scenario(fields=0.0, relief=0.69, clutter=0.15, points=0.0),
    "urban": Scenario(fields=0.4, relief=0.0, clutter=0.6, points=2e-2, field_size=8.0),
    "crops": Scenario(fields=0.5, relief=0.0, clutter=0.0, points=0.0),
    "forest": Scenario(fields=0.0, relief=0.076, clutter=0.076, points=0.0),
    "coast": Scenario(fields=0.39, relief=0.2, clutter=0.15, points=2e-4, water=0.5),
    "water": Scenario(fields=0.0, relief=0.0, clutter=0.0, points=0.0, mean=0.01),
}


def power_law(shape: tuple[int, int], exponent: float, random: np.random.Generator) -> np.ndarray:
    """A Gaussian field with an amplitude spectrum of |k|^-exponent, unit variance, float32."""
    spectrum = fft.rfft2(random.standard_normal(shape, np.float32))
    k = np.hypot(fft.fftfreq(shape[0])[:, None], fft.rfftfreq(shape[1])[None])
    k[0, 0] = np.inf
    field = fft.irfft2(spectrum * (k**-exponent).astype(np.float32), shape)
    return field / field.std()


def fields(
    shape: tuple[int, int], size: float, random: np.random.Generator, date: int, changed: float
) -> np.ndarray:
    """Rectangular fields of about ``size`` pixels in a frame turned by a random angle, float32.

    On a ``date`` other than 0 a share of ``changed`` of the fields has another brightness.
    """
    angle = random.uniform(0.2, 0.6)
    row = np.arange(shape[0], dtype=np.float32)[:, None]
    column = np.arange(shape[1], dtype=np.float32)[None]
    along = np.cos(angle) * row + np.sin(angle) * column
    across = np.cos(angle) * column - np.sin(angle) * row
    indices, counts = [], []
    for axis in (along, across):
        span = float(axis.max() - axis.min())
        edges = axis.min() + np.cumsum(size * random.uniform(0.4, 1.6, int(3 * span / size) + 2))
        indices.append(np.searchsorted(edges.astype(np.float32), axis))
        counts.append(len(edges) + 1)
    levels = random.standard_normal(counts, np.float32)
    if date and changed:
        later = np.random.default_rng((int(random.integers(2**31)), date))
        where = later.random(counts) < changed
        levels[where] = later.standard_normal(int(where.sum()), np.float32)
    return levels[indices[0], indices[1]]


def low_pass(image: np.ndarray, window) -> np.ndarray:
    """An image filtered by a window of the frequency in cycles a pixel."""
    k = np.hypot(fft.fftfreq(image.shape[0])[:, None], fft.rfftfreq(image.shape[1])[None])
    return fft.irfft2(fft.rfft2(image) * window(k).astype(np.float32), image.shape)


def soft_edge(cutoff: float):
    """Nothing beyond the cutoff, with a cosine slope, as a sharp edge would ring."""
    return lambda k: 0.5 - 0.5 * np.cos(np.pi * np.clip(2 * (1 - k / cutoff), 0, 1))


def ground(
    shape: tuple[int, int],
    seed: int,
    oversample: int = 2,
    scenario: str = "mixed",
    date: int = 0,
    changed: float = 0.0,
) -> np.ndarray:
    """Noise-free gamma0 power of a piece of ground.

    Parameters
    ----------
    shape : (rows, columns) of the scene in pixels.
    seed : the same seed gives the same ground.
    oversample : pixels of the ground in one of the scene.
    scenario : a name out of SCENARIOS.
    date, changed : on dates other than 0 this share of the fields has another brightness.

    Returns
    -------
    (rows * oversample, columns * oversample) float32, positive, linear power.
    """
    kind = SCENARIOS[scenario]
    random = np.random.default_rng(seed)
    fine = shape[0] * oversample, shape[1] * oversample
    log = np.zeros(fine, np.float32)
    if kind.fields:
        log += kind.fields * fields(fine, kind.field_size * oversample, random, date, changed)
    if kind.relief:
        # What faces the radar is bright: the slope along range of a terrain of natural roughness.
        slope = np.gradient(power_law(fine, 2.0, random), axis=1)
        log += kind.relief * slope / slope.std()
    if kind.clutter:
        log += kind.clutter * power_law(fine, 0.8, random)
    if kind.points:
        where = random.random(fine, np.float32) < kind.points / oversample**2
        # A point of 10 to 20 dB above its surroundings fills a pixel of the scene.
        log += spread(where * random.uniform(2.3, 4.6, fine), oversample)
    if kind.water:
        sea = power_law(fine, 2.0, random)
        log[sea < np.quantile(sea, kind.water)] = np.log(0.07)
    return kind.mean * np.exp(low_pass(log, soft_edge(0.5 / oversample)))


def spread(points: np.ndarray, size: int) -> np.ndarray:
    """Points as squares of ``size`` pixels to the south-east, float32."""
    total = np.zeros_like(points)
    for down in range(size):
        for right in range(size):
            total += np.roll(points, (down, right), (0, 1))
    return total.astype(np.float32)


def fourier_shift(image: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """An image whose content is moved by (rows, columns) pixels, periodic, float32."""
    rows = np.exp(-2j * np.pi * fft.fftfreq(image.shape[0]) * shift[0]).astype(np.complex64)
    columns = np.exp(-2j * np.pi * fft.rfftfreq(image.shape[1]) * shift[1]).astype(np.complex64)
    return fft.irfft2(fft.rfft2(image) * rows[:, None] * columns[None], image.shape)


def observe(
    ground: np.ndarray,
    shift: tuple[float, float],
    looks: float,
    random: np.random.Generator,
    oversample: int = 2,
) -> np.ndarray:
    """A scene of the ground on one date: displaced, decimated, with speckle of its own.

    Parameters
    ----------
    ground : noise-free power from `ground`.
    shift : displacement of the content, (rows to the south, columns to the east) in pixels of the
        scene.
    looks : equivalent number of looks; the speckle is gamma distributed with mean 1.
    random : the date's own random numbers.
    oversample : as for `ground`.

    Returns
    -------
    (rows, columns) float32 power, positive.
    """
    log = fourier_shift(np.log(ground), (shift[0] * oversample, shift[1] * oversample))
    scene = np.exp(log[::oversample, ::oversample])
    speckle = random.standard_gamma(looks, scene.shape, np.float32) / np.float32(looks)
    return (scene * speckle).astype(np.float32)


def wedge(shape: tuple[int, int], share: float, slant: float = 0.2) -> np.ndarray:
    """Where a tile has data next to the slanted western edge of a swath.

    Parameters
    ----------
    shape : (rows, columns).
    share : share of the tile without data, 0 to 1.
    slant : columns by which the edge moves in a row.

    Returns
    -------
    Booleans, False in the wedge.
    """
    row, column = np.indices(shape)
    distance = column - slant * (shape[0] - 1 - row)
    return distance >= np.quantile(distance, share)


def holes(shape: tuple[int, int], share: float, random: np.random.Generator) -> np.ndarray:
    """Where a tile has data between round holes of 1 to 5 pixels radius; False in the holes."""
    valid = np.ones(shape, bool)
    row, column = np.indices(shape)
    while valid.mean() > 1 - share:
        centre, radius = random.uniform(0, shape), random.uniform(1, 5)
        top, left = (max(0, int(c - 6)) for c in centre)
        part = np.s_[top : top + 13, left : left + 13]
        valid[part] &= np.hypot(row[part] - centre[0], column[part] - centre[1]) > radius
    return valid
