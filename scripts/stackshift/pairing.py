"""Which scenes of a stack are compared, and how scenes are numbered."""

import itertools
from collections.abc import Iterable


def newest_first(scenes: Iterable[str]) -> list[str]:
    """Scenes (YYYYMMDDTHHMMSS) from the newest to the oldest: position 0 is index 0."""
    return sorted(scenes, reverse=True)


def neighbours(scenes: Iterable[str]) -> list[tuple[str, str]]:
    """Nearest chronological pairs (reference, secondary), the reference being the newer one.

    Parameters
    ----------
    scenes : scene names YYYYMMDDTHHMMSS, in any order.

    Returns
    -------
    n - 1 pairs for n scenes, from the newest to the oldest.
    """
    ordered = newest_first(scenes)
    return list(itertools.pairwise(ordered))
