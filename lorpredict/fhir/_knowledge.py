"""What stands in the TOML files beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def knowledge() -> dict[str, Any]:
    """Return ``rules.toml`` as it is written."""
    return _content("lorpredict.fhir", "rules.toml")


@cache
def version_marks() -> dict[str, Any]:
    """Return ``marks.toml`` as it is written."""
    return _content("lorpredict.fhir", "marks.toml")


@cache
def concepts() -> dict[str, Any]:
    """Return the concepts of ``codes.toml``: codes that belong to no column."""
    told: dict[str, Any] = _content("lorpredict.clinical", "codes.toml")["concepts"]
    return told


def _content(package: str, name: str) -> dict[str, Any]:
    return tomllib.loads(files(package).joinpath(name).read_text("utf-8"))
