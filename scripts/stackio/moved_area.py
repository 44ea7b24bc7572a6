"""What a scene was divided by, moved with it: the area of the map where its pixels came from.

Gamma0 was divided by the area where the scene lay. Once the scene is moved by minus its offset, a
pixel has the quotient from the place it came from, and so that place's area undoes it; the area at
the pixel's new place is what it is then compared with.
"""

import math

import numpy as np

from stackio import earth, raster
from stackshift.ground.geometry import Vector, to_pixels

# Tags tell a move to a millimetre.
_NONE = 1e-3


class MovedArea:
    """The area that belongs to a scene.

    Parameters
    ----------
    source : the layer as it lies on the map, open, on the stack's grid.
    move : (east, north) in metres by which the scene was moved; see `tags.move_of`.
    """

    def __init__(self, source, move: Vector):
        self.source, self.grid = source, raster.grid_of(source)
        self.down, self.right = 0.0, 0.0
        if math.hypot(*move) >= _NONE:
            self.down, self.right = to_pixels(move, earth.pixel_in_the_middle(self.grid))

    def part(self, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        """Rows and columns, each (first, the one after the last), float32, NaN = no data."""
        if not (self.down or self.right):
            return raster.read_part(self.source, rows, columns)[0]
        # Imported here, as most scenes lie where they were and SciPy takes its time.
        from stackshift.ground.resampling import HALO, Surface

        def around(wanted: tuple[int, int], by: float, size: int) -> tuple[int, int]:
            halo = HALO + math.ceil(abs(by))
            return max(0, wanted[0] - halo), min(size, wanted[1] + halo)

        down, right = (
            around(rows, self.down, self.grid.height),
            around(columns, self.right, self.grid.width),
        )
        image = raster.read_part(self.source, down, right)[0]
        at = np.arange(*rows) - down[0] - self.down, np.arange(*columns) - right[0] - self.right
        places = np.broadcast_arrays(at[0][:, None], at[1][None, :])
        return Surface(image).at(*places)
