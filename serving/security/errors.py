"""What the guard refuses. No message repeats a key, a token or what a token claims.

LorpredictError
├── Refused                         a request that is not let in, with status and headers
│   ├── Unauthorised    (PermissionError)  401: who is asking is not known
│   ├── Forbidden       (PermissionError)  403: known, but not for this
│   ├── TooManyRequests (RuntimeError)     429: later
│   └── CannotVerify    (RuntimeError)     503: what would prove it is out of reach
└── SettingsError
    └── AccessSettingsError                a file of keys or issuers that cannot be used
        └── OpenDoor                       others could ask without authorisation
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from lorpredict.errors import LorpredictError
from serving.settings import SettingsError


class Refused(LorpredictError):
    """A request that is not let in.

    Attributes
    ----------
    status : HTTP status of the answer
    headers : headers that the answer has to carry
    """

    status: ClassVar[int]

    @property
    def headers(self) -> Mapping[str, str]:
        return {}


class Unauthorised(Refused, PermissionError):
    """A request of which nobody knows who is asking; the message says which part is wrong."""

    status = 401

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Refused, PermissionError):
    """A client that is known and may not do this."""

    status = 403

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs the scope {scope}, which the client does not have.")


class _Later(Refused, RuntimeError):
    """A refusal that may be another answer later; ``retry_after`` is in whole seconds."""

    def __init__(self, told: str, *, retry_after: float) -> None:
        self.retry_after = max(1, math.ceil(retry_after))
        super().__init__(told)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after)}


class TooManyRequests(_Later):
    """More requests than the client may send, or too many that failed."""

    status = 429


class CannotVerify(_Later):
    """A token that cannot be verified now: its keys, or the used tokens, are out of reach."""

    status = 503


class AccessSettingsError(SettingsError):
    """A file of keys or issuers, or a setting of the guard, that cannot be used."""


class OpenDoor(AccessSettingsError):
    """A service that others could ask without authorisation."""
