"""Servers that a benchmark asks: ours, a bare one, MLflow's; each in a process group of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from scripts.ports import free_port

ROOT = Path(__file__).parents[1]
_LONGEST_START = 180.0
# MLflow starts uvicorn by its name.
_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


@dataclass(frozen=True)
class Running:
    """A server that answers.

    Parameters
    ----------
    seconds_to_ready : from the command to the first answer
    """

    name: str
    port: int
    process: subprocess.Popen[bytes]
    seconds_to_ready: float
    log: Path

    def workers(self) -> list[psutil.Process]:
        """Processes of ours that answer requests."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return [each for each in below if "_bentoml_impl.worker.service" in _command_of(each)]

    def begun(self) -> set[int]:
        """Process ids of the workers that have told that they are ready."""
        lines = self.log.read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines if '"the service begins"' in line]
        return {each["process"] for each in told}


@contextmanager
def ours(folder: Path, place: Path, *options: str) -> Iterator[Running]:
    """``python -m serving``; ``--audit`` among the options chooses where it records."""
    port = free_port()
    command = [
        sys.executable, "-m", "serving", "--model", str(folder), "--allow-stage", "demo",
        "--port", str(port), *options,
    ]  # fmt: skip
    with running("ours", command, port, "/readyz", place) as started:
        yield started


@contextmanager
def bare(folder: Path, place: Path) -> Iterator[Running]:
    """FastAPI and uvicorn over the same functions."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "benchmarks._bare_service:app", "--port", str(port),
        "--no-access-log",
    ]  # fmt: skip
    told = {
        "LORPREDICT_MODEL": str(folder),
        "LORPREDICT_ALLOW_STAGES": "demo",
        "LORPREDICT_AUDIT": f"sqlite:///{place / 'bare.db'}",
    }
    with running("bare", command, port, "/readyz", place, told) as started:
        yield started


@contextmanager
def mlflow(model: Path, place: Path) -> Iterator[Running]:
    """``mlflow models serve`` of a logged model."""
    port = free_port()
    command = [
        sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(model),
        "--env-manager", "local", "--workers", "1", "--port", str(port),
    ]  # fmt: skip
    with running("mlflow", command, port, "/ping", place) as started:
        yield started


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    ready: str,
    place: Path,
    told: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Start a server, wait until it answers, and stop all of it in the end."""
    begun = time.perf_counter()
    file = place / f"{name}-{port}.log"
    with file.open("wb") as log, _on_the_first_core():
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": _PATH, **(told or {})}, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(process, f"http://127.0.0.1:{port}{ready}")
        yield Running(name, port, process, time.perf_counter() - begun, file)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _on_the_first_core() -> Iterator[None]:
    """Let what is started share one core, so that one worker is one core's worth of work.

    Who asks stays on the others.
    """
    cores = os.sched_getaffinity(0)
    first, *others = sorted(cores)
    os.sched_setaffinity(0, {first})
    try:
        yield
    finally:
        os.sched_setaffinity(0, others or cores)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    last = time.monotonic() + _LONGEST_START
    while time.monotonic() < last and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not become ready; exit status {process.poll()}")


def _command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
