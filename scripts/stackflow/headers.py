"""The headers of all scenes, read when the Snakefile is, in parallel, and remembered.

Each job reads the Snakefile again, so what was read stands in a small file by path, size and time
stamp; GDAL is imported only for what is new.
"""

import json
import os
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

from stackflow.digest import code_digest, digest_of
from stackflow.sources import archive_of, is_remote
from stackshift.ground.lattice import Bounds
from stackshift.ground.names import sources_of_vrt

File = tuple[str, int | None]

# Below Snakemake's own folder, as it can be deleted at any time.
CACHE = Path(".snakemake", "stackshift", "headers.json")
# Sidecars: with the file's whole name before them, or in place of its ending.
_AFTER, _INSTEAD = (".msk", ".aux.xml"), (".tfw", ".tifw", ".wld", ".hdr")
_TELLING = re.compile(rb"<(SRS|GeoTransform|GCPList|NoDataValue|Scale|Offset|UnitType)\b")
# Headers are waited for, not worked on: over a network each is some requests.
_THREADS = 16
# Headers that are kept, so that the file does not grow for ever.
_MOST = 20_000


def read(files: list[File]) -> dict[File, dict]:
    """What the headers of files tell.

    Parameters
    ----------
    files : (path, band) of each; an address stands for itself, a file for its size and time stamp.

    Returns
    -------
    As `stackio.header.look` gives it, by (path, band).
    """
    return _asked("look", files)


def bounds(files: list[File], crs: str) -> dict[File, Bounds]:
    """(left, bottom, right, top) of files in another CRS than their own, by (path, band)."""
    return {file: tuple(box) for file, box in _asked("bounds", files, crs).items()}


def postings(files: list[File], crs: str) -> dict[File, tuple[float, float]]:
    """The sides of a pixel of files on the map of a CRS, in its units, by (path, band)."""
    return {file: tuple(sides) for file, sides in _asked("posting", files, crs).items()}


def stamp_of(path: str, within: tuple[str, ...] = ()) -> list | None:
    """Size and time stamp of a file, or of its archive, which tell that it was replaced.

    Of a VRT those of what it is made of follow. None for an address, and for what is gone, which is
    for GDAL to say; ``within`` are the VRTs that name it.
    """
    if is_remote(path) or path in within:
        return None
    with suppress(OSError):
        status = os.stat(archive_of(path) or path)
        stamp = [status.st_size, status.st_mtime_ns]
        if path.lower().endswith(".vrt"):
            content = Path(path).read_text(encoding="utf-8", errors="replace")
            named = sources_of_vrt(content, path)
            return [*stamp, *(stamp_of(source, (*within, path)) for source in named)]
        return stamp + _beside(path)
    return None


def _beside(path: str) -> list:
    """Size and time stamp of what lies beside a file and changes how it is read.

    Programs that only look at a scene leave statistics in ``.aux.xml``, which change nothing.
    """
    found = []
    stem = os.path.splitext(path)[0]
    for name in (*(path + end for end in _AFTER), *(stem + end for end in _INSTEAD)):
        with suppress(OSError):
            status = os.stat(name)
            if not name.endswith(".xml") or _TELLING.search(Path(name).read_bytes()):
                found.append([os.path.basename(name), status.st_size, status.st_mtime_ns])
    return found


def _asked(question: str, files: list[File], *more) -> dict:
    """Answers of a function of `stackio.header` by file; those that are known are not asked for."""
    code = code_digest("stackio.header")
    keys = {
        file: digest_of(code, question, *more, *file, stamp_of(file[0]))
        for file in dict.fromkeys(files)
    }
    known = _remembered()
    new = [file for file, key in keys.items() if key not in known]
    if new:
        # Imported here, as nothing else of what the Snakefile needs takes as long.
        from stackio import header

        ask = getattr(header, question)
        with ThreadPoolExecutor(_THREADS) as threads:
            answers = dict(zip(new, threads.map(lambda file: ask(*file, *more), new), strict=True))
        found = {keys[file]: answer for file, answer in answers.items()}
        known = known | found
        _remember(known)
    return {file: known[key] for file, key in keys.items()}


def forget(everything: bool = False) -> None:
    """Have headers read again: those that failed, as an address may answer the next time, or all.

    Nothing tells that what is behind an address is another file; who knows can force it.
    """
    known = {} if everything else _remembered()
    good = {key: answer for key, answer in known.items() if "problem" not in answer}
    if len(good) < len(_remembered()):
        _remember(good)


@cache
def _remembered() -> dict[str, dict]:
    try:
        return json.loads(CACHE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _remember(headers: dict) -> None:
    """Keep the newest; that it cannot be written makes the next call slower, and nothing else."""
    part = CACHE.with_suffix(f".{socket.gethostname()}.{os.getpid()}")
    with suppress(OSError):
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(dict(list(headers.items())[-_MOST:])), encoding="utf-8")
        os.replace(part, CACHE)
    _remembered.cache_clear()
