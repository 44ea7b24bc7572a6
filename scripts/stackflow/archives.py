"""What a zip archive holds, by the names by which GDAL reads it in place.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import zipfile
from dataclasses import dataclass

from stackshift.errors import InputError


@dataclass(frozen=True)
class Member:
    """A file in an archive: its name, with ``/`` between folders, and whether it is encrypted."""

    name: str
    encrypted: bool


class Unreadable(InputError):
    """An archive that may be whole and cannot be read."""


def members(archive: str) -> list[Member]:
    """The files of a zip archive.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    Unreadable
        Without the archive's name: the system does not let it be read.
    InputError
        Without the archive's name: it is no whole zip archive.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            return [
                Member(name, bool(member.flag_bits & 1))
                for member in opened.infolist()
                if not (name := _as_read(member.filename)).endswith("/")
            ]
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror or error})") from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise InputError("is no whole zip archive; fetch it again") from None


def _as_read(name: str) -> str:
    """GDAL has no backslash between folders, as archives made on Windows, and no leading dot."""
    return name.replace("\\", "/").removeprefix("./")
