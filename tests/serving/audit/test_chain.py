"""Whatever is done to a stored record is found and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from serving.audit import AuditKey, AuditReader, AuditUnavailable
from serving.audit._address import Address
from serving.audit._table import AUDIT_RECORDS
from serving.audit.records import Head, signed_rows
from serving.audit.verification import verify

from .conftest import KEY, by_hand, record, write

OTHER_KEY = AuditKey(b"another key of more than thirty-two")


def _sql(*statements: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    return change


def _insert_before_7(connection: Connection) -> None:
    """A record like the others, with a signature of its own and all later ones renumbered."""
    _sql(
        "UPDATE audit_records SET sequence = -1 - sequence WHERE sequence >= 7",
        "UPDATE audit_records SET sequence = -sequence WHERE sequence < 0",
        "INSERT INTO audit_records SELECT 7, time, event, route, request_id, client, status, "
        "duration_ms, model, content, mac, previous FROM audit_records WHERE sequence = 6",
    )(connection)


def _sign_anew(connection: Connection) -> None:
    """Someone without our key signs the whole chain with another."""
    stored = list(connection.execute(AUDIT_RECORDS.select().order_by(AUDIT_RECORDS.c.sequence)))
    connection.exec_driver_sql("DELETE FROM audit_records")
    entries = [tuple(row)[1:10] for row in stored]
    rows = signed_rows(entries, Head(0, "0" * 64), OTHER_KEY.derived("chain"))  # type: ignore[arg-type]
    names = AUDIT_RECORDS.columns.keys()
    connection.execute(AUDIT_RECORDS.insert(), [dict(zip(names, row, strict=True)) for row in rows])


SWAP = _sql(
    "UPDATE audit_records SET sequence = -5 WHERE sequence = 5",
    "UPDATE audit_records SET sequence = 5 WHERE sequence = 6",
    "UPDATE audit_records SET sequence = 6 WHERE sequence = -5",
)
RENUMBER = _sql(
    "DELETE FROM audit_records WHERE sequence = 5",
    "UPDATE audit_records SET sequence = -sequence WHERE sequence > 5",
    "UPDATE audit_records SET sequence = -sequence - 1 WHERE sequence < 0",
)


def _column(name: str, value: str) -> Callable[[Connection], None]:
    return _sql(f"UPDATE audit_records SET {name} = {value} WHERE sequence = 5")  # noqa: S608


CHANGED = "^record 5 was changed, or was not written with this key$"


@pytest.mark.parametrize(
    "change, fault",
    [
        pytest.param(_column("content", "'{}'"), CHANGED, id="content"),
        pytest.param(_column("content", "replace(content, '0.3', '0.1')"), CHANGED, id="a digit"),
        pytest.param(_column("model", "NULL"), CHANGED, id="model"),
        pytest.param(_column("time", "'2020-01-01T00:00:00.000000Z'"), CHANGED, id="time"),
        pytest.param(_column("event", "'feedback'"), CHANGED, id="event"),
        pytest.param(_column("route", "'/v1/explain'"), CHANGED, id="route"),
        pytest.param(_column("request_id", "'another'"), CHANGED, id="request"),
        pytest.param(_column("client", "'another'"), CHANGED, id="client"),
        pytest.param(_column("status", "500"), CHANGED, id="status"),
        pytest.param(_column("duration_ms", "12.347"), CHANGED, id="duration"),
        pytest.param(_column("mac", "'00'"), CHANGED, id="mac"),
        pytest.param(_column("previous", "'00'"), CHANGED, id="previous"),
        pytest.param(
            _sql("DELETE FROM audit_records WHERE sequence = 5"),
            "^record 5 was removed$",
            id="one removed",
        ),
        pytest.param(
            _sql("DELETE FROM audit_records WHERE sequence BETWEEN 5 AND 7"),
            "^records 5 to 7 were removed$",
            id="three removed",
        ),
        pytest.param(
            _sql("DELETE FROM audit_records WHERE sequence < 4"),
            "^records 1 to 3 were removed, and no retention record says so$",
            id="the first removed",
        ),
        pytest.param(RENUMBER, "^record 5 was moved: it was written as record 6$", id="gap closed"),
        pytest.param(SWAP, "^record 5 was moved: it was written as record 6$", id="swapped"),
        pytest.param(_insert_before_7, "^record 7 was inserted", id="inserted"),
        pytest.param(_sign_anew, "^record 1 was changed, or was not written", id="signed anew"),
    ],
)
def test_what_was_done_to_a_record_is_found_and_named(
    address: str, change: Callable[[Connection], None], fault: str
) -> None:
    write(address, (record(number) for number in range(10)))
    with by_hand(address) as connection:
        change(connection)

    verdict = verify(address, KEY)

    assert not verdict.is_whole
    with pytest.raises(AssertionError, match=fault):
        raise AssertionError(verdict.fault)


def test_an_untouched_chain_is_whole_and_tells_its_head(address: str) -> None:
    write(address, (record(number) for number in range(10)))

    verdict = verify(address, KEY)

    *_, last = AuditReader(address).records()
    assert verdict.is_whole
    assert verdict.records == 10
    assert verdict.head == (10, last.mac)
    assert verdict.cautions == ()


def test_a_removed_end_is_found_by_the_head_that_was_kept(address: str) -> None:
    write(address, (record(number) for number in range(10)))
    head = verify(address, KEY).head
    with by_hand(address) as connection:
        connection.exec_driver_sql("DELETE FROM audit_records WHERE sequence > 8")

    assert verify(address, KEY).is_whole  # the chain alone cannot tell
    assert "the end of the chain was removed" in verify(address, KEY, head=head.mac).fault
    assert verify(address, KEY, records=10).fault == "records 9 to 10 were removed from the end"


def test_a_record_of_another_history_is_found_though_it_is_signed(address: str) -> None:
    """A copy is restored, the service goes on, and a record from before comes back."""
    write(address, (record(number) for number in range(7)))
    with by_hand(address) as connection:
        _sql(
            "CREATE TABLE aside AS SELECT * FROM audit_records WHERE sequence = 7",
            "DELETE FROM audit_records WHERE sequence > 5",
        )(connection)
    write(address, (record(number) for number in range(20, 22)))
    with by_hand(address) as connection:
        _sql(
            "DELETE FROM audit_records WHERE sequence = 7",
            "INSERT INTO audit_records SELECT * FROM aside",
            "DROP TABLE aside",
        )(connection)

    assert verify(address, KEY).fault == (
        "record 6 was replaced: record 7 was signed after another"
    )


def test_a_head_that_was_kept_is_found_in_a_chain_that_has_grown(address: str) -> None:
    write(address, [record(1)])
    head = verify(address, KEY).head
    write(address, [record(2)])

    assert verify(address, KEY, head=head.mac, records=head.sequence).is_whole


def test_a_missing_trigger_is_told(address: str) -> None:
    write(address, [record()])
    with by_hand(address):
        pass

    assert "could be changed or removed" in verify(address, KEY).cautions[0]


def test_rows_that_share_a_number_are_counted(sqlite: str) -> None:
    write(sqlite, (record(number) for number in range(3)))
    with by_hand(sqlite) as connection:
        _sql(
            "CREATE TABLE other AS SELECT * FROM audit_records",
            "INSERT INTO other SELECT * FROM audit_records WHERE sequence = 3",
            "DROP TABLE audit_records",
            "ALTER TABLE other RENAME TO audit_records",
        )(connection)

    assert not verify(sqlite, KEY).is_whole


OWN_WAYS = {
    "sqlite": ["INSERT OR REPLACE INTO audit_records SELECT * FROM audit_records"],
    "postgresql": [
        "TRUNCATE audit_records",
        "INSERT INTO audit_records SELECT * FROM audit_records "
        "ON CONFLICT (sequence) DO UPDATE SET status = 500",
    ],
}


def test_the_database_itself_refuses_changes(address: str) -> None:
    write(address, [record()])
    ways = ["UPDATE audit_records SET status = 500", "DELETE FROM audit_records"]

    with Address.read(address).engine(seconds=5).connect() as connection:
        for statement in ways + OWN_WAYS[connection.dialect.name]:
            with pytest.raises(DBAPIError, match="audit_records is append-only"):
                connection.exec_driver_sql(statement)

    assert verify(address, KEY).is_whole


def test_the_reader_returns_what_was_written(address: str) -> None:
    written = record(7, client="Klinik für Kinder")
    write(address, [written])

    (read,) = AuditReader(address).records()

    assert read.sequence == 1
    assert read.when == written.time
    assert (read.client, read.status, read.duration_ms) == ("Klinik für Kinder", 200, 12.346)
    assert (read.model, read.content) == (written.model, written.content)


def test_the_reader_finds_times_and_events(address: str) -> None:
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    events = ["answer", "failure", "answer", "outcome"]
    write(address, (record(time=t, event=e) for t, e in zip(days, events, strict=True)))

    found = AuditReader(address).records(since=days[1], until=days[3], events=["answer"])

    assert [each.when for each in found] == [days[2]]


def test_the_reader_goes_through_more_than_one_chunk(sqlite: str) -> None:
    write(sqlite, (record(number) for number in range(2001)))

    assert [each.sequence for each in AuditReader(sqlite).records()] == list(range(1, 2002))
    assert verify(sqlite, KEY).records == 2001


def test_a_store_that_is_not_there_is_not_made_by_reading(sqlite: str) -> None:
    with pytest.raises(AuditUnavailable, match=r"audit\.db cannot be used"):
        next(AuditReader(sqlite).records())
