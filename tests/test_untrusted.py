"""Files and configs are not trusted: nothing of them is run, and no name leaves the results."""

import ast
import re

import pytest
from conftest import ROOT, Workspace, small_stack

from stackflow import finding
from stackshift.errors import InputError
from stackshift.ground import names

SCRIPTS = sorted((ROOT / "scripts").rglob("*.py"))
FORBIDDEN = {"eval", "exec", "compile", "__import__", "pickle", "marshal", "shelve", "subprocess"}
FORBIDDEN |= {"system", "popen", "load_pickle", "read_pickle", "to_pickle", "unsafe_load"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_nothing_runs_what_it_reads(path):
    for node in ast.walk(ast.parse(path.read_text())):
        used = set()
        if isinstance(node, ast.Name):
            used = {node.id}
        elif isinstance(node, ast.Attribute):
            used = {node.attr} - {"compile"}
        elif isinstance(node, ast.Import):
            used = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            used = {node.module}
        assert not used & FORBIDDEN, (path, node.lineno)


def test_no_rule_builds_a_command_line():
    for path in (ROOT / "rules").glob("*.smk"):
        text = path.read_text()
        assert "shell" not in text and "run:" not in text and "os.system" not in text


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden", "a b", "x;rm", "$(id)", "a\nb"])
def test_a_stack_cannot_be_named_out_of_the_results(tmp_path, name):
    small_stack(tmp_path / "scenes")
    done = Workspace(tmp_path, {"stacks": {name: {"directory": "scenes"}}}).run("--dry-run")
    assert done.status != 0
    assert "config.stacks" in done.text and "Traceback" not in done.text


def test_a_file_name_only_gives_its_time(tmp_path):
    """Shell characters and dots in a file's name end up in no path but its own."""
    (tmp_path / "x").mkdir()
    for name in ("$(touch hacked)_20220101T000000_VV.tif", "a;.._20220113T000000_VV.tif"):
        (tmp_path / "x" / name).write_bytes(b"")
    sources = finding.find("site", {"directory": str(tmp_path / "x")}, "VV").sources
    found = [names.scene_id(source.time) for source in sources]
    assert found == ["20220101T000000", "20220113T000000"]


def test_braces_in_a_path_are_refused_as_snakemake_would_fill_them_in(tmp_path):
    (tmp_path / "{x}").mkdir()
    (tmp_path / "{x}" / "S1A_20220101T000000_VV.tif").write_bytes(b"")
    with pytest.raises(InputError, match=r"holds \{ or \}"):
        finding.find("site", {"directory": str(tmp_path / "{x}")}, "VV")


def test_a_sheet_in_another_encoding_is_named(tmp_path):
    sheet = tmp_path / "sheet.tsv"
    sheet.write_bytes("path\tdatetime\nk\xfchl.tif\t2022-01-01\n".encode("latin-1"))
    with pytest.raises(InputError, match="is not UTF-8"):
        finding.find("site", {"scenes": str(sheet)}, "VV")


def test_lines_of_a_sheet_are_counted_as_an_editor_does(tmp_path):
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text("path\tdatetime\n\n\ngone.tif\t2022-01-01T00:00:00\n")
    ((_, said),) = finding.find("site", {"scenes": str(sheet)}, "VV").bad
    assert re.search(r"line 4: the file .* does not exist", said)
