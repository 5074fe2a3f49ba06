"""Whom the question about a risk is about; and that nothing ships without a source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lorpredict.errors import CatalogueError


@dataclass(frozen=True)
class Criterion:
    """One thing that has to hold before a risk is told.

    Parameters
    ----------
    key : for programs
    statement : what holds, as a person confirms it
    source : where it was learnt
    """

    key: str
    statement: str
    source: str


@cache
def criteria() -> tuple[Criterion, ...]:
    """Return whom the question is about, in the order in which it is asked."""
    return tuple(Criterion(**entry) for entry in _entries("eligibility", "criteria"))


def _entries(file: str, table: str) -> list[dict[str, Any]]:
    text = files("lorpredict.clinical").joinpath(f"{file}.toml").read_text("utf-8")
    return sourced(tomllib.loads(text)[table], file)


def sourced(entries: list[dict[str, Any]], file: str) -> list[dict[str, Any]]:
    """Return the entries of a file, or refuse one that nobody can look up.

    Raises
    ------
    CatalogueError
    """
    for entry in entries:
        if not entry.get("source", "").strip():
            told = entry.get("key") or entry.get("topic") or "an entry"
            raise CatalogueError(f"{file}.toml: {told} has no source; nothing ships without one")
    return entries
