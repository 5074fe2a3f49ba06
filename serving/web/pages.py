"""The page's three addresses: the form, the answer, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from lorpredict.clinical import criteria, evidence
from lorpredict.errors import capitalised
from lorpredict.packaged import NOT_FOR
from serving import predictions
from serving.desk import Desk, desk_of
from serving.errors import InvalidRequest
from serving.exchange import Kept, exchange_of
from serving.keeping import keep, keep_unasked
from serving.models import Served
from serving.web._answer import Answer, answer_of
from serving.web._asking import refuse_other_sites, typed_in
from serving.web._files import examples, script_texts, texts
from serving.web._form import Form
from serving.web._typed import Reading, Typed, by_field, read
from serving.web.refusal import PAGE, is_fragment
from serving.web.rendering import ADDRESS, STATIC, rendered

router = APIRouter(include_in_schema=False)

_NOT_ELIGIBLE = "not_eligible"
_CACHED = {"Cache-Control": "public, max-age=86400"}


@dataclass(frozen=True)
class Page:
    """What a page shows.

    Parameters
    ----------
    typed : what stands in the form
    alias : the model that is asked
    at : when it was made
    request_id : of the answer in log and audit
    faults : field -> what is wrong with it; the empty name for what is no field's
    not_confirmed : what has to hold and was not confirmed
    answer : None where nothing was asked, or something is wrong
    """

    desk: Desk
    form: Form
    typed: Typed
    alias: str
    at: datetime
    request_id: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    not_confirmed: list[str] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def is_asked(self) -> bool:
        """Whether there is something to show beside the form."""
        return bool(self.faults or self.not_confirmed or self.answer)

    @property
    def cautions(self) -> Sequence[str]:
        """What has to be said with every answer of the model that is asked."""
        asked = self.desk.loaded().get(self.alias)
        return [capitalised(each) for each in asked.model.facts.cautions] if asked else ()

    @property
    def script_texts(self) -> Mapping[str, str]:
        """Words that the script puts into the page."""
        return script_texts(busy=texts()["form"]["busy"])

    def respond(self, *, whole: bool) -> Response:
        """Render it, or the part of it that a script puts into the page that is there."""
        known: dict[str, Any] = {
            "page": self,
            "models": self.desk.loaded(),
            "criteria": criteria(),
            "evidence": evidence(),
            "examples": examples(),
            "not_for": NOT_FOR,
            "here": "/",
        }
        known["plain"] = rendered("answer.txt", **known) if self.answer else ""
        content = rendered("page.html" if whole else "answer.html", **known)
        return Response(content, 422 if self.faults else 200, PAGE)


@router.get("/")
async def form(request: Request, example: str = "") -> Response:
    desk = desk_of(request)
    asked = Form.of(desk.loaded())
    shown = examples().get(example)
    typed = Typed.of_record(shown["record"], asked) if shown else Typed()
    return Page(desk, asked, typed, "champion", desk.now()).respond(whole=True)


@router.post("/risk")
async def risk(request: Request, model: str = "champion") -> Response:
    refuse_other_sites(request)
    desk = desk_of(request)
    served = desk.asked(model)
    typed = typed_in(await request.body(), request)
    exchange = exchange_of(request.scope)
    whole = not is_fragment(request)

    def answered() -> tuple[Response, Kept | None]:
        page, kept = _asked(typed, served, desk, exchange.request_id)
        return page.respond(whole=whole), kept

    response, kept = await anyio.to_thread.run_sync(answered)
    if kept is None:
        exchange.problem = "invalid-request"
    else:
        exchange.kept = kept
    return response


@router.get(ADDRESS + "/{name}")
async def static(name: str) -> Response:
    if not (STATIC / name).is_file():
        raise HTTPException(404)
    return FileResponse(STATIC / name, headers=_CACHED)


def _asked(typed: Typed, served: Served, desk: Desk, request_id: str) -> tuple[Page, Kept | None]:
    """Read a form, and ask the model unless something speaks against it.

    Nothing is kept of a form with faults but that there was one.
    """
    form = Form.of(desk.loaded())
    known: dict[str, Any] = {"alias": served.alias, "at": desk.now(), "request_id": request_id}
    reading = read(typed, form)
    if typed.not_confirmed:
        page = Page(desk, form, typed, **known, not_confirmed=typed.not_confirmed)
        record = {} if reading.faults else reading.record
        return page, keep_unasked(record, served, desk.pseudonyms, reason=_NOT_ELIGIBLE)
    try:
        answer, kept = _answer(reading, served, desk)
    except InvalidRequest as refused:
        faults = {**by_field(refused, form), **reading.faults}
        return Page(desk, form, typed, **known, faults=faults), None
    return Page(desk, form, typed, **known, answer=answer), kept


def _answer(reading: Reading, served: Served, desk: Desk) -> tuple[Answer, Kept]:
    if reading.question is None:
        raise InvalidRequest()
    told = predictions.alone(predictions.explanations, served, reading.question)
    kept = keep(told, reading.question.patients(), desk.pseudonyms)
    return answer_of(told), kept
