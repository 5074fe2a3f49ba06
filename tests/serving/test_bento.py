"""``bentoml build`` packs the service whole, and ``bentoml serve`` answers from the pack alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lorpredict import PackagedModel
from scripts.ports import free_port
from tests.serving.conftest import ROOT, Server

pytestmark = [pytest.mark.server, pytest.mark.slow]

CHILD = {"sex": "female", "age_years": 12.5, "albumin_g_l": 36, "remission_week14": True}
# What a clone holds beside the service, as far as a build could take it along.
CLONED = (
    "LICENSE", "README.md", "lorpredict", "pyproject.toml", "requirements", "scripts", "serving",
    "tests", "training",
)  # fmt: skip
BENTOML = (sys.executable, "-m", "bentoml")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which BentoML keeps to a folder of its own."""
    home = tmp_path_factory.mktemp("bentoml")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LORPREDICT_")}
    return {**kept, "BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "True"}


@pytest.fixture(scope="module")
def bento(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bento that was built from a copy, which tells itself from the original."""
    clone = tmp_path_factory.mktemp("clone")
    for name in CLONED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, clone / name)
    app = clone / "serving" / "app.py"
    app.write_text(app.read_text("utf-8").replace('title="lorpredict"', 'title="a copy"'), "utf-8")
    built = subprocess.run(
        [*BENTOML, "build", "--output", "tag"],
        cwd=clone, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shutil.rmtree(clone)
    tag = re.search(r"__tag__:(\w+):(\w+)", built.stdout)
    assert tag is not None
    return Path(environment["BENTOML_HOME"], "bentos", tag[1], tag[2])


@pytest.fixture(scope="module")
def served(
    bento: Path,
    environment: dict[str, str],
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """``bentoml serve``, from a folder where nothing of the project lies."""
    place, port = tmp_path_factory.mktemp("served"), free_port()
    told = {
        "LORPREDICT_MODEL": str(folder),
        "LORPREDICT_ALLOW_STAGES": "demo",
        "LORPREDICT_AUDIT": f"sqlite:///{place / 'audit.db'}",
        "LORPREDICT_WORKERS": "2",
        "LORPREDICT_DOCS": "on",
    }
    tag = f"{bento.parent.name}:{bento.name}"
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [*BENTOML, "serve", tag, "--host", "127.0.0.1", "--port", str(port)],
            cwd=place, env={**environment, **told}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    started = Server(f"http://127.0.0.1:{port}", place / "log", process)
    try:
        wait_until_ready(started)
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_until_ready(server: Server, seconds: float = 120) -> None:
    last = time.monotonic() + seconds
    while time.monotonic() < last and server.process.poll() is None:
        try:
            if server.get("/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the bento did not become ready:\n{server.told()}", pytrace=False)


def workers_of(server: Server, *, at_least: int, seconds: float = 60) -> set[str]:
    """The processes that have said that they answer; one of them makes the server ready."""
    last = time.monotonic() + seconds
    found: set[str] = set()
    while len(found) < at_least and time.monotonic() < last:
        found = set(re.findall(r'"process":(\d+),"message":"Service \w+ init', server.told()))
        time.sleep(0.1)
    return found


def files_in(folder: Path) -> set[str]:
    every = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in every if "__pycache__" not in path.parts}


def test_a_bento_holds_the_library_and_the_service_whole_and_nothing_else(bento: Path) -> None:
    shipped = {
        f"{name}/{file}" for name in ("lorpredict", "serving") for file in files_in(ROOT / name)
    }

    packed = files_in(bento / "src")

    assert packed == shipped | {"LICENSE", "requirements/serving.txt", "bentofile.yaml"}
    assert {Path(name).suffix for name in shipped} >= {".py", ".toml", ".csv"}


def test_a_bento_holds_no_model_and_names_no_registry(bento: Path) -> None:
    assert "models: []" in (bento / "bento.yaml").read_text("utf-8")
    assert not list(bento.rglob("model.toml"))
    requirements = (bento / "env" / "python" / "requirements.txt").read_text("utf-8")
    assert "--hash=sha256:" in requirements
    assert "://" not in requirements


def test_a_bento_answers_what_the_packaged_model_says(
    served: Server, champion: PackagedModel
) -> None:
    answer = served.post("/v1/predict", json={"record": CHILD})

    told: list[dict[str, Any]] = answer.json()["answers"][0]["risks"]
    expected = champion.predict([CHILD]).risk[0]
    assert [each["risk"] for each in told] == pytest.approx(list(expected), abs=1e-12)
    assert served.get("/v1/openapi.json").json()["info"]["title"] == "a copy"


def test_a_bento_keeps_to_its_settings(served: Server) -> None:
    assert served.get("/v1/docs").is_success
    assert len(workers_of(served, at_least=2)) == 2
    assert (served.log.parent / "audit.db").exists()
    assert "Traceback" not in served.told()


def test_every_metric_of_ours_is_described(served: Server) -> None:
    served.post("/v1/predict", json={"record": CHILD})
    page = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")

    metrics = set(re.findall(r"^# TYPE (lorpredict_\w+)", served.get("/metrics").text, re.M))

    assert metrics
    assert not [name for name in metrics if f"`{name}`" not in page]
