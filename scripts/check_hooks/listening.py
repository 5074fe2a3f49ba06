"""A port that nobody should come to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

# A fetch in the background may start after the answer was given.
_SECONDS_OF_GRACE = 0.5


@dataclass
class Listener:
    """Counts the connections to one port of this machine."""

    host: str
    port: int
    connections: int = 0

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def visits(self) -> str:
        """Say who came, after a moment of grace; nothing where nobody did."""
        time.sleep(_SECONDS_OF_GRACE)
        return f"{self.connections} connections came to {self.address}" if self.connections else ""

    def is_reached(self) -> bool:
        """Whether a connection is counted; this one is taken off again."""
        with suppress(OSError), socket.create_connection((self.host, self.port), timeout=5):
            end = time.monotonic() + 5
            while not self.connections and time.monotonic() < end:
                time.sleep(0.01)
        reached = self.connections == 1
        self.connections = 0
        return reached


def own_address(base: str) -> str:
    """The address of this machine that a machine at ``base`` would answer to."""
    split = urlsplit(base)
    target = (split.hostname or "", split.port or 443)
    family, kind, _, _, place = socket.getaddrinfo(*target, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as probe:
        probe.connect(place)
        return str(probe.getsockname()[0])


@contextmanager
def listening(host: str) -> Iterator[Listener]:
    """Listen on a free port of ``host``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        server.settimeout(0.1)
        listener = Listener(host, server.getsockname()[1])
        stop = threading.Event()
        thread = threading.Thread(target=_count, args=(server, listener, stop))
        thread.start()
        try:
            yield listener
        finally:
            stop.set()
            thread.join()


def _count(server: socket.socket, listener: Listener, stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            connection, _ = server.accept()
            listener.connections += 1
            connection.close()
