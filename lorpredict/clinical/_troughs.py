"""Assays of infliximab and the troughs that studies name, read from ``troughs.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from lorpredict.errors import CatalogueError, plain_name


@dataclass(frozen=True)
class Assay:
    """How infliximab is measured, and the smallest level that it can tell.

    Parameters
    ----------
    key, label
        For programs and for people.
    loq_ug_ml
        Limit of quantification, µg/mL, where the laboratory states no other.
    source
        Where the limit was learnt.
    aliases
        Other names.
    """

    key: str
    label: str
    loq_ug_ml: float
    source: str
    aliases: tuple[str, ...] = ()

    @classmethod
    def from_toml(cls, key: str, entry: Mapping[str, Any]) -> Assay:
        """Build an assay from its table, ours or a site's."""
        aliases = tuple(entry.get("aliases", ()))
        return cls(key, entry["label"], float(entry["loq_ug_ml"]), entry["source"], aliases)

    def is_called(self, name: str) -> bool:
        """Whether people mean this assay; capitals, blanks, hyphens and slashes do not matter."""
        return _plain(name) in map(_plain, (self.key, self.label, *self.aliases))


@dataclass(frozen=True)
class TroughThreshold:
    """A trough that a study names: what it found, not what a child should reach.

    Parameters
    ----------
    key
        For programs.
    trough_ug_ml
        µg/mL.
    about, source
        What it is about, and who says so.
    """

    key: str
    trough_ug_ml: float
    about: str
    source: str


@cache
def assays() -> Mapping[str, Assay]:
    """Return every assay of infliximab whose limit of quantification is known, by its key."""
    entries = _sourced("assays")
    return MappingProxyType({key: Assay.from_toml(key, each) for key, each in entries.items()})


@cache
def trough_thresholds() -> tuple[TroughThreshold, ...]:
    """Return the troughs that studies name, each with its source."""
    return tuple(TroughThreshold(key, **each) for key, each in _sourced("thresholds").items())


def _plain(name: str) -> str:
    return plain_name(name.replace("/", "_"))


def _sourced(table: str) -> dict[str, dict[str, Any]]:
    content = files("lorpredict.clinical").joinpath("troughs.toml").read_text("utf-8")
    entries: dict[str, dict[str, Any]] = tomllib.loads(content)[table]
    bare = [key for key, entry in entries.items() if not entry.get("source", "").strip()]
    if bare:
        raise CatalogueError(f"troughs.toml: {', '.join(bare)} without a source; nothing ships so")
    return entries
