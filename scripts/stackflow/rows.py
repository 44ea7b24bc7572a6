"""A row of a scene sheet: by which names its columns are known, and what its fields say.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path

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
