"""Where the trials of a tuning are kept: in memory, or in a database of Optuna.

A study is all that is tried out for one family on the same rows. Kept are settings and scores, no
value of a child; a finished trial is added whole, so one that was broken off leaves nothing. Many
processes may write at once: no trial depends on what another process has written, each is looked
up by its settings.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lorpredict.errors import TuningError

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from sqlalchemy import URL

WAY_OUT = "install it with pip install lorpredict[training]"
EXPECTED = "expected sqlite:////whole/path/studies.db or postgresql://user@host/database"
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_SECONDS_TO_CONNECT = 10
_SECONDS_FOR_OTHER_TABLES = 1
_SECONDS_FOR_OTHER_WRITERS = 60  # SQLite lets one process write at a time


def optuna_is_there() -> bool:
    """Whether Optuna is installed; nothing but tuning needs it."""
    return find_spec("optuna") is not None


def refuse_without_optuna() -> None:
    """Refuse tuning where Optuna is not installed.

    Raises
    ------
    TuningError
    """
    if not optuna_is_there():
        raise TuningError(f"tuning needs Optuna, which is absent: {WAY_OUT}, or turn tuning off")


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Optuna tells of every study and trial, on a channel of its own."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def refuse_studies(address: str) -> None:
    """Refuse an address at which no studies can be kept; none means in memory.

    Raises
    ------
    TuningError
        If it is not SQLite or PostgreSQL, or does not name a whole path. Passwords are not told.
    """
    if address:
        _url(address)


def prepare_studies(address: str) -> None:
    """Make the tables of Optuna, so that workers find them.

    Raises
    ------
    TuningError
        If the database cannot be reached or does not let us; with what it said.
    """
    if not address:
        return
    try:
        _make_tables(address)
    except TuningError:
        # Another training may have begun to make the same tables a moment before.
        time.sleep(_SECONDS_FOR_OTHER_TABLES)
        _make_tables(address)


def _make_tables(address: str) -> None:
    with _storage(address):
        pass


class FinishedTrials:
    """The trials of one study that are finished: settings, and the score of each."""

    def __init__(self, study: optuna.Study | None = None) -> None:
        self._study, self._scores = study, {}
        for trial in [] if study is None else study.get_trials(deepcopy=False):
            if trial.value is not None:
                self._scores[_key(trial.params)] = trial.value

    def score(self, settings: Mapping[str, Any]) -> float | None:
        """Score of these settings, if they were tried out before."""
        return self._scores.get(_key(settings))

    def keep(
        self, settings: dict[str, Any], among: dict[str, BaseDistribution], score: float
    ) -> None:
        """Keep a trial."""
        from optuna.trial import create_trial

        self._scores[_key(settings)] = score
        if self._study is not None:
            trial = create_trial(params=settings, distributions=among, value=score)
            self._study.add_trial(trial)


_Key = tuple[tuple[str, Any], ...]


def _key(settings: Mapping[str, Any]) -> _Key:
    return tuple(sorted(settings.items()))


@contextmanager
def finished_trials(address: str, name: str) -> Iterator[FinishedTrials]:
    """Give what is known of a study, and keep what is added to it.

    Raises
    ------
    TuningError
        If Optuna is absent or the database does not answer.
    """
    refuse_without_optuna()
    if not address:
        yield FinishedTrials()
        return
    import optuna

    with quiet_optuna(), _storage(address) as storage:
        study = optuna.create_study(storage=storage, study_name=name, load_if_exists=True)
        yield FinishedTrials(study)


@contextmanager
def _storage(address: str) -> Iterator[optuna.storages.RDBStorage]:
    from optuna.exceptions import StorageInternalError
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import SQLAlchemyError

    url = _url(address)
    try:
        storage = RDBStorage(_as_text(url), engine_kwargs=_engine_arguments(url))
        try:
            yield storage
        finally:
            storage.remove_session()
            storage.engine.dispose()
    except (SQLAlchemyError, StorageInternalError) as error:
        raise TuningError(f"no studies in {_told(url)}: {_reason(error, url)}") from None


def _engine_arguments(url: URL) -> dict[str, Any]:
    from sqlalchemy.pool import NullPool

    if url.get_backend_name() == "sqlite":
        limit = {"timeout": _SECONDS_FOR_OTHER_WRITERS}
    else:
        limit = {} if "connect_timeout" in url.query else {"connect_timeout": _SECONDS_TO_CONNECT}
    # A pool would keep a connection open where Optuna fails before it hands us its storage.
    return {"poolclass": NullPool, "connect_args": limit}


def _as_text(url: URL) -> str:
    """Write the address for Optuna, which takes braces for its own."""
    return url.render_as_string(hide_password=False).replace("{", "{{").replace("}", "}}")


def _url(address: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # their words hold the address, and it a password
        told = "the address of the studies cannot be read, and is not repeated here"
        raise TuningError(f"{told}: {EXPECTED}") from None
    if url.drivername not in _DRIVERS:
        raise TuningError(f"no studies are kept in {url.drivername}://: {EXPECTED}")
    if url.get_backend_name() == "sqlite":
        _refuse_path(url.database or "")
    return url.set(drivername=_DRIVERS[url.drivername])


def _refuse_path(path: str) -> None:
    """Workers, and whoever goes on later, may stand in another directory."""
    if not Path(path).is_absolute():
        told = f"{path!r} is not the whole path of a file" if path else "no file is named"
        raise TuningError(f"studies in SQLite: {told}; {EXPECTED}")
    if not Path(path).parent.is_dir():
        raise TuningError(f"studies in SQLite: there is no folder {Path(path).parent}")


def _told(url: URL) -> str:
    """Name the database without user, password and options."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def _reason(error: Exception, url: URL) -> str:
    """Say what the driver said, without the statement and without a password."""
    cause = error.__cause__ or error
    said = str(getattr(cause, "orig", None) or cause).strip().partition("\n")[0]
    return said.replace(str(url.password), "***") if url.password else said
