"""Tokens of CDS Hooks clients: JWTs that an issuer on our list has signed for this very call."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from serving.security.addresses import is_base
from serving.security.claims import Unproven, check_claims, check_header, read
from serving.security.clients import Client
from serving.security.errors import AccessSettingsError, Unauthorised
from serving.security.fetching import JwkSets
from serving.security.issuers import Issuer
from serving.security.jwks import ALGORITHMS, KeySet, VerifyingKey, read_key_set
from serving.security.replay import ReplayCache
from serving.security.watched import Watched

LEEWAY = 30.0
_SIGNATURES = PyJWS(algorithms=[*ALGORITHMS])


class Tokens:
    """The tokens of trusted issuers.

    Parameters
    ----------
    issuers : whose tokens are believed
    base_url : address under which clients call this service, without the path and a final slash
    used : where the tokens that were used are remembered
    sets : fetches the keys of issuers that have no file of them
    leeway : seconds that the clocks may differ by
    now : the present, in seconds since 1970
    """

    def __init__(
        self,
        issuers: Sequence[Issuer],
        *,
        base_url: str,
        used: ReplayCache,
        sets: JwkSets | None = None,
        leeway: float = LEEWAY,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not is_base(base_url):
            raise AccessSettingsError(
                "the base URL cannot be used; expected what clients put before the path, such as "
                "https://risk.example, https and without a final slash (http on this machine alone)"
            )
        self._issuers = {issuer.iss: issuer for issuer in issuers}
        self._files = {
            issuer.iss: Watched(issuer.jwks, read_key_set) for issuer in issuers if issuer.jwks
        }
        self._base_url = base_url
        self._used = used
        self._sets = sets or JwkSets()
        self._leeway = leeway
        self._now = now

    async def verify(self, token: str, path: str, *, admit: Callable[[Client], None]) -> Client:
        """Return who asks; what costs least comes first, and the token is used up last.

        Parameters
        ----------
        token : as it was sent
        path : the path that was called
        admit : raises if the client has to wait; the token can then be shown again, and a client
            that asks without end does not fill the memory of used tokens

        Raises
        ------
        Unauthorised, CannotVerify, and what ``admit`` raises
        """
        unproven = read(token)
        issuer = self._issuer(unproven)
        check_header(unproven, issuer)
        end = check_claims(
            unproven,
            issuer,
            audience=self._base_url + path,
            now=self._now(),
            leeway=self._leeway,
        )
        _check_signature(token, unproven, await self._key(unproven, issuer))
        admit(issuer.client)
        if not await self._used.claim(issuer.iss, unproven.jti, end + self._leeway):
            raise Unauthorised("The token was used before; every call needs a new token and jti.")
        return issuer.client

    async def close(self) -> None:
        """Let go of what the used tokens are kept in."""
        await self._used.close()

    def _issuer(self, token: Unproven) -> Issuer:
        iss = token.claims.get("iss")
        known = self._issuers.get(iss) if isinstance(iss, str) else None
        if known is None:
            raise Unauthorised("The token's claim iss is missing or not an issuer known here.")
        return known

    async def _key(self, token: Unproven, issuer: Issuer) -> VerifyingKey:
        """Find the one key that the token names."""
        sets = [each for each in await self._key_sets(token, issuer) if token.kid in each]
        if not sets:
            _no_key("names none of the issuer's keys")
        if len(sets) > 1:
            _no_key("names keys in more than one of the issuer's sets; say which by jku")
        if token.kid in sets[0].unusable:
            _no_key(f"names a key that cannot be used: {sets[0].unusable[token.kid]}")
        key = sets[0].keys[token.kid]
        if not key.fits(token.algorithm):
            _no_key("names a key that is not one for its alg")
        return key

    async def _key_sets(self, token: Unproven, issuer: Issuer) -> list[KeySet]:
        if issuer.iss in self._files:
            return [self._files[issuer.iss].current()]
        named = token.header.get("jku")
        addresses = issuer.jku if named is None else (str(named),)
        return [await self._sets.at(address, token.kid) for address in addresses]


def _check_signature(token: str, unproven: Unproven, key: VerifyingKey) -> None:
    try:
        _SIGNATURES.decode_complete(token, key.public, [unproven.algorithm])
    except (PyJWTError, ValueError, TypeError):
        raise Unauthorised("The token's signature is not one of the key that it names.") from None


def _no_key(what: str) -> NoReturn:
    raise Unauthorised(f"The token's header kid {what}.")
