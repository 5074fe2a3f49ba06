"""The guard lets known clients in, for what they may do and as often as they may."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from serving.security import (
    ANONYMOUS,
    AccessSettingsError,
    Client,
    Forbidden,
    Guard,
    Keys,
    OpenDoor,
    RateLimits,
    Refused,
    Scope,
    Tokens,
    TooManyRequests,
    Unauthorised,
    refuse_open_door,
)
from serving.security.commands import main
from serving.security.issuers import Issuer
from serving.security.keys import read_keys
from serving.security.replay import UsedTokens
from tests.serving.security.asking import (
    BASE,
    ISS,
    Clock,
    asked,
    authorise,
    bearing,
    guard_of,
    public_jwk,
    token,
    write_jwks,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "api-keys.toml"


@pytest.fixture
def key(file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    arguments = ["new", "--client", "page", "--scope", "predict", "--file", str(file)]
    assert main(arguments) == 0
    return capsys.readouterr().out.strip()


@pytest.fixture
def guard(file: Path, key: str) -> Guard:
    return Guard(keys=Keys(file))


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_may_be_sent_in_either_header(guard: Guard, key: str, header: str) -> None:
    shown = key if header == "X-API-Key" else f"bearer {key}"

    assert authorise(guard, asked((header, shown)), "predict").name == "page"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param([], "Expected one header", id="none"),
        pytest.param(
            [("Authorization", "Bearer {}"), ("X-API-Key", "{}")], "one header", id="both"
        ),
        pytest.param([("Authorization", "Bearer {}")] * 2, "Expected one header", id="two bearers"),
        pytest.param([("X-API-Key", "{}")] * 2, "Expected one header", id="two keys"),
        pytest.param([("Authorization", "{}")], "is not Bearer", id="no scheme"),
        pytest.param([("Authorization", "Basic {}")], "is not Bearer", id="basic"),
        pytest.param([("Authorization", "Bearer  {}")], "is not Bearer", id="two blanks"),
        pytest.param([("Authorization", "Bearer {} ")], "is not Bearer", id="blank behind"),
        pytest.param([("Authorization", "Bearer {}, Bearer {}")], "is not Bearer", id="list"),
        pytest.param([("Authorization", "")], "is not Bearer", id="empty"),
        pytest.param([("Authorization", "Bearer " + "x" * 9000)], "at most 8,192", id="huge"),
        pytest.param([("X-API-Key", "lor_" + "x" * 9000)], "at most 8,192", id="huge key"),
        pytest.param([("X-API-Key", "a.b.c")], "holds no API key", id="token as key"),
        pytest.param([("X-API-Key", "{}x")], "not known", id="wrong key"),
        pytest.param([("Authorization", "Bearer a.b.c")], "API keys alone", id="no issuers"),
    ],
)
def test_what_is_not_one_key_or_token_is_refused(
    guard: Guard, key: str, headers: list[tuple[str, str]], told: str
) -> None:
    with pytest.raises(Unauthorised, match=told) as refused:
        authorise(guard, asked(*((n, v.replace("{}", key)) for n, v in headers)), "predict")

    assert refused.value.status == 401
    assert key[13:] not in str(refused.value)


def test_an_api_key_is_refused_where_only_tokens_are_taken(issuer: Issuer, key: str) -> None:
    with pytest.raises(Unauthorised, match="takes no API keys"):
        authorise(guard_of(issuer), bearing(key))


def test_a_client_may_do_what_its_scopes_say(guard: Guard, key: str) -> None:
    assert authorise(guard, bearing(key), "predict").scopes == {"predict"}
    with pytest.raises(Forbidden, match="needs the scope explain") as refused:
        authorise(guard, bearing(key), "explain")
    assert refused.value.status == 403


def test_a_scope_that_does_not_exist_is_a_mistake_of_ours(guard: Guard, key: str) -> None:
    with pytest.raises(ValueError, match="predictt"):
        authorise(guard, bearing(key), "predictt")


def test_keys_and_issuers_may_stand_side_by_side(tmp_path: Path, file: Path, key: str) -> None:
    write_jwks(tmp_path, public_jwk("ES384"))
    issuers = tmp_path / "issuers.toml"
    issuers.write_text(
        f'[[issuers]]\niss = "{ISS}"\nclient = "ehr"\nscopes = ["hooks"]\njwks = "keys.json"\n'
    )

    guard = Guard.from_files(keys=file, issuers=issuers, base_url=BASE)

    assert authorise(guard, bearing(key), "predict").name == "page"
    assert authorise(guard, bearing(token())).name == "ehr"
    with pytest.raises(AccessSettingsError, match="2 workers would each believe the same token"):
        Guard.from_files(issuers=issuers, base_url=BASE, workers=2)


def test_a_guard_without_keys_and_issuers_is_refused() -> None:
    with pytest.raises(AccessSettingsError, match="lets nobody in"):
        Guard()


def test_an_open_guard_lets_everybody_do_everything() -> None:
    for scope in Scope:
        assert authorise(Guard.open(), asked(), scope) == ANONYMOUS


def test_a_client_that_asks_too_often_is_told_when_to_come_back(
    file: Path, key: str, clock: Clock
) -> None:
    guard = Guard(keys=Keys(file), limits=RateLimits(requests_per_minute=6, clock=clock))
    for _ in range(6):
        authorise(guard, bearing(key), "predict")

    with pytest.raises(TooManyRequests) as refused:
        authorise(guard, bearing(key), "predict")
    assert refused.value.retry_after == 10
    assert refused.value.headers == {"Retry-After": "10"}
    clock.pass_(9.9)
    with pytest.raises(TooManyRequests):
        authorise(guard, bearing(key), "predict")
    clock.pass_(0.1)
    assert authorise(guard, bearing(key), "predict").name == "page"


def test_an_address_that_guesses_waits_even_with_a_right_key(
    file: Path, key: str, clock: Clock
) -> None:
    guard = Guard(keys=Keys(file), limits=RateLimits(failures_per_minute=3, clock=clock))
    for _ in range(3):
        with pytest.raises(Unauthorised):
            authorise(guard, bearing(key + "x"), "predict")

    with pytest.raises(TooManyRequests) as refused:
        authorise(guard, bearing(key), "predict")
    assert refused.value.retry_after == 20
    assert authorise(guard, bearing(key, peer="192.0.2.2"), "predict").name == "page"
    clock.pass_(20)
    assert authorise(guard, bearing(key), "predict").name == "page"


def test_a_request_that_shows_nothing_is_no_guess(file: Path, key: str, clock: Clock) -> None:
    guard = Guard(keys=Keys(file), limits=RateLimits(failures_per_minute=1, clock=clock))
    for _ in range(5):
        with pytest.raises(Unauthorised):
            authorise(guard, asked(), "predict")

    assert authorise(guard, bearing(key), "predict").name == "page"


def test_a_token_that_came_too_early_can_be_shown_again(issuer: Issuer, clock: Clock) -> None:
    limits = RateLimits(requests_per_minute=1, clock=clock)
    guard = Guard(
        tokens=Tokens([issuer], base_url=BASE, used=UsedTokens()),
        limits=limits,
    )
    authorise(guard, bearing(token()))
    again = bearing(token())
    with pytest.raises(TooManyRequests):
        authorise(guard, again)
    clock.pass_(60)

    assert authorise(guard, again).name == "ehr"


def test_an_ipv6_neighbourhood_guesses_as_one(file: Path, key: str, clock: Clock) -> None:
    guard = Guard(keys=Keys(file), limits=RateLimits(failures_per_minute=1, clock=clock))
    with pytest.raises(Unauthorised):
        authorise(guard, bearing("x", peer="2001:db8::1"), "predict")

    with pytest.raises(TooManyRequests):
        authorise(guard, bearing(key, peer="2001:db8::ffff"), "predict")
    for peer in ("2001:db8:0:1::1", "::ffff:192.0.2.1", "fe80::1%eth0", "no address:", None):
        assert authorise(guard, bearing(key, peer=peer), "predict").name == "page"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "::ffff:127.0.0.1"])
def test_a_door_may_be_open_on_this_machine(host: str) -> None:
    refuse_open_door(host, Guard.open())


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.0.2.1", "risk.example", "", "::ffff:0.0.0.0"],  # noqa: S104  refused
)
def test_no_door_is_open_to_other_machines(host: str, guard: Guard) -> None:
    with pytest.raises(OpenDoor, match=r"or listen on 127\.0\.0\.1"):
        refuse_open_door(host, Guard.open())
    refuse_open_door(host, guard)


@pytest.mark.parametrize(
    ("name", "scopes", "limit"),
    [
        ("SECRET TEXT", {"predict"}, None),
        ("a", {"everything"}, None),
        ("a", set(), None),
        ("a", {"predict"}, 0),
        ("a", {"predict"}, float("nan")),
    ],
)
def test_a_client_that_makes_no_sense_cannot_be_built(
    name: str, scopes: set[str], limit: float | None
) -> None:
    with pytest.raises(AccessSettingsError) as refused:
        Client(name, frozenset(scopes), limit)
    assert "SECRET" not in str(refused.value)


def test_in_an_app_every_refusal_has_its_status(
    guard: Guard, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(request: Request) -> Response:
        client = await guard.authorise(request, request.path_params["scope"])
        return PlainTextResponse(client.name)

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return PlainTextResponse(str(error), error.status, dict(error.headers))

    app = Starlette(routes=[Route("/{scope}", answer)], exception_handlers={Refused: refused})
    client, known = TestClient(app), {"X-API-Key": key}

    with caplog.at_level(logging.DEBUG):
        answers = [client.get("/predict", headers=known), client.get("/predict"),
                   client.get("/fhir", headers=known)]  # fmt: skip

    assert [each.status_code for each in answers] == [200, 401, 403]
    assert answers[1].headers["WWW-Authenticate"] == "Bearer"
    assert key[13:] not in caplog.text


def test_the_hash_of_a_key_is_no_key(guard: Guard, file: Path, key: str) -> None:
    known = read_keys(file)[key[4:12]]

    for stolen in (known.sha256, f"lor_{known.id}_{known.sha256}"):
        with pytest.raises(Unauthorised):
            authorise(guard, bearing(stolen), "predict")
