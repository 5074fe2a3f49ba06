"""The app within its borders, as a worker has it, but without BentoML in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from serving.app import create_app
from serving.audit import AuditReader, StoredRecord
from serving.desk import Desk
from serving.models import ServedModels
from serving.premises import Premises
from serving.settings import Settings


@contextmanager
def within(settings: Settings, models: ServedModels) -> Iterator[TestClient]:
    """Open what the settings name, around models that are loaded already."""
    desk = Desk(base_url=settings.base_url)
    premises = Premises(settings, desk)
    premises.furnish(models)
    app = premises.around(create_app(desk=desk))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
        assert client.portal is not None
        client.portal.call(premises.close)


def recorded(place: Path) -> list[StoredRecord]:
    """Return everything that the audit in a folder holds."""
    return list(AuditReader(address(place)).records())


def address(place: Path) -> str:
    """Address of the audit in a folder."""
    return f"sqlite:///{place / 'audit.db'}"


def settings_for(place: Path, **more: Any) -> Settings:
    """Settings of a service whose audit is in a folder."""
    return Settings(allow_stages=("demo",), audit=address(place), **more)
