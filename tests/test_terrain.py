"""Where the terrain is: undone normalisation, scenes against the DEM, against images of others.

Truth and physics are those of `mountains`, which knows nothing of the code under test.
"""

import json

import elsewhere
import numpy as np
import pandas as pd
import pytest
import rasterio
import snyder
from conftest import Workspace
from makers import NORTH, POSTING, WEST, read, texture, write_scene
from mountains import mountains, moved, scene
from twotiles import OPTIONS

import flatten
import inject
import layer
from stackshift.ground.lattice import Grid
from stackshift.stack import holes, reference, series
from stackshift.tile import coherence
from stackshift.tile.match import OK
from stackshift.tile.scaled import Tile, transformed

INNER = slice(32, 288)


def scored(rows):
    """Gain, rms error and rms z of (truth, match) where it counts, and the share that does."""
    good = [(t, -np.array(m.shift) - t, np.array(m.sigma)) for t, m in rows if m.shift]
    truth, error, sigma = (np.array(part) for part in zip(*good, strict=True))
    gain = 1 + (error * truth).sum() / (truth**2).sum()
    rms = np.sqrt((error**2).mean()), np.sqrt(((error / sigma) ** 2).mean())
    return gain, *rms, len(good) / len(rows)


def dates(seed, normalised=1.0, masked=True, **options):
    """Two dates of a place as delivered, its area layer, and where they lie on its DEM."""
    place = mountains(320, seed, **options)
    area = (place.area**normalised).astype(np.float32)
    shifts = np.random.default_rng(1000 + seed).uniform(-0.5, 0.5, (2, 2))
    found = [scene(place, s, 2 * seed + k, normalised=normalised) for k, s in enumerate(shifts)]
    if masked:
        for one in found:
            one[place.layover | place.shadow] = np.nan
    return [one[INNER, INNER] for one in found], area[INNER, INNER], shifts


@pytest.mark.long
@pytest.mark.parametrize("normalised", [0.6, 0.9, 1.0])
def test_what_moves_is_measured_once_the_normalisation_is_undone(normalised):
    undone, delivered = [], []
    for seed in range(40):
        (first, second), area, shifts = dates(seed, normalised)
        between = shifts[1] - shifts[0]
        undone.append((between, coherence.match(first * area, second * area)))
        delivered.append((between, coherence.match(first, second)))
    gain, rms, z, share = scored(undone)
    assert 0.98 < gain < 1.02 and 0.8 < z < 1.2 and share == 1
    assert rms < 0.02
    # As delivered, up to twice the truth, with error bars that are far too small.
    gain, rms, z, _ = scored(delivered)
    assert gain > 1.3 and z > 3 and rms > 0.25


@pytest.mark.long
@pytest.mark.parametrize("normalised", [0.6, 1.0])
def test_a_tile_is_found_on_the_dem_with_layover_and_shadow_masked(normalised):
    found, plain = [], []
    for seed in range(40):
        (one, _), area, shifts = dates(seed, normalised)
        image, own = transformed(area, "log"), transformed(one * area, "log")
        first = coherence.match_transformed((image, own), **OPTIONS)
        found.append((shifts[0], holes.measured(image, own, first, OPTIONS)))
        plain.append((shifts[0], first))
    gain, rms, z, share = scored(found)
    assert rms < 0.01 and 0.85 < z < 1.2 and 0.985 < gain < 1.015 and share == 1
    # Holes that stay with the mask pull.
    assert scored(plain)[1] > 1.2 * rms


@pytest.mark.long
def test_an_area_of_another_crs_or_posting_is_as_good_as_the_scenes_own(tmp_path):
    kinds = ("the next UTM zone", "degrees, 1 arc second", "half the posting", "20 m")
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 320, 320)
    found = {kind: [] for kind in kinds}
    for seed in range(6):
        place = elsewhere.facets(320, seed)
        shift = np.random.default_rng(1000 + seed).uniform(-0.5, 0.5, 2)
        own = elsewhere.delivered(place, shift, 2 * seed)
        for kind, rows in found.items():
            path = elsewhere.write_area(tmp_path / "area.tif", place.area, kind)
            layer.main([str(path)], grid, str(tmp_path / "out.tif"), "area")
            area = read(tmp_path / "out.tif")
            image, dated = (transformed(one[INNER, INNER], "log") for one in (area, own * area))
            first = coherence.match_transformed((image, dated), **OPTIONS)
            rows.append((shift, holes.measured(image, dated, first, OPTIONS)))
    for kind, rows in found.items():
        gain, rms, z, share = scored(rows)
        # Blurred by the box of a mean that counts pixels by halves, 1.09 to 1.15 and z 5.
        assert 0.97 < gain < 1.03 and rms < 0.012 and z < 1.3 and share == 1, kind


def test_flat_ground_says_nothing_of_the_dem():
    (one, _), area, _ = dates(3, steep=0.02)
    match = coherence.match(area, one * area)
    assert match.status != OK and match.shift is None


def test_a_hole_holds_what_the_image_has_there_and_where_the_scene_lies():
    image = np.log(texture(128, 128, seed=4, cutoff=0.2).astype(float))
    own = moved(image, 0.3, -0.4) + 2.0
    valid = np.ones((128, 128), bool)
    valid[40:46, 50:90] = valid[70, ::2] = False
    # A gap that is too wide to be filled stays one.
    valid[90:120, 20:60] = False
    scene_tile = Tile(np.where(valid, own, 0).astype(np.float32), valid)
    everywhere = Tile(image.astype(np.float32), np.ones_like(valid))
    values, known = holes.filled(everywhere, scene_tile, (0.3, -0.4))
    assert known[40:46, 50:90].all() and known[70].all() and not known[92:118, 22:58].any()
    filled = known & ~valid
    assert np.abs(values - own)[filled].max() < 0.1
    assert own[filled].std() > 0.3


def tiles_of(image, own):
    """Four tiles of 128 pixels of an image and of a scene, as `align` loads them."""

    def load(cell):
        rows, columns = (slice(128 * at, 128 * at + 128) for at in cell)
        return transformed(image[rows, columns], "log"), transformed(own[rows, columns], "log")

    return load


CELLS = [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize("power", [1.0, 0.4, -1.0, -0.5])
def test_an_image_of_another_kind_may_have_opposite_and_nonlinear_contrast(power):
    truth = texture(256, 256, seed=5).astype(float)
    random = np.random.default_rng(1)
    own = np.exp(moved(np.log(truth), 0.3, -0.2)) * random.gamma(5, 0.2, truth.shape)
    load = tiles_of(truth**power, own)
    found = reference.measured(load, CELLS, OPTIONS, either_way=True)
    assert found.contrast == (reference.INVERTED if power < 0 else reference.SAME)
    errors = [np.add(found.matches[cell].shift, (0.3, -0.2)) for cell in CELLS]
    assert np.abs(errors).max() < 0.06
    only = reference.measured(load, CELLS, OPTIONS)
    # Where physics says which way it is, the other is refused.
    assert all((only.matches[cell].status == OK) == (power > 0) for cell in CELLS)


def test_what_all_scenes_share_is_known_by_the_scatter_of_the_tiles_means():
    random = np.random.default_rng(2)
    found = []
    for _ in range(30):
        sigmas = random.uniform(0.2, 0.4, (20, 16, 2))
        own = random.normal(0, 1, (20, 2))
        wrong = random.normal(0, (0.8, 0.3), (16, 2))
        offsets = own[:, None] + wrong + sigmas * random.standard_normal((20, 16, 2))
        means, _ = series.means(offsets, sigmas, np.ones(16, bool))
        found.append(series.common(offsets, sigmas, means, np.ones(16, bool)))
    # The image as a whole is wrong by the mean of 16 tiles' errors, however many scenes there are.
    expected = np.array([0.8, 0.3]) / 4
    np.testing.assert_allclose(np.sqrt(np.mean(np.square(found), axis=0)), expected, rtol=0.2)
    few = series.common(offsets[:, :2], sigmas[:, :2], means, np.ones(2, bool))
    assert (few == 0).all()


def test_gamma0_times_the_area_is_what_all_stages_get(tmp_path):
    image, area = texture(90, 80, seed=1), 900 * texture(90, 80, seed=2)
    area[:5] = 0
    # As HyP3 gives it: in square metres, 0 where there is none.
    one = write_scene(tmp_path / "scene.tif", image, no_data=0)
    beside = write_scene(tmp_path / "area.tif", area, no_data=0)
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 80, 90)
    on_grid = str(tmp_path / "layers" / "area.tif")
    layer.main([str(beside)], grid, on_grid, "area")
    flat = tmp_path / "flat.tif"
    flatten.main(str(one), str(flat), 1, 99, "keep", area=on_grid)
    with np.errstate(divide="ignore"):
        middle = np.exp(np.log(area[5:].astype(float)).mean())
    expected = np.where(area > 0, image * (area / middle), np.nan)
    np.testing.assert_allclose(read(flat), expected, rtol=2e-6)
    with rasterio.open(flat) as source:
        assert source.tags()["STACKSHIFT_NORMALISATION"] == "undone"
        assert source.descriptions == ("beta0 power",)
    # A scene that is displaced for the injection test is prepared before it is.
    boxed = str(tmp_path / "boxed.tif")
    inject.main(str(one), boxed, "a", 1.0, 3, 1, str(tmp_path / "t.json"), area=on_grid)
    rows, columns = (
        json.loads((tmp_path / "t.json").read_text())[key] for key in ("rows", "columns")
    )
    found = read(boxed)[10, 10]
    block = expected[30 - rows : 33 - rows, 30 - columns : 33 - columns]
    assert found == pytest.approx(block.mean(), rel=1e-5)


SIZE, TILES, COUNT = 640, 5, 6
PIXEL = snyder.utm(WEST + SIZE / 2 * POSTING, NORTH - SIZE / 2 * POSTING)
BURST = "T137-292319-IW2"


def written(folder, seed=1, count=COUNT):
    """A stack of OPERA's with its static layers; where its scenes lie on the DEM, in pixels.

    The DEM is 10 m too high in the north-western tile, which displaces what is there by 0.4 pixel.
    """
    place = mountains(SIZE + 64, seed)
    inner = slice(32, 32 + SIZE)
    shifts = np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 2))
    shifts += np.array([0.25, -0.4])
    wrong = np.zeros((SIZE + 64, SIZE + 64))
    wrong[: 32 + SIZE // TILES, : 32 + SIZE // TILES] = 10.0
    for i, shift in enumerate(shifts):
        day = f"202201{1 + 5 * i:02d}T015857Z_20250830T065219Z"
        image = scene(place, shift, 50 + i, dem_error=wrong)[inner, inner]
        name = f"OPERA_L2_RTC-S1_{BURST}_{day}_S1A_30_v1.0_VV.tif"
        write_scene(folder / "scenes" / name, image, no_data=np.nan)
    codes = (2 * place.layover + place.shadow).astype(np.uint8)[inner, inner]
    layers = {"rtc_anf_gamma0_to_beta0": place.area.astype(np.float32)[inner, inner], "mask": codes}
    for what, values in layers.items():
        name = f"OPERA_L2_RTC-S1-STATIC_{BURST}_20140403_S1A_30_v1.0_{what}.tif"
        marker = 255 if what == "mask" else np.nan
        write_scene(folder / "static" / name, values, no_data=marker)
    return shifts, codes


@pytest.mark.long
def test_a_stack_in_the_mountains_is_placed_on_its_dem(tmp_path):
    shifts, codes = written(tmp_path)
    static = {"area": "static/*_rtc_anf_gamma0_to_beta0.tif", "mask": "static/*_mask.tif"}
    config = {
        "stacks": {"alps": {"directory": "scenes", "layers": static}},
        "align": {"reference": "dem"},
        "tiles": {"rows": TILES, "columns": TILES},
        "requirement": {"metres": 40},
    }
    workspace = Workspace(tmp_path, config)
    done = workspace.run("analysed", cores=1)
    assert done.status == 0, done.text
    folder = tmp_path / "results" / "alps" / "VV" / "analysis"
    table = pd.read_csv(folder / "scenes.csv", dtype={"scene": str})[::-1]
    # North is up, and a pixel of the grid is turned by the convergence of meridians there.
    truth = np.array([snyder.metres(PIXEL, *shift) for shift in shifts])
    found = table[["offset_east", "offset_north"]].to_numpy()
    sigma = table[["sigma_east", "sigma_north"]].to_numpy()
    errors = found - truth
    # A hundredth of a pixel.
    assert np.abs(errors).max() < 0.01 * POSTING
    assert np.sqrt(np.mean((errors / sigma) ** 2)) < 1.5
    assert table["masked_fraction"].to_numpy() == pytest.approx((codes > 0).mean(), abs=1e-5)
    # The tile where the DEM is wrong says by how much: 10 m / tan(39 degrees) to the east.
    tiles = pd.read_csv(folder / "scene_tiles.csv", dtype={"scene": str})
    corner = tiles[(tiles.tile_number_x == 0) & (tiles.tile_number_y == 0)]
    off = corner.set_index("scene")["offset_east"] - table.set_index("scene")["offset_east"]
    assert off.mean() == pytest.approx(10 / np.tan(np.radians(39)), abs=2.5)
    verdict = json.loads((folder / "verdict.json").read_text())
    assert verdict["absolute"] and verdict["zero"] == "the DEM"
    said = verdict["answers"]["scenes"]["text_these"]
    assert "6 of 6 scenes within 40 m of the DEM, absolute" in said
    assert "of the DEM" in verdict["criterion"]
    # Another area is another place.
    layer = next((tmp_path / "static").glob("*beta0.tif"))
    layer.touch()
    assert set(workspace.dry("analysed")) >= {"layer", "flatten", "tile", "align", "correlate"}
