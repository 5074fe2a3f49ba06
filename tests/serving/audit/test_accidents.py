"""Where a record cannot be committed it is refused, and the store works again afterwards."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from serving.audit import (
    AuditUnavailable,
    AuditWriter,
)
from serving.audit.verification import verify

from .conftest import KEY, file_of, locked, record, writing, written_in


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with (
        writing("postgresql://user:pass-word@127.0.0.1:1/audit") as writer,
        pytest.raises(
            AuditUnavailable, match=r"\*\*\*@127\.0\.0\.1:1/audit cannot be used"
        ) as told,
    ):
        asyncio.run(writer.write(record()))

    assert "pass-word" not in str(told.value)
    assert told.value.retry_after > 0


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "thread"])
def test_a_lock_that_is_not_given_back_is_a_refusal_within_the_time_limit(
    address: str, direct: bool
) -> None:
    with writing(address, time_limit=0.4, direct=direct) as writer:
        asyncio.run(writer.write(record(1)))
        with locked(address):
            began = time.monotonic()
            with pytest.raises(AuditUnavailable):
                asyncio.run(writer.write(record(2)))
            assert 0.3 < time.monotonic() - began < 1.5
        asyncio.run(writer.write(record(3)))

    assert written_in(address) == ["request-1", "request-3"]
    assert verify(address, KEY).is_whole


def test_another_process_with_the_lock_does_not_stop_the_event_loop(sqlite: str) -> None:
    async def longest_stop(writer: AuditWriter) -> float:
        waiting = asyncio.create_task(writer.write(record(2)))
        longest = 0.0
        for _ in range(60):
            began = time.monotonic()
            await asyncio.sleep(0.002)
            longest = max(longest, time.monotonic() - began)
        with pytest.raises(AuditUnavailable):
            await waiting
        return longest

    with writing(sqlite, time_limit=0.3) as writer:
        asyncio.run(writer.write(record(1)))
        with locked(sqlite):
            # Two milliseconds of waiting, and what a busy machine adds to a sleep.
            assert asyncio.run(longest_stop(writer)) < 0.05


def test_a_full_queue_refuses_at_once_and_recovers(sqlite: str) -> None:
    async def crowd(writer: AuditWriter) -> list[BaseException | None]:
        return await asyncio.gather(
            *(writer.write(record(number)) for number in range(50)), return_exceptions=True
        )

    with writing(sqlite, queue_size=10, time_limit=0.5, direct=False) as writer:
        asyncio.run(writer.write(record()))
        with locked(sqlite):
            answers = asyncio.run(crowd(writer))
        assert all(isinstance(answer, AuditUnavailable) for answer in answers)
        assert sum("wait for the audit store already" in str(answer) for answer in answers) >= 38
        asyncio.run(writer.write(record(99)))

    assert written_in(sqlite) == ["request-0", "request-99"]


def test_who_gave_up_is_not_written_afterwards(sqlite: str) -> None:
    async def give_up(writer: AuditWriter) -> None:
        waiting = asyncio.create_task(writer.write(record(2)))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.sleep(0.05)

    with writing(sqlite) as writer:
        asyncio.run(writer.write(record(1)))
        with locked(sqlite):
            asyncio.run(give_up(writer))
        asyncio.run(writer.write(record(3)))

    assert written_in(sqlite) == ["request-1", "request-3"]


def test_who_gave_up_in_the_same_turn_is_not_written(sqlite: str) -> None:
    async def give_up(writer: AuditWriter) -> None:
        await asyncio.sleep(0.02)  # the thread, which wrote the first, is idle again
        tasks = [asyncio.create_task(writer.write(record(number))) for number in (2, 3)]
        await asyncio.sleep(0)  # each has begun, none is written
        tasks[0].cancel()
        await tasks[1]

    with writing(sqlite) as writer:
        asyncio.run(writer.write(record(1)))
        asyncio.run(give_up(writer))

    assert written_in(sqlite) == ["request-1", "request-3"]


@contextmanager
def _replaced_by_a_folder(address: str) -> Iterator[None]:
    file = file_of(address)
    aside = file.with_name("aside")
    file.rename(aside)
    file.mkdir()
    yield
    file.rmdir()
    aside.rename(file)


@contextmanager
def _removed(address: str) -> Iterator[None]:
    file = file_of(address)
    aside = file.with_name("aside")
    file.rename(aside)
    yield
    assert not file.exists(), "a new store would hide that the old one is gone"
    aside.rename(file)


@contextmanager
def _without_its_table(address: str) -> Iterator[None]:
    with closing(sqlite3.connect(file_of(address))) as other:
        other.execute("ALTER TABLE audit_records RENAME TO aside")
        yield
        other.execute("ALTER TABLE aside RENAME TO audit_records")


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "thread"])
@pytest.mark.parametrize("accident", [_replaced_by_a_folder, _removed, _without_its_table])
def test_a_store_that_cannot_be_written_refuses_and_recovers(
    sqlite: str, accident: Callable[[str], AbstractContextManager[None]], direct: bool
) -> None:
    with writing(sqlite, direct=direct, time_limit=2) as writer:
        for number in (1, 2):
            asyncio.run(writer.write(record(number)))
        with accident(sqlite):
            for _ in range(2):
                with pytest.raises(AuditUnavailable, match="cannot be used"):
                    asyncio.run(writer.write(record(3)))
        for number in (4, 5):
            asyncio.run(writer.write(record(number)))

    assert written_in(sqlite) == ["request-1", "request-2", "request-4", "request-5"]
    assert verify(sqlite, KEY).is_whole


@pytest.mark.skipif(os.geteuid() != 0, reason="changes its user to one who may not write")
def test_a_folder_that_may_not_be_written_to_refuses_and_recovers(sqlite: str) -> None:
    file_of(sqlite).parent.mkdir()
    with writing(sqlite) as writer:
        os.seteuid(65534)
        try:
            with pytest.raises(AuditUnavailable, match="cannot be used"):
                writer.check()
            with pytest.raises(AuditUnavailable, match="cannot be used"):
                asyncio.run(writer.write(record(1)))
        finally:
            os.seteuid(0)
        asyncio.run(writer.write(record(2)))

    assert written_in(sqlite) == ["request-2"]


def test_a_full_disc_refuses_and_recovers(sqlite: str) -> None:
    log = file_of(sqlite).with_name("audit.db-wal")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    with writing(sqlite) as writer:
        for number in (1, 2):
            asyncio.run(writer.write(record(number)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, most))
        try:
            with pytest.raises(AuditUnavailable, match=r"cannot be used \((disk|database or disk)"):
                asyncio.run(writer.write(record(3)))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        asyncio.run(writer.write(record(4)))

    assert written_in(sqlite) == ["request-1", "request-2", "request-4"]
    assert verify(sqlite, KEY).is_whole


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "thread"])
def test_the_write_ahead_log_does_not_grow_without_end(sqlite: str, direct: bool) -> None:
    async def one_after_the_other(writer: AuditWriter) -> None:
        for number in range(6000):
            await writer.write(record(number))

    log = file_of(sqlite).with_name("audit.db-wal")
    with writing(sqlite, direct=direct) as writer:
        asyncio.run(one_after_the_other(writer))
        # 6000 commits of two pages and more would be 60 MB.
        assert log.stat().st_size < 40_000_000
