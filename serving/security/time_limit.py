"""How long a client waits for an answer to begin."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

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

        def refuse() -> None:
            if not answer.has_begun:
                answer.replace_by(self.refuse(scope, 504)(scope, receive, send))

        timer = asyncio.get_running_loop().call_later(self.seconds, refuse)
        try:
            await self.app(scope, receive, answer.send)
        except BaseException:
            if answer.refusal is None or answer.is_stopped_by_another():
                raise
        finally:
            timer.cancel()
            if answer.refusal is not None:
                await answer.refusal


class _Answer:
    """Knows whether an answer has begun, and lets nothing of it through once there is another."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._work = asyncio.current_task()
        self.has_begun = False
        self.refusal: asyncio.Future[None] | None = None

    async def send(self, message: Message) -> None:
        if self.refusal is None:
            self.has_begun = True
            await self._send(message)

    def replace_by(self, refusal: Awaitable[None]) -> None:
        """Send a refusal at once, and stop the work."""
        self.refusal = asyncio.ensure_future(refusal)
        if self._work is not None:
            self._work.cancel()

    def is_stopped_by_another(self) -> bool:
        """Whether the work was to end in any case, such as with its client."""
        return self._work is not None and self._work.uncancel() > 0
