"""A record is acknowledged once it is committed, and never before."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Coroutine
from multiprocessing import get_context
from multiprocessing.context import ForkContext, SpawnContext
from typing import Any

import pytest

from serving.audit import (
    AuditKey,
    AuditKeyError,
    AuditUnavailable,
    AuditWriter,
    InvalidAuditRecord,
)
from serving.audit._address import Address
from serving.audit.verification import verify

from .conftest import KEY, file_of, record, write, write_many, writing, written_in


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "thread"])
def test_all_that_wait_at_once_are_written_once(address: str, direct: bool) -> None:
    with writing(address, direct=direct) as writer:
        asyncio.run(write_many(writer, 1))
        asyncio.run(write_many(writer, 200))

    assert len(written_in(address)) == 201
    assert len(set(written_in(address))) == 200
    assert verify(address, KEY).is_whole


def test_what_is_acknowledged_can_be_read_at_once(address: str) -> None:
    async def write_and_read(writer: AuditWriter) -> None:
        for number in range(3):
            await writer.write(record(number))
            assert len(written_in(address)) == number + 1

    with writing(address) as writer:
        asyncio.run(write_and_read(writer))


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "thread"])
@pytest.mark.parametrize(
    "context", [get_context("fork"), get_context("spawn")], ids=["fork", "spawn"]
)
def test_a_writer_survives_another_process_being_made(
    sqlite: str, context: ForkContext | SpawnContext, direct: bool
) -> None:
    with writing(sqlite, direct=direct) as writer:
        asyncio.run(write_many(writer, 3))
        child = context.Process(target=_in_a_child, args=(writer,))
        child.start()
        child.join(20)
        asyncio.run(write_many(writer, 3))

    assert child.exitcode == 0
    assert verify(sqlite, KEY).records == 9
    assert verify(sqlite, KEY).is_whole


def _in_a_child(writer: AuditWriter) -> None:
    asyncio.run(write_many(writer, 3))
    writer.close()


def test_a_writer_tells_neither_its_password_nor_its_key() -> None:
    writer = AuditWriter("postgresql://user:pass-word@127.0.0.1:1/audit", KEY)

    assert repr(writer) == "AuditWriter(postgresql://user:***@127.0.0.1:1/audit)"
    assert "pass-word" not in repr(writer._address)
    assert "thirty-two" not in repr(writer._key)
    assert repr(pickle.loads(pickle.dumps(writer))) == repr(writer)  # noqa: S301  our own


def test_event_loops_of_several_threads_share_a_writer(sqlite: str) -> None:
    async def slowly(writer: AuditWriter) -> None:
        for number in range(50):
            await writer.write(record(number))
            await asyncio.sleep(0)

    with writing(sqlite) as writer:
        loops = [threading.Thread(target=lambda: asyncio.run(slowly(writer))) for _ in range(3)]
        for loop in loops:
            loop.start()
        for loop in loops:
            loop.join(20)

    assert verify(sqlite, KEY).records == 150
    assert verify(sqlite, KEY).is_whole


def test_the_file_is_its_owners_alone(sqlite: str) -> None:
    file_of(sqlite).parent.mkdir()
    with writing(sqlite) as writer:
        asyncio.run(writer.write(record()))
        modes = {
            each.name: each.stat().st_mode & 0o777 for each in file_of(sqlite).parent.iterdir()
        }

    assert modes == {"audit.db": 0o600, "audit.db-wal": 0o600, "audit.db-shm": 0o600}


def test_a_user_of_postgresql_needs_no_more_than_insert_and_select(postgresql: str) -> None:
    owner = Address.read(postgresql)
    with owner.engine(seconds=5).connect() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS audit_records")
        connection.exec_driver_sql("DROP ROLE IF EXISTS audit_service")
        AuditWriter(postgresql, KEY).check()
        connection.exec_driver_sql("CREATE ROLE audit_service LOGIN PASSWORD 'opens-nothing'")
        connection.exec_driver_sql("GRANT SELECT, INSERT ON audit_records TO audit_service")
    address = postgresql.replace("lorpredict:only-for-tests", "audit_service:opens-nothing")

    write(address, (record(number) for number in range(3)))

    assert verify(address, KEY).is_whole
    assert verify(address, KEY).records == 3
    with owner.engine(seconds=5).connect() as connection:
        connection.exec_driver_sql("DROP TABLE audit_records")
        connection.exec_driver_sql("DROP ROLE audit_service")


def test_checking_makes_the_store_and_writes_nothing(address: str) -> None:
    AuditWriter(address, KEY).check()

    assert written_in(address) == []


def test_checking_with_another_key_than_the_store_was_begun_with_is_refused(address: str) -> None:
    write(address, [record()])

    AuditWriter(address, KEY).check()
    with pytest.raises(AuditKeyError, match="was not signed with this key"):
        AuditWriter(address, AuditKey(b"another key of more than thirty-two")).check()


def test_closing_writes_what_waits(sqlite: str) -> None:
    async def close_while_waiting(writer: AuditWriter) -> None:
        waiting = [asyncio.create_task(writer.write(record(number))) for number in range(20)]
        await asyncio.sleep(0)  # each has begun, none is written
        writer.close()
        await asyncio.gather(*waiting)

    asyncio.run(close_while_waiting(AuditWriter(sqlite, KEY)))

    assert len(written_in(sqlite)) == 20


def test_a_closed_writer_refuses_and_has_no_thread(sqlite: str) -> None:
    before = threading.active_count()
    writer = AuditWriter(sqlite, KEY)
    asyncio.run(writer.write(record()))
    writer.close()

    with pytest.raises(AuditUnavailable, match="closed"):
        asyncio.run(writer.write(record()))
    assert threading.active_count() == before


def test_closing_a_writer_that_never_wrote_makes_no_store(sqlite: str) -> None:
    AuditWriter(sqlite, KEY).close()

    assert not file_of(sqlite).exists()


def test_a_record_that_cannot_be_kept_is_refused_alone(address: str) -> None:
    async def three(writer: AuditWriter) -> list[BaseException | None]:
        writes: list[Coroutine[None, None, None]] = [
            writer.write(record(1)),
            writer.write(record(2, content={"albumin": float("nan")})),
            writer.write(record(3, content={"text": "\x00 and \ud800"})),
        ]
        return await asyncio.gather(*writes, return_exceptions=True)

    with writing(address) as writer:
        first, second, third = asyncio.run(three(writer))

    assert first is None
    assert third is None
    assert isinstance(second, InvalidAuditRecord)
    assert "nan" not in str(second)
    assert written_in(address) == ["request-1", "request-3"]
    assert verify(address, KEY).is_whole


@pytest.mark.parametrize(
    "field, value",
    [
        ("event", "retention"),
        ("status", 1000),
        ("duration_ms", float("inf")),
        ("duration_ms", -1.0),
        ("client", "half a character \ud800"),
        ("request_id", "\x00"),
        ("route", "/" * 1001),
    ],
)
def test_a_field_that_could_not_be_read_back_is_named(field: str, value: Any) -> None:
    with pytest.raises(InvalidAuditRecord, match=f"^{field} "):
        record(**{field: value})


@pytest.mark.parametrize("address", ["sqlite:///audit.db", "sqlite://audit.db", "mysql://host/x"])
def test_an_address_at_which_no_store_can_be_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        AuditWriter(address, KEY)


def test_two_stores_written_one_after_the_other_continue_one_chain(address: str) -> None:
    write(address, [record(1)])
    write(address, [record(2)])

    assert verify(address, KEY).records == 2
    assert verify(address, KEY).is_whole
