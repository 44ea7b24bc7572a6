"""The packages know only those behind them."""

from rooms import KNOWS, ROOT, arrows, picture


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
