"""Find the files of a stack: in a folder with its archives, or in sheets; leave out what is asked.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
from difflib import get_close_matches
from pathlib import PurePath

from stackflow import folders, named, unused
from stackflow.exclusion import take_out
from stackflow.found import Found
from stackflow.sheet_files import in_sheets
from stackflow.sources import base_name, from_names, parts_of
from stackshift.errors import InputError
from stackshift.ground import names
from stackshift.ground.products import is_pair


def find(stack: str, settings: dict, polarization: str) -> Found:
    """The sources of one stack and polarization, and what is to be said of them.

    Parameters
    ----------
    stack : name of the stack, for messages.
    settings : the stack's entry in the config: ``directory`` and ``pattern``, or ``scenes``, and
        ``exclude``.
    polarization : VV, VH, HH or HV.

    Raises
    ------
    InputError
        In one line: nothing found, no name with a time, a sheet that cannot be read, an entry of
        ``exclude`` that matches nothing. What is named and not there raises nothing: files, what
        links lead to, archives that are broken, folders that are closed are in ``bad``, as are
        files of a folder whose names tell no time or several.
    """
    where = f"stack '{stack}', {polarization}"
    try:
        found = _gather(settings, polarization)
        _exclude(found, settings, polarization)
        if "directory" in settings:
            _put_pairs_aside(found)
            _check_any_dated(found)
    except InputError as error:
        # A path may hold what ends a line.
        raise InputError(" ".join(f"{where}: {error}".split())) from None
    if found.unused:
        found.lines.append(unused.line_on(found.unused))
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
        return in_sheets([listed] if isinstance(listed, str) else listed, polarization)
    return _in_folder(settings["directory"], settings.get("pattern"), polarization)


def _in_folder(directory: str, pattern: str | None, polarization: str) -> Found:
    directory = str(PurePath(directory))
    if os.path.isfile(directory):
        raise InputError(
            f"'directory' is the file {directory}; give the folder that holds it, or list it in a "
            "scene sheet ('scenes')"
        )
    if not os.path.isdir(directory):
        raise InputError(f"the directory {directory} does not exist; correct 'directory'")
    root, wanted, depth = _wanted(directory, pattern, polarization)
    listing = folders.walk(root, wanted, depth)
    lines = list(listing.lines)
    if pattern is None:
        beside = named.beside(list(listing.files))
        _leave_out(listing.files, beside.__contains__, "by name masks or the like", lines)
        made = set(unused.derived(list(listing.files)))
        _leave_out(listing.files, made.__contains__, "by name made of another file there", lines)
    bad = [(path, f"{path} {reason}") for path, reason in listing.bad]
    if not listing.files and not bad:
        raise InputError("; ".join([_nothing(directory, root, pattern, polarization), *lines]))
    sources = []
    for path, opened in sorted(listing.files.items()):
        try:
            sources.append(from_names(opened, polarization, parts=parts_of(path)))
        except InputError as error:
            bad.append((opened, str(error)))
    others = [] if pattern else [os.path.join(directory, path) for path in listing.others]
    return Found(sources, lines, bad, unused.acquisitions(others, sources, polarization))


def _check_any_dated(found: Found) -> None:
    """Refuse a folder of which no name tells a time in one line, as it is no fault of each file."""
    undated = [line for path, line in found.bad if line.startswith(f"the name of {path} ")]
    if undated and not found.sources:
        more = f" ({len(undated)} files are so)" if len(undated) > 1 else ""
        raise InputError(f"{undated[0]}{more}")


def _put_pairs_aside(found: Found) -> None:
    """Interferograms beside scenes are none that are unreadable: leave them out, and say so."""
    pairs = [path for path, _ in found.bad if is_pair(parts_of(path))]
    if not pairs or not found.sources:
        return
    found.bad = [(path, line) for path, line in found.bad if path not in pairs]
    are = "is by name an interferogram" if len(pairs) == 1 else "are by name interferograms"
    found.lines.append(f"{folders.some(pairs)} {are} of two acquisitions and no scene, left out")


def _wanted(directory: str, pattern: str | None, polarization: str):
    """The folder to walk, a function of relative paths, and the depth to go down to."""
    if pattern is None:
        return directory, lambda path: named.names_polarization(path, polarization), None
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
    both = [path for path in there if unused.names_several(path, polarization)]
    if both:
        return (
            f"{folders.some(both)} {'names' if len(both) == 1 else 'name'} several polarizations; "
            "list them in a scene sheet with the columns path, datetime and band"
        )
    others = unused.other_rasters(there)
    return (
        f"no GeoTIFF in {directory} has {polarization} in its name{others}; correct 'directory' or "
        "'polarizations', or give a 'pattern' or a scene sheet"
    )


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
        known = [
            base_name(path) for path in [s.path for s in found.sources] + list(dict(found.bad))
        ]
        known += [names.scene_id(s.time) for s in found.sources]
        near = get_close_matches(idle[0], known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "name a file, a pattern, a time or a date"
        raise InputError(f"exclude: '{idle[0]}' matches no scene; {hint}")
    if entries and not found.sources and not found.bad:
        raise InputError("exclude leaves no scene; shorten it")
