"""Find the files of a stack that its sheets list.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import replace

from stackflow import archives, named, sheets
from stackflow.found import Found
from stackflow.rows import Row, on_disk
from stackflow.sources import Source, archive_of, base_name, from_names, is_remote, parts_of
from stackshift.errors import InputError
from stackshift.ground import names

# Of these GDAL reads no terrain-corrected scene.
_ARCHIVE = re.compile(r"\.(zip|tar|tgz|tar\.gz|safe|h5|hdf5|nc|kmz)/?$", re.IGNORECASE)


def in_sheets(paths: Iterable[str], polarization: str) -> Found:
    found = Found()
    rows = []
    for sheet in paths:
        whole = sheets.read(sheet)
        good = [row for row in whole if row.usable()]
        found.lines += _unusable(sheet, whole, good)
        rows += good
    _refuse_granules(rows)
    rows_of: dict[Source, str] = {}
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
        rows_of[source] = row.where
    found.sources = _without_other(found.sources, polarization)
    found.sources, lines = _each_once(found.sources, rows_of)
    found.lines += lines
    if not found.sources and not found.bad:
        raise InputError(
            f"no row of {', '.join(paths)} is for {polarization}; correct 'scenes' or "
            "'polarizations'"
        )
    return found


def _each_once(sources: list[Source], rows_of: dict[Source, str]) -> tuple[list[Source], list[str]]:
    """The files without those that another spelling or a link names again, and lines on these.

    Raises
    ------
    InputError
        For one spelling twice, and for rows that say different things of one file.
    """
    first: dict[tuple[str, int | None], Source] = {}
    lines = []
    for source in sources:
        known = first.setdefault((_real(source.path), source.band), source)
        if known is source:
            continue
        if known.path == source.path:
            raise InputError(f"{source.path} is listed more than once; name each file once")
        same = f"{rows_of[source]}: {source.path} is {known.path}"
        if known.time != source.time or known.said != source.said:
            raise InputError(f"{same}, of which another row says otherwise; name each file once")
        lines.append(f"{same}; taken once")
    return list(first.values()), lines


def _real(path: str) -> str:
    """A local path by which a file is the same whatever links and dots lead to it."""
    if (archive := archive_of(path)) is not None:
        return path.replace(archive, os.path.realpath(archive), 1)
    return path if is_remote(path) else os.path.realpath(path)


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
        found = [member.name for member in archives.members(archive)]
    except FileNotFoundError:
        return archive
    except InputError as error:
        raise InputError(f"{row.where}: {archive} {error}") from None
    members = [
        name
        for name in found
        if named.names_polarization(name, polarization) and not named.is_beside(name)
    ]
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
        there = any(known.name == member for known in archives.members(archive))
        return None if there else f"{archive} holds no {member}"
    except InputError as error:
        return f"{archive} {error}"


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
