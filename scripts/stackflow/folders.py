"""The files of a folder that may be scenes: walked once, whatever links and archives it holds.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
import stat
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePath

from stackflow import archives
from stackshift.errors import InputError
from stackshift.ground import names

# Names that no folder has.
_OF_A_FILE = re.compile(
    r"(?:\.(?!SAFE$|DATA$)[A-Z][A-Z0-9]{0,9}|(?:^|/)(?:README|LICEN[CS]E|COPYING|NOTICE|CHANGE(?:S|LOG)"
    r"|MAKEFILE))$",
    re.IGNORECASE,
)

# The name of a link tells another time than that of its target from here on.
_APART = timedelta(minutes=5)


@dataclass
class Listing:
    """What a walk through a folder found; paths are relative to the folder, with ``/``.

    Attributes
    ----------
    files : path by what GDAL opens.
    others : paths that are not wanted.
    bad : (path, reason) of what is named but cannot be looked at.
    lines : what is worth a look.
    """

    files: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def walk(root: str, wanted, depth: int | None = None) -> Listing:
    """All files below a folder that are wanted, those in zip archives too, each once.

    A link to a folder or a file that was met already is not followed, which ends loops; folders
    and files come before links to them. Hidden folders and results of this workflow are left out,
    and hidden files are not wanted.

    Parameters
    ----------
    root : the folder.
    wanted : function of a relative path: whether it may be a scene.
    depth : how many folders down at most; None for all.
    """
    found = Listing()
    seen: dict[tuple[int, int], str] = {}
    links: list[tuple[str, int]] = []
    pending = [("", 0)]
    real_files: set[str] = set()
    file_links: list[str] = []
    archives: list[str] = []
    while pending or links:
        # Links last: what they lead to may be met by itself.
        inside, level = pending.pop() if pending else links.pop(0)
        folder = str(PurePath(root, inside))
        try:
            status = os.stat(folder)
            identity = (status.st_dev, status.st_ino)
            if identity in seen:
                found.lines.append(
                    f"{folder} leads to {seen[identity]}, which is searched already; taken once"
                )
                continue
            seen[identity] = folder
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            found.bad.append((folder, f"cannot be searched ({error.strerror})"))
            continue
        if inside and _is_result(entries, folder):
            continue
        place = os.path.realpath(folder)
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            if entry.name.startswith("."):
                # What fetching programs and clouds hide may be a scene that is not whole.
                if not entry.name.startswith("._") and not _is_folder(entry):
                    found.others.append(path)
                continue
            if _is_folder(entry):
                if depth is None or level < depth:
                    (links if entry.is_symlink() else pending).append((path, level + 1))
            elif entry.name.lower().endswith(".zip"):
                archives.append(path)
            elif not wanted(path):
                if _may_be_a_folder(entry):
                    if depth is None or level < depth:
                        file_links.append(path)
                else:
                    found.others.append(path)
            elif entry.is_symlink():
                file_links.append(path)
            elif entry.is_file():
                real_files.add(os.path.join(place, entry.name))
                found.files[path] = str(PurePath(root, path))
    _follow(root, file_links, real_files, found)
    opened: set[str] = set()
    for path in sorted(archives, key=lambda path: (os.path.islink(os.path.join(root, path)), path)):
        target = os.path.realpath(os.path.join(root, path))
        if target not in opened:
            opened.add(target)
            _open(root, path, wanted, found)
    _prefer_unpacked(found)
    _put_undecoded_aside(root, found)
    return found


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _may_be_a_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a link to nothing that may have led to a folder, by its names."""
    if not entry.is_symlink() or os.path.exists(entry.path):
        return False
    target = os.readlink(entry.path)
    # Locks of programs are links to what is no path.
    known = (entry.name, target)
    return "/" in target and not any(_OF_A_FILE.search(name) for name in known)


def _is_result(entries: list[os.DirEntry], folder: str) -> bool:
    """Whether a folder is one of this workflow's results, which are no scenes."""
    if any(entry.name == "grid.json" for entry in entries):
        return True
    return os.path.basename(folder) == "results" and os.path.realpath(folder) == os.path.realpath(
        "results"
    )


def _follow(root: str, links: list[str], real: set[str], found: Listing) -> None:
    """Links to files: to nothing is bad, to a file that is there already is the same one."""
    again = []
    taken = []
    for path in sorted(links):
        whole = str(PurePath(root, path))
        target = os.path.realpath(whole)
        try:
            status = os.stat(whole)
        except OSError:
            found.bad.append((whole, f"is a link to {os.readlink(whole)}, which is not there"))
            continue
        if not stat.S_ISREG(status.st_mode):
            continue
        taken.append(path)
        if target in real:
            again.append(whole)
            continue
        real.add(target)
        found.files[path] = whole
    if again:
        found.lines.append(
            f"{some(again)} {'is a link to a file' if len(again) == 1 else 'are links to files'} "
            "found already; taken once"
        )
    found.lines += filter(None, (_of_another_time(str(PurePath(root, path))) for path in taken))


def _of_another_time(link: str) -> str | None:
    """A line on a link whose name tells another time than that of what it leads to, else None.

    Either the link is a mistake, and a date is lost or has the pixels of another, or a name is.
    """
    target = os.path.realpath(link)
    own, other = (names.tell((os.path.basename(path),)) for path in (link, target))
    if own.time is None or other.time is None:
        return None
    if own.dated and other.dated:
        same = abs(own.time - other.time) <= _APART
    else:
        same = own.time.date() == other.time.date()
    if same:
        return None
    says, leads = (_stamp(told) for told in (own, other))
    return f"the name of {link} says {says}, and it is a link to {target}, whose name says {leads}"


def _stamp(told: names.Told) -> str:
    return f"{told.time:%Y-%m-%dT%H:%M:%S}" if told.dated else f"{told.time:%Y-%m-%d}"


def _open(root: str, path: str, wanted, found: Listing) -> None:
    """The wanted members of a zip archive, read in place."""
    whole = str(PurePath(root, path))
    folder = os.path.dirname(path)
    try:
        members = archives.members(whole)
    except FileNotFoundError:
        found.bad.append((whole, "is a link to a file that is not there"))
        return
    except InputError as error:
        # Some other archive that is broken is no scene that is missing.
        told = names.tell((os.path.basename(path),)).time is not None
        if told or isinstance(error, archives.Unreadable):
            found.bad.append((whole, str(error)))
        else:
            found.lines.append(f"{whole} {str(error).partition(';')[0]}; not looked into")
        return
    for member in members:
        name = member.name
        if name.startswith("__MACOSX/") or "/." in f"/{name}":
            continue
        # As if it were unpacked where it lies, with or without a folder of its own.
        places = [f"{path}/{name}", os.path.join(folder, name)]
        if ".SAFE/" not in name.upper():
            places.append(os.path.join(folder, os.path.basename(name)))
        if not any(wanted(place) for place in places):
            found.others.append(places[0])
        elif member.encrypted:
            found.bad.append((whole, "is encrypted; unpack it"))
            return
        else:
            found.files[places[0]] = f"/vsizip/{whole}/{name}"


def _put_undecoded_aside(root: str, found: Listing) -> None:
    """Files below a name that is no UTF-8, which neither Snakemake nor a table can hold."""
    for path in [path for path in found.files if path != _printable(path)]:
        del found.files[path]
        parts = path.split("/")
        first = next(i for i, part in enumerate(parts) if part != _printable(part))
        whole = str(PurePath(root, *parts[: first + 1]))
        if whole not in dict(found.bad):
            found.bad.append((whole, "has a name that is no UTF-8; rename it"))
    found.bad = [(_printable(path), _printable(reason)) for path, reason in found.bad]
    found.lines = [_printable(line) for line in found.lines]
    found.others = [_printable(path) for path in found.others]


def _printable(text: str) -> str:
    """A name with a mark in place of what is no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _prefer_unpacked(found: Listing) -> None:
    """A file that lies unpacked beside its archive is taken from the folder."""
    zipped = {path for path, opened in found.files.items() if opened.startswith("/vsizip/")}
    # A name that many products share, as iw-vv.rtc.tiff, tells with its folder alone.
    unpacked = {_own_name(path) for path in found.files.keys() - zipped}
    double = sorted(path for path in zipped if _own_name(path) in unpacked)
    for path in double:
        del found.files[path]
    if double:
        found.lines.append(
            f"{some(double)} {'is' if len(double) == 1 else 'are'} unpacked beside the archive; "
            "the unpacked is taken"
        )


def _own_name(path: str) -> tuple[str, ...]:
    *folders, name = path.split("/")
    return (name,) if names.tell((name,)).time else (*folders[-1:], name)


def translate(pattern: str) -> re.Pattern[str]:
    """A glob pattern of relative paths as a regular expression, in any case; ``**`` for folders."""
    out = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\])", pattern):
        if part == "**/":
            out += r"(?:[^/]+/)*"
        elif part in ("*", "**"):
            out += r"[^/]*"
        elif part == "?":
            out += r"[^/]"
        elif len(part) > 2 and part[0] == "[" and part[-1] == "]":
            inner = part[1:-1].replace("\\", r"\\").replace("[", r"\[")
            out += f"[^{inner[1:]}]" if inner[0] == "!" else f"[{inner}]"
        else:
            out += re.escape(part)
    return re.compile(out, re.IGNORECASE)


def some(paths: list[str]) -> str:
    """The first of some paths and how many more, for a message."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more}"
