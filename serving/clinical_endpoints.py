"""The addresses that clinical systems call: a Bundle to a RiskAssessment, and CDS Hooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

from lorpredict.fhir import read_bundle
from serving import fhir_answers, hooks
from serving.assessing import Assessed, assess
from serving.desk import Desk, desk_of
from serving.endpoints import GUARDED, Refusals
from serving.errors import InvalidRequest, RequestFault
from serving.exchange import Kept, exchange_of
from serving.json_body import QuickRoute
from serving.keeping import keep_assessed
from serving.loss_of_response import row_kept
from serving.messages import AskedModel
from serving.operation_outcome import MEDIA_TYPE
from serving.routes import CDS_SERVICE
from serving.written import Day

# What is no larger is read and answered in some milliseconds.
_SMALL_BODY = 200_000

Answered = TypeVar("Answered")

router = APIRouter(route_class=QuickRoute)


class FhirBundle(BaseModel):
    """A FHIR R4 Bundle with the resources of one child."""

    model_config = ConfigDict(extra="allow")

    resourceType: Literal["Bundle"]
    type: Literal["searchset", "collection", "transaction", "batch", "document"]
    entry: list[Any] = Field(default_factory=list)


class FhirResource(BaseModel):
    """A FHIR R4 resource."""

    model_config = ConfigDict(extra="allow")

    resourceType: str


class OperationOutcome(FhirResource):
    """Why there is no answer, by FHIR R4."""

    resourceType: Literal["OperationOutcome"]
    issue: list[dict[str, Any]] = Field(min_length=1)


class FhirAsked(AskedModel):
    """Which model is asked, and of which day."""

    as_of: Day | None = Field(
        default=None,
        description="The day of the question; what is later is not looked at. Today by default.",
    )


def _in_fhir(refusals: Refusals, *more: int) -> Refusals:
    told = refusals | {status: {"description": _MORE[status]} for status in more}
    return {status: {**each, "model": OperationOutcome} for status, each in told.items()}


_MORE: dict[int | str, str] = {
    400: "The body is not JSON.",
    404: "There is no such model or service.",
    412: "What the service needs was not prefetched, and it asks no FHIR server.",
    413: "The body is too large.",
    415: "The body is not announced as JSON.",
    422: "What was sent cannot be used; every fault is named.",
}


@router.post(
    "/v1/fhir/predict",
    response_model=FhirResource,
    responses=_in_fhir(GUARDED, 400, 404, 413, 415, 422),
    summary="A Bundle to a RiskAssessment, or to a GuidanceResponse that says what is needed",
)
async def predict(
    request: Request,
    bundle: FhirBundle,  # noqa: ARG001  its form; the reader reads what was sent
    asked: Annotated[FhirAsked, Query()],
) -> Response:
    desk = desk_of(request)
    served = desk.asked(asked.model)
    today = _day_of(asked, desk)
    content = await request.json()

    def assessed_bundle() -> Assessed:
        eligibility = served.model.facts.design.eligibility
        reading = read_bundle(
            content,
            as_of=today,
            rules=desk.rules,
            eligibility=eligibility,
            statuses_as_of_now=today < desk.today(),
        )
        return assess(reading, served, desk.rules)

    assessed = await _beside_the_loop(request, assessed_bundle)
    exchange_of(request.scope).kept = keep_assessed(assessed, desk.pseudonyms)
    source = f"The record was read as of {today}."
    return _as_fhir(fhir_answers.answer(assessed, issued=datetime.now(UTC), source=source))


@router.get(
    "/cds-services",
    response_model=hooks.CdsServices,
    responses=_in_fhir(GUARDED),
    summary="CDS Hooks: the service, and what it wants prefetched",
)
async def discover(request: Request) -> Response:
    return _as_json(hooks.discovery(desk_of(request).rules).told())


# Any other is answered with 404; the document names the one that there is.
CalledService = Annotated[str, Path(json_schema_extra={"enum": [CDS_SERVICE]})]


@router.post(
    "/cds-services/{service}",
    response_model=hooks.CdsResponse,
    responses=_in_fhir(GUARDED, 400, 404, 412, 413, 415, 422),
    summary="CDS Hooks: a record was opened",
)
async def call(request: Request, service: CalledService, asked: hooks.CdsRequest) -> Response:
    desk = desk_of(request)
    served, today = desk.asked("champion"), desk.today()
    assessed, remarks = await _beside_the_loop(
        request, lambda: hooks.call(service, asked, served, desk.rules, today=today)
    )
    cards = hooks.response(assessed, base_url=desk.base_url, remarks=remarks, pathway=desk.pathway)
    kept = keep_assessed(assessed, desk.pseudonyms, _cards(desk, cards) | _lost(desk, assessed))
    exchange_of(request.scope).kept = kept
    return _as_json(cards.told())


@router.post(
    "/cds-services/{service}/feedback",
    response_model=hooks.FeedbackTaken,
    responses=_in_fhir(GUARDED, 400, 404, 413, 415, 422),
    summary="CDS Hooks: what was done with a card",
)
async def feedback(
    request: Request, service: CalledService, given: hooks.FeedbackGiven
) -> Response:
    hooks.refuse_unknown(service)
    kept = hooks.feedback_kept(given, desk_of(request).pseudonyms)
    exchange_of(request.scope).kept = Kept("feedback", kept)
    return _as_json({"taken": len(given.feedback)})


async def _beside_the_loop(request: Request, work: Callable[[], Answered]) -> Answered:
    """Work here and now, or in a thread where others would have to wait for it."""
    if len(await request.body()) <= _SMALL_BODY:
        return work()
    return await anyio.to_thread.run_sync(work)


def _day_of(asked: FhirAsked, desk: Desk) -> date:
    """Return the day of the question; what has not happened yet cannot be asked about."""
    today = desk.today()
    if asked.as_of is None:
        return today
    if asked.as_of > today + timedelta(days=1):
        raise InvalidRequest(RequestFault("?as_of", "expected a day that is not in the future"))
    return asked.as_of


def _cards(desk: Desk, cards: hooks.CdsResponse) -> dict[str, Any]:
    if desk.pseudonyms is None:
        return {}
    return {"cards": [hooks.card_kept(card.uuid, desk.pseudonyms) for card in cards.cards]}


def _lost(desk: Desk, assessed: Assessed) -> dict[str, Any]:
    told = hooks.loss_of_response(assessed, desk.pathway)
    return {"loss_of_response": row_kept(told)} if told else {}


def _as_json(content: Mapping[str, Any]) -> Response:
    return Response(to_json(content), media_type="application/json")


def _as_fhir(resource: Mapping[str, Any]) -> Response:
    return Response(to_json(resource), media_type=MEDIA_TYPE)
