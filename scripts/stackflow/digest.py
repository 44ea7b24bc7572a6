"""A digest of the code that a stage runs, as Snakemake follows a script but not what it imports."""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

# Parsing all modules would take a fifth of the time in which Snakemake reads the workflow.
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^#\n]+)|import[ \t]+([^#\n]+))",
    re.M,
)
_NAME = re.compile(rb"[\w.]+")
_SCRIPTS = Path(__file__).parents[1]


def code_digest(stage: str, *modules: str) -> str:
    """Digest of a stage's script and of all modules of this project that it imports.

    Parameters
    ----------
    stage : name of the stage; its script is ``scripts/{stage}.py``.
    modules : further modules that are imported by name at run time, such as a method's.

    Returns
    -------
    16 hexadecimal digits that change with the content of these files and with nothing else.
    """
    files = set().union(*(_reached(path) for path in (_file(stage), *map(_file, modules))))
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(_SCRIPTS).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def template_digest(*paths: str) -> str:
    """Digest of templates, given relative to the project, that a stage fills in."""
    content = b"\0".join((_SCRIPTS.parent / path).read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest()[:16]


def digest_of(*values) -> str:
    """Digest of plain values: numbers, strings, lists and dictionaries of them."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _file(module: str) -> Path:
    return _SCRIPTS.joinpath(*module.split(".")).with_suffix(".py")


@cache
def imports(path: Path) -> frozenset[Path]:
    """The modules of this project that a file imports."""
    names = set()
    for package, members, modules in _IMPORT.findall(path.read_bytes()):
        if package:
            names |= {package, *(package + b"." + name for name in _NAME.findall(members))}
        else:
            names.update(_NAME.findall(modules))
    return frozenset(file for name in names if (file := _file(name.decode())).is_file())


def _reached(start: Path) -> set[Path]:
    reached, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting.extend(imports(path))
    return reached
