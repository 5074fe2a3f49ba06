"""Requests at full speed over connections that stay open, from one thread that does little else.

A client library costs more than the service that it asks; this one writes bytes that were made
before, and reads an answer by its Content-Length.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")


@dataclass
class Load:
    """What happened to the requests of one run.

    Parameters
    ----------
    seconds : how long it took
    latencies : seconds of each answered request, in order of the answers
    statuses : how often each status was answered
    broken : connections that ended in the middle of a request
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0

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
        return sum(n for status, n in self.statuses.items() if status != 200) + self.broken


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
    seconds: float,
    per_second: float | None = None,
) -> Load:
    """Ask over so many connections at once, at full speed or at a steady rate."""
    return asyncio.run(_load(port, request, connections, seconds, per_second))


async def _load(
    port: int, request: bytes, connections: int, seconds: float, per_second: float | None
) -> Load:
    told = Load()
    pause = connections / per_second if per_second else 0.0
    begun = time.perf_counter()
    last = begun + seconds
    async with asyncio.TaskGroup() as group:
        for place in range(connections):
            start = begun + pause * place / connections
            group.create_task(_ask(port, request, told, start, last, pause))
    told.seconds = time.perf_counter() - begun
    return told


async def _ask(
    port: int, request: bytes, told: Load, start: float, last: float, pause: float
) -> None:
    """Ask again and again over one connection; open another where it breaks."""
    connection = None
    due = start
    while (now := time.perf_counter()) < last:
        if due > now:
            await asyncio.sleep(due - now)
        due += pause
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", port)
            asked = time.perf_counter()
            status = await _answered(*connection, request)
        except (OSError, asyncio.IncompleteReadError):
            told.broken += 1
            connection = None
            await asyncio.sleep(0.01)
            continue
        told.latencies.append(time.perf_counter() - asked)
        told.statuses[status] += 1
    if connection is not None:
        connection[1].close()


async def _answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head[9:12])
