"""One file of one acquisition, as its name, path and sheet describe it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Source:
    """One file of one acquisition, and what its name, path and sheet tell of it.

    ``path`` is what GDAL opens; ``time`` the acquisition start in UTC, of which only the date is
    known where ``dated`` is False; ``track`` the relative orbit; ``values`` power, amplitude or
    decibel; ``band`` that of the file, where it has several; ``traits`` further attributes by name; ``remarks`` lines that are worth a look.
    """

    path: str
    time: datetime
    dated: bool = True
    platform: str | None = None
    polarization: str | None = None
    track: int | None = None
    direction: str | None = None
    burst: str | None = None
    processed: datetime | None = None
    values: str | None = None
    band: int | None = None
    traits: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
