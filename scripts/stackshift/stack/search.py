"""A scene tile by tile against the mean of the others: each by itself, or where the rest is."""

import logging
from collections.abc import Callable

import numpy as np

from stackshift.stack.alignment import Cell, Seen, found_near, seen, whereabouts
from stackshift.tile import near
from stackshift.tile.match import FAILED, NO_MATCH, OK, Match
from stackshift.tile.refinement import falling
from stackshift.tile.scaled import Tile

# Fewer tiles than this scatter too little to tell what change of the ground adds to their errors:
# then their quarters tell.
ENOUGH_TILES = 9


class Search:
    """The tiles of a scene, one after the other: matched by itself, or where its others are.

    Parameters
    ----------
    options : keyword arguments of `coherence.match`.
    scene : its name, for the log.
    """

    def __init__(self, options: dict, scene: str = "a scene"):
        self._options, self._scene = options, scene
        self._seen: dict[Cell, Seen] = {}
        self._expected = (0, 0)

    def look(
        self, cell: Cell, tiles: tuple[Tile, Tile], folded: tuple[complex, complex] = (1.0, 1.0)
    ) -> None:
        """Match a tile by itself.

        Parameters
        ----------
        cell : (row, column).
        tiles : the mean of the others, and the scene.
        folded : of the mean, as for `coherence.match`.
        """
        options = self._options | {"expected": self._expected, "folded": folded}
        self._seen[cell] = found = self._whatever(cell, tiles, options)
        if found.match.status == OK:
            self._expected = found.match.expected

    def _whatever(self, cell: Cell, tiles: tuple[Tile, Tile], options: dict) -> Seen:
        # One odd tile must not cost the others of the scene; the log keeps what happened.
        try:
            return seen(tiles, options)
        except Exception as error:
            logging.exception("tile %d_%d of %s failed", *cell, self._scene)
            return Seen(Match.rejected(FAILED, f"{type(error).__name__}: {error}"))

    def found(
        self, load: Callable[[Cell], tuple[Tile, Tile]], common: dict[Cell, np.ndarray]
    ) -> dict[Cell, Match]:
        """What became of each tile that was looked at, faint ones where the scene is.

        Parameters
        ----------
        load : gives the mean of the others and the scene in a tile again.
        common : coherence in each bin of faint tiles from many scenes, where it is known.
        """
        place, agree = whereabouts(self._seen.values(), self._options["min_psr"])
        found = {cell: tile.match for cell, tile in self._seen.items()}
        for cell, tile in self._seen.items():
            if agree and place is not None and tile.surface is not None:
                near_it = found_near(load(cell), place, common.get(cell), self._options)
                found[cell] = near_it or found[cell]
            elif place is None and tile.match.status == OK:
                found[cell] = Match.rejected(
                    NO_MATCH,
                    "matched, but nearly all other tiles of the scene were not: by chance",
                    quality=tile.match.quality,
                    coherence=tile.match.coherence,
                )
        return found


def measured(
    load: Callable[[Cell], tuple[Tile, Tile]],
    cells: list[Cell],
    common: dict[Cell, np.ndarray],
    options: dict,
) -> dict[Cell, Match]:
    """The same for all tiles of a scene at once.

    Parameters
    ----------
    load : gives the mean of the others and the scene in a tile.
    cells : (row, column) of all tiles.
    common, options : as in `Search`.
    """
    search = Search(options)
    for cell in cells:
        search.look(cell, load(cell))
    return search.found(load, common)


def quarters(tiles: tuple[Tile, Tile], match: Match, options: dict) -> list[Match]:
    """The four quarters of a tile, each measured near where the whole tile was.

    What changes on the ground reaches over many pixels, and so shows in how quarters differ.

    Parameters
    ----------
    tiles : of the mean and of the scene.
    match : of the whole tile.

    Returns
    -------
    Those that were found, of at most four.
    """
    place = -np.array(match.shift)
    placed = near.placed_spectra(tiles, place, options)
    if placed is None:
        return []
    spectra, whole = placed
    common = falling(near.raw_coherence(spectra, place - whole), spectra.band)
    found = []
    for rows in _halves(tiles[0].shape[0]):
        for columns in _halves(tiles[0].shape[1]):
            cut = tiles[0].part(rows, columns), tiles[1].part(rows, columns)
            one = found_near(cut, (place[0], place[1]), common, options)
            if one is not None and one.status == OK:
                found.append(one)
    return found


def _halves(size: int) -> tuple[slice, slice]:
    return slice(0, size // 2), slice(size // 2, size)
