"""Is a list of requirements complete, extras and what they need included?

    python tests/complete.py requirements.txt requirements-dev.txt

compares lists to what is installed beside this Python, and fails if something is missing. `pip
check` does nearly that, but knows no extras: to it, `moto[s3]` is whole without its S3 parts.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def read(path: Path) -> list[Requirement]:
    """The requirements of a list, pinned or not, without hashes and remarks."""
    lines = path.read_text().replace("\\\n", " ").splitlines()
    plain = (re.split(r"\s--hash|(?:^|\s)#", line)[0].strip() for line in lines)
    return [Requirement(line) for line in plain if line]


@cache
def needs(name: str) -> tuple[Requirement, ...] | None:
    """What an installed distribution requires, extras included; None if it is not installed."""
    try:
        return tuple(map(Requirement, metadata.requires(name) or ()))
    except metadata.PackageNotFoundError:
        return None


def applies(requirement: Requirement, environment: dict, extra: str = "") -> bool:
    """Whether a requirement is one in an environment, for a distribution with this extra."""
    marker = requirement.marker
    return marker is None or marker.evaluate(environment | {"extra": extra})


def missing(
    wanted: Iterable[Requirement],
    listed: Iterable[Requirement],
    machine: dict | None = None,
    needs=needs,
) -> list[str]:
    """What is wanted, or needed by what is, and not in the list: a line each."""
    environment = default_environment() | (machine or {})
    versions = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in listed
        if applies(pin, environment)
    }
    found, seen = [], set()
    ahead = [
        ("the list", requirement) for requirement in wanted if applies(requirement, environment)
    ]
    while ahead:
        by, requirement = ahead.pop()
        name = canonicalize_name(requirement.name)
        if name not in versions:
            found.append(f"{by} needs {requirement}, which is not listed")
            continue
        if not requirement.specifier.contains(versions[name], prereleases=True):
            found.append(f"{by} needs {requirement}, but {versions[name]} is listed")
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            label = f"{name}[{extra}]" if extra else name
            # Unknown is what only other systems install; its needs are those of a list made there.
            for need in needs(name) or ():
                if applies(need, environment, extra):
                    ahead.append((label, need))
    return sorted(found)


def unlike(listed: Iterable[Requirement]) -> list[str]:
    """What a list has and this environment has not, or in another version; a line each."""
    found = []
    for pin in listed:
        if not applies(pin, default_environment()):
            continue
        try:
            version = metadata.version(pin.name)
        except metadata.PackageNotFoundError:
            found.append(f"{pin.name} is listed and not installed")
            continue
        if not pin.specifier.contains(version, prereleases=True):
            found.append(f"{pin} is listed and {version} is installed")
    return found


def main(paths: list[Path]) -> int:
    """Print what is wrong with some lists and this environment; 1 if something is."""
    found = []
    for path in paths:
        listed, wanted = read(path), read(path.with_suffix(".in"))
        found += [f"{path}: {line}" for line in unlike(listed) + missing(wanted, listed)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
