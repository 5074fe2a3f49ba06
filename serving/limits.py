"""What could be sent without end is kept finite: paths that are counted, bodies that are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import respond
from serving.routes import UNKNOWN, UNKNOWN_PATH, route_of, without_made_up_names

LARGEST_BODY = 5_000_000


class KnownPaths:
    """Lead every address that is not in the table of routes to one that is nowhere.

    The table says who may ask where, so nothing else may be reached: not by a path that a framework
    reads more loosely than the table does, and not by one that only a framework knows. Metrics keep
    each path that they have ever seen, and a path may hold what nobody should find there.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute] = ()) -> None:
        self.app = app
        self.files = {path for route in routes for path in _files(route)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = without_made_up_names(scope["path"])
            scope = _at(path if self._is_known(path) else UNKNOWN_PATH, scope)
        await self.app(scope, receive, send)

    def _is_known(self, path: str) -> bool:
        route = route_of(path)
        return route is not UNKNOWN and (not route.is_file or path in self.files)


def _at(path: str, scope: Scope) -> Scope:
    if path == scope["path"]:
        return scope
    return {**scope, "path": path, "raw_path": path.encode()}


def _files(route: BaseRoute) -> set[str]:
    """Paths of a mounted folder's files; the mount itself takes whatever stands below it."""
    if not isinstance(route, Mount) or not isinstance(route.app, StaticFiles):
        return set()
    return {f"{route.path}/{file.name}" for file in Path(route.app.directory or "").iterdir()}


class LimitedBody:
    """Refuse a body that is larger than any request needs, before it is read."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self.app = app
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self._announced(scope) > self.largest:
            refusal = respond(Request(scope), HTTPException(413))
            await refusal(scope, receive, send)
        else:
            await self.app(scope, self._counting(receive), send)

    def _announced(self, scope: Scope) -> int:
        length = Request(scope).headers.get("content-length", "0")
        return int(length) if length.isdecimal() else 0

    def _counting(self, receive: Receive) -> Receive:
        """Bodies that come in chunks do not announce their length."""
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self.largest:
                raise HTTPException(413)
            return message

        return counted
