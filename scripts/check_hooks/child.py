"""A made-up child whom the service should have something to say about, and her FHIR server.

A girl of twelve with Crohn's disease who has her fourth infusion of infliximab today. ``found``
answers a query of a prefetch template as a FHIR server that knew only her.

    python -m scripts.check_hooks.child > call.json

writes a call about her, to be tried by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from scripts.check_hooks.answers import PLANTED

Resource = dict[str, Any]

PATIENT = "check-hooks-child"
_SUBJECT = {"reference": f"Patient/{PATIENT}"}
_LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_ICD = "http://hl7.org/fhir/sid/icd-10-cm"
_HL7 = "http://terminology.hl7.org/CodeSystem"
_WEEK14 = 98
_INFUSION_DAYS = (0, 14, 42, _WEEK14)
_KINDS = (
    "Condition",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
)
# LOINC code, value, unit, day since the first infusion.
_LABORATORY = (
    ("1988-5", 24.0, "mg/L", -2),
    ("1988-5", 4.0, "mg/L", 97),
    ("4537-7", 32, "mm/h", -2),
    ("6690-2", 9.1, "10*3/uL", -2),
    ("718-7", 11.4, "g/dL", -2),
    ("777-3", 410, "10*3/uL", -2),
    ("1751-7", 3.7, "g/dL", -2),
    ("1751-7", 4.1, "g/dL", 97),
    ("38445-3", 850, "ug/g", -14),
    ("39803-2", 6.2, "ug/mL", _WEEK14),
)
_VITAL_SIGNS = (("29463-7", 41.0, "kg", 0), ("8302-2", 151.0, "cm", -7))


def knows(template: str) -> bool:
    """Whether the template asks for a kind of resource that the child has."""
    return template.partition("?")[0].partition("/")[0] in _KINDS


def found(template: str) -> Resource | None:
    """What the child's FHIR server answers: a resource for a read, a Bundle for a search."""
    path, _, query = template.partition("?")
    kind, _, identity = path.partition("/")
    wanted = [each for each in resources() if each["resourceType"] == kind]
    if identity:
        return wanted[0] if wanted else None
    for name, value in parse_qsl(query):
        wanted = [each for each in wanted if _has_token(each, name, value.split(","))]
    return searchset(wanted)


def call() -> dict[str, Any]:
    """What a client sends when her record is opened."""
    return {
        "hook": "patient-view",
        "hookInstance": str(uuid4()),
        "context": {"userId": "Practitioner/check-hooks", "patientId": PATIENT},
        "prefetch": {
            "patient": found(f"Patient/{PATIENT}"),
            "conditions": found("Condition"),
            "labs": found("Observation?category=laboratory"),
            "vitals": found("Observation?category=vital-signs"),
            "medicationAdministrations": found("MedicationAdministration"),
            "medicationRequests": found("MedicationRequest"),
        },
    }


def searchset(matches: list[Resource]) -> Resource:
    """The first and only page of a search."""
    entries = [{"resource": each, "search": {"mode": "match"}} for each in matches]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(matches)}
    return bundle | ({"entry": entries} if entries else {})


def _has_token(resource: Resource, name: str, values: list[str]) -> bool:
    """Whether a search by code or category finds the resource; other parameters find all."""
    if name == "code":
        concepts = [resource.get("code") or resource.get("medicationCodeableConcept")]
    elif name == "category":
        concepts = resource.get("category", [])
    else:
        return True
    codings = [coding for concept in concepts if concept for coding in concept["coding"]]
    tokens = {f"{each['system']}|{each['code']}" for each in codings}
    return bool(tokens.union(each["code"] for each in codings).intersection(values))


def resources() -> list[Resource]:
    """Everything that is known of the child today."""
    return [
        _patient(),
        *map(_condition, ("K50.80", "K60.3")),
        *(_observation("laboratory", *each) for each in _LABORATORY),
        *(_observation("vital-signs", *each) for each in _VITAL_SIGNS),
        *map(_infusion, _INFUSION_DAYS),
        *_orders(),
    ]


def _day(number: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=number - _WEEK14)).isoformat()


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": _UCUM, "code": unit}


def _patient() -> Resource:
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "name": [{"family": PLANTED, "given": ["Made-up"]}],
        "gender": "female",
        "birthDate": _day(-12 * 365 - 100),
    }


def _condition(code: str) -> Resource:
    return {
        "resourceType": "Condition",
        "id": f"condition-{code}",
        "clinicalStatus": _concept(f"{_HL7}/condition-clinical", "active"),
        "verificationStatus": _concept(f"{_HL7}/condition-ver-status", "confirmed"),
        "code": _concept(_ICD, code),
        "subject": _SUBJECT,
        "onsetDateTime": _day(-400),
        "recordedDate": _day(-390),
    }


def _observation(category: str, code: str, value: float, unit: str, day: int) -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"observation-{code}-{day}",
        "status": "final",
        "category": [_concept(f"{_HL7}/observation-category", category)],
        "code": _concept(_LOINC, code),
        "subject": _SUBJECT,
        "effectiveDateTime": _day(day) if day == _WEEK14 else f"{_day(day)}T07:30:00Z",
        "valueQuantity": _quantity(value, unit),
    }


def _infusion(day: int) -> Resource:
    return {
        "resourceType": "MedicationAdministration",
        "id": f"infusion-{day}",
        "status": "completed",
        "medicationCodeableConcept": _concept(_RXNORM, "191831"),
        "subject": _SUBJECT,
        "effectiveDateTime": _day(day),
        "dosage": {"dose": _quantity(205, "mg")},
    }


def _orders() -> Iterator[Resource]:
    """Azathioprine that goes on, and prednisone that has ended."""
    for drug, since, until in (("1256", 1, None), ("8640", -180, -90)):
        period = {"start": _day(since)} | ({"end": _day(until)} if until is not None else {})
        yield {
            "resourceType": "MedicationRequest",
            "id": f"order-{drug}",
            "status": "active" if until is None else "completed",
            "intent": "order",
            "medicationCodeableConcept": _concept(_RXNORM, drug),
            "subject": _SUBJECT,
            "authoredOn": _day(since),
            "dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": period}}}],
        }


if __name__ == "__main__":
    json.dump(call(), sys.stdout, indent=2)
