"""Whether the chain is whole: nothing changed, removed, inserted or moved since it was written.

The chain itself cannot tell that its last records are gone. Keep its head (sequence and mac)
where those who can write to the store cannot, and hand it over at the next verification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from serving.audit._address import Address
from serving.audit._driver_errors import told_of
from serving.audit._table import AUDIT_RECORDS, missing_triggers
from serving.audit.keys import AuditKey
from serving.audit.reader import AuditReader, reading
from serving.audit.records import NOTHING_BEFORE, RETENTION, Head, StoredRecord, signature

# How far from its place a record is looked for, to say that it was moved and not changed.
_NEARBY = 100
_CHUNK = 1000


@dataclass(frozen=True)
class Verdict:
    """What a verification found.

    Parameters
    ----------
    records : how many records were followed
    head : the last record that is whole; keep it elsewhere
    fault : the first thing that is wrong, or nothing
    cautions : what is no fault of the chain but should not be so
    """

    records: int
    head: Head
    fault: str = ""
    cautions: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault


def verify(
    address: str,
    key: AuditKey,
    *,
    head: str = "",
    records: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Follow the chain from its first record to its last.

    Parameters
    ----------
    head : mac of a record that must be there, kept from an earlier verification
    records : number of the last record that must be there, kept likewise
    progress : told the number of records every thousand

    Raises
    ------
    AuditUnavailable
        If the store cannot be read.
    """
    chain = _Chain(key.derived("chain"), head)
    stored = AuditReader(address).records()
    while chunk := list(islice(stored, _CHUNK)):
        if fault := chain.follow(chunk, stored):
            return Verdict(chain.number, chain.head, fault, _cautions(address))
        progress(chain.number)
    fault = chain.fault_of_the_whole(records) or _beside(address, chain)
    return Verdict(chain.number, chain.head, fault, _cautions(address))


class _Chain:
    """A chain as far as it was followed."""

    def __init__(self, key: bytes, wanted: str) -> None:
        self._key, self._wanted = key, wanted
        self._found = not wanted
        self._first: StoredRecord | None = None
        self._removed: set[Head] = set()
        self.head = Head(0, NOTHING_BEFORE)
        self.number = 0

    def follow(self, chunk: list[StoredRecord], rest: Iterator[StoredRecord]) -> str:
        """Follow some records; return what is wrong with the first that is wrong."""
        for at, record in enumerate(chunk):
            if self._first is None:
                self._begin(record)
            if not self._continues(record):
                return self._fault(record, [*chunk[at + 1 :], *islice(rest, _NEARBY)])
            self._take(record)
        return ""

    def fault_of_the_whole(self, records: int) -> str:
        """Return what can only be wrong with the chain as a whole."""
        first = self._first
        if first is not None and first.sequence > 1:
            before = Head(first.sequence - 1, first.previous)
            if before not in self._removed:
                return (
                    f"records 1 to {before.sequence} were removed, and no retention record says so"
                )
        if records > self.head.sequence:
            return f"records {self.head.sequence + 1} to {records} were removed from the end"
        if not self._found:
            return (
                "no record has the head that was kept; the end of the chain was removed or "
                "replaced, or the record is older than the retention"
            )
        return ""

    def _begin(self, record: StoredRecord) -> None:
        """Records may have been removed before it; a later retention record has to say so."""
        self._first = record
        if record.sequence > 1:
            self.head = Head(record.sequence - 1, record.previous)
            self._found = self._found or self._wanted == record.previous

    def _continues(self, record: StoredRecord) -> bool:
        expected = Head(record.sequence - 1, record.previous)
        return expected == self.head and self._is_signed(record, record.sequence)

    def _is_signed(self, record: StoredRecord, sequence: int) -> bool:
        return signature(sequence, record.previous, record.entry, self._key) == record.mac

    def _take(self, record: StoredRecord) -> None:
        self.head = Head(record.sequence, record.mac)
        self.number += 1
        self._found = self._found or self._wanted == record.mac
        if record.event == RETENTION:
            removed = record.content
            self._removed.add(Head(removed["last"], removed["last_mac"]))

    def _fault(self, record: StoredRecord, later: list[StoredRecord]) -> str:
        """Say what happened to a record, as far as what is left can tell."""
        expected, number = self.head.sequence + 1, record.sequence
        if number > expected:
            gone = f"record {expected} was" if number == expected + 1 else (
                f"records {expected} to {number - 1} were"
            )  # fmt: skip
            return f"{gone} removed"
        nearby = range(max(1, number - _NEARBY), number + _NEARBY)
        for place in nearby:
            if place != number and self._is_signed(record, place):
                return f"record {number} was moved: it was written as record {place}"
        if any(self._follows_here(each) for each in later[:_NEARBY]):
            return f"record {number} was inserted: the next one was signed without it"
        if self._is_signed(record, number):
            return f"record {number - 1} was replaced: record {number} was signed after another"
        return f"record {number} was changed, or was not written with this key"

    def _follows_here(self, later: StoredRecord) -> bool:
        here = self.head.sequence + 1
        return later.previous == self.head.mac and self._is_signed(later, here)


def _beside(address: str, chain: _Chain) -> str:
    """Rows that share a number can only be counted; a table that was made anew may hold them."""
    with reading(place := Address.read(address)) as connection, told_of(place):
        column = AUDIT_RECORDS.c.sequence
        upto = (column <= chain.head.sequence) | column.is_(None)
        rows = connection.execute(select(func.count()).where(upto)).scalar_one()
    more = rows - chain.number
    return f"{more} rows stand beside the chain, with numbers that are taken" if more > 0 else ""


def _cautions(address: str) -> tuple[str, ...]:
    with reading(place := Address.read(address)) as connection, told_of(place):
        missing = missing_triggers(connection)
    return tuple(
        f"the trigger {name} is missing: records could be changed or removed" for name in missing
    )
