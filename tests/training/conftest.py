"""One real training through ``mlflow run``, from another directory, on an awkward table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from lorpredict.synthetic import RECONSTRUCTED_COHORT
from tests.training.stores import Store

PROJECT = Path(__file__).parents[2]


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


@pytest.fixture(scope="session")
def train() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the training script as MLproject's command does."""

    def run(*arguments: str, place: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "training.main", *arguments],
            cwd=PROJECT,
            env=clean_environment(MLFLOW_TRACKING_URI=f"sqlite:///{place / 'mlflow.db'}"),
            capture_output=True,
            text=True,
            check=False,
        )

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
    settings = ("cohort=OTHER.csv", "families=ridge,forest", "repeats=1")
    parameters = [word for setting in settings for word in ("-P", setting)]
    command = [sys.executable, "-m", "mlflow", "run", str(PROJECT), "--env-manager", "local"]
    run = subprocess.run(
        [*command, "--experiment-name", "lorpredict", *parameters],
        cwd=place,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return Trained(place, run.stdout + run.stderr)


@pytest.fixture
def store(trained: Trained, tmp_path: Path) -> Store:
    """A store of its own, in which a champion and a challenger stand."""
    return Store.copied(trained.place, tmp_path)
