"""Modules that others import without need, loaded only when something of them is asked for."""

import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader

# SciPy imports all that NumPy has, wanted or not, which is a third of its own start.
SELDOM = ("numpy.f2py", "numpy.testing")


class _Later:
    """A finder of the modules that hardly anybody needs."""

    @staticmethod
    def find_spec(name: str, path=None, target=None) -> ModuleSpec | None:
        if name not in SELDOM:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


def loaded_later() -> None:
    """Have these modules wait, in this process."""
    if _Later not in sys.meta_path:
        sys.meta_path.insert(0, _Later)
