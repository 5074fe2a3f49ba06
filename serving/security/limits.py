"""How often clients may ask, and how often whoever is not one may try."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from serving.security.buckets import Buckets
from serving.security.clients import Client
from serving.security.errors import AccessSettingsError, TooManyRequests

REQUESTS_PER_MINUTE = 600.0
FAILURES_PER_MINUTE = 30.0


class RateLimits:
    """Limits of one process, which together make those of the service.

    Parameters
    ----------
    requests_per_minute : of each client that has no limit of its own
    failures_per_minute : failed authorisations of each peer address, whose further requests
        then wait, whatever they show
    workers : processes that share the requests; each takes its part of the limits
    clock : seconds, of which only differences count
    """

    def __init__(
        self,
        *,
        requests_per_minute: float = REQUESTS_PER_MINUTE,
        failures_per_minute: float = FAILURES_PER_MINUTE,
        workers: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        for name, value in {
            "requests_per_minute": requests_per_minute,
            "failures_per_minute": failures_per_minute,
            "workers": workers,
        }.items():
            if not (math.isfinite(value) and value > 0):
                raise AccessSettingsError(f"{name} is {value:g}; expected a number above zero")
        self._requests = requests_per_minute
        self._failures = failures_per_minute / workers
        self._workers = workers
        self._by_client = Buckets(clock=clock)
        self._by_peer = Buckets(clock=clock)

    def count(self, client: Client) -> None:
        """Count a request of a client.

        Raises
        ------
        TooManyRequests
        """
        per_minute = client.requests_per_minute or self._requests
        wait = self._by_client.take(client.name, per_minute / self._workers)
        if wait:
            raise TooManyRequests(
                f"More requests than this client may send: {per_minute:g} a minute{self._shared}.",
                retry_after=wait,
            )

    @property
    def _shared(self) -> str:
        return f", shared by {self._workers} processes" if self._workers > 1 else ""

    def refuse_guesser(self, peer: str | None) -> None:
        """Refuse an address from which too many authorisations have failed.

        Raises
        ------
        TooManyRequests
        """
        wait = self._by_peer.wait(_neighbourhood(peer), self._failures)
        if wait:
            raise TooManyRequests(
                "Too many requests from this address were not authorised.", retry_after=wait
            )

    def count_failure(self, peer: str | None) -> None:
        """Count a failed authorisation against the address that it came from."""
        self._by_peer.take(_neighbourhood(peer), self._failures)


def _neighbourhood(peer: str | None) -> str:
    """An IPv6 peer has a whole /64 to itself."""
    if peer is None or ":" not in peer:
        return peer or "unknown"
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return "unknown"
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped) if mapped else address.exploded[:19]
