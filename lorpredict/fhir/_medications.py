"""Drugs as they were given, ordered or stated: which ingredient, from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from lorpredict.fhir._code_book import CodeBook, display_disagrees
from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._json import Json, an_object, objects, reference
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._moments import Moment, effective, moment
from lorpredict.fhir._references import Index

_STATUSES = {
    "MedicationAdministration": "administration",
    "MedicationRequest": "request",
    "MedicationStatement": "statement",
}


class Drug(NamedTuple):
    """One resource about a drug of ours.

    Parameters
    ----------
    start
        When it was given, or from when it was to be taken.
    end
        Until when; nothing where that is open or not told.
    is_ongoing
        Whether its status says that it goes on; nothing where that is the status of a later day.
    """

    name: str
    start: Moment | None
    end: Moment | None
    is_ongoing: bool | None
    entry: Entry

    def covers(self, day: date) -> bool:
        """Whether it certainly was to be taken on a day."""
        if self.start is None or self.start.day > day:
            return False
        return bool(self.is_ongoing) if self.end is None else self.end.day >= day

    def may_cover(self, day: date) -> bool:
        """Whether only its status, of a later day, could tell if it was taken on a day."""
        is_later = self.start is not None and self.start.day > day
        return self.end is None and self.is_ongoing is None and not is_later

    def began_before(self, day: date) -> bool:
        """Whether it certainly was to be taken before a day."""
        return self.start is not None and self.start.day < day


def drugs(
    entries: Sequence[Entry],
    book: CodeBook,
    index: Index,
    findings: Findings,
    *,
    statuses_as_of_now: bool = False,
) -> Iterator[Drug]:
    """Yield the resources about drugs of ours that count; count those about others."""
    for entry in entries:
        kind = entry.resource["resourceType"]
        name = _ingredient(entry, book, index, findings)
        if name is None:
            continue
        statuses = knowledge()["statuses"]
        if entry.resource.get("status") not in statuses[_STATUSES[kind]]:
            findings.dropped(f"{entry.place}.status", f"{name}: its status says that it is void")
            continue
        if _was_not_meant(entry.resource):
            findings.dropped(entry.place, f"{name}: only proposed, or said not to be given")
            continue
        is_ongoing = entry.resource.get("status") in statuses["ongoing"]
        yield _drug(name, entry, None if statuses_as_of_now else is_ongoing)


def _was_not_meant(resource: Json) -> bool:
    return (
        resource.get("doNotPerform") is True
        or resource.get("intent") in knowledge()["statuses"]["refused_intent"]
    )


def _drug(name: str, entry: Entry, is_ongoing: bool | None) -> Drug:
    resource = entry.resource
    if resource["resourceType"] == "MedicationRequest":
        start, end = _ordered(resource)
    else:
        start = effective(resource)
        end = moment(an_object(resource.get("effectivePeriod")).get("end"))
    return Drug(name, _day(start), _day(end), is_ongoing, entry)


def _day(told: Moment | None) -> Moment | None:
    return told if told is not None and told.is_a_day else None


def _ordered(resource: Json) -> tuple[Moment | None, Moment | None]:
    """Return from when to when an order says, or the day on which it was written."""
    starts, ends = [], []
    for _, dosage in objects(resource.get("dosageInstruction")):
        timing = an_object(dosage.get("timing"))
        bounds = an_object(an_object(timing.get("repeat")).get("boundsPeriod"))
        events = timing.get("event")
        starts += [moment(bounds.get("start")), *map(moment, _listed(events))]
        ends.append(moment(bounds.get("end")))
    validity = an_object(an_object(resource.get("dispenseRequest")).get("validityPeriod"))
    ends.append(moment(validity.get("end")))
    known = [each for each in starts if each is not None and each.is_a_day]
    start = min(known, key=_by_day) if known else moment(resource.get("authoredOn"))
    closed = [each for each in ends if each is not None and each.is_a_day]
    return start, max(closed, key=_by_day, default=None)


def _by_day(each: Moment) -> tuple[date, str]:
    return each.day, str(each.at)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _ingredient(entry: Entry, book: CodeBook, index: Index, findings: Findings) -> str | None:
    """Return the drug by its code, or by the Medication that is referred to."""
    found: dict[str, Json] = {}
    for concept in _concepts(entry, index, findings):
        found = {**book.of_drug(concept), **found}
    if len(found) > 1:
        findings.ambiguous(entry.place, "its codes name different drugs, so it is not used")
        return None
    for name, coding in found.items():
        if display_disagrees(name, coding):
            findings.used(
                entry.place,
                f"{name}: the display names something else; the code counts",
                code="code-invalid",
                severity="warning",
            )
        return name
    findings.unmapped[entry.resource["resourceType"]] += 1
    return None


def _concepts(entry: Entry, index: Index, findings: Findings) -> Iterator[Any]:
    yield entry.resource.get("medicationCodeableConcept")
    told = reference(entry.resource.get("medicationReference"))
    if told is None:
        return
    medication = index.find(told, entry.resource)
    if medication is not None:
        yield from _of_medication(medication)
        return
    findings.dropped(
        f"{entry.place}.medicationReference",
        "the Medication did not come with it, and nothing is fetched",
        code="not-found",
    )


def _of_medication(medication: Json) -> Iterator[Any]:
    """Yield the code of a product, and those of its ingredients."""
    yield medication.get("code")
    for _, ingredient in objects(medication.get("ingredient")):
        yield ingredient.get("itemCodeableConcept")
