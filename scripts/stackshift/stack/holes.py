"""Holes of a scene that the image it is matched with does not have, filled with what it has there.

A hole that is filled from its rim stays where the mask is while the scene moves, and masks of
layover and shadow lie where the terrain is brightest and darkest: matched as they are, 3 % of such
pixels change the displacement of a tile by up to 5 %. Filled with the image itself, moved to where
the scene was found, they say nothing new about where it lies, and pull it nowhere else.
"""

from dataclasses import replace

import numpy as np

from stackshift.tile import coherence
from stackshift.tile.gaps import fill_holes, wide_gaps
from stackshift.tile.match import OK, Match
from stackshift.tile.placing import moved
from stackshift.tile.scaled import Tile

# What the holes say is a share of the last answer as large as their share of the tile.
_ROUNDS = 3
_CLOSE = 1e-3


def filled(image: Tile, scene: Tile, place: tuple[float, float]) -> Tile:
    """A scene whose narrow holes hold what the image has there, at the brightness around.

    Parameters
    ----------
    image, scene : from `scaled.transformed`.
    place : where the scene's content lies, (rows to the south, columns to the east) in pixels.
    """
    values, valid = scene
    missing = ~valid
    there, known = moved(image, (-place[0], -place[1]))
    wanted = missing & ~wide_gaps(missing) & known
    if not wanted.any():
        return scene
    # The difference is the ground's own, which the rim of a hole tells.
    rest = np.where(valid & known, values - there, 0).astype(np.float32)
    fill_holes(rest, valid & known, wanted)
    return Tile(np.where(wanted, there + rest, values).astype(np.float32), valid | wanted)


def measured(image: Tile, scene: Tile, first: Match, options: dict) -> Match:
    """A tile that was matched, matched again with its holes filled where it was found.

    Parameters
    ----------
    image, scene : as in `filled`.
    first : what matching them as they are gave.
    options : keyword arguments of `coherence.match`.

    Returns
    -------
    The match, of which the standard errors are those of the pixels that were measured.
    """
    found = first
    for _ in range(_ROUNDS):
        if found.status != OK or found.shift is None:
            return first
        before = found.shift
        tile = filled(image, scene, (-before[0], -before[1]))
        if tile is scene:
            return first
        found = coherence.match_transformed((image, tile), **options)
        if found.shift and np.abs(np.subtract(found.shift, before)).max() < _CLOSE:
            break
    if found.status != OK or found.sigma is None or found.covariance is None:
        return first
    # What was filled was not measured.
    wider = float(tile.valid.mean() / max(scene.valid.mean(), 1e-9))
    (a, b), (c, d) = found.covariance
    return replace(
        found,
        sigma=(found.sigma[0] * wider**0.5, found.sigma[1] * wider**0.5),
        covariance=((a * wider, b * wider), (c * wider, d * wider)),
    )
