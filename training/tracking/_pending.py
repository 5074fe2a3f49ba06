"""What a version carries while its registration lasts, so that another run can take it back.

A version is pending until every alias stands. Its tags say which versions are registered with
it, and which version each alias pointed to before; they are read by the run itself when it is
interrupted, and by the next one when the run was killed.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

ALIASES = ("champion", "challenger")  # all others belong to the user
PENDING = "lorpredict.pending"
REGISTRATION = "lorpredict.registration"
BEFORE = "lorpredict.before."
# A registration takes seconds; a younger one may be another training's, and alive.
ABANDONED_AFTER_MINUTES = 10.0


def marks(client: MlflowClient, name: str) -> dict[str, str]:
    """Tags of every version that one registration is about to make."""
    before = {BEFORE + alias: number for alias, number in _settled(client, name).items()}
    return {PENDING: "true", REGISTRATION: uuid.uuid4().hex, **before}


def take_back(client: MlflowClient, name: str, registration: str) -> None:
    """Undo one registration: its aliases return to where they were, its versions go."""
    _remove(client, name, (v for v in _versions(client, name) if _registration(v) == registration))


def remove_abandoned(client: MlflowClient, name: str) -> None:
    """Undo what killed runs left pending, and finish what they had all but finished."""
    versions = _versions(client, name)
    ended = {_registration(v) for v in versions if PENDING not in v.tags} - {None}
    left = [v for v in versions if PENDING in v.tags and _is_abandoned(v)]
    for version in left:
        if _registration(version) in ended:
            client.delete_model_version_tag(name, version.version, PENDING)
    _remove(client, name, (v for v in left if _registration(v) not in ended))


def aliases(client: MlflowClient, name: str) -> dict[str, str]:
    """Alias -> version, for the aliases that a training moves."""
    try:
        found = client.get_registered_model(name).aliases
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
            raise
        return {}
    return {alias: str(found[alias]) for alias in ALIASES if alias in found}


def _settled(client: MlflowClient, name: str) -> dict[str, str]:
    """Where the aliases stand, or stood before a registration that has not ended."""
    pending = {str(v.version): v for v in _versions(client, name) if PENDING in v.tags}
    settled = {
        alias: _before(pending[number]).get(alias) if number in pending else number
        for alias, number in aliases(client, name).items()
    }
    return {alias: number for alias, number in settled.items() if number}


def _remove(client: MlflowClient, name: str, versions: Iterable[ModelVersion]) -> None:
    for version in sorted(versions, key=lambda found: int(found.version), reverse=True):
        _put_aliases_back(client, name, version)
        client.delete_model_version(name, version.version)


def _put_aliases_back(client: MlflowClient, name: str, version: ModelVersion) -> None:
    """Aliases that moved to a version, or were removed in its favour, return to where they were."""
    now = aliases(client, name)
    moved = [alias for alias, number in now.items() if number == str(version.version)]
    standing = {str(found.version) for found in _versions(client, name)}
    before = {alias: number for alias, number in _before(version).items() if number in standing}
    for alias in moved:
        _point(client, name, alias, before.get(alias))
    if moved:
        for alias in before.keys() - now.keys():
            _point(client, name, alias, before[alias])


def _point(client: MlflowClient, name: str, alias: str, number: str | None) -> None:
    if number is None:
        client.delete_registered_model_alias(name, alias)
    else:
        client.set_registered_model_alias(name, alias, number)


def _versions(client: MlflowClient, name: str) -> list[ModelVersion]:
    return list(client.search_model_versions(f"name='{name}'"))


def _registration(version: ModelVersion) -> str | None:
    found: Mapping[str, str] = version.tags
    return found.get(REGISTRATION)


def _before(version: ModelVersion) -> dict[str, str]:
    return {
        alias: version.tags[BEFORE + alias] for alias in ALIASES if BEFORE + alias in version.tags
    }


def _is_abandoned(version: ModelVersion) -> bool:
    minutes = (time.time() - version.creation_timestamp / 1000) / 60
    return bool(minutes >= ABANDONED_AFTER_MINUTES)
