"""What stands around the app, from the outside in; every request passes all of it.

Seen first and last by the log and the metrics; told to browsers what they may do; let in by the
guard; recorded before its answer leaves; limited in size and time.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.audit import AuditWriter
from serving.desk import Desk
from serving.errors import respond
from serving.exchange import exchange_of
from serving.limits import KnownPaths, LimitedBody
from serving.observing import Observed
from serving.questions import ASKED, answered
from serving.recording import Recorded
from serving.routes import route_of
from serving.security import (
    Cors,
    Guard,
    Refused,
    SecurityHeaders,
    TimeLimit,
    Unauthorised,
)
from serving.security.addresses import is_loopback
from serving.settings import Settings


class Guarded:
    """Lets in who may ask for what was asked for.

    Parameters
    ----------
    keeps_audit : whether answers are recorded; other machines are not answered without
    """

    def __init__(self, app: ASGIApp, guard: Guard, *, keeps_audit: bool) -> None:
        self.app = app
        self.guard = guard
        self.is_for_this_machine = guard.is_open or not keeps_audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        needed = route_of(scope["path"]).scope if scope["type"] == "http" else None
        if needed is not None:
            request = Request(scope)
            try:
                self._refuse_from_elsewhere(scope)
                client = await self.guard.authorise(request, needed)
            except Refused as error:
                await respond(request, error)(scope, receive, send)
                return
            exchange_of(scope).client = client.name
        await self.app(scope, receive, send)

    def _refuse_from_elsewhere(self, scope: Scope) -> None:
        """Let a service that asks nobody, or records nothing, be reached at its own machine alone.

        Another server than ours, such as ``bentoml serve``, listens where it was told to.
        """
        host, port = scope.get("server") or ("", None)
        if self.is_for_this_machine and port is not None and not is_loopback(host):
            raise Unauthorised(
                "Without keys and issuers, or without an audit, this service answers at its "
                "machine's own address alone."
            )


class StraightToQuestions:
    """Answers the two addresses that are asked most without the many layers of a framework.

    What they answer is the same: the framework's routes call the same function.
    """

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in ASKED:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await answered(request, self.desk)
        except Exception as error:
            response = respond(request, error)
        await response(scope, receive, send)


def within_borders(
    app: ASGIApp,
    *,
    settings: Settings,
    desk: Desk,
    guard: Guard,
    audit: AuditWriter | None = None,
    routes: Sequence[BaseRoute] = (),
) -> ASGIApp:
    """Put the borders around an app.

    Parameters
    ----------
    audit : None where none is kept
    routes : of the app, among which its files are found
    """
    app = StraightToQuestions(app, desk)
    app = (
        TimeLimit(app, settings.time_limit_seconds, _refuse) if settings.time_limit_seconds else app
    )
    app = LimitedBody(app)
    app = Recorded(app, audit) if audit is not None else app
    app = KnownPaths(app, routes)
    # Before addresses are tidied, since a token is for the address as it was called.
    app = Guarded(app, guard, keeps_audit=audit is not None)
    app = Cors(app, settings.allowed_origins)
    app = SecurityHeaders(app)
    return Observed(app)


def _refuse(scope: Scope, status: int) -> ASGIApp:
    return respond(Request(scope), HTTPException(status))
