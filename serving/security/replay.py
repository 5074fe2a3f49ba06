"""Tokens that were used: each is good for one call.

Nothing readable is kept, only a hash of issuer and jti, and that no longer than the token lives.
"""

from __future__ import annotations

import hashlib
import heapq
import time
from collections.abc import Callable
from typing import Protocol

from serving.security.errors import CannotVerify

MOST_USED = 100_000


class ReplayCache(Protocol):
    """Remembers which tokens were used."""

    async def claim(self, issuer: str, jti: str, until: float) -> bool:
        """Use a token; False if it was used before.

        Parameters
        ----------
        issuer, jti : name the token
        until : when it is refused by its age alone, in seconds since 1970

        Raises
        ------
        CannotVerify
            If it cannot be known whether the token was used: it is then refused.
        """

    async def close(self) -> None:
        """Let go of everything that is held."""


def token_hash(issuer: str, jti: str) -> str:
    """Name a token without saying anything of it; the lengths keep two names apart."""
    named = f"{len(issuer)}:{issuer}{jti}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()


class UsedTokens:
    """The used tokens of one process.

    When ``most`` of them are still alive, new tokens are refused: to forget one would let it be
    used twice.
    """

    def __init__(self, *, most: int = MOST_USED, now: Callable[[], float] = time.time) -> None:
        self._most = most
        self._now = now
        self._used: set[str] = set()
        self._ends: list[tuple[float, str]] = []

    async def claim(self, issuer: str, jti: str, until: float) -> bool:
        self._forget_expired()
        token = token_hash(issuer, jti)
        if token in self._used:
            return False
        if len(self._used) >= self._most:
            raise CannotVerify(
                "Too many tokens are in use at present; try again later.",
                retry_after=self._ends[0][0] - self._now(),
            )
        self._used.add(token)
        heapq.heappush(self._ends, (until, token))
        return True

    async def close(self) -> None:
        self._used.clear()
        self._ends.clear()

    def _forget_expired(self) -> None:
        now = self._now()
        while self._ends and self._ends[0][0] <= now:
            self._used.discard(heapq.heappop(self._ends)[1])
