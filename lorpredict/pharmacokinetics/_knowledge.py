"""What forecasts know before any child, read from ``clinical/dosing.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


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


@cache
def _content() -> dict[str, Any]:
    text = files("lorpredict.clinical").joinpath("dosing.toml").read_text("utf-8")
    return tomllib.loads(text)
