"""Force is seen however it is spelt, while the Snakefile is read."""

import pytest
import snakemakes
from conftest import ROOT

SNAKEFILE = """
import sys
sys.path.append("{scripts}")
from stackflow.forced import is_blind, is_forced
print("forced:", is_forced(), file=sys.stderr)
print("blind:", is_blind(), file=sys.stderr)

rule one:
    output: "one.txt"
    shell: "touch {{output}}"
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", False),
        ("one --rerun-incomplete --cores 3", False),
        ("--forcerun one", True),
        ("--forcerun=one", True),
        ("--forcer one", True),
        ("-R one", True),
        ("-Rone", True),
        ("-F", True),
        ("-pF", True),
        ("one -f", True),
        ("--forceall", True),
        ("--workflow-profile profile", True),
        # A target of this name is no option.
        ("--until one -- one", False),
    ],
)
def test_force_is_seen(tmp_path, arguments, expected):
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(scripts=ROOT / "scripts"))
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "config.yaml").write_text("forceall: true\n")
    status, _, said = snakemakes.call(["--dry-run", *arguments.split()], tmp_path)
    assert status == 0, said
    assert f"forced: {expected}\n" in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [("", False), ("--rerun-triggers mtime", True), ("--rerun-triggers mtime params", False)],
)
def test_a_call_that_goes_by_time_stamps_alone_is_known(tmp_path, arguments, expected):
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(scripts=ROOT / "scripts"))
    status, _, said = snakemakes.call(["--dry-run", *arguments.split()], tmp_path)
    assert status == 0, said
    assert f"blind: {expected}\n" in said
