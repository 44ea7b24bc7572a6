"""The results that a config compares: stacks by name, and tables of earlier runs."""

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
        For what is no stack, and for fewer than two results.
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
    return {
        re.sub(r"[^A-Za-z0-9.]+", "-", result.removesuffix(".csv")).strip("-")
        if is_table(result)
        else result: result
        for result in compared
    }
