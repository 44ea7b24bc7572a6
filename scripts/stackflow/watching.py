"""Up to which scene alerts of a watch are known: for all stacks, or by stack and polarization."""

from collections.abc import Iterable
from difflib import get_close_matches

from stackshift.errors import InputError


def known_of(known: str | dict | None, stack: str, polarization: str) -> str | None:
    """The scene up to which the alerts of a stack and polarization are known.

    Parameters
    ----------
    known : as ``watch: known`` of the config says it: a scene for all, or by stack, or by stack
        and polarization. What is said of an entry of ``stacks`` is so of its tracks and places too.
    stack, polarization : those asked for.

    Returns
    -------
    YYYYMMDDTHHMMSS, or None.
    """
    if isinstance(known, dict):
        known = next((known[name] for name in _names(stack) if name in known), None)
    if isinstance(known, dict):
        known = known.get(polarization)
    return known


def _names(stack: str) -> list[str]:
    """A stack, and the entries of the config that it may be a track or a place of."""
    parts = stack.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def check_known(known: str | dict | None, products: Iterable[tuple[str, str]]) -> None:
    """Refuse stacks and polarizations that there are none of.

    Raises
    ------
    InputError
        With the key, and what it may have meant.
    """
    if not isinstance(known, dict):
        return
    there: dict[str, set[str]] = {}
    for stack, polarization in products:
        for name in _names(stack):
            there.setdefault(name, set()).add(polarization)
    for stack, own in known.items():
        if stack not in there:
            near = get_close_matches(stack, there, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"stacks are {', '.join(there)}"
            raise InputError(f"config.watch.known.{stack}: there is no such stack; {hint}")
        for polarization in own if isinstance(own, dict) else ():
            if polarization not in there[stack]:
                raise InputError(
                    f"config.watch.known.{stack}.{polarization}: the stack has no {polarization}, "
                    f"but {', '.join(sorted(there[stack]))}"
                )
