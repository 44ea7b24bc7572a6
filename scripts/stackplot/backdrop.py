"""The ground on a map: where the tiles lie, which way north is, and a quicklook beneath."""

import math

import numpy as np

from stackshift.ground.geometry import on_the_map

SEA = "#e8eef4"  # where a picture has no data
FADED = 0.62  # of a picture's grey, so that arrows of all colours stand out


class Ground:
    """Where the tiles lie on the map, in kilometres (or degrees) of the grid's CRS."""

    def __init__(self, grid, unit: float | None, rows: list[int], columns_: list[int], pixels):
        """Edges of the tiles in pixels, and what a pixel is on the ground in each (column, row).

        ``unit`` is metres in a unit of the grid's CRS, None for degrees.
        """
        a, _, west, _, e, north = grid.transform
        geographic = unit is None
        scale = 1.0 if geographic else unit / 1000
        self.x = (west + a * np.asarray(columns_)) * scale
        self.y = (north + e * np.asarray(rows)) * scale
        self._steps, self._pixels = (a * scale, e * scale), pixels
        self.extent = (self.x[0], self.x[-1], self.y[-1], self.y[0])
        self.tile = min(abs(np.diff(self.x)).min(), abs(np.diff(self.y)).min())
        self.names = (
            ("longitude (degrees)", "latitude (degrees)")
            if geographic
            else ("easting (km)", "northing (km)")
        )
        middle = math.radians(sum(self.y[[0, -1]]) / 2)
        self.aspect = 1 / math.cos(middle) if geographic else 1.0

    def centre(self, columns_, rows) -> tuple[np.ndarray, np.ndarray]:
        """Map coordinates of tiles' centres."""
        x, y = (self.x[:-1] + self.x[1:]) / 2, (self.y[:-1] + self.y[1:]) / 2
        return x[np.asarray(columns_, int)], y[np.asarray(rows, int)]

    def inside(self, across: float, up: float) -> tuple[float, float]:
        """Map coordinates of a place in shares of the map, from its lower left corner."""
        left, right, bottom, top = self.extent
        return left + across * (right - left), bottom + up * (top - bottom)

    def along(self, columns_, rows, east, north) -> tuple[np.ndarray, np.ndarray]:
        """Directions of displacements in tiles on the map, as long as they are on the ground.

        A map's pixels may be turned against north, and longer one way than the other: what is
        displaced points where it does in the picture.

        Returns
        -------
        (to the right, up) as the picture is seen; in metres, as ``east`` and ``north`` are.
        """
        steps = self._steps[0], self._steps[1] * self.aspect
        cells = zip(columns_, rows, strict=True)
        found = [
            on_the_map(metres, self._pixels[cell], steps)
            for cell, *metres in zip(cells, east, north, strict=True)
        ]
        right, up = np.reshape(found, (-1, 2)).T
        return right, up

    def backdrop(self, axes, picture: str) -> None:
        """A quicklook under the arrows, a little faded, with the tiles' edges."""
        # Imported here, as the page that is explored draws nothing.
        from matplotlib.image import imread

        axes.set_facecolor(SEA)
        axes.imshow(
            _faded(imread(picture)), extent=self.extent, aspect=self.aspect,
            interpolation="antialiased",
        )  # fmt: skip
        axes.vlines(self.x, *self.y[[0, -1]], color="white", linewidth=0.3, alpha=0.6)
        axes.hlines(self.y, *self.x[[0, -1]], color="white", linewidth=0.3, alpha=0.6)
        axes.set_xlim(self.extent[:2])
        axes.set_ylim(self.extent[2:])


def _faded(image: np.ndarray) -> np.ndarray:
    """A grey picture with alpha, darkened."""
    grey = image[..., 0] * FADED
    return np.dstack([grey, grey, grey, image[..., -1]])
