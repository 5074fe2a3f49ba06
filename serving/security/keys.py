"""API keys: 256 random bits each, of which the service keeps a hash.

A key reads ``lor_k7m2q9xw_`` and 43 characters more: the first part names the key in the file,
in ``keys list`` and ``keys revoke``, and opens nothing.

At rest there is the SHA-256 alone. A slow hash such as argon2 protects secrets that people choose,
because those can be guessed; 256 random bits cannot, however fast the hash is, and each request
would pay for the slowness.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path

from serving.security.clients import Client
from serving.security.errors import Unauthorised
from serving.security.tables import Entry, read_entries, refuse_faults
from serving.security.watched import Watched

PREFIX = "lor_"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is read as something else
_ID = re.compile(r"[a-z0-9]{8}")
_KEY = re.compile(r"lor_([a-z0-9]{8})_[A-Za-z0-9_-]{43}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNKNOWN = "The API key is not known; ask the operator of this service for one."


@dataclass(frozen=True)
class ApiKey:
    """What the service knows of a key; not the key.

    Parameters
    ----------
    id : names the key
    sha256 : of the whole key, in hexadecimal digits
    client : who holds it
    created : when it was made
    expires : from when on it is refused
    """

    id: str
    sha256: str = field(repr=False)
    client: Client
    created: datetime
    expires: datetime | None = None


# What an unknown key is compared with, so that it costs what a wrong one costs.
_NOBODY = "0" * 64


def new_key() -> tuple[str, str, str]:
    """Return an id, a new key, and the SHA-256 to keep."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    key = f"{PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
    return key_id, key, _sha256(key)


def read_keys(file: Path) -> Mapping[str, ApiKey]:
    """Read the keys of a file, by id.

    Raises
    ------
    AccessSettingsError
        If anything in it is not as expected; all of it is named.
    """
    keys = read_entries(file, "keys", _key)
    ids = [key.id for key in keys]
    twice = sorted({each for each in ids if ids.count(each) > 1}) if len({*ids}) < len(ids) else ()
    refuse_faults(file, [f"id {each} is there more than once" for each in twice])
    return {key.id: key for key in keys}


class Keys:
    """The keys of a file, which may change while the service runs.

    Parameters
    ----------
    file : see ``read_keys``; looked at once a second at most
    now : the present, in seconds since 1970
    clock : seconds, of which only differences count
    """

    def __init__(
        self,
        file: Path,
        *,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = Watched(file, read_keys, clock=clock)
        self._now = now

    def verify(self, key: str) -> Client:
        """Return whose key it is.

        Raises
        ------
        Unauthorised
        """
        shape = _KEY.fullmatch(key)
        known = self._keys.current().get(shape[1]) if shape else None
        # Unknown, wrong and right take the same steps.
        same = hmac.compare_digest(_sha256(key), known.sha256 if known else _NOBODY)
        if known is None or not same:
            raise Unauthorised(_UNKNOWN)
        if known.expires is not None and self._now() >= known.expires.timestamp():
            raise Unauthorised("The API key has expired; ask the operator for a new one.")
        return known.client


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _key(entry: Entry) -> ApiKey | None:
    key_id = entry.text("id", "8 small letters and digits", _ID.fullmatch)
    sha256 = entry.text("sha256", "64 hexadecimal digits", _SHA256.fullmatch)
    name, scopes, limit = entry.client(), entry.scopes(), entry.requests_per_minute()
    created, expires = _moment(entry, "created"), _moment(entry, "expires")
    if created is None and not entry.faults:
        entry.fault("created", "a moment such as 2026-01-31T00:00:00Z")
    if entry.faults or created is None:
        return None
    return ApiKey(key_id, sha256, Client(name, scopes, limit), created, expires)


def _moment(entry: Entry, name: str) -> datetime | None:
    """A date means its first moment, in UTC."""
    value = entry.value(name)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time_of_day(), UTC)
    if value is not None:
        entry.fault(name, "a date, or a moment with its time zone such as 2026-01-31T00:00:00Z")
    return None
