"""What waits to be written, and the thread that writes it."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from serving.audit._store import Store
from serving.audit.errors import AuditUnavailable
from serving.audit.records import Entry, signed_rows

_LONGEST_LOG = 1000  # records, of some two kilobytes each


@dataclass(eq=False, slots=True)
class Waiting:
    """A record and who waits for it to be committed."""

    entry: Entry
    future: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop
    last: float


def settle(batch: Iterable[Waiting], error: AuditUnavailable | None) -> None:
    """Wake those who wait; in the thread of their event loop."""
    for waiting in batch:
        if waiting.future.done():  # it gave up
            continue
        if error is None:
            waiting.future.set_result(None)
        else:
            waiting.future.set_exception(
                AuditUnavailable(str(error), retry_after=error.retry_after)
            )


def unexpected(error: BaseException) -> AuditUnavailable:
    """Tell what nobody expected without its message, which may hold values."""
    return AuditUnavailable(
        f"the audit store cannot be written ({type(error).__name__}). Nothing is answered until it "
        "can"
    )


class QueueThread:
    """One thread that takes everything that waits and commits it as one transaction."""

    def __init__(self, store: Store, key: bytes, *, longest: int) -> None:
        self._store, self._key, self._longest = store, key, longest
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._records_in_log = 0
        self._closing = False
        self.is_working = False
        self.has_committed = False
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether no record waits or is being written."""
        return not self.is_working and self._queue.empty()

    def put(self, batch: Sequence[Waiting]) -> None:
        """Let records wait; those for whom there is no room are refused, in their event loop."""
        room = max(0, self._longest - self._queue.qsize())
        for waiting in batch[:room]:
            self._queue.put(waiting)
        settle(batch[room:], _full(self._longest) if len(batch) > room else None)

    def count_in_log(self, records: int) -> None:
        """Have the write-ahead log of SQLite moved into its file once it has become long."""
        self._records_in_log += records
        if self._records_in_log >= _LONGEST_LOG:
            self._queue.put(None)

    def close(self, seconds: float) -> None:
        """Write what waits and end."""
        self._closing = True
        self._queue.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            batch = self._taken()
            if batch:
                self._write(batch)
            self.is_working = False
            if self._records_in_log >= _LONGEST_LOG:
                self._records_in_log = 0
                with suppress(AuditUnavailable):  # the next commit will tell
                    self._store.checkpoint()
            if self._closing and self._queue.empty():
                self._store.close()
                return

    def _taken(self) -> list[Waiting]:
        """Wait for something, then take all there is."""
        taken = [self._queue.get()]
        self.is_working = taken[0] is not None
        with suppress(queue.Empty):
            while True:
                taken.append(self._queue.get_nowait())
        return [waiting for waiting in taken if waiting is not None]

    def _write(self, batch: Sequence[Waiting]) -> None:
        error: AuditUnavailable | None = None
        try:
            self._commit(batch)
        except AuditUnavailable as refused:
            error = refused
        except Exception as failure:  # whatever it was, nobody may wait for ever
            self._store.close()
            error = unexpected(failure)
        self.has_committed = error is None
        for loop in {waiting.loop for waiting in batch}:
            own = [waiting for waiting in batch if waiting.loop is loop]
            with suppress(RuntimeError):  # a loop that is closed waits for nothing
                loop.call_soon_threadsafe(settle, own, error)

    def _commit(self, batch: Sequence[Waiting]) -> None:
        head = self._store.begin(max(waiting.last for waiting in batch))
        # Whoever gave up while the lock was waited for has been refused already.
        now = time.monotonic()
        awaited = [w.entry for w in batch if w.last > now and not w.future.done()]
        if awaited:
            self._store.append(signed_rows(awaited, head, self._key))
            self._records_in_log += len(awaited)
        else:
            self._store.roll_back()


def _full(longest: int) -> AuditUnavailable:
    return AuditUnavailable(
        f"{longest} records wait for the audit store already; expected fewer. Ask again later, or "
        "look why the store is slow",
        retry_after=1,
    )
