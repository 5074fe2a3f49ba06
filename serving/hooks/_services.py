"""Discovery: the one service, and the queries whose results it wants."""

from __future__ import annotations

from collections.abc import Callable

from lorpredict.fhir import FhirRules
from serving.hooks._messages import CdsService, CdsServices
from serving.hooks._texts import texts
from serving.routes import CDS_SERVICE

_OF_PATIENT = "patient={{context.patientId}}"
_VITALS = {"weight_kg", "height_cm"}
_DRUG = {"trough_week14_ug_ml", "antibodies_week14"}


def discovery(rules: FhirRules) -> CdsServices:
    """Describe the service; a site's own codes are in its queries."""
    told = texts()
    service = told["service"]
    return CdsServices(
        services=[
            CdsService(
                hook=service["hook"],
                id=CDS_SERVICE,
                title=service["title"],
                description=service["description"],
                usageRequirements=service["usage_requirements"],
                version=told["version"],
                prefetch=_prefetch(rules),
            )
        ]
    )


def _prefetch(rules: FhirRules) -> dict[str, str]:
    return {
        "patient": "Patient/{{context.patientId}}",
        "conditions": f"Condition?{_OF_PATIENT}&_count=200",
        "labs": _observations(rules, lambda columns: not columns & (_VITALS | _DRUG), 200),
        "trough": _observations(rules, lambda columns: bool(columns & _DRUG), 50),
        "vitals": _observations(rules, lambda columns: bool(columns & _VITALS), 100),
        "medicationAdministrations": f"MedicationAdministration?{_OF_PATIENT}&_count=1000",
        "medicationRequests": f"MedicationRequest?{_OF_PATIENT}&_count=200",
        "medicationStatements": f"MedicationStatement?{_OF_PATIENT}&_count=200",
    }


def _observations(rules: FhirRules, wanted: Callable[[set[str]], bool], count: int) -> str:
    """Ask for all codes of some columns, the latest first, so that a page holds what is new."""
    codes = sorted(
        f"{system}|{code}"
        for (system, code), meaning in rules.book.observations.items()
        if meaning.columns and wanted({column.key for column in meaning.columns})
    )
    return f"Observation?{_OF_PATIENT}&code={','.join(codes)}&_sort=-date&_count={count}"
