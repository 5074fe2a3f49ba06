"""The checker of scripts/check_hooks, before our service and before a careless one."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import pytest
import tomli_w
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scripts.check_hooks.__main__ import main
from scripts.check_hooks.answers import Answer
from scripts.check_hooks.cards import check_cards
from scripts.check_hooks.report import Report
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


GOOD_CARD = {
    "summary": "Nothing to be said", "indicator": "info", "detail": "| a | b |\n| --- | --- |",
    "source": {"label": "careless", "url": "https://risk.example/"},
    "overrideReasons": [{"code": "1", "system": "https://risk.example/r", "display": "Known"}],
    "suggestions": [{"label": "Ask", "uuid": "s1"}], "selectionBehavior": "any",
    "links": [{"label": "More", "url": "https://risk.example/more", "type": "absolute"}],
}  # fmt: skip
BAD_CARD = {
    "uuid": "always-the-same", "summary": "x" * 140, "indicator": "hard-stop",
    "source": {"label": None, "url": "/here", "topic": {"code": "1"}},
    "detail": "<script>alert(1)</script>", "suggestions": [{"label": "Ask"}],
    "overrideReasons": [{"code": "1", "system": "https://ehr.example"}],
    "links": [{"label": "More", "url": "/more", "type": "absolute", "appContext": "x"}],
}  # fmt: skip


class Careless(BaseHTTPRequestHandler):
    """Lets everybody in, fetches whatever is named, and has the same answer for every call."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    cards: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        prefetch = {"patient": "Patient/{{patientId}}", "labs": "Observation?subject.name:exact=x}"}
        service = {"id": "careless", "hook": "patient-view", "title": "", "prefetch": prefetch}
        self._tell({"services": [service]})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.close_connection = "content-length" not in self.headers
        with suppress(ValueError, AttributeError, KeyError, TypeError, RecursionError):
            self._fetch(json.loads(content)["fhirServer"])
        with suppress(jwt.InvalidTokenError, KeyError):
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            self._fetch(jwt.get_unverified_header(token)["jku"])
        self._tell({"cards": [{"uuid": str(uuid4()), **card} for card in self.cards]})

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


@contextmanager
def answering(*cards: dict[str, Any], kind: type[Careless] = Careless) -> Iterator[str]:
    """The address of a careless service that always gives these cards."""
    handler = type("Answering", (kind,), {"cards": list(cards)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def checked(key: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """What the checker says of a careless service that always gives these cards."""

    def lines(*cards: dict[str, Any]) -> list[str]:
        with answering(*cards) as address:
            assert main([address, *signing(key), "--origin", ORIGIN]) == 1
        return capsys.readouterr().out.splitlines()

    return lines


def failed(lines: list[str], what: str) -> bool:
    found = [line for line in lines if f"{what}: " in line]
    assert found, f"never checked: {what}"
    return all(": FAILED, " in line for line in found)


TAKEN_BY_MISTAKE = (
    "description is told",
    "title is text or left out",
    "tokens stand between {{ and }}",
    "tokens are fields of the context or of the user",
    "queries are within the recommended subset",
    "a call without a credential is refused with 401",
    "a call without prefetch is refused with 412",
    "null for every key is answered in words",
    "an OperationOutcome for labs is not passed over",
    "-1 as a measured value is not passed over",
    "data of another patient than the context's are not passed over",
    "a call without hookInstance is refused",
    "fhirAuthorization without fhirServer is refused",
    "JSON sent as text/plain is refused",
    "a document of 16 MB is refused",
    "a call to an unknown service is refused",
    "feedback accepted without acceptedSuggestions is refused",
    "preflight of POST /cds-services/careless from https://foreign.example",
    "a token signed by none is refused",
    "a token signed by HS256 with the public key is refused",
    "a token of an hour is refused",
    "a token is good once",
    "nobody came for keys to an unlisted jku",
    "nobody came to the FHIR server that calls named",
)


def test_a_service_that_takes_everything_is_found_out(checked: Callable[..., list[str]]) -> None:
    lines = checked(GOOD_CARD)

    for what in TAKEN_BY_MISTAKE:
        assert failed(lines, what), what
    assert not failed(lines, "a good call is answered with cards")
    assert not [line for line in failures("\n".join(lines)) if " cards: " in line.split(":")[0]]


@pytest.mark.parametrize(
    "what",
    [
        "nothing is null or empty",
        "no uuid is given twice",
        "the summary has fewer than 140 characters",
        "the detail is GitHub Flavored Markdown",
        "the indicator is info, warning or critical",
        "the source has a label",
        "addresses of the source are absolute",
        "the topic of the source is a coding",
        "suggestions come with a selectionBehavior",
        "override reasons are codings with a display",
        "links are labelled, typed and absolute",
    ],
)
def test_a_card_of_the_wrong_form_is_found_out(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Answer(200, text=json.dumps({"cards": [BAD_CARD, BAD_CARD]}))
    check_cards(Report(), [answer])

    assert failed(capsys.readouterr().out.splitlines(), what)


def test_silence_is_found_out(checked: Callable[..., list[str]]) -> None:
    lines = checked()

    assert failed(lines, "a good call is answered with cards")
    assert failed(lines, "null for patient is answered")
    assert failed(lines, "a further field is answered or refused in words")


def test_where_no_service_answers_nothing_was_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:  # bound, and deaf
        taken.bind(("127.0.0.1", 0))
        code = main([f"http://127.0.0.1:{taken.getsockname()[1]}"])

    assert code == 2
    assert "no service was discovered" in capsys.readouterr().err


def test_a_key_without_its_name_is_refused(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:9", "--private-key", str(key), "--issuer", ISSUER]) == 2
    assert "--private-key needs --issuer and --kid" in capsys.readouterr().err
