"""A training that is interrupted registers nothing, moves nothing and leaves no half folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from tests.training.conftest import PROJECT, Trained, clean_environment
from training.tracking import LoggedModel, register

NAME = "lorpredict-week14"
# MLflow and SQLAlchemy warn about one another; that is theirs to settle.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def store(trained: Trained, tmp_path: Path) -> str:
    """A copy of a store in which a champion and a challenger stand."""
    shutil.copy(trained.place / "mlflow.db", tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def state(store: str) -> tuple[dict[str, str], list[str]]:
    client = MlflowClient(tracking_uri=store, registry_uri=store)
    aliases = {k: str(v) for k, v in client.get_registered_model(NAME).aliases.items()}
    versions = client.search_model_versions(f"name='{NAME}'")
    return aliases, sorted(str(version.version) for version in versions)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_training_registers_nothing(
    store: str, tmp_path: Path, number: signal.Signals
) -> None:
    before = state(store)
    process = subprocess.Popen(
        [sys.executable, "-m", "training.main", "--families", "ridge", "--repeats", "400"],
        cwd=PROJECT,
        env=clean_environment(MLFLOW_TRACKING_URI=store, TMPDIR=str(tmp_path)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(8)  # in the middle of its cross-validation
    assert process.poll() is None
    os.killpg(process.pid, number)
    assert process.wait(timeout=60) != 0
    assert state(store) == before
    assert not list(tmp_path.rglob("SHA256SUMS"))


class _StopsAt:
    """Stands for Ctrl-C at one step of the registration."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        self.real = getattr(MlflowClient, step)
        self.calls = 0
        monkeypatch.setattr(MlflowClient, step, lambda client, *a, **k: self.stop(client, *a, **k))

    def stop(self, client: MlflowClient, *arguments: object, **named: object) -> object:
        self.calls += 1
        if self.calls == 2:
            raise KeyboardInterrupt
        return self.real(client, *arguments, **named)


@pytest.mark.parametrize("step", ["set_registered_model_alias", "delete_model_version_tag"])
def test_interrupted_registration_is_taken_back(
    store: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    before = state(store)
    served = served_again(store)
    _StopsAt(monkeypatch, step)
    with pytest.raises(KeyboardInterrupt):
        register(served, name=NAME, stage="demo")
    assert state(store) == before


def test_what_a_killed_registration_left_pending_is_removed(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    served = served_again(store)
    left = mlflow.register_model(served["champion"].uri, NAME, tags={"lorpredict.pending": "true"})
    versions = register(served, name=NAME, stage="demo")
    aliases, standing = state(store)
    assert aliases == versions
    assert str(left.version) not in standing


def served_again(store: str) -> dict[str, LoggedModel]:
    """The models that stand in the store, ready to be registered once more."""
    client = MlflowClient(tracking_uri=store, registry_uri=store)
    found = {
        alias: client.get_model_version_by_alias(NAME, alias)
        for alias in ("champion", "challenger")
    }
    return {
        alias: LoggedModel(version.tags["family"], str(version.source), str(version.run_id))
        for alias, version in found.items()
    }
