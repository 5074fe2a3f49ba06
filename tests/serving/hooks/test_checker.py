"""The checker of scripts/check_hooks.py, before our service and before a careless one."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import tomli_w
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scripts.check_hooks import main
from tests.serving.conftest import running

BASE = "https://risk.example"
ISSUER = "https://ehr.example"
ORIGIN = "https://ehr.example"
# The checker asks some hundred times in a minute.
UNHURRIED = ("--requests-per-minute", "100000")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key in PEM, with the JWK set and the file of issuers beside it."""
    place = tmp_path_factory.mktemp("keys")
    private = ec.generate_private_key(ec.SECP384R1())
    jwk = jwt.get_algorithm_by_name("ES384").to_jwk(private.public_key(), as_dict=True)
    jwk.pop("key_ops", None)
    (place / "keys.json").write_text(json.dumps({"keys": [{**jwk, "kid": "k1"}]}), "utf-8")
    issuer = {
        "iss": ISSUER,
        "client": "ehr",
        "scopes": ["hooks"],
        "jwks": str(place / "keys.json"),
    }
    (place / "issuers.toml").write_text(tomli_w.dumps({"issuers": [issuer]}), "utf-8")
    file = place / "key.pem"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


def signing(key: Path) -> list[str]:
    return ["--issuer", ISSUER, "--private-key", str(key), "--kid", "k1", "--known-as", BASE]


def failures(told: str) -> list[str]:
    return [line for line in told.splitlines() if ": FAILED, " in line]


def counted(told: str) -> int:
    found = re.search(r"^(\d+) passed, \d+ failed$", told, re.MULTILINE)
    assert found, told
    return int(found[1])


@pytest.mark.server
@pytest.mark.slow
def test_the_open_service_keeps_the_standard(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(folder, tmp_path, "--allowed-origins", ORIGIN, *UNHURRIED) as server:
        code = main([server.url, "--origin", ORIGIN])
    told = capsys.readouterr().out

    assert failures(told) == []
    assert (code, counted(told) > 200) == (0, True)
    assert "a free reason is taken: passed" in told


@pytest.mark.server
@pytest.mark.slow
def test_the_service_behind_tokens_keeps_the_standard(
    folder: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issuers = str(key.with_name("issuers.toml"))
    options = ("--issuers", issuers, "--base-url", BASE, "--allowed-origins", ORIGIN, *UNHURRIED)
    with running(folder, tmp_path, *options) as server:
        code = main([server.url, *signing(key), "--origin", ORIGIN])
    told = capsys.readouterr().out

    assert failures(told) == []
    assert (code, counted(told) > 250) == (0, True)
    assert "nobody came for keys to an unlisted jku: passed" in told


# ---- a service that does it all wrong -----------------------------------------------------------


class Careless(BaseHTTPRequestHandler):
    """Lets everybody in, fetches whatever is named, and answers every call with no cards."""

    protocol_version = "HTTP/1.1"
    answer: dict[str, Any]

    def do_GET(self) -> None:
        prefetch = {"patient": "Patient/{{patientId}}", "labs": "Observation?subject.name:exact=x}"}
        service = {"id": "careless", "hook": "patient-view", "title": "", "prefetch": prefetch}
        self._tell({"services": [service]})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.close_connection = "content-length" not in self.headers
        with suppress(ValueError, AttributeError, KeyError, TypeError):
            self._fetch(json.loads(content)["fhirServer"])
        with suppress(jwt.InvalidTokenError, KeyError):
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            self._fetch(jwt.get_unverified_header(token)["jku"])
        self._tell(self.answer)

    def do_OPTIONS(self) -> None:
        self._tell({})

    do_PUT = do_GET  # noqa: N815  the library's names
    do_DELETE = do_GET  # noqa: N815  the library's names

    def _fetch(self, address: str) -> None:
        place = urlsplit(address)
        with suppress(OSError):
            socket.create_connection((place.hostname or "", place.port or 443), 1).close()

    def _tell(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", self.headers.get("origin", "*"))
        self.send_header("Access-Control-Allow-Credentials", "true")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def careless() -> Iterator[str]:
    """The address of a service with one card that breaks every rule."""
    card = {
        "uuid": "always-the-same", "summary": "x" * 140, "indicator": "hard-stop",
        "source": {"label": None, "url": "/here", "topic": {"code": "1"}},
        "detail": "<script>alert(1)</script>", "suggestions": [{"label": ""}],
        "overrideReasons": [{"code": "1", "system": "https://ehr.example"}],
        "links": [{"label": "More", "url": "/more", "type": "absolute", "appContext": "x"}],
    }  # fmt: skip
    handler = type("Answering", (Careless,), {"answer": {"cards": [card]}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_careless_service_is_found_out(
    careless: str, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([careless, *signing(key), "--origin", ORIGIN])
    found = failures(capsys.readouterr().out)
    numbers = {each for line in found for each in re.split(r",? ", line.split("  ")[0].strip())}

    assert code == 1
    wanted = {"3", "8", "9", "15", "16", "18", "20", "54", "55", "56", "58", "80", "83", "85", "88"}
    assert not wanted - {number for line in found for number in re.findall(r"\d+", line[:22])}
    assert numbers
    for what in (
        "the source has a label",
        "addresses of the source are absolute",
        "override reasons are codings with a display",
        "links are labelled, typed and absolute",
        "suggestions come with a selectionBehavior",
        "preflight of POST /cds-services/careless from https://foreign.example",
        "nobody came to the FHIR server that calls named",
        "nobody came for keys to an unlisted jku",
        "a token signed by none is refused",
        "a token signed by another key is refused",
        "a token is good once",
        "a document of 16 MB is refused",
    ):
        assert any(what in line for line in found), what


def test_where_no_service_answers_nothing_was_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:  # bound, and deaf
        taken.bind(("127.0.0.1", 0))
        code = main([f"http://127.0.0.1:{taken.getsockname()[1]}"])

    assert code == 2
    assert "no service was discovered" in capsys.readouterr().err


def test_a_key_without_its_name_is_refused(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:9", "--private-key", str(key), "--issuer", ISSUER]) == 2
    assert "--private-key needs --issuer and --kid" in capsys.readouterr().err
