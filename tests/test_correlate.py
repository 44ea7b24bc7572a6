"""A pair is measured tile by tile; a bad tile is a row with a reason."""

import itertools
import json
import weakref

import numpy as np
import pytest
import snyder
from makers import NORTH, WEST, displaced, texture, write_scene

import correlate
from stackshift.ground.geometry import Pixel, to_metres
from stackshift.stack import record
from stackshift.tile import cross_correlation, methods
from stackshift.tile.match import FAILED, NO_MATCH, OK, STATUSES, TOO_MANY_NAN, Match

PAIR = "20220113T000000", "20220101T000000"


def run(
    tmp_path, reference, secondary, rows=1, columns=1, method="cross_correlation", options=None
):
    for role, tiles in (("reference", reference), ("secondary", secondary)):
        for name, image in tiles.items():
            write_scene(tmp_path / role / f"{name}.tif", image)
    folders = tmp_path / "reference", tmp_path / "secondary"
    pair = correlate.Pair(PAIR, folders, tmp_path / "pair.json", "digest")
    correlate.main([pair], (rows, columns), method, options or {})
    return json.loads((tmp_path / "pair.json").read_text())


def test_records_are_in_row_major_order(tmp_path):
    tiles = {f"{row}_{column}": texture(40, 48, row) for row in range(2) for column in range(3)}
    pair = run(tmp_path, tiles, tiles, 2, 3)
    assert [(t["tile_number_x"], t["tile_number_y"]) for t in pair["tiles"]] == [
        (0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)
    ]  # fmt: skip
    assert pair["method"] == "cross_correlation"
    assert pair["reference"]["scene"] == PAIR[0]


def test_a_tile_that_breaks_the_method_does_not_stop_the_pair(tmp_path, monkeypatch):
    def match(reference, secondary):
        if reference[0, 0] == 1:
            raise ZeroDivisionError("made to fail")
        return Match(OK, "matched", (0.0, 0.0))

    monkeypatch.setattr(methods, "load", lambda name: (lambda tile: tile, match))
    good, bad = texture(40, 40), np.ones((40, 40), np.float32)
    tiles = {"0_0": bad, "0_1": good}
    first, second = run(tmp_path, tiles, tiles, 1, 2)["tiles"]
    assert (first["status"], first["shift_x"]) == (FAILED, None)
    assert first["message"] == "ZeroDivisionError: made to fail"
    assert second["status"] == OK


@pytest.mark.parametrize(
    ("lacking", "expected"), [("", 1.0), ("first", 0.96), ("second", 0.98), ("both", 0.94)]
)
def test_valid_fraction_is_counted_only_where_pixels_lack(tmp_path, lacking, expected):
    first, second = texture(50, 50), texture(50, 50)
    first[:2] = np.nan if lacking in ("first", "both") else first[:2]
    second[-1] = np.nan if lacking in ("second", "both") else second[-1]
    (tile,) = run(tmp_path, {"0_0": first}, {"0_0": second}, method="coherence")["tiles"]
    assert tile["valid_fraction"] == pytest.approx(expected)


def test_valid_fraction_is_that_of_both_tiles(tmp_path):
    first, second = texture(50, 50), texture(50, 50)
    first[:2], second[-1] = np.nan, np.nan
    (tile,) = run(tmp_path, {"0_0": first}, {"0_0": second})["tiles"]
    assert tile["valid_fraction"] == pytest.approx(0.94)


@pytest.mark.parametrize("shift", [(0, 0), (3, -2), (-7, 5)])
def test_the_shift_brings_the_secondary_onto_the_reference(tmp_path, shift):
    reference = texture(96, 96)
    secondary = displaced(reference, *shift)
    (tile,) = run(tmp_path, {"0_0": reference}, {"0_0": secondary})["tiles"]
    # North is 1.3 degrees off the grid's, which turns these shifts by up to 6 m.
    pixel = snyder.utm(WEST + 48 * 30, NORTH - 48 * 30)
    found = tile["shift_x"], tile["shift_y"]
    assert found == pytest.approx(snyder.metres(pixel, -shift[0], -shift[1]), abs=1)
    brought_back = displaced(secondary, *snyder.pixels(pixel, *found))
    np.testing.assert_allclose(brought_back, reference, atol=0.01)


def test_of_few_tiles_the_quarters_are_told_and_of_many_not(tmp_path):
    """The lower half lies two pixels further west than the upper one."""
    reference = texture(128, 128)
    secondary = np.where(
        np.arange(128)[:, None] < 64, displaced(reference, 0, 2), displaced(reference, 0, 0)
    )
    few = {"0_0": reference}, {"0_0": secondary}
    (tile,) = run(tmp_path, *few, method="coherence", options={"max_sigma": 2.0})["tiles"]
    shifts = [quarter["shift_x"] for quarter in tile["quarters"]]
    assert len(shifts) == 4
    assert shifts == pytest.approx([-60, -60, 0, 0], abs=3)
    names = [f"{row}_{column}" for row in range(3) for column in range(3)]
    many = [dict.fromkeys(names, one) for one in (reference, secondary)]
    found = run(tmp_path, *many, 3, 3, method="coherence", options={"max_sigma": 2.0})["tiles"]
    assert all(one["status"] == OK and "quarters" not in one for one in found)
    (tile,) = run(tmp_path, *few)["tiles"]
    assert "quarters" not in tile


def test_options_reach_the_method(tmp_path):
    reference = texture(96, 96)
    tiles = {"0_0": reference}, {"0_0": displaced(reference, 0.33, 0)}
    (tile,) = run(tmp_path, *tiles, options={"upsample_factor": 100})["tiles"]
    assert tile["shift_y"] == pytest.approx(0.33 * 30, abs=0.2)
    holes = reference.copy()
    holes[:20] = np.nan
    (tile,) = run(tmp_path, {"0_0": holes}, {"0_0": holes}, options={"max_nan_fraction": 0.3})[
        "tiles"
    ]
    assert tile["status"] == OK


def test_metres_are_positive_east_and_north():
    pixel = Pixel((30.0, 0.0), (0.0, -30.0))
    assert to_metres((2.0, 3.0), pixel) == (90.0, -60.0)
    made = record.tile_record(Match(OK, "matched", (2.0, 3.0), (0.1, 0.2)), 1, 2, 0.5, pixel)
    assert (made["shift_x"], made["shift_y"]) == (90.0, -60.0)
    assert (made["sigma_x"], made["sigma_y"]) == (6.0, 3.0)
    # Half a right angle: errors that are one in rows and columns are none to the north.
    turned = Pixel((20.0, 20.0), (20.0, -20.0))
    match = Match(OK, "", (2.0, 3.0), (0.1, 0.1), covariance=((0.01, 0.01), (0.01, 0.01)))
    made = record.tile_record(match, 1, 2, 0.5, turned)
    assert (made["shift_x"], made["shift_y"]) == (100.0, 20.0)
    assert (made["sigma_x"], made["sigma_y"]) == (4.0, 0.0)


@pytest.mark.parametrize("status", [status for status in STATUSES if status != OK])
def test_a_rejected_tile_has_no_shift_to_average(status):
    pixel = Pixel((30.0, 0.0), (0.0, -30.0))
    made = record.tile_record(Match.rejected(status, "why", quality=3.2), 0, 0, 1.0, pixel)
    assert made["shift_x"] is made["shift_y"] is made["sigma_x"] is made["sigma_y"] is None
    assert (made["status"], made["message"], made["quality"]) == (status, "why", 3.2)


def test_quality_and_error_of_the_notebooks_method_are_those_of_the_correlation():
    random = np.random.default_rng(3)
    first, noise = random.normal(size=(2, 64, 64)).astype(np.float32)
    for share, expected in ((0.0, 1.0), (1.0, np.sqrt(0.5))):
        found = cross_correlation.match(first, first + share * noise)
        assert found.shift == (0, 0)
        # Of signal and noise of the same variance the correlation is one by the root of two.
        assert found.quality == pytest.approx(expected, abs=0.02)
        assert found.quality**2 + found.error**2 == pytest.approx(1, abs=1e-5)
        assert found.phase == pytest.approx(0, abs=1e-3)
    # Tiles of nothing in common but their size have nearly no correlation, and no root of less.
    assert 0 <= cross_correlation.match(first, noise).quality < 0.1


def test_gaps_of_the_notebooks_method_are_counted_in_the_worse_tile():
    first = np.random.default_rng(4).normal(size=(40, 50)).astype(np.float32)
    gappy = first.copy()
    gappy[:4] = np.nan
    assert cross_correlation.match(first, gappy).status == OK
    gappy[4, 0] = np.nan
    for tiles in ((first, gappy), (gappy, first)):
        found = cross_correlation.match(*tiles)
        assert (found.status, found.shift) == (TOO_MANY_NAN, None)
        assert found.message == "10.1 % of a tile has no data, more than 10 %"


def test_a_constant_tile_cannot_be_matched_by_the_notebooks_method():
    first = np.random.default_rng(5).normal(size=(40, 50)).astype(np.float32)
    for tiles in ((first, 0 * first), (0 * first + 2, first)):
        assert cross_correlation.match(*tiles).status == NO_MATCH


def test_steps_of_the_notebooks_method_are_tenths_of_a_pixel():
    reference = texture(96, 96)
    found = cross_correlation.match(reference, displaced(reference, 1.24, -2.33))
    assert found.shift == pytest.approx((-1.2, 2.3), abs=1e-6)


def test_gaps_of_the_notebooks_method_are_zero_power_whatever_the_power():
    reference = 0.01 * texture(80, 90)
    secondary = displaced(reference, 0.4, -0.3)
    gappy = [
        np.where(np.indices(tile.shape)[1] < 8, np.nan, tile) for tile in (reference, secondary)
    ]
    found = cross_correlation.match(*gappy)
    assert found == cross_correlation.match(*(np.nan_to_num(tile) for tile in gappy))
    assert found.status == OK and found.quality > 0.9


SCENES = [f"202201{day:02}T000000" for day in (1, 13, 25, 31)]


@pytest.fixture
def dates(tmp_path):
    """Tiles of four dates of one ground, displaced; one lacks a corner, one has holes."""
    ground, random = texture(320, 360, 1), np.random.default_rng(2)
    places = [(0, 0), (0.4, -0.3), (3.2, 2.0), (0.1, 0.2)]
    for number, (name, place) in enumerate(zip(SCENES, places, strict=True)):
        image = displaced(ground, *place)[20:-20, 20:-20]
        image = np.maximum(image * random.gamma(5, 0.2, image.shape), 1e-4).astype(np.float32)
        if number == 1:
            image[:60, :70] = np.nan
        if number == 2:
            image[100:104, 30:200] = np.nan
        for row in range(2):
            for column in range(2):
                part = image[140 * row : 140 * (row + 1), 160 * column : 160 * (column + 1)]
                write_scene(tmp_path / name / f"{row}_{column}.tif", part)
    return tmp_path


def pair_of(folder, reference, secondary, where="."):
    path = folder / where / f"{reference}__{secondary}.json"
    path.parent.mkdir(exist_ok=True)
    return correlate.Pair((reference, secondary), (folder / reference, folder / secondary), path)


def test_pairs_of_one_job_are_measured_as_alone(dates):
    two = [(b, a) for i, a in enumerate(SCENES) for b in SCENES[i + 1 :]]
    for names in two:
        correlate.main([pair_of(dates, *names, "alone")], (2, 2), "coherence", {})
    for where, order in (("together", two), ("turned", two[::-1])):
        correlate.main([pair_of(dates, *n, where) for n in order], (2, 2), "coherence", {})
        for path in (dates / "alone").iterdir():
            assert (dates / where / path.name).read_bytes() == path.read_bytes()


def test_no_more_tiles_are_held_than_come_again(dates, monkeypatch):
    alive, most = weakref.WeakSet(), []
    read = correlate._tile

    def counted(*given):
        alive.add(found := read(*given))
        most.append(len(alive))
        return found

    monkeypatch.setattr(correlate, "_tile", counted)
    monkeypatch.setattr(correlate._Seen, "__hash__", object.__hash__)
    chain = [pair_of(dates, b, a) for a, b in itertools.pairwise(SCENES)]
    correlate.main(chain, (2, 2), "coherence", {})
    # Each tile once, and of a chain of neighbours two at a time.
    assert len(most) == 16 and max(most) == 2


def test_a_tile_that_cannot_be_made_ready_costs_its_own_pairs_and_no_other(dates, monkeypatch):
    prepared, match = methods.load("coherence")

    def odd(tile, **options):
        if np.isnan(tile).sum() > 1000:
            raise ZeroDivisionError("made to fail")
        return prepared(tile, **options)

    monkeypatch.setattr(methods, "load", lambda name: (odd, match))
    chain = [pair_of(dates, b, a) for a, b in itertools.pairwise(SCENES)]
    correlate.main(chain, (2, 2), "coherence", {})
    status = [[t["status"] for t in json.loads(p.path.read_text())["tiles"]] for p in chain]
    assert [one[0] for one in status] == [FAILED, FAILED, OK]
    assert all(one[1:] == [OK] * 3 for one in status)
