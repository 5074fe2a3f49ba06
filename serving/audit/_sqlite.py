"""The chain in a SQLite file."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from serving.audit._address import Address, make_file
from serving.audit._driver_errors import is_busy, told_of
from serving.audit._table import AUDIT_RECORDS, LAST, create_table
from serving.audit.records import NOTHING_BEFORE, Head

# SQLite's own waiting doubles its pauses up to a tenth of a second; ours begins anew before that.
_ONE_WAIT = 0.02
_QUICK_WAIT = 0.002
# A commit waits for no disc; moving the log into the file does, and is done when nobody waits.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=0")
_LONG_LOG = 2000  # pages of four kilobytes
# Never closed: closing would remove the write-ahead log of the file that lies there now.
_parked: list[Connection] = []


class SqliteConnection:
    """One connection to the file.

    Parameters
    ----------
    seconds : how long opening may wait for another process
    create : whether file, folder and table are made where they are absent
    quick : for an event loop, which may wait for a lock no longer than a moment
    """

    def __init__(
        self, address: Address, *, seconds: float, create: bool = False, quick: bool = False
    ) -> None:
        assert address.file is not None  # noqa: S101  connect() has looked
        self._address, self._file = address, address.file
        self._wait = _QUICK_WAIT if quick else _ONE_WAIT
        with told_of(address):
            self._connection = self._opened(time.monotonic() + seconds, create)
            self._place = self._where()
        self._cursor: sqlite3.Cursor = self._connection.connection.cursor()  # type: ignore[assignment]
        self._insert = str(AUDIT_RECORDS.insert().compile(dialect=self._connection.dialect))

    def begin(self, last: float) -> Head:
        """Take the lock, by the monotonic time ``last``, and return the head of the chain."""
        with told_of(self._address):
            if self._where() != self._place:
                raise FileNotFoundError(2, "its file was replaced while in use")
            while not self._locked(last):
                pass
            found = self._cursor.execute(LAST).fetchone()
        return Head(*found) if found else Head(0, NOTHING_BEFORE)

    def append(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Append the rows and commit."""
        with told_of(self._address):
            self._cursor.executemany(self._insert, rows)
            self._cursor.execute("COMMIT")

    def roll_back(self) -> None:
        """Give the lock back with nothing written."""
        with told_of(self._address):
            self._cursor.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Move what is committed from the write-ahead log into the file; no writer waits.

        The log begins anew only when all of it was moved. Where writers never pause it grows, and
        they are stopped once for the few milliseconds that the rest needs.
        """
        with told_of(self._address):
            moving = self._cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            _, pages, _ = moving.fetchone()
            if pages > _LONG_LOG:
                self._cursor.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()

    def close(self) -> None:
        """Let go of the file, whatever has become of it."""
        with suppress(OSError):
            if self._where() == self._place:
                with suppress(SQLAlchemyError, sqlite3.Error):
                    self._connection.close()
                return
        _parked.append(self._connection)

    def _locked(self, last: float) -> bool:
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_busy(error) and time.monotonic() < last:
                return False
            raise
        return True

    def _opened(self, last: float, create: bool) -> Connection:
        """Open the file; the change to a write-ahead log is refused, not delayed, by a lock."""
        if create:
            make_file(self._file)
        engine = self._address.engine(seconds=self._wait, create=create)
        while True:
            connection = engine.connect()
            try:
                self._prepare(connection, create)
            except DBAPIError as error:
                connection.close()
                if not is_busy(error.orig or error) or time.monotonic() >= last:
                    raise
                time.sleep(_QUICK_WAIT)
            else:
                return connection

    def _prepare(self, connection: Connection, create: bool) -> None:
        for pragma in _PRAGMAS:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        if create:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            create_table(connection)
            connection.exec_driver_sql("COMMIT")

    def _where(self) -> tuple[int, int]:
        """Which file it is; into one that was removed, SQLite would write without an error."""
        found = os.stat(self._file)  # noqa: PTH116  a third of pathlib's time
        return found.st_dev, found.st_ino
