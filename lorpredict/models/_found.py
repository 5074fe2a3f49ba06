"""The families that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import lorpredict.models as package
from lorpredict.errors import UnknownFamily, did_you_mean
from lorpredict.models._family import ModelFamily

ALL = "all"


@cache
def families() -> Mapping[str, ModelFamily]:
    """Return every family by its name; a file of this folder with a ``FAMILY`` is one."""
    found = [module.name for module in iter_modules(package.__path__)]
    public = sorted(name for name in found if not name.startswith("_"))
    modules = [import_module(f"{package.__name__}.{name}") for name in public]
    return MappingProxyType({module.FAMILY.name: module.FAMILY for module in modules})


def named(asked: Sequence[str]) -> list[str]:
    """Return the asked names; ``all`` alone stands for every family that is there."""
    return list(families()) if tuple(asked) == (ALL,) else list(asked)


def family(name: str) -> ModelFamily:
    """Return one family.

    Raises
    ------
    UnknownFamily
        Naming those that are there.
    """
    known = families()
    if name not in known:
        hint = did_you_mean(name, list(known))
        told = f"no model family {name!r}; there are {', '.join(known)}. {hint}"
        raise UnknownFamily(told.rstrip())
    return known[name]
