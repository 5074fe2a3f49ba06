"""Tables from a database: a SQLAlchemy address and a query.

Nothing is written: the transaction is never committed, and SQLite and PostgreSQL are told to
refuse. No message holds the password of an address.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lorpredict.cohort._loaded import Loaded, refused
from lorpredict.errors import CohortFaults

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

_ADDRESS = "dialect://user:password@host:port/database"
# Heroku and libpq say postgres; SQLAlchemy before 2.1 would take psycopg 2 for it.
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SECONDS_TO_CONNECT = 10


def is_address(source: object) -> bool:
    """Whether a source is a database; no file's path holds ``://``."""
    return isinstance(source, str) and "://" in source


def read_database(address: str, query: str | None) -> Loaded:
    """Read what a query returns, every cell as the value that the driver gives.

    Raises
    ------
    CohortFaults
        If there is no query, no connection, or the database refuses the query.
    """
    url = _url(address)
    if query is None:
        hint = 'Say which rows: query="select * from cohort"'
        raise refused(_told(url), "an address needs a query", hint)
    _refuse_missing_file(url)
    table = _asked(url, query)
    # SQLite has no boolean: its manual says that true and false are the integers 1 and 0.
    return Loaded(table, _name(url), ones_are_true=url.get_backend_name() == "sqlite")


def _url(address: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # their words hold the address, and it a password
        scheme = re.match(r"[a-z][a-z0-9+]*://", address)
        told = scheme.group() if scheme else "the source"
        hint = f"Expected {_ADDRESS}, with special signs of the password as %40 for @"
        raise refused(told, "the address cannot be read", hint) from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _refuse_missing_file(url: URL) -> None:
    """SQLite would make a new, empty database of a mistyped name."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    if is_file and not url.query.get("uri") and not Path(str(url.database)).is_file():
        raise refused(Path(str(url.database)).name, "no such file")


def _asked(url: URL, query: str) -> pd.DataFrame:
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    connected = False
    try:
        with _engine(url, NullPool).connect() as connection:
            connected = True
            return _rows(connection, query, url)
    except CohortFaults:
        raise
    except NoSuchModuleError:
        hint = "A file is read by its path: download it first"
        raise refused(f"{url.drivername}://", "no database of this kind is known", hint) from None
    except (SQLAlchemyError, ImportError, TypeError) as error:
        what = "the query was refused" if connected else "no connection"
        raise refused(_told(url), f"{what}: {_reason(error, url)}") from None


def _engine(url: URL, pool: Any) -> Any:
    from sqlalchemy import create_engine

    waits = url.get_driver_name() == "psycopg" and "connect_timeout" not in url.query
    arguments = {"connect_timeout": _SECONDS_TO_CONNECT} if waits else {}
    return create_engine(url, poolclass=pool, connect_args=arguments)


def _rows(connection: Connection, query: str, url: URL) -> pd.DataFrame:
    if url.get_backend_name() == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
    if url.get_backend_name() == "postgresql":
        connection.execution_options(postgresql_readonly=True)
    # To the driver as it stands: neither a colon nor a percent sign means a parameter.
    result = connection.execution_options(no_parameters=True).exec_driver_sql(query)
    if not result.returns_rows:
        raise refused(_told(url), "the query returns no table", "Expected a select")
    names = list(result.keys())
    return pd.DataFrame([tuple(row) for row in result], columns=names, dtype=object)


def _reason(error: Exception, url: URL) -> str:
    """Say what the driver said, without the statement and without any secret of the address."""
    said = str(getattr(error, "orig", None) or error).strip()
    secrets = [url.password, *(v for k, v in url.query.items() if "pass" in k.lower())]
    for secret in filter(None, map(str, secrets)):
        said = said.replace(secret, "***")
    return said.partition("\n")[0]


def _told(url: URL) -> str:
    """Name the database without user, password and options."""
    if url.get_backend_name() == "sqlite":
        return _name(url)
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


def _name(url: URL) -> str:
    return Path(url.database or "database").stem
