"""Things by name, of which one that is not there is told in a line."""

from collections.abc import Mapping
from difflib import get_close_matches

from stackshift.errors import InputError

# So many names are told one by one.
_MOST = 8


class Known(dict):
    """A dictionary in which a name that a path of results says and that is not there is explained.

    Parameters
    ----------
    things : by name, a text or several.
    kind : what each of them is, for the message.
    """

    def __init__(self, things: Mapping, kind: str):
        super().__init__(things)
        self.kind = kind

    def __missing__(self, key):
        """Refuse a name that there is nothing of.

        Raises
        ------
        InputError
            With the names that there are.
        """
        names = sorted(map(_text, self))
        near = get_close_matches(_text(key), names, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        there = ", ".join(names) or "none"
        if len(names) > _MOST:
            there = f"{len(names)}, {names[0]} to {names[-1]}"
        raise InputError(f"there is no {self.kind} '{_text(key)}': {hint}There are {there}")


def _text(key) -> str:
    return key if isinstance(key, str) else "/".join(key)
