"""Where an audit store is, and the engine that speaks to it."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.engine import make_url
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
            make_url(text)
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
        url = make_url(self.text).set(drivername="postgresql+psycopg")
        # A network that swallows everything must not keep a thread for longer than the limit.
        network = {
            "connect_timeout": max(2, math.ceil(seconds)),
            "tcp_user_timeout": max(1000, round(1000 * seconds)),
        }
        return create_engine(url, connect_args=network, **options)


def _file(text: str) -> Path:
    file = Path(text.removeprefix(_SQLITE))
    if not text.startswith(_SQLITE) or not file.is_absolute():
        raise AuditAddressError(
            f"{text} is relative and means another file in every folder; "
            f"expected an absolute address such as sqlite:////absolute/path/{file.name}"
        )
    return file
