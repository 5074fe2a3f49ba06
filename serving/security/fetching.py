"""JWK sets of allow-listed addresses: fetched seldom, shared by all who wait, kept for a while.

Who calls has already checked the address: nothing here decides whether it may be asked.
"""

from __future__ import annotations

import logging
import math
import ssl
import time
from asyncio import Lock
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import anyio
import httpx

from serving.security.errors import CannotVerify
from serving.security.jwks import LARGEST_SET, KeySet, UnusableSet, key_set

SECONDS_TO_FETCH = 2.0
FRESH_FOR = 600.0
KEPT_FOR = 3600.0
BETWEEN_UNKNOWN_KIDS = 60.0
BETWEEN_FAILURES = 10.0
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}

_log = logging.getLogger("serving")


@dataclass
class _Place:
    """What is known of one address; times are those of the clock."""

    keys: KeySet | None = None
    fetched: float = -math.inf
    failed: float = -math.inf
    looked_for_unknown: float = -math.inf
    lock: Lock = field(default_factory=Lock)


class JwkSets:
    """The key sets of addresses.

    A set is used for ten minutes. A kid that it does not hold makes it be fetched again, once a
    minute at most. Where fetching fails, the old set serves until it is an hour old, and the
    address is left alone for ten seconds.

    Parameters
    ----------
    authorities : file of the certificate authorities that vouch for the addresses; by default
        those that browsers trust
    clock : seconds, of which only differences count
    """

    def __init__(
        self, *, authorities: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._authorities = authorities
        self._clock = clock
        self._places: dict[str, _Place] = {}

    async def at(self, address: str, kid: str) -> KeySet:
        """Return the set of an address, which was asked again if it did not hold the kid.

        Raises
        ------
        CannotVerify
            If there is no set, or one that is too old.
        """
        place = self._places.setdefault(address, _Place())
        if self._is_due(place, kid):
            async with place.lock:
                # Whoever waited here finds what the first has fetched.
                if self._is_due(place, kid):
                    await self._renew(address, place)
        if place.keys is None or self._clock() - place.fetched >= KEPT_FOR:
            raise CannotVerify(
                "The issuer's JWK set cannot be fetched at present; try again later.",
                retry_after=BETWEEN_FAILURES,
            )
        return place.keys

    def _is_due(self, place: _Place, kid: str) -> bool:
        now = self._clock()
        if now - place.failed < BETWEEN_FAILURES:
            return False
        if place.keys is None or now - place.fetched >= FRESH_FOR:
            return True
        return kid not in place.keys and now - place.looked_for_unknown >= BETWEEN_UNKNOWN_KIDS

    async def _renew(self, address: str, place: _Place) -> None:
        now = self._clock()
        if place.keys is not None and now - place.fetched < FRESH_FOR:
            place.looked_for_unknown = now
        try:
            place.keys = key_set(await self._content(address))
            place.fetched = now
        except (httpx.HTTPError, httpx.InvalidURL, UnusableSet, OSError) as error:
            place.failed = self._clock()
            _log.warning("the JWK set at %s was not fetched: %s", address, type(error).__name__)

    async def _content(self, address: str) -> bytes:
        """Fetch what is at an address, within one limit for everything."""
        with anyio.fail_after(SECONDS_TO_FETCH):
            async with AsyncExitStack() as opened:
                client = httpx.AsyncClient(
                    verify=self._trust, trust_env=False, timeout=SECONDS_TO_FETCH
                )
                await opened.enter_async_context(client)
                asked = client.stream("GET", address, headers=_HEADERS, follow_redirects=False)
                answer = await opened.enter_async_context(asked)
                if answer.status_code != httpx.codes.OK or "content-encoding" in answer.headers:
                    raise UnusableSet("expected status 200 and no encoding")
                return await _limited(answer)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        if self._authorities is not None:
            return ssl.create_default_context(cafile=self._authorities)
        return httpx.create_ssl_context(trust_env=False)


async def _limited(answer: httpx.Response) -> bytes:
    content = b""
    async for part in answer.aiter_raw():
        content += part
        if len(content) > LARGEST_SET:
            raise UnusableSet(f"expected at most {LARGEST_SET:,} bytes")
    return content
