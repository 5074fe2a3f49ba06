"""The published figures of the five studies, read from ``published/``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from lorpredict.errors import CatalogueError


@cache
def published_study(name: str) -> dict[str, Any]:
    """Return the published figures of one study by its name, for example ``beijing-2025``."""
    folder = files("lorpredict.clinical").joinpath("published")
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())
    if name not in known:
        raise CatalogueError(f"no study is called {name!r}; known: {', '.join(known)}")
    return tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))
