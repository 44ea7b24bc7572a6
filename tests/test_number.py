"""Scenes are numbered from the newest, in the pairs' JSONs."""

import json

import number

SCENES = ["20220101T000000", "20220125T000000", "20220113T000000"]


def test_index_0_is_the_newest(tmp_path):
    raw = tmp_path / "20220125T000000__20220101T000000.json"
    pair = {
        "reference": {"scene": "20220125T000000"},
        "secondary": {"scene": "20220101T000000"},
        "tiles": [{"shift_x": 1.0}, {"shift_x": None}],
    }
    raw.write_text(json.dumps(pair))
    number.main([raw], tmp_path / "out", SCENES)
    numbered = json.loads((tmp_path / "out" / raw.name).read_text())
    assert numbered["reference"] == {"index": 0, "scene": "20220125T000000"}
    assert numbered["secondary"] == {"index": 2, "scene": "20220101T000000"}
    assert numbered["tiles"] == [
        {"reference_index": 0, "secondary_index": 2, "shift_x": 1.0},
        {"reference_index": 0, "secondary_index": 2, "shift_x": None},
    ]
