"""What is planted in a simulated stack lies where it should, and is told by names and tags."""

import csv
import re

import pytest
import rasterio
from conftest import Workspace
from test_simulate import SETTINGS

import simulate
import truth
from stackflow import headers, stacks
from stackflow.simulated import simulated
from stackio import files
from stackshift.errors import InputError
from stackshift.ground.lattice import Grid
from stackshift.simulate import planted, simulated_stack

PLANTED = [
    {"kind": "version", "value": "2.0", "from": 20240130, "east": 4.0},
    {"kind": "platform", "value": "S1C", "every": 2, "east": 1.5, "north": -1.0},
    {"kind": "orbit", "value": "restituted", "scenes": [0, 3], "north": 3.0},
    {"kind": "step", "from": "20240211T052301", "north": -5.0},
]
# By hand, of the four scenes.
METRES = [(0, 3), (1.5, -1), (4, 0), (5.5, -3)]
MADE = [
    ("S1A", "restituted", "1.0"),
    ("S1C", "precise", "1.0"),
    ("S1A", "precise", "2.0"),
    ("S1C", "restituted", "2.0"),
]


def rows_of(path, settings):
    truth.main(settings, path)
    return list(csv.DictReader(path.read_text().splitlines()))


def test_the_truth_has_what_is_planted_in_metres(tmp_path):
    before = rows_of(tmp_path / "before.csv", SETTINGS)
    after = rows_of(tmp_path / "after.csv", SETTINGS | {"planted": PLANTED})
    for one, other, (east, north) in zip(before, after, METRES, strict=True):
        assert float(other["planted_east"]) == pytest.approx(east, abs=1e-6)
        assert float(other["planted_north"]) == pytest.approx(north, abs=1e-6)
        moved = [float(other[key]) - float(one[key]) for key in ("offset_east", "offset_north")]
        assert moved == pytest.approx([east, north], abs=1e-4)
    assert after[3]["planted"] == (
        "version 2.0; platform S1C; orbit restituted; step 20240211T052301"
    )
    assert not before[3]["planted"]


def test_names_and_tags_tell_it_as_those_of_products_do(tmp_path, monkeypatch):
    """Read back from a folder, scenes have the attributes that the workflow gives its own."""
    monkeypatch.chdir(tmp_path)
    headers._remembered.cache_clear()
    settings = SETTINGS | {"planted": PLANTED, "rows": 120, "columns": 130, "displaced": []}
    grid = Grid("EPSG:32611", (30, 0, 0, 0, -30, 0), 9, 9)

    def made(number, scene):
        return planted.made(PLANTED, number, scene)

    product = simulated("site", settings, "VV", grid, made)
    own = {name: scene.attributes() for name, scene in product.scenes.items()}
    (tmp_path / "results/site/simulated").mkdir(parents=True)
    for scene in product.scenes.values():
        simulate.main(settings, scene.paths[0], "VV")
    entry = {"directory": "results/site/simulated", "polarizations": ["VV"]}
    entry |= {"tracks": "apart", "slices": "together"}
    found, said = stacks.assemble("s", entry, {"extent": "union", "bounds": None}, "stop")
    (again,) = found.values()
    keys = ("platform", "orbit file", "software version")
    for (name, scene), expected in zip(reversed(again.scenes.items()), MADE, strict=True):
        read = scene.attributes()
        assert tuple(read[key] for key in keys) == expected
        assert tuple(own[name][key] for key in keys) == expected
        with rasterio.open(scene.paths[0]) as source:
            assert source.tags()["SOFTWARE_VERSION"] == expected[2]
    assert any("S1A" in line or "orbit" in line for line in said)


def test_what_is_not_planted_changes_nothing():
    plain = simulated_stack.scene_offsets(SETTINGS)
    assert simulated_stack.scene_offsets(SETTINGS | {"planted": []}) == plain
    assert planted.made([], 3, "20240106T052301") == {
        "platform": "S1A", "orbit": "P", "reckoning": "D", "traits": {}, "tags": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "platform", "every": 2}, "platform needs a 'value'"),
        ({"kind": "step", "value": "x", "every": 2}, "a step has no 'value'"),
        ({"kind": "platform", "value": "ENVISAT", "every": 2}, "give S1A, S1B"),
        ({"kind": "orbit", "value": "bad", "every": 2}, "precise, restituted, original"),
        ({"kind": "step", "east": 4}, "say which scenes"),
        ({"kind": "step", "scenes": [4]}, "there is no scene 4; the last one is 3"),
    ],
)
def test_what_cannot_be_planted_is_refused(entry, message):
    with pytest.raises(InputError, match=re.escape(message)) as error:
        planted.check([PLANTED[0], entry], 4)
    assert "simulate.planted.1" in str(error.value)


@pytest.mark.long
def test_the_workflow_finds_what_is_planted_and_nothing_where_nothing_is(tmp_path):
    """A version 8 m off from the 9th of 14 scenes on, a platform 6 m off, and neither."""
    small = {"scenes": 14, "rows": 330, "columns": 360, "offset_sigma": 0.0, "looks": 20}
    version = {"kind": "version", "value": "2.0", "from": 20240410, "east": 8.0}
    platform = {"kind": "platform", "value": "S1C", "every": 2, "north": -6.0}
    config = {
        "stacks": {
            "none": {"simulate": small},
            "version": {"simulate": small | {"planted": [version]}},
            "platform": {"simulate": small | {"planted": [platform]}},
        },
        "watch": {"first": 6},
    }
    workspace = Workspace(tmp_path, config)
    done = workspace.run("analysed", "watched")
    assert done.status == 1
    line = next(line for line in done.text.splitlines() if "ALERT" in line)
    assert "version VV: scenes from 2024-04-" in line and "m east" in line
    assert "none VV" not in line
    found = {}
    for stack in config["stacks"]:
        folder = tmp_path / "results" / stack / "VV" / "analysis"
        found[stack] = files.read_json(folder / "findings.json")["why"]
    assert found["none"] == []
    (cause,) = found["platform"]
    assert (cause["kind"], cause["value"]) == ("platform", "S1C")
    assert cause["difference_north"] == pytest.approx(-6, abs=3 * cause["sigma_north"])
    (cause,) = found["version"]
    # The version is the step in time, which is said.
    assert (cause["kind"], cause["value"]) == ("software version", "2.0")
    assert "a step in time at 2024-04-11" in cause["text"]
    assert cause["difference_east"] == pytest.approx(8, abs=3 * cause["sigma_east"])
