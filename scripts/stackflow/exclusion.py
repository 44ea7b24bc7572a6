"""Which sources an entry of ``exclude`` means: a file, a pattern, a time or a date.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import fnmatch
import re

from stackflow.sources import Source, base_name
from stackshift.ground import names


def take_out(found, entry: str) -> bool:
    """Take what an entry of ``exclude`` matches out of a ``finding.Found``; whether any was."""
    kept = [source for source in found.sources if not _matches(source, entry)]
    bad = [pair for pair in found.bad if not _is_file(pair[0], entry)]
    matched = len(kept) + len(bad) < len(found.sources) + len(found.bad)
    found.sources, found.bad = kept, bad
    return matched


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
