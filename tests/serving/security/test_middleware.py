"""Browsers are told to guess, keep and run nothing, and only listed pages may ask."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from serving.security import AccessSettingsError, Cors, SecurityHeaders

ORIGIN = "https://ehr.example"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}


async def plain(_: Request) -> Response:
    return PlainTextResponse("yes", headers={"Server": "secret/1.0", "Vary": "Accept"})


async def page(_: Request) -> Response:
    said = {"Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=60",
            "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "odd"}  # fmt: skip
    return PlainTextResponse("page", headers=said)


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


APP = Starlette(routes=[Route("/", plain), Route("/page", page), WebSocketRoute("/talk", talk)])


@pytest.mark.parametrize("path", ["/", "/none"])
def test_every_answer_carries_the_headers(path: str) -> None:
    headers = TestClient(SecurityHeaders(APP), "http://risk.example").get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers


def test_only_https_is_told_to_stay_https() -> None:
    headers = TestClient(SecurityHeaders(APP), "https://risk.example").get("/").headers

    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_page_may_say_what_it_needs_and_nothing_else() -> None:
    headers = TestClient(SecurityHeaders(APP)).get("/page").headers

    assert headers.get_list("Content-Security-Policy") == ["default-src 'self'"]
    assert headers.get_list("Cache-Control") == ["max-age=60"]
    assert headers.get_list("X-Content-Type-Options") == ["nosniff"]


def cors(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control")}


def test_a_listed_page_may_ask() -> None:
    answer = TestClient(Cors(APP, [ORIGIN])).get("/", headers={"Origin": ORIGIN})

    assert cors(answer.headers) == {"access-control-allow-origin": ORIGIN}
    assert answer.headers.get_list("Vary") == ["Accept", "Origin"]


def test_a_listed_page_is_told_what_it_may_send() -> None:
    answer = TestClient(Cors(APP, [ORIGIN])).options("/", headers=PREFLIGHT)

    assert answer.status_code == 204
    assert answer.content == b""
    assert cors(answer.headers) == {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "Authorization, Content-Type, X-API-Key, X-Request-ID",
        "access-control-max-age": "600",
    }
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://ehr.example", ORIGIN + ":8443", ORIGIN + ".evil.example",
     "https://EHR.example", ORIGIN + "/", "null", "*", ""],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/page"])
def test_any_other_page_is_told_nothing(origin: str, path: str) -> None:
    client = TestClient(Cors(APP, [ORIGIN]))

    asked = client.get(path, headers={"Origin": origin})
    preflight = client.options(path, headers={**PREFLIGHT, "Origin": origin})

    assert cors(asked.headers) == cors(preflight.headers) == {}
    assert "Origin" in asked.headers["Vary"]
    assert "Origin" in preflight.headers["Vary"]


def test_two_origins_are_none() -> None:
    twice = [("Origin", ORIGIN), ("Origin", ORIGIN)]

    assert cors(TestClient(Cors(APP, [ORIGIN])).get("/", headers=twice).headers) == {}


def test_nobody_is_listed_by_default() -> None:
    assert cors(TestClient(Cors(APP)).get("/", headers={"Origin": ORIGIN}).headers) == {}


def test_a_question_for_options_is_no_preflight() -> None:
    assert TestClient(Cors(APP, [ORIGIN])).options("/").status_code == 405


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "", "ehr.example", ORIGIN + "/", "https://*.example", ORIGIN + "/page",
     "https://u@ehr.example", "ftp://ehr.example", "https://EHR.example", "https://a:b"],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_cannot_be_listed(origin: str) -> None:
    with pytest.raises(AccessSettingsError, match="expected scheme, host and port alone"):
        Cors(APP, [origin])


def test_what_is_no_http_request_passes() -> None:
    client = TestClient(SecurityHeaders(Cors(APP, [ORIGIN])))

    with client.websocket_connect("/talk") as socket:
        assert socket.receive_text() == "hello"
