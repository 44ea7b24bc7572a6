"""A scene off the lattice is warped without being displaced."""

import json
import logging

import numpy as np
import pytest
import rasterio
from makers import NORTH, POSTING, WEST, texture, write_scene
from rasterio.transform import Affine
from rasterio.warp import transform
from waves import GRID, centres, displacement, ground

import correlate
import superset
import tile
from stackio import raster, warp
from stackshift.ground.lattice import Grid, fraction_off
from stackshift.simulate import simulation


def test_the_measure_of_displacement_sees_a_hundredth_of_a_pixel():
    x, y = centres(Affine(*GRID.transform), 90, 120)
    image = ground(x - 0.01 * POSTING, y + 0.03 * POSTING)
    np.testing.assert_allclose(displacement(image, 90, 120), [0.01, 0.03], atol=5e-4)


@pytest.mark.parametrize("resampling", ["bilinear", "cubic", "lanczos", "sinc"])
@pytest.mark.parametrize("fraction", [(0.5, 0.5), (0.37, 0.21), (-0.1, 0.45)])
def test_a_warp_does_not_displace(onto_grid, tmp_path, resampling, fraction, caplog):
    there = Affine(
        POSTING,
        0,
        WEST - (20 + fraction[0]) * POSTING,
        0,
        -POSTING,
        NORTH + (15 + fraction[1]) * POSTING,
    )
    image = ground(*centres(there, 130, 170)).astype(np.float32)
    scene = write_scene(tmp_path / "off.tif", image, transform=there)
    with caplog.at_level(logging.WARNING):
        out = onto_grid(scene, resampling)
    assert "off.tif is off the stack's pixel lattice: warped" in caplog.text
    assert f"by up to {superset.DISPLACES[resampling]:g} pixel" in caplog.text
    assert np.isfinite(out).all()
    # GDAL's lanczos leaves 0.015 of a pixel of these waves.
    assert np.abs(displacement(out, 90, 120)).max() < (0.02 if resampling == "lanczos" else 0.01)
    with rasterio.open(tmp_path / "out.tif") as target:
        assert target.tags()["STACKSHIFT_RESAMPLING"] == resampling


@pytest.mark.parametrize("resampling", ["bilinear", "cubic", "lanczos", "sinc"])
def test_a_warp_from_the_neighbouring_zone_does_not_displace(onto_grid, tmp_path, resampling):
    (west,), (north,) = transform("EPSG:32611", "EPSG:32612", [WEST], [NORTH])
    there = Affine(POSTING, 0, round(west) - 1500, 0, -POSTING, round(north) + 1500)
    x, y = centres(there, 300, 300)
    x, y = transform("EPSG:32612", "EPSG:32611", x.ravel(), y.ravel())
    image = ground(np.reshape(x, (300, 300)), np.reshape(y, (300, 300))).astype(np.float32)
    scene = write_scene(tmp_path / "zone12.tif", image, transform=there, crs="EPSG:32612")
    out = onto_grid(scene, resampling)
    assert np.isfinite(out).mean() > 0.9
    assert np.abs(displacement(out, 90, 120)).max() < 0.01


FINE = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 128, 128)
FINER = 8


def finer_pair(seed):
    """Two dates of ground with detail far below a pixel, as pixels of 1/8 of the scene's."""
    size = 129 * FINER
    ground = np.exp(0.9 * simulation.power_law((size, size), 0.8, np.random.default_rng(seed)))
    random = np.random.default_rng((seed, 1))
    return [ground * random.standard_gamma(0.3, ground.shape) for _ in "ab"]


def seen_from(finer, away):
    """A scene of 128 x 128 pixels on a lattice further south and east by whole finer pixels."""
    part = finer[away : away + 128 * FINER, away : away + 128 * FINER]
    return part.reshape(128, FINER, 128, FINER).mean((1, 3)).astype(np.float32)


@pytest.mark.parametrize("away", [1, 2, 3, 5])
def test_a_lattice_off_by_a_fraction_adds_less_than_promised_on_fine_ground(tmp_path, away):
    """Through the stages, against the same ground on the lattice: exact, nothing interpolated."""
    errors = {kernel: [] for kernel in ("sinc", "bilinear")}
    names = {"reference": "20220113T000000", "secondary": "20220101T000000"}

    def matched(first, second, kernel):
        for role, (finer, off) in zip(names, (first, second), strict=True):
            west, north = WEST + off / FINER * POSTING, NORTH - off / FINER * POSTING
            image = seen_from(finer, off)
            scene = write_scene(tmp_path / f"{role}.tif", image, west=west, north=north)
            out = tmp_path / role / "scene.tif"
            files = [{"path": str(scene)}]
            superset.main(files, FINE, out, kernel, "auto", None)
            tile.main(out, tmp_path / role, 1, 1)
        folders = [tmp_path / role for role in names]
        pair = correlate.Pair(tuple(names.values()), folders, tmp_path / "pair.json")
        correlate.main([pair], (1, 1), "coherence", {})
        (record,) = json.loads((tmp_path / "pair.json").read_text())["tiles"]
        return np.array([record["shift_x"], record["shift_y"]]) / POSTING

    for seed in range(4):
        first, second = finer_pair(seed)
        plain = matched((first, 0), (second, 0), "sinc")
        for kernel, found in errors.items():
            # Either of the two may be the one that is warped.
            found.append(matched((first, 0), (second, away), kernel) - plain)
            found.append(matched((first, away), (second, 0), kernel) - plain)
    worst = {
        kernel: [np.abs(np.mean(found[role::2], axis=0)).max() for role in (0, 1)]
        for kernel, found in errors.items()
    }
    assert max(worst["sinc"]) < 0.01
    # The experiment sees what a short kernel does.
    assert min(worst["bilinear"]) > 0.01


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (0, 0)),
        ({"west": 12.0, "north": -7.5}, (-0.25, -0.4)),
        ({"west": -30 * 40 + 21.0, "north": 30 * 3}, (0, 0.3)),
        ({"posting": 20.0}, None),
        ({"posting": 30.01}, None),
        ({"crs": "EPSG:32612"}, None),
    ],
)
def test_the_fraction_of_a_pixel_that_a_warp_takes_out(change, expected):
    posting = change.get("posting", POSTING)
    corner = WEST + change.get("west", 0), NORTH + change.get("north", 0)
    there = (posting, 0.0, corner[0], 0.0, -posting, corner[1])
    scene = Grid(change.get("crs", "EPSG:32611"), there, 120, 90)
    found = fraction_off(scene, GRID)
    assert found == (expected if expected is None else pytest.approx(expected, abs=1e-9))


def test_blocks_leave_no_seam(onto_grid, tmp_path, monkeypatch):
    image = texture(150, 180, cutoff=0.6)
    image[40:70, 55:100] = 0
    scene = write_scene(tmp_path / "s.tif", image, west=WEST - 610.0, north=NORTH + 610.0)
    whole = onto_grid(scene)
    monkeypatch.setattr(warp, "BLOCK_COLUMNS", 37)
    monkeypatch.setattr(raster.row_blocks, "__defaults__", (29,))
    np.testing.assert_allclose(onto_grid(scene), whole, rtol=2e-3)
    assert np.isfinite(whole).any() and np.isnan(whole).any()


@pytest.mark.parametrize(("posting", "size"), [(10.0, 500), (60.0, 90)])
def test_another_posting_does_not_displace(onto_grid, tmp_path, posting, size):
    there = Affine(posting, 0, WEST - 407, 0, -posting, NORTH + 411)
    x, y = centres(there, size, size)
    if posting > POSTING:
        # Waves of 5 pixels of the grid are too short for a posting of twice that.
        x, y = (WEST + (x - WEST) / 3, NORTH + (y - NORTH) / 3)
    scene = write_scene(tmp_path / "s.tif", ground(x, y).astype(np.float32), transform=there)
    out = onto_grid(scene)
    rows, columns = np.isfinite(out).all(1).sum(), np.isfinite(out).all(0).sum()
    assert (rows, columns) == (90, 120)
    x, y = centres(Affine(*GRID.transform), 90, 120)
    if posting > POSTING:
        x, y = (WEST + (x - WEST) / 3, NORTH + (y - NORTH) / 3)
    step = 0.3
    east = (ground(x + step, y) - ground(x - step, y)) / (2 * step)
    inside = np.s_[3:-3, 3:-3]
    moved = -(east * (out - ground(x, y)))[inside].sum() / (east**2)[inside].sum()
    assert abs(moved) < 0.005 * POSTING


def test_a_finer_scene_is_averaged(onto_grid, tmp_path):
    """What is finer than a pixel of the grid does not become a pattern on it."""
    random = np.random.default_rng(0)
    scene = write_scene(
        tmp_path / "s.tif", random.standard_gamma(1, (300, 390)).astype(np.float32), posting=10.0,
        west=WEST - 3.0, north=NORTH + 3.0,
    )  # fmt: skip
    out = onto_grid(scene)[3:-3, 3:-3]
    assert out.std() == pytest.approx(1 / 3, rel=0.15)


def test_a_scene_across_the_antimeridian_comes_onto_a_utm_grid(onto_grid, tmp_path):
    """Longitudes beyond 180 are those below -180."""
    grid = Grid("EPSG:32601", (30.0, 0.0, 287_000.0, 0.0, -30.0, 5_500_000.0), 120, 90)
    (west,), (north,) = transform(grid.crs, "EPSG:4326", [287_000.0], [5_500_000.0])
    step = 0.0003
    there = Affine(step, 0, west % 360 - 0.005, 0, -step, north + 0.005)
    x, y = centres(there, 150, 200)
    utm = transform("EPSG:4326", grid.crs, x.ravel() - 360, y.ravel())
    east = (np.reshape(utm[0], x.shape) - 287_000).astype(np.float32)
    scene = write_scene(
        tmp_path / "s.tif", np.maximum(2000 + east, 1), transform=there, crs="EPSG:4326"
    )
    out = onto_grid(scene, grid=grid)
    expected = np.broadcast_to(2015 + 30.0 * np.arange(120), out.shape)
    inside = np.s_[:, 20:-20]
    np.testing.assert_allclose(out[inside], expected[inside], atol=1)


@pytest.mark.parametrize("resampling", ["sinc", "bilinear"])
@pytest.mark.parametrize("away", [0.0, 12.25])
@pytest.mark.parametrize(
    ("crs", "turn", "step", "left"),
    [
        ("EPSG:4326", 360.0, 0.0003, -117.0),
        ("EPSG:4326", 360.0, 0.0003, 179.98),
        # No whole number of pixels in a turn.
        ("EPSG:4326", 360.0, 0.000271, -180.01),
        ("EPSG:3857", 2 * np.pi * 6378137, 30.0, 20_036_000.0),
    ],
)
def test_the_same_place_in_another_turn_is_the_same(
    onto_grid, tmp_path, crs, turn, step, left, away, resampling
):
    """Longitudes of 0 to 360, and scenes on the other side of the antimeridian."""
    grid = Grid(crs, (step, 0.0, left, 0.0, -step, 35.0), 120, 90)
    image = texture(90, 120)
    found = []
    for turns in (0, 1, -1):
        there = Affine(step, 0, left + away * step + turns * turn, 0, -step, 35)
        scene = write_scene(tmp_path / f"{turns}.tif", image, transform=there, crs=crs)
        found.append(onto_grid(scene, resampling, grid=grid))
        with rasterio.open(tmp_path / "out.tif") as out:
            assert out.tags()["STACKSHIFT_RESAMPLING"] == (resampling if away else "none")
    if not away:
        np.testing.assert_array_equal(found[0], image)
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-4)
    # Only what lies west of the scene, and a kernel's reach, is without data.
    assert np.isfinite(found[0][20:-20, 34:-20]).all()


@pytest.mark.parametrize("resampling", ["sinc", "lanczos"])
@pytest.mark.parametrize("turns", [0, 1])
def test_longitudes_in_any_turn_come_onto_a_utm_grid(onto_grid, tmp_path, turns, resampling):
    step = 0.0003
    (west,), (north,) = transform(GRID.crs, "EPSG:4326", [WEST], [NORTH])
    there = Affine(step, 0, west - 0.02, 0, -step, north + 0.02)
    x, y = centres(there, 250, 300)
    utm = transform("EPSG:4326", GRID.crs, x.ravel(), y.ravel())
    image = np.reshape(ground(*map(np.array, utm)), x.shape).astype(np.float32)
    scene = write_scene(
        tmp_path / "s.tif", image, transform=Affine.translation(360 * turns, 0) * there,
        crs="EPSG:4326",
    )  # fmt: skip
    assert np.abs(displacement(onto_grid(scene, resampling), 90, 120)).max() < 0.01


def test_the_last_zone_comes_onto_a_grid_of_the_first(onto_grid, tmp_path):
    """On both sides of the antimeridian, 30 km east of it in the numbers of zone 60."""
    grid = Grid("EPSG:32601", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 120, 90)
    (west,), (north,) = transform("EPSG:32601", "EPSG:32660", [WEST], [NORTH])
    there = Affine(POSTING, 0, west - 1000, 0, -POSTING, north + 1000)
    x, y = transform("EPSG:32660", "EPSG:32601", *(v.ravel() for v in centres(there, 200, 230)))
    image = np.reshape(ground(np.array(x), np.array(y)), (200, 230)).astype(np.float32)
    scene = write_scene(tmp_path / "s.tif", image, transform=there, crs="EPSG:32660")
    out = onto_grid(scene, grid=grid)
    assert np.isfinite(out).all()
    assert np.abs(displacement(out, 90, 120)).max() < 0.01


def test_gaps_stay_gaps_in_a_warp(onto_grid, tmp_path):
    image = texture(200, 200)
    image[60:90, 60:90] = 0
    scene = write_scene(
        tmp_path / "s.tif", image, west=WEST - 310.0, north=NORTH + 310.0, no_data=0
    )
    out = onto_grid(scene)
    # The hole begins at row and column 60 - 10.33 of the grid.
    assert np.isnan(out[51:78, 51:78]).all()
    assert np.isfinite(out[:48]).all()
    assert np.isfinite(out[:, 83:]).all()
    assert np.nanmax(out) < 10 * image.max()
