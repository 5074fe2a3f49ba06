"""The secret of the audit store, and the pseudonyms that are made with it.

One secret gives three keys, so that a pseudonym says nothing of a signature and a patient's
pseudonym nothing of a record's fingerprint.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from serving.audit.errors import AuditKeyError

_BYTES = 32
_HOW_TO_MAKE = "(umask 077; openssl rand -base64 32 > {path})"


@dataclass(frozen=True)
class AuditKey:
    """The secret; kept out of the repr."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < _BYTES:
            raise AuditKeyError(f"the key has {len(self.secret)} bytes; expected at least {_BYTES}")

    def derived(self, label: str) -> bytes:
        """Return the key for one purpose."""
        return hmac.digest(self.secret, f"lorpredict-audit-{label}".encode(), "sha256")


class Pseudonyms:
    """What stands in the store for a patient and for what was known of the patient.

    Without the key nobody can tell whom a pseudonym means, not even by trying all names.
    """

    def __init__(self, key: AuditKey) -> None:
        self._patient = key.derived("patient")
        self._input = key.derived("input")

    def of_patient(self, text: str) -> str:
        """Return the pseudonym of a patient's identifier: 32 hex digits, always the same."""
        plain = unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
        return _shortened(self._patient, plain)

    def fingerprint(self, mapping: Mapping[str, Any]) -> str:
        """Return the fingerprint of a record: 32 hex digits.

        The order of the keys makes no difference, nor whether 36 was sent as 36 or 36.0.
        """
        return _shortened(self._input, to_json(_plain(mapping)))


def _shortened(key: bytes, plain: bytes) -> str:
    return hmac.digest(key, plain, "sha256")[:16].hex()


_ONE_WAY = (str, bool, int)


def _plain(value: Any) -> Any:
    """Write a value as JSON in one way only."""
    if isinstance(value, _ONE_WAY) or value is None:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        named = {str(name): each for name, each in value.items()}
        return {name: _plain(named[name]) for name in sorted(named)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return _plain(value.item()) if hasattr(value, "item") else value


def read_key(path: Path, *, make: bool = False) -> AuditKey:
    """Read the secret: at least 32 bytes, as base64, as hex or raw.

    Parameters
    ----------
    make : whether a file that is absent is made, with a new secret; safe if two processes try

    Raises
    ------
    AuditKeyError
        If the file is absent, may be read by others than its owner, or is too short.
    """
    if make and not path.exists():
        _make(path)
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise AuditKeyError(
            f"the key file {path} cannot be read ({error.strerror}); expected the key that the "
            f"audit store was begun with. For a new store: {_HOW_TO_MAKE.format(path=path)}"
        ) from None
    if mode & 0o077:
        raise AuditKeyError(
            f"the key file {path} has mode {mode & 0o777:o} and may be read by others; expected "
            f"600. chmod 600 {path}"
        )
    return AuditKey(_secret(content, path))


def _secret(content: bytes, path: Path) -> bytes:
    """Decode what is text; a text of too few bytes is not taken for raw ones."""
    text = content.strip()
    secret = content
    with suppress(binascii.Error):
        secret = base64.b64decode(text, validate=True)
    with suppress(binascii.Error):
        secret = binascii.unhexlify(text)
    if len(secret) < _BYTES:
        raise AuditKeyError(
            f"the key file {path} holds {len(secret)} bytes; expected at least {_BYTES}, as "
            f"base64, hex or raw. {_HOW_TO_MAKE.format(path=path)}"
        )
    return secret


def _make(path: Path) -> None:
    """Write a new secret under another name; a link is made by one process alone."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    except OSError as error:
        raise AuditKeyError(
            f"the key file {path} cannot be made ({error.strerror}); expected a folder that the "
            "service may write to. Name another by LORPREDICT_AUDIT_KEY"
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink()
