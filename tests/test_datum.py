"""Offsets relative to the median or to a scene, and whether their errors are honest."""

import numpy as np
import pytest

from stackshift.errors import InputError
from stackshift.stack import datum, offsets
from stackshift.stack.zero import Zero


@pytest.mark.parametrize("spread", [0.0, 0.4, 4.0])
@pytest.mark.parametrize("count", [3, 4, 6, 12, 40])
def test_errors_of_offsets_from_the_median_are_honest(count, spread):
    """Scenes that lie alike, that differ by what their errors are, and that lie far apart."""
    random = np.random.default_rng([count, int(10 * spread)])
    errors, sigmas = [], []
    for _ in range(1600 // count):
        own = random.uniform(0.2, 0.6, count)
        true = 50 + random.normal(0, spread, count)
        found, sigma = datum.from_median(true + random.normal(0, own), own)
        errors.append(found - (true - np.median(true)))
        sigmas.append(sigma)
        assert np.median(found) == pytest.approx(0, abs=1e-12)
    errors, sigmas = np.concatenate(errors), np.concatenate(sigmas)
    # 1,600 values: a standard error of .018 and a little more, as they hang together.
    assert np.sqrt(np.mean(errors**2) / np.mean(sigmas**2)) == pytest.approx(1, abs=0.05)
    # The middle of few scenes that lie far apart has no error to speak of.
    sure = sigmas < 0.1
    # Of three that lie alike the one in the middle has less of an error than it knows.
    assert 0.83 < np.sqrt(np.mean((errors[~sure] / sigmas[~sure]) ** 2)) < 1.07
    assert np.abs(errors[sure]).max(initial=0) < 0.5


def test_the_error_of_the_median_in_numbers():
    # Three scenes far apart: the middle one is the median.
    found, sigma = datum.from_median([10.0, 30.0, 20.0], [0.3, 0.5, 0.4])
    assert list(found) == [-10, 10, 0]
    assert sigma == pytest.approx([0.5, np.hypot(0.5, 0.4), 0], rel=0.08, abs=1e-9)
    # Four: the mean of the middle two, each of which is half of it itself.
    found, sigma = datum.from_median([0.0, 20.0, 40.0, 60.0], np.full(4, 0.4))
    assert list(found) == [-30, -10, 10, 30]
    assert sigma == pytest.approx(0.4 * np.sqrt([1.5, 0.5, 0.5, 1.5]), rel=0.08)
    # 301 that lie alike: the median's variance is pi / 2 of the mean's, its covariance sigma^2 / n.
    own = np.random.default_rng(3).normal(0, 0.4, 301)
    _, sigma = datum.from_median(own, np.full(301, 0.4))
    expected = 0.4 * np.sqrt(1 + (np.pi / 2 - 2) / 301)
    assert np.sqrt(np.mean(sigma**2)) == pytest.approx(expected, rel=0.005)


def test_the_middle_scene_lies_at_zero_by_an_error_of_its_own():
    """Of scenes far apart it is the median: its distance from that is sure, its place is not."""
    values, sigmas = np.array([10.0, 30.0, 20.0]), np.array([0.3, 0.5, 0.4])
    found, errors = offsets.relative(values, sigmas, ["a", "b", "c"], None)
    assert list(found) == [-10, 10, 0]
    # Of three it is a third of their mean.
    assert errors[2] == pytest.approx(0.4 * np.sqrt(2 / 3))
    assert errors[:2] == pytest.approx(datum.from_median(values, sigmas)[1][:2])


def test_offsets_from_a_scene():
    found, sigma = datum.from_scene([1.0, 4.0, np.nan, 2.0], [0.3, 0.4, np.nan, 0.0], 1)
    np.testing.assert_allclose(found, [-3, 0, np.nan, -2])
    np.testing.assert_allclose(sigma, [0.5, 0, np.nan, 0.4])
    found, sigma = datum.from_scene([1.0, 4.0, np.nan], [0.3, 0.4, np.nan], 2)
    assert np.isnan(found).all() and np.isnan(sigma).all()


def test_errors_of_offsets_from_a_scene_are_honest():
    random = np.random.default_rng(4)
    z = []
    for _ in range(600):
        own = random.uniform(0.2, 0.6, 5)
        found, sigma = datum.from_scene(random.normal(0, own), own, 2)
        z.append(np.delete(found / np.where(sigma, sigma, 1), 2))
    assert np.sqrt(np.mean(np.square(z))) == pytest.approx(1, abs=0.06)


def test_scenes_without_an_offset_take_no_part():
    with_gap = datum.from_median([1.0, np.nan, 2.0, 4.0], [0.3, np.nan, 0.3, 0.3])
    without = datum.from_median([1.0, 2.0, 4.0], [0.3, 0.3, 0.3])
    for one, other in zip(with_gap, without, strict=True):
        assert np.isnan(one[1])
        np.testing.assert_array_equal(np.delete(one, 1), other)
    assert np.isnan(datum.from_median([np.nan], [np.nan])).all()
    np.testing.assert_allclose(datum.from_median([5.0], [0.3]), 0, atol=1e-12)
    for one, other in zip(datum.from_median([1.0, 1.0], [0.0, 0.0]), ([0, 0], [0, 0]), strict=True):
        assert list(one) == other


@pytest.mark.parametrize(
    ("given", "kind", "words", "absolute"),
    [
        (None, "stack", "the stack's median", False),
        ("stack", "stack", "the stack's median", False),
        ("20220115T134101", "scene", "the scene 20220115T134101", False),
        ("dem", "dem", "the DEM", True),
        ("other/{stack}/template.tif", "image", "the image template.tif", True),
        ("results/A/VV/template/template.tif", "image", "the median of A VV's template", True),
        (
            "/x/{stack}/{polarization}/template/template.tif",
            "image",
            "a template's median",
            True,
        ),
        ("../A/{polarization}/template/template.tif", "image", "the median of A's template", True),
        ("template/template.tif", "image", "a template's median", True),
        (f"{'a' * 16}{'b' * 30}.tif", "image", f"the image {'a' * 16}...{'b' * 12}.tif", True),
    ],
)
def test_what_offsets_are_relative_to(given, kind, words, absolute):
    zero = Zero.of(given)
    assert (zero.kind, zero.words, zero.absolute) == (kind, words, absolute)
    assert zero.scene == (given if kind == "scene" else None)


def test_a_misspelt_reference_is_told():
    with pytest.raises(InputError, match=r"'dme' is no scene .* did you mean 'dem'\?"):
        Zero.of("dme")


def test_errors_of_what_all_scenes_share_stay_with_them():
    offsets, errors = datum.from_outside([1.0, np.nan, 3.0], [0.1, np.nan, 0.5], 0.2)
    np.testing.assert_array_equal(offsets, [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(errors, [0.2, np.nan, 0.5])
