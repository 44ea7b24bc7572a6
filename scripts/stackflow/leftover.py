"""What results hold of earlier runs that is no part of this one.

Only the standard library, since the Snakefile imports this each time it is parsed. Where results
lie is said by the caller, as a module's ``prefix`` moves them.
"""

import re
from collections.abc import Iterable
from pathlib import Path

_POLARIZATIONS = ("VV", "VH", "HH", "HV")


def labels(results: Path, name: str) -> list[str]:
    """Times of day by which tracks of an entry are called in the results that are there."""
    stacks = (stack for stack, _ in _analysed(results))
    found = (re.fullmatch(rf"{re.escape(name)}\.(\d{{4}})", stack) for stack in stacks)
    return sorted({match.group(1) for match in found if match and _is_time(match.group(1))})


def _is_time(label: str) -> bool:
    return int(label[:2]) < 24 and int(label[2:]) < 60


def of_before(
    results: Path, names: Iterable[str], products: Iterable[tuple[str, str]]
) -> list[str]:
    """Folders of results of entries of the config that no product of this run writes.

    Parameters
    ----------
    results : their folder.
    names : of the entries of ``stacks``.
    products : (stack, polarization) of this run.
    """
    now = set(products)
    of_entry = re.compile("|".join(rf"{re.escape(name)}(\..+)?" for name in names))
    return [
        f"{results}/{stack}/{polarization}"
        for stack, polarization in _analysed(results)
        if (stack, polarization) not in now and of_entry.fullmatch(stack)
    ]


def scenes_before(results: Path, stack: str, polarization: str, names: Iterable[str]) -> list[str]:
    """Scenes of which results hold files, and which a product has no more.

    Parameters
    ----------
    results : the folder of all results.
    stack, polarization : the product.
    names : of its scenes.
    """
    folder = results / stack / polarization
    files = (
        *folder.glob("superset/*.tif"),
        *folder.glob("offsets/*.json"),
        *folder.glob("tiles/*"),
    )
    return sorted({path.stem for path in files} - set(names))


def _analysed(results: Path) -> list[tuple[str, str]]:
    """(stack, polarization) of all tables that are there."""
    tables = results.glob("*/*/analysis/scenes.csv")
    found = sorted((path.parts[-4], path.parts[-3]) for path in tables)
    return [(stack, p) for stack, p in found if p in _POLARIZATIONS and "@" not in stack]
