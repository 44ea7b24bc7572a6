"""A ground that is known everywhere, and how far an image of it is displaced."""

import numpy as np
from makers import NORTH, POSTING, WEST
from rasterio.transform import Affine

from stackshift.ground.lattice import Grid

GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 120, 90)
# Of 5 to 40 pixels, in UTM metres.
RANDOM = np.random.default_rng(1)
WAVES = [
    (2 * np.pi / (POSTING * length) * np.array([np.cos(angle), np.sin(angle)]), phase)
    for length, angle, phase in zip(
        RANDOM.uniform(5, 40, 60),
        RANDOM.uniform(0, np.pi, 60),
        RANDOM.uniform(0, 6, 60),
        strict=True,
    )
]


def ground(x, y):
    return sum(2 + np.cos(k[0] * x + k[1] * y + phase) for k, phase in WAVES)


def centres(transform, rows, columns):
    column, row = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    return transform.c + transform.a * column, transform.f + transform.e * row


def displacement(image, rows, columns):
    """Displacement in pixels (east, south) of an image against the known ground, least squares."""
    x, y = centres(Affine(*GRID.transform), rows, columns)
    step = 0.01 * POSTING
    east = (ground(x + step, y) - ground(x - step, y)) / 0.02
    south = (ground(x, y - step) - ground(x, y + step)) / 0.02
    inside = np.isfinite(image)
    design = np.stack([-east[inside], -south[inside]], axis=1)
    return np.linalg.lstsq(design, (image - ground(x, y))[inside], rcond=None)[0]
