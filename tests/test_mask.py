"""What is masked is no data for all that follows: classes of both producers, rasters, polygons."""

import os
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from conftest import Workspace
from makers import NORTH, POSTING, WEST, read, texture, write_scene
from test_layer import GRID, HYP3, OPERA, TIMES, hyp3, product

import flatten
import mask
import tile
from stackflow import masks
from stackio import raster
from stackio.tags import share_of, tags_of
from stackshift.errors import InputError
from stackshift.ground import classes
from stackshift.ground.lattice import Grid


def test_opera_classes():
    codes = np.array([0, 1, 2, 3, 255, np.nan], np.float32)
    for what, expected in {
        ("shadow",): [0, 1, 0, 1, 0, 0],
        ("layover",): [0, 0, 1, 1, 0, 0],
        ("layover", "shadow"): [0, 1, 1, 1, 0, 0],
    }.items():
        assert classes.affected(codes, "mask", list(what)).tolist() == expected


def test_hyp3_bits():
    # The product guide: 1 tested, 2 and 4 layover (active, affected), 8 and 16 shadow.
    codes = np.array([0, 1, 3, 5, 7, 9, 17, 25, 31, np.nan], np.float32)
    for what, expected in {
        ("layover",): [0, 0, 1, 1, 1, 0, 0, 0, 1, 0],
        ("shadow",): [0, 0, 0, 0, 0, 1, 1, 1, 1, 0],
    }.items():
        assert classes.affected(codes, "layover_shadow", list(what)).tolist() == expected


@pytest.mark.parametrize(("coding", "code"), [("mask", 17), ("layover_shadow", 1.5)])
def test_classes_of_another_coding_are_refused(coding, code):
    with pytest.raises(InputError, match=f"holds the class {code}, which the layer {coding} of"):
        classes.affected(np.full((2, 2), code, np.float32), coding, ["layover"])


@pytest.mark.parametrize(
    ("drop", "keep", "expected"),
    [
        ([80, 200], None, [0, 0, 1, 1, 0]),
        ([], None, [0, 1, 1, 1, 0]),
        (None, [10], [1, 0, 1, 1, 1]),
        (None, [], [1, 0, 0, 0, 1]),
    ],
)
def test_values_of_a_raster_are_dropped_or_kept(drop, keep, expected):
    values = np.array([0, 10, 80, 200, np.nan], np.float32)
    assert classes.chosen(values, drop, keep).tolist() == expected


def made(tmp_path, *parts, grid=GRID):
    mask.main(list(parts), grid, str(tmp_path / "masked.tif"))
    return read(tmp_path / "masked.tif") == 1


# A pond in metres of the map, (left, bottom, right, top), and the pixels whose middle is in it.
POND = (
    WEST + 10.2 * POSTING,
    NORTH - 40.9 * POSTING,
    WEST + 30.7 * POSTING,
    NORTH - 20.1 * POSTING,
)
INSIDE = np.zeros((80, 90), bool)
INSIDE[20:41, 10:31] = True


def ponds(path, crs="EPSG:32611", geometry=None, **options):
    frame = gpd.GeoDataFrame(geometry=[geometry or shapely.box(*POND)], crs="EPSG:32611")
    frame.to_crs(crs).to_file(path, **options)
    return str(path)


@pytest.mark.parametrize("name", ["ponds.gpkg", "ponds.geojson", "ponds.shp"])
def test_polygons_of_any_format_and_crs(tmp_path, name):
    crs = "EPSG:4326" if name.endswith("json") else "EPSG:32611"
    part = {"kind": "vector", "files": [ponds(tmp_path / name, crs)], "layer": None}
    np.testing.assert_array_equal(made(tmp_path, part | {"keep": False}), INSIDE)
    np.testing.assert_array_equal(made(tmp_path, part | {"keep": True}), ~INSIDE)


@pytest.mark.parametrize("turn", [-360, 360])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4269"])
def test_polygons_are_found_in_any_turn_around_the_earth(tmp_path, turn, crs):
    pond = gpd.GeoSeries([shapely.box(*POND)], crs="EPSG:32611").to_crs("EPSG:4326")[0]
    moved = shapely.affinity.translate(pond, turn)
    frame = gpd.GeoDataFrame(geometry=[moved], crs="EPSG:4326")
    frame.to_file(tmp_path / "p.gpkg")
    part = {"kind": "vector", "files": [str(tmp_path / "p.gpkg")], "layer": None, "keep": False}
    np.testing.assert_array_equal(made(tmp_path, part), INSIDE)
    # The other way round: the grid in another turn than the polygons, also by another datum.
    gpd.GeoDataFrame(geometry=[pond], crs="EPSG:4326").to_crs(crs).to_file(tmp_path / "p.gpkg")
    west, south, east, north = pond.bounds
    across, down = (east - west) / 20, (north - south) / 20
    lattice = (across, 0.0, west + turn - 10 * across, 0.0, -down, north + 10 * down)
    found = made(tmp_path, part, grid=Grid("EPSG:4326", lattice, 40, 40))
    assert found[13:27, 13:27].all() and not found[:9].any() and not found[:, :9].any()


@pytest.mark.parametrize(
    ("crs", "corners"),
    [("EPSG:4326", POND), ("EPSG:4326", (35.2, -119.2, 35.21, -119.19)),
     ("EPSG:32612", POND)],
    ids=["metres as degrees", "latitude first", "another zone"],
)  # fmt: skip
def test_polygons_elsewhere_are_refused(tmp_path, crs, corners):
    path = tmp_path / "p.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(*corners)], crs=crs).to_file(path)
    part = {"kind": "vector", "files": [str(path)], "layer": None}
    for keep in (True, False):
        with pytest.raises(InputError, match=r"p\.gpkg lies outside the grid of the stack"):
            made(tmp_path, part | {"keep": keep})


def test_polygons_around_the_grid_and_none_in_it_mask_nothing(tmp_path):
    lakes = [shapely.box(x, y, x + 900, y + 900) for x, y in
             ((WEST - 5e4, NORTH - 5e4), (WEST + 5e4, NORTH + 5e4))]  # fmt: skip
    gpd.GeoDataFrame(geometry=lakes, crs="EPSG:32611").to_file(tmp_path / "p.gpkg")
    part = {"kind": "vector", "files": [str(tmp_path / "p.gpkg")], "layer": None, "keep": False}
    assert not made(tmp_path, part).any()


def test_polygons_in_an_archive_and_a_file_that_changed(tmp_path):
    """A zipped shapefile by its archive, by its name in it, and as GDAL says it."""
    hyp3(tmp_path / "scenes")
    for name in ("lake", "pond"):
        ponds(tmp_path / f"{name}.shp", "EPSG:32612")
    archive = tmp_path / "lake.zip"
    with zipfile.ZipFile(archive, "w") as written:
        for path in sorted(tmp_path.glob("lake.*")):
            if path != archive:
                written.write(path, path.name)
    for path in (archive, f"{archive}/lake.shp", f"/vsizip/{archive}/lake.shp"):
        (part,) = find(tmp_path / "scenes", masks=[{"path": str(path)}]).of(None)
        assert part["kind"] == "vector"
        np.testing.assert_array_equal(made(tmp_path, part), INSIDE)
    with zipfile.ZipFile(archive, "a") as written:
        written.write(tmp_path / "pond.shp", "pond.shp")
    with pytest.raises(InputError, match=r"lake\.zip holds lake\.shp, pond\.shp; say which"):
        find(tmp_path / "scenes", masks=[{"path": str(archive)}])
    # What counts is the content: touched it is the same, and not with the time stamp kept.
    cover = write_scene(tmp_path / "cover.tif", np.full((80, 90), 80, np.uint8))
    before = masks.stamp_of(str(cover))
    cover.touch()
    assert masks.stamp_of(str(cover)) == before
    times = cover.stat().st_atime_ns, cover.stat().st_mtime_ns
    write_scene(cover, np.full((80, 90), 90, np.uint8))
    os.utime(cover, ns=times)
    assert masks.stamp_of(str(cover)) != before


def test_a_mask_of_everything_and_one_that_does_not_reach_are_told(tmp_path, caplog):
    caplog.set_level("WARNING")
    everything = ponds(
        tmp_path / "all.gpkg", geometry=shapely.box(WEST, NORTH - 3e4, WEST + 3e4, NORTH)
    )
    part = {"kind": "vector", "files": [everything], "layer": None, "keep": False}
    assert made(tmp_path, part).all()
    assert "all.gpkg: every pixel of the grid is masked" in caplog.text
    # Half of the grid; no data in a raster of the user's own are a class like others.
    cover = np.where(np.indices((80, 45))[0] < 40, 80, 0).astype(np.uint8)
    write_scene(tmp_path / "half.tif", cover, no_data=0)
    half = {"kind": "raster", "files": [str(tmp_path / "half.tif")], "drop": [80], "keep": None}
    found = made(tmp_path, half)
    assert found[:40, :45].all() and found.mean() == 0.25
    assert np.isnan(read(tmp_path / "masked.tif")).mean() == 0.5
    assert "half.tif: says nothing of 50.0 % of the grid" in caplog.text


def test_long_edges_of_another_map_are_bent(tmp_path):
    # A parallel of latitude, by two corners 3 degrees apart: straight on the grid's map it would
    # leave it by 0.7 km.
    edge = 35.215
    outline = shapely.box(-120.7, edge, -117.7, 36)
    frame = gpd.GeoDataFrame(geometry=[outline], crs="EPSG:4326")
    frame.to_file(tmp_path / "north.geojson")
    part = {"kind": "vector", "files": [str(tmp_path / "north.geojson")], "layer": None}
    found = made(tmp_path, part | {"keep": False})
    rows, columns = np.mgrid[:80, :90] + 0.5
    points = gpd.GeoSeries(
        gpd.points_from_xy((WEST + columns * POSTING).ravel(), (NORTH - rows * POSTING).ravel()),
        crs="EPSG:32611",
    ).to_crs("EPSG:4326")
    expected = (points.y > edge).to_numpy().reshape(80, 90)
    assert 0.1 < expected.mean() < 0.9
    assert (found != expected).mean() < 0.002


def test_what_is_no_mask_is_told_in_a_line(tmp_path):
    part = {"kind": "vector", "layer": None, "keep": False}
    line = ponds(tmp_path / "line.gpkg", geometry=shapely.LineString([POND[:2], POND[2:]]))
    with pytest.raises(InputError, match="holds lines or points and no polygons"):
        made(tmp_path, part | {"files": [line]})
    gpd.GeoDataFrame(geometry=[], crs="EPSG:4326").to_file(tmp_path / "none.gpkg")
    with pytest.raises(InputError, match="holds no polygons"):
        made(tmp_path, part | {"files": [str(tmp_path / "none.gpkg")]})
    two = ponds(tmp_path / "two.gpkg", layer="lakes")
    ponds(tmp_path / "two.gpkg", layer="rivers")
    with pytest.raises(InputError, match="has the layers lakes, rivers; say which"):
        made(tmp_path, part | {"files": [two]})
    assert made(tmp_path, part | {"files": [two], "layer": "rivers"}).any()
    bare = ponds(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    with pytest.raises(InputError, match="has no CRS"):
        made(tmp_path, part | {"files": [bare]})
    (tmp_path / "broken.gpkg").write_text("no database")
    with pytest.raises(InputError, match=r"broken\.gpkg cannot be read"):
        made(tmp_path, part | {"files": [str(tmp_path / "broken.gpkg")]})


def test_parts_add_up(tmp_path):
    codes = np.zeros((80, 90), np.uint8)
    codes[:5] = 2
    write_scene(tmp_path / "m.tif", codes)
    found = made(
        tmp_path,
        {"kind": "mask", "files": [str(tmp_path / "m.tif")], "what": ["layover"]},
        {
            "kind": "vector",
            "files": [ponds(tmp_path / "p.gpkg")],
            "layer": None,
            "keep": False,
        },
    )
    np.testing.assert_array_equal(found, INSIDE | (codes == 2))


def find(folder, **settings):
    return masks.find(*product(folder, **settings), "site")


def test_what_lies_beside_the_scenes_masks_only_if_it_is_asked_for(tmp_path):
    hyp3(tmp_path / "scenes")
    assert not find(tmp_path / "scenes")
    found = find(tmp_path / "scenes", masks=["layover"])
    assert found.per_scene and found.path(TIMES[0]) == f"layers/masked/{TIMES[0]}.tif"
    (part,) = found.of(TIMES[0])
    assert part["kind"] == "layover_shadow" and part["what"] == ["layover"]
    stem = HYP3.format(scene=TIMES[0], digits="9C00")
    assert part["files"] == [str(tmp_path / "scenes" / stem / f"{stem}_ls_map.tif")]


def test_a_layer_that_is_named_masks_both_unless_told_otherwise(tmp_path):
    hyp3(tmp_path / "scenes")
    path = str(write_scene(tmp_path / "mask.tif", np.zeros((80, 90), np.uint8)))
    found = find(tmp_path / "scenes", layers={"mask": path})
    assert found.path(TIMES[0]) == "layers/masked.tif"
    assert found.of(None) == [{"kind": "mask", "what": ["layover", "shadow"], "files": [path]}]
    assert not find(tmp_path / "scenes", layers={"mask": path}, masks=[])


def test_own_masks_stand_beside_them_and_a_change_is_seen(tmp_path):
    hyp3(tmp_path / "scenes")
    shape, cover = ponds(tmp_path / "p.shp"), tmp_path / "cover.tif"
    write_scene(cover, np.full((80, 90), 80, np.uint8))
    given = ["shadow", {"path": shape}, {"path": str(cover), "drop": [80]}]
    found = find(tmp_path / "scenes", masks=given)
    assert [part["kind"] for part in found.of(TIMES[1])] == ["vector", "raster", "layover_shadow"]
    before = found.written(TIMES[1])
    (tmp_path / "p.dbf").write_bytes((tmp_path / "p.dbf").read_bytes() + b" ")
    assert found.written(TIMES[1]) != before
    for wrong, message in {
        "masks: layover needs a layer": {"masks": ["layover"]},
        "nowhere.gpkg is not there": {"masks": [{"path": "nowhere.gpkg"}]},
        "has polygons and no classes": {"masks": [{"path": shape, "drop": [3]}]},
        "'drop' or 'keep', not both": {
            "masks": [{"path": shape, "drop": "inside", "keep": "inside"}]
        },
    }.items():
        folder = tmp_path / "bare" if "needs" in wrong else tmp_path / "scenes"
        if "needs" in wrong:
            for times in ("20220115T134101Z_20220116T000000Z", "20220127T134101Z_20220128T000000Z"):
                name = OPERA.format(burst="T137-292319-IW2", times=times, what="VV")
                write_scene(folder / name, texture(80, 90), no_data=np.nan)
        with pytest.raises(InputError, match=wrong):
            find(folder, **message)


def test_the_sea_is_no_data_for_matching_and_for_the_percentiles(tmp_path):
    image = texture(80, 90, seed=2)
    image[INSIDE] = 1e-3
    scene = write_scene(tmp_path / "scene.tif", image, no_data=np.nan)
    part = {"kind": "vector", "files": [ponds(tmp_path / "p.gpkg")], "layer": None, "keep": False}
    made(tmp_path, part)
    sea = str(tmp_path / "masked.tif")
    flatten.main(str(scene), str(tmp_path / "flat.tif"), 1, 99, "clip", mask=sea)
    # Of the land alone.
    low, high = np.percentile(image[~INSIDE].astype(float), [1, 99])
    expected = np.where(INSIDE, np.nan, np.clip(image, np.float32(low), np.float32(high)))
    np.testing.assert_array_equal(read(tmp_path / "flat.tif"), expected)
    tile.main(str(tmp_path / "flat.tif"), str(tmp_path / "tiles"), 2, 2, mask=sea)
    with raster.open_scene(tmp_path / "tiles" / "0_0.tif") as source:
        tags = tags_of(source)
    assert share_of(tags) == pytest.approx(INSIDE.mean(), abs=1e-6)
    assert share_of(tags, "tile_masked") == pytest.approx(INSIDE[:40, :45].mean(), abs=1e-6)


@pytest.mark.long
def test_a_changed_mask_reruns_what_it_must(tmp_path):
    hyp3(tmp_path / "scenes")
    ponds(tmp_path / "p.gpkg")
    entry = {"directory": "scenes", "masks": [{"path": "p.gpkg"}]}
    workspace = Workspace(tmp_path, {"stacks": {"site": entry}, "tiles": {"rows": 1, "columns": 1}})

    def jobs():
        found = workspace.dry("flattened")
        return {name: count for name, count in found.items() if name != "flattened"}

    assert jobs() == {"superset": 2, "mask": 1, "flatten": 2, "inventory": 1}
    done = workspace.run("flattened", cores=1)
    assert done.status == 0, done.text
    flat = tmp_path / "results" / "site" / "VV" / "flatten" / f"{TIMES[0]}.tif"
    np.testing.assert_array_equal(np.isnan(read(flat)), INSIDE)
    assert jobs() == {}
    left, bottom, right, top = POND
    ponds(tmp_path / "p.gpkg", geometry=shapely.box(left, bottom, right + 300, top))
    assert jobs() == {"mask": 1, "flatten": 2}
    # Of each scene its own.
    entry["masks"] = ["layover"]
    assert jobs() == {"mask_of_scene": 2, "flatten": 2, "inventory": 1}
    entry["masks"] = []
    assert jobs() == {"flatten": 2, "inventory": 1}
