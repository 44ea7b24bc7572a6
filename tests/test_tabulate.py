"""Tables as pages: every row, every heading with its unit and meaning, text that stays text."""

import csv
import re

from conftest import ROOT

import tabulate
from stackshift.stack import table_columns

TEMPLATE = (ROOT / "report" / "table.html").read_text()


def test_a_page_has_all_rows_units_and_meanings(finished):
    folder = finished.folder / "results" / "site" / "VV" / "analysis"
    for name in ("scenes", "pairs", "tiles", "verdict"):
        with open(folder / f"{name}.csv", newline="") as lines:
            head, *rows = csv.reader(lines)
        page = (folder / f"{name}.html").read_text()
        assert re.findall(r"<th [^>]*>(\w+)<small>", page) == head
        assert page.count("<tr>") == len(rows) + 1
        for column in head:
            assert f"<small>{table_columns.TABLES[name][column][0]}</small>" in page


def test_numbers_are_short_and_text_is_escaped(tmp_path):
    table = tmp_path / "scenes.csv"
    table.write_text("scene,offset_east,sigma_east\n<b>,1.23456,\n&,-53.5,0.0123\n")
    page = tmp_path / "scenes.html"
    tabulate.main([table], [page], TEMPLATE, "site VV")
    cells = re.findall(r"<td [^>]*>(.*?)</td>", page.read_text())
    assert cells == ["&lt;b&gt;", "1.235", "", "&amp;", "-53.500", "0.012"]
