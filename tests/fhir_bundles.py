"""FHIR R4 resources of one made-up child with Crohn's disease, built piece by piece.

The child exists nowhere: a girl of twelve, in response at week 14, on four infusions. Public test
patients hold neither Crohn's disease nor infliximab, so positive cases have to be our own.

    resources = childs_resources()                     # a list, to be changed
    bundle_of(resources)                               # a searchset Bundle
    prefetch_of(resources)                             # what a CDS Hooks client hands over
    bundle_of([*childs_resources(without=["trough"]), observation("trough", 0.4, "ug/mL", 97,
              comparator="<")])

Days are counted from the first infusion, which is day 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

Resource = dict[str, Any]

FIRST_INFUSION = date(2025, 1, 6)
INFUSION_DAYS = (0, 14, 42, 98)
LANDMARK = FIRST_INFUSION + timedelta(days=98)
AS_OF = LANDMARK
PATIENT = "child"

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"

CODES = {
    "crp": "1988-5",
    "hscrp": "30522-7",
    "crp_molar": "76485-2",
    "esr": "4537-7",
    "esr_two_hours": "18184-2",
    "wbc": "6690-2",
    "haemoglobin": "718-7",
    "haemoglobin_molar": "59260-0",
    "platelets": "777-3",
    "albumin": "1751-7",
    "calprotectin": "38445-3",
    "trough": "39803-2",
    "weight": "29463-7",
    "weight_stated": "3142-7",
    "height": "8302-2",
    "bmi": "39156-5",
}
DRUGS = {
    "infliximab": "191831",
    "azathioprine": "1256",
    "methotrexate": "6851",
    "prednisone": "8640",
    "adalimumab": "327361",
}

# What the child's record has to be.
RECORD = {
    "sex": "female",
    "landmark_day": 98,
    "location": "L3",
    "perianal": True,
    "weight_kg": 40.0,
    "height_cm": 150.0,
    "ifx_dose_mg_kg": 5.0,
    "crp_mg_l": 21.0,
    "esr_mm_h": 30.0,
    "wbc_10e9_l": 9.5,
    "haemoglobin_g_l": 112.0,
    "platelets_10e9_l": 420.0,
    "albumin_g_l": 38.0,
    "faecal_calprotectin_ug_g": 900.0,
    "crp_week14_mg_l": 3.0,
    "albumin_week14_g_l": 42.0,
    "trough_week14_ug_ml": 5.5,
    "immunomodulator_week14": True,
    "prior_steroids": True,
}


def day(number: int) -> str:
    """The calendar date of a day since the first infusion."""
    return (FIRST_INFUSION + timedelta(days=number)).isoformat()


def concept(system: str, code: str, display: str | None = None) -> Resource:
    """A CodeableConcept of one coding."""
    return {
        "coding": [{"system": system, "code": code} | ({"display": display} if display else {})]
    }


def quantity(value: Any, unit: str | None, comparator: str | None = None) -> Resource:
    """A Quantity in a UCUM unit; None for none."""
    told: Resource = {"value": value}
    if unit is not None:
        told |= {"unit": unit, "system": UCUM, "code": unit}
    return told | ({"comparator": comparator} if comparator else {})


def patient(**changes: Any) -> Resource:
    """The child: a girl, twelve years old at the first infusion."""
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "gender": "female",
        "birthDate": "2012-07-06",
    } | changes


def observation(
    name: str,
    value: Any,
    unit: str | None,
    on: int | str,
    *,
    comparator: str | None = None,
    **changes: Any,
) -> Resource:
    """A final laboratory value or measure.

    Parameters
    ----------
    name
        One of ``CODES``.
    on
        Day since the first infusion, or a FHIR dateTime.
    """
    when = day(on) if isinstance(on, int) else on
    return {
        "resourceType": "Observation",
        "id": f"{name.replace('_', '-')}-{on}".replace(":", "").replace("+", ""),
        "status": "final",
        "code": concept(LOINC, CODES[name]),
        "subject": {"reference": f"Patient/{PATIENT}"},
        "effectiveDateTime": when,
        "valueQuantity": quantity(value, unit, comparator),
    } | changes


def panel(on: int, *components: tuple[str, float, str]) -> Resource:
    """A blood count: an Observation of components, each a name of ``CODES``, a value, a unit."""
    return {
        "resourceType": "Observation",
        "id": f"panel-{on}",
        "status": "final",
        "code": concept(LOINC, "58410-2"),
        "subject": {"reference": f"Patient/{PATIENT}"},
        "effectiveDateTime": day(on),
        "component": [
            {"code": concept(LOINC, CODES[name]), "valueQuantity": quantity(value, unit)}
            for name, value, unit in components
        ],
    }


def condition(code: str, *, system: str = ICD, **changes: Any) -> Resource:
    """An active, confirmed diagnosis, known a year before the first infusion."""
    status = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    verification = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return {
        "resourceType": "Condition",
        "id": f"condition-{code}",
        "clinicalStatus": concept(status, "active"),
        "verificationStatus": concept(verification, "confirmed"),
        "code": concept(system, code),
        "subject": {"reference": f"Patient/{PATIENT}"},
        "recordedDate": day(-365),
    } | changes


def infusion(on: int | str, dose_mg: float | None = 200, **changes: Any) -> Resource:
    """An infusion of infliximab that was given."""
    dosage = {} if dose_mg is None else {"dosage": {"dose": quantity(dose_mg, "mg")}}
    return (
        {
            "resourceType": "MedicationAdministration",
            "id": f"infusion-{on}".replace(":", "").replace("+", ""),
            "status": "completed",
            "medicationCodeableConcept": concept(RXNORM, DRUGS["infliximab"]),
            "subject": {"reference": f"Patient/{PATIENT}"},
            "effectiveDateTime": day(on) if isinstance(on, int) else on,
        }
        | dosage
        | changes
    )


def order(drug: str, since: int, until: int | None = None, **changes: Any) -> Resource:
    """An order for a drug of ``DRUGS`` from one day to another; active where it has no end."""
    bounds = {"start": day(since)} | ({"end": day(until)} if until is not None else {})
    return {
        "resourceType": "MedicationRequest",
        "id": f"order-{drug}-{since}",
        "status": "active" if until is None else "completed",
        "intent": "order",
        "medicationCodeableConcept": concept(RXNORM, DRUGS[drug]),
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authoredOn": day(since),
        "dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": bounds}}}],
    } | changes


def statement(drug: str, since: int, until: int | None = None, **changes: Any) -> Resource:
    """A statement that a drug of ``DRUGS`` is or was taken."""
    period = {"start": day(since)} | ({"end": day(until)} if until is not None else {})
    return {
        "resourceType": "MedicationStatement",
        "id": f"statement-{drug}-{since}",
        "status": "active" if until is None else "completed",
        "medicationCodeableConcept": concept(RXNORM, DRUGS[drug]),
        "subject": {"reference": f"Patient/{PATIENT}"},
        "effectivePeriod": period,
    } | changes


def childs_resources(*, without: Iterable[str] = ()) -> list[Resource]:
    """Everything of the child, as ``RECORD`` sums it up.

    Parameters
    ----------
    without
        What is left out: names of ``CODES``, of ``DRUGS``, or ``patient``, ``crohns``,
        ``perianal``, ``infusions``, ``orders``.
    """
    parts: dict[str, Sequence[Resource]] = {
        "patient": [patient()],
        "crohns": [condition("K50.80", onsetDateTime=day(-540))],
        "perianal": [condition("K60.31")],
        "infusions": [infusion(number) for number in INFUSION_DAYS],
        "orders": [order("azathioprine", 1), order("prednisone", -200, -100)],
        "weight": [observation("weight", 40.0, "kg", 0)],
        "height": [observation("height", 150.0, "cm", -10)],
        "crp": [observation("crp", 2.1, "mg/dL", -3), observation("crp", 3.0, "mg/L", 97)],
        "esr": [observation("esr", 30, "mm/h", -3)],
        "blood_count": [
            panel(-3, ("wbc", 9.5, "10*3/uL"), ("haemoglobin", 11.2, "g/dL"),
                  ("platelets", 420, "10*9/L"))
        ],
        "albumin": [observation("albumin", 3.8, "g/dL", -3),
                    observation("albumin", 42, "g/L", 97)],
        "calprotectin": [observation("calprotectin", 900, "ug/g", -20)],
        "trough": [observation("trough", 5.5, "ug/mL", 98)],
    }  # fmt: skip
    left_out = set(without)
    unknown = left_out - parts.keys()
    if unknown:
        raise ValueError(f"no such part: {sorted(unknown)}; expected some of {sorted(parts)}")
    return [each for name, part in parts.items() if name not in left_out for each in part]


def bundle_of(resources: Sequence[Any], kind: str = "searchset") -> Resource:
    """A Bundle of these resources."""
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [{"resource": resource} for resource in resources],
    }


def prefetch_of(resources: Sequence[Resource]) -> dict[str, Any]:
    """What a CDS Hooks client prefetches: the patient, and a search result for each type."""
    keys = {
        "conditions": "Condition",
        "observations": "Observation",
        "medicationAdministrations": "MedicationAdministration",
        "medicationRequests": "MedicationRequest",
        "medicationStatements": "MedicationStatement",
    }
    found: dict[str, Any] = {
        "patient": next((r for r in resources if r["resourceType"] == "Patient"), None)
    }
    for key, kind in keys.items():
        found[key] = bundle_of([r for r in resources if r["resourceType"] == kind])
    return found
