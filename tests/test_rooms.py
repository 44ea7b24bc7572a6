"""The packages know only those behind them."""

import ast

from rooms import KNOWS, ROOT, arrows, imports, picture


def test_no_arrow_runs_back():
    names = list(KNOWS)
    for name, known in KNOWS.items():
        assert known <= set(names[names.index(name) + 1 :])


def test_each_room_imports_what_it_may_know():
    found = arrows()
    assert found["stackplot", "stackshift.stack"] and found["rules", "stackflow"]
    assert {arrow for arrow in found if arrow[1] not in KNOWS[arrow[0]]} == set()
    assert len(picture().splitlines()) == len(KNOWS) + 1


def test_the_numbers_know_no_snakemake_no_files_and_no_figures():
    for path in (ROOT / "scripts" / "stackshift").rglob("*.py"):
        text = path.read_text()
        for package in ("snakemake", "rasterio", "matplotlib", "pathlib"):
            assert f"import {package}" not in text and f"from {package}" not in text, path


def test_where_results_lie_is_said_by_the_rules():
    """A module's prefix moves them. What the rules name is placed when it is opened."""
    for path in (ROOT / "scripts" / "stackflow").rglob("*.py"):
        texts = [
            node.value for node in ast.walk(ast.parse(path.read_bytes()))
            if isinstance(node, ast.Constant)
        ]  # fmt: skip
        # The name of a folder by which a walk knows results of other runs.
        assert "results" not in texts or path.name == "folders.py", path


def test_the_imports_of_a_file_are_those_that_python_sees():
    for path in (ROOT / "scripts").rglob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        files = {ROOT.joinpath("scripts", *n.split(".")).with_suffix(".py") for n in names}
        assert imports(path) == {file for file in files if file.is_file()}, path
