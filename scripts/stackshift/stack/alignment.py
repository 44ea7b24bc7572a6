"""Each scene against the aligned mean of the stack without itself, tile by tile.

The mean is made in rounds: positions of its scenes from the pairs, or zero; each scene matched with
the mean of the others; positions and weights out of that; the mean made anew. Positions are where a
scene's content lies, (rows to the south, columns to the east) in pixels.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from stackshift.stack.mean_image import MeanImage, level
from stackshift.stack.robust import weighted_huber
from stackshift.tile import coherence as estimator
from stackshift.tile import near
from stackshift.tile.match import LOW_QUALITY, NO_MATCH, OK, Match
from stackshift.tile.peak import vertex
from stackshift.tile.placing import moved, still
from stackshift.tile.refinement import falling
from stackshift.tile.scaled import Tile

# Faint tiles are looked for where their scene is, if all of them together agree so well, in
# standard deviations; a place that was found among thousands of lags must stand out as much as a
# tile's own peak.
_AGREE = 4.0
# A scene of which a smaller share of the tiles than this was matched could be one by chance.
_FEW = 0.05
# What becomes of a tile that is too faint by itself.
_FAINT = (NO_MATCH, LOW_QUALITY)

Position = tuple[float, float]
Cell = tuple[int, int]


def formed(
    tiles: dict[str, Tile], positions: dict[str, Position], weight: dict[str, float]
) -> tuple[MeanImage, dict[str, Tile], dict[str, float]]:
    """The mean of one tile.

    Parameters
    ----------
    tiles : of each scene, from `scaled.transformed`.
    positions, weight : of the scenes that are members.

    Returns
    -------
    (mean, each member where it was added, how much brighter than the mean each that has data is).
    """
    least = still(len(positions))
    there = {name: moved(tiles[name], position, least) for name, position in positions.items()}
    shape = next(iter(tiles.values())).shape
    image, levels = MeanImage.empty(shape), {}
    # The one with most data first, to which the others' levels are taken.
    for name in sorted(there, key=lambda n: (-np.count_nonzero(there[n].valid), n)):
        if not there[name].valid.any():
            continue
        levels[name] = level(there[name], image)
        image.add(there[name], levels[name], weight[name])
    return image, there, levels


@dataclass(frozen=True)
class Seen:
    """What one tile of a scene shows by itself.

    ``surface`` is its correlation at whole pixels in standard deviations, of a faint tile only.
    """

    match: Match
    surface: np.ndarray | None = None


def seen(tiles: tuple[Tile, Tile], options: dict) -> Seen:
    """Match a tile with the mean of the others.

    Parameters
    ----------
    tiles : of the mean and of the scene.
    options : keyword arguments of `coherence.match`.
    """
    match = estimator.match_transformed(tiles, **options)
    if match.status not in _FAINT:
        return Seen(match)
    placed = near.placed_spectra(tiles, np.zeros(2), options)
    if placed is None:
        return Seen(match)
    radius = min(options["search_radius"], min(tiles[0].shape) // 3)
    return Seen(match, near.correlation(placed[0], radius))


def located(matches: Iterable[Match]) -> tuple[Position, Position] | None:
    """Robust mean position of a scene out of its tiles, and its standard errors, pixels."""
    good = [match for match in matches if match.shift and match.sigma]
    if not good:
        return None
    shifts, sigmas = np.array([m.shift for m in good]), np.array([m.sigma for m in good])
    rows, columns = (weighted_huber(-shifts[:, axis], sigmas[:, axis]) for axis in (0, 1))
    return (rows[0], columns[0]), (rows[1], columns[1])


def whereabouts(tiles: Iterable[Seen], min_psr: float) -> tuple[Position | None, bool]:
    """Where a scene lies, and whether its faint tiles may be looked for there.

    Parameters
    ----------
    tiles : all tiles of the scene.
    min_psr : how much a peak must stand out that is looked for at all lags.

    Returns
    -------
    (position or None, whether the faint tiles agree with it). The place is that of the tiles that
    were matched; or, where there are none, the peak of the sum of the faint tiles' correlations.
    """
    tiles = list(tiles)
    faint = [tile.surface for tile in tiles if tile.surface is not None]
    found = located(tile.match for tile in tiles)
    matched = sum(tile.match.status == OK for tile in tiles)
    if not faint:
        return (found[0] if found else None), False
    reach = min(surface.shape[0] for surface in faint) // 2
    total = sum(_centre(surface, reach) for surface in faint) / np.sqrt(len(faint))
    if found and matched >= _FEW * (matched + len(faint)):
        at = np.rint(found[0]).astype(int) + reach
        if (at < 0).any() or (at > 2 * reach).any():
            return found[0], False
        return found[0], bool(total[tuple(at)] >= _AGREE)
    peak = np.unravel_index(int(total.argmax()), total.shape)
    if total[peak] < min_psr or 0 in peak or 2 * reach in peak:
        return None, False
    rows, columns = (
        peak[axis] - reach + vertex(total.take(peak[1 - axis], 1 - axis)[peak[axis] - 1 :][:3])
        for axis in (0, 1)
    )
    return (float(rows), float(columns)), True


def _centre(surface: np.ndarray, reach: int) -> np.ndarray:
    middle = surface.shape[0] // 2
    return surface[middle - reach : middle + reach + 1, middle - reach : middle + reach + 1]


def common_coherence(
    tiles: Iterable[tuple[Tile, Tile]], places: list[Position], options: dict
) -> np.ndarray | None:
    """Coherence in each bin of faint tiles of one place, out of all scenes, 0 to 1.

    Parameters
    ----------
    tiles : (mean of the others, scene) of each scene.
    places : where each scene lies.

    Returns
    -------
    (bins,), or None where no tile has enough data.
    """
    raw = []
    for pair, place in zip(tiles, places, strict=True):
        placed = near.placed_spectra(pair, np.asarray(place), options)
        if placed:
            spectra, whole = placed
            raw.append(near.raw_coherence(spectra, np.asarray(place) - whole))
    return falling(np.mean(raw, axis=0), spectra.band) if raw else None


def found_near(
    tiles: tuple[Tile, Tile], place: Position, common: np.ndarray | None, options: dict
) -> Match | None:
    """A faint tile measured where its scene lies; None where it has too little data there.

    Parameters
    ----------
    tiles : of the mean and of the scene.
    place : where the scene lies, pixels.
    common : coherence in each bin from many scenes; None takes the tile's own.
    """
    placed = near.placed_spectra(tiles, np.asarray(place), options)
    if placed is None:
        return None
    spectra, whole = placed
    if common is None:
        raw = near.raw_coherence(spectra, np.asarray(place) - whole)
        common = falling(raw, spectra.band)
    return near.near(spectra, whole, np.asarray(place), common)
