"""The methods that measure a tile: a module each, with a function ``match``.

A method is added by a module ``stackshift/tile/{name}.py`` with ``match(reference, secondary,
**options) -> Match``, its name in METHODS, and its options in the schema of the config.
"""

from collections.abc import Callable
from importlib import import_module

METHODS = ("coherence", "cross_correlation")
# Pixels a side without which a tile is not measured.
SMALLEST = {"coherence": 32, "cross_correlation": 8}


def load(name: str) -> Callable:
    """The function ``match`` of a method; only that method's libraries are imported."""
    if name not in METHODS:
        raise ValueError(f"unknown method '{name}'; there are {', '.join(METHODS)}")
    return import_module(f"stackshift.tile.{name}").match
