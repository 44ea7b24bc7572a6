"""The schema explains and bounds every key, and a wrong key is one line."""

import re

import jsonschema
import pytest
import yaml
from conftest import ROOT

from stackflow import simulated
from stackflow.settings import check_masks, check_requirement, explain
from stackshift.errors import InputError
from stackshift.simulate.simulation import SCENARIOS
from stackshift.tile.methods import METHODS

SCHEMA = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())


def objects(schema, path="config"):
    """All parts of the schema that describe an object, with their paths."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            yield path, schema
        for key, value in schema.items():
            yield from objects(value, f"{path}.{key}")


@pytest.mark.parametrize(("path", "part"), list(objects(SCHEMA)), ids=lambda p: str(p)[:60])
def test_every_key_is_explained_and_has_a_default_and_no_other_is_taken(path, part):
    assert part["additionalProperties"] is False or "$ref" in part["additionalProperties"]
    needed = set(part.get("required", []))
    for choice in part.get("oneOf", []):
        needed |= set(choice["required"])
    needed |= set(part.get("dependentRequired", {}))
    for key, value in part["properties"].items():
        assert len(value["description"]) > 10, f"{path}.{key}"
        assert "default" in value or key in needed, f"{path}.{key}"


def test_every_method_can_be_chosen_and_has_its_options():
    correlate = SCHEMA["properties"]["correlate"]["properties"]
    assert set(correlate["method"]["enum"]) <= set(METHODS)
    assert set(correlate["method"]["enum"]) <= set(correlate)


def test_every_scenario_can_be_chosen():
    simulate = SCHEMA["$defs"]["simulate"]["properties"]
    assert set(simulate["scenario"]["enum"]) == set(SCENARIOS)


def test_the_default_config_shows_the_defaults():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    for section, values in config.items():
        if section == "stacks":
            continue
        for key, value in values.items():
            assert SCHEMA["properties"][section]["properties"][key]["default"] == value


def test_every_section_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for section in SCHEMA["properties"]:
        assert re.search(rf"\b{section}\b", readme), section


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            {"stacks": {"a": {"directory": "x"}}, "flaten": {}},
            "config: unknown key 'flaten'; did you mean 'flatten'?",
        ),
        (
            {"stacks": {"a": {"directory": "x"}}, "tiles": {"q": 1}},
            "config.tiles: unknown key 'q'; known keys: rows, columns",
        ),
        (
            {"stacks": {"a": {"directory": "x"}}, "tiles": {"rows": 0}},
            "config.tiles.rows: 0 is less than the minimum of 1 (Number of tiles from north to "
            "south; null for as many as fit.)",
        ),
        (
            {"stacks": {"a": {"directory": "x", "polarizations": ["XX"]}}},
            "config.stacks.a.polarizations.0: 'XX' is not one of ['VV', 'VH', 'HH', 'HV']",
        ),
        (
            {"stacks": {"a": {"directory": "x", "heading": {"descendin": 190}}}},
            "config.stacks.a.heading: unknown key 'descendin'; did you mean 'descending'?",
        ),
        (
            {"stacks": {"a": {}}},
            "config.stacks.a: give exactly one of directory, scenes, simulate; here is none of "
            "them",
        ),
        (
            {"stacks": {"a": {"directory": "x", "scenes": "y"}}},
            "config.stacks.a: give exactly one of directory, scenes, simulate; here is directory "
            "and scenes",
        ),
        (
            {"stacks": [{"a": {"directory": "x" * 99}}]},
            "config.stacks: [{'a': {'directory': '" + "x" * 58 + "... is not of type 'object' (The "
            "stacks to measure, by a name that becomes a folder of results.)",
        ),
        (
            {"stacks": {"a": {"directory": "x", "exclude": "20220101"}}},
            "config.stacks.a.exclude: '20220101' is not of type 'array'; write a list, [20220101] "
            "(Scenes to leave out: names of files, paths, glob patterns, acquisition times "
            '(YYYYMMDDTHHMMSS) or dates (YYYYMMDD, or "YYYY-MM-DD" in quotes).)',
        ),
        (
            {"stacks": {"a": {"directory": "x"}}, "pairs": {"reference": "20220206"}},
            r"config.pairs.reference: '20220206' does not match '^\\d{8}T\\d{6}$' (A scene "
            "(YYYYMMDDTHHMMSS) that is paired with all others; null for none.)",
        ),
        (
            {"stacks": {"a": {"directory": "x"}}, "watch": {"run_length": "1000"}},
            "config.watch.run_length: '1000' is not of type 'number'; it is text, write 1000 "
            "without quotes (Scenes until a false alarm, on average; more finds a small step "
            "later.)",
        ),
    ],
)
def test_a_wrong_key_is_one_line(config, line):
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(SCHEMA).iter_errors(config), key=lambda error: 0
    )
    assert explain(error) == line


def test_a_word_that_is_no_mask_is_one_line():
    with pytest.raises(InputError, match=r"masks\.1: 'water' is no mask; give layover, shadow, or"):
        check_masks({"stacks": {"a": {"masks": ["layover", "water"]}}})
    check_masks({"stacks": {"a": {"masks": ["layover", {"path": "x.gpkg"}]}, "b": {}}})
    check_masks({"stacks": [{"a": {}}]})


def test_metres_along_axes_that_are_not_judged_are_refused():
    asked = {"shape": "radial", "range": None, "azimuth": None}
    check_requirement(asked)
    check_requirement({"shape": "range_azimuth", "range": 0.5, "azimuth": 0.75})
    with pytest.raises(
        InputError, match=r"config\.requirement\.azimuth: it counts with 'shape: ra"
    ):
        check_requirement(asked | {"azimuth": 0.75})


SIMULATED = {"scenes": 4, "rows": 256, "columns": 300, "displaced": [], "moving": []}
PIECE = {"rows": 9, "columns": 9, "east": 1, "north": 0}


@pytest.mark.parametrize(
    ("entry", "simulate", "line"),
    [
        ({"exclude": ["20240106"]}, {}, "config.stacks.a.exclude: it is of files that are found"),
        ({"values": "decibel"}, {}, "config.stacks.a.values: it is of files"),
        ({"slices": "separate"}, {}, "config.stacks.a.slices: it is of files"),
        ({}, {"displaced": [{"scene": 4}]}, "displaced.0.scene: there is no scene 4; the last"),
        ({}, {"moving": [PIECE | {"top": 256, "left": 0}]}, "moving.0.top: 256 lies outside the g"),
        ({}, {"moving": [PIECE | {"top": 0, "left": 300}]}, "moving.0.left: 300 lies outside the"),
    ],
)  # fmt: skip
def test_what_nothing_would_come_of_in_a_simulated_stack_is_refused(entry, simulate, line):
    with pytest.raises(InputError) as error:
        simulated.check("a", entry | {"simulate": SIMULATED | simulate})
    assert line in str(error.value)


def test_what_a_simulated_stack_has_is_taken():
    moving = [PIECE | {"top": 255, "left": 299}]
    made = SIMULATED | {"displaced": [{"scene": 3}], "moving": moving}
    simulated.check("a", {"exclude": [], "values": "auto", "tracks": "apart", "simulate": made})
