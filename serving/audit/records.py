"""One record of the audit store: as the service makes it, as it is signed, as it is read back.

What is signed is the sequence, the signature of the record before, and every other column as one
JSON array. A record can so neither be changed nor moved, and none before it taken away.
"""

from __future__ import annotations

import hmac
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, get_args

from serving.audit.errors import InvalidAuditRecord

Event = Literal["answer", "abstention", "failure", "outcome", "feedback", "forecast"]
EVENTS: tuple[str, ...] = get_args(Event)
RETENTION = "retention"
NOTHING_BEFORE = "0" * 64

_LONGEST = 1000
_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
# Bytes come from nobody but who changed the database by hand; they need only not agree.
_canonical = json.JSONEncoder(default=repr).encode
# Neither PostgreSQL nor UTF-8 can hold these.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class AuditRecord:
    """What was asked and answered, without anything that names a patient.

    Parameters
    ----------
    client : who asked, as the service knows it
    duration_ms : milliseconds from request to answer; kept to a microsecond
    model : name, alias, fingerprint, registered_version, catalogue_version, stage;
        None where no model was asked
    content : what the event is about, opaque to the store; anything that JSON can hold
    time : when the record was made, UTC

    Raises
    ------
    InvalidAuditRecord
        If a field could not be read back as it was written.
    """

    event: Event
    route: str
    request_id: str
    client: str
    status: int
    duration_ms: float
    model: Mapping[str, Any] | None = None
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        if self.event not in EVENTS:
            raise InvalidAuditRecord(f"event is {self.event!r}; expected {', '.join(EVENTS)}")
        if not 0 <= self.status <= 999:
            raise InvalidAuditRecord(f"status is {self.status}; expected an HTTP status")
        if not (math.isfinite(self.duration_ms) and self.duration_ms >= 0):
            raise InvalidAuditRecord(f"duration_ms is {self.duration_ms}; expected 0 or more")
        if self.time.tzinfo is None:
            raise InvalidAuditRecord("time has no time zone; expected datetime.now(UTC)")
        for name in ("route", "request_id", "client"):
            _refuse_unstorable(name, getattr(self, name))


def _refuse_unstorable(name: str, text: str) -> None:
    if len(text) > _LONGEST or _UNSTORABLE.search(text):
        raise InvalidAuditRecord(
            f"{name} is {len(text)} characters long or holds NUL or half a character; "
            f"expected at most {_LONGEST} characters of text. Shorten or escape it"
        )


class Entry(NamedTuple):
    """A record on its way into the chain: every column that does not depend on its place."""

    time: str
    event: str
    route: str
    request_id: str
    client: str
    status: int
    duration_ms: float
    model: str | None
    content: str


class Head(NamedTuple):
    """The last record of a chain, which is worth keeping elsewhere."""

    sequence: int
    mac: str


@dataclass(frozen=True)
class StoredRecord:
    """A record as it stands in the store; ``model`` and ``content`` are JSON text there."""

    sequence: int
    time: str
    event: str
    route: str
    request_id: str
    client: str
    status: int
    duration_ms: float
    model_json: str | None = field(repr=False)
    content_json: str = field(repr=False)
    previous: str = field(repr=False)
    mac: str

    @property
    def model(self) -> dict[str, Any] | None:
        """The model that answered."""
        found: dict[str, Any] | None = json.loads(self.model_json or "null")
        return found

    @property
    def content(self) -> dict[str, Any]:
        """What the event is about."""
        found: dict[str, Any] = json.loads(self.content_json)
        return found

    @property
    def when(self) -> datetime:
        """The time as a time."""
        return datetime.fromisoformat(self.time)

    @property
    def entry(self) -> Entry:
        """What was signed, beside the record's place."""
        return Entry(
            self.time, self.event, self.route, self.request_id, self.client,
            self.status, self.duration_ms, self.model_json, self.content_json,
        )  # fmt: skip

    def is_signed_with(self, key: bytes) -> bool:
        """Whether the signature is that of this record at this place."""
        return signature(self.sequence, self.previous, self.entry, key) == self.mac


def entry_of(record: AuditRecord) -> Entry:
    """Write a record as columns.

    Raises
    ------
    InvalidAuditRecord
        If the model or the content is not JSON.
    """
    return Entry(
        time_text(record.time), record.event, record.route, record.request_id, record.client,
        record.status, round(float(record.duration_ms), 3),
        None if record.model is None else _json("model", record.model),
        _json("content", record.content),
    )  # fmt: skip


def time_text(time: datetime) -> str:
    """Write a time so that text sorts as time does, whatever the database."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _json(name: str, value: Mapping[str, Any]) -> str:
    try:
        return _encode(value)
    except (TypeError, ValueError):  # whose message quotes the value
        raise InvalidAuditRecord(
            f"{name} is not JSON; expected text, finite numbers, booleans, None, lists and mappings"
        ) from None


def signed_rows(entries: Iterable[Entry], head: Head, key: bytes) -> list[tuple[Any, ...]]:
    """Give every entry its place behind the head and its signature."""
    rows = []
    sequence, previous = head
    for entry in entries:
        sequence += 1
        mac = signature(sequence, previous, entry, key)
        rows.append((sequence, *entry, previous, mac))
        previous = mac
    return rows


def signature(sequence: int, previous: str, entry: Entry, key: bytes) -> str:
    """Return the HMAC-SHA256 of a record at its place."""
    text = f"{sequence}\n{previous}\n{_canonical(entry)}"
    return hmac.digest(key, text.encode(), "sha256").hex()
