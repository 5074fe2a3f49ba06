"""A question about records, from the bytes of its body to the bytes of its answer.

The addresses of version 1 and BentoML's own endpoints are answered here alike; FastAPI's part is
the document that describes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response

from serving import predictions
from serving.desk import Desk
from serving.errors import InvalidRequest, NotAnnouncedAsJson, NotJson, RequestFault
from serving.exchange import Exchange, exchange_of
from serving.faults import invalid_request
from serving.json_body import parsed
from serving.keeping import keep
from serving.messages import MOST_EXPLAINED, MOST_RISKS, AskedModel, Question
from serving.models import Served
from serving.predictions import Told

Ask = Callable[[Served, Question], Told[Any]]
Message = TypeVar("Message", bound=BaseModel)
Errors = list[ErrorDetails | dict[str, Any]]

ASKED: Mapping[str, Ask] = {
    "/v1/predict": predictions.risks,
    "/v1/explain": predictions.explanations,
}
_MOST: Mapping[Ask, int] = {
    predictions.risks: MOST_RISKS,
    predictions.explanations: MOST_EXPLAINED,
}


async def answered(request: Request, desk: Desk) -> Response:
    """Answer a question whose model is named in the query; all faults are told at once."""
    errors: Errors = []
    asked = _of_query(request, errors)
    body = await request.body()
    question = read(Question, body, request, errors)
    if errors or asked is None or question is None:
        raise faults(errors, body)
    served = desk.asked(asked.model)
    return await answer(ASKED[request.scope["path"]], served, question, request, desk)


async def answer(
    ask: Ask, served: Served, question: Question, request: Request, desk: Desk
) -> Response:
    """Ask, note what the audit keeps, and put the answer into words.

    Raises
    ------
    InvalidRequest
        If more is asked for than can be answered in time.
    """
    asked = question.answers(len(served.model.facts.horizons))
    if asked > _MOST[ask]:
        raise _too_much(_MOST[ask])

    def write() -> tuple[Exchange, Response]:
        told = ask(served, question)
        # Not in the request's own: it may have been refused as too late, and recorded so, by now.
        keep(kept := Exchange(), served, told, question.patients(), desk.pseudonyms)
        return kept, as_json(told.answers)

    kept, response = await predictions.answer(write, asked)
    exchange_of(request.scope).answered(kept.event, kept.content, served)
    return response


def _too_much(most: int) -> InvalidRequest:
    problem = f"expected at most {most} answers (records times days)"
    return InvalidRequest(
        RequestFault("/records", problem, "Send fewer records, or name fewer days, at once")
    )


def read(message: type[Message], body: bytes, request: Request, errors: Errors) -> Message | None:
    """Read a body as strictly as its message is typed.

    Parameters
    ----------
    errors : what is wrong with it is added here

    Raises
    ------
    NotAnnouncedAsJson, NotJson
    """
    if not body:
        errors.append({"type": "missing", "loc": ("body",)})
        return None
    if "json" not in request.headers.get("content-type", ""):
        raise NotAnnouncedAsJson()
    try:
        return message.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False)
    if found[0]["type"] == "json_invalid":
        raise NotJson()
    errors += [{**each, "loc": ("body", *each["loc"])} for each in found]
    return None


def as_json(answers: BaseModel) -> Response:
    """Write an answer, which was checked when it was made."""
    return Response(answers.model_dump_json(), media_type="application/json")


def faults(errors: Errors, body: bytes) -> Exception:
    """Say what is wrong with a body that is JSON."""
    return invalid_request(errors, _content(body))


def _of_query(request: Request, errors: Errors) -> AskedModel | None:
    try:
        return AskedModel.model_validate(dict(request.query_params))
    except ValidationError as error:
        found = error.errors(include_url=False)
    errors += [{**each, "loc": ("query", *each["loc"])} for each in found]
    return None


def _content(body: bytes) -> Any:
    """Read a body that is known to be JSON, to look for what contradicts itself in it."""
    return parsed(body, not_a_number=True) if body else None
