"""The mean of a stack without one of its scenes, which would be matched with itself otherwise."""

import numpy as np

from stackshift.stack.mean_image import MeanImage
from stackshift.tile.placing import moved, still
from stackshift.tile.scaled import Remainder, Tile


def folded_in(
    places: dict[str, tuple[float, float]], weight: dict[str, float], without: str = ""
) -> tuple[complex, complex]:
    """How detail finer than a pixel adds up in a mean of scenes; see ``folded`` of `match`.

    Parameters
    ----------
    places : of the scenes that have data there, with what a warp took out of them before, (rows,
        columns) in pixels.
    weight : of each in the mean.
    without : a scene that is left out.

    Returns
    -------
    (rows, columns), complex, of absolute value 1 at most.
    """
    names = [name for name in places if name != without]
    if not names:
        return 1.0, 1.0
    turns = np.exp(2j * np.pi * np.array([places[name] for name in names]))
    rows, columns = np.average(turns, axis=0, weights=[weight.get(name, 1.0) for name in names])
    return complex(rows), complex(columns)


class Others:
    """The mean of some scenes in a tile, and what is left of it without one of them.

    Parameters
    ----------
    image : the mean, which must not change.
    known : where it is known, if not everywhere.
    """

    def __init__(self, image: MeanImage, known: np.ndarray | None = None):
        self._known = known
        self.mean = self._where_known(image.mean())
        # Where all pixels have the same scenes and weights the rest is a difference of two spectra.
        even = self.mean.complete and all(
            part.min() == part.max() for part in (image.scenes, image.weight)
        )
        self._image = None if even else image
        self._plenty = image.plenty()
        self._scenes = int(image.scenes[0, 0]) if even else 0
        self._weight = float(image.weight[0, 0]) if even else 0.0

    def without(self, own: Tile, level: float, weight: float) -> Tile:
        """The mean without a scene, as it was added: where, how much brighter, with what weight."""
        if self._image is None and own.complete and self._scenes > 1:
            return Remainder(self.mean, own, weight / (self._weight - weight), level)
        image = self._image or self._evenly()
        return self._where_known(image.mean_without(own, level, weight, self._plenty))

    def _evenly(self) -> MeanImage:
        """The mean image again: scenes may share an even tile out among them."""
        values = self.mean.values
        parts = np.full_like(values, self._weight), np.full_like(values, self._scenes)
        return MeanImage(values * np.float32(self._weight), *parts)

    def _where_known(self, tile: Tile) -> Tile:
        return tile if self._known is None else Tile(tile.values, tile.valid & self._known)


class OfTemplate:
    """A tile of a template as it was written, and what is left of it without one of its scenes.

    Parameters
    ----------
    bands : of the template in this tile, (3, rows, columns) as for `MeanImage.from_bands`.
    made : the JSON of the template: ``members`` and, of each of its ``tiles``, ``level``,
        ``levels`` and ``weights``.
    cell : (row, column) of the tile.
    transform : as in `mean_image.decibels`.
    """

    def __init__(self, bands: np.ndarray, made: dict, cell: tuple[int, int], transform: str):
        self._members = made["members"]
        # Without members no tile was written.
        self._said: dict = next(
            (tile for tile in made["tiles"] if (tile["row"], tile["column"]) == cell),
            {"level": 0.0, "levels": {}, "weights": {}},
        )
        image = MeanImage.from_bands(bands, self._said["level"], transform)
        self._others = Others(image, np.isfinite(bands[0]))

    def folded(self, scene: str) -> tuple[complex, complex]:
        """`folded_in` of what is left of the template in this tile without a scene."""
        places = {
            name: (
                self._members[name]["row"] + self._members[name].get("warp_row", 0.0),
                self._members[name]["column"] + self._members[name].get("warp_column", 0.0),
            )
            for name in self._said["levels"]
        }
        return folded_in(places, self._said["weights"], scene)

    def without(self, scene: str, own: Tile) -> Tile:
        """The template without what a scene itself put into it, less the template's ``level``.

        Parameters
        ----------
        scene : its name.
        own : its tile, from `scaled.transformed`.
        """
        # A member without a pixel in this tile has put nothing into it.
        if scene not in self._said["levels"]:
            return self._others.mean
        place = self._members[scene]
        there = moved(own, (place["row"], place["column"]), still(len(self._members)))
        return self._others.without(
            there, self._said["levels"][scene], self._said["weights"][scene]
        )
