"""Scene sheets: tables (TSV, CSV), GeoJSON, STAC, and what ASF's search exports, as rows.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import csv
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from stackflow import stac
from stackflow.clocks import acquired
from stackflow.rows import COLUMNS, Row
from stackshift.errors import InputError
from stackshift.ground import names


def read(sheet: str) -> list[Row]:
    """The rows of a sheet, of a folder of STAC items, or of a STAC catalogue.

    Parameters
    ----------
    sheet : path of the file or folder.

    Raises
    ------
    InputError
        With the sheet, the line and what to do, for whatever it holds.
    """
    path = Path(sheet)
    if os.path.isdir(path):
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".json", ".geojson"))
        rows = [row for p in found for row in _rows(p, lenient=True)]
        if not rows:
            raise InputError(f"the folder {sheet} holds no STAC items (*.json); correct 'scenes'")
        return rows
    if not os.path.isfile(path):
        raise InputError(f"the scene sheet {sheet} does not exist; correct 'scenes'")
    rows = _rows(path)
    if not rows:
        raise InputError(f"the scene sheet {sheet} has no row; list a scene in each")
    return rows


def _rows(path: Path, lenient: bool = False) -> list[Row]:
    text = _text(path)
    if text.lstrip()[:1] in ("{", "["):
        return _of_json(path, text, lenient)
    return [] if lenient else _of_table(path, text)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"the scene sheet {path} cannot be read ({error.strerror})") from None
    if data.startswith(b"PK\x03\x04"):
        raise InputError(f"the scene sheet {path} is a workbook or an archive; save it as CSV")
    try:
        if b"\0" in data:
            raise UnicodeError
        return data.decode("utf-8-sig")
    except UnicodeError:
        raise InputError(f"the scene sheet {path} is not UTF-8; save it in this encoding") from None


def _of_table(path: Path, text: str) -> list[Row]:
    lines = re.split(r"\r\n|\r|\n", text)
    start = next((i for i, line in enumerate(lines) if line.strip()), None)
    if start is None:
        raise InputError(f"the scene sheet {path} is empty; it needs the columns path and datetime")
    mark = next((mark for mark in "\t;,|" if mark in lines[start]), "\t")
    records = _records(path, lines, start, mark)
    first, names_of_columns = next(records)
    header = [_key(name) for name in names_of_columns]
    double = sorted({name for name in header if name and header.count(name) > 1})
    if double:
        raise InputError(f"{path}, line {first}: two columns are called '{double[0]}'")
    if not set(header) & {*COLUMNS["path"], *COLUMNS["granule"]}:
        raise InputError(
            f"the scene sheet {path} needs the columns path and datetime, separated by tabs, "
            f"commas or semicolons; its first line has {', '.join(header[:5])}"
        )
    rows = []
    for number, cells in records:
        where = f"{path}, line {number}"
        if any(cells[len(header) :]):
            raise InputError(
                f"{where}: {len(cells)} fields for {len(header)} columns; quote a field that holds "
                f"{'a tab' if mark == chr(9) else repr(mark)}"
            )
        rows.append(_row(where, path, dict(zip(header, cells, strict=False))))
    return rows


def _records(
    path: Path, lines: list[str], start: int, mark: str
) -> Iterator[tuple[int, list[str]]]:
    """The number of the first line of each row from a line on, and its fields, without blanks.

    A quoted field may hold line breaks (RFC 4180, 2.6), so that a row may have several lines. A
    quote within a field is a character as any.
    """
    at = start
    while at < len(lines):
        line, number = lines[at], at + 1
        if '"' in line:
            # Each row by a reader of its own: where one is wrong, it is known in which line.
            cells, taken = _quoted(f"{path}, line {number}", lines, at, mark)
            at += taken
        else:
            cells = [cell.strip() for cell in line.split(mark)]
            at += 1
        # The first row is the header, whatever it holds.
        if number == start + 1 or line.strip().strip(mark):
            yield number, cells


def _quoted(where: str, lines: list[str], at: int, mark: str) -> tuple[list[str], int]:
    """The fields of a row that has quotes, and how many lines it has."""
    rest = (f"{lines[i]}\n" for i in range(at, len(lines)))
    limit = csv.field_size_limit(sys.maxsize)
    try:
        reader = csv.reader(rest, delimiter=mark, strict=True, skipinitialspace=True)
        cells = next(reader)
    except csv.Error:
        raise InputError(
            f'{where}: a quote (") is not closed or stands alone; correct it'
        ) from None
    finally:
        csv.field_size_limit(limit)
    return [cell.strip() for cell in cells], reader.line_num


def _key(name: object) -> str:
    """A column's name in one spelling: "Ascending or Descending?" and "Datetime (UTC)" too."""
    return re.sub(r"[^a-z0-9]+", " ", str(name).lower()).strip().removesuffix(" utc")


def _row(where: str, path: Path, values: dict[str, str]) -> Row:
    """A row by the names that its columns have here."""
    fields = {}
    for column, known in COLUMNS.items():
        value = next((values[name] for name in known if values.get(name)), "")
        if value:
            fields[column] = value
    times = [(name, values[name]) for name in COLUMNS["datetime"] if values.get(name)]
    try:
        fields |= {"datetime": told} if (told := acquired(times)) else {}
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if fields.get("band", "").upper() in names.POLARIZATIONS:
        fields.setdefault("polarization", fields.pop("band"))
    paths = [fields.pop("path", ""), *fields.pop("more", "").split("\n")]
    return Row(where, str(path.parent), tuple(p for p in paths if p), fields)


def _of_json(path: Path, text: str, lenient: bool) -> list[Row]:
    rows = []
    for document, place in stac.documents(path, text, items_only=lenient):
        for where, feature in stac.features(document, place):
            if "assets" in feature:
                for href, fields in stac.assets(where, feature, place):
                    rows.append(Row(where, str(place.parent), (href,), fields))
            else:
                properties = feature.get("properties")
                if not isinstance(properties, dict):
                    raise InputError(f"{where}: no 'properties' and no 'assets'")
                flat = {_key(key): stac.plain(value) for key, value in properties.items()}
                if isinstance(told := properties.get("usable"), bool):
                    flat["usable"] = str(told)
                rows.append(_row(where, place, flat))
    return rows
