"""Models that were logged and never registered do not stay in the store."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mlflow import MlflowClient
from mlflow.entities import LoggedModel

from training.progress import undisturbed


@contextmanager
def discarded_on_failure(run_ids: Iterable[str]) -> Iterator[None]:
    """Discard what these runs have logged as models, unless all goes well."""
    try:
        yield
    except BaseException:
        with undisturbed():
            for run_id in run_ids:
                _discard(MlflowClient(), run_id)
        raise


def _discard(client: MlflowClient, run_id: str) -> None:
    if client.search_model_versions(f"run_id='{run_id}'"):
        return  # the interruption came when the registration was complete
    experiment = client.get_run(run_id).info.experiment_id
    for model in client.search_logged_models([experiment], f"source_run_id = '{run_id}'"):
        client.delete_logged_model(model.model_id)
        _remove_files(model)


def _remove_files(model: LoggedModel) -> None:
    """Remove the folder; a store elsewhere keeps its files until its own ``mlflow gc``."""
    parts = urlsplit(model.artifact_location)
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost"):
        return
    folder = Path(url2pathname(parts.path)).parent  # it holds nothing but `artifacts`
    if folder.name == model.model_id and folder.is_dir():
        shutil.rmtree(folder)
