"""Clients with keys and tokens, and browsers, before the whole service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import tomli_w
from starlette.testclient import TestClient

from serving.desk import Desk
from serving.models import ServedModels
from serving.premises import Premises
from serving.security.commands import main as keys
from serving.security.errors import OpenDoor
from serving.settings import Settings, SettingsError
from tests.serving.borders import recorded, settings_for, within
from tests.serving.hooks.calling import SERVICE, asked
from tests.serving.security.asking import BASE, ISS, public_jwk, token, write_jwks

ORIGIN = "https://ehr.example"
BODY = {"record": {"albumin_g_l": 36, "age_years": 12}}


def new_key(file: Path, capsys: pytest.CaptureFixture[str], *scopes: str) -> str:
    arguments = ["new", "--client", "ward", "--file", str(file)]
    assert keys([*arguments, *(each for scope in scopes for each in ("--scope", scope))]) == 0
    return capsys.readouterr().out.strip()


@pytest.fixture
def key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    return new_key(tmp_path / "keys.toml", capsys, "predict", "fhir")


@pytest.fixture
def client(tmp_path: Path, models: ServedModels, key: str) -> Iterator[TestClient]:
    issuer = {
        "iss": ISS,
        "client": "ehr",
        "scopes": ["hooks"],
        "jwks": str(write_jwks(tmp_path, public_jwk("ES384"), public_jwk("RS384", kid="r1"))),
    }
    (tmp_path / "issuers.toml").write_text(tomli_w.dumps({"issuers": [issuer]}), "utf-8")
    guarded = settings_for(
        tmp_path, host="0.0.0.0", base_url=BASE, allowed_origins=(ORIGIN,),  # noqa: S104  never bound
        api_keys=tmp_path / "keys.toml", issuers=tmp_path / "issuers.toml",
    )  # fmt: skip
    with within(guarded, models) as opened:
        yield opened


def bearing(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


def test_a_key_opens_what_its_scopes_name(client: TestClient, key: str, tmp_path: Path) -> None:
    allowed = client.post("/v1/predict", json=BODY, headers=bearing(key))
    forbidden = client.post("/v1/explain", json=BODY, headers={"X-API-Key": key})

    assert (allowed.status_code, forbidden.status_code) == (200, 403)
    assert "scope explain" in forbidden.json()["detail"]
    assert [each.client for each in recorded(tmp_path)] == ["ward"]


EVERY_ADDRESS = (
    ("POST", "/v1/predict"),
    ("POST", "/v1/explain"),
    ("POST", "/v1/fhir/predict"),
    ("POST", "/v1/outcome"),
    ("POST", "/v1/loss-of-response"),
    ("POST", "/v1/trough"),
    ("GET", "/v1/models"),
    ("GET", "/metrics"),
    ("GET", "/cds-services"),
    ("POST", SERVICE),
    ("POST", f"{SERVICE}/feedback"),
    ("POST", "/predict"),
    ("POST", "/explain"),
)


@pytest.mark.parametrize("method, path", EVERY_ADDRESS)
def test_nothing_is_told_to_nobody(
    client: TestClient, method: str, path: str, tmp_path: Path
) -> None:
    answer = client.request(method, path, content=b"{}")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    shape = "issue" if "cds-services" in path or "fhir" in path else "faults"
    assert shape in answer.json()
    assert not (tmp_path / "audit.db").exists()


LOOSELY = ("{}%0A", "{}%0D", "{}%00", "{}/", "{};x", "{}%20", "{}%0A%0A", "{}%E2%80%A8", "/.{}")


@pytest.mark.parametrize("written", LOOSELY)
def test_an_address_that_is_written_otherwise_opens_nothing(
    client: TestClient, written: str, tmp_path: Path
) -> None:
    for method, path in EVERY_ADDRESS:
        answer = client.request(method, written.format(path), content=b"{}")
        assert answer.status_code in (401, 404), (path, answer.text)
    assert not (tmp_path / "audit.db").exists()


def test_what_only_a_framework_knows_is_not_there(client: TestClient, key: str) -> None:
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert client.get(path, headers=bearing(key)).status_code == 404


def test_a_client_that_asks_too_often_is_told_when_to_come_again(
    tmp_path: Path, models: ServedModels, key: str
) -> None:
    limited = settings_for(tmp_path, api_keys=tmp_path / "keys.toml", requests_per_minute=2)
    with within(limited, models) as client:
        answers = [client.post("/v1/predict", json=BODY, headers=bearing(key)) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) >= 1


# ---- tokens -------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm, kid", [("ES384", "k1"), ("RS384", "r1")])
def test_a_signed_token_opens_the_hook(client: TestClient, algorithm: str, kid: str) -> None:
    good = token(algorithm, headers={"kid": kid}, aud=BASE + SERVICE)

    assert client.post(SERVICE, json=asked(), headers=bearing(good)).status_code == 200


def test_discovery_wants_a_token_for_its_own_address(client: TestClient) -> None:
    good = token(aud=f"{BASE}/cds-services")
    other = token(aud=BASE + SERVICE)

    assert client.get("/cds-services", headers=bearing(good)).status_code == 200
    assert client.get("/cds-services", headers=bearing(other)).status_code == 401


def test_a_token_for_a_service_that_is_not_there_is_good_for_a_404(client: TestClient) -> None:
    nowhere = "/cds-services/nowhere"
    answer = client.post(nowhere, json=asked(), headers=bearing(token(aud=BASE + nowhere)))

    assert answer.status_code == 404


def test_a_token_is_good_once(client: TestClient) -> None:
    once = bearing(token(aud=BASE + SERVICE))
    answers = [client.post(SERVICE, json=asked(), headers=once).status_code for _ in range(2)]

    assert answers == [200, 401]


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384"])
def test_a_token_that_anybody_could_have_made_is_refused(
    client: TestClient, algorithm: str
) -> None:
    bad = token(headers={"alg": algorithm}, aud=BASE + SERVICE)
    answer = client.post(SERVICE, json=asked(), headers=bearing(bad))

    assert answer.status_code == 401
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert bad not in answer.text


# ---- browsers -----------------------------------------------------------------------------------


def test_a_listed_origin_may_ask(client: TestClient, key: str) -> None:
    preflight = client.options(
        "/v1/predict", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    )
    answer = client.post("/v1/predict", json=BODY, headers={"Origin": ORIGIN, **bearing(key)})

    assert preflight.status_code == 204
    for each in (preflight, answer):
        assert each.headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-credentials" not in each.headers


def test_another_origin_is_told_nothing(client: TestClient, key: str) -> None:
    headers = {"Origin": "https://evil.example", **bearing(key)}
    answer = client.post("/v1/predict", json=BODY, headers=headers)

    assert not any(name.startswith("access-control") for name in answer.headers)


def test_every_answer_says_how_a_browser_has_to_treat_it(client: TestClient, key: str) -> None:
    for answer in (
        client.post("/v1/predict", json=BODY, headers=bearing(key)),
        client.get("/nowhere"),
        client.post("/v1/predict", json=BODY),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_an_open_service_answers_at_its_machines_own_address_alone(
    tmp_path: Path, models: ServedModels
) -> None:
    with within(settings_for(tmp_path), models) as client:
        here = client.post("/v1/predict", json=BODY)
        client.base_url = httpx.URL("http://192.0.2.7")
        elsewhere = client.post("/v1/predict", json=BODY)

    assert (here.status_code, elsewhere.status_code) == (200, 401)
    assert "own address" in elsewhere.json()["detail"]


def test_without_an_audit_a_key_opens_nothing_from_another_machine(
    tmp_path: Path, models: ServedModels, key: str
) -> None:
    settings = Settings(api_keys=tmp_path / "keys.toml", audit="off")
    with within(settings, models) as client:
        client.base_url = httpx.URL("http://192.0.2.7")
        answer = client.post("/v1/predict", json=BODY, headers=bearing(key))

    assert answer.status_code == 401


# ---- what does not start ------------------------------------------------------------------------


def test_other_machines_are_not_answered_without_authorisation(tmp_path: Path) -> None:
    with pytest.raises(OpenDoor, match=r"0\.0\.0\.0 is reached by other machines"):
        Premises(settings_for(tmp_path, host="0.0.0.0"), Desk())  # noqa: S104  never bound


def test_other_machines_are_not_answered_without_a_record(tmp_path: Path, key: str) -> None:
    settings = Settings(host="0.0.0.0", api_keys=tmp_path / "keys.toml", audit="off")  # noqa: S104
    with pytest.raises(SettingsError, match="the audit is off"):
        Premises(settings, Desk())


def test_a_database_that_others_reach_needs_a_secret_that_was_made_on_purpose() -> None:
    with pytest.raises(SettingsError, match="LORPREDICT_AUDIT_KEY"):
        Premises(Settings(audit="postgresql://user@host/database"), Desk())
