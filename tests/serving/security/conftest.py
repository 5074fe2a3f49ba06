"""A server of JWK sets, a clock, and an issuer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from serving.security import Client
from serving.security.issuers import Issuer
from tests.serving.security.asking import ISS, Clock, KeyServer, jwk_set, public_jwk, write_jwks


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    told = KeyServer(body=jwk_set(public_jwk("ES384"), public_jwk("RS384", kid="r1")))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(told.seconds)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        def get_request(self) -> Any:
            told.connections += 1
            return super().get_request()

        def handle_error(self, *_: Any) -> None:
            """A client that has had enough hangs up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_port
        running = threading.Thread(target=server.serve_forever, args=(0.01,))
        running.start()
        yield told
        server.shutdown()
        running.join()


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """An issuer whose keys are in a file."""
    file = write_jwks(
        tmp_path,
        public_jwk("ES384"),
        public_jwk("RS384", kid="r1"),
        public_jwk("ES256", kid="p256"),
    )
    return Issuer(
        ISS, Client("ehr", frozenset({"hooks"})), frozenset({"ES384", "RS384"}), jwks=file
    )


@pytest.fixture
def fetched_issuer(issuer: Issuer, key_server: KeyServer) -> Issuer:
    """An issuer whose keys are fetched."""
    return replace(issuer, jwks=None, jku=(key_server.url,))
