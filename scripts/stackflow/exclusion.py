"""Which sources an entry of ``exclude`` means: a file, a pattern, a time or a date.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import fnmatch
import re

from stackflow import passes
from stackflow.sources import Source, base_name
from stackshift.ground import names

_TIME = re.compile(r"\d{8}|\d{4}-\d\d-\d\d|\d{8}[Tt]\d{6}")
_SECONDS = len("20220115T134101")


def take_out(found, entry: str, whole: bool = True) -> bool:
    """Take what an entry of ``exclude`` matches out of a ``found.Found``; whether any was.

    A time or a date means a scene: the ``whole`` pass of files that it is made of.
    """
    if whole and _TIME.fullmatch(entry):
        scenes = passes.passes(found.sources)
        out = {source for files in scenes if _is_scene(files, entry) for source in files}
    else:
        out = {source for source in found.sources if _matches(source, entry)}
    kept = [source for source in found.sources if source not in out]
    bad = [pair for pair in found.bad if not _is_file(pair[0], entry)]
    unused = {path: why for path, why in found.unused.items() if not _is_file(path, entry)}
    left = len(kept) + len(bad) + len(unused)
    matched = left < len(found.sources) + len(found.bad) + len(found.unused)
    found.sources, found.bad, found.unused = kept, bad, unused
    return matched


def _is_scene(files: list[Source], entry: str) -> bool:
    """Whether a time is of a file of a pass, or a date of its first, over midnight too."""
    dated = files[:1] if len(entry) < _SECONDS else files
    return any(_matches(source, entry) for source in dated)


def _matches(source: Source, entry: str) -> bool:
    if re.fullmatch(r"\d{8}|\d{4}-\d\d-\d\d", entry):
        return source.time.strftime("%Y%m%d") == entry.replace("-", "")
    if re.fullmatch(r"\d{8}T\d{6}", entry, re.IGNORECASE):
        return names.scene_id(source.time) == entry.upper()
    return _is_file(source.path, entry)


def _is_file(path: str, entry: str) -> bool:
    """Whether an entry is a path, its end, its name, or a glob pattern of one of these."""
    if path == entry or path.endswith(f"/{entry.removeprefix('./')}"):
        return True
    if not re.search(r"[*?\[]", entry):
        return base_name(path) == entry
    return any(fnmatch.fnmatch(text, entry) for text in (path, base_name(path))) or fnmatch.fnmatch(
        path, f"*/{entry}"
    )
