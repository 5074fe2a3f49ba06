"""What stands in the registry or in a run, brought to this machine."""

from __future__ import annotations

from pathlib import Path

from mlflow.artifacts import download_artifacts
from mlflow.exceptions import MlflowException

from lorpredict.errors import DamagedModel
from training.tracking._store import use_absolute_store


def downloaded(address: str, into: Path) -> Path:
    """Download what an address such as ``models:/lorpredict-week14@champion`` stands for.

    Raises
    ------
    DamagedModel
        If nothing stands there.
    """
    use_absolute_store()
    try:
        return Path(download_artifacts(artifact_uri=address, dst_path=str(into)))
    except MlflowException as error:
        raise DamagedModel(f"{address} cannot be fetched: {error}") from error
