"""Two small models, the app that serves them, and one real server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from lorpredict import ModelDesign, PackagedModel, develop
from lorpredict.report import model_card
from lorpredict.synthetic import reconstructed_cohort
from scripts.ports import free_port
from serving.app import create_app
from serving.messages import record_fields
from serving.models import ServedModels
from serving.settings import Settings

ROOT = Path(__file__).parents[2]
SERVED = {"champion": "forest", "challenger": "ridge"}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with champion/ and challenger/."""
    place = tmp_path_factory.mktemp("served")
    design = ModelDesign.read(ROOT / "training/designs/week14.toml")
    families = tuple(SERVED.values())
    developed = develop(reconstructed_cohort(), design, family_names=families, plan="quick")
    for alias, family in SERVED.items():
        model = developed.packaged(family)
        model.save(place / alias, documents={"card.md": model_card(model)})
    return place


@pytest.fixture(scope="session")
def settings(folder: Path) -> Settings:
    return Settings(model=str(folder), allow_stages=("demo",), audit="off")


@pytest.fixture(scope="session")
def champion(folder: Path) -> PackagedModel:
    return PackagedModel.load(folder / "champion")


@pytest.fixture(scope="session")
def challenger(folder: Path) -> PackagedModel:
    return PackagedModel.load(folder / "challenger")


@pytest.fixture(scope="session")
def models(settings: Settings) -> ServedModels:
    return ServedModels.load(settings)


@pytest.fixture(scope="session")
def client(models: ServedModels) -> TestClient:
    return TestClient(create_app(models), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def children() -> list[dict[str, Any]]:
    """The 69 records of the shipped cohort as a client sends them, without what is missing."""
    rows = reconstructed_cohort().table.to_dict("records")
    return [
        {
            name: value.item() if hasattr(value, "item") else value
            for name, value in row.items()
            if name in record_fields() and value is not None and value == value
        }
        for row in rows
    ]


@pytest.fixture
def child() -> dict[str, Any]:
    return {"sex": "female", "age_years": 12.5, "albumin_g_l": 36, "remission_week14": True}


@dataclass(frozen=True)
class Server:
    """A server that runs in a process of its own."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def post(self, path: str, **request: Any) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", timeout=30, **request)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=30)

    def told(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text("utf-8")


@pytest.fixture(scope="session")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``python -m serving``, ready to answer; stopped as an operator would."""
    place = tmp_path_factory.mktemp("server")
    with running(folder, place, "--docs") as started:
        yield started


@contextmanager
def running(folder: Path, place: Path, *options: str) -> Iterator[Server]:
    """Start a server whose audit and log are in ``place``; stop it as an operator would."""
    port = free_port()
    command = [
        sys.executable, "-m", "serving", "--model", str(folder), "--port", str(port),
        "--allow-stage", "demo", "--audit", f"sqlite:///{place / 'audit.db'}", *options,
    ]  # fmt: skip
    log = place / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=os.environ
        )
    started = Server(f"http://127.0.0.1:{port}", log, process)
    try:
        _wait_until_ready(started)
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        stopped = process.wait(timeout=30)
    assert stopped == 0, started.told()


def _wait_until_ready(server: Server, seconds: float = 120) -> None:
    last = time.monotonic() + seconds
    while time.monotonic() < last and server.process.poll() is None:
        try:
            if server.get("/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server did not become ready:\n{server.told()}", pytrace=False)
