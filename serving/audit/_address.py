"""Where an audit store is, and the engine that speaks to it."""

from __future__ import annotations

import math
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from serving.audit.errors import AuditAddressError
from serving.sources import without_password

_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Address:
    """The address of an audit store.

    Parameters
    ----------
    text : as it was given; kept out of the repr, since it may hold a password
    file : the database file, or None for PostgreSQL
    """

    text: str = field(repr=False)
    file: Path | None

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``sqlite:////absolute/path`` or ``postgresql://user@host/database``.

        Raises
        ------
        AuditAddressError
            If it is relative, or of another kind.
        """
        if text.startswith("sqlite:"):
            return cls(text, _file(text))
        scheme = text.partition("://")[0]
        if scheme not in _POSTGRESQL:
            raise AuditAddressError(
                f"{without_password(text)} is no address of an audit store; expected "
                "sqlite:////absolute/path/audit.db or postgresql://user@host/database"
            )
        try:
            database_url(text)
        except (ArgumentError, ValueError):  # whose message holds the password
            raise AuditAddressError(
                f"{without_password(text)} cannot be read; expected "
                "postgresql://user:password@host:5432/database, with @, : and / in a password "
                "written as %40, %3A and %2F"
            ) from None
        return cls(text, None)

    def __str__(self) -> str:
        return without_password(self.text)

    def engine(self, *, seconds: float, create: bool = False) -> Engine:
        """Return an engine whose connections begin and commit only where they are told to.

        Parameters
        ----------
        seconds : how long to wait for a lock or for a server
        create : whether SQLite may make its file
        """
        options: dict[str, Any] = {
            "poolclass": NullPool,
            "isolation_level": "AUTOCOMMIT",
            "hide_parameters": True,
        }
        if self.file is not None:
            uri = f"file:{quote(str(self.file))}?mode={'rwc' if create else 'rw'}"

            def connect() -> sqlite3.Connection:
                return sqlite3.connect(uri, timeout=seconds, uri=True, check_same_thread=False)

            return create_engine("sqlite://", creator=connect, **options)
        url = database_url(self.text)
        return create_engine(url, connect_args=network_limits(seconds), **options)


def database_url(text: str) -> URL:
    """Read the address of a database; of PostgreSQL's names each means the driver that is here.

    Raises
    ------
    ArgumentError, ValueError
        Whose messages may hold the password.
    """
    url = make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.drivername in _POSTGRESQL else url


def network_limits(seconds: float) -> dict[str, Any]:
    """Options of a connection that a network which swallows everything holds no longer than so."""
    return {
        "connect_timeout": max(2, math.ceil(seconds)),
        "tcp_user_timeout": max(1000, round(1000 * seconds)),
    }


def make_file(file: Path) -> None:
    """Make the file, and its folder, for their owner alone; SQLite would let everybody read it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        # Only a new one: closing a file that SQLite has open elsewhere would end its locks.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _file(text: str) -> Path:
    file = Path(text.removeprefix(_SQLITE))
    if not text.startswith(_SQLITE) or not file.is_absolute():
        raise AuditAddressError(
            f"{without_password(text)} is relative and means another file in every folder; "
            "expected an absolute address such as sqlite:////absolute/path/audit.db"
        )
    return file
