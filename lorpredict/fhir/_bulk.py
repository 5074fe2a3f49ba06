"""A Bulk Data export, one resource a line, as the records of many children.

Lines are read one after the other. Only what may matter is kept: resources whose code means
something, by the patient that they are about.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Literal

from lorpredict.clinical import EligibilityRules
from lorpredict.fhir._abstention import Reason
from lorpredict.fhir._asked import Asked
from lorpredict.fhir._course import read_course
from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings, Issue
from lorpredict.fhir._json import Json, objects, reference, text
from lorpredict.fhir._medications import drugs
from lorpredict.fhir._patients import CLINICAL, NOBODYS, Identities
from lorpredict.fhir._reading import ChildReading, read_entries
from lorpredict.fhir._references import Index
from lorpredict.fhir._refusals import FhirRefused, NotABundle
from lorpredict.fhir._rules import FhirRules
from lorpredict.fhir._versions import refuse_other_versions

LeftOut = Reason | Literal["no_fourth_infusion", "refused"]
ENDINGS = (".ndjson", ".ndjson.gz")


@dataclass(frozen=True)
class BulkChild:
    """One child of an export.

    Parameters
    ----------
    reading
        As it was at the fourth infusion; nothing where it was refused.
    left_out
        Why it is no row of the cohort; nothing where it is one.
    """

    reading: ChildReading | None
    left_out: LeftOut | None


class BulkExport:
    """Children of a Bulk Data export (NDJSON), read file by file.

    Parameters
    ----------
    until
        The last day that counts; what is dated later is not read.
    rules
        Windows and codes; ours by default.
    eligibility
        Definitions by which response is judged lost already.

    Attributes
    ----------
    lines_ : number of lines that were read
    broken_ : issues of lines that could not be read
    not_kept_ : resource type -> how many were about nothing that is read

    Examples
    --------
    >>> export = BulkExport(until=date(2025, 12, 31))
    >>> export.children()
    []
    """

    def __init__(
        self,
        *,
        until: date,
        rules: FhirRules | None = None,
        eligibility: EligibilityRules | None = None,
    ) -> None:
        self.until, self.rules = until, rules or FhirRules.default()
        self.eligibility = eligibility
        self.lines_ = 0
        self.broken_: list[Issue] = []
        self.not_kept_: Counter[str] = Counter()
        self._identities = Identities(())
        self._entries: dict[str, list[Entry]] = {}
        self._medications: dict[str, Entry] = {}

    def add(self, file: Path) -> None:
        """Read a file line by line; a broken line is an issue.

        Raises
        ------
        FhirRefused
            If a resource is of another FHIR version.
        """
        opened: Any = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rb") as lines:
            for number, line in _lines(lines):
                self.lines_ += 1
                resource = _resource(line)
                place = f"{file.name}:{number}"
                if isinstance(resource, str):
                    self.broken_.append(Issue("error", "structure", "dropped", place, resource))
                else:
                    self._keep(Entry(place, resource, None))

    def children(self) -> list[str]:
        """Return the patients in the order in which they appear, as references."""
        return list(self._entries)

    def read(self, child: str) -> BulkChild:
        """Read one child as it was at its fourth infusion.

        Statuses are those of the day of the export, so they do not tell how it was then.
        """
        own = self._entries[child]
        medications = list(self._referred_to(own))
        entries = [*own, *medications]
        fourth = self._fourth_infusion(own, Index(medications))
        try:
            reading = read_entries(
                entries,
                Asked(fourth or self.until, statuses_as_of_now=True),
                self.rules,
                self.eligibility,
                Findings(),
                "export",
            )
        except FhirRefused:
            return BulkChild(None, "refused")
        if reading.abstention is not None:
            return BulkChild(reading, reading.abstention.reason)
        return BulkChild(reading, None if fourth else "no_fourth_infusion")

    def _keep(self, entry: Entry) -> None:
        kind = entry.resource["resourceType"]
        refuse_other_versions({kind: [entry]})
        if kind == "Medication" and entry.id:
            self._medications[entry.id] = entry
        elif kind == "Patient" and entry.id:
            self._entries.setdefault(f"Patient/{entry.id}", []).append(entry)
        elif kind in CLINICAL and self._means_something(entry.resource):
            told = reference(entry.resource.get("subject"))
            child = self._identities.of(told)
            if child is None:
                where = f"{entry.place}.subject"
                self.broken_.append(Issue("warning", "required", "dropped", where, NOBODYS))
            else:
                self._entries.setdefault(child, []).append(entry)
        else:
            self.not_kept_[kind if kind in CLINICAL else "(other types)"] += 1

    def _means_something(self, resource: Json) -> bool:
        kind, book = resource["resourceType"], self.rules.book
        if kind == "Condition":
            return bool(book.of_condition(resource.get("code")))
        if kind == "Observation":
            parts = [resource, *(each for _, each in objects(resource.get("component")))]
            return any(book.of_observation(each.get("code")) for each in parts)
        is_named = bool(book.of_drug(resource.get("medicationCodeableConcept")))
        return is_named or resource.get("medicationReference") is not None

    def _referred_to(self, own: list[Entry]) -> Iterator[Entry]:
        """Yield the Medications that a child's resources refer to, each once."""
        told = {reference(entry.resource.get("medicationReference")) for entry in own} - {None}
        ids = {str(each).partition("/_history/")[0].rsplit("/", 1)[-1] for each in told}
        yield from (self._medications[each] for each in sorted(ids) if each in self._medications)

    def _fourth_infusion(self, own: list[Entry], index: Index) -> date | None:
        given = [e for e in own if e.resource["resourceType"] == "MedicationAdministration"]
        taken = list(drugs(given, self.rules.book, index, Findings()))
        course = read_course(taken, self.until, Findings(), earlier_order_days=0)
        return course.fourth.day if course.fourth else None


def export_files(paths: list[Path]) -> list[Path]:
    """Return the NDJSON files among files and folders.

    Raises
    ------
    NotABundle
        If there is none.
    FileNotFoundError
        If a path is not there.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}; expected a folder or an NDJSON file")
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        found += [each for each in inside if not path.is_dir() or each.name.endswith(ENDINGS)]
    if not found:
        raise NotABundle(
            f"no file in {', '.join(map(str, paths))} ends in {' or '.join(ENDINGS)}; expected a "
            "Bulk Data export, one file a resource type"
        )
    return found


def _lines(lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _resource(line: bytes) -> Mapping[str, Any] | str:
    """Return the resource of a line, or what is wrong with it."""
    try:
        told = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return "a line that is no JSON"
    if not isinstance(told, dict) or text(told.get("resourceType")) is None:
        return "a line without a resource"
    return told


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
