"""A real scene is displaced by exactly what was drawn, and by nothing where it has no data."""

import json

import numpy as np
import pytest
from makers import displaced, read, texture, write_scene

import inject
from stackshift.simulate import injection


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.37, -0.81), (-2.6, 3.25), (5, -4)])
def test_displacement_is_that_of_a_fourier_shift(shift):
    log = np.log(texture(160, 180, seed=4, cutoff=0.6))
    found = injection.displaced(np.exp(log), shift)
    expected = displaced(log, *shift)
    inside = np.s_[35:-35, 35:-35]
    assert np.isfinite(found[inside]).all()
    error = np.log(found[inside]) - expected[inside]
    assert error.std() < 0.03 * expected.std()


def test_what_the_kernel_cannot_see_is_no_data():
    image = texture(120, 120)
    image[50:70, 50:70] = np.nan
    found = injection.displaced(image, (0.5, 0.25))
    reach = injection.REACH
    assert np.isnan(found[50:70, 50:70]).all()
    assert np.isnan(found[:reach]).all() and np.isnan(found[:, -reach:]).all()
    assert np.isfinite(found[reach + 2 : 48 - reach, reach + 2 : -reach - 2]).all()


def test_the_kernel_keeps_constants_and_whole_pixels():
    for fraction in (0.0, 0.25, 0.5, 0.9):
        assert injection.kernel(fraction).sum() == pytest.approx(1)
    assert injection.kernel(0.0)[injection.REACH] == pytest.approx(1)


def test_displacements_are_drawn_from_name_and_seed():
    drawn = np.array([injection.drawn(f"2022{i:04}", 1, 1.5) for i in range(500)])
    assert np.abs(drawn).max() <= 1.5
    assert drawn.std() == pytest.approx(1.5 / np.sqrt(3), rel=0.1)
    assert injection.drawn("a", 1, 1) == injection.drawn("a", 1, 1) != injection.drawn("a", 2, 1)


def test_the_stage_writes_the_scene_and_the_truth(tmp_path):
    image = texture(120, 140)
    scene = write_scene(tmp_path / "in.tif", image)
    inject.main(scene, tmp_path / "out.tif", "20220101T000000", 1.0, 3, tmp_path / "truth.json")
    truth = json.loads((tmp_path / "truth.json").read_text())
    expected = injection.displaced(image, (-truth["north"], truth["east"]))
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), expected)
    assert (truth["east"], truth["north"]) == injection.drawn("20220101T000000", 3, 1.0)
