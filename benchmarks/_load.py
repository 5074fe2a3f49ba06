"""Requests at full speed over connections that stay open, from one thread that does little else.

A client library costs more than the service that it asks; this one writes bytes that were made
before, and reads an answer by its Content-Length.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_REQUEST_ID = re.compile(rb"(?i)\r\nx-request-id: *([0-9a-f]+)\r\n")
_RETRY_AFTER = re.compile(rb"(?i)\r\nretry-after: *(\d+)\r\n")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")


@dataclass
class Load:
    """What happened to the requests of one run.

    Parameters
    ----------
    seconds : how long it took
    latencies : seconds of each answered request, in order of the answers
    statuses : how often each status was answered
    broken : connections that ended in the middle of a request, and when
    request_ids : of every answer with status 200, where the service names them
    told_when : of every other answer, the seconds after which it came and its Retry-After
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[float] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    told_when: list[tuple[float, int, str]] = field(default_factory=list)
    begun: float = 0.0

    @property
    def per_second(self) -> float:
        """Answered requests per second."""
        return len(self.latencies) / self.seconds

    def quantile_ms(self, share: float) -> float:
        """Milliseconds within which that share of the requests was answered."""
        return statistics.quantiles(self.latencies, n=1000)[round(share * 1000) - 1] * 1000

    @property
    def failed(self) -> int:
        """Requests that were not answered with 200."""
        return sum(n for status, n in self.statuses.items() if status != 200) + len(self.broken)


def request_bytes(
    path: str, body: Any, *, host: str = "127.0.0.1", headers: Mapping[str, str] | None = None
) -> bytes:
    """Return a POST request as it travels."""
    content = json.dumps(body).encode()
    told = {
        "Host": host,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content


def load(
    port: int,
    request: bytes,
    *,
    connections: int,
    seconds: float = math.inf,
    per_second: float | None = None,
    stop: threading.Event | None = None,
) -> Load:
    """Ask over so many connections at once, at full speed or at a steady rate.

    Parameters
    ----------
    seconds, stop : how long; whichever comes first
    per_second : of all connections together
    """
    return asyncio.run(_load(port, request, connections, seconds, per_second, stop))


async def _load(
    port: int,
    request: bytes,
    connections: int,
    seconds: float,
    per_second: float | None,
    stop: threading.Event | None,
) -> Load:
    pause = connections / per_second if per_second else 0.0
    told = Load(begun=time.perf_counter())
    last = told.begun + seconds

    def is_over() -> bool:
        return time.perf_counter() >= last or (stop is not None and stop.is_set())

    async with asyncio.TaskGroup() as group:
        for place in range(connections):
            start = told.begun + pause * place / connections
            group.create_task(_ask(port, request, told, start, pause, is_over))
    told.seconds = time.perf_counter() - told.begun
    return told


async def _ask(
    port: int,
    request: bytes,
    told: Load,
    start: float,
    pause: float,
    is_over: Callable[[], bool],
) -> None:
    """Ask again and again over one connection; open another where it breaks."""
    connection = None
    due = start
    while not is_over():
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        due += pause
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", port)
            asked = time.perf_counter()
            head = await _answered(*connection, request)
        except (OSError, asyncio.IncompleteReadError):
            told.broken.append(time.perf_counter() - told.begun)
            connection = None
            await asyncio.sleep(0.01)
            continue
        _note(head, asked, told)
    if connection is not None:
        connection[1].close()


async def _answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    """Send a request, read all of its answer, return the head of it."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
    return head


def _note(head: bytes, asked: float, told: Load) -> None:
    now, status = time.perf_counter(), int(head[9:12])
    told.latencies.append(now - asked)
    told.statuses[status] += 1
    if status == 200:
        named = _REQUEST_ID.search(head)
        if named:
            told.request_ids.append(named[1].decode())
    else:
        later = _RETRY_AFTER.search(head)
        told.told_when.append((now - told.begun, status, later[1].decode() if later else ""))
