"""The table of decisions and what it rests on: thresholds, assays, options, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, Self

from lorpredict.clinical import Assay, Evidence

Mechanism = Literal[
    "immunogenic", "pharmacokinetic", "pharmacodynamic", "proactive", "undetermined"
]


@dataclass(frozen=True)
class Threshold:
    """One edge of the window.

    Parameters
    ----------
    key : name, for programs
    value : µg/mL
    meaning, source : what it parts, and who says so
    """

    key: str
    value: float
    meaning: str
    source: str


@dataclass(frozen=True)
class AntibodyClasses:
    """How a site's laboratory classes antibodies; titres of different assays do not compare.

    Parameters
    ----------
    unit : of the titre, exactly as the laboratory writes it; no titre is read without it
    low_from, high_from : titres from which they are low and high; below they are negative
    source : who says so
    """

    unit: str = ""
    low_from: float = 0.0
    high_from: float = 0.0
    source: str = ""

    def of_titre(self, titre: float, unit: str) -> str | None:
        """Return the class of a titre, or nothing where it cannot be told."""
        if not self.unit or unit.strip() != self.unit:
            return None
        if titre < self.low_from:
            return "negative"
        return "low" if titre < self.high_from else "high"


@dataclass(frozen=True)
class Position:
    """What one document says where documents disagree.

    Parameters
    ----------
    says, source : what, and who
    evidence : key of what was found
    """

    says: str
    source: str
    evidence: str


@dataclass(frozen=True)
class Row:
    """One row of the table of decisions.

    Parameters
    ----------
    key : name, for programs
    situation, trough, antibodies, escalation : the combinations that it is about
    mechanism : why the response was lost, as far as the documents say
    why : the rule in words
    options : keys of what the documents name
    source : who says so
    example : a situation that falls into it
    is_our_reading : whether no document names the mechanism
    disagreement : what each document says, where they disagree
    not_covered : that no document covers it; empty where one does
    needed : what would decide it
    remark : what has to be said beside it
    """

    key: str
    situation: str
    trough: tuple[str, ...]
    antibodies: tuple[str, ...]
    escalation: tuple[str, ...]
    mechanism: Mechanism
    why: str
    options: tuple[str, ...]
    source: str
    example: Mapping[str, Any]
    is_our_reading: bool = False
    disagreement: tuple[Position, ...] = ()
    not_covered: str = ""
    needed: tuple[str, ...] = ()
    remark: str = ""

    @classmethod
    def from_toml(cls, entry: Mapping[str, Any]) -> Self:
        """Build it from its table, which has no faults."""
        fields = dict(entry)
        for name in ("trough", "antibodies", "escalation", "options", "needed"):
            fields[name] = tuple(fields.get(name, ()))
        fields["disagreement"] = tuple(Position(**each) for each in fields.get("disagreement", ()))
        fields["example"] = MappingProxyType(fields["example"])
        return cls(**fields)

    @cached_property
    def places(self) -> frozenset[tuple[str, str, str, str]]:
        """Every combination that it is about, in the order of the axes."""
        return frozenset(
            (self.situation, trough, antibodies, escalation)
            for trough in self.trough
            for antibodies in self.antibodies
            for escalation in self.escalation
        )


@dataclass(frozen=True)
class Option:
    """What a document names as possible; never an order.

    Parameters
    ----------
    key, text : for programs and for people
    evidence : keys of what was found
    source : who names it
    status : that there is no result, where there is none
    adds : drugs of which it brings one
    """

    key: str
    text: str
    source: str
    evidence: tuple[str, ...] = ()
    status: str = ""
    adds: tuple[str, ...] = ()

    @classmethod
    def from_toml(cls, entry: Mapping[str, Any]) -> Self:
        """Build it from its table, which has no faults."""
        fields = dict(entry)
        for name in ("evidence", "adds"):
            fields[name] = tuple(fields.get(name, ()))
        return cls(**fields)


@dataclass(frozen=True)
class Pathway:
    """What documents say at loss of response: a table, and what it rests on.

    Parameters
    ----------
    name : the site's, or ours
    version : of the table
    caution : what has to be said with every answer
    thresholds : key -> edge of the window
    assays : ways to measure the trough
    antibodies : how the laboratory classes titres
    rows : the table; every combination stands in exactly one row
    options, evidence : key -> what rows name, and what was found
    mechanisms, immunomodulators : key -> what people call it
    not_covered : what none of the documents covers
    """

    name: str
    version: str
    caution: str
    thresholds: Mapping[str, Threshold]
    assays: tuple[Assay, ...]
    antibodies: AntibodyClasses
    rows: tuple[Row, ...]
    options: Mapping[str, Option]
    evidence: Mapping[str, Evidence]
    mechanisms: Mapping[str, str]
    immunomodulators: Mapping[str, str]
    not_covered: tuple[str, ...]

    @property
    def window_low_ug_ml(self) -> float:
        """A trough below it is below the window."""
        return self.thresholds["window_low_ug_ml"].value

    @property
    def window_high_ug_ml(self) -> float:
        """A trough above it is above the window."""
        return self.thresholds["window_high_ug_ml"].value

    def band(self, trough_ug_ml: float) -> str:
        """Return ``below``, ``within`` or ``above`` the window; its edges are within."""
        if trough_ug_ml < self.window_low_ug_ml:
            return "below"
        return "above" if trough_ug_ml > self.window_high_ug_ml else "within"

    def assay(self, name: str) -> Assay | None:
        """Return the assay that people call so, or nothing."""
        if not isinstance(name, str):
            return None
        return next((each for each in self.assays if each.is_called(name)), None)

    def row(self, place: tuple[str, str, str, str]) -> Row:
        """Return the one row that a combination stands in."""
        return self._by_place[place]

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, str, str], Row]:
        return {place: row for row in self.rows for place in row.places}
