"""The page at loss of response: the form, and what the documents say."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from lorpredict.pathway import PathwayAnswer
from serving.desk import Desk, desk_of
from serving.exchange import exchange_of
from serving.loss_of_response import body_of, kept_of
from serving.web._asking import refuse_other_sites, typed_in
from serving.web._files import loss_texts, script_texts
from serving.web._loss_drawing import Spread, spreads
from serving.web._loss_form import UNITS, LossForm, read_loss
from serving.web._typed import Typed
from serving.web.refusal import PAGE, is_fragment
from serving.web.rendering import rendered

router = APIRouter(include_in_schema=False)
ADDRESS = "/loss-of-response"


@dataclass(frozen=True)
class LossPage:
    """What the page shows.

    Parameters
    ----------
    typed : what stands in the form
    at : when it was made
    request_id : of the answer in log and audit
    faults : field -> what is wrong with it; the empty name for what is no field's
    answer : None where nothing was asked, or something is wrong
    """

    desk: Desk
    form: LossForm
    typed: Typed
    at: datetime
    request_id: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    answer: PathwayAnswer | None = None

    @property
    def is_asked(self) -> bool:
        """Whether there is something to show beside the form."""
        return bool(self.faults or self.answer)

    @property
    def pictures(self) -> list[Spread]:
        """Remission after intensification, drawn; none where it is not told."""
        told = self.answer.remission if self.answer else None
        return spreads(told) if told else []

    @property
    def json(self) -> str:
        """The API's answer as an address that a browser saves."""
        assert self.answer is not None  # noqa: S101  asked where there is one
        content = base64.b64encode(body_of(self.answer).encode()).decode()
        return f"data:application/json;base64,{content}"

    @property
    def script_texts(self) -> Mapping[str, str]:
        """Words that the script puts into the page."""
        return script_texts(busy=loss_texts()["form"]["busy"])

    def respond(self, *, whole: bool) -> Response:
        """Render it, or the part of it that a script puts into the page that is there."""
        content = rendered(
            "loss.html" if whole else "loss_answer.html",
            page=self,
            w=loss_texts(),
            units=UNITS,
            here=ADDRESS,
            caution=self.desk.pathway.caution,
            shown="loss_answer.html",
        )
        return Response(content, 422 if self.faults else 200, PAGE)


@router.get(ADDRESS)
async def form(request: Request) -> Response:
    desk = desk_of(request)
    return LossPage(desk, LossForm.of(desk.pathway), Typed(), desk.now()).respond(whole=True)


@router.post(f"{ADDRESS}/answer")
async def answer(request: Request) -> Response:
    refuse_other_sites(request)
    desk, exchange = desk_of(request), exchange_of(request.scope)
    typed = typed_in(await request.body(), request)
    asked = LossForm.of(desk.pathway)
    read = read_loss(typed, asked, desk.pathway)
    if read.answer is None:
        exchange.problem = "invalid-request"
    else:
        exchange.kept = kept_of(read.answer, read.record, None, desk.pseudonyms)
    page = LossPage(desk, asked, typed, desk.now(), exchange.request_id, read.faults, read.answer)
    return page.respond(whole=not is_fragment(request))
