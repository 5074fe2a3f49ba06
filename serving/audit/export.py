"""Audit records as FHIR R4 AuditEvent resources, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from serving.audit.records import RETENTION, StoredRecord

_SYSTEM = "http://terminology.hl7.org/CodeSystem"
_OURS = "urn:lorpredict:audit"
_TYPE = {"system": f"{_SYSTEM}/audit-event-type", "code": "rest", "display": "RESTful Operation"}
_PERSON = {"system": f"{_SYSTEM}/audit-entity-type", "code": "1", "display": "Person"}
_THING = {"system": f"{_SYSTEM}/audit-entity-type", "code": "2", "display": "System Object"}
_PATIENT = {"system": f"{_SYSTEM}/object-role", "code": "1", "display": "Patient"}
_JOB = {"system": f"{_SYSTEM}/object-role", "code": "20", "display": "Job"}
_ACTIONS = {"outcome": "C", "feedback": "C", RETENTION: "D"}  # all others Execute


def write_ndjson(records: Iterable[StoredRecord], file: TextIO) -> int:
    """Write every record as a line and return their number."""
    number = 0
    for record in records:
        file.write(json.dumps(audit_event(record), ensure_ascii=False) + "\n")
        number += 1
    return number


def audit_event(record: StoredRecord) -> dict[str, Any]:
    """Return a record as a FHIR R4 AuditEvent, without anything that is null or empty."""
    event = {
        "resourceType": "AuditEvent",
        "id": f"lorpredict-{record.sequence}",
        "type": _TYPE,
        "subtype": [{"system": f"{_OURS}:event", "code": record.event}],
        "action": _ACTIONS.get(record.event, "E"),
        "recorded": record.time,
        "outcome": _outcome(record),
        "agent": [{"who": {"display": record.client}, "requestor": True}],
        "source": {"observer": {"display": "lorpredict"}},
        "entity": [_request(record), *_model(record), *_children(record)],
    }
    found: dict[str, Any] = _filled(event)
    return found


def _outcome(record: StoredRecord) -> str:
    """0 success, 4 the client's fault, 8 ours."""
    if record.status >= 500:
        return "8"
    return "4" if record.status >= 400 or record.event == "failure" else "0"


def _request(record: StoredRecord) -> dict[str, Any]:
    """The request with its place in the chain, by which the line is found in the store again."""
    return {
        "what": {"identifier": {"system": f"{_OURS}:request", "value": record.request_id}},
        "type": _THING,
        "role": _JOB,
        "name": record.route,
        "detail": _details(
            {
                "sequence": record.sequence,
                "mac": record.mac,
                "status": record.status,
                "duration_ms": record.duration_ms,
            }
        ),
    }


def _model(record: StoredRecord) -> list[dict[str, Any]]:
    model = record.model
    if not model:
        return []
    fingerprint = {"system": f"{_OURS}:model", "value": model.get("fingerprint")}
    return [
        {
            "what": {"identifier": fingerprint},
            "type": _THING,
            "name": model.get("name"),
            "detail": _details(model),
        }
    ]


def _children(record: StoredRecord) -> list[dict[str, Any]]:
    """One entity a child, of whom nothing is told but the pseudonym and what was answered."""
    children = record.content.get("children")
    return [
        {
            "what": {"identifier": {"system": f"{_OURS}:patient", "value": child.get("pseudonym")}},
            "type": _PERSON,
            "role": _PATIENT,
            "detail": _details(
                {name: value for name, value in child.items() if name != "pseudonym"}
            ),
        }
        for child in (children if isinstance(children, list) else [])
        if isinstance(child, Mapping)
    ]


def _details(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": name, "valueString": value if isinstance(value, str) else json.dumps(value)}
        for name, value in values.items()
        if value not in (None, "", [], {})
    ]


def _filled(value: Any) -> Any:
    """Leave out what is empty, as FHIR wants it."""
    if isinstance(value, dict):
        filled = {name: _filled(each) for name, each in value.items()}
        return {name: each for name, each in filled.items() if each not in (None, "", [], {})}
    if isinstance(value, list):
        return [each for each in map(_filled, value) if each not in (None, "", [], {})]
    return value
