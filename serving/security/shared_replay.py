"""Used tokens in a database, SQLite or PostgreSQL, that all processes of the service share."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from sqlalchemy import (
    URL,
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
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from serving.audit._address import database_url, make_file, network_limits
from serving.security.errors import AccessSettingsError, CannotVerify
from serving.security.replay import token_hash

BETWEEN_SWEEPS = 60.0
TIME_LIMIT = 5.0
_SECONDS_TO_WAIT = 2
# For a lock or a statement; the server ends it then, and the thread that waits for it is free.
_MILLISECONDS = 3000
# Of its own, so that a slow database takes no thread from the predictions.
_MOST_THREADS = 4

_USED = Table(
    "used_tokens",
    MetaData(),
    Column("token", String(64), primary_key=True),
    Column("until", Double, nullable=False, index=True),
)


class SharedUsedTokens:
    """The used tokens of all processes.

    Of several processes that use the same token at the same moment, one succeeds: the database
    decides, by its primary key. If it cannot be asked in time, the token is refused.

    Parameters
    ----------
    address : SQLAlchemy address, sqlite or postgresql; may hold a password and is never told
    now : the present, in seconds since 1970
    time_limit : seconds after which the database is no longer waited for
    """

    def __init__(
        self,
        address: str,
        *,
        now: Callable[[], float] = time.time,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._engine = _engine(address)
        self._time_limit = time_limit
        self._now = now
        self._swept = now()
        self._insert = {"sqlite": sqlite, "postgresql": postgresql}[
            self._engine.dialect.name
        ].insert
        self._threads = anyio.CapacityLimiter(_MOST_THREADS)
        _create(self._engine)

    async def claim(self, issuer: str, jti: str, until: float) -> bool:
        """Use a token up; whether it was the first time.

        Raises
        ------
        CannotVerify
            If the database fails, or does not answer in time. The thread that waits for it may
            go on, and use the token up all the same.
        """
        try:
            with anyio.fail_after(self._time_limit):
                return await anyio.to_thread.run_sync(
                    self._claim,
                    token_hash(issuer, jti),
                    until,
                    limiter=self._threads,
                    abandon_on_cancel=True,
                )
        except TimeoutError:
            raise _cannot_be_known() from None

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
            raise _cannot_be_known() from None
        return is_new


def _cannot_be_known() -> CannotVerify:
    return CannotVerify(
        "It cannot be known at present whether the token was used; try again later.",
        retry_after=_SECONDS_TO_WAIT,
    )


def _engine(address: str) -> Engine:
    try:
        url = database_url(address)
        if url.get_backend_name() == "sqlite":
            return _file_engine(url)
        if url.get_backend_name() == "postgresql":
            return _server_engine(url)
        raise ArgumentError
    except OSError as error:
        raise AccessSettingsError(
            f"the file of the used tokens cannot be made ({error.strerror}); expected a folder "
            "that the service may write to"
        ) from None
    except (ArgumentError, ImportError, ValueError):
        raise AccessSettingsError(
            "the address of the used tokens cannot be used; expected "
            "sqlite:////absolute/path/used-tokens.db or postgresql+psycopg://..."
        ) from None


def _file_engine(url: URL) -> Engine:
    file = Path(url.database or "")
    if not file.is_absolute():
        raise ArgumentError
    make_file(file)
    engine = create_engine(
        url, connect_args={"timeout": _SECONDS_TO_WAIT}, pool_timeout=_SECONDS_TO_WAIT
    )
    event.listen(engine, "connect", _write_ahead)
    return engine


def _server_engine(url: URL) -> Engine:
    limits = (f"-c {name}={_MILLISECONDS}" for name in ("statement_timeout", "lock_timeout"))
    # What the address itself sets stays: options that are handed over would replace it.
    options = " ".join([*url.normalized_query.get("options", ()), *limits])
    return create_engine(
        url,
        connect_args=network_limits(_SECONDS_TO_WAIT) | {"options": options},
        pool_pre_ping=True,
        pool_timeout=_SECONDS_TO_WAIT,
    )


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
