"""Files that producers lay beside a scene, by their names alone.

None is opened, but for the list of an archive's files.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
from collections.abc import Iterable
from functools import cache

from stackflow import archives
from stackflow.sources import Source, archive_of, base_name, is_remote
from stackshift.errors import InputError
from stackshift.ground.names import TIFF

_POLARIZED = re.compile(r"^(.+)[-_](?:VV|VH|HH|HV)$", re.IGNORECASE)


def stem_of(source: Source) -> str | None:
    """A scene's file name without polarization and ending; None for one that names none."""
    match = _POLARIZED.match(TIFF.sub("", base_name(source.path)))
    return match[1] if match else None


def neighbour(source: Source, endings: Iterable[str]) -> str | None:
    """The file beside a scene's, or in its archive, that ends so instead of with a polarization."""
    stem, own = stem_of(source), base_name(source.path)
    if stem is None or is_remote(source.path):
        return None
    folder = source.path[: len(source.path) - len(own)]
    ending = (TIFF.search(own) or [""])[0]
    for layer in endings:
        path = f"{folder}{stem}_{layer}{ending}"
        if _is_there(path):
            return path
    return None


def _is_there(path: str) -> bool:
    archive = archive_of(path)
    if archive is None:
        return os.path.isfile(path)
    return path.partition(f"{archive}/")[2] in _members(archive)


@cache
def _members(archive: str) -> frozenset[str]:
    try:
        return frozenset(member.name for member in archives.members(archive))
    except (OSError, InputError):
        return frozenset()
