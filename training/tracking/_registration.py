"""Versions and aliases in the model registry: all of them move, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from training.tracking._logged_model import LoggedModel
from training.tracking._quiet import quiet

_PENDING = "lorpredict.pending"


def register(served: Mapping[str, LoggedModel], *, name: str, stage: str) -> dict[str, str]:
    """Make a version of each served model, then move the aliases; all of it or nothing.

    A version is marked pending until every alias stands. What a killed run left pending is
    removed first.
    """
    client = MlflowClient()
    _remove_pending(client, name)
    before = _aliases(client, name)
    versions: dict[str, str] = {}
    try:
        for alias, model in served.items():
            tags = {"family": model.family, "stage": stage, _PENDING: "true"}
            with quiet("mlflow.tracking._model_registry", "mlflow.store.model_registry"):
                made = mlflow.register_model(model.uri, name, tags=tags)
            versions[alias] = str(made.version)
        for alias, number in versions.items():
            client.set_registered_model_alias(name, alias, number)
        for alias in before.keys() - versions.keys():
            client.delete_registered_model_alias(name, alias)
        for number in versions.values():
            client.delete_model_version_tag(name, number, _PENDING)
    except BaseException:
        _take_back(client, name, before, made=versions.values())
        raise
    return versions


def _aliases(client: MlflowClient, name: str) -> dict[str, str]:
    try:
        aliases: dict[str, str] = dict(client.get_registered_model(name).aliases)
    except MlflowException:
        return {}
    return aliases


def _take_back(
    client: MlflowClient, name: str, before: Mapping[str, str], *, made: Iterable[str]
) -> None:
    """Put the aliases back where they were and remove the versions of this run."""
    for alias, number in before.items():
        client.set_registered_model_alias(name, alias, number)
    for alias in _aliases(client, name).keys() - before.keys():
        client.delete_registered_model_alias(name, alias)
    for number in made:
        client.delete_model_version(name, number)
    _remove_pending(client, name)


def _remove_pending(client: MlflowClient, name: str) -> None:
    served = set(_aliases(client, name).values())
    for found in client.search_model_versions(f"name='{name}'"):
        if _PENDING in found.tags and str(found.version) not in served:
            client.delete_model_version(name, found.version)
