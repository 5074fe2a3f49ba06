"""One table turns errors into HTTP answers: ``application/problem+json``, RFC 9457.

Where FHIR is spoken, the same problem is told as an OperationOutcome.

Nothing of a patient is in them: a fault says where it stands and what was expected, never what
was sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lorpredict.errors import BeyondFollowUp, LorpredictError, counted
from lorpredict.fhir import FhirRefused
from serving.audit.errors import AuditUnavailable
from serving.exchange import exchange_of
from serving.operation_outcome import MEDIA_TYPE as FHIR_MEDIA_TYPE
from serving.operation_outcome import operation_outcome
from serving.routes import route_of
from serving.security.errors import CannotVerify, Forbidden, TooManyRequests, Unauthorised
from serving.web.refusal import PAGE, is_fragment, refusal

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 100

Entry = TypeVar("Entry")

_log = logging.getLogger("serving")


@dataclass(frozen=True)
class RequestFault:
    """One thing wrong with a request.

    Parameters
    ----------
    pointer : where it stands, a JSON pointer into the body or ``?name`` of a query parameter
    problem : what was expected
    hint : the way out
    """

    pointer: str
    problem: str
    hint: str = ""


class InvalidRequest(LorpredictError, ValueError):
    """A request with faults; ``faults`` holds every one of them."""

    def __init__(self, *faults: RequestFault) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the request")


class TimesBeyondFollowUp(InvalidRequest, BeyondFollowUp):
    """Times with too few children still at risk in training, or before a child's landmark."""


class NotJson(LorpredictError, ValueError):
    """A body that is not JSON."""

    def __init__(self) -> None:
        super().__init__("Expected one JSON object.")


class NotAnnouncedAsJson(LorpredictError, ValueError):
    """A body whose content type is not JSON."""

    def __init__(self) -> None:
        super().__init__("Expected the header Content-Type: application/json.")


class UnknownAlias(LorpredictError, LookupError):
    """An alias under which no model is served."""


class NotReady(LorpredictError, RuntimeError):
    """A question before any model was loaded."""


class NothingKept(LorpredictError, RuntimeError):
    """Something to record, where no audit is kept."""


class PrefetchMissing(LorpredictError, LookupError):
    """A call without the data that the service needs and has no other way to get."""


class UnknownService(LorpredictError, LookupError):
    """A CDS service that is not there."""


class Kind(NamedTuple):
    """How one sort of error is answered."""

    status: HTTPStatus
    slug: str
    title: str


_KINDS: Mapping[type[Exception], Kind] = {
    TimesBeyondFollowUp: Kind(HTTPStatus(422), "beyond-follow-up", "A time beyond the follow-up"),
    InvalidRequest: Kind(HTTPStatus(422), "invalid-request", "The request cannot be used"),
    NotJson: Kind(HTTPStatus.BAD_REQUEST, "not-json", "The body is not JSON"),
    NotAnnouncedAsJson: Kind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json", "The body is not announced as JSON"
    ),
    UnknownAlias: Kind(HTTPStatus.NOT_FOUND, "unknown-model", "No such model"),
    NotReady: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", "No model is loaded yet"),
    NothingKept: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "nothing-kept", "No audit is kept"),
    FhirRefused: Kind(HTTPStatus(422), "not-readable", "The FHIR resources cannot be read"),
    UnknownService: Kind(HTTPStatus.NOT_FOUND, "unknown-service", "No such service"),
    PrefetchMissing: Kind(
        HTTPStatus.PRECONDITION_FAILED, "prefetch-missing", "Needed data were not prefetched"
    ),
    Unauthorised: Kind(HTTPStatus.UNAUTHORIZED, "unauthorised", "Who is asking is not known"),
    Forbidden: Kind(HTTPStatus.FORBIDDEN, "forbidden", "The client may not do this"),
    TooManyRequests: Kind(HTTPStatus.TOO_MANY_REQUESTS, "too-many", "Too many requests"),
    CannotVerify: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "cannot-verify", "The token cannot be verified now"
    ),
    AuditUnavailable: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "audit-unavailable", "The answer could not be recorded"
    ),
}
_UNEXPECTED = Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", "An unexpected error")
# The store's own words name its place, which is nobody's business outside.
_SAID: Mapping[type[Exception], str] = {
    AuditUnavailable: "Nothing is answered that is not on record; ask again in a moment.",
}
_DETAILS = {
    404: "There is nothing at this address; /v1/openapi.json lists what is there.",
    405: "This address does not take this method; see /v1/openapi.json.",
    413: "The body is larger than this service reads; send fewer records at once.",
}


class FaultTold(BaseModel):
    """One thing wrong with the request; never what was sent."""

    pointer: str = Field(description="JSON pointer into the body, or ?name of a query parameter.")
    problem: str
    hint: str | None


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str | None
    instance: str | None
    faults: list[FaultTold]


def problem_of(error: Exception, *, instance: str | None = None) -> Problem:
    """Say what an error means to a client."""
    kind = _kind(error)
    faults = error.faults if isinstance(error, InvalidRequest) else ()
    return Problem(
        type=f"urn:problem:lorpredict:{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=_detail(error, len(faults)),
        instance=instance,
        faults=[_told(fault) for fault in faults[:MOST_FAULTS]],
    )


def respond(request: Request, error: Exception) -> Response:
    """Answer with the problem; what nobody expected goes into the log, without any value."""
    kind = _kind(error)
    if kind is _UNEXPECTED:
        _log.error("unexpected %s", without_values(error))
    exchange_of(request.scope).problem = kind.slug
    known = kind.status is not HTTPStatus.NOT_FOUND or isinstance(error, UnknownAlias)
    problem = problem_of(error, instance=request.url.path if known else None)
    content, headers = _in_the_language_of(request, problem)
    return Response(content, kind.status, {**headers, **_headers(error)})


def _headers(error: Exception) -> Mapping[str, str]:
    if isinstance(error, AuditUnavailable):
        return {"Retry-After": str(error.retry_after)}
    found: Mapping[str, str] | None = getattr(error, "headers", None)
    return found or {}


def _in_the_language_of(request: Request, problem: Problem) -> tuple[str, Mapping[str, str]]:
    route = route_of(request.scope["path"])
    if route.fhir:
        return json.dumps(operation_outcome(problem)), {"Content-Type": FHIR_MEDIA_TYPE}
    if route.is_page:
        return refusal(problem, whole=not is_fragment(request)), PAGE
    return problem.model_dump_json(), {"Content-Type": MEDIA_TYPE}


def without_values(error: BaseException) -> str:
    """Class and place of an error; its message may hold what a patient's record said."""
    return f"{type(error).__name__} at {_place(error.__traceback__)}"


def _place(traceback: TracebackType | None) -> str:
    if traceback is None:
        return "an unknown place"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"


def _kind(error: Exception) -> Kind:
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return Kind(status, status.phrase.lower().replace(" ", "-"), status.phrase)
    return _of_class(error, _KINDS) or _UNEXPECTED


def _of_class(error: Exception, table: Mapping[type[Exception], Entry]) -> Entry | None:
    """What a table holds for the class of an error, or for the nearest that it derives from."""
    return next((table[kind] for kind in type(error).__mro__ if kind in table), None)


def _detail(error: Exception, faults: int) -> str | None:
    if isinstance(error, HTTPException):
        return _DETAILS.get(error.status_code)
    if isinstance(error, InvalidRequest):
        number = counted(faults, "fault")
        return f"{number}; the first {MOST_FAULTS} are listed." if faults > MOST_FAULTS else number
    said = _of_class(error, _SAID)
    return said or (str(error) if _kind(error) is not _UNEXPECTED else None)


def _told(fault: RequestFault) -> FaultTold:
    return FaultTold(pointer=fault.pointer, problem=fault.problem, hint=fault.hint or None)
