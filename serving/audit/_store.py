"""The store of one thread: a connection that is opened when it is needed and after it broke."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from serving.audit._address import Address
from serving.audit._postgresql import PostgresqlConnection
from serving.audit._sqlite import SqliteConnection
from serving.audit.errors import AuditUnavailable, StoreBusy
from serving.audit.records import Head


class StoreConnection(Protocol):
    """What is needed of a database."""

    def begin(self, last: float) -> Head: ...
    def append(self, rows: Sequence[tuple[Any, ...]]) -> None: ...
    def roll_back(self) -> None: ...
    def close(self) -> None: ...


class Store:
    """A place for batches; each is one transaction.

    What was said to be committed is committed. What failed in the middle of a commit may be
    there or not, and is never tried again.
    """

    def __init__(self, address: Address, *, seconds: float) -> None:
        self._address = address
        self._seconds = seconds
        self._connection: StoreConnection | None = None
        # A store that was there and is not any more is an accident; a new one would hide it.
        self._may_create = True

    def open(self) -> None:
        """Connect, unless connected.

        Raises
        ------
        AuditUnavailable
        """
        if self._connection is None:
            kind = SqliteConnection if self._address.file is not None else PostgresqlConnection
            self._connection = kind(self._address, seconds=self._seconds, create=self._may_create)
            self._may_create = False

    def begin(self, last: float) -> Head:
        """Begin a transaction with the lock of the chain; return the head.

        A connection that turns out to be broken is replaced once: nothing was sent on it yet.
        """
        if self._connection is not None:
            try:
                return self._connection.begin(last)
            except StoreBusy:
                raise
            except AuditUnavailable:
                self.close()
        self.open()
        assert self._connection is not None  # noqa: S101  open() has just succeeded
        try:
            return self._connection.begin(last)
        except StoreBusy:
            raise
        except BaseException:
            self.close()
            raise

    def append(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Append and commit; whatever goes wrong, the next batch has a new connection."""
        assert self._connection is not None  # noqa: S101  begin() has opened it
        try:
            self._connection.append(rows)
        except BaseException:
            self.close()
            raise

    def roll_back(self) -> None:
        """Give the lock back with nothing written."""
        if self._connection is not None:
            self._connection.roll_back()

    def checkpoint(self) -> None:
        """Do what SQLite puts off while an event loop commits."""
        if isinstance(self._connection, SqliteConnection):
            self._connection.checkpoint()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
