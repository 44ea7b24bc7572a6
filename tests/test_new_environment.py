"""A new environment by `make`, with the pip that comes with Python: just the lists, all of them."""

import ensurepip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from complete import applies, read
from conftest import ROOT
from packaging.markers import default_environment
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.long


def call(*command, folder: Path, fails=False) -> str:
    """What a command prints, without the settings of the environment that the tests run in."""
    own = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {key: value for key, value in os.environ.items() if key not in own}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def new(tmp_path) -> Path:
    """A folder with an environment out of both lists, as `make test` sets it up."""
    folder = tmp_path
    for path in (ROOT / "Makefile", *ROOT.glob("requirements*")):
        shutil.copy(path, folder)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "complete.py", folder / "tests")
    call("make", ".venv/develop.stamp", f"PYTHON={sys._base_executable}", folder=folder)
    return folder


def expected(*names) -> dict[str, str]:
    """Versions by name that some lists ask for on this machine."""
    pins = [pin for name in names for pin in read(ROOT / f"{name}.txt")]
    here = default_environment()
    return {pin.name: next(iter(pin.specifier)).version for pin in pins if applies(pin, here)}


def installed(folder: Path) -> dict[str, str]:
    """Versions by name of what is there."""
    text = call(".venv/bin/python", "-m", "pip", "list", "--format=json", folder=folder)
    table = json.loads(re.search(r"^\[.*\]$", text, re.M)[0])
    return {canonicalize_name(entry["name"]): entry["version"] for entry in table}


def satisfied(folder: Path, fails=False) -> str:
    """What pip would still have to get for what the lists are made for, if it might get nothing."""
    lists = ("-r", "requirements.in", "-r", "requirements-dev.in")
    command = ["-m", "pip", "--isolated", "install", "--no-index", "--dry-run", *lists]
    return call(".venv/bin/python", *command, folder=folder, fails=fails)


def is_the_lists_and_nothing_has_to_be_resolved(new):
    found = installed(new)
    assert found.pop("pip") == ensurepip.version()
    assert found == expected("requirements-build", "requirements", "requirements-dev")
    call(".venv/bin/python", "-m", "pip", "check", folder=new)
    assert "Would install" not in satisfied(new)


def misses_what_an_extra_needs_where_pip_check_misses_nothing(new):
    python = ".venv/bin/python"
    call(python, "-m", "pip", "uninstall", "--yes", "py-partiql-parser", folder=new)
    try:
        call(python, "-m", "pip", "check", folder=new)
        assert "py-partiql-parser" in satisfied(new, fails=True)
        said = call(python, "tests/complete.py", "requirements-dev.txt", folder=new, fails=True)
        assert "py-partiql-parser is listed and not installed" in said
        short = re.sub(
            r"^py-partiql-parser==(.*\\\n)+.*\n",
            "",
            (new / "requirements-dev.txt").read_text(),
            flags=re.M,
        )
        (new / "short.txt").write_text(short)
        shutil.copy(new / "requirements-dev.in", new / "short.in")
        said = call(python, "tests/complete.py", "short.txt", folder=new, fails=True)
        assert said.startswith("short.txt: moto[s3] needs py-partiql-parser")
    finally:
        call("make", "-W", "requirements-dev.txt", ".venv/develop.stamp", folder=new)


def takes_the_list_of_the_mutants_which_is_complete(new):
    flags = re.search(r"^INSTALL := (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    python, text = ".venv/bin/python", "requirements-mutation.txt"
    call(python, *flags, "-r", text, folder=new)
    call(python, "-m", "pip", "check", folder=new)
    assert call(python, "tests/complete.py", text, folder=new) == ""
    found = installed(new)
    assert found.items() >= expected("requirements-mutation").items()


def test_a_new_environment(new):
    """One test, as what follows changes what was before."""
    is_the_lists_and_nothing_has_to_be_resolved(new)
    misses_what_an_extra_needs_where_pip_check_misses_nothing(new)
    takes_the_list_of_the_mutants_which_is_complete(new)
