"""No answer leaves before the audit holds it: where the audit cannot be written, it is refused."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.audit import AuditRecord, AuditUnavailable, AuditWriter
from serving.errors import respond
from serving.exchange import Exchange, exchange_of
from serving.metrics import count_refused_audit
from serving.routes import route_of

if TYPE_CHECKING:
    from serving.models import Served


_log = logging.getLogger("serving.recording")


class Recorded:
    """Writes the audit between an answer's being made and its being sent."""

    def __init__(self, app: ASGIApp, audit: AuditWriter) -> None:
        self.app = app
        self.audit = audit
        self.is_refusing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not route_of(scope["path"]).audited:
            await self.app(scope, receive, send)
            return
        refused = False

        async def send_once_kept(message: Message) -> None:
            nonlocal refused
            if refused:
                return
            if message["type"] == "http.response.start":
                try:
                    await self.audit.write(_record(exchange_of(scope), message["status"]))
                    self._tell(None)
                except AuditUnavailable as error:
                    refused = True
                    count_refused_audit()
                    self._tell(error)
                    await respond(Request(scope), error)(scope, receive, send)
                    return
            await send(message)

        await self.app(scope, receive, send_once_kept)

    def _tell(self, error: AuditUnavailable | None) -> None:
        """Log why nothing is answered, and that it is again; once, and not with every request."""
        if (error is not None) == self.is_refusing:
            return
        self.is_refusing = error is not None
        if error is not None:
            _log.error("nothing is answered, since the audit cannot be written: %s", str(error))
        else:
            _log.info("the audit is written again")


def _record(exchange: Exchange, status: int) -> AuditRecord:
    failed = status >= 400
    return AuditRecord(
        event="failure" if failed else exchange.kept.event,
        route=exchange.route,
        request_id=exchange.request_id,
        client=exchange.client,
        status=status,
        duration_ms=round(exchange.milliseconds, 3),
        model=_model(exchange.kept.served) if exchange.kept.served else None,
        content={"problem": exchange.problem} if failed else exchange.kept.content,
    )


def _model(served: Served) -> Mapping[str, Any]:
    facts = served.model.facts
    return {
        "name": facts.name,
        "alias": served.alias,
        "fingerprint": served.fingerprint,
        "registered_version": served.registered_version,
        "catalogue_version": facts.catalogue_version,
        "stage": facts.stage,
    }
