"""The writing side: a record is acknowledged once it is committed, and never before."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

from serving.audit._address import Address
from serving.audit._direct import DirectCommits
from serving.audit._queue import QueueThread, Waiting
from serving.audit._store import Store
from serving.audit.errors import AuditKeyError, AuditUnavailable
from serving.audit.keys import AuditKey
from serving.audit.reader import AuditReader
from serving.audit.records import AuditRecord, entry_of


class AuditWriter:
    """Writes records into the chain, many at once if many wait.

    Every process has its own thread and connections, opened with the first record; a writer may
    so be made before the server forks, or be sent to another process.

    Parameters
    ----------
    address : ``sqlite:////absolute/path/audit.db`` or ``postgresql://user@host/database``
    time_limit : seconds after which a record that is not committed is refused
    queue_size : how many records may wait
    direct : whether the event loop itself may commit to SQLite, which is quicker than any thread
        but for what can last: opening, another process's lock, a slow disc

    Examples
    --------
    >>> writer = AuditWriter("sqlite:////var/lib/lorpredict/audit.db", key)  # doctest: +SKIP
    >>> await writer.write(AuditRecord("answer", "/v1/predict", ...))        # doctest: +SKIP
    """

    def __init__(
        self,
        address: str,
        key: AuditKey,
        *,
        time_limit: float = 5.0,
        queue_size: int = 1000,
        direct: bool = True,
    ) -> None:
        self._address = Address.read(address)
        self._key = key
        self.time_limit = time_limit
        self.queue_size = queue_size
        self._direct = direct and self._address.file is not None
        # What a fork has inherited stays here untouched: nobody may close it but its maker.
        self._by_process: dict[int, _OfProcess] = {}

    def __repr__(self) -> str:
        return f"AuditWriter({self._address})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (
            self._address.text, self._key, self.time_limit, self.queue_size, self._direct,
        )  # fmt: skip

    def check(self) -> None:
        """Open the store as a write would, and make it where it is absent; for the start.

        Raises
        ------
        AuditUnavailable
        AuditKeyError
            If the store's last record was signed with another key.
        """
        store = Store(self._address, seconds=self.time_limit)
        try:
            store.begin(time.monotonic() + self.time_limit)
            store.roll_back()
        finally:
            store.close()
        self._refuse_another_key()

    def _refuse_another_key(self) -> None:
        last = AuditReader(self._address.text).last()
        if last is not None and not last.is_signed_with(self._key.derived("chain")):
            raise AuditKeyError(
                f"the last record of {self._address} was not signed with this key; expected the "
                "key that the store was begun with. Bring it back, or name an address without a "
                "store to begin a new one"
            )

    async def write(self, record: AuditRecord) -> None:
        """Append a record; returns once it is committed.

        Raises
        ------
        AuditUnavailable
            If it was not committed within the time limit, or too many records wait. The request
            must then be refused: nothing may be answered that is not on record.
        InvalidAuditRecord
            If a field could not be read back as it was written.
        """
        loop = asyncio.get_running_loop()
        last = time.monotonic() + self.time_limit
        waiting = Waiting(entry_of(record), loop.create_future(), loop, last)
        self._mine().put(waiting)
        timer = loop.call_later(self.time_limit, self._give_up, waiting.future)
        try:
            await waiting.future
        finally:
            timer.cancel()

    def close(self) -> None:
        """Write what waits and stop; later records are refused."""
        self._mine().close(self.time_limit + 1)

    def _give_up(self, future: asyncio.Future[None]) -> None:
        if not future.done():
            future.set_exception(
                AuditUnavailable(
                    f"the audit store {self._address} did not commit a record within "
                    f"{self.time_limit:g} s; expected it to be reachable and unlocked"
                )
            )

    def _mine(self) -> _OfProcess:
        own = self._by_process.get(os.getpid())
        if own is None:
            made = _OfProcess(self._address, self._key, self)
            own = self._by_process.setdefault(os.getpid(), made)
        return own


class _OfProcess:
    """What one process writes with."""

    def __init__(self, address: Address, key: AuditKey, writer: AuditWriter) -> None:
        self._address, self._chain = address, key.derived("chain")
        self._may_be_direct = writer._direct
        store = Store(address, seconds=writer.time_limit)
        self._thread = QueueThread(store, self._chain, longest=writer.queue_size)
        self._direct: DirectCommits | None = None
        self._closed = False

    def put(self, waiting: Waiting) -> None:
        if self._closed:
            raise AuditUnavailable("the audit writer is closed: the service is stopping")
        direct = self._direct_in(waiting.loop)
        if direct is None:
            self._thread.put([waiting])
        else:
            direct.put(waiting)

    def close(self, seconds: float) -> None:
        self._closed = True
        if self._direct is not None:
            self._direct.close()
        self._thread.close(seconds)

    def _direct_in(self, loop: asyncio.AbstractEventLoop) -> DirectCommits | None:
        """One event loop at a time may commit; another in the same process has the thread."""
        if not self._may_be_direct:
            return None
        if self._direct is not None and self._direct.loop.is_closed():
            self._direct.forget()
            self._direct = None
        if self._direct is None:
            self._direct = DirectCommits(self._address, self._chain, self._thread, loop)
        return self._direct if self._direct.loop is loop else None


def _again(
    address: str, key: AuditKey, time_limit: float, queue_size: int, direct: bool
) -> AuditWriter:
    return AuditWriter(address, key, time_limit=time_limit, queue_size=queue_size, direct=direct)
