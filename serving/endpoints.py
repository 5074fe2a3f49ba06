"""The addresses of version 1: risks, explanations, outcomes, the models themselves."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from serving import questions, wording
from serving.answers import ExplainAnswers, ModelsDescribed, RiskAnswers
from serving.desk import desk_of
from serving.errors import NothingKept, Problem
from serving.exchange import Kept, exchange_of
from serving.json_body import QuickRoute
from serving.messages import AskedModel, Question
from serving.outcomes import Outcome, OutcomeRecorded, outcome_kept

Refusals = dict[int | str, dict[str, Any]]
GUARDED: Refusals = {
    401: {"model": Problem, "description": "Who is asking is not known."},
    403: {"model": Problem, "description": "The client may not do this."},
    429: {"model": Problem, "description": "Too many requests; Retry-After says when."},
    503: {"model": Problem, "description": "No model is loaded, or the audit cannot be written."},
    504: {"model": Problem, "description": "It took too long."},
}
OF_BODY: Refusals = {
    400: {"model": Problem, "description": "The body is not JSON."},
    413: {"model": Problem, "description": "The body is too large."},
    415: {"model": Problem, "description": "The body is not announced as JSON."},
    422: {"model": Problem, "description": "The request has faults; all of them are named."},
}
_NO_MODEL: Refusals = {
    404: {"model": Problem, "description": "No model is served under this alias."}
}

router = APIRouter(prefix="/v1", route_class=QuickRoute)


class QuestionRoute(APIRoute):
    """A route that FastAPI describes by its function, and ``serving.questions`` answers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answer without the detour through FastAPI's own reading and writing of bodies."""

        async def answered(request: Request) -> Response:
            return await questions.answered(request, desk_of(request))

        return answered


asked = APIRouter(prefix="/v1", route_class=QuestionRoute)
AskedOf = Annotated[AskedModel, Query()]


@asked.post("/predict", responses=OF_BODY | _NO_MODEL | GUARDED, summary="Risk by each horizon")
async def predict(question: Question, model: AskedOf) -> RiskAnswers:  # type: ignore[empty-body]
    ...


@asked.post(
    "/explain",
    responses=OF_BODY | _NO_MODEL | GUARDED,
    summary="Risk by each horizon, and what moved it",
)
async def explain(question: Question, model: AskedOf) -> ExplainAnswers:  # type: ignore[empty-body]
    ...


@router.post(
    "/outcome",
    response_model=OutcomeRecorded,
    responses=OF_BODY | GUARDED,
    summary="What became of a child",
    description="It is recorded whether or not the audit holds a question about this child, and "
    "the answer does not tell which; `monitor` counts those without one.",
)
async def outcome(request: Request, given: Outcome) -> Response:
    pseudonyms, exchange = desk_of(request).pseudonyms, exchange_of(request.scope)
    if pseudonyms is None:
        raise NothingKept("This service keeps no audit, so there is nowhere to record an outcome.")
    exchange.kept = Kept("outcome", outcome_kept(given, pseudonyms))
    return Response(
        OutcomeRecorded(request_id=exchange.request_id).model_dump_json(),
        media_type="application/json",
    )


@router.get("/models", responses=GUARDED, summary="The models, their stages and their cards")
async def models(request: Request) -> ModelsDescribed:
    return wording.models_described(desk_of(request).loaded())
