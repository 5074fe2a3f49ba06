"""Commits of SQLite on the event loop itself, where that is quicker than any thread.

A commit in SQLite's write-ahead log is a few system calls and no wait for the disc. A thread has
to be woken, has to get Python's lock at every call of the driver while the loop computes (up to 5
ms each time), and has to wake the loop. What may take longer is left to the thread: opening, a lock
that another process holds, a disc that has become slow, the moving of the log into the file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from serving.audit._address import Address
from serving.audit._queue import QueueThread, Waiting, settle, unexpected
from serving.audit._sqlite import SqliteConnection
from serving.audit.errors import AuditUnavailable, StoreBusy
from serving.audit.records import signed_rows

_SLOW = 0.02
_PAUSE = 1.0


class DirectCommits:
    """Gathers what one turn of an event loop wants written and commits it at the turn's end."""

    def __init__(
        self, address: Address, key: bytes, thread: QueueThread, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.loop = loop
        self._address, self._key, self._thread = address, key, thread
        self._connection: SqliteConnection | None = None
        self._gathered: list[Waiting] = []
        self._not_before = 0.0

    def put(self, waiting: Waiting) -> None:
        """Take a record of this turn."""
        self._gathered.append(waiting)
        if len(self._gathered) == 1:
            self.loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what was gathered, or hand it to the thread."""
        batch, self._gathered = self._gathered, []
        if batch and not self._written(batch):
            self._thread.put(batch)

    def close(self) -> None:
        """Hand over what is left and let go of the file."""
        self.flush()
        self.forget()

    def forget(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _written(self, batch: Sequence[Waiting]) -> bool:
        """Whether the batch is settled, be it written or refused; else nothing has happened."""
        began = time.monotonic()
        # The thread finds out whether there is a store at all, and what it began goes first.
        if not self._thread.has_committed or not self._thread.is_idle or began < self._not_before:
            return False
        settled = self._commit([waiting for waiting in batch if not waiting.future.done()])
        if time.monotonic() - began > _SLOW:
            self._not_before = began + _PAUSE
        return settled

    def _commit(self, batch: Sequence[Waiting]) -> bool:
        try:
            if self._connection is None:
                self._connection = SqliteConnection(self._address, seconds=0, quick=True)
            head = self._connection.begin(0)
        except StoreBusy:
            return False
        except Exception:  # nothing was written, and the thread will tell what is wrong
            self.forget()
            return False
        error: AuditUnavailable | None = None
        try:
            self._connection.append(signed_rows([w.entry for w in batch], head, self._key))
        except AuditUnavailable as refused:
            error = refused
        except Exception as failure:
            error = unexpected(failure)
        if error is not None:
            self.forget()
        settle(batch, error)
        self._thread.count_in_log(len(batch))
        return True
