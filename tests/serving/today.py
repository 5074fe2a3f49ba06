"""The made-up child of ``fhir_bundles`` as if week 14 were today."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.fhir_bundles import LANDMARK, Resource, bundle_of, childs_resources

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_QUERIES = {
    "conditions": "Condition",
    "labs": "Observation",
    "trough": None,
    "vitals": None,
    "medicationAdministrations": "MedicationAdministration",
    "medicationRequests": "MedicationRequest",
    "medicationStatements": "MedicationStatement",
}


def moved(content: Any, days: int) -> Any:
    """Move every date that stands in JSON."""
    if isinstance(content, dict):
        return {name: moved(value, days) for name, value in content.items()}
    if isinstance(content, list):
        return [moved(value, days) for value in content]
    if isinstance(content, str) and _DAY.fullmatch(content):
        return (date.fromisoformat(content) + timedelta(days=days)).isoformat()
    return content


def resources_today(**asked: Any) -> list[Resource]:
    """Everything of the child, whose fourth infusion is today."""
    offset = (datetime.now(UTC).date() - LANDMARK).days
    found: list[Resource] = moved(childs_resources(**asked), offset)
    return found


def prefetch_today(**asked: Any) -> dict[str, Any]:
    """What a client prefetches by our discovery; searches that it need not run are empty."""
    resources = resources_today(**asked)
    searches = {
        key: bundle_of([each for each in resources if each["resourceType"] == kind])
        for key, kind in _QUERIES.items()
    }
    patient = next((r for r in resources if r["resourceType"] == "Patient"), None)
    return {"patient": patient, **searches}
