"""Each scene against the template without itself."""

import json

import numpy as np
import pytest
import rasterio
import snyder
from makers import NORTH, WEST
from test_template import NAMES, OPTIONS, PLACES, POSTING, made, stack

import align
from stackshift.stack import columns as c
from stackshift.stack import search, series


def aligned(folder, tiles):
    found = {}
    for name in NAMES:
        path = folder / f"{name}.json"
        scene = align.Scene(name, tiles[name], path)
        align.main([scene], folder / "template.tif", folder / "template.json", (1, 2), OPTIONS)
        found[name] = json.loads(path.read_text(), parse_constant=pytest.fail)
    return found


def test_each_scene_lies_where_it_was_put(tmp_path):
    tiles = stack(tmp_path)
    made(tmp_path, tiles)
    found = aligned(tmp_path, tiles)
    shifts = np.array([[[t[c.SHIFT_X], t[c.SHIFT_Y]] for t in found[n]["tiles"]] for n in NAMES])
    # Of a tile that lies displaced, the shift brings it back.
    pixel = snyder.utm(WEST + 96 * POSTING, NORTH - 96 * POSTING)
    offsets = np.array([snyder.pixels(pixel, *-shift) for shift in shifts.mean(axis=1)])
    error = offsets - PLACES
    error -= np.median(error, axis=0)
    assert np.abs(error).max() < 0.08
    for one in found.values():
        assert one["in_template"]
        assert [(t[c.TILE_X], t[c.TILE_Y]) for t in one["tiles"]] == [(0, 0), (1, 0)]
        for t in one["tiles"]:
            assert 0 < t[c.SIGMA_X] < 0.2 * POSTING and t["quarters"]


def test_scenes_of_one_job_are_placed_as_alone(tmp_path):
    tiles = stack(tmp_path)
    made(tmp_path, tiles)
    aligned(tmp_path, tiles)
    template = tmp_path / "template.tif", tmp_path / "template.json"
    for order in (NAMES, NAMES[::-1]):
        scenes = [align.Scene(n, tiles[n], tmp_path / f"{n}_together.json") for n in order]
        align.main(scenes, *template, (1, 2), OPTIONS)
        for name in NAMES:
            alone = (tmp_path / f"{name}.json").read_bytes()
            assert (tmp_path / f"{name}_together.json").read_bytes() == alone


def test_what_a_warp_took_out_is_known_to_each_match(tmp_path, monkeypatch):
    tiles = stack(tmp_path)
    made(tmp_path, tiles)
    for number, name in enumerate(NAMES):
        for path in tiles[name].glob("*.tif"):
            with rasterio.open(path, "r+") as target:
                target.update_tags(STACKSHIFT_WARP=f"0.{number} 0.25")
    known, match = [], search.seen

    def spied(tiles, options):
        known.append(options["moved"])
        return match(tiles, options)

    monkeypatch.setattr(search, "seen", spied)
    scenes = [align.Scene(n, tiles[n], tmp_path / f"{n}.json") for n in NAMES]
    align.main(scenes, tmp_path / "template.tif", tmp_path / "template.json", (1, 2), OPTIONS)
    # Tile by tile, and in each all scenes.
    assert known == [(number / 10, 0.25) for number in range(len(NAMES))] * 2


def test_nothing_is_made_up_at_sea(tmp_path):
    tiles = stack(tmp_path, "water")
    made(tmp_path, tiles)
    for one in aligned(tmp_path, tiles).values():
        assert all(t[c.STATUS] == "no_match" and t[c.SHIFT_X] is None for t in one["tiles"])


def simulated(kind, amount, seed, over=1.0, count=16, tiles=64, sigma=0.06):
    """Offsets of a stack of which 30 % of the tiles move, their errors, which do, and the truth."""
    random = np.random.default_rng(seed)
    truth = random.normal(0, 0.2, (count, 2))
    sigmas = sigma * random.uniform(0.6, 1.6, (count, tiles, 2))
    offsets = truth[:, None] + over * sigmas * random.standard_normal((count, tiles, 2))
    moves = np.arange(tiles) < (0.3 * tiles if kind else 0)
    if kind == "together":
        offsets[:, moves] += amount * random.standard_normal((count, 1, 2))
    elif kind == "steadily":
        offsets[:, moves] += amount * np.arange(count)[:, None, None] * np.array([0.8, 0.6])
    return offsets, sigmas, moves, truth


@pytest.mark.parametrize(("kind", "amount"), [("together", 0.3), ("together", 1.0),
                                              ("steadily", 0.3), ("", 0)])  # fmt: skip
def test_tiles_that_move_are_left_out(kind, amount):
    z, lost = [], []
    for seed in range(10):
        offsets, sigmas, moves, truth = simulated(kind, amount, seed)
        found = series.moving(offsets, sigmas, 12.0 * np.arange(16))
        assert found[moves].all()
        lost.append(found[~moves].mean())
        mean, error = series.means(offsets, sigmas, ~found)
        z.append((mean - truth) / error)
    assert np.mean(lost) < 0.04
    # With the moving tiles 5.6, as they pull all together.
    assert 0.8 < np.sqrt(np.mean(np.square(z))) < 1.2


def test_change_of_the_ground_widens_errors():
    random = np.random.default_rng(4)

    def quarters(excess):
        sigmas = np.full((21, 4, 2), 0.5)
        values = random.normal(0, 0.5 * np.sqrt(1 + excess), (21, 4, 2))
        return [[np.concatenate(both, axis=1)] for both in zip(values, sigmas, strict=True)]

    assert np.median(series.widening(quarters(0.0))) < 1.15
    # Twice the excess variance, as a part of the change is common to the quarters.
    assert np.median(series.widening(quarters(1.0))) == pytest.approx(np.sqrt(3), rel=0.2)
    assert (series.widening([[], []]) == 1).all()
