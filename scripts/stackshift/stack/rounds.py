"""The template of a stack: rounds of matching and averaging until its scenes lie still."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from stackshift.stack import alignment, evenness, halves
from stackshift.stack.alignment import Cell, Position, Seen
from stackshift.stack.mean_image import weights
from stackshift.stack.others import Others, folded_in
from stackshift.tile.match import OK, expected_at
from stackshift.tile.scaled import Tile

_MOST_ROUNDS = 5
# How often scenes that do not lie together are moved, or left out, where no pairs link them.
_MOST_PARTS = 4
# The mean is as sharp as it gets once no scene moves by more than this from round to round, pixels.
_SETTLED = 0.1
# Tiles that are enough for positions and weights where pairs have told the first ones.
_ENOUGH = 16
# So many scenes can tell which of them is distorted in itself.
_JUDGED = 3
# Weight of a member in a tile in which it could not be matched while others could.
_DOUBTFUL = 0.1


@dataclass(frozen=True)
class Template:
    """What a template is made of.

    Attributes
    ----------
    positions : where each member lies, (rows, columns) in pixels from the members' median.
    weight : of each member by tile (row, column).
    common : coherence in each bin by tile, of those tiles in which scenes were faint.
    """

    positions: dict[str, Position]
    weight: dict[Cell, dict[str, float]] = field(default_factory=dict)
    common: dict[Cell, np.ndarray] = field(default_factory=dict)

    def weight_in(self, cell: Cell) -> dict[str, float]:
        """Weight of each member in a tile, or its median where that tile was not looked at.

        All count alike where nothing is known yet.
        """
        known = self.weight.get(cell)
        if known is None:
            every = list(self.weight.values())
            known = {n: float(np.median([w[n] for w in every])) for n in self.positions if every}
        return {name: known.get(name, 1.0) for name in self.positions}


def made(
    scenes: list[str],
    first: dict[str, Position],
    cells: list[Cell],
    load: Callable[[Cell], dict[str, Tile]],
    options: dict,
    each: Callable = map,
    warps: dict[str, Position] | None = None,
) -> Template:
    """The template of a stack.

    Parameters
    ----------
    scenes : those that may be members.
    first : positions of those that the pairs reached.
    cells : (row, column) of all tiles.
    load : gives all these scenes in a tile.
    options : keyword arguments of `coherence.match`.
    each : `map`, or that of a pool of threads.
    warps : displacement that a warp took out of scenes before, where it did.

    Returns
    -------
    A template without members where no scene matches the others.
    """
    # Where most scenes are too faint for pairs, all are taken to lie at zero at first.
    few, warps = 2 * len(first) <= len(scenes), warps or {}
    if few:
        linked = _linked(scenes, cells, load, options["min_valid"])
        first = {name: first.get(name, (0.0, 0.0)) for name in linked}
    used = cells if few else _some(cells)
    now = _settled(scenes, first, used, cells, load, options, each, warps)
    for _ in range(_MOST_PARTS if few else 0):
        parts = halves.apart(now.positions, _some(cells), load, options, each, warps)
        if parts is None:
            break
        larger, smaller = parts.names
        first = {name: now.positions[name] for name in larger}
        if parts.place is not None:
            first |= {name: _moved(now.positions[name], parts.place) for name in smaller}
        now = _settled(scenes, first, used, cells, load, options, each, warps)
    return now


def _moved(position: Position, by: Position) -> Position:
    return position[0] + by[0], position[1] + by[1]


def _settled(
    scenes: list[str],
    first: dict[str, Position],
    used: list[Cell],
    cells: list[Cell],
    load: Callable,
    options: dict,
    each: Callable,
    warps: dict[str, Position],
) -> Template:
    """Rounds from first positions on, in some of the cells or, if these do not do, in all."""
    now = Template(_from_middle(first))
    faint: dict[str, Position] = {}
    for _ in range(_MOST_ROUNDS):
        looked = list(
            each(lambda cell: _looked_at(load(cell), now, cell, faint, options, warps), used)  # noqa: B023
        )
        places = {
            name: alignment.whereabouts([tile.seen[name] for tile in looked], options["min_psr"])
            for name in scenes
        }
        if len(used) < len(cells) and any(places[name][0] is None for name in first):
            # A scene that has no data in these, or is too faint for them.
            used = cells
            continue
        before, searched = now, set(faint)
        now = _next(looked, used, places, before)
        if not now.positions:
            break
        faint = {name: now.positions[name] for name, place in places.items() if place[1]}
        if searched == set(faint) and _still(before, now):
            break
    return now


def _linked(scenes: list[str], cells: list[Cell], load, min_valid: float) -> list[str]:
    """The most scenes that common ground links.

    Two groups without any would each be placed around a middle of its own.
    """
    groups = [{name} for name in scenes]
    for cell in cells:
        tiles = load(cell)
        valid = np.stack([tiles[name].valid.ravel() for name in scenes]).astype(np.float32)
        common = valid @ valid.T >= min_valid * valid.shape[1]
        for one, other in np.argwhere(np.triu(common, 1)):
            joined = [group for group in groups if {scenes[one], scenes[other]} & group]
            groups = [group for group in groups if group not in joined] + [set().union(*joined)]
        if len(groups) == 1:
            break
    largest = max(groups, key=len)
    return [name for name in scenes if name in largest]


def _some(cells: list[Cell]) -> list[Cell]:
    """Enough tiles, spread over the grid, to check positions that the pairs have told."""
    rows, columns = (sorted({cell[axis] for cell in cells}) for axis in (0, 1))
    down = _spread(rows, math.isqrt(_ENOUGH))
    right = _spread(columns, -(-_ENOUGH // len(down)))
    return [cell for cell in cells if cell[0] in down and cell[1] in right]


def _spread(numbers: list[int], count: int) -> set[int]:
    """So many of some numbers, at even distances."""
    count = min(count, len(numbers))
    return {numbers[int((i + 0.5) * len(numbers) / count)] for i in range(count)}


def _still(before: Template, now: Template) -> bool:
    return before.positions.keys() == now.positions.keys() and all(
        np.abs(np.subtract(before.positions[name], position)).max() <= _SETTLED
        for name, position in now.positions.items()
    )


def _next(looked, cells: list[Cell], places, before: Template) -> Template:
    known = {
        name: _relaxed(place[0], before.positions.get(name), len(before.positions))
        for name, place in places.items()
        if place[0] is not None
    }
    known = _even(known, looked)
    if len(known) < 2:
        return Template({})
    positions = _from_middle(known)
    weight, common = {}, {}
    for cell, tile in zip(cells, looked, strict=True):
        matches = [tile.seen[name].match for name in positions]
        coherence = [m.coherence if m.status == OK else np.nan for m in matches]
        if np.isfinite(coherence).any():
            found = np.maximum(weights(np.array(coherence, float)), _DOUBTFUL)
            weight[cell] = dict(zip(positions, map(float, found), strict=True))
        if tile.common is not None:
            common[cell] = tile.common
    return Template(positions, weight, common)


def _even(known: dict[str, Position], looked) -> dict[str, Position]:
    """Without scenes that are distorted in themselves.

    These are added at one place, so that their tiles would pull those of all others.
    """
    names = list(known)
    if len(names) < _JUDGED:
        return known
    shown = np.full((2, len(names), len(looked), 2), np.nan)
    for j, tile in enumerate(looked):
        for i, name in enumerate(names):
            match = tile.seen[name].match
            if match.status == OK:
                shown[:, i, j] = match.shift, match.sigma
    bad = evenness.uneven(*shown)
    return {name: known[name] for name, out in zip(names, bad, strict=True) if not out}


def _from_middle(places: dict[str, Position]) -> dict[str, Position]:
    """Positions from the members' median.

    Of an even number the median is one that a member has: whole pixels between members stay whole,
    and nothing has to be moved by a fraction.
    """
    if not places:
        return {}
    middle = np.quantile(list(places.values()), 0.5, axis=0, method="lower")
    return {name: (float(p[0] - middle[0]), float(p[1] - middle[1])) for name, p in places.items()}


def _relaxed(found: Position, before: Position | None, members: int) -> Position:
    """Where a scene is, out of where it was found among others that were moved to where they were.

    Of n members that were all moved a little wrong, a scene's error comes back as -1 / (n - 1) of
    it, as it is missing in the mean of the others: undone by a step that is shorter by 1 / n.
    """
    if before is None:
        return found
    step = 1 - 1 / members
    return (
        before[0] + step * (found[0] - before[0]),
        before[1] + step * (found[1] - before[1]),
    )


@dataclass(frozen=True)
class _Looked:
    seen: dict[str, Seen]
    common: np.ndarray | None


def _looked_at(
    tiles: dict[str, Tile],
    now: Template,
    cell: Cell,
    faint: dict[str, Position],
    options: dict,
    warps: dict[str, Position],
) -> _Looked:
    """One tile of all scenes against the mean of the others."""
    weight = now.weight_in(cell)
    members = {name: tiles[name] for name in now.positions}
    image, there, levels = alignment.formed(members, now.positions, weight)
    rest = Others(image)

    def others(name: str) -> Tile:
        if name not in levels:
            return rest.mean
        return rest.without(there[name], levels[name], weight[name])

    def forget(name: str) -> None:
        """Spectra of all scenes would be as much again as their tiles."""
        for tile in (tiles[name], there.get(name)):
            if tile is not None:
                tile.forget()

    # What is folded turns with all that a member was moved by.
    turned = {name: _moved(now.positions[name], warps.get(name, (0.0, 0.0))) for name in levels}
    found = {}
    for name, tile in tiles.items():
        known = {
            "expected": expected_at(now.positions.get(name, (0.0, 0.0))),
            "folded": folded_in(turned, weight, name),
            "moved": warps.get(name, (0.0, 0.0)),
        }
        found[name] = alignment.seen((others(name), tile), options | known)
        forget(name)
    unseen = [name for name in faint if found[name].surface is not None]
    if not unseen:
        return _Looked(found, None)

    def one_by_one():
        for name in unseen:
            yield others(name), tiles[name]
            forget(name)

    places = [faint[name] for name in unseen]
    common = alignment.common_coherence(one_by_one(), places, options)
    for name, pair in zip(unseen, one_by_one(), strict=True):
        match = alignment.found_near(pair, faint[name], common, options)
        if match is not None:
            found[name] = Seen(match, found[name].surface)
    return _Looked(found, common)
