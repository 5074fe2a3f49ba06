"""The addresses of version 1: risks, explanations, outcomes, the models themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from serving import predictions
from serving.answers import ExplainAnswers, ModelsDescribed, RiskAnswers
from serving.desk import desk_of
from serving.errors import Problem
from serving.exchange import exchange_of
from serving.json_body import QuickRoute
from serving.keeping import keep
from serving.messages import AskedModel, Question
from serving.models import Served
from serving.outcomes import Outcome, OutcomeRecorded, outcome_kept

Refusals = dict[int | str, dict[str, Any]]
GUARDED: Refusals = {
    401: {"model": Problem, "description": "Who is asking is not known."},
    403: {"model": Problem, "description": "The client may not do this."},
    429: {"model": Problem, "description": "Too many requests; Retry-After says when."},
    503: {"model": Problem, "description": "No model is loaded, or the audit cannot be written."},
    504: {"model": Problem, "description": "It took too long."},
}
_OF_BODY: Refusals = {
    400: {"model": Problem, "description": "The body is not JSON."},
    413: {"model": Problem, "description": "The body is too large."},
    415: {"model": Problem, "description": "The body is not announced as JSON."},
    422: {"model": Problem, "description": "The request has faults; all of them are named."},
}
_NO_MODEL: Refusals = {
    404: {"model": Problem, "description": "No model is served under this alias."}
}

router = APIRouter(prefix="/v1", route_class=QuickRoute)


async def asked_model(request: Request, asked: Annotated[AskedModel, Query()]) -> Served:
    """Return the model of the alias that was asked for."""
    return desk_of(request).asked(asked.model)


AskedServed = Annotated[Served, Depends(asked_model)]


@router.post(
    "/predict",
    response_model=RiskAnswers,
    responses=_OF_BODY | _NO_MODEL | GUARDED,
    summary="Risk by each horizon",
)
async def predict(request: Request, question: Question, served: AskedServed) -> Response:
    return await answered(predictions.risks, served, question, request, desk_of(request).pseudonyms)


@router.post(
    "/explain",
    response_model=ExplainAnswers,
    responses=_OF_BODY | _NO_MODEL | GUARDED,
    summary="Risk by each horizon, and what moved it",
)
async def explain(request: Request, question: Question, served: AskedServed) -> Response:
    return await answered(
        predictions.explanations, served, question, request, desk_of(request).pseudonyms
    )


@router.post(
    "/outcome",
    response_model=OutcomeRecorded,
    responses=_OF_BODY | GUARDED,
    summary="What became of a child",
)
async def outcome(request: Request, given: Outcome) -> Response:
    exchange = exchange_of(request.scope)
    exchange.answered("outcome", outcome_kept(given, desk_of(request).pseudonyms), None)
    return as_json(OutcomeRecorded(request_id=exchange.request_id))


@router.get("/models", responses=GUARDED, summary="The models, their stages and their cards")
async def models(request: Request) -> ModelsDescribed:
    return predictions.models_described(desk_of(request).loaded())


async def answered(
    ask: Callable[..., Any], served: Served, question: Question, request: Request, pseudonyms: Any
) -> Response:
    """Ask, note what the audit keeps, and put the answer into words."""
    told = await predictions.answer(ask, served, question)
    keep(exchange_of(request.scope), served, told, question.patients(), pseudonyms)
    return as_json(told.answers)


def as_json(answers: Any) -> Response:
    """Write an answer, which was checked when it was made."""
    return Response(answers.model_dump_json(), media_type="application/json")
