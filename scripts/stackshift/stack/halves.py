"""Whether the scenes of a template show one ground: its unlikest halves, matched with each other.

Scenes that are too faint for pairs start at one place. If there were two grounds among them, each
scene would match its own in the mean of all, wherever the other one lies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from stackshift.stack import alignment
from stackshift.stack.alignment import Cell, Position, Seen
from stackshift.stack.others import folded_in
from stackshift.tile.placing import moved
from stackshift.tile.scaled import Tile

# Ways in which scenes differ most that are looked at.
_MODES = 2
# Detail is what changes over so many pixels; one row of so many tells how alike scenes are.
_DETAIL = 4
_ROWS = 4
# Halves that lie no farther apart than this lie together, pixels and standard errors; and where
# only the sum of their faint tiles tells, which has no standard error, pixels.
_TOGETHER = 0.02
_SURELY = 3.0
_BY_SUM = 0.5


@dataclass(frozen=True)
class Halves:
    """Two parts of the scenes that do not lie together.

    Attributes
    ----------
    names : scenes of the larger part and of the smaller one.
    place : where the content of the smaller part lies from that of the larger, (rows to the south,
        columns to the east) in pixels; None where the two do not match.
    """

    names: tuple[list[str], list[str]]
    place: Position | None


def apart(
    positions: dict[str, Position],
    cells: list[Cell],
    load: Callable[[Cell], dict[str, Tile]],
    options: dict,
    each: Callable = map,
    warps: dict[str, Position] | None = None,
) -> Halves | None:
    """Two parts of the scenes that do not lie together, or None if they all do.

    Parameters
    ----------
    positions : where the scenes are taken to lie, (rows, columns) in pixels.
    cells, load, options, each, warps : as in `rounds.made`.
    """
    names = list(positions)
    if len(names) < 2:
        return None
    alike = sum(each(lambda cell: _alike(load(cell), positions), cells))
    _, modes = np.linalg.eigh(alike)
    for number in range(1, min(_MODES, len(names) - 1) + 1):
        first = [name for name, part in zip(names, modes[:, -number], strict=True) if part > 0]
        both = first, [name for name in names if name not in first]
        # Of two as large as each other the one with the newest scene.
        smaller, larger = sorted(both, key=lambda part: (len(part), max(part, default="")))
        if not smaller:
            continue
        match = partial(_matched, load, positions, warps or {}, (larger, smaller), options)
        seen = list(each(match, cells))
        place, _ = alignment.whereabouts(seen, options["min_psr"])
        if place is None:
            return Halves((larger, smaller), None)
        found = alignment.located(tile.match for tile in seen)
        least = [_BY_SUM, _BY_SUM]
        if found and found[0] == place:
            least = [max(_TOGETHER, _SURELY * error) for error in found[1]]
        if any(abs(at) > limit for at, limit in zip(place, least, strict=True)):
            return Halves((larger, smaller), place)
    return None


def _alike(tiles: dict[str, Tile], positions: dict[str, Position]) -> np.ndarray:
    """How alike the detail of scenes is beyond what all have in common, (scenes, scenes)."""
    rows = []
    for name, position in positions.items():
        values, valid = (part[::_ROWS] for part in moved(tiles[name], position))
        detail = values[:, _DETAIL:] - values[:, :-_DETAIL]
        detail[~(valid[:, _DETAIL:] & valid[:, :-_DETAIL])] = np.nan
        rows.append(detail.ravel())
    detail = np.array(rows)
    known = np.isfinite(detail)
    detail[~known] = 0
    detail -= detail.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    detail[~known] = 0
    norm = np.sqrt(np.einsum("ij,ij->i", detail, detail))
    # No dot product, whose bits depend on threads.
    products = np.einsum("ij,kj->ik", detail, detail)
    return products / np.maximum(np.outer(norm, norm), 1e-12)


def _matched(
    load: Callable[[Cell], dict[str, Tile]],
    positions: dict[str, Position],
    warps: dict[str, Position],
    parts: tuple[list[str], list[str]],
    options: dict,
    cell: Cell,
) -> Seen:
    tiles = load(cell)
    means, folded = [], []
    for part in parts:
        image, there, _ = alignment.formed(
            {name: tiles[name] for name in part},
            {name: positions[name] for name in part},
            dict.fromkeys(part, 1.0),
        )
        means.append(image.mean())
        turns = {
            name: tuple(np.add(positions[name], warps.get(name, (0.0, 0.0))))
            for name in part
            if there[name].valid.any()
        }
        folded.append(np.array(folded_in(turns, {})))
    # The secondary is a mean of scenes, too.
    more = {"folded": tuple(folded[0] * folded[1].conj())}
    return alignment.seen((means[0], means[1]), options | more)
