"""A call: a record was opened, and the client has prefetched what it could."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from lorpredict.fhir import Abstention, ChildReading, FhirRules, read_prefetch
from serving.assessing import Assessed, assess
from serving.errors import InvalidRequest, PrefetchMissing, RequestFault, UnknownService
from serving.hooks._texts import texts
from serving.models import Served
from serving.routes import CDS_SERVICE
from serving.written import Uuid

_LONGEST = 1000
_ABSENT: Any = None  # a default that a request itself may not send
_PAGED = "Part of the record was not sent: a search had more pages than were given."
_INFUSIONS = "medicationAdministrations"
_INFUSIONS_MISSING = Abstention(
    "not_near_week_14",
    "Not all infusions were given to the service, so it is not known which was the first and "
    "which the fourth.",
    ("MedicationAdministration of every infusion of infliximab, on one page",),
)
_FAILED = "The clinical system could not give all of the record; what is missing may matter."


class CdsContext(BaseModel):
    """Whose record is open, and before whom."""

    model_config = ConfigDict(strict=True, extra="ignore")

    patientId: str = Field(min_length=1, max_length=_LONGEST, description="FHIR id of the patient.")
    userId: str = Field(
        min_length=1, max_length=_LONGEST, description="The user, such as Practitioner/123."
    )
    encounterId: str = Field(default=_ABSENT, min_length=1, max_length=_LONGEST)


class CdsRequest(BaseModel):
    """A call of the service, by CDS Hooks 2.0; the FHIR server that it names is never asked."""

    model_config = ConfigDict(
        strict=True,
        extra="ignore",
        json_schema_extra={"dependentRequired": {"fhirAuthorization": ["fhirServer"]}},
    )

    hook: str = Field(
        min_length=1, max_length=_LONGEST, json_schema_extra={"const": texts()["service"]["hook"]}
    )
    hookInstance: Uuid = Field(description="A UUID of this call.")
    context: CdsContext
    prefetch: dict[str, Any] = Field(
        default=_ABSENT,
        description="Key -> FHIR R4 resource or searchset; null where the client has none.",
    )
    fhirServer: str = Field(default=_ABSENT, min_length=1, max_length=_LONGEST)
    fhirAuthorization: dict[str, Any] = Field(default=_ABSENT)
    extension: dict[str, Any] = Field(default=_ABSENT)

    @model_validator(mode="after")
    def _refuse_token_without_server(self) -> Self:
        given = self.model_fields_set
        if "fhirAuthorization" in given and "fhirServer" not in given:
            raise PydanticCustomError("needs_server", "expected fhirServer with fhirAuthorization")
        return self


def call(
    service: str, asked: CdsRequest, served: Served, rules: FhirRules, *, today: date
) -> tuple[Assessed, list[str]]:
    """Assess the child whose record is open.

    Returns
    -------
    what is said of the child, and what the client could not give, in words

    Raises
    ------
    UnknownService, PrefetchMissing, InvalidRequest
    lorpredict.fhir.FhirRefused
        If what was prefetched is not one child's FHIR R4 resources.
    """
    refuse_unknown(service)
    if asked.hook != texts()["service"]["hook"]:
        fault = f"expected {texts()['service']['hook']}, the hook of this service"
        raise InvalidRequest(RequestFault("/hook", fault))
    prefetch = asked.prefetch or {}
    _refuse_missing(prefetch)
    eligibility = served.model.facts.design.eligibility
    reading = read_prefetch(prefetch, as_of=today, rules=rules, eligibility=eligibility)
    _refuse_another_patient(reading, asked.context)
    if reading.abstention is None and not _is_whole(prefetch.get(_INFUSIONS)):
        reading = replace(reading, abstention=_INFUSIONS_MISSING)
    return assess(reading, served, rules), list(dict.fromkeys(_remarks(prefetch)))


def _refuse_another_patient(reading: ChildReading, context: CdsContext) -> None:
    """Refuse the record of somebody else than the one whose record is open, or of nobody known."""
    nothing = reading.patient is None and reading.subject is None
    if not nothing and reading.patient != context.patientId.removeprefix("Patient/"):
        fault = "the resources are not said to be of context.patientId, or of another patient"
        raise InvalidRequest(RequestFault("/prefetch", fault, "Prefetch for the open record"))


def refuse_unknown(service: str) -> None:
    """Refuse a service that is not there.

    Raises
    ------
    UnknownService
    """
    if service != CDS_SERVICE:
        raise UnknownService("There is no such service; GET /cds-services lists what is there.")


def _refuse_missing(prefetch: Mapping[str, Any]) -> None:
    wanted = texts()["prefetch"]
    missing = [key for key in wanted["needed"] if key not in prefetch]
    if not any(key in prefetch for key in wanted["any"]):
        missing.append(" or ".join(wanted["any"]))
    if missing:
        raise PrefetchMissing(
            f"Not prefetched: {', '.join(missing)}. The service asks no FHIR server, so send what "
            "discovery lists; a key whose search found nothing is sent as null."
        )


def _is_whole(value: Any) -> bool:
    """Whether a search was given in full."""
    return not isinstance(value, dict) or not (_has_failed(value) or _has_more_pages(value))


def _has_failed(value: Mapping[str, Any]) -> bool:
    return value.get("resourceType") == "OperationOutcome"


def _has_more_pages(value: Mapping[str, Any]) -> bool:
    links = value.get("link")
    return isinstance(links, list) and any(
        isinstance(link, dict) and link.get("relation") == "next" for link in links
    )


def _remarks(prefetch: Mapping[str, Any]) -> Iterator[str]:
    for value in prefetch.values():
        if not isinstance(value, dict):
            continue
        if _has_failed(value):
            yield _FAILED
        if _has_more_pages(value):
            yield _PAGED
