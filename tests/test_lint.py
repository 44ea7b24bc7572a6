"""Linters are named in two places, which agree, and YAML says each thing once."""

import re
import subprocess

import pytest
import yaml
from conftest import ROOT


def test_pre_commit_runs_what_make_lint_runs():
    text = (ROOT / "Makefile").read_text()
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", text, re.M)[1]
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()]
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert [hook["entry"] for hook in hooks] == commands


FILES = subprocess.run(
    ["git", "ls-files", "*.yaml", "*.yml"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()


@pytest.mark.parametrize("name", FILES)
def test_no_key_stands_twice(name):
    """The later one would hold, without a word."""

    def keys(node):
        if isinstance(node, yaml.MappingNode):
            found = [key.value for key, _ in node.value]
            assert sorted(found) == sorted(set(found)), node.start_mark
        for child in getattr(node, "value", []):
            for one in child if isinstance(child, tuple) else (child,):
                if isinstance(one, yaml.Node):
                    keys(one)

    keys(yaml.compose((ROOT / name).read_text(encoding="utf-8")))
