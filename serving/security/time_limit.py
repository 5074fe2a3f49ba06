"""How long a client waits for an answer to begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TimeLimit:
    """Answer 504 where the app has not begun to answer in time, and stop the app.

    An answer that has begun is let go on: there is no other to be given any more. Work in a
    thread cannot be stopped; its result is dropped, and the client does not wait for it.

    Parameters
    ----------
    seconds : until the answer has to begin
    refuse : makes the ASGI app that answers instead, from the scope and the status
    """

    def __init__(
        self, app: ASGIApp, seconds: float, refuse: Callable[[Scope, int], ASGIApp]
    ) -> None:
        self.app = app
        self.seconds = seconds
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send)
        work = asyncio.ensure_future(_run(self.app, scope, receive, answer.send))
        try:
            await asyncio.wait({work}, timeout=self.seconds)
            if work.done() or answer.has_begun:
                await work
            else:
                answer.is_closed = True
                work.cancel()
                await self.refuse(scope, 504)(scope, receive, send)
        finally:
            await _end(work)


class _Answer:
    """Knows whether an answer has begun, and lets nothing through once it is closed."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False
        self.is_closed = False

    async def send(self, message: Message) -> None:
        if not self.is_closed:
            self.has_begun = True
            await self._send(message)


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _end(work: asyncio.Future[None]) -> None:
    """Leave nothing running behind; what stopped work still raises, nobody waits for."""
    work.cancel()
    await asyncio.wait({work})
    if not work.cancelled():
        work.exception()
