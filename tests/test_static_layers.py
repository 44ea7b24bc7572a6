"""Simulated mountains: layers that agree with each other, and scenes that lie off them as said."""

import csv

import numpy as np
import pytest
import rasterio
import snyder

import simulate
import static_layers
import truth
from stackshift.ground import flight
from stackshift.ground.geometry import Pixel, to_metres
from stackshift.simulate import simulated_stack, simulation, terrain
from stackshift.tile import coherence

SETTINGS = {
    "scenes": 3, "start": "20240106T052301", "days": 12, "rows": 300, "columns": 340,
    "posting": 30.0, "looks": 5, "scenario": "crops", "offset_sigma": 0.0, "displaced": [],
    "moving": [], "seed": 3, "direction": "descending", "incidence": 39.0, "steepness": 0.35,
    "normalised": 1.0, "dem_error": 0.0,
}  # fmt: skip
NAMES = ("dem", "area", "incidence", "local_incidence", "mask", "layover_shadow")
# As a radar that looks to the west, with north up, from above columns of 30 m.
WEST = terrain.View(180.0, 39.0, (0.0, -1 / 30), (1 / 30, 0.0))


def written(folder, **changes):
    """The layers, and the scenes with their truth in metres (east, north)."""
    settings = SETTINGS | changes
    paths = {name: folder / f"{name}.tif" for name in NAMES}
    static_layers.main(settings, paths)
    layers = {name: rasterio.open(path).read(1) for name, path in paths.items()}
    truth.main(settings, folder / "truth.csv")
    rows = list(csv.DictReader((folder / "truth.csv").read_text().splitlines()))
    scenes = []
    for row in rows:
        path = folder / f"S1A_IW_{row['scene']}_VV.tif"
        simulate.main(settings, path, "VV")
        with rasterio.open(path) as source:
            top = round((3_900_000 - source.bounds.top) / 30)
            left = round((source.bounds.left - 300_000) / 30)
            scenes.append((source.read(1), top, left))
    return layers, scenes, np.array([[float(row[f"offset_{d}"]) for d in ("east", "north")]
                                     for row in rows])  # fmt: skip


@pytest.fixture(scope="module")
def mountains(tmp_path_factory):
    displaced = [{"scene": 1, "east": 0, "north": 0, "range": 9.0, "azimuth": -6.0},
                 {"scene": 2, "east": 0, "north": 0, "dem_error": 10.0}]  # fmt: skip
    return written(tmp_path_factory.mktemp("mountains"), displaced=displaced)


def test_the_truth_is_along_range_and_azimuth(mountains):
    _, _, offsets = mountains
    # Sentinel-1 southwards at 35.2 degrees looks to about 280: found by its own orbit elsewhere.
    heading = np.radians(flight.sentinel_heading(35.22, "descending", 39.0))
    away = np.array([np.sin(heading + np.pi / 2), np.cos(heading + np.pi / 2)])
    ahead = np.array([np.sin(heading), np.cos(heading)])
    assert offsets[0] == pytest.approx([0, 0], abs=1e-6)
    assert offsets[1] == pytest.approx(9 * away - 6 * ahead, abs=0.005)
    assert offsets[2] == pytest.approx(10 / np.tan(np.radians(39)) * away, abs=0.01)


def test_layers_say_the_same_of_the_ground(mountains):
    layers, _, _ = mountains
    dem, area = layers["dem"], layers["area"]
    assert np.ptp(dem) > 500
    # Slopes by differences, along the look by Snyder's formulas for the grid.
    pixel = snyder.utm(300_000 + 170 * 30, 3_900_000 - 150 * 30)
    heading = np.radians(flight.sentinel_heading(35.22, "descending", 39.0))
    down, right = np.gradient(dem)
    east, north = snyder.metres(pixel, 0, 1), snyder.metres(pixel, 1, 0)
    # Of (east, north) a metre each, by what a column and a row lead.
    per_metre = np.linalg.solve(np.array([east, north]), np.stack([right, down]).reshape(2, -1))
    away = np.array([np.sin(heading + np.pi / 2), np.cos(heading + np.pi / 2)])
    ahead = np.array([np.sin(heading), np.cos(heading)])
    rise, slope = ((way @ per_metre).reshape(dem.shape) for way in (away, ahead))
    inside = np.s_[8:-8, 8:-8]
    assert rise[inside].std() == pytest.approx(0.35, rel=0.12)
    # Level ground has an area of cot(39), ground that faces the radar more.
    level = np.median(area[inside][np.abs(rise[inside]) < 0.02])
    assert level == pytest.approx(1 / np.tan(np.radians(39)), rel=0.05)
    steep = np.median(area[inside][np.abs(rise[inside] - 0.4) < 0.02])
    assert steep == pytest.approx(1 / np.tan(np.radians(39) - np.arctan(0.4)), rel=0.1)
    # The local angle, by the normal and the line of sight in space.
    sight = np.array([-np.sin(np.radians(39)), 0, np.cos(np.radians(39))])
    normal = np.stack([-rise, -slope, np.ones_like(rise)])
    cosine = np.tensordot(sight, normal, 1) / np.linalg.norm(normal, axis=0)
    off = layers["local_incidence"] - np.degrees(np.arccos(cosine))
    # But for the finest detail, which differences do not have.
    assert np.abs(np.median(off[inside])) < 0.6
    assert (
        np.corrcoef(off[inside].ravel(), np.degrees(np.arccos(cosine))[inside].ravel())[0, 1] < 0.3
    )
    assert np.percentile(np.abs(off[inside]), 90) < 5
    assert set(np.unique(layers["incidence"])) == {39.0}


def test_masks_of_both_producers_are_one(mountains):
    layers, _, _ = mountains
    classes, bits = (layers[name].astype(int) for name in ("mask", "layover_shadow"))
    assert set(np.unique(classes)) <= {0, 1, 2, 3}
    assert (bits & 1 == 1).all()
    assert ((classes & 2 > 0) == (bits & 6 > 0)).all()
    assert ((classes & 1 > 0) == (bits & 24 > 0)).all()
    # Of slopes with a normal distribution beyond tan(39), and what lies about these.
    assert 0.01 < (bits & 2 > 0).mean() < (classes & 2 > 0).mean() < 0.4


def test_layover_and_shadow_of_a_ridge():
    # A roof on a plain, 40 pixels to either side, 1500 m high, its crest at column 100: a slope of
    # 1.25, which is more than tan(39) and, turned away, more than 1 / tan(39).
    column = np.arange(300)
    height = np.maximum(1500.0 - np.abs(column - 100) * 37.5, 0)
    dem = np.repeat(height[None], 50, axis=0)
    rise = -np.gradient(dem, 30.0, axis=1)
    classes, bits = terrain.layover_shadow(dem, rise, WEST)
    row = classes[25]
    # The radar is in the east: the eastern side folds over, and as far as the crest's range goes
    # the plain before it and the ground behind are in it too.
    near = 100 + (1500 / np.tan(np.radians(39))) / 30
    folded = np.flatnonzero(row & terrain.LAYOVER)
    assert abs(folded.max() - near) <= 2
    assert (row[101:139] & terrain.LAYOVER > 0).all()
    assert (bits[25, 102:138] & terrain.TRUE_LAYOVER > 0).all()
    assert (bits[25, 145:158] & terrain.PASSIVE_LAYOVER > 0).all()
    # Behind: the side that turns away, and as far as the crest's ray reaches the plain.
    shadow = np.flatnonzero(row & terrain.SHADOW)
    far = 100 - 1500 * np.tan(np.radians(39)) / 30
    assert abs(shadow.min() - min(far, 62)) <= 2 and shadow.max() <= 101
    assert (bits[25, 63:98] & terrain.TRUE_SHADOW > 0).all()


def found(first, second):
    """Metres (east, north) by which the second lies off the first, and errors in pixels."""
    inside = (slice(20, 276), slice(40, 296))
    match = coherence.match(*(
        np.ascontiguousarray(x[inside], np.float32) for x in (first, second)
    ))  # fmt: skip
    assert match.shift, match.message
    pixel = snyder.utm(300_000 + 170 * 30, 3_900_000 - 150 * 30)
    return -np.array(snyder.metres(pixel, *match.shift)), np.array(match.sigma)


def whole(scene, shape):
    """A scene on the grid of the layers, without its wedges."""
    image, top, left = scene
    full = np.full(shape, np.nan)
    full[top : top + image.shape[0], left : left + image.shape[1]] = np.where(
        image > 0, image, np.nan
    )
    return full


def test_scenes_lie_on_the_dem_where_the_truth_says(mountains):
    layers, scenes, offsets = mountains
    area = layers["area"]
    masked = layers["mask"] > 0
    for scene, offset in zip(scenes, offsets, strict=True):
        image = np.where(masked, np.nan, whole(scene, area.shape) * area)
        off, sigma = found(np.where(masked, np.nan, area), image)
        assert np.abs(off - offset).max() < 4 * 30 * sigma.max() + 0.15
        assert np.abs(off - offset).max() < 1.2


@pytest.mark.parametrize("normalised", [1.0, 0.6])
def test_times_its_area_a_scene_moves_as_a_whole(tmp_path, normalised):
    # What was divided by stays with the map: gamma0 as delivered is pulled aside by far more than
    # its error, gamma0 times the layer is not.
    displaced = [{"scene": 1, "east": 0, "north": 0, "range": 9.0, "azimuth": -6.0}]
    layers, scenes, offsets = written(tmp_path, displaced=displaced, normalised=normalised)
    first, second = (whole(scene, layers["area"].shape) for scene in scenes[:2])
    between = offsets[1] - offsets[0]
    undone, sigma = found(first * layers["area"], second * layers["area"])
    assert 30 * sigma.max() < 0.4
    assert undone == pytest.approx(between, abs=4 * 30 * sigma.max())
    delivered, error = found(first, second)
    assert error.max() > 2 * sigma.max()
    if normalised < 1:
        gain = delivered @ between / (between @ between)
        assert gain > 1.5


def test_flat_stacks_are_as_before():
    # Nothing of the ground, the speckle and the offsets depends on the new settings.
    settings = {**SETTINGS, "steepness": 0.0}
    assert not simulated_stack.is_terrain(settings)
    seen = terrain.view(settings, 35.2, Pixel((30.0, 0.0), (0.0, -30.0)))
    settings["offset_sigma"] = 0.2
    assert simulated_stack.scene_offsets(settings, seen) == simulated_stack.scene_offsets(settings)


def test_a_metre_along_range_is_a_metre_on_the_ground():
    pixel = Pixel((29.0, 1.0), (2.0, -31.0))
    seen = terrain.view(SETTINGS, -40.0, pixel)
    for metres in ((7.0, 0.0), (0.0, 7.0)):
        there = to_metres(seen.pixels(*metres), pixel)
        assert flight.to_range_azimuth(there, seen.heading) == pytest.approx(metres, abs=1e-9)


def test_areas_are_smooth_below_the_scenes_nyquist_frequency():
    seen = terrain.view(SETTINGS, 35.0, Pixel((30.0, 0.0), (0.0, -30.0)))
    made = terrain.terrain((128, 128), 5, 0.35, seen)
    spectrum = np.abs(np.fft.fft2(np.log(made.area)))
    k = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256)[None])
    assert spectrum[k > 0.25].max() < 1e-3 * spectrum[k < 0.25].max()
    # So that moving and decimating may change places.
    shift = simulation.fourier_shift(np.log(made.area), (0.0, 2.0))[::2, ::2]
    assert shift[:, 1:] == pytest.approx(np.log(made.area[::2, ::2])[:, :-1], abs=2e-3)
