"""The rows of the audit's table, in the order in which they were written."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lorpredict.errors import LorpredictError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

_COLUMNS = ("sequence", "time", "event", "model", "content")
_ASKED = f"SELECT {', '.join(_COLUMNS)} FROM audit_records"  # noqa: S608  our own names
_EVENTS = " WHERE event IN ('answer', 'abstention', 'outcome', 'retention') AND time < :until"
_ROWS_AT_ONCE = 1000
_LATER_THAN_ANY = "9999"
_SUCH_AS = "sqlite:////whole/path/audit.db or postgresql://user@host/database"


class InvalidAudit(LorpredictError, ValueError):
    """There is no audit store, or it is not what the service writes."""


@dataclass(frozen=True)
class Row:
    """One record of the audit; what cannot be read is told by its number alone."""

    sequence: int
    time: str
    event: str
    model_json: str | None = field(repr=False)
    content_json: str = field(repr=False)

    @cached_property
    def when(self) -> datetime:
        """When the record was made, UTC."""
        with self.read():
            return datetime.fromisoformat(self.time)

    @cached_property
    def model(self) -> Mapping[str, Any]:
        """The model that was asked; empty where none was."""
        return self._mapping(self.model_json or "{}")

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """What the event is about."""
        return self._mapping(self.content_json)

    @contextmanager
    def read(self) -> Iterator[None]:
        """Tell what is not as the service writes it by the number of the record."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise InvalidAudit(  # their words may hold what is in the record
                f"record {self.sequence} of the audit ({self.event}) is not as the service writes "
                "it; look at it with: python -m serving audit verify"
            ) from None

    def _mapping(self, text: str) -> Mapping[str, Any]:
        with self.read():
            found = json.loads(text)
            return {**found}


def rows_of(address: str, *, until: date | None = None) -> Generator[Row]:
    """Read answers, abstentions, outcomes and removals, some thousand at once.

    Raises
    ------
    InvalidAudit
        If there is no such store, or no such table in it.
    """
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    url = _url(address)
    asked = text(f"{_ASKED}{_EVENTS} ORDER BY sequence")
    before = {"until": until.isoformat() if until else _LATER_THAN_ANY}
    try:
        with create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as connection:
            _read_only(connection)
            _refuse_another_form(connection, url)
            streamed = connection.execution_options(yield_per=_ROWS_AT_ONCE)
            with streamed.execute(asked, before) as result:  # closed before its connection is
                for row in result:
                    yield Row(*row)
    except (SQLAlchemyError, ImportError) as error:
        said = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
        secret = str(url.password or "")
        said = said.replace(secret, "***") if secret else said
        raise InvalidAudit(f"{_told(url)} cannot be read as an audit store: {said}") from None


def _url(address: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # their words hold the address, and it a password
        raise InvalidAudit(
            f"the address of the audit cannot be read; expected {_SUCH_AS}"
        ) from None
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise InvalidAudit(f"the audit is kept in no {url.drivername}; expected {_SUCH_AS}")
    return url.set(drivername="postgresql+psycopg")


def _sqlite(url: URL) -> URL:
    """Open the file to be read alone: SQLite would make a new one of a mistyped name."""
    from sqlalchemy import make_url

    file = Path(url.database or "")
    if not file.is_absolute():
        raise InvalidAudit(
            f"sqlite:///{file} is relative and means another file in every directory; expected "
            "the whole path, with four slashes: sqlite:////whole/path/audit.db"
        )
    if not file.is_file():
        raise InvalidAudit(f"there is no file {file}; expected the audit store of the service")
    return make_url("sqlite://").set(
        database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"}
    )


def _read_only(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _refuse_another_form(connection: Connection, url: URL) -> None:
    from sqlalchemy import inspect

    looked = inspect(connection)
    if not looked.has_table("audit_records"):
        raise InvalidAudit(
            f"{_told(url)} has no table audit_records; expected the audit store of the service, "
            "whose address the service has as LORPREDICT_AUDIT"
        )
    there = {str(column["name"]) for column in looked.get_columns("audit_records")}
    if absent := [name for name in _COLUMNS if name not in there]:
        raise InvalidAudit(
            f"audit_records in {_told(url)} has no column {', '.join(absent)}; expected the "
            "table that the service writes, of the same version of lorpredict"
        )


def _told(url: URL) -> str:
    """Name the store without user and password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database).removeprefix("file:")
    return f"postgresql://{url.host or ''}/{url.database or ''}"
