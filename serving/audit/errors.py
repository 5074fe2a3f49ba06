"""What the audit store refuses.

LorpredictError
├── AuditUnavailable     (RuntimeError)  nothing was acknowledged: the request must be refused
│   └── StoreBusy                        another process held the lock for too long
├── AuditAddressError    (ValueError)    an address at which no store can be
├── AuditKeyError        (ValueError)    a key file that is absent, too open or too short
├── InvalidAuditRecord   (ValueError)    a record that could not be read back as it was written
    ├── BrokenChain          (ValueError)    a chain that is not what was written
└── RetentionError       (ValueError)    records that may not be removed
"""

from __future__ import annotations

from lorpredict.errors import LorpredictError


class AuditUnavailable(LorpredictError, RuntimeError):
    """A record was not acknowledged, so what it tells of must not be answered.

    Parameters
    ----------
    retry_after : seconds after which a client may ask again
    """

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class StoreBusy(AuditUnavailable):
    """The lock of the chain was held by another process; surely nothing was written."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"the audit store {place} is locked by another process; expected it to be free within "
            "the time limit. End whatever holds it (a backup, an open transaction)",
            retry_after=1,
        )


class AuditAddressError(LorpredictError, ValueError):
    """An address at which no audit store can be."""


class AuditKeyError(LorpredictError, ValueError):
    """A key file that is absent, readable by others, or too short."""


class InvalidAuditRecord(LorpredictError, ValueError):
    """A record with a field that could not be read back as it was written."""


class BrokenChain(LorpredictError, ValueError):
    """A chain that is not what was written, and must be looked at before anything is removed."""


class RetentionError(LorpredictError, ValueError):
    """Records that may not be removed."""
