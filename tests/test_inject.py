"""A real scene is displaced by exactly what was drawn, and by nothing where it has no data."""

import json

import numpy as np
import pytest
import rasterio
from makers import NORTH, WEST, displaced, read, texture, write_scene

import inject
from stackio import raster, writing
from stackio.tags import tags_of, warp_of
from stackshift.ground.lattice import Grid
from stackshift.simulate import injection, simulation
from stackshift.tile import coherence


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
    inject.main(
        scene, tmp_path / "out.tif", "20220101T000000", 1.0, None, 3, tmp_path / "truth.json"
    )
    truth = json.loads((tmp_path / "truth.json").read_text())
    expected = injection.displaced(image, (truth["rows"], truth["columns"]))
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), expected)
    assert (truth["columns"], -truth["rows"]) == injection.drawn("20220101T000000", 3, 1.0)
    assert truth["kind"] == "interpolated"


@pytest.mark.parametrize("boxes", [None, 3])
def test_the_stage_tells_the_matching_what_interpolation_moved(tmp_path, boxes):
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 140, 120)
    with writing.create(tmp_path / "in.tif", grid, {"warp": "0.25 -0.5"}) as target:
        writing.write_rows(target, 0, texture(120, 140))
    out, said = tmp_path / "out.tif", tmp_path / "truth.json"
    inject.main(tmp_path / "in.tif", out, "20220101T000000", 1.0, boxes, 3, said)
    truth = json.loads(said.read_text())
    with raster.open_scene(out) as source:
        found = warp_of(tags_of(source))
    if boxes:
        assert found == (0, 0)
    else:
        # What was moved north by interpolation was taken out to the south.
        expected = 0.25 - truth["rows"], -0.5 - truth["columns"]
        assert found == pytest.approx(expected, abs=1e-6)


def test_interpolated_scenes_of_fine_ground_come_out_where_they_were_put():
    """No pull is taken out that interpolation did not bring."""
    errors = []
    for seed in range(4):
        ground = np.exp(0.9 * simulation.power_law((520, 520), 0.8, np.random.default_rng(seed)))
        random = np.random.default_rng((seed, 1))
        first, second = (
            injection.boxed(ground * random.standard_gamma(1, ground.shape), 4, (0, 0))
            for _ in "ab"
        )
        before = coherence.match(first, second).shift
        moved = injection.displaced(second, (0.25, -0.25))
        after = coherence.match(first, moved, moved=(-0.25, 0.25)).shift
        errors.append(np.subtract(after, before) - (-0.25, 0.25))
    assert np.abs(np.mean(errors, axis=0)).max() < 0.01


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("shift", [(0, 0), (1, -1), (-1, 1)])
def test_boxes_are_means_of_displaced_pixels(size, shift):
    image = np.arange(1, 42 * 61 + 1, dtype=np.float32).reshape(42, 61)
    found = injection.boxed(image, size, shift)
    assert found.shape == (-(-42 // size), -(-61 // size))
    for row in range(found.shape[0]):
        for column in range(found.shape[1]):
            values = [
                image[r - shift[0], c - shift[1]]
                for r in range(row * size, (row + 1) * size)
                for c in range(column * size, (column + 1) * size)
                if 0 <= r - shift[0] < 42 and 0 <= c - shift[1] < 61
            ]
            if 2 * len(values) < size**2:
                assert np.isnan(found[row, column])
            else:
                assert found[row, column] == pytest.approx(np.mean(values), rel=1e-6)


def test_a_box_with_less_than_half_of_its_pixels_is_no_data():
    image = np.full((9, 9), 2.0, np.float32)
    image[0:2, 0:3] = np.nan  # 3 of 9 are left
    image[3:5, 3:5] = np.nan  # 5 of 9 are left
    image[5, 5] = 11.0
    found = injection.boxed(image, 3, (0, 0))
    assert np.isnan(found[0, 0]) and np.isnan(found).sum() == 1
    assert found[1, 1] == pytest.approx((4 * 2 + 11) / 5)


def test_boxes_are_displaced_by_whole_pixels_drawn_from_name_and_seed():
    drawn = np.array([injection.drawn_whole(f"2022{i:04}", 1, 3) for i in range(500)])
    assert set(drawn.ravel()) == {-2, -1, 0, 1, 2}
    assert np.abs(drawn.mean(0)).max() < 0.2
    assert injection.drawn_whole("a", 1, 3) == injection.drawn_whole("a", 1, 3)


def test_the_stage_writes_boxes_on_a_coarser_grid_from_the_same_corner(tmp_path):
    image = texture(120, 140)
    scene = write_scene(tmp_path / "in.tif", image)
    inject.main(scene, tmp_path / "out.tif", "20220101T000000", 1.0, 3, 1, tmp_path / "truth.json")
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["kind"] == "boxes"
    with rasterio.open(tmp_path / "out.tif") as source:
        assert source.shape == (40, 47)
        assert tuple(source.transform)[:6] == (90, 0, WEST, 0, -90, NORTH)
    np.testing.assert_array_equal(
        read(tmp_path / "out.tif"), injection.boxed(image, 3, (truth["rows"], truth["columns"]))
    )


def test_what_was_put_in_with_boxes_is_where_it_should_be():
    """The estimator sees the displacement with the sign and size of the truth."""
    image = texture(390, 390, seed=2, cutoff=0.2)
    pair = [injection.boxed(image, 3, shift) for shift in ((0, 0), (2, -1))]
    found = coherence.match(*pair)
    # A secondary that lies 2/3 south and 1/3 west has to go back.
    assert found.shift == pytest.approx((-2 / 3, 1 / 3), abs=0.02)
