"""The guard: who asks, may they, and not too often. The one thing that the app calls."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from starlette.requests import Request

from serving.security.addresses import is_loopback
from serving.security.clients import ANONYMOUS, Client, Scope
from serving.security.errors import AccessSettingsError, Forbidden, OpenDoor, Unauthorised
from serving.security.fetching import JwkSets
from serving.security.issuers import read_issuers
from serving.security.keys import PREFIX, Keys
from serving.security.limits import RateLimits
from serving.security.replay import ReplayCache, UsedTokens
from serving.security.shared_replay import SharedUsedTokens
from serving.security.tokens import LEEWAY, Tokens

LONGEST_CREDENTIAL = 8_192
_BEARER = re.compile(r"(?i:bearer) ([\x21-\x7e]+)")


class Guard:
    """Lets known clients in, each for what it may do and as often as it may.

    Parameters
    ----------
    keys : the API keys that are known; None where there are none
    tokens : the issuers whose tokens are believed; None where there are none
    limits : how often one may ask

    Raises
    ------
    AccessSettingsError
        If there are neither keys nor issuers; ``Guard.open()`` says that it is meant so.
    """

    def __init__(
        self,
        *,
        keys: Keys | None = None,
        tokens: Tokens | None = None,
        limits: RateLimits | None = None,
    ) -> None:
        if keys is None and tokens is None:
            raise AccessSettingsError(
                "a guard without keys and issuers lets nobody in; name a file of keys, "
                "a file of issuers, or both"
            )
        self.is_open = False
        self._keys = keys
        self._tokens = tokens
        self._limits = limits or RateLimits()

    @classmethod
    def open(cls) -> Self:
        """A guard that lets everybody in, for a service that only this machine reaches."""
        guard = cls.__new__(cls)
        guard.is_open = True
        guard._keys, guard._tokens, guard._limits = None, None, RateLimits()
        return guard

    @classmethod
    def from_files(
        cls,
        *,
        keys: Path | None = None,
        issuers: Path | None = None,
        base_url: str = "",
        used_tokens: str = "",
        authorities: Path | None = None,
        leeway: float = LEEWAY,
        limits: RateLimits | None = None,
        workers: int = 1,
    ) -> Self:
        """Make a guard out of its files.

        Parameters
        ----------
        keys : file of API keys, written by ``python -m serving keys``
        issuers : file of trusted issuers
        base_url : address under which clients call this service; needed for issuers
        used_tokens : database of used tokens; needed for issuers where there are several workers
        authorities : file of the certificate authorities that vouch for the issuers' addresses
        leeway : seconds that the clocks may differ by
        limits : how often one may ask
        workers : processes that share the requests

        Raises
        ------
        AccessSettingsError
        """
        tokens = None
        if issuers is not None:
            known = read_issuers(issuers)
            used = _used_tokens(used_tokens, workers)
            sets = JwkSets(authorities=authorities)
            tokens = Tokens(known, base_url=base_url, used=used, sets=sets, leeway=leeway)
        return cls(
            keys=Keys(keys) if keys is not None else None,
            tokens=tokens,
            limits=limits or RateLimits(workers=workers),
        )

    async def authorise(self, request: Request, scope: str) -> Client:
        """Return who asks, if they may.

        Parameters
        ----------
        scope : what the request needs, one of ``Scope``

        Raises
        ------
        Unauthorised, Forbidden, TooManyRequests, CannotVerify
        """
        needed = Scope(scope)
        if self.is_open:
            return ANONYMOUS
        peer = request.client.host if request.client else None
        self._limits.refuse_guesser(peer)
        credential = _credential(request)
        try:
            client = await self._client(credential, request)
        except Unauthorised:
            self._limits.count_failure(peer)
            raise
        if needed not in client.scopes:
            raise Forbidden(needed)
        return client

    async def close(self) -> None:
        """Let go of what is held; the last thing that a service does with its guard."""
        if self._tokens is not None:
            await self._tokens.close()

    async def _client(self, credential: str, request: Request) -> Client:
        if credential.startswith(PREFIX):
            if self._keys is None:
                raise Unauthorised("This service takes no API keys; send a signed JWT.")
            client = self._keys.verify(credential)
            self._limits.count(client)
            return client
        if self._tokens is None:
            raise Unauthorised("This service takes API keys alone, and this is none of its keys.")
        path = request.scope["path"]
        return await self._tokens.verify(credential, path, admit=self._limits.count)


def refuse_open_door(host: str, guard: Guard) -> None:
    """Refuse to start where others could ask without authorisation.

    Parameters
    ----------
    host : on which the server listens; ``0.0.0.0`` and ``::`` are every address of the machine

    Raises
    ------
    OpenDoor
    """
    if guard.is_open and not is_loopback(host):
        raise OpenDoor(
            f"{host} is reached by other machines, and nobody would be asked who they are; "
            "name a file of keys or of issuers, or listen on 127.0.0.1"
        )


def _credential(request: Request) -> str:
    """The one key or token of a request."""
    bearers = request.headers.getlist("authorization")
    keys = request.headers.getlist("x-api-key")
    if len(bearers) + len(keys) != 1:
        raise Unauthorised(
            "Expected one header, Authorization: Bearer with an API key or a signed JWT, "
            "or X-API-Key with an API key."
        )
    (shown,) = bearers or keys
    if len(shown) > LONGEST_CREDENTIAL:
        raise Unauthorised(f"A key or token has at most {LONGEST_CREDENTIAL:,} characters.")
    return _bearer(shown) if bearers else _key(shown)


def _bearer(shown: str) -> str:
    found = _BEARER.fullmatch(shown)
    if found is None:
        raise Unauthorised("The header Authorization is not Bearer, one blank, and a key or token.")
    return found[1]


def _key(shown: str) -> str:
    if not shown.startswith(PREFIX):
        raise Unauthorised(f"The header X-API-Key holds no API key, which begins with {PREFIX}.")
    return shown


def _used_tokens(address: str, workers: int) -> ReplayCache:
    if address:
        return SharedUsedTokens(address)
    if workers > 1:
        raise AccessSettingsError(
            f"{workers} workers would each believe the same token once; keep an audit, beside "
            "which they remember the tokens together, or take one worker"
        )
    return UsedTokens()
