"""One set of versions: complete lists for pip, with which conda's files agree; no host's name."""

import ast
import re
import sys

import pytest
import yaml
from complete import applies, missing, needs, read, unlike
from conftest import ROOT
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from stackflow import digest

PINS = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / "requirements.txt").read_text(), re.M))
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_conda_has_the_versions_of_pip(path):
    dependencies = yaml.safe_load(path.read_text())["dependencies"]
    pinned = dict(d.split(" =") for d in dependencies if " =" in d)
    assert set(dependencies) - {f"{name} ={version}" for name, version in pinned.items()} <= {
        "gdal"
    }
    assert pinned.pop("python") == "3.11"
    assert len(pinned) >= 2
    for name, version in pinned.items():
        assert PINS[name] == version


def test_every_environment_is_used_and_every_used_one_exists():
    rules = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    used = set(re.findall(r'"\.\./envs/(\w+)\.yaml"', rules))
    assert used | {"stackshift"} == {path.stem for path in ENVIRONMENTS}


LISTS = ("requirements", "requirements-dev", "requirements-build", "requirements-mutation")


def listed(name):
    """The pins of a list."""
    return read(ROOT / f"{name}.txt")


def wanted(name):
    """What a list was made for."""
    return read(ROOT / f"{name}.in")


@pytest.mark.parametrize("name", LISTS)
def test_requirements_are_hashed_and_name_no_host(name):
    text = (ROOT / f"{name}.txt").read_text()
    assert "://" not in text and "index-url" not in text and "find-links" not in text
    packages = re.findall(r"^[a-z0-9-]+(?:\[[a-z0-9,-]+\])?==.*?(?=^[a-z]|\Z)", text, re.M | re.S)
    assert len(packages) == len(listed(name)) >= 1
    assert all("--hash=sha256:" in package for package in packages)
    assert all([s.operator for s in pin.specifier] == ["=="] for pin in listed(name))


def test_the_lists_have_the_same_versions():
    versions = {}
    for name in LISTS:
        for pin in listed(name):
            assert versions.setdefault(pin.name, pin.specifier) == pin.specifier, (name, pin)


# Of each kind of machine what decides a marker.
MACHINES = [
    {"python_version": python, "python_full_version": f"{python}.{micro}"} | system
    for python, micro in (("3.11", 0), ("3.12", 1), ("3.13", 0))
    for system in (
        {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
        {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
        {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64"},
    )
]


@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda m: f"{m['python_version']} {m['sys_platform']}"
)
@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_list_holds_all_that_its_packages_and_their_extras_need(name, machine):
    assert missing(wanted(name), listed(name), machine) == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_list_with_any_line_taken_out_is_incomplete(name):
    pins = listed(name)
    # What only another Python or system installs is unknown here.
    lines = [i for i, pin in enumerate(pins) if applies(pin, default_environment())]
    assert len(lines) > 50
    for i in lines:
        rest = pins[:i] + pins[i + 1 :]
        found = next(filter(None, (missing(wanted(name), rest, m) for m in MACHINES)))
        lacks = {Requirement(re.split(" needs |, which ", line)[1]).name for line in found}
        assert set(map(canonicalize_name, lacks)) == {pins[i].name}


def test_what_only_an_extra_needs_is_noticed():
    without = [pin for pin in listed("requirements-dev") if pin.name != "py-partiql-parser"]
    (line,) = missing(wanted("requirements-dev"), without)
    assert line.startswith("moto[s3] needs py-partiql-parser")


def test_extras_of_what_is_needed_are_followed():
    pins = [Requirement(f"{name}==1") for name in ("a", "b", "c")]
    graph = {"a": ["b[x]>=1"], "b": ['c>=1; extra == "x"'], "c": ['d; extra == "y"'], "d": []}
    told = {name: tuple(map(Requirement, lines)) for name, lines in graph.items()}
    assert missing([Requirement("a")], pins, needs=told.get) == []
    assert missing([Requirement("b")], pins[:2], needs=told.get) == []
    assert missing([Requirement("a")], pins[:2], needs=told.get) == [
        'b[x] needs c>=1; extra == "x", which is not listed'
    ]
    assert missing([Requirement("c[y]")], pins, needs=told.get) == [
        'c[y] needs d; extra == "y", which is not listed'
    ]
    old = [*pins[:2], Requirement("c==0.5")]
    assert missing([Requirement("a")], old, needs=told.get) == [
        'b[x] needs c>=1; extra == "x", but 0.5 is listed'
    ]


def test_this_environment_is_what_the_lists_say():
    for name in ("requirements", "requirements-dev"):
        assert unlike(listed(name)) == []


def test_pip_is_never_left_to_resolve_anything():
    lines = re.findall(r"^.*pip install.*$", (ROOT / "README.md").read_text(), re.M)
    lines += re.findall(r"^INSTALL := .*$", (ROOT / "Makefile").read_text(), re.M)
    assert len(lines) == 3
    for line in lines:
        assert "--no-deps --require-hashes" in line
        assert "--no-build-isolation" in line or "requirements-build.txt" in line
    others = (ROOT / "Makefile").read_text() + (ROOT / ".ci" / "run").read_text()
    assert others.count("pip install") == 1
    # Built by the list's setuptools, and complete without a list of their own.
    assert [pin.name for pin in listed("requirements-build")] == ["setuptools"]
    assert needs("connection-pool") == ()


def test_every_rule_says_what_it_needs():
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for rule in re.split(r"^rule ", path.read_text(), flags=re.M)[1:]:
            if "script:" not in rule:
                continue
            for directive in ("message", "log", "threads", "conda", "params", "resources"):
                assert re.search(rf"^    {directive}:", rule, re.M), (path.name, directive)
            assert "mem_mb" in rule and "runtime" in rule
            assert "code_digest(" in rule or "_from(" in rule


def test_a_rule_has_the_digests_of_its_own_script_and_of_what_that_fills_in():
    """Else a change of the code, or of a page's template, would leave old results as they are."""
    digested = (ROOT / "rules" / "made_from.smk").read_text()
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for rule in re.split(r"^ *rule\b", path.read_text(), flags=re.M)[1:]:
            script = re.search(r"scripts/(\w+)\.py", rule)
            if not script:
                continue
            own = f'code_digest("{script[1]}"'
            # Where no digest stands in the rule it is in what its results are made from.
            where = rule if "code_digest(" in rule else digested
            assert own in where, (path.name, script[1])
            text = (ROOT / "scripts" / f"{script[1]}.py").read_text()
            filled = set(re.findall(r'job\.template\(snakemake, f?"([^"]+)"\)', text))
            _, _, names = rule.partition("template_digest(")
            assert filled <= set(re.findall(r'"report/([^"]+)"', names)), (path.name, script[1])


def test_each_stage_is_a_rule_file_a_script_and_a_test():
    having_rules = {
        path.stem
        for path in (ROOT / "rules").glob("*.smk")
        if re.search(r"^ *rule\b", path.read_text(), re.M)
    }
    stages = having_rules - {"targets"}
    assert len(stages) >= 30
    for stage in stages:
        assert (ROOT / "scripts" / f"{stage}.py").is_file(), stage
        assert (ROOT / "tests" / f"test_{stage}.py").is_file(), stage


PACKAGES = {"skimage": "scikit-image", "yaml": "pyyaml", "PIL": "pillow"}


def imported(stage):
    """Packages from outside that a stage's script and the modules behind it import."""
    method = ("stackshift.tile.coherence", "stackshift.tile.cross_correlation")
    modules = [digest._file(stage), *map(digest._file, method if stage == "correlate" else ())]
    files = set().union(*(digest._reached(path) for path in modules))
    names = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.split(".")[0])
    own = {"stackflow", "stackio", "stackplot", "stackshift"}
    return {PACKAGES.get(n, n) for n in names - own - sys.stdlib_module_names}


def test_an_environment_has_what_its_scripts_import():
    checked = 0
    for path in (ROOT / "rules").glob("*.smk"):
        for rule in re.split(r"^rule ", path.read_text(), flags=re.M)[1:]:
            script = re.search(r"scripts/(\w+)\.py", rule)
            if not script:
                continue
            name = re.search(r"envs/(\w+)\.yaml", rule)[1]
            dependencies = yaml.safe_load((ROOT / "envs" / f"{name}.yaml").read_text())
            has = {d.split(" =")[0] for d in dependencies["dependencies"]}
            assert imported(script[1]) <= has, (script[1], name)
            checked += 1
    assert checked >= 14


def test_jobs_of_scenes_and_pairs_import_no_pandas_and_no_matplotlib():
    for stage in (
        "simulate",
        "superset",
        "flatten",
        "tile",
        "correlate",
        "inject",
    ):
        assert not imported(stage) & {"pandas", "matplotlib"}, stage
