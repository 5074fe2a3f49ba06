"""Who may ask: signed tokens, good ones and those that have to be refused with 401."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from scripts.check_hooks.answers import Answer, advised, came, refused
from scripts.check_hooks.asking import SERVICES, Bearing, Credential, Nobody, Visit
from scripts.check_hooks.listening import Listener
from scripts.check_hooks.report import Report

_SECONDS = 300
_CLAIMS = ("iss", "aud", "exp", "iat", "jti")
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Signer:
    """A client that signs a token for each of its requests."""

    issuer: str
    key: PrivateKey
    kid: str
    algorithm: str

    @classmethod
    def read(cls, issuer: str, pem: bytes, kid: str, algorithm: str) -> Signer:
        """Read the private key; a ValueError says that it is none for this algorithm."""
        key = load_pem_private_key(pem, None)
        if not isinstance(key, PrivateKey):
            raise ValueError("the private key is neither of an elliptic curve nor RSA")
        try:
            _signature(key, algorithm, b"")
        except Exception as error:
            raise ValueError(f"the private key does not sign {algorithm}: {error}") from error
        return cls(issuer, key, kid, algorithm)

    def headers(self, address: str) -> dict[str, str]:
        return Bearing(self.token(address)).headers(address)

    def token(
        self,
        address: str,
        header: Mapping[str, Any] | None = None,
        key: PrivateKey | None = None,
        **claims: Any,
    ) -> str:
        """A token for this address; a change to None takes a field or claim away."""
        told = self._told(address, header, claims)
        return f"{told}.{_base64url(_signature(key or self.key, self.algorithm, told.encode()))}"

    def symmetric(self, address: str) -> str:
        """A token whose secret is the public key, which everybody has."""
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        told = self._told(address, {"alg": "HS256"}, {})
        return f"{told}.{_base64url(hmac.digest(public, told.encode(), hashlib.sha256))}"

    def unsigned(self, address: str, algorithm: str) -> str:
        return f"{self._told(address, {'alg': algorithm}, {})}."

    def stranger(self) -> PrivateKey:
        """Another key of the same kind."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return rsa.generate_private_key(65537, 2048)
        return ec.generate_private_key(self.key.curve)

    def _told(
        self, address: str, header: Mapping[str, Any] | None, claims: Mapping[str, Any]
    ) -> str:
        now = int(time.time())
        head = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT", **(header or {})}
        good = {"iss": self.issuer, "aud": address, "iat": now, "exp": now + _SECONDS}
        body = {**good, "jti": str(uuid4()), **claims}
        parts = ({k: v for k, v in part.items() if v is not None} for part in (head, body))
        return ".".join(_base64url(json.dumps(part).encode()) for part in parts)


def check_credentials(report: Report, visit: Visit) -> None:
    """Ask without a credential and with one that nobody gave."""
    if isinstance(visit.deployment.credential, Nobody):
        problem = (
            "" if visit.deployment.is_near else "everybody who reaches the service may call it"
        )
        report.check("177", "a credential is asked for, or nobody comes from outside", problem)
        return
    kinds: dict[str, Credential] = {
        "without a credential": Nobody(),
        "with a made-up credential": Bearing("made-up-4711"),
        "with an empty credential": Bearing(""),
    }
    for what, credential in kinds.items():
        asked = {
            "discovery": visit.deployment.ask("GET", SERVICES, credential=credential),
            "a call": visit.call(credential=credential),
            "feedback": visit.feedback({"feedback": []}, credential=credential),
        }
        for name, answer in asked.items():
            report.check("176, 177", f"{name} {what} is refused with 401", _stopped(answer))


def check_tokens(report: Report, visit: Visit, signer: Signer, key_server: Listener) -> None:
    """Ask with tokens that are good in an unusual way, and with bad ones."""
    address = visit.deployment.known_as + visit.service.path
    for number, what, token in _good_tokens(signer, address):
        answer = visit.call(credential=Bearing(token))
        report.check(number, f"a token {what} is taken", advised(answer))
    once = Bearing(signer.token(address))
    problem = advised(visit.call(credential=once))
    again = visit.call(credential=once)
    report.check("192", "a token is good once", problem or _stopped(again, once.secret))
    for number, what, token in _bad_tokens(signer, address, visit):
        answer = visit.call(credential=Bearing(token))
        report.check(number, f"a token {what} is refused", _stopped(answer, token))
    for what, token in _foreign_sets(signer, address, key_server):
        answer = visit.call(credential=Bearing(token))
        report.check("195", f"a token {what} is refused", _stopped(answer, token))
    report.check("195", "nobody came for keys to an unlisted jku", key_server.visits())
    report.check("74", "the next good token is taken", advised(visit.call()))


def _good_tokens(signer: Signer, address: str) -> Iterator[tuple[str, str, str]]:
    now = int(time.time())
    yield "176, 189", "of five minutes for this address", signer.token(address)
    yield "189", "for a list of this address", signer.token(address, aud=[address])
    yield "190", "of one minute", signer.token(address, iat=now, exp=now + 60)
    yield "193", "of a tenant", signer.token(address, tenant="ward-9")


def _bad_tokens(signer: Signer, address: str, visit: Visit) -> Iterator[tuple[str, str, str]]:
    yield from _bad_signatures(signer, address)
    yield from _bad_times(signer, address)
    for number, claim in (("187", "iss"), ("189", "aud"), ("190", "exp"), ("191", "iat")):
        yield number, f"without {claim}", signer.token(address, **{claim: None})
    yield "192", "without jti", signer.token(address, jti=None)
    yield "192", "with an empty jti", signer.token(address, jti="")
    yield "192", "with a jti that is a number", signer.token(address, jti=4711)
    yield "182", "without kid", signer.token(address, {"kid": None})
    yield "182", "of an unknown kid", signer.token(address, {"kid": "unknown-4711"})
    yield "182", "with a kid that is a path", signer.token(address, {"kid": "../../../dev/null"})
    yield "187, 195", "of an unknown issuer", signer.token(address, iss="https://foreign.example")
    known_as = visit.deployment.known_as
    audiences = {
        "another host": f"https://foreign.example{visit.service.path}",
        "discovery": known_as + SERVICES,
        "the base address": known_as,
        "feedback": f"{address}/feedback",
        "a longer address": f"{address}x",
        "the path alone": visit.service.path,
    }
    for what, wrong in audiences.items():
        yield "189, 196", f"for {what}", signer.token(address, aud=wrong)


def _bad_signatures(signer: Signer, address: str) -> Iterator[tuple[str, str, str]]:
    for algorithm in ("none", "None", "NONE"):
        yield "201", f"signed by {algorithm}", signer.unsigned(address, algorithm)
    yield "203", "signed by HS256 with the public key", signer.symmetric(address)
    head, body, signature = signer.token(address).split(".")
    yield "180", "without its signature", f"{head}.{body}."
    other = signer.token(address, tenant="another").split(".")[1]
    yield "180", "whose body was changed", f"{head}.{other}.{signature}"
    stranger = signer.stranger()
    yield "180", "signed by another key", signer.token(address, key=stranger)
    own_key = {"jwk": json.loads(_public_jwk(stranger, signer.algorithm))}
    yield "180", "that brings its own key", signer.token(address, own_key, stranger)
    critical = {"crit": ["unknown-4711"], "unknown-4711": True}
    yield "180", "with a critical header nobody knows", signer.token(address, critical)


def _bad_times(signer: Signer, address: str) -> Iterator[tuple[str, str, str]]:
    now = int(time.time())
    times: dict[str, dict[str, Any]] = {
        "that has expired": {"iat": now - 600, "exp": now - 300},
        "of an hour": {"iat": now, "exp": now + 3600},
        "of an hour, nearly over": {"iat": now - 3300, "exp": now + 300},
        "of the next hour": {"iat": now + 3600, "exp": now + 3900},
        "that expires before it is issued": {"iat": now + 200, "exp": now + 100},
        "with exp as text": {"exp": str(now + 300)},
        "with exp true": {"exp": True},
        "with iat as text": {"iat": "now"},
    }
    for what, claims in times.items():
        yield "190, 191", what, signer.token(address, **claims)


def _foreign_sets(signer: Signer, address: str, server: Listener) -> Iterator[tuple[str, str]]:
    stranger = signer.stranger()
    for scheme in ("https", "http"):
        header = {"jku": f"{scheme}://{server.address}/jwks.json"}
        unknown = header | {"kid": "unknown-4711"}
        yield f"of a foreign {scheme} jku", signer.token(address, unknown, stranger)
        yield f"of a known kid and a foreign {scheme} jku", signer.token(address, header, stranger)
        yield f"signed by our key with a foreign {scheme} jku", signer.token(address, header)
    for name in ("x5u", "jku"):
        # An address that only begins as the issuer's does.
        lookalike = f"{signer.issuer}@{server.address}/jwks.json"
        yield f"of a {name} that looks like the issuer", signer.token(address, {name: lookalike})


def _stopped(answer: Answer, secret: str = "") -> str:
    """401 with a challenge, and the token is not repeated."""
    if secret and secret in answer.text:
        return came(answer, "no word of the token")
    challenge = "" if "www-authenticate" in answer.headers else "no header WWW-Authenticate came"
    return refused(answer, 401) or challenge


def _signature(key: PrivateKey, algorithm: str, told: bytes) -> bytes:
    return bytes(jwt.get_algorithm_by_name(algorithm).sign(told, key))


def _public_jwk(key: PrivateKey, algorithm: str) -> str:
    return str(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key()))


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
