"""Find the files of a stack: in a folder with its archives, or in sheets; leave out what is asked.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import PurePath

from stackflow import folders, sheets
from stackflow.exclusion import take_out
from stackflow.rows import Row, on_disk
from stackflow.sources import Source, archive_of, base_name, from_names, is_remote, parts_of
from stackshift.errors import InputError
from stackshift.ground import names

# Of these GDAL reads no terrain-corrected scene.
_ARCHIVE = re.compile(r"\.(zip|tar|tgz|tar\.gz|safe|h5|hdf5|nc|kmz)/?$", re.IGNORECASE)


@dataclass
class Found:
    """The sources of one stack and polarization.

    Attributes
    ----------
    sources : sorted by time and path.
    lines : what is worth a look and concerns no single source.
    bad : (path, line) of what is named but is not there or cannot be looked at.
    """

    sources: list[Source] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)


def find(stack: str, settings: dict, polarization: str) -> tuple[list[Source], list[str]]:
    """The sources of one stack and polarization, and lines that are worth a look.

    Parameters
    ----------
    stack : name of the stack, for messages.
    settings : the stack's entry in the config: ``directory`` and ``pattern``, or ``scenes``, and
        ``exclude``.
    polarization : VV, VH, HH or HV.

    Returns
    -------
    Sources sorted by time and path, and lines that concern no single one.

    Raises
    ------
    InputError
        In one line: nothing found, a name without a time, a sheet that cannot be read, a file that
        is named but not there (all of them), an entry of ``exclude`` that matches nothing.
    """
    found = search(stack, settings, polarization)
    if found.bad:
        where = f"stack '{stack}', {polarization}"
        raise InputError(f"{where}: " + "; ".join(line for _, line in found.bad))
    return found.sources, found.lines


def search(stack: str, settings: dict, polarization: str) -> Found:
    """As ``find``, but what is named and not there is in ``bad`` and raises nothing.

    Raises
    ------
    InputError
        As ``find``, but for missing files, links to nothing, broken archives, closed folders.
    """
    where = f"stack '{stack}', {polarization}"
    try:
        found = _gather(settings, polarization)
        _exclude(found, settings, polarization)
    except InputError as error:
        # A path may hold what ends a line.
        raise InputError(" ".join(f"{where}: {error}".split())) from None
    found.lines = [" ".join(line.split()) for line in found.lines]
    found.bad = [(path, " ".join(line.split())) for path, line in found.bad]
    for source in found.sources:
        if "{" in source.path or "}" in source.path:
            raise InputError(
                f"{where}: {source.path} holds {{ or }}, which Snakemake fills in; rename it"
            )
    found.sources.sort(key=lambda source: (source.time, source.path))
    return found


def _gather(settings: dict, polarization: str) -> Found:
    if "scenes" in settings:
        listed = settings["scenes"]
        return _in_sheets([listed] if isinstance(listed, str) else listed, polarization)
    return _in_folder(settings["directory"], settings.get("pattern"), polarization)


def _in_folder(directory: str, pattern: str | None, polarization: str) -> Found:
    directory = str(PurePath(directory))
    if not os.path.isdir(directory):
        raise InputError(f"the directory {directory} does not exist; correct 'directory'")
    root, wanted, depth = _wanted(directory, pattern, polarization)
    listing = folders.walk(root, wanted, depth)
    lines = list(listing.lines)
    if pattern is None:
        _leave_out(listing.files, folders.is_beside, "by name masks or the like", lines)
        made = set(folders.derived(list(listing.files)))
        _leave_out(listing.files, made.__contains__, "by name made of another file there", lines)
    bad = [(path, f"{path} {reason}") for path, reason in listing.bad]
    if not listing.files and not bad:
        raise InputError("; ".join([_nothing(directory, root, pattern, polarization), *lines]))
    sources = [
        from_names(opened, polarization, parts=parts_of(path))
        for path, opened in sorted(listing.files.items())
    ]
    return Found(sources, lines, bad)


def _wanted(directory: str, pattern: str | None, polarization: str):
    """The folder to walk, a function of relative paths, and the depth to go down to."""
    if pattern is None:
        return directory, lambda path: folders.names_polarization(path, polarization), None
    pattern = pattern.replace("{polarization}", polarization).removeprefix("./")
    if os.path.isabs(pattern):
        raise InputError(f"pattern '{pattern}' is relative to 'directory'; shorten it")
    root = directory
    while pattern.startswith("../"):
        root, pattern = os.path.join(root, ".."), pattern[3:]
    if pattern.lower().endswith(".tif"):
        shapes = [folders.translate(pattern), folders.translate(pattern + "f")]
    else:
        shapes = [folders.translate(pattern)]
    depth = None if "**" in pattern else pattern.count("/")
    return root, lambda path: any(shape.fullmatch(path) for shape in shapes), depth


def _leave_out(files: dict[str, str], refused, why: str, lines: list[str]) -> None:
    out = sorted(path for path in files if refused(path))
    for path in out:
        del files[path]
    if out:
        are = "is" if len(out) == 1 else "are"
        lines.append(f"{folders.some(out)} {are} {why}, left out; name them with a 'pattern'")


def _nothing(directory: str, root: str, pattern: str | None, polarization: str) -> str:
    """Why nothing was found, with what there is instead."""
    if pattern is not None:
        shape = pattern.replace("{polarization}", polarization)
        return (
            f"no file in {directory} matches '{shape}'; correct 'directory', 'pattern' or "
            "'polarizations'"
        )
    there = list(folders.walk(root, lambda path: True).files)
    if any(".SAFE/" in path.upper() for path in there):
        return (
            f"{directory} holds Level-1 products (.SAFE) alone, which are in radar geometry; "
            "terrain-correct them first (as HyP3 or SNAP do)"
        )
    both = [path for path in there if folders.names_several(path, polarization)]
    if both:
        return (
            f"{folders.some(both)} {'names' if len(both) == 1 else 'name'} several polarizations; "
            "list them in a scene sheet with the columns path, datetime and band"
        )
    others = folders.other_rasters(there)
    return (
        f"no GeoTIFF in {directory} has {polarization} in its name{others}; correct 'directory' or "
        "'polarizations', or give a 'pattern' or a scene sheet"
    )


def _in_sheets(paths: Iterable[str], polarization: str) -> Found:
    found = Found()
    rows = []
    for sheet in paths:
        whole = sheets.read(sheet)
        good = [row for row in whole if row.usable()]
        found.lines += _unusable(sheet, whole, good)
        rows += good
    _refuse_granules(rows)
    for row in rows:
        said = row.polarizations()
        if said and polarization not in said:
            continue
        path = _choose(row, polarization)
        if path is None:
            continue
        written = path.replace("{polarization}", polarization)
        opened = on_disk(row, written)
        if opened.lower().endswith(".zip") and not is_remote(opened):
            opened = _member(row, opened, polarization)
        missing = _missing(opened)
        if missing:
            found.bad.append((opened, f"{row.where}: {missing}"))
            continue
        parts = parts_of(opened if written.lower().endswith(".zip") else written)
        if granule := row.fields.get("granule"):
            parts = (*parts, granule)
        try:
            source = from_names(opened, polarization, row.said(), parts)
        except InputError as error:
            # A row tells its line already.
            text = str(error)
            raise InputError(text if row.where in text else f"{row.where}: {text}") from None
        if len(said) > 1 and path == written and "band" not in row.fields and _mixed(source):
            remark = (
                f"{opened}: the sheet says {'+'.join(said)}; its band 1 is taken for {polarization}"
            )
            source = replace(source, remarks=(*source.remarks, remark))
        found.sources.append(source)
    found.sources = _without_other(found.sources, polarization)
    listed = Counter((source.path, source.band) for source in found.sources)
    if double := sorted(path for (path, _), count in listed.items() if count > 1):
        raise InputError(f"{double[0]} is listed more than once; name each file once")
    if not found.sources and not found.bad:
        raise InputError(
            f"no row of {', '.join(paths)} is for {polarization}; correct 'scenes' or "
            "'polarizations'"
        )
    return found


def _mixed(source: Source) -> bool:
    return names.polarization(base_name(source.path)) is None


def _refuse_granules(rows: list[Row]) -> None:
    """Rows of a search's export that name products to be downloaded or processed, not rasters."""
    bare = [row for row in rows if not row.paths or all(map(_no_raster, row.paths))]
    if not bare:
        return
    row = bare[0]
    if not row.paths and "granule" not in row.fields:
        raise InputError(f"{row.where}: path is empty")
    name = base_name(row.paths[0]) if row.paths else row.fields["granule"]
    raise InputError(
        f"{row.where}: {name} is no raster to read ({len(bare)} of {len(rows)} rows): a search "
        "lists products; have them terrain-corrected or fetch them, and list the files in a column "
        "path"
    )


def _no_raster(path: str) -> bool:
    """Whether a path is that of a product as a whole; a zip on disk can be looked into."""
    plain = re.sub(r"[?#].*$", "", path)
    local_zip = plain.lower().endswith(".zip") and "://" not in plain
    return bool(_ARCHIVE.search(plain)) and not local_zip


def _choose(row: Row, polarization: str) -> str | None:
    """The path of a row for a polarization: of several, the one whose name says it."""
    if len(row.paths) == 1:
        return row.paths[0]
    rasters = [path for path in row.paths if not _ARCHIVE.search(re.sub(r"[?#].*$", "", path))]
    said = [path for path in rasters if names.polarization(base_name(path)) == polarization]
    return said[0] if said else None


def _member(row: Row, archive: str, polarization: str) -> str:
    """The path into a zip archive that a row names as a whole."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [
                name
                for name in opened.namelist()
                if folders.names_polarization(name, polarization) and not folders.is_beside(name)
            ]
    except FileNotFoundError:
        return archive
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise InputError(
            f"{row.where}: {archive} is no whole zip archive; fetch it again"
        ) from None
    if len(members) != 1:
        raise InputError(
            f"{row.where}: {archive} holds {len(members) or 'no'} files for {polarization}; name "
            "one as /vsizip/ARCHIVE/FILE"
        )
    return f"/vsizip/{archive}/{members[0]}"


def _missing(opened: str) -> str | None:
    """What is not there of a local path, None if all is."""
    archive = archive_of(opened)
    if archive is None:
        if opened.startswith("/vsi") or "://" in opened or os.path.isfile(opened):
            return None
        return f"the file {opened} {'is a folder' if os.path.isdir(opened) else 'does not exist'}"
    if not os.path.isfile(archive):
        return f"the archive {archive} does not exist"
    member = opened.partition(f"{archive}/")[2]
    if not archive.lower().endswith(".zip"):
        return None
    try:
        with zipfile.ZipFile(archive) as whole:
            return None if member in whole.namelist() else f"{archive} holds no {member}"
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return f"{archive} is no whole zip archive; fetch it again"


def _unusable(sheet: str, whole: list[Row], good: list[Row]) -> list[str]:
    """A line on the rows that a sheet itself calls unusable.

    Raises
    ------
    InputError
        If all are.
    """
    out = len(whole) - len(good)
    if not good:
        raise InputError(
            f"the scene sheet {sheet} calls no row usable; correct its column 'usable', or take it "
            "out"
        )
    if not out:
        return []
    return [f"{sheet}: {out} of {len(whole)} rows are left out, as it calls them not usable"]


def _without_other(sources: list[Source], polarization: str) -> list[Source]:
    """A sheet that lists each polarization in rows of its own without a column that says so."""
    told = [names.polarization(base_name(source.path)) for source in sources]
    here = {s.time for s, p in zip(sources, told, strict=True) if p == polarization}
    return [
        source
        for source, said in zip(sources, told, strict=True)
        if said in (None, polarization) or source.time not in here
    ]


def _out_of_both(found: Found, rest: Found, entry: str, whole: bool) -> bool:
    """Take out what is of the pass of an entry that names a file of another polarization."""
    both = Found([*found.sources, *rest.sources], [], [*found.bad, *rest.bad])
    matched = take_out(both, entry, whole)
    kept = set(both.sources)
    found.sources = [source for source in found.sources if source in kept]
    return matched


def _exclude(found: Found, settings: dict, polarization: str) -> None:
    """Take out of what was found what ``exclude`` names: files, patterns, times or dates."""
    entries = [str(entry) for entry in settings.get("exclude") or []]
    whole = settings.get("slices") != "separate"
    idle = [entry for entry in entries if not take_out(found, entry, whole)]
    for other in settings.get("polarizations") or []:
        # An entry for the files of another polarization has its match there.
        if idle and other != polarization:
            try:
                rest = _gather(settings, other)
            except InputError:
                continue
            idle = [entry for entry in idle if not _out_of_both(found, rest, entry, whole)]
    if idle:
        known = [base_name(s.path) for s in found.sources] + [
            names.scene_id(s.time) for s in found.sources
        ]
        near = get_close_matches(idle[0], known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "name a file, a pattern, a time or a date"
        raise InputError(f"exclude: '{idle[0]}' matches no scene; {hint}")
    if entries and not found.sources and not found.bad:
        raise InputError("exclude leaves no scene; shorten it")
