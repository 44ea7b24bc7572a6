"""The acquisition time of a row of a sheet, whose date and time of day may stand in two columns.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re

from stackshift.errors import InputError

# 13:41, 5:41:01.5 UTC; and 134101, which a spreadsheet that takes it for a number cuts to 54101.
_CLOCK = re.compile(r"\d{1,2}:\d")
_DIGITS = re.compile(r"(\d{5,6})(\.\d*)?(Z| ?UTC)?")
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0*)?)?$")


def acquired(columns: list[tuple[str, str]]) -> str | None:
    """When a row says that its scene was acquired, None if it is silent.

    Parameters
    ----------
    columns : (name, value) of those that may tell it and are not empty, those that count most
        first. One that holds a time of day alone is of the date in another one.

    Raises
    ------
    InputError
        If the column ``time`` beside a date alone is neither a time nor a time of day.
    """
    clock = next((text for name, text in columns if _is_clock(name, text)), None)
    dates = [text for name, text in columns if not _is_clock(name, text)]
    if not dates:
        return clock
    date = _MIDNIGHT.sub("", dates[0])
    if re.search(r"[T :]", date):
        return dates[0]
    if clock is not None:
        return f"{date}T{_in_full(clock)}"
    beside = dict(columns).get("time", dates[0])
    if beside == dates[0]:
        return dates[0]
    if not re.match(r"\d{4}-?\d\d-?\d\d[T ]\d", beside):
        raise InputError(f"time '{beside[:40]}' is no time of day; write it as 13:41:01")
    if re.sub(r"\D", "", beside)[:8] != re.sub(r"\D", "", date):
        raise InputError(f"its date is {date} and its time {beside}; correct one")
    return beside


def _is_clock(name: str, text: str) -> bool:
    if _CLOCK.match(text):
        return True
    return re.search("(?<!date)time$", name) is not None and bool(_DIGITS.fullmatch(text))


def _in_full(clock: str) -> str:
    """A time of day with two digits for its hour and colons."""
    if match := _DIGITS.fullmatch(clock):
        digits, rest = match[1].zfill(6), clock[len(match[1]) :]
        clock = f"{digits[:2]}:{digits[2:4]}:{digits[4:]}{rest}".replace(".Z", "Z").rstrip(".")
    return clock if re.match(r"\d\d", clock) else f"0{clock}"
