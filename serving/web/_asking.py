"""How a form reaches a page: read as strictly as the API reads, and from no other site."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

from serving.desk import desk_of
from serving.errors import InvalidRequest, RequestFault
from serving.web._files import texts
from serving.web._typed import WHOLE, Typed, Unreadable

_SAME = ("same-origin", "none")
_FOR_FORMS = "application/x-www-form-urlencoded"


def typed_in(body: bytes, request: Request) -> Typed:
    """Read what was typed.

    Raises
    ------
    InvalidRequest
        If no form of ours can have sent it.
    """
    try:
        if not request.headers.get("content-type", "").startswith(_FOR_FORMS):
            raise Unreadable
        return Typed.read(body)
    except Unreadable:
        raise InvalidRequest(RequestFault(WHOLE, texts()["faults"]["unusable"])) from None


def refuse_other_sites(request: Request) -> None:
    """Let no other site's page put a question in the name of who looks at it."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if not (site in _SAME if site else origin is None or _is_ours(origin, request)):
        raise HTTPException(403)


def _is_ours(origin: str, request: Request) -> bool:
    """Whether a page of this service sends the form; a proxy may have changed its host's name."""
    ours = {_host(f"//{request.headers.get('host')}"), _host(desk_of(request).base_url)}
    return _host(origin) in ours - {""}


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:  # no address at all
        return ""
