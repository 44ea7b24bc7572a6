"""What a stack is made of is written down as it was found."""

import json

import inventory

GRID = {"crs": "EPSG:32611", "transform": [30, 0, 0, 0, -30, 0], "width": 9, "height": 8}


def test_grid_scenes_and_what_was_noticed_are_recorded(tmp_path):
    scenes = {"20220101T000000": {"platform": "S1A", "files": ["a.tif", "b.tif"]}}
    noticed = {"track": "T137", "left_out": [{"file": "c.tif", "reason": "is damaged"}]}
    paths = tmp_path / "grid.json", tmp_path / "inventory.json"
    inventory.main(GRID, scenes, noticed, *paths)
    grid, found = (json.loads(path.read_text()) for path in paths)
    assert grid == GRID
    assert found == {"scenes": scenes} | noticed
