"""The model folder in the tracking store: logged as a pyfunc, loaded back, found to be the same."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException

import lorpredict
from lorpredict.errors import DamagedModel
from lorpredict.packaged import PackagedModel
from lorpredict.report import model_card
from training.tracking._quiet import quiet

_PYFUNC = Path(__file__).parents[1] / "pyfunc_model.py"
# The pyfunc needs these to answer; lorpredict itself travels with the model.
REQUIREMENTS = ("mlflow", "numba", "numpy", "pandas", "tomli-w")


@dataclass(frozen=True)
class LoggedModel:
    """A model folder in the tracking store, loaded back and found to answer as before."""

    family: str
    uri: str
    run_id: str


def log_model(model: PackagedModel, run_id: str) -> LoggedModel:
    """Log the model folder as a pyfunc, load it back and ask it its reference records."""
    facts = model.facts
    with tempfile.TemporaryDirectory() as place, _within(run_id):
        folder = model.save(Path(place) / "model", documents={"card.md": model_card(model)})
        with quiet("mlflow.models.model", "mlflow.pyfunc"):
            info = mlflow.pyfunc.log_model(
                name=f"{facts.name}-{facts.family}",
                python_model=str(_PYFUNC),
                artifacts={"model": str(folder)},
                code_paths=[str(_library_without_data(Path(place)))],
                pip_requirements=[f"{package}=={version(package)}" for package in REQUIREMENTS],
            )
        refuse_other_answers(info.model_uri, folder)
    return LoggedModel(facts.family, info.model_uri, run_id)


@contextmanager
def _within(run_id: str) -> Iterator[None]:
    """Go on with a run; one that lasts is not ended."""
    active = mlflow.active_run()
    if active is not None and active.info.run_id == run_id:
        yield
        return
    with mlflow.start_run(run_id=run_id, nested=True):
        yield


def _library_without_data(place: Path) -> Path:
    """Copy the library that travels with the model; no cohort travels, not even a synthetic one."""
    library = Path(lorpredict.__file__).parent
    unwanted = shutil.ignore_patterns("data", "__pycache__")
    return Path(shutil.copytree(library, place / library.name, ignore=unwanted))


def refuse_other_answers(uri: str, folder: Path) -> None:
    """Load a logged model as its users will, and compare its answers with the reference.

    Raises
    ------
    DamagedModel
        If it does not load or answers otherwise; then nothing may be registered.
    """
    reference = json.loads((folder / "reference.json").read_text("utf-8"))
    try:
        found = mlflow.pyfunc.load_model(uri).predict(pd.DataFrame(reference["records"]))
    except MlflowException as error:
        raise DamagedModel(f"the logged model {uri} cannot be loaded back: {error}") from error
    risk = found.filter(like="risk_by_day").to_numpy()
    difference = float(np.abs(risk - np.array(reference["risk"])).max())
    if not difference <= 1e-12:
        raise DamagedModel(f"the logged model {uri} answers otherwise by {difference:.1e}")
