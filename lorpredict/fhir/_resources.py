"""How our resources are written: nothing empty in them, instants with their zone, our own URNs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lorpredict.fhir._issues import Issue
from lorpredict.fhir._refusals import NoSuchAnswer

URN = "urn:lorpredict:fhir"
UCUM = "http://unitsofmeasure.org"
# House limit: an answer stays readable, and what is not told in it is counted.
MOST_ISSUES = 200
Resource = dict[str, Any]


def without_empty(content: Mapping[str, Any]) -> Resource:
    """Return JSON without null, empty text, empty list and empty object, which FHIR forbids."""
    told = {key: _cleaned(value) for key, value in content.items()}
    return {key: value for key, value in told.items() if not _is_empty(value)}


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_empty(value)
    if isinstance(value, list | tuple):
        return [each for each in map(_cleaned, value) if not _is_empty(each)]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def instant(at: datetime) -> str:
    """Write an instant; one without its zone is refused.

    Raises
    ------
    NoSuchAnswer
    """
    if at.utcoffset() is None:
        raise NoSuchAnswer("the time has no zone; expected for example datetime.now(UTC)")
    return at.isoformat(timespec="milliseconds")


def extension(name: str, **value: Any) -> Resource:
    """Return an extension of ours, with one ``value...`` or with ``extension``."""
    return {"url": f"{URN}:{name}", **value}


def operation_outcome(issues: Iterable[Issue], *, most: int | None = None) -> Resource:
    """Write issues as an OperationOutcome.

    Parameters
    ----------
    issues
        Of a reading, or of your own; none of them holds a word of the patient's.
    most
        How many are told; the gravest first, and the others counted. All by default.
    """
    told = list(issues)
    rest = 0
    if most is not None and len(told) > most:
        rest = len(told) - most
        told = sorted(told, key=lambda issue: _GRAVITY[issue.severity])[:most]
    if rest:
        told.append(
            Issue("information", "informational", "dropped", "", f"{rest} more issues, not told")
        )
    if not told:
        told = [Issue("information", "informational", "used", "", "nothing to tell")]
    return {"resourceType": "OperationOutcome", "issue": [_written(issue) for issue in told]}


_GRAVITY = {"error": 0, "warning": 1, "information": 2}


def _written(issue: Issue) -> Resource:
    return without_empty(
        {
            "extension": [extension("kind", valueCode=issue.kind)],
            "severity": issue.severity,
            "code": issue.code,
            "details": {"text": issue.text},
            "expression": [issue.expression],
        }
    )
