"""The chain in a PostgreSQL database.

All writers meet at an advisory lock: LOCK TABLE would need more rights than INSERT and SELECT.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from serving.audit._address import Address
from serving.audit._driver_errors import told_of
from serving.audit._table import AUDIT_RECORDS, LAST, create_table
from serving.audit.records import NOTHING_BEFORE, Head

# Any number, but for good.
LOCK = "SELECT pg_advisory_xact_lock(1819243120)"
# One message to the server; each statement sees what was committed before it began.
_BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {{limit}}; {LOCK}; {LAST}"


class PostgresqlConnection:
    """One connection to the server.

    Parameters
    ----------
    seconds : how long a lock, a statement or an answer of the server may be waited for
    create : whether the table is made where it is absent
    """

    def __init__(self, address: Address, *, seconds: float, create: bool = False) -> None:
        self._address = address
        with told_of(address):
            self._connection = address.engine(seconds=seconds).connect()
            try:
                self._prepare(self._connection, seconds, create)
            except BaseException:
                self._connection.close()
                raise
        driver: Any = self._connection.connection.driver_connection
        self._driver: psycopg.Connection[Any] = driver
        self._insert = str(AUDIT_RECORDS.insert().compile(dialect=self._connection.dialect))
        self._names = AUDIT_RECORDS.columns.keys()

    def begin(self, last: float) -> Head:
        """Take the lock, by the monotonic time ``last``, and return the head of the chain."""
        limit = max(1, round(1000 * (last - time.monotonic())))
        with told_of(self._address):
            try:
                cursor = self._driver.execute(_BEGIN.format(limit=limit).encode())
            except psycopg.errors.LockNotAvailable:
                self._driver.execute("ROLLBACK")
                raise
            while cursor.nextset():
                pass
            found = cursor.fetchone()
        return Head(*found) if found else Head(0, NOTHING_BEFORE)

    def append(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Append the rows and commit, in one message to the server."""
        named = [dict(zip(self._names, row, strict=True)) for row in rows]
        with told_of(self._address), self._driver.pipeline():
            self._driver.cursor().executemany(self._insert, named)
            self._driver.execute("COMMIT")

    def roll_back(self) -> None:
        """Give the lock back with nothing written."""
        with told_of(self._address):
            self._driver.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the connection, whatever has become of the server."""
        with suppress(SQLAlchemyError, psycopg.Error):
            self._connection.invalidate()
        with suppress(SQLAlchemyError, psycopg.Error):
            self._connection.close()

    def _prepare(self, connection: Connection, seconds: float, create: bool) -> None:
        milliseconds = round(1000 * seconds)
        connection.exec_driver_sql(f"SET statement_timeout = {milliseconds}")
        # A process that was stopped in the middle must not keep the lock from all others.
        connection.exec_driver_sql(f"SET idle_in_transaction_session_timeout = {milliseconds}")
        if create:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(LOCK)
            create_table(connection)
            connection.exec_driver_sql("COMMIT")
