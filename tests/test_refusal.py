"""Tiles that cannot be matched: refused with the reason, where the parameters say."""

import numpy as np
import pytest
from makers import texture
from twotiles import noisy, pair, spectra_of

from stackshift.tile import coherence, match, peak


def test_too_little_in_common_is_refused_where_the_parameter_says():
    reference, secondary = pair((100, 100), (0, 0), 4)
    reference[:, 50:] = np.nan
    assert coherence.match(reference, secondary, min_valid=0.5).status == match.OK
    found = coherence.match(reference, secondary, min_valid=0.51)
    assert found.status == match.TOO_MANY_NAN
    assert found.message == "50.0 % of the pixels are valid in both tiles, fewer than 51 %"
    # The default is a tenth, whatever the pattern.
    scattered = np.full((100, 100), np.nan, np.float32)
    scattered[::4, ::3], scattered[0] = secondary[::4, ::3], np.nan
    assert np.isfinite(scattered).mean() < 0.1
    assert coherence.match(scattered, secondary).status == match.TOO_MANY_NAN


def test_strips_too_narrow_for_a_weight_are_refused():
    reference, secondary = pair((100, 100), (0, 0), 4)
    reference[:, np.arange(100) % 30 < 20] = np.nan
    found = coherence.match(reference, secondary)
    assert (found.status, found.message[:5]) == (match.TOO_MANY_NAN, "0.0 %")


def test_too_little_in_common_after_a_large_displacement_is_refused():
    reference, secondary = pair((100, 100), (0, 12), 4)
    reference[:, 50:] = secondary[:, 50:] = np.nan
    # 88 columns are shared, of which 38 are valid in both, and 12 more fade out.
    assert coherence.match(reference, secondary, min_valid=26 / 88).status == match.OK
    found = coherence.match(reference, secondary, min_valid=26 / 88 + 0.001)
    assert (found.status, found.message[:6]) == (match.TOO_MANY_NAN, "29.5 %")


@pytest.mark.parametrize("displacement", [(0.2, 0.4), (5.2, -3.4)])
def test_gates_open_at_the_value_that_is_found(displacement):
    tiles = pair((100, 100), displacement, 4)
    found = coherence.match(*tiles)
    worst = max(found.sigma)
    assert coherence.match(*tiles, max_sigma=worst) == found
    refused = coherence.match(*tiles, max_sigma=0.999 * worst)
    assert (refused.status, refused.shift, refused.sigma) == (match.LOW_QUALITY, None, None)
    assert (refused.quality, refused.coherence) == (found.quality, found.coherence)
    # The peak of tiles that overlap less is lower before they are cut to what they share.
    _, before = peak.coarse_peak(spectra_of(*tiles, bins=16).low, 32)
    lowest = min(before, found.quality)
    assert coherence.match(*tiles, min_psr=lowest) == found
    refused = coherence.match(*tiles, min_psr=1.001 * lowest)
    assert (refused.status, refused.shift) == (match.NO_MATCH, None)
    assert refused.quality == lowest


def test_a_peak_that_fades_or_has_no_maximum_is_refused(monkeypatch):
    tiles = pair((100, 100), (5.2, -3.4), 4)
    with monkeypatch.context() as patch:
        patch.setattr(coherence, "refine", lambda *_: None)
        found = coherence.match(*tiles)
        assert (found.status, found.shift) == (match.NO_MATCH, None)
        assert "no stable maximum" in found.message and found.quality > 8
    # Once the tiles are cut to what they share, the search is for two pixels.
    monkeypatch.setattr(
        coherence,
        "coarse_peak",
        lambda given, radius: (peak.coarse_peak(given, 32)[0], 3.0 if radius == 2 else 20.0),
    )
    found = coherence.match(*tiles)
    assert (found.status, found.shift, found.quality) == (match.NO_MATCH, None, 3.0)


def test_a_peak_beyond_the_search_radius_is_said_so():
    reference, secondary = pair((160, 180), (13.0, 0.0))
    found = coherence.match(reference, secondary, search_radius=12)
    assert (found.status, found.shift, found.sigma) == (match.SEARCH_LIMIT, None, None)
    assert "search_radius" in found.message


@pytest.mark.parametrize("displacement", [(40.3, 0.0), (5.0, -70.4)])
def test_a_peak_far_beyond_the_search_radius_is_said_so(displacement):
    found = coherence.match(*pair((200, 200), displacement, 3, looks=5))
    assert (found.status, found.shift) == (match.SEARCH_LIMIT, None)
    away = round(max(map(abs, displacement)))
    assert f"{away} pixels away, beyond the search radius of 32; raise search" in found.message
    assert found.quality > 8


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_inverted_contrast_is_said_so(share):
    random = np.random.default_rng(3)
    log = np.log(texture(160, 160, 1))
    log -= log.mean()
    inverted = np.kron(random.permutation(64).reshape(8, 8) < share * 64, np.ones((20, 20)))
    other = np.where(inverted, -log, log)
    found = coherence.match(noisy(np.exp(log), 5, 1), noisy(np.exp(other), 5, 2))
    assert (found.status, found.shift) == (match.NO_MATCH, None)
    assert "inverted contrast" in found.message


def test_tiles_that_match_are_not_searched_beyond_the_radius(monkeypatch):
    def never(*_):
        raise AssertionError("searched twice")

    monkeypatch.setattr(coherence, "no_peak", never)
    assert coherence.match(*pair((100, 100), (0.3, 0.2))).status == match.OK


def constant(value):
    return np.full((64, 64), value, np.float32)


@pytest.mark.parametrize(
    ("tile", "status"),
    [
        (constant(np.nan), match.TOO_MANY_NAN),
        (constant(0), match.TOO_MANY_NAN),
        (constant(-3), match.TOO_MANY_NAN),
        (constant(np.inf), match.TOO_MANY_NAN),
        (constant(1), match.NO_MATCH),
        (texture(64, 64)[:31], match.TOO_SMALL),
    ],
)
def test_what_cannot_be_matched_has_a_status(tile, status):
    for other in (tile, texture(64, 64, 3)[: tile.shape[0]]):
        found = coherence.match(tile, other)
        assert (found.status, found.shift) == (status, None), found


def test_a_tile_of_31_pixels_is_too_small_and_one_of_32_is_not():
    reference, secondary = pair((32, 70), (0.2, 0.3), 4)
    assert coherence.match(reference, secondary).status == match.OK
    found = coherence.match(reference[:31], secondary[:31])
    assert (found.status, found.message) == (
        match.TOO_SMALL, "31 x 70 pixels, fewer than 32 a side"
    )  # fmt: skip
    assert coherence.match(reference[:, :31], secondary[:, :31]).status == match.TOO_SMALL
