"""First positions of the scenes of a stack out of the pairs that were matched."""

from collections import Counter

import numpy as np

from stackshift.ground.geometry import Pixel, errors_in_pixels, to_pixels
from stackshift.stack import columns
from stackshift.stack.alignment import Position
from stackshift.stack.network import adjust
from stackshift.stack.robust import nmad, weighted_huber
from stackshift.tile.match import OK

# Of a pair whose tiles have no standard error, in pixels.
_UNKNOWN = 0.1


def from_pairs(pairs: list[dict], scenes: list[str], pixel: Pixel) -> dict[str, Position]:
    """Where scenes lie that pairs link, relative to each other.

    Parameters
    ----------
    pairs : contents of the pairs' JSONs.
    scenes : the scenes to place; pairs with others are left out.
    pixel : what a pixel is on the ground in the middle of the grid.

    Returns
    -------
    (rows to the south, columns to the east) in pixels, of the largest part of the network; scenes
    that it does not reach are missing.
    """
    number = {scene: i for i, scene in enumerate(scenes)}
    ends, shifts, sigmas = [], [], []
    for pair in pairs:
        names = [pair[role]["scene"] for role in ("reference", "secondary")]
        good = [tile for tile in pair["tiles"] if tile[columns.STATUS] == OK]
        if not good or not number.keys() >= set(names):
            continue
        found = np.array([_robust(good, axis, pixel) for axis in columns.AXES])
        ends.append([number[name] for name in names])
        (east, east_error), (north, north_error) = found
        shifts.append(to_pixels((east, north), pixel))
        sigmas.append(errors_in_pixels((east_error, north_error), pixel))
    if not ends:
        return {}
    rows, down = (adjust(len(scenes), ends, [s[axis] for s in shifts], [s[axis] for s in sigmas])
                  for axis in (0, 1))  # fmt: skip
    largest, count = Counter(part for part in rows.part.tolist() if part >= 0).most_common(1)[0]
    return {
        scene: (float(rows.offsets[i]), float(down.offsets[i]))
        for scene, i in number.items()
        if count > 1 and rows.part[i] == largest
    }


def _robust(tiles: list[dict], axis, pixel: Pixel) -> tuple[float, float]:
    _, shift, sigma, _ = axis
    values = np.array([tile[shift] for tile in tiles])
    if tiles[0][sigma] is None:
        # Nothing but the scatter tells how good these are.
        error = max(nmad(values), _UNKNOWN * np.hypot(*pixel.column)) / np.sqrt(len(values))
        return float(np.median(values)), float(error)
    return weighted_huber(values, [tile[sigma] for tile in tiles])
