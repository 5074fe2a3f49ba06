"""An abstention as an R4 GuidanceResponse: why no risk is told, and what would be needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lorpredict.clinical import catalogue
from lorpredict.fhir._abstention import Abstention, laboratory_columns
from lorpredict.fhir._issues import Issue
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._reading import ChildReading
from lorpredict.fhir._refusals import NoSuchAnswer
from lorpredict.fhir._resources import (
    MOST_ISSUES,
    URN,
    Resource,
    instant,
    operation_outcome,
    without_empty,
)


@dataclass(frozen=True)
class Question:
    """What was asked, for an answer that tells no risk.

    Parameters
    ----------
    module
        Address of the service or its model, as a URI.
    request
        Identifier of the request, if it has one.
    """

    module: str = f"{URN}:week-14"
    request: str | None = None


def guidance_response(
    reading: ChildReading,
    *,
    issued: datetime,
    question: Question | None = None,
    notes: Sequence[str] = (),
    id: str | None = None,
    most_issues: int = MOST_ISSUES,
) -> Resource:
    """Write an abstention as an R4 GuidanceResponse: why, and what would be needed.

    The status is ``data-required``. Where nothing could help, such as for an adult, it is
    ``failure``: an answer without a risk must never read as "no risk".

    Parameters
    ----------
    reading
        One that abstains.
    issued
        When the answer was given, with its zone.
    question
        What was asked.
    notes
        What there is to know beside what is needed.
    id
        Logical id, if the resource is to have one.
    most_issues
        How many issues of the reading are told; the gravest first.

    Raises
    ------
    NoSuchAnswer
        If the reading does not abstain, or the time has no zone.
    """
    why = reading.abstention
    if why is None:
        raise NoSuchAnswer("the reading does not abstain; write a risk_assessment")
    question = question or Question()
    message = Issue("warning", "business-rule", "dropped", "", why.text)
    told = operation_outcome([message, *reading.issues], most=most_issues)
    request = {"system": f"{URN}:request", "value": question.request}
    return without_empty(
        {
            "resourceType": "GuidanceResponse",
            "id": id,
            "contained": [{**told, "id": "issues"}],
            "requestIdentifier": request if question.request else None,
            "moduleUri": question.module,
            "status": "data-required" if why.needed else "failure",
            "subject": {"reference": reading.subject},
            "occurrenceDateTime": instant(issued),
            "reasonCode": [_reason(why)],
            "note": [{"text": text} for text in (*notes, *_needed(why))],
            "evaluationMessage": [{"reference": "#issues"}],
            "dataRequirement": list(_requirements(why)),
        }
    )


def _needed(why: Abstention) -> Iterator[str]:
    yield from (f"Needed: {each}." for each in why.needed)


def _reason(why: Abstention) -> Resource:
    return {"coding": [{"system": f"{URN}:abstention", "code": why.reason}], "text": why.text}


def _requirements(why: Abstention) -> Iterator[Resource]:
    if not why.needed:
        return
    for kind in knowledge()["needed"].get(why.reason, ()):
        codes = _laboratory_codes() if kind == "Observation" else []
        yield {"type": kind, "codeFilter": [{"path": "code", "code": codes}] if codes else []}


def _laboratory_codes() -> list[Resource]:
    columns = (catalogue()[key] for key in laboratory_columns())
    codes = dict.fromkeys(coded for column in columns for coded in column.codes)
    return [{"system": system, "code": code} for system, code in codes]
