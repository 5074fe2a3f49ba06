"""The reading side: for the monitor and whoever looks into the store; it needs no key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from serving.audit._address import Address
from serving.audit._driver_errors import told_of
from serving.audit._table import AUDIT_RECORDS
from serving.audit.records import StoredRecord, time_text

_CHUNK = 1000
_SECONDS = 10.0


class AuditReader:
    """Reads the records of a store and changes nothing.

    Parameters
    ----------
    address : as the writer's

    Examples
    --------
    >>> reader = AuditReader("sqlite:////var/lib/lorpredict/audit.db")        # doctest: +SKIP
    >>> answers = reader.records(since=last_week, events=["answer"])          # doctest: +SKIP
    """

    def __init__(self, address: str) -> None:
        self._address = Address.read(address)

    def __repr__(self) -> str:
        return f"AuditReader({self._address})"

    def records(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        events: Sequence[str] | None = None,
    ) -> Iterator[StoredRecord]:
        """Return the records in the order in which they were committed.

        Parameters
        ----------
        since, until : the first time that is wanted and the first that is not
        events : kinds of event; by default all

        Raises
        ------
        AuditUnavailable
            If there is no store, or it cannot be read.
        """
        query = select(AUDIT_RECORDS).order_by(AUDIT_RECORDS.c.sequence).limit(_CHUNK)
        if since is not None:
            query = query.where(AUDIT_RECORDS.c.time >= time_text(since))
        if until is not None:
            query = query.where(AUDIT_RECORDS.c.time < time_text(until))
        if events is not None:
            query = query.where(AUDIT_RECORDS.c.event.in_(events))
        with reading(self._address) as connection:
            yield from _in_chunks(connection, query, self._address)

    def last(self) -> StoredRecord | None:
        """Return the record that was committed last, or nothing of a store without records.

        Raises
        ------
        AuditUnavailable
        """
        query = select(AUDIT_RECORDS).order_by(AUDIT_RECORDS.c.sequence.desc()).limit(1)
        with reading(self._address) as connection, told_of(self._address):
            row = connection.execute(query).first()
        return None if row is None else StoredRecord(*row)


@contextmanager
def reading(address: Address) -> Iterator[Connection]:
    """Open the store so that nothing can be changed by it."""
    with told_of(address):
        connection = address.engine(seconds=_SECONDS).connect()
        read_only = (
            "PRAGMA query_only=ON"
            if address.file is not None
            else "SET default_transaction_read_only = on"
        )
        connection.exec_driver_sql(read_only)
    with connection:
        yield connection


def _in_chunks(
    connection: Connection, query: Select[Any], address: Address
) -> Iterator[StoredRecord]:
    """No transaction stays open between chunks: a slow reader hinders no writer."""
    chunk = query
    while True:
        with told_of(address):
            rows = connection.execute(chunk).all()
        for row in rows:
            yield StoredRecord(*row)
        if len(rows) < _CHUNK:
            return
        chunk = query.where(AUDIT_RECORDS.c.sequence > rows[-1].sequence)
