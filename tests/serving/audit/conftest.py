"""One store in SQLite and one in a real PostgreSQL, and a hand that may change both."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from serving.audit import AuditKey, AuditReader, AuditRecord, AuditWriter
from serving.audit._address import Address
from serving.audit._postgresql import LOCK
from serving.audit._table import drop_triggers

KEY = AuditKey(b"a key of more than thirty-two bytes")


def record(number: int = 0, **changed: Any) -> AuditRecord:
    """An answer such as the service writes it."""
    child = {"pseudonym": "ab" * 16, "fingerprint": "cd" * 16, "risks": [[365, 0.3, 0.2, 0.4]]}
    given: dict[str, Any] = {
        "event": "answer", "route": "/v1/predict", "request_id": f"request-{number}",
        "client": "hospital", "status": 200, "duration_ms": 12.3456,
        "model": {"name": "lorpredict-week14", "alias": "champion", "fingerprint": "ef" * 32},
        "content": {"children": [{**child, "missing": ["crp_mg_l"], "warnings": 0}]},
    }  # fmt: skip
    return AuditRecord(**{**given, **changed})


def write(address: str, records: Iterable[AuditRecord], *, key: AuditKey = KEY) -> None:
    """Write records one after the other, as a service would, and stop."""
    writer = AuditWriter(address, key)

    async def all_of_them() -> None:
        for each in records:
            await writer.write(each)

    try:
        asyncio.run(all_of_them())
    finally:
        writer.close()


@contextmanager
def by_hand(address: str) -> Iterator[Connection]:
    """Whoever owns the database, and has taken the triggers away."""
    with Address.read(address).engine(seconds=5).connect() as connection:
        drop_triggers(connection)
        yield connection


def written_in(address: str) -> list[str]:
    return [each.request_id for each in AuditReader(address).records()]


@contextmanager
def writing(address: str, **settings: float | bool) -> Iterator[AuditWriter]:
    writer = AuditWriter(address, KEY, **settings)  # type: ignore[arg-type]
    try:
        yield writer
    finally:
        writer.close()


@contextmanager
def locked(address: str) -> Iterator[Connection]:
    """Another process that holds the lock of the chain."""
    with Address.read(address).engine(seconds=5).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        if not is_sqlite:
            connection.exec_driver_sql(LOCK)
        yield connection
        connection.exec_driver_sql("ROLLBACK")


async def write_many(writer: AuditWriter, number: int) -> None:
    await asyncio.gather(*(writer.write(record(each)) for each in range(number)))


def file_of(address: str) -> Path:
    file = Address.read(address).file
    assert file is not None
    return file


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """Address of a store that is not there yet."""
    return f"sqlite:///{tmp_path / 'store' / 'audit.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str:
    """Address of a store that is not there yet, in each database."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite"))
    place = str(request.getfixturevalue("postgresql"))
    engine = create_engine(Address.read(place).engine(seconds=5).url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS audit_records")
    engine.dispose()
    return place
