"""Where the error is: dependences that were put in are found, and no others."""

import re

import numpy as np
import pandas as pd
import pytest
from makers import NORTH, POSTING, WEST, read, write_scene
from matplotlib.image import imread

import where
from stackio import writing
from stackshift.ground import flight
from stackshift.ground.lattice import Grid
from stackshift.stack import columns as c
from stackshift.stack import dependence, looks
from stackshift.stack import where_columns as w

LOOK = flight.Look(190.0, "right", 39.0)
NAMES = [f"202201{day:02}T000000" for day in range(20, 0, -2)]
CUT = (6, 6)
SIZE = 300


@pytest.mark.parametrize("tiles", [8, 60])
def test_a_line_and_its_error_are_honest(tiles):
    random = np.random.default_rng(2)
    z, p = [], []
    for _ in range(300):
        x = random.uniform(0, 1000, tiles)
        sigma = random.uniform(0.1, 0.3, tiles)
        # Twice the scatter that is quoted.
        found = dependence.line(x, 0.5 + 0.003 * x + random.normal(0, 2 * sigma), sigma)
        z.append((found["slope"] - 0.003) / found["slope_sigma"])
        p.append(dependence.line(x, random.normal(0, 2 * sigma), sigma)["p"])
        assert found["tiles"] == tiles
    if tiles > 10:
        assert np.sqrt(np.mean(np.square(z))) == pytest.approx(1, abs=0.15)
    # Of fits without a slope as many are significant as should be, whatever their number.
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.035)


def test_a_line_takes_no_notice_of_a_wild_tile():
    random = np.random.default_rng(3)
    x = np.linspace(0, 100, 40)
    y = 0.02 * x + random.normal(0, 0.1, 40)
    y[38] = 50.0
    found = dependence.line(x, y, np.full(40, 0.1))
    assert found["slope"] == pytest.approx(0.02, abs=0.004)
    assert dependence.line(x[:5], y[:5], np.ones(5)) is None
    assert dependence.line(np.ones(40), y, np.ones(40)) is None


def test_classes_are_told_apart():
    random = np.random.default_rng(4)
    kinds = np.repeat([10, 20, 30], 20).astype(float)
    p = [dependence.classes(kinds, random.normal(0, 1, 60), np.ones(60))["p"] for _ in range(400)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.025)
    other = random.normal(0, 1, 60) + 2 * (kinds == 20)
    assert dependence.classes(kinds, other, np.ones(60))["p"] < 1e-4
    assert dependence.classes(np.ones(60), other, np.ones(60)) is None


def tables(folder, heights):
    """Scenes and tiles; one scene was made with a DEM that is too high by a tenth of its height."""
    random = np.random.default_rng(5)
    scenes = pd.DataFrame(index=range(len(NAMES)), columns=list(c.SCENES_TABLE), dtype=object)
    scenes[c.SCENE] = NAMES
    for name in (c.OFFSET_EAST, c.OFFSET_NORTH, c.CORRELATION_EN):
        scenes[name] = 0.0
    scenes[c.SIGMA_EAST] = scenes[c.SIGMA_NORTH] = 0.05
    scenes = looks.with_looks(scenes, dict.fromkeys(NAMES, LOOK))
    rows = []
    for number, name in enumerate(NAMES):
        for y in range(CUT[0]):
            for x in range(CUT[1]):
                error = 0.1 * (heights[y, x] - heights.mean()) if number == 3 else 0.0
                away = error / np.tan(np.radians(39))
                east, north = flight.to_east_north((away, 0.0), 190.0)
                noise = random.normal(0, 0.1, 2)
                rows.append(
                    {
                        c.SCENE: name, c.TILE_X: x, c.TILE_Y: y, c.OFFSET_EAST: east + noise[0],
                        c.OFFSET_NORTH: north + noise[1], c.SIGMA_EAST: 0.1, c.SIGMA_NORTH: 0.1,
                        c.CORRELATION_EN: 0.0, c.STATUS: "ok",
                    }
                )  # fmt: skip
    tiles = looks.with_looks(
        pd.DataFrame(rows).reindex(columns=list(c.SCENE_TILES_TABLE)), dict.fromkeys(NAMES, LOOK)
    )
    scenes.to_csv(folder / "scenes.csv", index=False)
    tiles.to_csv(folder / "scene_tiles.csv", index=False)


def run(folder, layers, **options):
    outputs = {"tiles": folder / "where_tiles.csv", "fits": folder / "where.csv"}
    outputs |= {"figure": folder / "where.svg", "png": folder / "where.png"}
    where.main(
        folder / "scenes.csv", folder / "scene_tiles.csv", folder / "template.tif",
        {name: one if isinstance(one, dict) else {"": one} for name, one in layers.items()}, CUT,
        outputs, "site VV", **options,
    )  # fmt: skip
    return pd.read_csv(outputs["tiles"]), pd.read_csv(outputs["fits"], dtype={c.SCENE: str})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A DEM that rises by .2 a metre to the west, with a hill; no data in the west's 60 columns."""
    tmp_path = tmp_path_factory.mktemp("where")
    row, column = np.indices((SIZE, SIZE))
    dem = 6.0 * (SIZE - column) + 400 * np.exp(-((row - 100) ** 2 + (column - 200) ** 2) / 3000)
    write_scene(tmp_path / "dem.tif", dem.astype(np.float32))
    cover = np.where(row < 150, 10, 50).astype(np.float32)
    write_scene(tmp_path / "cover.tif", cover)
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), SIZE, SIZE)
    template = np.where(column < 60, np.nan, 1.0).astype(np.float32)
    with writing.create(tmp_path / "template.tif", grid, {}, bands=("a", "b", "c")) as target:
        for band in (1, 2, 3):
            writing.write_rows(target, 0, template, band)
    size = SIZE // CUT[0]
    tables(tmp_path, dem.reshape(CUT[0], size, CUT[1], size).mean((1, 3)))
    return tmp_path


@pytest.fixture(scope="module")
def found(folder):
    """The tables, with a DEM and classes."""
    return run(folder, {"dem": folder / "dem.tif", "land_cover": folder / "cover.tif"})


def test_a_scene_with_another_dem_is_found_by_its_altitude(found):
    _, fits = found
    own = fits[(fits["of"] == "scene") & (fits["against"] == "altitude") & (fits.axis == "range")]
    first = own.loc[own["p_adjusted"].idxmin()]
    assert first[c.SCENE] == NAMES[3] and first["p_adjusted"] < 1e-6
    assert first["slope"] == pytest.approx(0.1 / np.tan(np.radians(39)), rel=0.03)
    assert abs(first["slope"] - 0.1 / np.tan(np.radians(39))) < 4 * first["slope_sigma"]
    others = fits[(fits["of"] == "scene") & (fits[c.SCENE] != NAMES[3])]
    assert (others["p_adjusted"] > 0.01).all()
    assert set(others["against"]) == {"altitude", "slope", "facing", "edge", "land_cover"}
    # Along azimuth nothing depends on the heights, and the spread over the scenes does in range.
    assert (fits[(fits.axis == "azimuth")]["p_adjusted"] > 0.01).all()
    assert set(fits["of"]) == {"mean", "spread", "scene"}


def test_what_is_known_of_the_ground_of_a_tile(found):
    tiles, _ = found
    tiles = tiles.set_index([c.TILE_X, c.TILE_Y])
    corner = tiles.loc[(5, 5)]
    # A plane that rises to the west by .2, seen from the east: it faces the radar, but for the 10
    # degrees of the look and what the grid's north is off by.
    assert corner[w.SLOPE] == pytest.approx(np.degrees(np.arctan(0.2)), abs=0.3)
    assert corner[w.FACING] == pytest.approx(10, abs=2)
    assert corner[w.ALTITUDE] == pytest.approx(6 * 25.5, abs=5)
    assert corner[w.LAND_COVER] == 50 and tiles.loc[(0, 0)][w.LAND_COVER] == 10
    # The middle of the last tile is 25 pixels from the edge; the second column has 15 to the gap.
    assert corner[w.EDGE] == pytest.approx(25 * POSTING, rel=0.08)
    assert tiles.loc[(1, 3)][w.EDGE] == pytest.approx(15 * POSTING, rel=0.1)
    assert tiles.loc[(0, 3)][w.EDGE] == 0


def test_holes_and_tongues_of_masks_are_no_edge():
    """A footprint that is inclined, as those of frames are, with layover and a lake in it."""
    row, column = np.indices((320, 320))
    whole = (column > 20 + row / 8) & (column < 260 + row / 8) & (row > 10)
    holes = ((row - 160) ** 2 + (column - 160) ** 2 < 40**2) | (np.abs(row - column) < 3)
    # A gorge that reaches the edge of the data, and one that ends within.
    gorge = (np.abs(row - 200) < 6) & (column > 160)
    found = where.footprint(whole & ~holes & ~gorge)
    away = np.hypot(row - 160, column - 160) < 100
    assert found[away].all() and not (found & ~whole).any()
    # Only corners are cut, by less than a pixel in a thousand.
    assert np.count_nonzero(whole & ~found) < 0.001 * whole.sum()
    # A sea along the whole side is an edge, to the pixel.
    sea = whole & (row < 250)
    assert np.count_nonzero(sea & ~where.footprint(sea)) < 0.001 * whole.sum()
    assert not where.footprint(sea)[250:].any()
    assert where.footprint(np.ones((50, 40), bool)).all()
    assert not where.footprint(np.zeros((50, 40), bool)).any()


def test_a_tile_is_as_far_from_the_edge_in_a_grid_that_is_no_square(tmp_path):
    """Of 1024 x 256 pixels, more than the picture has in which the edge is looked for."""
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 256, 1024)
    known = np.zeros((1024, 256), np.float32)
    known[512:, :32] = np.nan
    with writing.create(tmp_path / "t.tif", grid, {}, bands=("a", "b", "c")) as target:
        for band in (1, 2, 3):
            writing.write_rows(target, 0, known, band)
    tiles, _ = where.ground_of_tiles(str(tmp_path / "t.tif"), {}, (8, 2), None)
    far = {(x, y): edge for x, y, edge in tiles[[c.TILE_X, c.TILE_Y, w.EDGE]].to_numpy()}
    # Middles of tiles lie 64 columns from the sides; where there is a gap, 32 from that.
    for cell, pixels in (((0, 0), 64), ((1, 1), 64), ((0, 4), 32), ((0, 6), 32), ((1, 7), 64)):
        assert far[cell] == pytest.approx(pixels * POSTING, abs=1.5 * POSTING), cell


def test_a_tile_in_a_hole_is_far_from_the_edge(folder, tmp_path):
    holed = read(folder / "template.tif")
    holed = holed[0] if holed.ndim == 3 else holed
    # The middle of the tile in column 3 and row 2, and all about it, is masked.
    holed[100:150, 140:230] = np.nan
    grid = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), SIZE, SIZE)
    with writing.create(tmp_path / "template.tif", grid, {}, bands=("a", "b", "c")) as target:
        for band in (1, 2, 3):
            writing.write_rows(target, 0, holed, band)
    ground, _ = where.ground_of_tiles(tmp_path / "template.tif", {}, CUT, LOOK)
    far = ground.set_index([c.TILE_X, c.TILE_Y])[w.EDGE]
    # 175 - 60 columns from the gap in the west, 125 rows from the upper edge, 125 from the east.
    assert far[(3, 2)] == pytest.approx(115 * POSTING, rel=0.02)


def test_the_figure_says_what_a_dem_error_makes(folder, found):
    text = (folder / "where.svg").read_text()
    assert "10 m too high: +12.3 m in ground range" in text
    assert "most 2022-01-14: range against altitude" in text
    assert imread(folder / "where.png").std() > 0.01


def test_the_figure_says_what_cannot_show_in_it(folder, tmp_path):
    def said(path):
        return " ".join(re.findall(r"<text[^>]*>([^<]*)<", (path / "where.svg").read_text()))

    for name in ("scenes.csv", "scene_tiles.csv", "template.tif"):
        (tmp_path / name).symlink_to(folder / name)
    for absolute in (False, True):
        run(tmp_path, {}, absolute=absolute)
        assert "bars are its standard error" in said(tmp_path)
        assert ("what all scenes share cannot show" in said(tmp_path)) is not absolute


def test_without_headings_it_is_east_and_north(folder, tmp_path):
    for name in ("scene_tiles.csv", "template.tif"):
        (tmp_path / name).symlink_to(folder / name)
    scenes = pd.read_csv(folder / "scenes.csv", dtype={c.SCENE: str})
    scenes[[c.OFFSET_RANGE, c.OFFSET_AZIMUTH, c.HEADING, c.LOOK]] = np.nan
    scenes.to_csv(tmp_path / "scenes.csv", index=False)
    tiles, fits = run(tmp_path, {})
    assert set(fits.axis) == {"east", "north"} and set(fits.against) == {"edge"}
    assert "heading of 20220120T000000 and 9 more" in (tmp_path / "where.svg").read_text()
    assert tiles["mean_east"].notna().all()


def test_the_layer_of_one_scene_stands_for_all_if_that_of_another_agrees(folder, tmp_path):
    heights, cover = read(folder / "dem.tif"), read(folder / "cover.tif")
    alike = heights + np.random.default_rng(0).normal(0, 3, heights.shape) + 2
    # It reaches a third of the tiles only.
    part = np.where(np.indices(heights.shape)[1] < 100, np.nan, 39.0)
    for name, values in (("alike", alike), ("other", cover[::-1]), ("part", part)):
        write_scene(tmp_path / f"{name}.tif", values.astype(np.float32), no_data=np.nan)
    for name in ("scenes.csv", "scene_tiles.csv", "template.tif"):
        (tmp_path / name).symlink_to(folder / name)
    first, last = NAMES[0], NAMES[-1]
    layers = {
        "dem": {first: folder / "dem.tif", last: tmp_path / "alike.tif"},
        "land_cover": {first: folder / "cover.tif", last: tmp_path / "other.tif"},
        "local_incidence": tmp_path / "part.tif",
    }
    tiles, _ = run(tmp_path, layers)
    text = " ".join(re.findall(r"<text[^>]*>([^<]*)<", (tmp_path / "where.svg").read_text()))
    assert "dem: that of 2022-01-20 stands for all scenes; that of 2022-01-02 differs by 2" in text
    size = SIZE // CUT[0]
    means = heights.reshape(CUT[0], size, CUT[1], size).mean((1, 3))
    found = tiles.set_index([c.TILE_X, c.TILE_Y])[w.ALTITUDE]
    assert found[(4, 2)] == pytest.approx(means[2, 4], abs=0.1)
    assert "land_cover: not compared, as scenes have different ones: that of 2022-01-02" in text
    assert w.LAND_COVER not in tiles
    assert tiles[w.LOCAL_INCIDENCE].isna().sum() == 2 * CUT[0]
    assert "local_incidence: no value in 12 of 36 tiles, not compared there" in text
