"""Measure how well the scenes of a stack lie on top of each other."""

import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader

# SciPy imports all that NumPy has, wanted or not, which is a third of its own start.
_SELDOM = ("numpy.f2py", "numpy.testing")


class _Seldom:
    """Has a module that hardly anybody needs loaded when something of it is asked for."""

    @staticmethod
    def find_spec(name: str, path=None, target=None) -> ModuleSpec | None:
        if name not in _SELDOM:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


if _Seldom not in sys.meta_path:
    sys.meta_path.insert(0, _Seldom)
