"""The page about troughs: the form, and what five models say. For research only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from serving.desk import Desk, desk_of
from serving.exchange import exchange_of
from serving.web._asking import refuse_other_sites, typed_in
from serving.web._files import script_texts, trough_texts
from serving.web._trough_answer import TroughTold
from serving.web._trough_form import TroughForm, trough_form
from serving.web._trough_reading import TroughRead, answered, read_trough
from serving.web._typed import Typed
from serving.web.refusal import PAGE, is_fragment
from serving.web.rendering import rendered

router = APIRouter(include_in_schema=False)
ADDRESS = "/trough"


@dataclass(frozen=True)
class TroughPage:
    """What the page shows.

    Parameters
    ----------
    typed : what stands in the form
    at : when it was made
    request_id : of the answer in log and audit
    faults : field -> what is wrong with it; the empty name for what is no field's
    told : None where nothing was asked, or something is wrong
    """

    desk: Desk
    typed: Typed
    at: datetime
    request_id: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    told: TroughTold | None = None
    form: TroughForm = field(default_factory=trough_form)

    @property
    def is_asked(self) -> bool:
        """Whether there is something to show beside the form."""
        return bool(self.faults or self.told)

    @property
    def examples(self) -> Mapping[str, str]:
        """Name of a made-up child -> what it is called."""
        return {name: each["label"] for name, each in trough_texts()["examples"].items()}

    @property
    def script_texts(self) -> Mapping[str, str]:
        """Words that the script puts into the page."""
        return script_texts(busy=trough_texts()["form"]["busy"])

    def respond(self, *, whole: bool) -> Response:
        """Render it, or the part of it that a script puts into the page that is there."""
        said = trough_texts()
        content = rendered(
            "trough.html" if whole else "trough_answer.html",
            page=self,
            w=said,
            here=ADDRESS,
            caution=said["page"]["caution"],
            shown="trough_answer.html",
        )
        return Response(content, 422 if self.faults else 200, PAGE)


@router.get(ADDRESS)
async def form(request: Request, example: Annotated[str, Query()] = "") -> Response:
    desk = desk_of(request)
    child = trough_texts()["examples"].get(example)
    typed = Typed({key: each for key, each in child["typed"].items() if each} if child else {})
    return TroughPage(desk, typed, desk.now()).respond(whole=True)


@router.post(f"{ADDRESS}/answer")
async def answer(request: Request) -> Response:
    refuse_other_sites(request)
    desk, exchange = desk_of(request), exchange_of(request.scope)
    typed = typed_in(await request.body(), request)
    read, told = await anyio.to_thread.run_sync(_told, typed)
    if told is None or read.asked is None:
        exchange.problem = "invalid-request"
    else:
        exchange.kept = read.asked.kept(told.answer, desk.pseudonyms)
    page = TroughPage(desk, typed, desk.now(), exchange.request_id, read.faults, told)
    return page.respond(whole=not is_fragment(request))


def _told(typed: Typed) -> tuple[TroughRead, TroughTold | None]:
    form = trough_form()
    read, found = answered(read_trough(typed, form), form)
    if found is None or read.asked is None:
        return read, None
    return read, TroughTold.of(read.asked, found, read.first_date)
