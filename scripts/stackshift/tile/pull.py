"""What narrow holes that stay on the map take of a displacement, and how well that is known.

Holes of layover, shadow and water lie in the same place in all scenes. Filled from their rims they
stay there while the content moves: a tenth of such pixels takes 2 to 5 % of a displacement, three
tenths 5 to 20 %, in all tiles alike. How much it is in a tile its own ground tells: displaced by
what was found, as much of it as both tiles share, with their scatter, and matched with and without
the holes (a parametric bootstrap; Efron & Tibshirani 1993, chapter 6). The scatter is the same in
both, so that it adds little to the difference.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy import fft

from stackshift.tile.gaps import wide_gaps
from stackshift.tile.match import OK, Match
from stackshift.tile.placing import moved
from stackshift.tile.scaled import Tile

# Fewer holes than this share of a tile, and displacements below these pixels, are not worth it.
_FEW = 0.005
_STILL = 0.02
# Pixels of displacement that tell by how much holes pull.
_TOLD = 0.3
# What of a displacement is not known, in shares of the share of the holes: ground in holes is taken
# from elsewhere, and scenes of a template bring along what filled their own. Tiles and stacks of
# 3 to 30 % of holes, 1 to 5 pixels of noise, kept .1 to .19 (docs/terrain.md).
_UNKNOWN = 0.15
# No pull takes more than this share of a displacement that is less than a pixel.
_MOST = 0.5
# Where ground is taken from, in shares of the tile's sides, and the mean that stays, pixels.
_FROM = ((1 / 2, 1 / 2), (1 / 3, 1 / 4), (1 / 4, 1 / 3), (1 / 5, 0), (0, 1 / 5), (1 / 7, 1 / 7),
         (1 / 3, 0), (0, 1 / 3))  # fmt: skip
_SMOOTH = 6.0
# Rings of frequencies up to the axes' Nyquist frequency, in each of which what is common is one
# share of the power.
_RINGS = 12

Matched = Callable[[Sequence[Tile]], Match]


def without_pull(tiles: Sequence[Tile], found: Match, match: Matched) -> Match:
    """A match whose shift is what it would be without narrow holes.

    Parameters
    ----------
    tiles : two, from `scaled.transformed`.
    found : what matching them gave.
    match : matches two tiles in the same way.

    Returns
    -------
    The match: its shift less the pull, its standard errors, which may be above a gate now, with
    what is not known of that, which tiles of one ground share. The same one where there is no
    shift or nothing to pull it.
    """
    if found.status != OK or found.shift is None or all(tile.complete for tile in tiles):
        return found
    missing = [~tile.valid for tile in tiles]
    gaps = [wide_gaps(one) for one in missing]
    # Those of one of the two only are nothing that lies still.
    share = float(np.mean(missing[0] & missing[1] & ~gaps[0] & ~gaps[1]))
    displacement: np.ndarray = -np.array(found.shift)
    if share < _FEW or np.abs(displacement).max() <= _STILL or not found.covariance:
        return found
    # Below a pixel what is taken is a share of the displacement, which a small one tells badly.
    asked = np.copysign(np.maximum(np.abs(displacement), _TOLD), displacement)
    by = _pull(tiles, gaps, asked, match)
    by = np.zeros(2) if by is None else by * displacement / asked
    # It was looked for where the tile was found, which the pull has moved already.
    shares = np.clip(
        np.divide(by, displacement, out=np.zeros(2), where=displacement != 0), 0, _MOST
    )
    by = np.where(np.abs(displacement) < 1, shares / (1 - shares) * displacement, by)
    # Beyond a pixel it is no more, as holes then lie beside what they hid.
    unknown = _UNKNOWN * share * np.clip(displacement, -1, 1)
    # The difference of two scatters by what the holes hide.
    spread = (1 + share) * np.array(found.covariance) + np.diag(unknown**2)
    shared = np.array(found.shared or (0.0, 0.0))
    larger = np.where(np.abs(shared) > np.abs(unknown), shared, unknown)
    total = np.hypot(shared, unknown)
    (a, b), (c, d) = spread.tolist()
    return replace(
        found,
        shift=_pair(np.array(found.shift) - by),
        sigma=_pair(np.sqrt(np.diag(spread))),
        covariance=((a, b), (c, d)),
        shared=_pair(np.copysign(total, larger)),
    )


def _pull(tiles, gaps, displacement: np.ndarray, match: Matched) -> np.ndarray | None:
    """By how much holes change the shift of ground that is displaced by so much, pixels."""
    reference, secondary = tiles
    there, known = moved(reference, _pair(-displacement), 0.0)
    both = known & secondary.valid
    if not both.any():
        return None
    values = _ground(reference)
    common = _common(values, there, secondary.filled)
    rest = float(np.std(values - common, dtype=float))
    scatter = float(np.std(secondary.values[both] - there[both], dtype=float))
    seen, inside = moved(Tile(common, np.ones(both.shape, bool)), _pair(-displacement), 0.0)
    # Other tiles scatter otherwise, and a tile in the same way whenever it is matched.
    random = np.random.default_rng(zlib.crc32(reference.valid.tobytes()))
    images = [
        image + np.float32(noise) * random.standard_normal(image.shape, np.float32)
        for image, noise in ((common, rest), (seen, max(scatter**2 - rest**2, 0.0) ** 0.5))
    ]
    shifts = []
    for valid in (
        (reference.valid, secondary.valid & inside),
        (~gaps[0], ~gaps[1] & inside),
    ):
        one = match([_where(image, where) for image, where in zip(images, valid, strict=True)])
        if one.status != OK or one.shift is None:
            return None
        shifts.append(one.shift)
    holed, whole = map(np.array, shifts)
    return holed - whole


def _common(values: np.ndarray, there: np.ndarray, other: np.ndarray) -> np.ndarray:
    """What another image has of an image: its own spectrum, each ring with the power in common.

    Parameters
    ----------
    values : the image.
    there, other : the image and the other one, displaced alike, without gaps.
    """
    rows, columns = (np.hanning(size).astype(np.float32) for size in values.shape)
    window = rows[:, None] * columns
    first, second = (fft.rfft2(window * (image - image.mean())) for image in (there, other))
    radius = np.hypot(fft.fftfreq(values.shape[0])[:, None], fft.rfftfreq(values.shape[1])[None, :])
    ring = np.minimum((radius / 0.5 * _RINGS).astype(int), _RINGS)
    shared, own = (
        np.bincount(ring.ravel(), weights=power.ravel(), minlength=_RINGS + 1)
        for power in ((np.conj(first) * second).real, np.abs(first) ** 2)
    )
    share = np.clip(shared / np.maximum(own, 1e-12), 0, 1)
    mean = values.mean()
    spectrum = fft.rfft2(values - mean) * np.sqrt(share)[ring].astype(np.float32)
    return fft.irfft2(spectrum, values.shape) + mean


def _where(values: np.ndarray, valid: np.ndarray) -> Tile:
    return Tile(np.where(valid, values, np.float32(0)), valid)


def _ground(tile: Tile) -> np.ndarray:
    """A tile with ground like its own in its holes: the detail of another part of it."""
    from scipy import ndimage

    filled = tile.filled
    smooth = ndimage.gaussian_filter(filled, _SMOOTH)
    values, left = filled.copy(), ~tile.valid
    for shares in _FROM:
        if not left.any():
            break
        by = round(shares[0] * tile.shape[0]), round(shares[1] * tile.shape[1])
        here = left & np.roll(tile.valid, by, (0, 1))
        values[here] = (smooth + np.roll(filled - smooth, by, (0, 1)))[here]
        left &= ~here
    return values


def _pair(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]), float(values[1])
