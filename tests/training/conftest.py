"""One real training through ``mlflow run``, from another directory, on an awkward table."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from lorpredict.synthetic import RECONSTRUCTED_COHORT
from tests.training.stores import Store

PROJECT = Path(__file__).parents[2]
Refused = Callable[..., str]


@dataclass(frozen=True)
class Trained:
    """Where a training left its store, and what it printed."""

    place: Path
    printed: str

    @property
    def store(self) -> str:
        return f"sqlite:///{self.place / 'mlflow.db'}"


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a person who has just opened a terminal in the project's .venv."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "LORPREDICT_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": path, "MLFLOW_DISABLE_TELEMETRY": "true", **more}


def run_entry(
    name: str, *arguments: str, store: str, place: Path = PROJECT
) -> subprocess.CompletedProcess[str]:
    """Run the script of an entry point as MLproject's command does."""
    return subprocess.run(
        [sys.executable, "-m", f"training.{name}", *arguments],
        cwd=place,
        env=clean_environment(MLFLOW_TRACKING_URI=store, PYTHONPATH=str(PROJECT)),
        capture_output=True,
        text=True,
        check=False,
    )


def run_project(entry: str, place: Path, **parameters: str) -> subprocess.CompletedProcess[str]:
    """Type ``mlflow run`` in a directory that is not the project's."""
    given = [word for name, value in parameters.items() for word in ("-P", f"{name}={value}")]
    project = [str(PROJECT), "-e", entry, "--env-manager", "local"]
    fetched = place.with_name(f"{place.name}-fetched")  # where MLflow leaves what a path stood for
    fetched.mkdir(exist_ok=True)
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "mlflow",
            "run",
            *project,
            "--experiment-name",
            "lorpredict",
            *given,
        ],
        cwd=place,
        env=clean_environment(MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false", TMPDIR=str(fetched)),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def train() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the training script with a store of its own."""

    def run(*arguments: str, place: Path) -> subprocess.CompletedProcess[str]:
        return run_entry("main", *arguments, store=f"sqlite:///{place / 'mlflow.db'}")

    return run


def awkward_table() -> pd.DataFrame:
    """The shipped cohort with shuffled and extra columns, other units and more missing troughs."""
    table = pd.read_csv(RECONSTRUCTED_COHORT)
    table["crp_mg_dl"] = table.pop("crp_mg_l") / 10
    table["albumin_g_dl"] = table.pop("albumin_g_l") / 10
    table["shoe_size"], table["colour"] = 30, "red"
    table["patient_id"] = [f"SECRET-{number:03}" for number in range(len(table))]
    table.loc[::3, "trough_week14_ug_ml"] = None
    return table.sample(frac=1, axis=1, random_state=1)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    place = tmp_path_factory.mktemp("trained")
    awkward_table().to_csv(place / "OTHER.csv", index=False)
    run = run_project("main", place, cohort="OTHER.csv", families="ridge,forest", plan="quick")
    assert run.returncode == 0, run.stdout + run.stderr
    return Trained(place, run.stdout + run.stderr)


@pytest.fixture
def store(trained: Trained, tmp_path: Path) -> Store:
    """A store of its own, in which a champion and a challenger stand."""
    return Store.copied(trained.place, tmp_path)


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refused:
    """Ask an entry point for what it refuses, in a directory of its own; returns what is told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
    for name in ("MLFLOW_DISABLE_TELEMETRY", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"):
        monkeypatch.setenv(name, "true" if "DISABLE" in name else "false")

    def ask(main: Callable[[Sequence[str]], int], *arguments: str) -> str:
        try:
            status: object = main(arguments)
        except SystemExit as left:  # argparse's way out
            status = left.code
        told = capsys.readouterr().err
        assert status == 2, told
        return told

    return ask
