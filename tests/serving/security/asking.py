"""Keys, tokens and requests as a client would make them, good ones and bad ones."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.requests import Request

from serving.security import Client, Guard, Tokens
from serving.security.fetching import JwkSets
from serving.security.issuers import Issuer
from serving.security.replay import UsedTokens

BASE = "https://risk.example"
PATH = "/cds-services/lorpredict"
ISS = "https://ehr.example"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def private_key(algorithm: str, number: int = 0) -> PrivateKey:
    """The same key for the same algorithm and number."""
    if algorithm.startswith("ES"):
        return ec.generate_private_key(ec.SECP384R1() if algorithm == "ES384" else ec.SECP256R1())
    return rsa.generate_private_key(65537, 2048)


def public_jwk(algorithm: str, number: int = 0, *, kid: str = "k1", **more: Any) -> dict[str, Any]:
    """The public half, as a client publishes it."""
    kind = jwt.get_algorithm_by_name(algorithm)
    written = kind.to_jwk(private_key(algorithm, number).public_key(), as_dict=True)
    written.pop("key_ops", None)
    return {**written, "kid": kid, **more}


def jwk_set(*keys: Mapping[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def write_jwks(folder: Path, *keys: Mapping[str, Any]) -> Path:
    file = folder / "keys.json"
    file.write_bytes(jwk_set(*keys))
    return file


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    seconds: float = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds


def claims(**changed: Any) -> dict[str, Any]:
    """Claims of a good token; a change to None takes the claim away."""
    now = int(time.time())
    good = {"iss": ISS, "aud": BASE + PATH, "iat": now, "exp": now + 300, "jti": str(uuid4())}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def token(
    algorithm: str = "ES384",
    *,
    number: int = 0,
    headers: Mapping[str, Any] | None = None,
    **changed: Any,
) -> str:
    """A signed token; what is changed may make it a bad one."""
    wanted = {"typ": "JWT", "alg": algorithm, "kid": "k1", **(headers or {})}
    header = {name: value for name, value in wanted.items() if value is not None}
    return signed(header, claims(**changed), private_key(algorithm, number), algorithm)


def signed(header: Mapping[str, Any], body: Any, key: PrivateKey, algorithm: str) -> str:
    """Sign whatever is asked for; PyJWT would refuse to make some of it."""
    told = ".".join(base64url(json.dumps(part).encode()) for part in (header, body))
    signature = jwt.get_algorithm_by_name(algorithm).sign(told.encode(), key)
    return f"{told}.{base64url(signature)}"


def asked(*headers: tuple[str, str], path: str = PATH, peer: str | None = "192.0.2.1") -> Request:
    """A request as it reaches the guard."""
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "client": (peer, 40000) if peer else None,
            "headers": [
                (name.lower().encode(), value.encode("latin-1")) for name, value in headers
            ],
        }
    )


def bearing(credential: str, **more: Any) -> Request:
    return asked(("Authorization", f"Bearer {credential}"), **more)


def authorise(guard: Guard, request: Request, scope: str = "hooks") -> Client:
    return anyio.run(guard.authorise, request, scope)


@dataclass
class KeyServer:
    """A server of one JWK set, which counts who comes."""

    port: int = 0
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/jwks.json"


def guard_of(*issuers: Issuer, sets: JwkSets | None = None, **more: Any) -> Guard:
    return Guard(tokens=Tokens(issuers, base_url=BASE, used=UsedTokens(), sets=sets, **more))
