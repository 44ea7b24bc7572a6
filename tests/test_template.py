"""The template of a stack: known displacements are taken out, and what scenes put into it too."""

import json

import numpy as np
import pytest
import rasterio
from makers import NORTH, POSTING, WEST, write_scene
from twotiles import OPTIONS

import template
import tile
from stackio import raster
from stackshift.ground.lattice import Grid
from stackshift.simulate import simulation
from stackshift.stack import alignment, mean_image, rounds, search
from stackshift.stack.others import Others
from stackshift.stack.pairing import template_members
from stackshift.tile import coherence, near, placing
from stackshift.tile.scaled import Tile, transformed
from stackshift.tile.spectra import common_spectra

SIZE = 192
# Of six scenes, (rows to the south, columns to the east) in pixels; one is far off.
PLACES = [(0.0, 0.0), (0.3, -0.2), (-0.25, 0.4), (0.1, 0.15), (7.4, -5.3), (-0.2, -0.3)]
NAMES = [f"202201{day:02}T000000" for day in range(1, 7)]
GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), SIZE, SIZE)


def stack(folder, kind="mixed", looks=5.0, seed=3):
    """Tiles of six scenes, cut in two, of one ground; the fifth has data in a part of it only."""
    ground = simulation.ground((SIZE + 64,) * 2, seed, scenario=kind)
    random = np.random.default_rng(seed)
    for name, place in zip(NAMES, PLACES, strict=True):
        image = simulation.observe(ground, place, looks, random)[32:-32, 32:-32]
        if name == NAMES[2]:
            image[:, 120:] = np.nan
        write_scene(folder / f"{name}.tif", image)
        tile.main(folder / f"{name}.tif", folder / name, 1, 2)
    return {name: folder / name for name in NAMES}


def made(folder, tiles):
    template.main(
        tiles, [], GRID, (1, 2), OPTIONS, 2,
        folder / "template.tif", folder / "template.json",
    )  # fmt: skip
    return json.loads((folder / "template.json").read_text(), parse_constant=pytest.fail)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    return folder, made(folder, stack(folder))


def test_members_lie_where_they_were_put(mixed):
    _, said = mixed
    assert list(said["members"]) == NAMES
    found = np.array([[place["row"], place["column"]] for place in said["members"].values()])
    error = found - PLACES - np.median(found - PLACES, axis=0)
    # Two tiles of 96 x 192 pixels; a template that takes pixels for zero is off by 0.3.
    assert np.abs(error).max() < 0.08


def test_whole_pixels_between_an_even_number_of_members_stay_whole():
    """A mean of two middle places would have all members moved by half a pixel, at some cost."""
    places = [(0, 0), (3, -2), (5, 1), (-4, 4)]
    ground, random = simulation.ground((160, 160), 3), np.random.default_rng(3)
    tiles = {
        str(number): transformed(simulation.observe(ground, at, 30, random)[16:-16, 16:-16], "log")
        for number, at in enumerate(places)
    }
    first = {name: (float(at[0]), float(at[1])) for name, at in zip(tiles, places, strict=True)}
    made_of = rounds.made(list(tiles), first, [(0, 0)], lambda cell: tiles, OPTIONS)
    found = np.array(list(made_of.positions.values()))
    assert np.abs(found - np.rint(found)).max() < 0.1
    assert np.abs(np.diff(found, axis=0) - np.diff(places, axis=0)).max() < 0.15


def test_the_image_is_the_mean_in_decibels_and_the_number_of_scenes(mixed):
    folder, _ = mixed
    with raster.open_scene(folder / "template.tif", bands=3) as source:
        decibels, scenes, weight = source.read()
        assert source.descriptions[:2] == ("mean gamma0 (dB)", "number of scenes")
    inside = np.s_[20:-20, 20:-20]
    assert scenes[inside].max() == 6 and scenes[inside].min() == 5
    assert (weight[inside] > 0).all()
    ground = simulation.ground((SIZE + 64,) * 2, 3)[::2, ::2][32:-32, 32:-32]
    truth = 10 * np.log10(ground)
    error = (decibels - truth)[inside]
    # Five looks have a standard deviation of 2 dB; the mean of six of them 0.85 and no blur.
    assert error.std() < 1.1
    # Speckle of five looks lowers the mean logarithm by 0.44 dB.
    assert error.mean() == pytest.approx(-0.44, abs=0.2)


def test_the_band_says_what_was_averaged(tmp_path):
    """Where the normalisation is undone it is no gamma0."""
    tiles = stack(tmp_path)
    for folder in tiles.values():
        for path in folder.glob("*.tif"):
            with rasterio.open(path, "r+") as target:
                target.set_band_description(1, "beta0 power")
    made(tmp_path, tiles)
    with raster.open_scene(tmp_path / "template.tif", bands=3) as source:
        assert source.descriptions[0] == "mean beta0 (dB)"
        assert "mean beta0" in source.tags()["TIFFTAG_IMAGEDESCRIPTION"]


def test_no_template_at_sea(tmp_path):
    said = made(tmp_path, stack(tmp_path, kind="water"))
    assert said["members"] == {} and said["tiles"] == []


def test_a_scene_is_taken_out_without_a_trace():
    random = np.random.default_rng(1)
    tiles = {n: Tile(random.normal(size=(40, 50)).astype("f4"), random.random((40, 50)) > 0.2)
             for n in "abc"}  # fmt: skip
    places = {"a": (0.0, 0.0), "b": (2.0, -1.0), "c": (0.3, 0.4)}
    weight = {"a": 1.0, "b": 0.5, "c": 2.0}
    image, there, levels = alignment.formed(tiles, places, weight)
    rest = Others(image).without(there["b"], levels["b"], weight["b"])
    a, c = (there[n] for n in "ac")
    both = a.valid & c.valid
    expected = (a.values - levels["a"] + 2 * (c.values - levels["c"])) / 3
    np.testing.assert_allclose(rest.values[both], expected[both], atol=1e-5)
    assert set(levels) == set("abc")


@pytest.mark.parametrize("fraction", [0.25, 0.5])
def test_a_tile_is_moved_back_by_a_known_fraction(fraction):
    ground = simulation.ground((192, 192), 5)
    still, displaced = (
        np.log(simulation.fourier_shift(ground, (2 * s[0], 2 * s[1])))[::2, ::2].astype("f4")
        for s in ((0, 0), (3 + fraction, -2 - fraction))
    )
    valid = np.ones(still.shape, bool)
    back, there = placing.moved(Tile(displaced, valid), (3 + fraction, -2 - fraction))
    inside = np.s_[20:-20, 20:-20]
    assert there[inside].all() and not there[-3:].any()
    assert np.abs(back - still)[inside].max() < 0.05
    assert np.abs(displaced - still)[inside].max() > 0.5


def test_scenes_of_less_noise_weigh_more():
    share = np.array([0.6, 0.6, 0.6, 0.3, 0.3, 0.3])
    mean = 1 / (1 + 1 / (share / (1 - share)).sum())
    weight = mean_image.weights(np.sqrt(share * mean))
    # 0.6 / 0.4 over 0.3 / 0.7.
    assert weight[0] / weight[-1] == pytest.approx(3.5, rel=0.02)
    assert weight.mean() == pytest.approx(1)
    assert mean_image.weights(np.array([0.5, np.nan]))[1] == 0


def test_members_are_the_oldest_eight_sixteen_or_thirty_two():
    names = [f"2022{i:04}T000000" for i in range(40)]
    for count, members in ((3, 3), (7, 7), (8, 8), (15, 8), (16, 16), (31, 16), (40, 32)):
        assert template_members(names[:count][::-1]) == names[:members]


def test_the_correlation_at_whole_pixels_peaks_at_the_displacement_and_has_unit_noise():
    ground = simulation.ground((240, 240), 8)
    random = np.random.default_rng(0)
    cut = [simulation.observe(ground, s, 5.0, random)[24:-24, 24:-24] for s in ((0, 0), (6, -4))]
    tiles = [transformed(x, "log") for x in cut]
    surface = near.correlation(common_spectra(tiles, 0.1, 0.6, 16), 12)
    assert np.unravel_index(surface.argmax(), surface.shape) == (18, 8)
    noise = [Tile(random.normal(size=(192, 192)).astype("f4"), np.ones((192, 192), bool))
             for _ in range(2)]  # fmt: skip
    apart = near.correlation(common_spectra(noise, 0.1, 0.6, 16), 32)
    assert apart.std() == pytest.approx(1, abs=0.15)


def logs(places, kind="mixed", size=128, seed=5, looks=5.0):
    """One tile of scenes that lie at some places, by name."""
    random = np.random.default_rng(seed)
    ground = simulation.ground((size + 144,) * 2, seed, scenario=kind)
    return {
        f"s{i}": transformed(
            simulation.observe(ground, place, looks, random)[72:-72, 72:-72], "log"
        )
        for i, place in enumerate(places)
    }


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("start", [0.0, 0.06, -0.06])
def test_few_scenes_come_to_rest_wherever_they_start(count, start):
    tiles = logs([(0.0, 0.3 * i) for i in range(count)])
    if count == 2:
        rest = coherence.match_transformed([tiles["s1"], tiles["s0"]], **OPTIONS).shift[1]
    else:
        rest = 0.294
    first = {f"s{i}": (0.0, (0.3 + start) * i) for i in range(count)} if start else {}
    found = rounds.made(list(tiles), first, [(0, 0)], lambda cell: tiles, OPTIONS)
    apart = found.positions["s1"][1] - found.positions["s0"][1]
    # As two scenes were matched with each other; without a shorter step 0.27 to 0.38. Three come to
    # rest at one place, next to the truth of 0.3.
    assert apart == pytest.approx(rest, abs=0.01)


@pytest.mark.parametrize("kind", ["crops", "water"])
def test_what_is_kept_of_a_tile_is_let_go(kind):
    """Spectra of all scenes would be as much again as their tiles."""
    places = {f"s{i}": (0.0, 0.4 * i) for i in range(4)}
    tiles = logs(list(places.values()), kind=kind)
    now = rounds.Template(places)
    rounds._looked_at(tiles, now, (0, 0), places, OPTIONS, {})
    assert all(tile._kept is None and "filled" not in vars(tile) for tile in tiles.values())


@pytest.mark.parametrize("away", [34.0, 36.5, 38.0, 42.0, 47.0])
def test_a_scene_beyond_the_search_radius_is_not_given_a_place(away):
    tiles = logs([(0.0, 0.0)] * 8 + [(0.0, away)], kind="crops")
    members = [f"s{i}" for i in range(8)]
    image, _, _ = alignment.formed(tiles, dict.fromkeys(members, (0, 0)), dict.fromkeys(members, 1))
    cells = [(0, 0), (0, 1), (1, 0), (1, 1)]
    found = search.measured(lambda cell: (image.mean(), tiles["s8"]), cells, {}, OPTIONS)
    assert all(match.shift is None for match in found.values())


def test_a_member_without_data_in_a_tile_changes_nothing_there():
    tiles = logs([(0.0, 0.0)] * 3)
    empty = Tile(np.zeros((128, 128), "f4"), np.zeros((128, 128), bool))
    still = dict.fromkeys(tiles, (0.0, 0.0))
    alone, _, levels = alignment.formed(tiles, still, dict.fromkeys(tiles, 1.0))
    more = tiles | {"s9": empty}
    among, _, levels_among = alignment.formed(
        more, dict.fromkeys(more, (0.0, 0.0)), dict.fromkeys(more, 1.0)
    )
    np.testing.assert_array_equal(alone.mean().values, among.mean().values)
    assert levels == levels_among


@pytest.mark.parametrize("rows", [1, 2, 8, 20, 48, 100])
def test_some_tiles_are_spread_over_the_grid(rows):
    cells = [(row, column) for row in range(rows) for column in range(rows)]
    some = np.array(rounds._some(cells))
    assert len(some) == min(16, rows**2)
    if rows >= 8:
        assert (some.mean(axis=0) > 0.4 * rows).all() and (some.mean(axis=0) < 0.6 * rows).all()
        assert (np.ptp(some, axis=0) > 0.6 * rows).all()


def test_a_faint_island_stops_nothing():
    """Some of its scenes are seen by the sum of all alone, and then not at all."""
    y, x = np.mgrid[:168, :168]
    for seed in range(8):
        random = np.random.default_rng([seed, 5, 6])
        land = np.exp(0.5 * random.normal(size=y.shape))
        ground = np.where((y - 84) ** 2 + (x - 80) ** 2 < 25, 2 * land, 1.0)
        tiles = {
            f"s{i}": transformed((ground * random.gamma(5, 0.2, y.shape)).astype("f4"), "log")
            for i in range(6)
        }
        found = rounds.made(list(tiles), {}, [(0, 0)], lambda cell: tiles, OPTIONS)  # noqa: B023
        # Nothing holds it: what is placed all the same lies where it is, within what is seen.
        assert all(max(map(abs, place)) < 1 for place in found.positions.values())
