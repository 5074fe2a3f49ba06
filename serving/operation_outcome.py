"""A refusal as clinical systems read it: an OperationOutcome of FHIR R4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.errors import Problem

MEDIA_TYPE = "application/fhir+json"

# Status -> issue type, http://hl7.org/fhir/R4/valueset-issue-type.html
_CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    412: "required",
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
    503: "transient",
    504: "timeout",
}


def operation_outcome(problem: Problem) -> dict[str, Any]:
    """Say in FHIR what a problem says; one issue for it, and one for each of its faults."""
    return {"resourceType": "OperationOutcome", "issue": list(_issues(problem))}


def _issues(problem: Problem) -> Iterator[dict[str, Any]]:
    code = _CODES.get(problem.status, "exception")
    text = f"{problem.title}. {problem.detail or ''}".rstrip()
    yield {"severity": "error", "code": code, "details": {"text": problem.title}} | (
        {"diagnostics": text} if problem.detail else {}
    )
    for fault in problem.faults:
        told = f"{fault.problem}. {fault.hint}" if fault.hint else fault.problem
        yield {
            "severity": "error",
            "code": code,
            "details": {"text": told},
            "diagnostics": f"{fault.pointer or 'the body'}: {told}",
        }
