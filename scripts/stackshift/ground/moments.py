"""The times in one name, and which of them is the acquisition.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
# With a time of day: 20220115T134101, 20220115_134101, 20220115134101, 20220115_T134101,
# 20220115_13-41-01, 2022-01-15T13-41-01. Four digits alone may be anything.
_TIMES = re.compile(
    r"(?<!\d)(\d{4})(\d\d)(\d\d)(?:[T_ .-]|[_ -]T)?(\d\d)(\d\d)(\d\d)(?!\d)"
    r"|(?<!\d)(\d{4})(\d\d)(\d\d)[_ -]?T(\d\d)(\d\d)()(?!\d)"
    r"|(?<!\d)(\d{4})(\d\d)(\d\d)[T_ -]+(\d\d)[-_.:H](\d\d)[-_.:M](\d\d)(?!\d)"
    r"|(?<!\d)(\d{4})[-_.](\d\d)[-_.](\d\d)[T_ -]+(\d\d)[-_.:H]?(\d\d)[-_.:M]?(\d\d)(?!\d)"
)
# How far a time of day is from UTC, behind it: +0200, +02:00, +02. Behind a minus may be a count.
_ZONE = re.compile(r"([+-])(0\d|1[0-4])(?::?(00|15|30|45))?(?!\d)")
# Orbit and datatake of Sentinel-1 behind a date, 20220115_041473_04EE91, or the start and the end.
_ORBIT = re.compile(r"(?<!\d)\d{8}[-_](\d{6})[-_]([0-9A-F]{6})(?![0-9A-Z])")
_DATES = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_SPELT = re.compile(rf"(?<!\d)(\d\d)({'|'.join(_MONTHS)})[A-Z]*(\d{{4}})(?!\d)")
_FOLDERS = re.compile(r"/(\d{4})/(\d\d?)/(\d\d?)(?=/)")
_MADE = re.compile(
    r"(?<![A-Z])(?:(?:RE)?PROC(?:ESSED|ESSING)?|PROD(?:UCED|UCTION)?|CREAT(?:ED|ION)|GEN(?:ERATED)?"
    r"|RUN|MADE|V(?:ER(?:SION)?)?|UPDATED?|INGEST(?:ED)?|DOWNLOAD(?:ED)?|EXPORT(?:ED)?|BUILD)"
    r"(?:TIME|DATE|ON|AT)?[-_. ]*$"
)
_TAKEN = re.compile(r"(?<![A-Z])(?:ACQ[A-Z]*|SENSING|START)(?:TIME|DATE)?[-_. ]*$")
_ANCHOR = re.compile(r"(?<![A-Z0-9])R?S1[A-D]?(?![A-Z0-9])|T\d{3}[-_.]\d{6}[-_.][A-Z]{2}\d")
# Older times in a name with S1A...S1D are no acquisitions: Sentinel-1A was launched that day.
LAUNCH = datetime(2014, 4, 3)
_PASS = timedelta(hours=1)


@dataclass(frozen=True)
class Moment:
    """A time in a name: where it stands, whether with a time of day, and what it is said to be.

    ``zone`` stands behind it and may be one west of UTC, or not; it is not reckoned with.
    """

    at: int
    time: datetime
    dated: bool = True
    made: bool = False
    taken: bool = False
    zone: str = ""


@dataclass(frozen=True)
class Acquisition:
    """What a name tells of its acquisition; ``time`` None with ``doubt`` where it is ambiguous."""

    time: datetime | None
    dated: bool = True
    processed: datetime | None = None
    doubt: str | None = None


def moments(name: str) -> list[Moment]:
    """All times in a name, in its order; eight digits that are no date are none."""
    name = name.upper()
    found: list[Moment | None] = []
    rest = name
    flown = orbit(name) is not None
    for match in _TIMES.finditer(name):
        if flown and _ORBIT.match(name, match.start()):
            continue
        parts = [part for part in match.groups() if part is not None]
        moment = _moment(name, match.start(), parts)
        found.append(moment and _in_utc(moment, _ZONE.match(name, match.end())))
        if found[-1]:
            # Not to be found again as a date.
            rest = rest[: match.start()] + "#" * len(match[0]) + rest[match.end() :]
    for match in _DATES.finditer(rest):
        found.append(_moment(name, match.start(), [match[1], match[3], match[4]]))
    for match in _SPELT.finditer(rest):
        month = str(_MONTHS.index(match[2]) + 1)
        found.append(_moment(name, match.start(), [match[3], month, match[1]]))
    return sorted((m for m in found if m is not None), key=lambda moment: moment.at)


def _in_utc(moment: Moment, zone: re.Match | None) -> Moment:
    """A time by the zone behind it, if it is one."""
    if zone is None:
        return moment
    if zone[1] == "-":
        # Two digits behind a minus are a count in most names.
        return replace(moment, zone=zone[0]) if zone[3] else moment
    east = timedelta(hours=int(zone[2]), minutes=int(zone[3] or 0))
    return replace(moment, time=moment.time - east)


def orbit(name: str) -> int | None:
    """The absolute orbit that stands behind the date in the name of a Sentinel-1 product, or None.

    Six digits that a datatake follows, and not an end within the same hour.
    """
    name = name.upper()
    match = _ORBIT.search(name)
    if match is None or not _ANCHOR.search(name):
        return None
    start, end = (_time(["2000", "01", "01", *re.findall("..", text)]) for text in _clocks(match))
    if start and end and timedelta(0) <= end - start <= _PASS:
        return None
    return int(match[1])


def _clocks(match: re.Match) -> tuple[str, str]:
    # Letters are no time of day, and neither is 99.
    return match[1], match[2] if match[2].isdigit() else "999999"


def date_of_folders(parts: tuple[str, ...]) -> datetime | None:
    """The date of folders .../2022/01/15/..., of the names of a path, the file's first."""
    days = _FOLDERS.findall("/".join(["", *reversed(parts[1:]), ""]))
    return _time(list(days[-1])) if days else None


def acquisition(name: str) -> Acquisition | None:
    """The acquisition among the times of a name that follows no product's grammar.

    It stands behind the platform (S1A) or the burst, and is the earliest: end and processing are
    later. What is said to be a processing time (``proc_...``) is none.

    Returns
    -------
    None without any time; without ``time`` where more than one could be meant.
    """
    found = moments(name)
    made = [moment.time for moment in found if moment.made]
    found = [moment for moment in found if not moment.made]
    if not found:
        return None
    found = [moment for moment in found if moment.taken] or found
    match = _ANCHOR.search(name.upper())
    anchor = match.end() if match else None
    if anchor is not None:
        found = [moment for moment in found if moment.time >= LAUNCH] or found
    behind = [m for m in found if anchor is not None and m.at >= anchor]
    first = (behind or found)[0]
    first = next((m for m in found if m.dated and _same_day(m, first)), first)
    others = [m for m in found if not _one_pass(first, m)]
    if not others:
        doubt = f"{name}: {_told(first)} is taken for UTC, whatever {first.zone} behind it means"
        made_at = made[-1] if made else None
        return Acquisition(first.time, first.dated, made_at, doubt if first.zone else None)
    return _among(name, first, others, anchor)


def _among(name: str, first: Moment, others: list[Moment], anchor: int | None) -> Acquisition:
    """The acquisition where times of more than one pass stand in a name."""
    ordered = sorted([first, *others], key=lambda moment: moment.time)
    earliest, later = ordered[0], ordered[1:]
    listed = ", ".join(_told(m) for m in sorted(ordered, key=lambda m: m.at))
    # Two dates alone, or times without a platform, are as likely a pair of acquisitions.
    pair = not earliest.dated and (earliest is not first or not any(m.dated for m in later))
    if anchor is None or pair or len(later) > 1:
        return Acquisition(None, doubt=f"holds several times ({listed})")
    made = later[0]
    doubt = f"{name}: {_told(earliest)} is taken for the acquisition, {_told(made)} for processing"
    # Before the platform a processing time, behind it an earlier one: nothing to doubt.
    plain = made.at < anchor <= earliest.at
    return Acquisition(earliest.time, earliest.dated, made.time, None if plain else doubt)


def _moment(name: str, at: int, parts: list[str]) -> Moment | None:
    time = _time(parts)
    if time is None:
        return None
    before = name[:at]
    return Moment(at, time, len(parts) > 3, bool(_MADE.search(before)), bool(_TAKEN.search(before)))


def _time(parts: list[str]) -> datetime | None:
    try:
        numbers = [int(part or 0) for part in parts] + [0, 0, 0]
        year, month, day, hour, minute, second = numbers[:6]
        time = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    # Before there were radars in orbit, it is another number.
    return time if 1978 <= time.year < 2100 else None


def _same_day(one: Moment, other: Moment) -> bool:
    return one.time.date() == other.time.date()


def _one_pass(first: Moment, other: Moment) -> bool:
    if not (first.dated and other.dated):
        return _same_day(first, other)
    return timedelta(0) <= other.time - first.time <= _PASS


def _told(moment: Moment) -> str:
    return moment.time.strftime("%Y%m%dT%H%M%S" if moment.dated else "%Y%m%d")
