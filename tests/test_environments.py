"""One set of versions: pip's list and conda's files agree, and neither names a host."""

import ast
import re
import sys

import pytest
import yaml
from conftest import ROOT

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


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_hashed_and_name_no_host(name):
    text = (ROOT / name).read_text()
    assert "://" not in text and "index-url" not in text
    packages = re.findall(r"^[a-z0-9-]+==.*?(?=^[a-z]|\Z)", text, re.M | re.S)
    assert len(packages) > 5
    assert all("--hash=sha256:" in package for package in packages)


def test_development_adds_to_the_same_versions():
    develop = re.findall(
        r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / "requirements-dev.txt").read_text(), re.M
    )
    for name, version in develop:
        assert PINS.get(name, version) == version


def test_every_rule_says_what_it_needs():
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for rule in re.split(r"^rule ", path.read_text(), flags=re.M)[1:]:
            if "script:" not in rule:
                continue
            for directive in ("message", "log", "threads", "conda", "params", "resources"):
                assert re.search(rf"^    {directive}:", rule, re.M), (path.name, directive)
            assert "mem_mb" in rule and "runtime" in rule
            assert "code_digest(" in rule or "made_from(" in rule


def test_each_stage_is_a_rule_file_a_script_and_a_test():
    helpers = {"config", "scenes", "resources", "keep", "outputs", "targets"}
    stages = {path.stem for path in (ROOT / "rules").glob("*.smk")} - helpers
    assert len(stages) >= 9
    for stage in stages:
        assert (ROOT / "scripts" / f"{stage}.py").is_file(), stage
        assert (ROOT / "tests" / f"test_{stage}.py").is_file(), stage


PACKAGES = {"skimage": "scikit-image", "yaml": "pyyaml"}


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
        "grid",
        "superset",
        "flatten",
        "tile",
        "correlate",
        "inject",
    ):
        assert not imported(stage) & {"pandas", "matplotlib"}, stage
