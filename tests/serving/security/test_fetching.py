"""Keys are fetched from agreed addresses alone, seldom, and with little patience."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace

import anyio
import pytest

from serving.security import CannotVerify, Unauthorised
from serving.security.fetching import JwkSets
from serving.security.issuers import Issuer
from serving.security.jwks import KeySet
from tests.serving.security.asking import (
    Clock,
    KeyServer,
    authorise,
    bearing,
    claims,
    guard_of,
    jwk_set,
    private_key,
    public_jwk,
    signed,
    token,
)


def at(sets: JwkSets, address: str, kid: str = "k1") -> KeySet:
    return anyio.run(sets.at, address, kid)


@pytest.mark.parametrize(
    "other",
    [
        "http://127.0.0.1:1/jwks.json",
        "http://localhost:{port}/jwks.json",
        "http://127.0.0.1:{port}/other.json",
        "http://127.0.0.1:{port}/jwks.json/",
        "http://127.0.0.1:{port}/jwks.json?a",
        "http://127.0.0.1:{port}/jwks.json#k1",
        "http://127.0.0.1:{port}/x/../jwks.json",
        "http://user@127.0.0.1:{port}/jwks.json",
        "http://127.0.0.1:{port}@evil.example/jwks.json",
        "HTTP://127.0.0.1:{port}/jwks.json",
        "http://127.0.0.1:{port}/jwks.json ",
        "file:///etc/passwd",
        "",
        ["http://127.0.0.1:{port}/jwks.json"],
        None,
        7,
    ],
)
def test_a_jku_that_was_not_agreed_is_refused_unasked(
    fetched_issuer: Issuer, key_server: KeyServer, other: object
) -> None:
    if isinstance(other, str):
        other = other.format(port=key_server.port)
    header = {"typ": "JWT", "alg": "ES384", "kid": "k1", "jku": other}
    bad = signed(header, claims(), private_key("ES384"), "ES384")

    with pytest.raises(Unauthorised, match="header jku is not on the list"):
        authorise(guard_of(fetched_issuer), bearing(bad))
    assert key_server.connections == 0


def test_a_jku_is_refused_where_the_keys_are_in_a_file(
    issuer: Issuer, key_server: KeyServer
) -> None:
    with pytest.raises(Unauthorised, match="header jku is not on the list"):
        authorise(guard_of(issuer), bearing(token(headers={"jku": key_server.url})))
    assert key_server.connections == 0


@pytest.mark.parametrize("is_named", [True, False])
def test_keys_of_an_agreed_address_are_fetched_once(
    fetched_issuer: Issuer, key_server: KeyServer, is_named: bool
) -> None:
    guard = guard_of(fetched_issuer)
    headers = {"jku": key_server.url} if is_named else {}

    for _ in range(3):
        assert authorise(guard, bearing(token(headers=headers))).name == "ehr"

    assert key_server.connections == 1


def test_a_kid_in_two_sets_is_refused_unless_the_token_says_which(
    fetched_issuer: Issuer, key_server: KeyServer
) -> None:
    other = key_server.url + "?2"
    guard = guard_of(replace(fetched_issuer, jku=(key_server.url, other)))

    with pytest.raises(Unauthorised, match="more than one of the issuer's sets; say which by jku"):
        authorise(guard, bearing(token()))
    assert authorise(guard, bearing(token(headers={"jku": other}))).name == "ehr"


def test_a_set_is_fetched_anew_after_ten_minutes(key_server: KeyServer, clock: Clock) -> None:
    sets = JwkSets(clock=clock)
    at(sets, key_server.url)

    clock.pass_(599)
    at(sets, key_server.url)
    assert key_server.connections == 1
    clock.pass_(1)
    at(sets, key_server.url)
    assert key_server.connections == 2


def test_a_new_key_is_found_as_soon_as_a_token_names_it(
    key_server: KeyServer, clock: Clock
) -> None:
    sets = JwkSets(clock=clock)
    at(sets, key_server.url)

    key_server.body = jwk_set(public_jwk("ES384", 1, kid="k2"))

    assert set(at(sets, key_server.url, "k2").keys) == {"k2"}
    assert key_server.connections == 2


def test_unknown_kids_make_a_set_be_fetched_once_a_minute(
    key_server: KeyServer, clock: Clock
) -> None:
    sets = JwkSets(clock=clock)
    at(sets, key_server.url)

    for number in range(20):
        at(sets, key_server.url, f"guess{number}")
        clock.pass_(2.9)
    assert key_server.connections == 2
    clock.pass_(2)
    at(sets, key_server.url, "another")
    assert key_server.connections == 3


def test_who_asks_at_the_same_time_shares_one_fetch(key_server: KeyServer) -> None:
    sets, key_server.seconds = JwkSets(), 0.2

    async def together() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(sets.at, key_server.url, "k1")

    anyio.run(together)

    assert key_server.connections == 1


def test_the_old_set_serves_for_an_hour_while_fetching_fails(
    key_server: KeyServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    sets = JwkSets(clock=clock)
    at(sets, key_server.url)
    key_server.status = 500

    clock.pass_(3599)
    assert "k1" in at(sets, key_server.url)
    clock.pass_(1)
    with pytest.raises(CannotVerify) as refused:
        at(sets, key_server.url)

    assert refused.value.headers == {"Retry-After": "10"}
    assert "was not fetched: UnusableSet" in caplog.text


def test_an_address_that_fails_is_left_alone_for_a_while(
    key_server: KeyServer, clock: Clock
) -> None:
    sets, key_server.status = JwkSets(clock=clock), 500

    for _ in range(5):
        with pytest.raises(CannotVerify):
            at(sets, key_server.url)
    assert key_server.connections == 1
    key_server.status = 200
    clock.pass_(10)
    assert "k1" in at(sets, key_server.url)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        pytest.param(302, {"Location": "/elsewhere"}, b"", id="redirect"),
        pytest.param(404, {}, jwk_set(public_jwk("ES384")), id="not found"),
        pytest.param(200, {}, b" " * 64_001 + jwk_set(), id="large"),
        pytest.param(200, {}, b"<html>", id="no JSON"),
        pytest.param(200, {}, b"[" * 50_000, id="deep"),
        pytest.param(200, {}, b"[]", id="no set"),
        pytest.param(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b", id="packed"),
    ],
)
def test_what_is_no_set_is_not_taken(
    key_server: KeyServer, status: int, headers: dict[str, str], body: bytes
) -> None:
    key_server.status, key_server.headers, key_server.body = status, headers, body

    with pytest.raises(CannotVerify):
        at(JwkSets(), key_server.url)
    assert key_server.connections == 1


def test_a_server_that_dawdles_is_given_two_seconds_in_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                try:
                    for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100:
                        connection.send(bytes([byte]))
                        time.sleep(0.1)
                except OSError:
                    pass

        dripping = threading.Thread(target=drip)
        dripping.start()
        begun = time.monotonic()
        with pytest.raises(CannotVerify):
            at(JwkSets(), f"http://127.0.0.1:{port}/")
        taken = time.monotonic() - begun
        dripping.join()

    # Two seconds, and what a busy machine adds.
    assert taken < 4


def test_no_proxy_of_the_environment_is_asked(
    key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert "k1" in at(JwkSets(), key_server.url)
