"""A store in which champion and challenger stand, to be trained into and looked at."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from training.tracking import LoggedModel

NAME = "lorpredict-week14"


@dataclass(frozen=True)
class State:
    """Alias -> version, the versions, and the logged models with their folders."""

    aliases: dict[str, str]
    versions: list[str]
    models: list[str]
    folders: list[Path]


@dataclass(frozen=True)
class Store:
    """A copy of a training's database; what is logged anew goes beside it."""

    place: Path

    @classmethod
    def copied(cls, original: Path, place: Path) -> Store:
        shutil.copy(original / "mlflow.db", place / "mlflow.db")
        with sqlite3.connect(place / "mlflow.db") as database:
            database.execute(
                "update experiments set artifact_location = ? || '/mlruns/' || experiment_id",
                (str(place),),
            )
        return cls(place)

    @property
    def address(self) -> str:
        return f"sqlite:///{self.place / 'mlflow.db'}"

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(tracking_uri=self.address, registry_uri=self.address)

    @property
    def state(self) -> State:
        with sqlite3.connect(self.place / "mlflow.db") as database:
            kept = "select model_id from logged_models where lifecycle_stage = 'active' order by 1"
            models = [model for (model,) in database.execute(kept)]
        aliases = self.client.get_registered_model(NAME).aliases
        return State(
            {alias: str(number) for alias, number in aliases.items()},
            sorted(self.versions),
            models,
            sorted(path.parent for path in self.place.rglob("SHA256SUMS")),
        )

    @property
    def versions(self) -> dict[str, ModelVersion]:
        found = self.client.search_model_versions(f"name='{NAME}'")
        return {str(version.version): version for version in found}

    @property
    def served(self) -> dict[str, LoggedModel]:
        """The models that stand, ready to be registered once more."""
        found = {
            alias: self.client.get_model_version_by_alias(NAME, alias)
            for alias in ("champion", "challenger")
        }
        return {
            alias: LoggedModel(version.tags["family"], str(version.source), str(version.run_id))
            for alias, version in found.items()
        }
