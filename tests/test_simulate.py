"""A simulated stack has the offsets, speckle, extents and wedges that it says it has."""

import csv

import numpy as np
import pytest
import rasterio
import snyder
from makers import displaced

import simulate
import truth
from stackshift.simulate import simulated_stack, simulation

SETTINGS = {
    "scenes": 4,
    "start": "20240106T052301",
    "days": 12,
    "rows": 200,
    "columns": 240,
    "posting": 30.0,
    "looks": 5,
    "scenario": "mixed",
    "offset_sigma": 0.2,
    "displaced": [{"scene": 2, "east": 5, "north": -3}],
    "moving": [],
    "seed": 3,
}
SCENES = ["20240106T052301", "20240118T052301", "20240130T052301", "20240211T052301"]


def test_truth_is_a_row_a_scene_in_metres(tmp_path):
    truth.main(SETTINGS, tmp_path / "truth.csv")
    rows = list(csv.DictReader((tmp_path / "truth.csv").read_text().splitlines()))
    assert [row["scene"] for row in rows] == SCENES
    east, north = np.array([[row["offset_east"], row["offset_north"]] for row in rows], float).T
    assert 130 < east[2] < 170 and -110 < north[2] < -70
    others = [0, 1, 3]
    assert 0 < np.abs(east[others]).max() < 25 and 0 < np.abs(north[others]).max() < 25


def test_truth_is_to_true_east_and_north_on_the_ground(tmp_path):
    truth.main(SETTINGS, tmp_path / "truth.csv")
    rows = list(csv.DictReader((tmp_path / "truth.csv").read_text().splitlines()))
    # The middle of 200 x 240 pixels; north is 1.26 degrees off the grid's there.
    pixel = snyder.utm(300_000 + 120 * 30, 3_900_000 - 100 * 30)
    for row in rows:
        right, up = simulated_stack.scene_offsets(SETTINGS)[row["scene"]]
        found = float(row["offset_east"]), float(row["offset_north"])
        assert found == pytest.approx(snyder.metres(pixel, -up, right), abs=2e-6)


def test_one_scene_more_changes_no_other():
    more = SETTINGS | {"scenes": 9}
    offsets = simulated_stack.scene_offsets(more)
    for scene, offset in simulated_stack.scene_offsets(SETTINGS).items():
        assert offsets[scene] == offset


def test_offsets_have_the_standard_deviation_that_was_asked_for():
    many = SETTINGS | {"scenes": 800, "days": 1, "displaced": [], "offset_sigma": 0.5}
    offsets = np.array(list(simulated_stack.scene_offsets(many).values()))
    assert offsets.std() == pytest.approx(0.5, rel=0.05)
    assert abs(offsets.mean()) < 0.05


def centroid(image):
    row, column = np.indices(image.shape)
    return (row * image).sum() / image.sum(), (column * image).sum() / image.sum()


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.25, -1.5), (-3.125, 0.4)])
def test_a_positive_shift_moves_the_content_south_and_east(shift):
    row, column = np.indices((128, 128)) / 2
    spot = np.exp(-((row - 30) ** 2 + (column - 34) ** 2) / 8).astype(np.float32)
    scene = simulation.observe(spot + 1e-6, shift, 1e12, np.random.default_rng(0))
    found = centroid(scene - np.median(scene))
    assert found == pytest.approx((30 + shift[0], 34 + shift[1]), abs=0.01)


def test_speckle_has_the_number_of_looks_and_is_new_on_each_date():
    flat = np.ones((400, 400), np.float32)
    first, second = (
        simulation.observe(flat, (0.3, 0.1), 5, np.random.default_rng(i)) for i in (1, 2)
    )
    for scene in (first, second):
        assert scene.mean() == pytest.approx(1, rel=0.01)
        assert scene.mean() ** 2 / scene.var() == pytest.approx(5, rel=0.05)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("scenario", list(simulation.SCENARIOS))
def test_ground_is_positive_repeatable_and_within_the_scenes_band(scenario):
    ground = simulation.ground((90, 110), 5, scenario=scenario)
    assert ground.dtype == np.float32 and ground.shape == (180, 220)
    assert ground.min() > 0
    np.testing.assert_array_equal(ground, simulation.ground((90, 110), 5, scenario=scenario))
    log = np.log(ground)
    power = np.abs(np.fft.rfft2(log - log.mean())) ** 2
    k = np.hypot(np.fft.fftfreq(180)[:, None], np.fft.rfftfreq(220)[None])
    assert power[k > 0.2501].sum() <= 1e-6 * max(power.sum(), 1e-3)
    other = simulation.ground((90, 110), 6, scenario=scenario)
    assert scenario == "water" or not np.array_equal(ground, other)


def simulated(tmp_path, number, polarization="VV", **changes):
    path = tmp_path / f"S1A_IW_{SCENES[number]}_DVP_RTC30_G_gpuned_0000_{polarization}.tif"
    simulate.main(SETTINGS | changes, path, polarization)
    with rasterio.open(path) as source:
        return source.read(1), source.profile, source.bounds


def test_a_scene_is_like_a_product(tmp_path):
    image, profile, _ = simulated(tmp_path, 1)
    assert profile["dtype"] == "float32" and profile["nodata"] == 0
    assert profile["crs"].to_epsg() == 32611
    assert profile["transform"].a == 30 and profile["transform"].e == -30
    assert (image >= 0).all() and np.isfinite(image).all()
    again, *_ = simulated(tmp_path, 1)
    np.testing.assert_array_equal(image, again)


def test_scenes_differ_in_extent_and_have_slanted_wedges(tmp_path):
    scenes = [simulated(tmp_path, number) for number in range(3)]
    assert len({bounds for *_, bounds in scenes}) == 3
    for image, *_ in scenes:
        empty = image == 0
        assert 0.1 < empty.mean() < 0.5
        assert empty[0, -1] and empty[-1, 0] and empty[0, 0] and empty[-1, -1]
        middle = np.array(image.shape) // 2
        assert not empty[middle[0] - 20 : middle[0] + 20, middle[1] - 20 : middle[1] + 20].any()
        # The western edge leans: what is empty changes by 0.1 columns a row.
        west = empty.argmin(axis=1)
        rows = slice(60, 120)
        slope = np.polyfit(np.arange(60), west[rows], 1)[0]
        assert slope == pytest.approx(-0.1, abs=0.02)


def test_content_lies_where_the_truth_says(tmp_path):
    quiet = {"looks": 1e9}
    images, offsets = [], []
    for number in (0, 2):
        image, profile, _ = simulated(tmp_path, number, **quiet)
        transform = profile["transform"]
        top = round((3_900_000 - transform.f) / 30)
        left = round((transform.c - 300_000) / 30)
        images.append(image[60 - top : 140 - top, 60 - left : 180 - left])
        offsets.append(simulated_stack.scene_offsets(SETTINGS)[SCENES[number]])
    east, north = np.subtract(offsets[1], offsets[0])
    assert np.hypot(east, north) > 4

    def misfit(rows, columns):
        """RMS difference once the second scene is moved back, in units of the scene's contrast."""
        moved = displaced(images[1], -rows, -columns)[20:-20, 20:-20]
        first = images[0][20:-20, 20:-20]
        return (moved - first).std() / first.std()

    assert misfit(-north, east) < 0.02
    assert misfit(-north + 0.1, east) > 0.03
    assert misfit(-north, east + 0.1) > 0.03


def test_a_piece_of_ground_moves_by_itself(tmp_path):
    """In the third scene by twice its movement, on top of the scene's offset; nothing else does."""
    piece = {"top": 60, "left": 80, "rows": 40, "columns": 50, "east": 1.0, "north": -2.0}
    still = {"looks": 1e6, "offset_sigma": 0, "displaced": []}
    images = {}
    for name, moving in (("still", []), ("moved", [piece])):
        simulate.main(
            SETTINGS | still | {"moving": moving}, path := tmp_path / f"{SCENES[2]}_VV.tif", "VV"
        )
        with rasterio.open(path) as source:
            images[name] = source.read(1)
            top, left = source.index(300_000 + 15, 3_900_000 - 15)
    changed = np.argwhere(images["still"] != images["moved"])
    rows = slice(60 + top, 100 + top), slice(80 + left, 130 + left)
    assert changed.min(axis=0).tolist() == [60 + top, 80 + left]
    assert changed.max(axis=0).tolist() == [99 + top, 129 + left]
    # What was 4 rows farther north and 2 columns farther west.
    came = images["still"][
        rows[0].start - 4 : rows[0].stop - 4, rows[1].start - 2 : rows[1].stop - 2
    ]
    seen = images["moved"][rows]
    both = (came > 0) & (seen > 0)
    assert both.mean() > 0.9
    assert np.corrcoef(np.log(came[both]), np.log(seen[both]))[0, 1] > 0.999
