"""Versions and aliases in the model registry: all of them move, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

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


def register(
    served: Mapping[str, LoggedModel], *, name: str, stages: Mapping[str, str]
) -> dict[str, str]:
    """Make a version of each served model, then move champion and challenger; all or nothing.

    Each version is tagged with the stage of its alias, and marked pending until both aliases
    stand. What a killed run left pending is taken back first.
    """
    client = MlflowClient()
    with _taken_back_on_failure(client, name) as marked:
        versions = {
            alias: _make_version(model, name, {"stage": stages[alias], **marked})
            for alias, model in served.items()
        }
        _move_aliases(client, name, versions)
        for number in versions.values():
            client.delete_model_version_tag(name, number, PENDING)
    return versions


def register_beside(model: LoggedModel, *, name: str, stage: str) -> str:
    """Make one more version of a model and move no alias: who is served is for others to say."""
    client = MlflowClient()
    with _taken_back_on_failure(client, name) as marked:
        number = _make_version(model, name, {"stage": stage, **marked})
        client.delete_model_version_tag(name, number, PENDING)
    return number


@contextmanager
def _taken_back_on_failure(client: MlflowClient, name: str) -> Iterator[dict[str, str]]:
    """Give the tags of a registration that has begun; take it back unless it ends."""
    remove_abandoned(client, name)
    marked = marks(client, name)
    try:
        yield marked
    except BaseException:
        with undisturbed():
            take_back(client, name, marked[REGISTRATION])
        raise


def _make_version(model: LoggedModel, name: str, tags: Mapping[str, str]) -> str:
    with quiet("mlflow.tracking._model_registry", "mlflow.store.model_registry"):
        made = mlflow.register_model(model.uri, name, tags={"family": model.family, **tags})
    return str(made.version)


def _move_aliases(client: MlflowClient, name: str, versions: Mapping[str, str]) -> None:
    for alias, number in versions.items():
        client.set_registered_model_alias(name, alias, number)
    for alias in aliases(client, name).keys() - versions.keys():
        client.delete_registered_model_alias(name, alias)
