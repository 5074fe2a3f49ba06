"""How long a client waits for an answer to begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

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

        async def refuse() -> None:
            await self.refuse(scope, 504)(scope, receive, send)

        timer = asyncio.get_running_loop().call_later(self.seconds, answer.replace_by, refuse)
        try:
            await self.app(scope, receive, answer.send)
        except BaseException:
            if answer.refusal is None or answer.is_stopped_by_another():
                raise
        finally:
            timer.cancel()
            if answer.refusal is not None:
                answer.go_on()
                await answer.refusal


class _Answer:
    """Knows whether an answer has begun, and lets nothing of it through once there is another."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._work = _current()
        self._stops_before = self._work.cancelling()
        self._has_begun = False
        self.refusal: asyncio.Future[None] | None = None

    async def send(self, message: Message) -> None:
        if self.refusal is None:
            self._has_begun = True
            await self._send(message)

    def replace_by(self, refuse: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Send a refusal at once and stop the work, unless it has begun to answer."""
        if not self._has_begun:
            self.refusal = asyncio.ensure_future(refuse())
            self._work.cancel()

    def is_stopped_by_another(self) -> bool:
        """Whether the work was to end in any case, such as with its client."""
        return self._work.cancelling() > self._stops_before + 1

    def go_on(self) -> None:
        """Take back that the work was to stop; what stands around it goes on."""
        self._work.uncancel()


def _current() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  whoever awaits stands in a task
    return task
