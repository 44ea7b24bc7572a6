"""What of a folder is no scene, and what of it may have been meant as one.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re
from collections.abc import Iterable

from stackflow.folders import some
from stackflow.named import is_beside
from stackflow.sources import Source
from stackshift.ground import names
from stackshift.ground.products import is_pair

_OTHER = re.compile(r"\.(img|vrt|jp2|nc|h5|hdf5?|bin|dat|grd|safe)$", re.IGNORECASE)
# What browsers and fetching programs call a file until it is whole.
_PART = re.compile(
    r"\.(?:part|partial|crdownload|download|filepart|opdownload|incomplete|tmp)$", re.IGNORECASE
)
# Behind hidden names: of what rsync has not fetched yet, and of what is in iCloud alone.
_HIDDEN = re.compile(r"\.[A-Z0-9]{6}$", re.IGNORECASE)
_PACKED = re.compile(r"\.(?:zip|tar|tgz|tar\.gz|tar\.bz2|7z|rar|gz)$", re.IGNORECASE)
# Rasters that scenes come in besides GeoTIFF; metadata (.h5 of OPERA) are not among them.
_RASTER = re.compile(r"\.(?:img|vrt|jp2|nc|dim|bin|dat|grd)$", re.IGNORECASE)
_GLUED = re.compile("VV|VH|HH|HV")


def acquisitions(others: Iterable[str], sources: list[Source], polarization: str) -> dict[str, str]:
    """Files that by their names are of acquisitions of which no file is used, each with the reason.

    Parameters
    ----------
    others : paths of what was not wanted.
    sources : what is used.
    polarization : the one that is looked for.
    """
    times = {source.time for source in sources}
    days = {time.date() for time in times}
    dated = all(source.dated for source in sources)
    found = {}
    for path in others:
        reason = _reason(path, polarization)
        if reason is None:
            continue
        name = _plain(path.rpartition("/")[2])
        told = names.tell((name,))
        if told.time is None:
            continue
        whose = told.platform or _GLUED.search(name.upper())
        if not whose and not (told.dated and _PACKED.search(name)):
            continue
        # What lies beside a scene is of its time.
        if told.time not in times if told.dated and dated else told.time.date() not in days:
            found[path] = reason
    return found


def line_on(unused: dict[str, str]) -> str:
    """A line on all of them, with the first file of each reason."""
    by_reason: dict[str, list[str]] = {}
    for path, reason in sorted(unused.items()):
        by_reason.setdefault(reason, []).append(path)
    listed = ", ".join(f"{some(paths)} ({reason})" for reason, paths in by_reason.items())
    one = len(unused) == 1
    files = "1 file whose name tells" if one else f"{len(unused)} files whose names tell"
    return f"{files} an acquisition {'is' if one else 'are'} not used: {listed}"


def _plain(name: str) -> str:
    """A name without the blanks, the dot and the endings that it has before it is whole."""
    name = name.strip()
    if name.startswith("."):
        name = _HIDDEN.sub("", name.removeprefix("."))
    return _PART.sub("", name)


def _reason(path: str, polarization: str) -> str | None:
    """Why a file that may be a scene is none; None for what is not meant as one."""
    *folders, name = path.split("/")
    plain = _plain(name)
    tiff = names.TIFF.search(plain)
    if not (tiff or _PACKED.search(plain) or _RASTER.search(plain)):
        return None
    upper = plain.upper()
    if "STATIC" in upper or any(folder.upper().endswith(".SAFE") for folder in folders):
        return None
    own = set(names.POLARIZATION.findall(upper))
    if own and polarization not in own:
        return None
    if not own and (glued := set(_GLUED.findall(upper))) and polarization not in glued:
        return None
    if is_beside(plain) or is_pair((plain,)):
        return None
    hidden = name.strip().startswith(".")
    if _PART.search(name.strip()) or (hidden and _HIDDEN.search(name.strip())):
        return "not whole yet: fetch it again"
    if hidden:
        return "hidden by the dot before its name: rename it"
    if plain != name:
        return "a blank at its end: rename it"
    if _PACKED.search(plain):
        return "an archive that is not looked into: unpack it"
    if not tiff:
        return "no GeoTIFF: convert it, or list it in a scene sheet"
    if len(own) > 1:
        return "several polarizations: list it in a scene sheet with the column band"
    return f"not {polarization} by its name: rename it, or list it in a scene sheet"


def derived(paths: list[str]) -> list[str]:
    """Files whose name is that of another one in the folder, a scene, with something behind it.

    ``x_VV_db.tif`` or ``x_VV (1).tif`` beside ``x_VV.tif`` is made of it and no scene of its own.
    """
    stems = {names.TIFF.sub("", path): path for path in paths}
    out = []
    for path in paths:
        stem = names.TIFF.sub("", path)
        start = stem.rfind("/") + 1
        cuts = [match.start() for match in re.finditer(r"[-_. (]", stem) if match.start() > start]
        bases = [stems[stem[:cut]] for cut in cuts if stem[:cut] in stems]
        if any(names.tell(tuple(reversed(base.split("/")))).time for base in bases):
            out.append(path)
    return out


def names_several(path: str, polarization: str) -> bool:
    """Whether a file's name is that of a GeoTIFF of several polarizations, one of them this one."""
    name = path.rpartition("/")[2].upper()
    own = set(names.POLARIZATION.findall(name))
    return bool(names.TIFF.search(name)) and len(own) > 1 and polarization in own


def other_rasters(listed: list[str]) -> str:
    """What rasters there are of other kinds, for the message that there is none: " (5 .img)"."""
    kinds: dict[str, int] = {}
    for path in listed:
        match = _OTHER.search(path)
        if match:
            kinds[match[0].lower()] = kinds.get(match[0].lower(), 0) + 1
    return "".join(f", but {count} {kind}" for kind, count in sorted(kinds.items()))
