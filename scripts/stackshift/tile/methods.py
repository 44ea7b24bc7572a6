"""The methods that measure a tile: a module each, with the functions ``prepared`` and ``match``.

A method is added by a module ``stackshift/tile/{name}.py`` with ``prepared(tile, **options)``, what
it makes of a tile once for all its matches, ``match(reference, secondary, **options) -> Match`` of
two of these, its name in METHODS, and its options in the schema of the config.
"""

from collections.abc import Callable
from importlib import import_module

METHODS = ("coherence", "cross_correlation")
# Pixels a side without which a tile is not measured.
SMALLEST = {"coherence": 32, "cross_correlation": 8}


def load(name: str) -> tuple[Callable, Callable]:
    """The functions ``prepared`` and ``match`` of a method; no other's libraries are imported."""
    if name not in METHODS:
        raise ValueError(f"unknown method '{name}'; there are {', '.join(METHODS)}")
    module = import_module(f"stackshift.tile.{name}")
    return module.prepared, module.match
