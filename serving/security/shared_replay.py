"""Used tokens in a database, SQLite or PostgreSQL, that all processes of the service share."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
from sqlalchemy import (
    Column,
    Double,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from serving.security.errors import AccessSettingsError, CannotVerify
from serving.security.replay import token_hash

BETWEEN_SWEEPS = 60.0
_SECONDS_TO_WAIT = 2
# Of its own, so that a slow database takes no thread from the predictions.
_MOST_THREADS = 4
_TIMEOUT = {"sqlite": "timeout", "postgresql": "connect_timeout"}

_USED = Table(
    "used_tokens",
    MetaData(),
    Column("token", String(64), primary_key=True),
    Column("until", Double, nullable=False, index=True),
)


class SharedUsedTokens:
    """The used tokens of all processes.

    Of several processes that use the same token at the same moment, one succeeds: the database
    decides, by its primary key. If it cannot be asked, the token is refused.

    Parameters
    ----------
    address : SQLAlchemy address, sqlite or postgresql; may hold a password and is never told
    now : the present, in seconds since 1970
    """

    def __init__(self, address: str, *, now: Callable[[], float] = time.time) -> None:
        self._engine = _engine(address)
        self._now = now
        self._swept = now()
        self._insert = {"sqlite": sqlite, "postgresql": postgresql}[
            self._engine.dialect.name
        ].insert
        self._threads = anyio.CapacityLimiter(_MOST_THREADS)
        _create(self._engine)

    async def claim(self, issuer: str, jti: str, until: float) -> bool:
        return await anyio.to_thread.run_sync(
            self._claim, token_hash(issuer, jti), until, limiter=self._threads
        )

    async def close(self) -> None:
        await anyio.to_thread.run_sync(self._engine.dispose)

    def _claim(self, token: str, until: float) -> bool:
        now = self._now()
        wanted: Any = self._insert(_USED).values(token=token, until=until)
        # A row that has had its day and was not swept yet is as good as none.
        statement = wanted.on_conflict_do_update(
            index_elements=[_USED.c.token], set_={"until": until}, where=_USED.c.until <= now
        ).returning(_USED.c.token)
        try:
            with self._engine.begin() as connection:
                is_new = connection.execute(statement).first() is not None
                if now - self._swept >= BETWEEN_SWEEPS:
                    self._swept = now
                    connection.execute(_USED.delete().where(_USED.c.until <= now))
        except SQLAlchemyError:
            raise CannotVerify(
                "It cannot be known at present whether the token was used; try again later.",
                retry_after=_SECONDS_TO_WAIT,
            ) from None
        return is_new


def _engine(address: str) -> Engine:
    try:
        url = make_url(address)
        name = url.get_backend_name()
        if name not in _TIMEOUT or (name == "sqlite" and not url.database):
            raise ArgumentError
        timeout = {_TIMEOUT[name]: _SECONDS_TO_WAIT}
        engine = create_engine(url, connect_args=timeout, pool_pre_ping=name == "postgresql")
    except (ArgumentError, ImportError, ValueError):
        raise AccessSettingsError(
            "the address of the used tokens cannot be used; expected "
            "sqlite:////absolute/path/used-tokens.db or postgresql+psycopg://..."
        ) from None
    if name == "sqlite":
        event.listen(engine, "connect", _write_ahead)
    return engine


def _write_ahead(connection: Any, _: object) -> None:
    """Wait for no disk: what a power cut can lose are tokens that soon expire anyway."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _create(engine: Engine) -> None:
    """Make the table; processes that start together may both try, and one of them lose.

    Where it is there already, the right to make one is not needed.
    """
    for attempt in range(3):
        try:
            if inspect(engine).has_table(_USED.name):
                return
            with engine.begin() as connection:
                connection.execute(CreateTable(_USED, if_not_exists=True))
                for index in _USED.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))
        except SQLAlchemyError as error:
            if attempt == 2:
                engine.dispose()
                raise AccessSettingsError(
                    f"the database of the used tokens cannot be written ({type(error).__name__}); "
                    "expected one in which this service may create the table used_tokens"
                ) from None
            time.sleep(0.1)
        else:
            return
