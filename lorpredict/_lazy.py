"""Names that are imported when they are asked for (PEP 562).

A service that loads a packaged model needs numpy and numba; it should not wait for the libraries
of those who train.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazy_names(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package whose public names live in its modules.

    Parameters
    ----------
    package : name of the package, its ``__name__``
    homes : module of the package -> public names that live there
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def find(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return find
