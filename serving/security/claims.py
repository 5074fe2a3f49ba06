"""What the header and the claims of a token have to say (CDS Hooks 2.0, requirements 176 to 206).

All of it is checked before a key is looked for, so that nothing is fetched for a token that
would be refused anyway. It is not proven until the signature is.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from serving.security.errors import Unauthorised
from serving.security.issuers import Issuer
from serving.security.jwks import LONGEST_KID

LONGEST_LIFE = 300.0
LONGEST_JTI = 256
_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
# A token that brings its own key, or asks for rules that we do not know, is not believed.
_REFUSED_IN_HEADER = ("jwk", "x5u", "x5c", "crit", "b64")
_LATEST = 2.0**53


@dataclass(frozen=True)
class Unproven:
    """Header and claims of a token, as whoever made it wants them to be read."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def kid(self) -> str:
        return str(self.header["kid"])

    @property
    def algorithm(self) -> str:
        return str(self.header["alg"])

    @property
    def jti(self) -> str:
        return str(self.claims["jti"])


def read(token: str) -> Unproven:
    """Take a token apart.

    Raises
    ------
    Unauthorised
    """
    shape = _SHAPE.fullmatch(token)
    if not shape:
        raise Unauthorised("The bearer is neither an API key nor a JWT of three base64url parts.")
    return Unproven(_object(shape[1], "header"), _object(shape[2], "claims"))


def check_header(token: Unproven, issuer: Issuer) -> None:
    """Refuse a header that is not what was agreed with the issuer."""
    header = token.header
    for name in _REFUSED_IN_HEADER:
        if name in header:
            _wrong(f"header may not hold {name}")
    if header.get("typ") != "JWT":
        _wrong("header typ is not JWT")
    if not isinstance(header.get("alg"), str) or header["alg"] not in issuer.algorithms:
        known = ", ".join(sorted(issuer.algorithms))
        _wrong(f"header alg is not one that was agreed with this issuer ({known})")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        _wrong(f"header kid is missing or not a text of at most {LONGEST_KID} characters")
    if "jku" in header and header["jku"] not in [*issuer.jku]:
        _wrong("header jku is not on the list that was agreed with this issuer")


def check_claims(
    token: Unproven, issuer: Issuer, *, audience: str, now: float, leeway: float
) -> float:
    """Refuse claims that do not fit issuer, address and time; return when the token ends.

    Parameters
    ----------
    audience : the address that was called, which ``aud`` has to name exactly
    now : the present, in seconds since 1970
    leeway : seconds that the clocks may differ by
    """
    claims = token.claims
    _check_audience(claims.get("aud"), audience)
    end = _check_times(claims, now, leeway)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        _wrong(f"claim jti is missing or not a text of at most {LONGEST_JTI} characters")
    tenant = claims.get("tenant")
    if tenant is not None and not isinstance(tenant, str):
        _wrong("claim tenant is not a text")
    if issuer.tenants is not None and tenant not in issuer.tenants:
        _wrong("claim tenant is not one that was agreed with this issuer")
    return end


def _check_audience(aud: Any, audience: str) -> None:
    named = [aud] if isinstance(aud, str) else aud
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        _wrong("claim aud is missing or neither a text nor a list of texts")
    if audience not in named:
        # The address is the service's own, so it may be told.
        _wrong(f"claim aud does not name exactly the address that was called, {audience}")


def _check_times(claims: Mapping[str, Any], now: float, leeway: float) -> float:
    issued, end = _moment(claims, "iat"), _moment(claims, "exp")
    if issued > now + leeway:
        _wrong("claim iat lies in the future; compare the clocks")
    if end <= now - leeway:
        _wrong("claim exp lies in the past; every call needs a new token")
    if end - issued > LONGEST_LIFE + leeway:
        _wrong("claim exp is more than five minutes after iat")
    if "nbf" in claims and _moment(claims, "nbf") > now + leeway:
        _wrong("claim nbf lies in the future; compare the clocks")
    return end


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value: Any = claims.get(name)
    # NaN and infinity are no moments, and neither are true and false.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _LATEST:
        _wrong(f"claim {name} is missing or not a number of seconds since 1970")
    return float(value)


def _object(part: str, what: str) -> dict[str, Any]:
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        found = json.loads(content, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError):
        _wrong(f"{what} cannot be read; expected base64url of a JSON object without repeated names")
    if not isinstance(found, dict):
        _wrong(f"{what} is not a JSON object")
    return found


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may take different values of a name that is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("repeated name")
    return found


def _wrong(what: str) -> NoReturn:
    raise Unauthorised(f"The token's {what}.")
