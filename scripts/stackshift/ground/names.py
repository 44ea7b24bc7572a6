"""What the names of SAR products tell: acquisition start, platform, burst.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re
from datetime import UTC, datetime

from stackshift.errors import InputError

SCENE_FORMAT = "%Y%m%dT%H%M%S"

# HyP3 RTC and ESA names hold the acquisition start first, ESA and OPERA names a later time
# (end of the acquisition, processing) behind it.
_TIME = re.compile(r"(?<!\d)(\d{8}T\d{6})(?!\d)")
_PLATFORM = re.compile(r"(?<![A-Z0-9])(S1[A-D])(?![A-Z0-9])")
_BURST = re.compile(r"(?<![A-Z0-9])(T\d{3}-\d{6}-IW\d)(?![A-Z0-9])")


def acquisition_start(name: str) -> datetime | None:
    """The acquisition start (UTC) in the name of a HyP3, OPERA or ESA product, None without one.

    Examples
    --------
    >>> acquisition_start("S1A_IW_20220115T134101_DVP_RTC30_G_gpuned_9C01_VV.tif")
    datetime.datetime(2022, 1, 15, 13, 41, 1)
    """
    for match in _TIME.finditer(name.upper()):
        try:
            return datetime.strptime(match.group(1), SCENE_FORMAT)
        except ValueError:
            continue
    return None


def platform(name: str) -> str | None:
    """The satellite in a product's name (``S1A`` to ``S1D``), None where the name has none."""
    match = _PLATFORM.search(name.upper())
    return match.group(1) if match else None


def burst(name: str) -> str | None:
    """The OPERA burst identifier in a product's name (``T137-292319-IW2``), or None."""
    match = _BURST.search(name.upper())
    return match.group(1) if match else None


def scene_id(time: datetime) -> str:
    """The name of a scene in this workflow: its acquisition start as YYYYMMDDTHHMMSS (UTC)."""
    return time.strftime(SCENE_FORMAT)


def parse_time(text: str) -> datetime:
    """A time of a scene sheet (ISO 8601, UTC where it names no zone) as a naive UTC time.

    Raises
    ------
    InputError
        If the text is not a time.
    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"'{text}' is not a time; write it as 2022-01-15T13:41:01 (UTC)") from None
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
