"""The audit store: what was asked and answered, append-only and signed.

Every record holds the signature of the one before, so none can be changed, moved, inserted or
taken away without being found. A record names a patient by a pseudonym alone. Names are imported
when they are asked for: who only knows the errors does not load a database's drivers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lorpredict._lazy import lazy_names

if TYPE_CHECKING:
    from serving.audit.errors import (
        AuditAddressError,
        AuditKeyError,
        AuditUnavailable,
        BrokenChain,
        InvalidAuditRecord,
        RetentionError,
    )
    from serving.audit.keys import AuditKey, Pseudonyms, read_key
    from serving.audit.reader import AuditReader
    from serving.audit.records import AuditRecord, Event, StoredRecord
    from serving.audit.writer import AuditWriter

__all__ = [
    "AuditAddressError",
    "AuditKey",
    "AuditKeyError",
    "AuditReader",
    "AuditRecord",
    "AuditUnavailable",
    "AuditWriter",
    "BrokenChain",
    "Event",
    "InvalidAuditRecord",
    "Pseudonyms",
    "RetentionError",
    "StoredRecord",
    "read_key",
]

__getattr__ = lazy_names(
    __name__,
    {
        "errors": [
            "AuditAddressError", "AuditKeyError", "AuditUnavailable", "BrokenChain",
            "InvalidAuditRecord", "RetentionError",
        ],
        "keys": ["AuditKey", "Pseudonyms", "read_key"],
        "reader": ["AuditReader"],
        "records": ["AuditRecord", "Event", "StoredRecord"],
        "writer": ["AuditWriter"],
    },
)  # fmt: skip
