"""A deployment as a client calls it: addresses, credentials, and requests over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Protocol
from uuid import uuid4

import httpx

from scripts.check_hooks.answers import Answer

SERVICES = "/cds-services"
_TRIES = 3
_LONGEST_WAIT = 65.0


class Absent:
    """Takes the place of a field that is left out."""


ABSENT = Absent()


class Credential(Protocol):
    """Who asks."""

    def headers(self, address: str) -> dict[str, str]:
        """Headers of one request to this address."""


class Nobody:
    """No credential at all."""

    def headers(self, address: str) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class Bearing:
    """A fixed credential: an API key, or a token that was made before."""

    secret: str

    def headers(self, address: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}".rstrip()}


@dataclass(frozen=True)
class Service:
    """A service as discovery describes it."""

    id: str
    hook: str
    prefetch: Mapping[str, str]

    @property
    def path(self) -> str:
        return f"{SERVICES}/{self.id}"


@dataclass
class Deployment:
    """The service at a base address.

    Parameters
    ----------
    known_as
        Base address that a token names; another one than ``base`` behind a tunnel.
    """

    base: str
    known_as: str
    credential: Credential
    client: httpx.Client
    seen: list[Answer] = field(default_factory=list)

    @property
    def is_near(self) -> bool:
        """Whether the service runs on this machine, so that nothing leaves it."""
        host = httpx.URL(self.base).host
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def ask(
        self,
        method: str,
        path: str,
        *,
        credential: Credential | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Answer:
        """Send one request; where we ask too often, wait as long as we are told and ask again."""
        if "json" in body:  # httpx would send nothing for null
            body = {"content": json.dumps(body["json"])}
            headers = {"Content-Type": "application/json", **(headers or {})}
        for _ in range(_TRIES):
            who = self.credential if credential is None else credential
            told = {**who.headers(self.known_as + path), **(headers or {})}
            answer = self._sent(method, path, headers=told, **body)
            if answer.status != 429:
                break
            time.sleep(_seconds_to_wait(answer))
        return answer

    def _sent(self, method: str, path: str, **request: Any) -> Answer:
        started = time.perf_counter()
        try:
            came = self.client.request(method, self.base + path, **request)
        except httpx.HTTPError as error:
            return Answer(0, text=f"{type(error).__name__}: {error}")
        seconds = time.perf_counter() - started
        return Answer(came.status_code, came.headers, came.text, seconds)


def _seconds_to_wait(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told) if told.isdigit() else _LONGEST_WAIT, _LONGEST_WAIT)


@dataclass(frozen=True)
class Visit:
    """A patient is looked at: a call to one service that should be answered with cards."""

    deployment: Deployment
    service: Service
    prefetch: Mapping[str, Any]
    context: Mapping[str, Any]

    def body(self, **changed: Any) -> dict[str, Any]:
        """A new call; changes replace its fields, and ABSENT leaves one out."""
        good: dict[str, Any] = {
            "hook": self.service.hook,
            "hookInstance": str(uuid4()),
            "context": dict(self.context),
        }
        if self.prefetch:
            good["prefetch"] = dict(self.prefetch)
        return {name: value for name, value in {**good, **changed}.items() if value is not ABSENT}

    def prefetched(self, **changed: Any) -> dict[str, Any]:
        """A new call with other values for some keys of its prefetch."""
        values = {**self.prefetch, **changed}
        return self.body(prefetch={key: each for key, each in values.items() if each is not ABSENT})

    def with_context(self, **changed: Any) -> dict[str, Any]:
        """A new call with other values for some fields of its context."""
        values = {**self.context, **changed}
        return self.body(context={key: each for key, each in values.items() if each is not ABSENT})

    def call(self, body: Any = ABSENT, **request: Any) -> Answer:
        """Post the call, a good one unless another is given; its cards are remembered."""
        if "content" not in request:
            request["json"] = self.body() if body is ABSENT else body
        answer = self.deployment.ask("POST", self.service.path, **request)
        if answer.status == 200:
            self.deployment.seen.append(answer)
        return answer

    def feedback(self, content: Any, **request: Any) -> Answer:
        """Post what became of cards."""
        path = f"{self.service.path}/feedback"
        return self.deployment.ask("POST", path, json=content, **request)
