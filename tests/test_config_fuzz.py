"""Every key with values of any kind: a line with the key, the value and what is allowed."""

import copy
import functools
import math

import jsonschema
import pytest
import snakemake.utils
import yaml
from conftest import ROOT, TOGETHER, Workspace, small_stack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

from stackflow import simulated
from stackflow.settings import (
    check_finite,
    check_masks,
    check_requirement,
    explain,
    with_integers,
)
from stackshift.errors import InputError
from stackshift.simulate import planted
from stackshift.simulate.place import ground_grid
from stackshift.stack.pairing import choose

SCHEMA_FILE = ROOT / "schemas" / "config.schema.yaml"
SCHEMA = yaml.safe_load(SCHEMA_FILE.read_text())
TIMES = [f"2022{month:02d}01T000000" for month in range(1, 13)]


def leaves(schema, path=()):
    """Paths of all keys of the schema that hold no further keys, with their part of the schema."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "properties" not in schema:
        yield path, schema
        return
    for name, part in schema["properties"].items():
        if path == () and name == "stacks":
            yield from leaves(SCHEMA["$defs"]["stack"], ("stacks", "site"))
        else:
            yield from leaves(part, (*path, name))


LEAVES = dict(leaves(SCHEMA))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["1e-1", "yes", "../x", "99999999T999999", "nan", "VV", "union", "simulate"]),
)  # fmt: skip
JUNK = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.text(max_size=5), SCALARS, max_size=3),
)


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module", autouse=True)
def schema_is_read_once():
    """Parsing it takes most of the time of a validation."""
    read = functools.cache(snakemake.utils._load_configfile)
    with pytest.MonkeyPatch.context() as patch:
        once = lambda path, filetype: copy.deepcopy(read(path, filetype=filetype))  # noqa: E731
        patch.setattr(snakemake.utils, "_load_configfile", once)
        yield


def config_with(path, value) -> dict:
    """A good config with one key of it changed."""
    config = {"stacks": {"site": {"directory": "scenes"}}}
    if path[:3] == ("stacks", "site", "simulate"):
        config = {"stacks": {"site": {"simulate": {}}}}
    if path[:3] == ("stacks", "site", "scenes"):
        config = {"stacks": {"site": {}}}
    part = config
    for name in path[:-1]:
        part = part.setdefault(name, {})
    part[path[-1]] = value
    return config


def complaint(config) -> str | None:
    """What the workflow says of a config before it looks at any file; None if it takes it."""
    config = with_integers(config)
    try:
        check_masks(config)
        validate(config, str(SCHEMA_FILE))
    except InputError as error:
        return str(error)
    except WorkflowError as error:
        return explain(error.__context__)
    try:
        check_finite(config)
        check_requirement(config["requirement"])
        stack = config["stacks"]["site"]
        if "simulate" in stack:
            simulated.check("site", stack)
            told = stack["simulate"]
            planted.check(told["planted"], told["scenes"])
            made = functools.partial(planted.made, told["planted"])
            simulated.simulated("site", told, "VV", ground_grid(told), made)
        choose(TIMES, config["pairs"])
    except InputError as error:
        return str(error)
    return None


def test_there_are_all_keys():
    assert len(LEAVES) > 45
    assert ("correlate", "coherence", "min_psr") in LEAVES
    assert ("stacks", "site", "simulate", "looks") in LEAVES


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(LEAVES)), JUNK)
def test_a_wrong_value_is_one_line_with_key_and_value(path, value):
    said = complaint(config_with(path, value))
    fits = not list(VALIDATOR.iter_errors(config_with(path, value)))
    if said is None:
        assert fits
        return
    assert "\n" not in said and len(said) < 1500
    if not fits:
        assert said.startswith("config")
        # The key itself, or the one above it where several keys exclude each other.
        assert ".".join(path[:2]) in said or path[-1] in said


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(LEAVES)), st.text(min_size=1, max_size=10))
def test_an_unknown_key_is_named(path, name):
    config = config_with((*path[:-1], name), 1)
    if name in str(SCHEMA):
        return
    said = complaint(config)
    assert said is not None and "unknown key" in said and "\n" not in said.replace(name, "")


@pytest.mark.parametrize("path", sorted(LEAVES), ids=".".join)
def test_the_wrong_type_of_every_key_is_told_with_what_is_allowed(path):
    """An object where none is allowed."""
    said = complaint(config_with(path, {"surprise": 1}))
    assert said is not None and said.startswith("config.")
    assert "surprise" in said
    told = LEAVES[path].get("description", "")[:20], "not valid under any", "unknown key"
    assert any(text in said for text in told)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_refused(value):
    said = complaint(config_with(("requirement", "metres"), value))
    assert said is not None and "config.requirement.metres" in said


def test_a_number_that_yaml_takes_for_text_is_told():
    said = complaint(config_with(("flatten", "lower"), "1e-1"))
    assert "'1e-1' is not of type 'number'; YAML takes it for text, write 0.1" in said


def test_a_time_of_no_calendar_is_told_as_the_schema_wants_it():
    said = complaint(config_with(("stacks", "site", "simulate", "start"), "20249999T999999"))
    assert said == (
        "config.stacks.site.simulate.start: '20249999T999999' is not a time; write it as "
        "20220115T134101 (UTC)"
    )


def test_a_scene_that_yaml_takes_for_a_date_is_told():
    said = complaint(config_with(("align", "reference"), yaml.safe_load("2023-01-05")))
    assert said == "config.align.reference: YAML takes 2023-01-05 for a date: write it in quotes"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("tiles: {rows: [1]}", "config.tiles.rows: [1] is not of type 'integer'"),
        ("requirement: {metres: .nan}", "config.requirement.metres: nan is no number"),
        ("pairs: {reference: 20200101T000000}", "stack 'site', VV: pairs.reference: there is no"),
        (
            "stacks: [{site: {directory: scenes}}]",
            "config.stacks: [{'site': {'directory': 'scenes'}}]",
        ),
        (
            "stacks: {site: {simulate: {}, exclude: [20240106]}}",
            "config.stacks.site.exclude: it is of",
        ),
        (
            "requirement: {range: 0.5}",
            "config.requirement.range: it counts with 'shape: range_azimut",
        ),
        ("correlate: 7", "config.correlate: 7 is not of type 'object'"),
        (
            "stacks: {site: {directory: scenes, masks: [null]}}",
            "config.stacks.site.masks.0: 'None' is no mask",
        ),
        ("keep: [everything]", "config.keep.0: 'everything' is not one of"),
    ],
)
def test_no_traceback_reaches_the_user(tmp_path, change, expected):
    small_stack(tmp_path / "scenes")
    config = {"stacks": {"site": {"directory": "scenes"}}} | yaml.safe_load(change)
    done = Workspace(tmp_path, config).run("--dry-run")
    assert done.status != 0
    assert expected in done.text and "Traceback" not in done.text


def test_a_whole_number_with_a_point_is_taken_as_such(tmp_path):
    small_stack(tmp_path / "scenes")
    config = {"stacks": {"site": {"directory": "scenes"}}, "tiles": {"rows": 2.0, "columns": 1.0}}
    done = Workspace(tmp_path, config | TOGETHER).run("tiled")
    assert done.status == 0, done.text
    assert len(list((tmp_path / "results").rglob("tiles/*/1_0.tif"))) == 3
