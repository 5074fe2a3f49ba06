"""A driver's errors, told as ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from serving.audit._address import Address
from serving.audit.errors import AuditUnavailable, StoreBusy

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def told_of(address: Address) -> Iterator[None]:
    """Tell a driver's error without its message, where that could hold a value or a password."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error, OSError) as error:
        raise _told(address, error) from None


def is_busy(error: Exception) -> bool:
    """Whether another process holds the lock."""
    # An error that Python's module finds by itself has no code.
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _BUSY
    return isinstance(error, psycopg.Error) and error.sqlstate == _LOCK_NOT_AVAILABLE


def _told(address: Address, error: Exception) -> AuditUnavailable:
    cause = _cause(error)
    if is_busy(cause):
        return StoreBusy(str(address))
    return AuditUnavailable(
        f"the audit store {address} cannot be used ({_reason(cause)}); expected a database that "
        "is there and may be written to. Nothing is answered until it is"
    )


def _cause(error: Exception) -> Exception:
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        return error.orig
    return error


def _reason(cause: Exception) -> str:
    if isinstance(cause, sqlite3.Error):
        return str(cause)
    if isinstance(cause, psycopg.Error):
        return " ".join(filter(None, (type(cause).__name__, cause.sqlstate)))
    return getattr(cause, "strerror", None) or type(cause).__name__
