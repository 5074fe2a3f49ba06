"""Versions and aliases in the model registry: all of them move, or none."""

from __future__ import annotations

from collections.abc import Mapping

import mlflow
from mlflow import MlflowClient

from training.progress import undisturbed
from training.tracking._logged_model import LoggedModel
from training.tracking._pending import (
    PENDING,
    REGISTRATION,
    aliases,
    marks,
    remove_abandoned,
    take_back,
)
from training.tracking._quiet import quiet


def register(served: Mapping[str, LoggedModel], *, name: str, stage: str) -> dict[str, str]:
    """Make a version of each served model, then move champion and challenger; all or nothing.

    A version is marked pending until both aliases stand. What a killed run left pending is
    taken back first.
    """
    client = MlflowClient()
    remove_abandoned(client, name)
    marked = {"stage": stage, **marks(client, name)}
    try:
        versions = {alias: _make_version(model, name, marked) for alias, model in served.items()}
        _move_aliases(client, name, versions)
        for number in versions.values():
            client.delete_model_version_tag(name, number, PENDING)
    except BaseException:
        with undisturbed():
            take_back(client, name, marked[REGISTRATION])
        raise
    return versions


def _make_version(model: LoggedModel, name: str, tags: Mapping[str, str]) -> str:
    with quiet("mlflow.tracking._model_registry", "mlflow.store.model_registry"):
        made = mlflow.register_model(model.uri, name, tags={"family": model.family, **tags})
    return str(made.version)


def _move_aliases(client: MlflowClient, name: str, versions: Mapping[str, str]) -> None:
    for alias, number in versions.items():
        client.set_registered_model_alias(name, alias, number)
    for alias in aliases(client, name).keys() - versions.keys():
        client.delete_registered_model_alias(name, alias)
