"""How many tiles a grid is cut into, by hand."""

import pytest
from makers import NORTH, WEST

from stackflow.tiling import tiles_for
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid

UNSAID = {"rows": None, "columns": None}


def grid(rows, columns):
    return Grid("EPSG:32611", (30.0, 0.0, 0.0, 0.0, -30.0, 0.0), columns, rows)


@pytest.mark.parametrize(
    ("size", "asked", "expected"),
    [
        ((4096, 5000), UNSAID, (8, 8)),
        ((1024, 1023), UNSAID, (8, 7)),
        ((300, 100), UNSAID, (2, 1)),
        ((100, 100), UNSAID, (1, 1)),
        ((100, 100), {"rows": 3, "columns": None}, (3, 1)),
        ((4096, 4096), {"rows": 16, "columns": 128}, (16, 128)),
    ],
)
def test_eight_by_eight_or_as_many_as_leave_128_pixels(size, asked, expected):
    assert tiles_for(grid(*size), asked, "coherence") == expected


def test_tiles_that_are_too_small_are_refused_with_the_largest_cut_that_fits():
    with pytest.raises(InputError, match=r"12 x 12 each.* 32 a side; \{rows: 3, columns: 3\}"):
        tiles_for(grid(100, 100), {"rows": 8, "columns": 8}, "coherence")
    with pytest.raises(InputError, match=r"\{rows: 2, columns: 6\} is the largest"):
        tiles_for(grid(100, 200), {"rows": 2, "columns": 7}, "coherence")
    assert tiles_for(grid(100, 100), {"rows": 8, "columns": 8}, "cross_correlation") == (8, 8)
    with pytest.raises(InputError, match="20 x 500 pixels"):
        tiles_for(grid(20, 500), UNSAID, "coherence")


def test_tiles_fit_or_the_largest_cut_is_named():
    def grid(height, width):
        return Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), width, height)

    nothing, many = {"rows": None, "columns": None}, {"rows": 8, "columns": 8}
    assert tiles_for(grid(100, 100), nothing, "coherence") == (1, 1)
    assert tiles_for(grid(400, 3000), nothing, "coherence") == (3, 8)
    with pytest.raises(InputError, match="is the largest cut that fits"):
        tiles_for(grid(100, 100), many, "coherence")
