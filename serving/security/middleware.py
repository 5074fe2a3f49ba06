"""What browsers are told: what to do with an answer, and which pages may ask for one."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.security.addresses import is_origin
from serving.security.errors import AccessSettingsError

Headers = list[tuple[bytes, bytes]]

_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
# A page that needs more says so itself.
_UNLESS_SAID = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_HTTPS_ALONE = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_OURS = frozenset({b"server", _HTTPS_ALONE[0], *(name for name, _ in _ALWAYS)})


class SecurityHeaders:
    """Tell browsers to guess, keep, frame and run nothing; tell nobody which server this is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_https = scope.get("scheme") == "https"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _secured(message.get("headers", ()), is_https)}
            await send(message)

        await self.app(scope, receive, with_headers)


def _secured(headers: Iterable[tuple[bytes, bytes]], is_https: bool) -> Headers:
    kept = [(name, value) for name, value in headers if name.lower() not in _OURS]
    said = {name.lower() for name, _ in kept}
    more = [each for each in _UNLESS_SAID if each[0] not in said]
    return [*kept, *_ALWAYS, *more, *([_HTTPS_ALONE] if is_https else [])]


class Cors:
    """Let pages of listed origins ask; a page of any other origin is told nothing at all.

    Keys and tokens travel in headers that a page sets itself, so cookies and
    ``Access-Control-Allow-Credentials`` have no place here.

    Parameters
    ----------
    allowed_origins : exactly as a browser sends them, ``https://ehr.example``
    """

    _PREFLIGHT: Headers = [  # noqa: RUF012  never changed
        (b"access-control-allow-methods", b"GET, POST"),
        (
            b"access-control-allow-headers",
            b"Authorization, Content-Type, X-API-Key, X-Request-ID",
        ),
        (b"access-control-max-age", b"600"),
    ]

    def __init__(self, app: ASGIApp, allowed_origins: Iterable[str] = ()) -> None:
        self.app = app
        wanted = [*allowed_origins]
        for origin in wanted:
            if not is_origin(origin):
                raise AccessSettingsError(
                    "an origin of the CORS list cannot be used; expected scheme, host and port "
                    "alone, such as https://ehr.example or http://localhost:8080, and no *"
                )
        self._allowed = frozenset(origin.encode() for origin in wanted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        origin = _only(scope, b"origin")
        granted: Headers = []
        if origin in self._allowed:
            granted = [(b"access-control-allow-origin", origin)]
        if (
            scope["method"] == "OPTIONS"
            and origin
            and _only(scope, b"access-control-request-method")
        ):
            await _answer_preflight([*granted, *self._PREFLIGHT] if granted else [], send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = _without_cors(message.get("headers", ()))
                message = {**message, "headers": [*kept, *granted, (b"vary", b"Origin")]}
            await send(message)

        await self.app(scope, receive, with_headers)


def _only(scope: Scope, name: bytes) -> bytes:
    """The value of a header that is there once; nothing otherwise."""
    found = [value for each, value in scope["headers"] if each == name]
    return found[0] if len(found) == 1 else b""


def _without_cors(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What an app says of origins does not count beside the list."""
    return [each for each in headers if not each[0].lower().startswith(b"access-control-")]


async def _answer_preflight(headers: Headers, send: Send) -> None:
    told = [*headers, (b"vary", b"Origin")]
    await send({"type": "http.response.start", "status": 204, "headers": told})
    await send({"type": "http.response.body", "body": b""})
