"""A token is believed if a known issuer signed it for this very call, and never twice.

The numbers are those of the requirements of CDS Hooks 2.0 that a test stands for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request

from serving.security import (
    AccessSettingsError,
    Client,
    Guard,
    Tokens,
    Unauthorised,
)
from serving.security.issuers import Issuer
from serving.security.replay import UsedTokens
from tests.serving.security.asking import (
    BASE,
    ISS,
    PATH,
    KeyServer,
    authorise,
    base64url,
    bearing,
    claims,
    guard_of,
    private_key,
    public_jwk,
    token,
    write_jwks,
)

NOW = int(time.time())


def is_let_in(guard: Guard, request: Request) -> bool:
    return authorise(guard, request).name == "ehr"


def _as_of_now(changed: dict[str, Any]) -> dict[str, Any]:
    """Move times that were written down when the tests were gathered, some minutes ago."""
    since = int(time.time()) - NOW
    times = {name: value for name, value in changed.items() if name in ("exp", "iat", "nbf")}
    return changed | {n: v + since for n, v in times.items() if type(v) is int and v > NOW / 2}


def refusal(guard: Guard, credential: str) -> str:
    with pytest.raises(Unauthorised) as refused:
        authorise(guard, bearing(credential))
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}
    return str(refused.value)


@pytest.mark.parametrize(("algorithm", "kid"), [("ES384", "k1"), ("RS384", "r1")])
def test_a_token_of_a_known_issuer_tells_who_asks(
    issuer: Issuer, algorithm: str, kid: str
) -> None:  # 176, 178, 205
    client = authorise(guard_of(issuer), bearing(token(algorithm, headers={"kid": kid})))

    assert client == Client("ehr", frozenset({"hooks"}))


def test_the_audience_may_be_one_of_a_list(issuer: Issuer) -> None:  # 189
    assert is_let_in(guard_of(issuer), bearing(token(aud=["https://other.example", BASE + PATH])))


def test_clocks_may_differ_by_the_leeway(issuer: Issuer) -> None:
    now = int(time.time())
    late = token(iat=now - 310, exp=now - 10)
    early = token(iat=now + 20, exp=now + 320, nbf=now + 20)

    assert is_let_in(guard_of(issuer), bearing(late))
    assert is_let_in(guard_of(issuer), bearing(early))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"iss": None}, "claim iss is missing", id="no issuer (187)"),
        pytest.param({"iss": "https://evil.example"}, "not an issuer known", id="unknown issuer"),
        pytest.param({"iss": [ISS]}, "claim iss", id="issuer is a list"),
        pytest.param({"aud": None}, "claim aud is missing", id="no audience (189)"),
        pytest.param({"aud": 7}, "claim aud is missing", id="audience is a number"),
        pytest.param({"aud": [BASE + PATH, 7]}, "claim aud", id="audience of mixed kinds"),
        pytest.param({"aud": BASE}, "claim aud does not name exactly", id="base alone"),
        pytest.param({"aud": BASE + PATH + "/"}, "claim aud does not", id="final slash"),
        pytest.param({"aud": BASE + PATH + "x"}, "claim aud does not", id="another service"),
        pytest.param({"aud": "https://other.example" + PATH}, "claim aud", id="another host"),
        pytest.param({"exp": None}, "claim exp is missing", id="no end (190)"),
        pytest.param({"exp": NOW - 60, "iat": NOW - 90}, "claim exp lies in the past", id="over"),
        pytest.param({"exp": NOW + 400}, "more than five minutes", id="too long a life"),
        pytest.param({"exp": True}, "claim exp is missing or not a number", id="end is true"),
        pytest.param({"exp": "soon"}, "claim exp is missing or not a number", id="end is a text"),
        pytest.param({"exp": float("nan")}, "claim exp is missing or not a", id="end is NaN"),
        pytest.param({"exp": float("inf")}, "claim exp is missing or not a", id="endless"),
        pytest.param({"exp": 10**400}, "claim exp is missing or not a number", id="huge end"),
        pytest.param({"iat": None}, "claim iat is missing", id="no issue (191)"),
        pytest.param({"iat": NOW + 90, "exp": NOW + 120}, "claim iat lies in the future", id="too"
        " early"),
        pytest.param({"nbf": NOW + 90}, "claim nbf lies in the future", id="not before"),
        pytest.param({"nbf": "now"}, "claim nbf is missing or not", id="not before is a text"),
        pytest.param({"jti": None}, "claim jti is missing", id="no jti (192)"),
        pytest.param({"jti": ""}, "claim jti is missing", id="empty jti"),
        pytest.param({"jti": 7}, "claim jti is missing or not a text", id="jti is a number"),
        pytest.param({"jti": "j" * 257}, "claim jti is missing or not a text", id="long jti"),
        pytest.param({"tenant": 7}, "claim tenant is not a text", id="tenant is a number (193)"),
        pytest.param({"headers": {"alg": "HS384"}}, "header alg is not one", id="HMAC"),
        pytest.param({"headers": {"alg": "ES512"}}, "header alg is not one", id="not agreed"),
        pytest.param({"headers": {"alg": None}}, "header alg is not one", id="no alg (181)"),
        pytest.param({"headers": {"alg": ["ES384"]}}, "header alg is not one", id="alg list"),
        pytest.param({"headers": {"alg": "RS384"}}, "not one for its alg", id="other family"),
        pytest.param({"headers": {"kid": None}}, "header kid is missing", id="no kid (182)"),
        pytest.param({"headers": {"kid": 1}}, "header kid is missing or not", id="kid number"),
        pytest.param({"headers": {"kid": "k" * 257}}, "header kid is missing or", id="long kid"),
        pytest.param({"headers": {"kid": "k2"}}, "names none of the issuer's", id="unknown kid"),
        pytest.param({"headers": {"kid": "p256"}}, "not one for its alg", id="other curve"),
        pytest.param({"headers": {"typ": None}}, "header typ is not JWT", id="no typ (184)"),
        pytest.param({"headers": {"typ": "at+jwt"}}, "header typ is not JWT", id="other typ"),
        pytest.param({"headers": {"crit": ["exp"]}}, "may not hold crit", id="crit"),
        pytest.param({"headers": {"b64": False}}, "may not hold b64", id="b64"),
        pytest.param({"headers": {"jwk": public_jwk("ES384")}}, "may not hold jwk", id="jwk"),
        pytest.param({"headers": {"x5u": "https://a.example"}}, "may not hold x5u", id="x5u"),
        pytest.param({"headers": {"x5c": []}}, "may not hold x5c", id="x5c"),
        pytest.param({"number": 1}, "signature is not one of the key", id="another's key"),
    ],
)  # fmt: skip
def test_a_token_that_is_wrong_is_refused_with_the_reason(
    issuer: Issuer, changed: dict[str, Any], told: str
) -> None:
    bad = token(**_as_of_now(changed))

    reason = refusal(guard_of(issuer), bad)

    assert told in reason
    assert "evil" not in reason
    assert "other.example" not in reason


def test_an_unsigned_token_is_refused(issuer: Issuer) -> None:  # 201
    told = [base64url(json.dumps(part).encode()) for part in (
        {"alg": "none", "typ": "JWT", "kid": "k1"}, claims())]  # fmt: skip

    assert "three base64url parts" in refusal(guard_of(issuer), ".".join([*told, ""]))
    assert "header alg" in refusal(guard_of(issuer), ".".join([*told, "AAAA"]))


def test_the_public_key_is_no_shared_secret(issuer: Issuer) -> None:  # 203
    public = private_key("RS384").public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": "r1"}
    told = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims()))
    bad = f"{told}.{base64url(hmac.digest(secret, told.encode(), hashlib.sha256))}"

    assert "header alg" in refusal(guard_of(issuer), bad)
    assert jwt.get_unverified_header(bad)["alg"] == "HS256"


def test_a_token_is_good_for_one_call(issuer: Issuer) -> None:  # 192
    guard, once = guard_of(issuer), token()

    authorise(guard, bearing(once))

    assert "was used before" in refusal(guard, once)


def test_a_token_that_the_leeway_lets_live_is_not_forgotten_before_it_dies(issuer: Issuer) -> None:
    at = NOW + 299.0
    used = UsedTokens(now=lambda: at)
    guard = Guard(tokens=Tokens([issuer], base_url=BASE, used=used, now=lambda: at))
    once = token(iat=NOW, exp=NOW + 300)
    authorise(guard, bearing(once))

    at = NOW + 329.0

    assert "was used before" in refusal(guard, once)


def test_a_token_that_was_refused_is_not_used_up(issuer: Issuer) -> None:
    guard, for_another = guard_of(issuer), token(aud=f"{BASE}/cds-services")

    refusal(guard, for_another)

    assert is_let_in(guard, bearing(for_another, path="/cds-services"))


def test_two_issuers_may_use_the_same_kid_and_jti(issuer: Issuer) -> None:
    other = write_jwks(issuer.jwks.parent / "..", public_jwk("ES384", 1)) if issuer.jwks else None
    second = replace(issuer, iss="https://lab.example", jwks=other)
    guard = guard_of(issuer, second)

    assert is_let_in(guard, bearing(token(jti="j")))
    assert is_let_in(guard, bearing(token(jti="j", iss=second.iss, number=1)))
    assert "signature" in refusal(guard, token(number=1))
    assert "signature" in refusal(guard, token(iss=second.iss))


def test_a_tenant_has_to_be_on_the_list_where_there_is_one(issuer: Issuer) -> None:  # 193
    guard = guard_of(replace(issuer, tenants=frozenset({"ward-7"})))

    assert is_let_in(guard, bearing(token(tenant="ward-7")))
    assert "claim tenant" in refusal(guard, token(tenant="ward-8"))
    assert "claim tenant" in refusal(guard, token())


def test_a_name_that_is_there_twice_is_refused(issuer: Issuer) -> None:
    header, body, signature = token().split(".")
    twice = base64.urlsafe_b64decode(body + "==")[:-1] + b', "exp": 9999999999}'

    assert "without repeated names" in refusal(
        guard_of(issuer), f"{header}.{base64url(twice)}.{signature}"
    )


@pytest.mark.parametrize(
    "garbage",
    ["x", "a.b.c", "..", "a.b.c.d.e", "A" * 8000, f"{'A' * 200}.{'_' * 200}.AAAA",
     f"{base64url(b'[' * 5000)}.{base64url(b'{}')}.AAAA", f"{base64url(b'7')}.e30.AAAA"],
    ids=["letter", "short", "dots", "five parts", "long", "bits", "deep", "number"],
)  # fmt: skip
def test_garbage_is_refused(issuer: Issuer, garbage: str) -> None:
    assert refusal(guard_of(issuer), garbage)


def test_a_huge_token_is_refused_unread(issuer: Issuer) -> None:
    assert "at most 8,192" in refusal(guard_of(issuer), token(filler="x" * 8192))


def test_a_changed_claim_breaks_the_signature(issuer: Issuer) -> None:
    header, _, signature = token().split(".")
    other = base64url(json.dumps(claims()).encode())

    assert "signature" in refusal(guard_of(issuer), f"{header}.{other}.{signature}")


def test_no_answer_repeats_a_claim(issuer: Issuer) -> None:
    secret = "SECRETTEXT"
    bad: list[dict[str, Any]] = [
        {"iss": secret}, {"aud": secret}, {"jti": [secret]}, {"exp": secret}, {"tenant": [secret]},
        *({"headers": {name: secret}} for name in ("alg", "jku", "kid", "typ", "jwk")),
    ]  # fmt: skip
    for changed in bad:
        assert secret not in refusal(guard_of(issuer), token(**changed))


@pytest.mark.parametrize("base", ["", "risk.example", "http://risk.example", BASE + "/",
                                  BASE + "?a", "https://u@risk.example"])  # fmt: skip
def test_a_base_url_that_no_audience_could_name_is_refused(issuer: Issuer, base: str) -> None:
    with pytest.raises(AccessSettingsError, match="expected what clients put before the path"):
        Tokens([issuer], base_url=base, used=UsedTokens())


def test_what_is_wrong_is_refused_before_anything_is_fetched(
    fetched_issuer: Issuer, key_server: KeyServer
) -> None:
    guard = guard_of(fetched_issuer)
    bad: list[dict[str, Any]] = [
        {"exp": NOW - 60}, {"aud": BASE}, {"jti": None}, {"iss": "https://x.example"},
        {"headers": {"kid": None}}, {"headers": {"alg": "none"}},
    ]  # fmt: skip
    for changed in bad:
        refusal(guard, token(**changed))

    assert key_server.connections == 0
