"""From resources to a child's record, with what became of every datum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from lorpredict.clinical import EligibilityRules
from lorpredict.fhir._abstention import Abstention, Known, abstention
from lorpredict.fhir._asked import Asked
from lorpredict.fhir._conditions import put_onset, put_phenotype, read_diagnoses
from lorpredict.fhir._course import Course, read_course
from lorpredict.fhir._demography import put_age, read_birth, read_sex
from lorpredict.fhir._entries import Entry, of_bundle, of_list, of_prefetch
from lorpredict.fhir._exposure import put_dose, put_exposure
from lorpredict.fhir._issues import Findings, Issue
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._laboratory import put_measurements
from lorpredict.fhir._measurements import Measured, known_codes, measurements
from lorpredict.fhir._medications import Drug, drugs
from lorpredict.fhir._once import each_once
from lorpredict.fhir._patients import CLINICAL, Child, by_type_of, the_child
from lorpredict.fhir._record import Record
from lorpredict.fhir._references import Index
from lorpredict.fhir._rules import FhirRules
from lorpredict.fhir._versions import refuse_other_versions

_DRUGS = CLINICAL[2:]
_READ = frozenset({*CLINICAL, "Patient", "Medication"})


@dataclass(frozen=True)
class ChildReading:
    """What was read of one child.

    Parameters
    ----------
    record
        Columns of the catalogue in canonical units; nothing that became known after the landmark
        or after the day of the question.
    basis
        Column -> the resources that it comes from, such as ``Observation/abc``.
    observations
        The Observations among them.
    issues
        What became of every datum.
    patient, subject
        Logical id of the child, and how an answer refers to it.
    first_infusion, landmark
        Their days, as far as they are known.
    abstention
        Why no risk may be told; nothing where the model may be asked.
    """

    record: dict[str, Any]
    basis: Mapping[str, tuple[str, ...]]
    observations: tuple[str, ...]
    issues: tuple[Issue, ...]
    patient: str | None
    subject: str | None
    first_infusion: date | None
    landmark: date | None
    abstention: Abstention | None

    def __repr__(self) -> str:
        why = f", abstains: {self.abstention.reason}" if self.abstention else ""
        return f"ChildReading({len(self.record)} columns, {len(self.issues)} issues{why})"


def read_bundle(
    bundle: Any,
    *,
    as_of: date,
    statuses_as_of_now: bool = False,
    rules: FhirRules | None = None,
    eligibility: EligibilityRules | None = None,
) -> ChildReading:
    """Read one child's record from a FHIR R4 Bundle, entry by entry.

    Parameters
    ----------
    bundle
        Parsed JSON of type searchset, collection, transaction, batch or document.
    as_of
        The day of the question; nothing that is dated later is read.
    statuses_as_of_now
        Whether statuses tell of a later day, as those of an export do where ``as_of`` is past.
        Then a medication without an end is unknown at the landmark, and Crohn's disease that was
        recorded by then counts, whatever became of it. No date in the resources can tell this: an
        order may end in the future, and a status that changed since carries no date.
    rules
        Windows and codes; ours by default.
    eligibility
        Definitions by which response is judged lost already; those of Beijing 2025 by default.

    Raises
    ------
    FhirRefused
        Where it is no such Bundle, or holds several patients or another FHIR version. Anything
        else that is wrong with an entry is an issue.
    """
    findings = Findings()
    entries = list(of_bundle(bundle, findings))
    asked = Asked.on(as_of, statuses_as_of_now)
    return read_entries(entries, asked, rules, eligibility, findings, "Bundle.entry.resource")


def read_prefetch(
    prefetch: Any,
    *,
    as_of: date,
    statuses_as_of_now: bool = False,
    rules: FhirRules | None = None,
    eligibility: EligibilityRules | None = None,
) -> ChildReading:
    """Read one child's record from the prefetch object of a CDS Hooks call.

    Parameters
    ----------
    prefetch
        Key -> resource, Bundle, OperationOutcome (the client failed) or None (it has none).
    as_of, statuses_as_of_now, rules, eligibility
        As in :func:`read_bundle`, and it raises the same.
    """
    findings = Findings()
    entries = list(of_prefetch(prefetch, findings))
    asked = Asked.on(as_of, statuses_as_of_now)
    return read_entries(entries, asked, rules, eligibility, findings, "prefetch")


def read_resources(
    resources: Iterable[Any],
    *,
    as_of: date,
    statuses_as_of_now: bool = False,
    rules: FhirRules | None = None,
    eligibility: EligibilityRules | None = None,
) -> ChildReading:
    """Read one child's record from resources that came one by one; see :func:`read_bundle`."""
    findings = Findings()
    entries = list(of_list(resources, findings, "resource"))
    asked = Asked.on(as_of, statuses_as_of_now)
    return read_entries(entries, asked, rules, eligibility, findings, "resource")


def read_entries(
    entries: Sequence[Entry],
    asked: Asked,
    rules: FhirRules | None,
    eligibility: EligibilityRules | None,
    findings: Findings,
    root: str,
) -> ChildReading:
    """Read entries that come from wherever they come from; raises as :func:`read_bundle`."""
    rules = rules or FhirRules.default()
    by_type = by_type_of(entries)
    refuse_other_versions(by_type)
    child, theirs = the_child(by_type, findings)
    _count_what_is_not_read(by_type, findings)
    index = Index(by_type.get("Medication", ()))
    record = Record()
    known = _fill(child, theirs, index, asked, rules, record, findings)
    course = known.course
    return ChildReading(
        record=record.values,
        basis=MappingProxyType(record.basis),
        observations=_observations(record),
        issues=findings.told(root),
        patient=child.id,
        subject=child.reference,
        first_infusion=course.first.day if course.first else None,
        landmark=course.landmark,
        abstention=abstention(known, rules, eligibility),
    )


def _fill(
    child: Child,
    theirs: Mapping[str, Sequence[Entry]],
    index: Index,
    asked: Asked,
    rules: FhirRules,
    record: Record,
    findings: Findings,
) -> Known:
    """Fill the record in the order in which one value needs another."""
    once = {kind: each_once(theirs[kind], findings) for kind in ("Condition", *_DRUGS)}
    taken = _drugs(once, index, asked, rules, findings)
    days = rules.earlier_order_days
    course = read_course(taken, asked.as_of, findings, earlier_order_days=days)
    diagnoses = read_diagnoses(once["Condition"], rules, asked, course.until, findings)
    read_sex(child, record, findings)
    birth, patient = read_birth(child, findings)
    found = _of_one_version(known_codes(theirs["Observation"], rules.book, findings), findings)
    read = measurements(found, rules.antibodies, findings)
    put_measurements(read, course, rules, record, findings)
    if course.first is not None:
        first = course.first.day
        put_age(birth, patient, first, record, findings)
        put_phenotype(diagnoses, first, course.until, rules, record, findings)
        put_onset(diagnoses, birth, first, record, findings)
        record.leave_out_contradictions(findings)
        put_dose(course, record, findings)
    put_exposure(taken, course, rules, record, findings)
    _put_landmark(course, record, findings)
    return Known(child, diagnoses, course, birth, record.values)


def _drugs(
    once: Mapping[str, Sequence[Entry]],
    index: Index,
    asked: Asked,
    rules: FhirRules,
    findings: Findings,
) -> list[Drug]:
    now = asked.statuses_as_of_now
    return [
        each
        for kind in _DRUGS
        for each in drugs(once[kind], rules.book, index, findings, statuses_as_of_now=now)
    ]


def _of_one_version(measured: Iterable[Measured], findings: Findings) -> list[Measured]:
    """Keep what stands in the version of its Observation that counts."""
    found = list(measured)
    entries = {each.entry.place: each.entry for each in found}
    counting = each_once(list(entries.values()), findings)
    if len(counting) == len(entries):
        return found
    places = {entry.place for entry in counting}
    return [each for each in found if each.entry.place in places]


def _observations(record: Record) -> tuple[str, ...]:
    used = {each for references in record.basis.values() for each in references}
    return tuple(sorted(record.observations & used))


def _put_landmark(course: Course, record: Record, findings: Findings) -> None:
    if course.landmark_day is None:
        return
    entries = [each.entry for each in course.first_resources]
    if course.fourth is not None:
        entries += [each.entry for each in course.given[3][1]]
    else:
        findings.used(
            "landmark_day",
            "landmark_day: no fourth infusion is recorded; the day of the question is taken",
            code="incomplete",
            severity="warning",
        )
    record.put("landmark_day", course.landmark_day, *entries)


def _count_what_is_not_read(by_type: Mapping[str, Sequence[Entry]], findings: Findings) -> None:
    told = knowledge()["told"]["resource_types"]
    for kind, entries in by_type.items():
        if kind not in _READ:
            findings.not_read[kind if kind in told else "(another type)"] += len(entries)
