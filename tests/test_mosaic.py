"""Slices and bursts of one pass become one scene; where they overlap their difference is told."""

import logging

import numpy as np
import pytest
import rasterio
from makers import NORTH, POSTING, WEST, read, texture, write_scene

import superset
from stackio import raster
from stackio.tags import overlap_of, tags_of, warp_of
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid
from stackshift.ground.mosaic import Mosaic, Overlap

GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 120, 200)
GROUND = texture(200, 120)


@pytest.fixture
def run(tmp_path):
    """The superset of files; the raster and its tags."""

    def run(*files, mosaic="first", resampling="sinc"):
        out = tmp_path / "out.tif"
        named = [one if isinstance(one, dict) else {"path": str(one)} for one in files]
        superset.main(named, GRID, out, resampling, "auto", "S1A", mosaic)
        with raster.open_scene(out) as source:
            return read(out), tags_of(source)

    return run


def part(path, first, last, gain=1.0, border=0, marker=0.0, away=0.0, **profile):
    """Rows of the ground as a file with a border of no data."""
    image = GROUND[first:last] * np.float32(gain)
    if border:
        edge = np.ones(image.shape, bool)
        edge[border:-border, border:-border] = False
        image[edge] = marker
    return write_scene(
        path, image, north=NORTH - first * POSTING - away, west=WEST + away, **profile
    )


@pytest.mark.parametrize(("marker", "no_data"), [(0.0, 0), (np.nan, np.nan), (0.0, np.nan)])
def test_the_first_file_wins_and_its_edges_are_filled(run, tmp_path, marker, no_data):
    first = part(tmp_path / "a.tif", 0, 120, 1.0, 4, marker, no_data=no_data)
    second = part(tmp_path / "b.tif", 100, 200, 2.0, 4, marker, no_data=no_data)
    found, tags = run(first, second)
    expected = np.full(GROUND.shape, np.nan, np.float32)
    expected[104:196, 4:-4] = 2 * GROUND[104:196, 4:-4]
    expected[4:116, 4:-4] = GROUND[4:116, 4:-4]
    known = np.isfinite(expected)
    np.testing.assert_array_equal(found[known], expected[known])
    assert not (found[~known] > 0).any()
    assert tags["source"] == "a.tif, b.tif" and tags["mosaic"] == "first"
    assert tags["resampling"] == "none" and "warp" not in tags
    # Twice the power is 3.01 dB.
    assert overlap_of(tags) == {
        "pixels": 12 * 112, "mean": 3.010, "median": 3.01, "spread": 0.0,
    }  # fmt: skip


def test_the_mean_is_that_of_all_that_are_valid(run, tmp_path):
    gains = (1.0, 2.0, 6.0)
    rows = ((0, 140), (60, 200), (100, 160))
    files = [part(tmp_path / f"{i}.tif", *rows[i], gains[i], no_data=0) for i in range(len(gains))]
    found, _ = run(*files, mosaic="mean")
    total, count = np.zeros((2, 200, 1))
    for gain, (first, last) in zip(gains, rows, strict=True):
        total[first:last] += gain
        count[first:last] += 1
    np.testing.assert_allclose(found, GROUND * total / count, rtol=1e-6)


@pytest.mark.parametrize("mosaic", ["first", "mean"])
def test_equal_files_are_one_whatever_the_order(run, tmp_path, mosaic):
    files = [part(tmp_path / f"{i}.tif", 50 * i, 50 * i + 80, no_data=0) for i in range(3)]
    for order in (files, files[::-1]):
        found, tags = run(*order, mosaic=mosaic)
        np.testing.assert_allclose(found[:180], GROUND[:180], rtol=1e-6)
        assert np.isnan(found[180:]).all()
        assert overlap_of(tags)["pixels"] == 2 * 30 * 120
        assert overlap_of(tags)["median"] == 0


def test_each_file_has_its_own_values_and_band(run, tmp_path):
    decibels = np.stack([GROUND[90:] * 0 + 7, 10 * np.log10(GROUND[90:])])
    first = part(tmp_path / "a.tif", 0, 100)
    second = write_scene(tmp_path / "b.tif", decibels, north=NORTH - 90 * POSTING)
    found, tags = run(first, {"path": str(second), "values": "decibel", "band": 2})
    np.testing.assert_allclose(found, GROUND, rtol=1e-5)
    assert tags["values"] == "power, decibel"


def test_blocks_of_a_mosaic_leave_no_seam(run, tmp_path, monkeypatch):
    files = [part(tmp_path / f"{i}.tif", 70 * i, 70 * i + 100, 1 + i, 3, no_data=0) for i in (0, 1)]
    whole, tags = run(*files)
    monkeypatch.setattr(raster.row_blocks, "__defaults__", (29,))
    blocks, again = run(*files)
    np.testing.assert_array_equal(whole, blocks)
    assert tags == again


def test_slices_off_the_lattice_by_one_fraction_say_so(run, tmp_path):
    files = [part(tmp_path / f"{i}.tif", 90 * i, 90 * i + 110, away=9.0) for i in (0, 1)]
    found, tags = run(*files)
    # 0.3 of a pixel further south and east.
    assert np.allclose(warp_of(tags), (-0.3, -0.3), atol=1e-5)
    assert tags["resampling"] == "sinc"
    assert np.isfinite(found[1:, 1:]).all()
    # The same ground, interpolated the same way: they agree but near their edges.
    assert abs(overlap_of(tags)["median"]) < 0.02


@pytest.mark.parametrize("away", [(0.0, 9.0), (3.0, 9.0)])
def test_slices_off_by_different_fractions_claim_none(run, tmp_path, away, caplog):
    files = [part(tmp_path / f"{i}.tif", 90 * i, 90 * i + 110, away=away[i]) for i in (0, 1)]
    with caplog.at_level(logging.WARNING):
        _, tags = run(*files)
    assert "warp" not in tags and tags["resampling"] == "sinc"
    assert "by different fractions" in caplog.text


def test_a_slice_that_the_grid_does_not_reach_is_left_aside(run, tmp_path, caplog):
    inside, outside = part(tmp_path / "a.tif", 0, 200), part(tmp_path / "b.tif", 0, 50)
    with rasterio.open(outside, "r+") as target:
        target.transform = rasterio.Affine(POSTING, 0, WEST + 6e4, 0, -POSTING, NORTH)
    with caplog.at_level(logging.WARNING):
        found, tags = run(inside, outside)
    np.testing.assert_array_equal(found, GROUND)
    assert "b.tif has no valid pixel" in caplog.text and overlap_of(tags) is None
    with pytest.raises(InputError, match=r"b\.tif has no valid pixel on the stack's grid"):
        run(outside)


def test_one_slice_in_decibels_is_named(run, tmp_path):
    good = part(tmp_path / "good.tif", 0, 150)
    bad = write_scene(tmp_path / "bad.tif", 10 * np.log10(GROUND))
    with pytest.raises(InputError, match=r"bad\.tif has \d+ % negative values, as decibels"):
        run(good, bad)
    assert not (tmp_path / "out.tif").exists()


def test_the_difference_is_measured_in_spite_of_a_few_bright_points():
    random = np.random.default_rng(0)
    before = random.gamma(4, 1, (300, 200))
    # 0.5 dB brighter, with a scatter of 1 dB.
    after = before * 10 ** (0.1 * (0.5 + random.standard_normal(before.shape)))
    overlap = Overlap()
    for rows in np.split(np.arange(300), 6):
        overlap.add(before[rows], after[rows])
    figures = overlap.figures()
    assert figures["pixels"] == before.size
    assert figures["mean"] == pytest.approx(10 * np.log10(after.mean() / before.mean()), abs=1e-6)
    # Four times the standard error of a median of so many, and half a bin.
    assert figures["median"] == pytest.approx(0.5, abs=4 * 1.2533 / 60000**0.5 + 0.005)
    assert figures["spread"] == pytest.approx(1, abs=0.03)
    overlap.add(np.ones(600), np.full(600, 1e6))
    assert overlap.figures()["median"] == pytest.approx(figures["median"], abs=0.03)
    assert Overlap().figures() is None


def test_nothing_changes_where_nothing_is_added():
    block = np.array([[1, np.nan, 0, -1]], np.float32)
    for mean in (False, True):
        laid = Mosaic(block.copy(), mean)
        laid.add(np.full((1, 4), np.nan, np.float32), Overlap())
        np.testing.assert_array_equal(laid.block, block)
        laid.add(np.array([[3, 5, 7, np.nan]], np.float32), Overlap())
        np.testing.assert_array_equal(laid.block, [[2 if mean else 1, 5, 7, -1]])
