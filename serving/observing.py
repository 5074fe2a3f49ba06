"""Every request is named, counted and logged; none by what was sent in it."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import respond
from serving.exchange import Exchange, begin
from serving.metrics import count
from serving.routes import route_of

_QUIET = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})  # asked every few seconds
_log = logging.getLogger("serving.access")


class Observed:
    """Begins an exchange, and tells of it once it has ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = begin(scope, route=route_of(scope["path"]).name)
        status = 500

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = (b"x-request-id", exchange.request_id.encode())
                message = {**message, "headers": [*message.get("headers", ()), named]}
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception as error:
            await respond(Request(scope), error)(scope, receive, send_named)
        finally:
            count(exchange, status)
            _tell(exchange, status)


def _tell(exchange: Exchange, status: int) -> None:
    if exchange.route in _QUIET and status < 400:
        return
    _log.info(
        "request",
        extra={
            "told": {
                "request_id": exchange.request_id,
                "client": exchange.client,
                "method": exchange.method,
                "route": exchange.route,
                "status": status,
                "milliseconds": round(exchange.milliseconds, 2),
            }
        },
    )
