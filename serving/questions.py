"""A question about records, from the bytes of its body to the bytes of its answer.

The addresses of version 1 and BentoML's own endpoints are answered here alike; FastAPI's part is
the document that describes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import anyio.to_thread
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response

from serving import predictions, wording
from serving.desk import Desk
from serving.errors import InvalidRequest, NotAnnouncedAsJson, NotJson, RequestFault
from serving.exchange import Kept, exchange_of
from serving.faults import invalid_request
from serving.json_body import parsed
from serving.keeping import keep
from serving.messages import MOST_EXPLAINED, MOST_RISKS, AskedModel, Question
from serving.models import Served
from serving.predictions import AskModel, Told

Message = TypeVar("Message", bound=BaseModel)
Errors = list[ErrorDetails | dict[str, Any]]

# Records times days; below it an answer is ready sooner than a thread would have started.
_MOST_ON_THE_LOOP = 20


class Kind(NamedTuple):
    """A kind of question.

    Parameters
    ----------
    ask : puts children to the model
    most : records times days that one request may ask for
    worded : writes the answer
    """

    ask: AskModel
    most: int
    worded: Callable[[Told], bytes]


RISKS = Kind(predictions.risks, MOST_RISKS, wording.risk_answers)
EXPLANATIONS = Kind(predictions.explanations, MOST_EXPLAINED, wording.explain_answers)
ASKED: dict[str, Kind] = {"/v1/predict": RISKS, "/v1/explain": EXPLANATIONS}
_UNASKED = AskedModel()


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
    kind: Kind, served: Served, question: Question, request: Request, desk: Desk
) -> Response:
    """Ask, note what the audit keeps, and put the answer into words.

    Raises
    ------
    InvalidRequest
        If more is asked for than can be answered in time.
    """
    asked = question.answers(len(served.model.facts.horizons))
    if asked > kind.most:
        raise _too_much(kind.most)

    def write(told: Told) -> tuple[Kept, bytes]:
        return keep(told, question.patients(), desk.pseudonyms), kind.worded(told)

    def ask_and_write() -> tuple[Kept, bytes]:
        return write(predictions.alone(kind.ask, served, question))

    if asked > _MOST_ON_THE_LOOP:
        kept, body = await anyio.to_thread.run_sync(ask_and_write)
    elif question.days_since_first_infusion:
        kept, body = ask_and_write()
    else:
        gathering = desk.gathering
        kept, body = await predictions.together(kind.ask, served, question, gathering, write)
    exchange_of(request.scope).kept = kept
    return Response(body, media_type="application/json")


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


def faults(errors: Errors, body: bytes) -> Exception:
    """Say what is wrong with a body that is JSON."""
    return invalid_request(errors, content(body))


def _of_query(request: Request, errors: Errors) -> AskedModel | None:
    if not request.scope["query_string"]:
        return _UNASKED
    try:
        return AskedModel.model_validate(dict(request.query_params))
    except ValidationError as error:
        found = error.errors(include_url=False)
    errors += [{**each, "loc": ("query", *each["loc"])} for each in found]
    return None


def content(body: bytes) -> Any:
    """Read a body that is known to be JSON, to look for what contradicts itself in it."""
    return parsed(body, not_a_number=True) if body else None
