"""Each scene against an image that is none of the stack: a DEM's area, a mosaic, another stack.

The image has no speckle of the scene's, and knows nothing of its masks; its contrast may be the
opposite one, as of an optical image, and nonlinear, which the coherence of each frequency allows
for and the standard errors show.
"""

from collections.abc import Callable
from dataclasses import dataclass

from stackshift.stack import holes, search
from stackshift.stack.alignment import Cell
from stackshift.tile.match import OK, Match
from stackshift.tile.scaled import Tile

SAME, INVERTED = "same", "inverted"


@dataclass(frozen=True)
class Found:
    """What became of each tile, and the contrast in which the image was matched."""

    matches: dict[Cell, Match]
    contrast: str

    @property
    def inverted(self) -> bool:
        """Whether what is bright in the scene is dark in the image."""
        return self.contrast == INVERTED

    @property
    def evidence(self) -> float:
        """How much all tiles that count stand out, squared standard deviations."""
        return sum((m.quality or 0.0) ** 2 for m in self.matches.values() if m.status == OK)


def turned(tiles: tuple[Tile, Tile], contrast: str | None) -> tuple[Tile, Tile]:
    """(image, scene) with the image's contrast inverted, if it is to be."""
    image, scene = tiles
    return (Tile(-image.values, image.valid) if contrast == INVERTED else image), scene


def measured(
    load: Callable[[Cell], tuple[Tile, Tile]],
    cells: list[Cell],
    options: dict,
    either_way: bool = False,
) -> Found:
    """What became of each tile of a scene.

    Parameters
    ----------
    load : gives the image and the scene in a tile.
    cells : (row, column) of all tiles.
    options : keyword arguments of `coherence.match`.
    either_way : whether the contrast may be inverted: all tiles of the scene are then matched both
        ways, and the way in which they stand out more counts for all of them. The area of a DEM is
        bright where the scene is, by physics: what looks inverted there is refused.
    """
    found = [
        _measured(load, cells, options, contrast) for contrast in (SAME, INVERTED)[: 1 + either_way]
    ]
    return max(found, key=lambda one: one.evidence)


def _measured(load, cells: list[Cell], options: dict, contrast: str) -> Found:
    def tiles(cell: Cell) -> tuple[Tile, Tile]:
        return turned(load(cell), contrast)

    matches = search.measured(tiles, cells, {}, options)
    for cell, match in matches.items():
        if match.status == OK:
            matches[cell] = _without_holes(tiles(cell), match, options)
    return Found(matches, contrast)


def _without_holes(tiles: tuple[Tile, Tile], match: Match, options: dict) -> Match:
    image, scene = tiles
    if scene.complete:
        return match
    return holes.measured(image, scene, match, options)
