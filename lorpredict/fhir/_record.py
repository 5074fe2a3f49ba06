"""A record while it is read: its values, and the resources that they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lorpredict.clinical import Predictor, catalogue, contradictions
from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._units import fitting_units


@dataclass
class Record:
    """Values by column in canonical units, and their basis."""

    values: dict[str, Any] = field(default_factory=dict)
    basis: dict[str, tuple[str, ...]] = field(default_factory=dict)
    observations: set[str] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)

    def put(self, column: str, value: Any, *entries: Entry) -> None:
        """Put a value into a column, with the resources that it comes from."""
        self.values[column] = value
        self.basis[column] = _sorted(entry.reference for entry in entries)
        self.places[column] = min((entry.place for entry in entries), default=column)
        for entry in entries:
            if entry.resource["resourceType"] == "Observation" and entry.has_a_name:
                self.observations.add(entry.reference)

    def put_checked(
        self, column: str, value: Any, entry: Entry, findings: Findings, place: str
    ) -> bool:
        """Put a value that is plausible into its column; tell and leave out any other."""
        if catalogue()[column].fits(value):
            self.put(column, value, entry)
            return True
        findings.dropped(place, implausible(catalogue()[column]))
        return False

    def leave_out_contradictions(self, findings: Findings) -> None:
        """Leave out values that are plausible each alone and together those of no child."""
        for fault in contradictions(self.values):
            if fault.column in self.values:
                del self.values[fault.column], self.basis[fault.column]
                findings.ambiguous(
                    self.places[fault.column],
                    f"{fault.column}: {fault.problem}, so it is not used",
                    code="business-rule",
                )


def implausible(predictor: Predictor, bare: float | None = None) -> str:
    """Say that a value is not plausible, and in which unit its bare number would be."""
    told = f"{predictor.key}: not plausible; expected {predictor.expected}"
    units = fitting_units(predictor, bare) if bare is not None else []
    return f"{told}. The number would fit {' or '.join(units)}" if units else told


def _sorted(references: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(references)))
