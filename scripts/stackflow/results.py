"""The results that a config compares: stacks by name, and tables of earlier runs."""

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches

from stackshift.errors import InputError


def is_table(result: str) -> bool:
    """Whether a result to compare is a table of an earlier run, by its path."""
    return result.endswith(".csv")


def labelled(compared: list[str], stacks: Iterable[str]) -> dict[str, str]:
    """The results to compare by what they are called in paths.

    Parameters
    ----------
    compared : names of stacks, and paths of tables of scenes.
    stacks : all that there are.

    Raises
    ------
    InputError
        For what is no stack, for fewer than two results, and for two of one name in paths.
    """
    stacks = sorted(set(stacks))
    for result in compared:
        if not is_table(result) and result not in stacks:
            near = get_close_matches(result, stacks, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise InputError(
                f"compare: there is no stack '{result}': {hint}There are {', '.join(stacks)}; the "
                "result of an earlier run is the path of its scenes.csv"
            )
    if compared and (len(compared) < 2 or is_table(compared[0])):
        raise InputError(
            "compare: name two results at least, the first of them a stack of this config"
        )
    found: dict[str, str] = {}
    for result in compared:
        label = _label(result)
        if label in found:
            raise InputError(
                f"compare: {found[label]} and {result} would both be called '{label}' in paths; "
                "rename one"
            )
        found[label] = result
    return found


def _label(result: str) -> str:
    if not is_table(result):
        return result
    return re.sub(r"[^A-Za-z0-9.]+", "-", result.removesuffix(".csv")).strip("-")


def check_there(path: str) -> None:
    """Refuse a table of an earlier run that is not there.

    Raises
    ------
    InputError
        With the path.
    """
    if not os.path.isfile(path):
        raise InputError(
            f"compare: {path} is not there; give the path of the scenes.csv of an earlier run, "
            f"from {os.getcwd()} if it is relative ({{polarization}} is replaced)"
        )


def within(path: str, results: str) -> str | None:
    """What a path is called below a folder of results, also through links; None if outside."""
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(results))
    return None if inside.split(os.sep)[0] in (os.pardir, os.curdir) else inside
