"""Gaps of tiles: how wide they are, the weight that they leave, and what holes are filled with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from stackshift.tile import gaps


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(0, 12), st.integers(1, 40), st.integers(1, 40))
def test_growing_a_mask_is_a_dilation(seed, radius, rows, columns):
    mask = np.random.default_rng(seed).random((rows, columns)) < 0.02
    expected = ndimage.maximum_filter(mask, 2 * radius + 1, mode="constant", cval=0)
    np.testing.assert_array_equal(gaps.grown(mask, radius), expected)


def test_a_gap_is_wide_from_15_pixels_on():
    missing = np.zeros((100, 100), bool)
    missing[10:24, 10:24] = True
    missing[50:65, 40:90] = True
    missing[80, 5:60] = True
    expected = np.zeros_like(missing)
    expected[50:65, 40:90] = True
    np.testing.assert_array_equal(gaps.wide_gaps(missing), expected)


def test_weight_fades_out_before_a_gap():
    gap = np.zeros((100, 120), bool)
    gap[:, :30] = True
    weight = gaps.gap_weight(gap)
    assert (weight[:, : 30 + gaps.MARGIN] == 0).all()
    assert (weight[:, 30 + 2 * gaps.MARGIN :] == 1).all()
    assert (np.diff(weight, axis=1) >= 0).all()
    assert np.diff(weight, axis=1).max() < 0.25


@pytest.mark.parametrize("axis", [0, 1])
def test_the_weight_beside_a_straight_gap_is_a_cosine(axis):
    gap = np.zeros((100, 120), bool)
    gap[(slice(None), slice(40, 60))[:: 2 * axis - 1]] = True
    # Nothing within 8 pixels of the gap, half after 4 more, all after another 4.
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, 9) / 8)
    size = gap.shape[axis]
    expected = np.ones(size)
    expected[40 - 8 : 60 + 8] = 0
    expected[40 - 16 : 40 - 8] = ramp[::-1]
    expected[60 + 8 : 60 + 16] = ramp
    weight = gaps.gap_weight(gap)
    expected = expected[:, None] if axis == 0 else expected[None]
    np.testing.assert_allclose(weight, np.broadcast_to(expected, gap.shape), atol=1e-6)
    np.testing.assert_array_equal(gaps.gap_weight(np.zeros((30, 40), bool)), np.ones((30, 40)))


def test_the_surroundings_of_a_mask_end_at_its_margin_or_the_edge():
    mask = np.zeros((50, 60), bool)
    mask[20, 30] = mask[25, 33] = True
    assert gaps.surroundings(mask, 4) == (slice(16, 30), slice(26, 38))
    rows, columns = gaps.surroundings(mask, 31)
    assert mask[rows, columns].shape == (50, 60)
    assert gaps.surroundings(np.zeros((5, 6), bool), 3) == (slice(0, 0), slice(0, 0))


@pytest.mark.parametrize("at", [(10, 12), (0, 0), (19, 24), (0, 7), (12, 24)])
def test_a_hole_is_the_weighted_mean_of_the_twelve_pixels_around_it(at):
    values = np.random.default_rng(1).normal(size=(20, 25)).astype(np.float32)
    hole = np.zeros(values.shape, bool)
    hole[at] = True
    padded, total, weights = np.pad(values, 2, mode="edge"), 0.0, 0.0
    known = np.pad(~hole, 2, mode="edge")
    for down, right in ((1, 0), (1, 1), (2, 0)):
        # A quarter turn at a time.
        for _ in range(4):
            down, right = right, -down
            where = at[0] + 2 + down, at[1] + 2 + right
            share = np.exp(-(down**2 + right**2) / 2) * known[where]
            total, weights = total + share * padded[where], weights + share
    filled = np.where(hole, np.float32(7), values)
    gaps.fill_holes(filled, ~hole, hole)
    assert filled[at] == pytest.approx(total / weights, rel=1e-5)


def test_holes_are_filled_from_their_surroundings_and_nothing_else_changes():
    row, column = np.indices((60, 70))
    plane = (0.03 * row - 0.02 * column + 1).astype(np.float32)
    valid = np.random.default_rng(0).random(plane.shape) > 0.05
    valid[20:31, 30:41] = False
    values = np.where(valid, plane, np.float32(99))
    gaps.fill_holes(values, valid, ~valid)
    np.testing.assert_array_equal(values[valid], plane[valid])
    small = ~valid.copy()
    small[18:33, 28:43] = False
    assert np.abs(values - plane)[small].max() < 0.06
    assert np.abs(values - plane)[20:31, 30:41].max() < 0.25


def test_a_tile_without_any_valid_pixel_stays_as_it_is():
    values = np.zeros((20, 20), np.float32)
    gaps.fill_holes(values, np.zeros((20, 20), bool), np.ones((20, 20), bool))
    assert (values == 0).all()


def test_what_is_filled_is_filled_once_and_from_values_alone():
    """Of a hole five pixels wide the rim comes from outside, and then the middle from the rim."""
    values = np.zeros((15, 15), np.float32)
    values[:, :5], values[:, 10:] = 1, 2
    hole = np.zeros(values.shape, bool)
    hole[:, 5:10] = True
    gaps.fill_holes(values, ~hole, hole)
    # Pixels up to two columns from a side see that side alone.
    np.testing.assert_allclose(values[:, 5:7], 1)
    np.testing.assert_allclose(values[:, 8:10], 2)
    np.testing.assert_allclose(values[:, 7], 1.5)
