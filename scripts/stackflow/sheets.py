"""Scene sheets: tables (TSV, CSV), GeoJSON, STAC, and what ASF's search exports, as rows.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import csv
import os
import re
import sys
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path

from stackflow import stac
from stackshift.errors import InputError
from stackshift.ground import names

# The columns, and by which names they are known, the first that is there counts. Those of ASF's
# exports: https://docs.asf.alaska.edu/asf_search/ASFSearchResults/.
COLUMNS = {
    "path": ("path", "filepath", "file path", "file", "href", "url", "uri", "filename"),
    "datetime": (
        *("datetime", "start datetime", "start time", "starttime", "acquisition start"),
        *("sensing start", "acquisition datetime", "acquisition time", "acquisition date"),
        *("acquisition", "acquired", "sensing time", "sensing date", "timestamp", "date", "time"),
    ),
    "clock": ("time",),
    "platform": ("platform", "satellite", "mission"),
    "band": ("band", "band number", "bidx"),
    "track": ("track", "path number", "pathnumber", "relative orbit", "relativeorbit", "rel orbit",
              "relative orbit number", "relativeorbitnumber", "sat relative orbit"),
    "polarization": ("polarization", "polarisation", "pol", "polarizations", "polarisations",
                     "sar polarizations"),
    "direction": ("direction", "ascending or descending", "flightdirection", "flight direction",
                  "orbit direction", "orbit state", "sat orbit state", "pass"),
    "values": ("values", "unit", "units"),
    "burst": ("burst", "burst id", "fullburstid", "operaburstid"),
    "processed": ("processed", "processing date", "processingdate", "processing datetime"),
    "orbit file": ("orbit file", "orbit type", "orbit file type"),
    "processor version": ("processor version", "processing software version", "software version",
                          "processing version", "version", "product version"),
    "IPF": ("ipf", "ipf version", "instrument processing facility"),
    "reckoning": ("reckoning", "dem matching"),
    "slice": ("slice", "slice number", "frame", "frame number", "framenumber"),
    "swath": ("swath", "subswath", "sub swath"),
    "granule": ("granule", "granule name", "granulename", "scenename", "scene name", "id"),
    "more": ("additionalurls", "additional urls"),
    "usable": ("usable",),
}  # fmt: skip
# Columns that tell how a scene was made, as they are.
_TRAITS = ("orbit file", "processor version", "IPF", "reckoning", "slice", "swath")
_VALUES = {
    **dict.fromkeys(("power", "linear", "intensity", "linear power", "pow", "lin"), "power"),
    **dict.fromkeys(("amplitude", "amp", "magnitude"), "amplitude"),
    **dict.fromkeys(("decibel", "decibels", "db"), "decibel"),
}

_YES, _NO = {"true", "yes", "1", "1.0", "t", "y"}, {"false", "no", "0", "0.0", "f", "n"}


@dataclass(frozen=True)
class Row:
    """A row of a sheet: where it stands, its file or files, and its fields by COLUMNS' names."""

    where: str
    folder: str
    paths: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)

    def said(self) -> dict:
        """The fields as those of ``stackflow.sources.Source``, None where the sheet is silent.

        Raises
        ------
        InputError
            With the line, if a field is not what its column should hold.
        """
        try:
            said: dict[str, object] = {
                "platform": _platform(self.fields.get("platform")),
                "track": _number("track", self.fields.get("track"), 999),
                "band": _number("band", self.fields.get("band"), 9999),
                "direction": _direction(self.fields.get("direction")),
                "values": _one_of("values", self.fields.get("values"), _VALUES),
                "burst": names.burst(self.fields.get("burst", "")),
                "processed": _moment(self.fields.get("processed")),
                "time": _moment(self.fields.get("datetime")),
            }
        except InputError as error:
            raise InputError(f"{self.where}: {error}") from None
        traits = {name: self.fields[name] for name in _TRAITS if self.fields.get(name)}
        said["traits"] = tuple(sorted(traits.items())) or None
        if isinstance(moment := said["time"], datetime):
            # Midnight is how tables write a date whose time of day nobody knows.
            clock = re.search(r"[T :]", self.fields["datetime"].strip())
            said["dated"] = bool(clock) and moment.time() != time()
        polarizations = self.polarizations()
        if len(polarizations) == 1:
            said["polarization"] = polarizations[0]
        return said

    def usable(self) -> bool:
        """Whether the sheet calls the row usable, as it does all rows if it is silent.

        Raises
        ------
        InputError
            With the line, if it says neither yes nor no.
        """
        text = self.fields.get("usable", "true").lower()
        if text not in _YES | _NO:
            raise InputError(f"{self.where}: usable '{text[:40]}' is neither true nor false")
        return text in _YES

    def polarizations(self) -> list[str]:
        """The polarizations that the sheet says for the row (VV+VH: both); none if it is silent."""
        return names.POLARIZATION.findall(self.fields.get("polarization", "").upper())


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
    header = [_key(name) for name in _cells(f"{path}, line {start + 1}", lines[start], mark)]
    double = sorted({name for name in header if name and header.count(name) > 1})
    if double:
        raise InputError(f"{path}, line {start + 1}: two columns are called '{double[0]}'")
    if not set(header) & {*COLUMNS["path"], *COLUMNS["granule"]}:
        raise InputError(
            f"the scene sheet {path} needs the columns path and datetime, separated by tabs, "
            f"commas or semicolons; its first line has {', '.join(header[:5])}"
        )
    rows = []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if not line.strip().strip(mark):
            continue
        where = f"{path}, line {number}"
        cells = _cells(where, line, mark)
        if any(cells[len(header) :]):
            raise InputError(
                f"{where}: {len(cells)} fields for {len(header)} columns; quote a field that holds "
                f"{'a tab' if mark == chr(9) else repr(mark)}"
            )
        rows.append(_row(where, path, dict(zip(header, cells, strict=False))))
    return rows


def _cells(where: str, line: str, mark: str) -> list[str]:
    """The fields of a line, without blanks; a quote within a field is a character as any."""
    if '"' not in line:
        return [cell.strip() for cell in line.split(mark)]
    limit = csv.field_size_limit(sys.maxsize)
    try:
        cells = next(csv.reader([line], delimiter=mark, strict=True, skipinitialspace=True))
    except csv.Error:
        raise InputError(
            f'{where}: a quote (") is not closed or stands alone; correct it'
        ) from None
    finally:
        csv.field_size_limit(limit)
    return [cell.strip() for cell in cells]


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
    clock = fields.pop("clock", "")
    if clock and re.match(r"\d{1,2}:\d", clock) and values.get("date"):
        fields["datetime"] = f"{values['date']}T{clock.zfill(8) if clock[1] == ':' else clock}"
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


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    time = names.parse_time(re.sub(r" ?UTC$", "Z", text.strip()))
    if not 1978 <= time.year < 2100:
        raise InputError(f"'{text}' is no year of a radar in orbit; correct it")
    # A scene's name has whole seconds.
    return time.replace(microsecond=0)


def _platform(text: str | None) -> str | None:
    if not text or re.fullmatch(r"S(ENTINEL)?[-_ ]?1", text, re.IGNORECASE):
        return None
    return names.platform(text) or text


def _number(column: str, text: str | None, most: int) -> int | None:
    if not text:
        return None
    match = re.fullmatch(r"[TtRr]?0*(\d{1,4})(?:\.0*)?", text, re.ASCII)
    if not match or not 1 <= int(match[1]) <= most:
        raise InputError(f"{column} '{text[:40]}' is no number from 1 to {most}")
    return int(match[1])


def _direction(text: str | None) -> str | None:
    known = {"a": "ascending", "d": "descending"}
    if text and not re.fullmatch(r"[ad]|(asc|de?sc)(ending)?", text, re.IGNORECASE):
        raise InputError(f"direction '{text[:40]}' is neither ascending nor descending")
    return known[text[0].lower()] if text else None


def _one_of(column: str, text: str | None, known: dict[str, str]) -> str | None:
    if text and text.lower() not in known:
        allowed = ", ".join(sorted(set(known.values())))
        raise InputError(f"{column} '{text[:40]}' is none of {allowed}")
    return known[text.lower()] if text else None


def on_disk(row: Row, path: str) -> str:
    """A path of a row as GDAL opens it: relative ones are relative to the sheet, as it moves with
    its scenes; those into archives too."""
    path = re.sub(r"^file://(?:localhost)?(?=/)", "", path)
    match = re.match(r"(/vsi(?:zip|tar|gzip|7z|rar)/)(?![/{]|vsi|\w+://)(.+)", path)
    if match:
        return match[1] + str(Path(row.folder) / match[2])
    if "://" in path or path.startswith("/vsi"):
        return path
    return (
        os.path.join(row.folder, path) if ".." in Path(path).parts else str(Path(row.folder) / path)
    )
