"""What else was taken, and how much infliximab the child got at first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lorpredict.clinical import catalogue
from lorpredict.fhir._course import Course
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._json import Json, an_object, number, objects
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._medications import Drug
from lorpredict.fhir._record import Record, implausible
from lorpredict.fhir._rules import FhirRules
from lorpredict.fhir._units import UnitReader

_DOSE = "ifx_dose_mg_kg"
_ORDERS = ("MedicationRequest", "MedicationStatement")


def put_exposure(
    drugs: Sequence[Drug], course: Course, rules: FhirRules, record: Record, findings: Findings
) -> None:
    """Put what was taken at the landmark, and before the first infusion, into the record."""
    groups = knowledge()["drugs"]
    orders = [each for each in drugs if each.entry.resource["resourceType"] in _ORDERS]
    if course.landmark is not None:
        for column, group in (
            ("immunomodulator_week14", groups["immunomodulator"]),
            ("steroids_week14", groups["steroids"]),
        ):
            of_group = [each for each in orders if each.name in group]
            taken = [each for each in of_group if each.covers(course.landmark)]
            unknown = [each for each in of_group if each.may_cover(course.landmark)]
            _put(column, taken, unknown, rules, record, findings)
    if course.first is not None:
        for column, group in (
            ("prior_steroids", groups["steroids"]),
            ("prior_azathioprine", ["azathioprine"]),
        ):
            of_group = [each for each in orders if each.name in group]
            before = [each for each in of_group if each.began_before(course.first.day)]
            _put(column, before, (), rules, record, findings)
    _tell_unused(orders, record, findings)


def _put(
    column: str,
    taken: Sequence[Drug],
    unknown: Sequence[Drug],
    rules: FhirRules,
    record: Record,
    findings: Findings,
) -> None:
    for each in unknown:
        findings.dropped(
            each.entry.place,
            f"{column}: no end is told, and its status is that of a later day",
            code="incomplete",
            severity="information",
        )
    if taken:
        record.put(column, True, *(each.entry for each in taken))
        for each in taken:
            findings.used(each.entry.place, f"{column}: used")
    elif rules.absent_medication_means_none and not unknown:
        record.put(column, False)
        findings.used(
            "MedicationRequest", f"{column}: none found, which these rules take for none taken"
        )


def _tell_unused(orders: Sequence[Drug], record: Record, findings: Findings) -> None:
    groups = knowledge()["drugs"]
    ours = {*groups["immunomodulator"], *groups["steroids"]}
    used = {reference for basis in record.basis.values() for reference in basis}
    for each in orders:
        if each.name in ours and each.entry.reference not in used:
            findings.dropped(
                each.entry.place,
                f"{each.name}: not certainly taken at the landmark or before the first infusion",
                code="informational",
                severity="information",
            )


def put_dose(course: Course, record: Record, findings: Findings) -> None:
    """Put the first dose into the record: in mg/kg, or in mg by the measured weight."""
    found: dict[float, list[Drug]] = {}
    for drug in course.first_resources:
        for quantity in _doses(drug.entry.resource):
            dose = _per_kilogram(quantity, record, drug, findings)
            if dose is not None:
                found.setdefault(round(dose, 9), []).append(drug)
    if len(found) > 1:
        for drug in (each for alike in found.values() for each in alike):
            findings.ambiguous(
                drug.entry.place, f"{_DOSE}: several doses on the day of the first infusion"
            )
        return
    for dose, alike in found.items():
        entry = min(alike, key=lambda each: each.entry.reference).entry
        if record.put_checked(_DOSE, dose, entry, findings, entry.place):
            findings.used(entry.place, f"{_DOSE}: used")


def _doses(resource: Json) -> Iterator[Json]:
    """Yield the amounts of an administration, an order or a statement."""
    given = an_object(an_object(resource.get("dosage")).get("dose"))
    if given:
        yield given
    for name in ("dosageInstruction", "dosage"):
        for _, dosage in objects(resource.get(name)):
            for _, each in objects(dosage.get("doseAndRate")):
                if an_object(each.get("doseQuantity")):
                    yield each["doseQuantity"]


def _per_kilogram(quantity: Json, record: Record, drug: Drug, findings: Findings) -> float | None:
    value, place = number(quantity.get("value")), drug.entry.place
    if value is None or quantity.get("comparator") is not None:
        findings.dropped(place, f"{_DOSE}: no number")
        return None
    each_kilogram = UnitReader.of(catalogue()[_DOSE], {}).factor(quantity)
    if isinstance(each_kilogram, float):
        return value * each_kilogram
    whole = UnitReader.of(catalogue("infusions")["dose_mg"], {}).factor(quantity)
    if not isinstance(whole, float):
        findings.dropped(place, f"{_DOSE}: expected mg, g or mg/kg")
        return None
    if not catalogue("infusions")["dose_mg"].fits(value * whole):
        findings.dropped(place, implausible(catalogue("infusions")["dose_mg"], value))
        return None
    weight = record.values.get("weight_kg")
    if weight is None:
        findings.dropped(
            place, f"{_DOSE}: in mg, and no measured weight to divide it by", code="incomplete"
        )
        return None
    return value * whole / float(weight)
