"""What forecasts know before any child, read from ``clinical/dosing.toml``."""

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
    name, label
        For programs and for people.
    loq_ug_ml
        Limit of quantification, µg/mL, where the laboratory states no other.
    source
        Where the limit was learnt.
    aliases
        Other names.
    """

    name: str
    label: str
    loq_ug_ml: float
    source: str
    aliases: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether a laboratory may mean this assay; capitals, blanks and hyphens do not matter."""
        return plain_name(name) in map(plain_name, (self.name, self.label, *self.aliases))


@dataclass(frozen=True)
class Threshold:
    """A trough that a study names: what it found, not what a child should reach.

    Parameters
    ----------
    name
        For programs.
    trough_ug_ml
        µg/mL.
    about, source
        What it is about, and who says so.
    """

    name: str
    trough_ug_ml: float
    about: str
    source: str


@dataclass(frozen=True)
class Candidates:
    """Doses and intervals that are compared, each dose with each interval.

    Parameters
    ----------
    doses_mg_kg
        mg for each kilogram.
    intervals_days
        Days from one infusion to the next.
    source
        Where they come from.

    Examples
    --------
    >>> Candidates(doses_mg_kg=(5.0, 10.0), intervals_days=(56.0,), source="our protocol")
    Candidates(doses_mg_kg=(5.0, 10.0), intervals_days=(56.0,), source='our protocol')
    """

    doses_mg_kg: tuple[float, ...]
    intervals_days: tuple[float, ...]
    source: str


@cache
def research_only() -> str:
    """Return what has to be said with every forecast, estimate and regimen."""
    told: str = _content()["research_only"]
    return told


@cache
def assays() -> Mapping[str, Assay]:
    """Return every assay of infliximab whose limit of quantification is known, by its name."""
    return MappingProxyType(
        {
            name: Assay(name=name, **{**entry, "aliases": tuple(entry.get("aliases", ()))})
            for name, entry in _sourced("assays").items()
        }
    )


@cache
def trough_thresholds() -> tuple[Threshold, ...]:
    """Return the troughs that studies name, each with its source."""
    return tuple(Threshold(name=name, **entry) for name, entry in _sourced("thresholds").items())


@cache
def usual_candidates() -> Candidates:
    """Return the regimens that are compared unless others are named."""
    entry = _content()["candidates"]
    return Candidates(
        doses_mg_kg=tuple(map(float, entry["doses_mg_kg"])),
        intervals_days=tuple(map(float, entry["intervals_days"])),
        source=f"{entry['doses_source']}. {entry['intervals_source']}",
    )


@cache
def plausible_interval() -> tuple[float, float]:
    """Return the shortest and the longest interval that is no slip of the pen, days."""
    low, high = _content()["candidates"]["plausible_interval_days"]
    return float(low), float(high)


def _sourced(table: str) -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = _content()[table]
    bare = [name for name, entry in entries.items() if not entry.get("source", "").strip()]
    if bare:
        raise CatalogueError(f"dosing.toml: {', '.join(bare)} without a source; nothing ships so")
    return entries


@cache
def _content() -> dict[str, Any]:
    text = files("lorpredict.clinical").joinpath("dosing.toml").read_text("utf-8")
    return tomllib.loads(text)
