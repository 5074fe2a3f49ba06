"""A command line to type at, in a folder of its own, and models to ask."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lorpredict import AtRisk, Cohort, PackagedModel
from lorpredict.commands import main
from lorpredict.synthetic import RECONSTRUCTED_COHORT
from tests.small_models import packaged_without_judgement


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout; anything else there is an error."""
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type the words behind ``python -m lorpredict``, in an empty folder, 80 columns wide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def typed(*words: str | Path) -> Answer:
        capsys.readouterr()
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return typed


@pytest.fixture
def rows() -> pd.DataFrame:
    """The shipped cohort as texts, to be changed."""
    return pd.read_csv(RECONSTRUCTED_COHORT, dtype=str, keep_default_na=False)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A file without a fault."""
    return Path(shutil.copy(RECONSTRUCTED_COHORT, tmp_path / "ours.csv"))


@pytest.fixture(scope="session")
def asked_models(cohort: Cohort, at_risk: AtRisk) -> dict[str, PackagedModel]:
    """Two models, made without the cross-validation that no command needs."""
    return {name: packaged_without_judgement(name, cohort, at_risk) for name in ("ridge", "forest")}


@pytest.fixture(scope="session")
def model_folders(
    asked_models: dict[str, PackagedModel], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Family -> its model folder."""
    place = tmp_path_factory.mktemp("models")
    return {name: model.save(place / name) for name, model in asked_models.items()}


@pytest.fixture
def ridge(model_folders: dict[str, Path]) -> Path:
    return model_folders["ridge"]


@pytest.fixture
def forest(model_folders: dict[str, Path]) -> Path:
    return model_folders["forest"]
