"""Sets of public keys (JWK, RFC 7517), read with suspicion.

A set may hold keys that are for something else: these are left out, each with the reason, and
the others are of use all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from lorpredict.errors import LorpredictError
from serving.security.errors import AccessSettingsError

PublicKey = EllipticCurvePublicKey | RSAPublicKey

LARGEST_SET = 64_000
MOST_KEYS = 100
LONGEST_KID = 256
# Larger ones only cost time, which whoever sends tokens would spend for us.
RSA_BITS = (2048, 8192)
_LONGEST_NUMBER = 2_000
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


class _Kind(NamedTuple):
    kty: str
    curve: str | None


# With which keys an algorithm works. What is not here is not believed, whatever PyJWT can do.
ALGORITHMS: Mapping[str, _Kind] = {
    "ES384": _Kind("EC", "P-384"),
    "RS384": _Kind("RSA", None),
    "ES256": _Kind("EC", "P-256"),
    "RS256": _Kind("RSA", None),
}
_CURVES = frozenset(kind.curve for kind in ALGORITHMS.values() if kind.curve)


class UnusableSet(LorpredictError, ValueError):
    """Bytes that are no set of keys."""


class _Unusable(Exception):
    """A key that is left out; the text says why, without the key."""


@dataclass(frozen=True)
class VerifyingKey:
    """One public key, and what it may verify."""

    kind: _Kind
    algorithm: str | None
    public: PublicKey = field(repr=False)

    def fits(self, algorithm: str) -> bool:
        """Whether a signature of this algorithm can be one of this key."""
        return ALGORITHMS.get(algorithm) == self.kind and self.algorithm in (None, algorithm)


@dataclass(frozen=True)
class KeySet:
    """The usable keys of a set by their kid, and why the others are not."""

    keys: Mapping[str, VerifyingKey]
    unusable: Mapping[str, str]

    def __contains__(self, kid: str) -> bool:
        return kid in self.keys or kid in self.unusable


def read_key_set(file: Path) -> KeySet:
    """Read the keys of a file.

    Raises
    ------
    AccessSettingsError
        If there is no usable key in it.
    """
    try:
        with file.open("rb") as content:
            found = key_set(content.read(LARGEST_SET + 1))
    except OSError as error:
        raise AccessSettingsError(
            f"{file} cannot be read ({error.strerror}); expected a JWK set"
        ) from None
    except UnusableSet as error:
        raise AccessSettingsError(f"{file}: {error}") from None
    if not found.keys:
        reasons = "; ".join(sorted(set(found.unusable.values()))) or "none of them has a kid"
        raise AccessSettingsError(f"{file} holds no usable key: {reasons}")
    return found


def key_set(content: bytes) -> KeySet:
    """Read the keys of a JWK set.

    Raises
    ------
    UnusableSet
    """
    keys: dict[str, VerifyingKey] = {}
    unusable: dict[str, str] = {}
    for row in _rows(content):
        kid = row.get("kid")
        if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
            continue
        if kid in keys or kid in unusable:
            keys.pop(kid, None)
            unusable[kid] = "the kid is there more than once in the set"
            continue
        try:
            keys[kid] = _key(row)
        except _Unusable as reason:
            unusable[kid] = str(reason)
    return KeySet(keys, unusable)


def _rows(content: bytes) -> list[dict[str, Any]]:
    if len(content) > LARGEST_SET:
        raise UnusableSet(f"expected a JWK set of at most {LARGEST_SET:,} bytes")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise UnusableSet("expected a JWK set, which is JSON") from None
    rows = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_KEYS:
        raise UnusableSet(f'expected a JSON object with a list "keys" of at most {MOST_KEYS}')
    return [row for row in rows if isinstance(row, dict)]


def _key(row: Mapping[str, Any]) -> VerifyingKey:
    _refuse_other_use(row)
    if row.get("kty") == "EC":
        return _curve_key(row)
    if row.get("kty") == "RSA":
        return _rsa_key(row)
    raise _Unusable("the key is neither EC nor RSA")


def _refuse_other_use(row: Mapping[str, Any]) -> None:
    if _PRIVATE & row.keys():
        raise _Unusable("the key is private or a shared secret, and now known to others")
    work = row.get("key_ops", ["verify"])
    if row.get("use", "sig") != "sig" or not isinstance(work, list) or "verify" not in work:
        raise _Unusable("the key is not for signatures")
    if "alg" in row and row["alg"] not in [*ALGORITHMS]:
        raise _Unusable(f"the key's alg is none of {', '.join(ALGORITHMS)}")


def _curve_key(row: Mapping[str, Any]) -> VerifyingKey:
    if row.get("crv") not in [*_CURVES]:
        raise _Unusable(f"the key's curve is none of {', '.join(sorted(_CURVES))}")
    public = _made(ECAlgorithm.from_jwk, {name: _number(row, name) for name in ("x", "y")}, row)
    if not isinstance(public, EllipticCurvePublicKey):
        raise _Unusable("the key is not a public key")
    return VerifyingKey(_Kind("EC", row["crv"]), row.get("alg"), public)


def _rsa_key(row: Mapping[str, Any]) -> VerifyingKey:
    public = _made(RSAAlgorithm.from_jwk, {name: _number(row, name) for name in ("n", "e")}, row)
    if not isinstance(public, RSAPublicKey):
        raise _Unusable("the key is not a public key")
    if not RSA_BITS[0] <= public.key_size <= RSA_BITS[1]:
        raise _Unusable(f"the RSA key has not {RSA_BITS[0]} to {RSA_BITS[1]} bits")
    return VerifyingKey(_Kind("RSA", None), row.get("alg"), public)


def _number(row: Mapping[str, Any], name: str) -> str:
    """Return a number as a JWK writes it."""
    value = row.get(name)
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and _BASE64URL.fullmatch(value):
        return value
    raise _Unusable(f"the key's {name} is not a number in base64url")


def _made(make: Any, numbers: Mapping[str, str], row: Mapping[str, Any]) -> object:
    """Make the key out of nothing but its numbers."""
    try:
        return make({"kty": row["kty"], "crv": row.get("crv"), **numbers})
    except (InvalidKeyError, UnsupportedAlgorithm, ValueError, TypeError, OverflowError):
        raise _Unusable("the key's numbers are no public key") from None
