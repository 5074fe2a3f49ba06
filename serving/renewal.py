"""A moved alias, or a folder that was replaced, is picked up while requests are answered.

One worker at a time asks the registry, in a process of its own. Each looks at the folder, loads
what is new beside the old and changes over in one step. What cannot be served leaves the old
models where they are.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio.to_thread

from lorpredict.errors import LorpredictError
from serving.desk import Desk
from serving.known import columns_of, known_columns
from serving.metrics import count_renewal
from serving.models import ServedModels, fingerprints
from serving.settings import Settings
from serving.sources import Registry, fetch, source

LONGEST_PAUSE = 5.0  # between two looks at the folder, which cost next to nothing
_log = logging.getLogger("serving.renewal")


class Renewal:
    """Keeps the models of one process up to date.

    Parameters
    ----------
    desk : its ``models`` are replaced as a whole
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self.settings = settings
        self.desk = desk
        self._refused: dict[str, str] = {}

    async def keep_looking(self) -> None:
        """Look again and again, until cancelled."""
        pause = min(self.settings.renew_seconds, LONGEST_PAUSE)
        while True:
            await asyncio.sleep(pause)
            try:
                await anyio.to_thread.run_sync(self.look)
            except Exception:  # whatever it is, the models that are served go on being served
                _log.exception("the models stay as they are")

    def look(self) -> None:
        """Ask the registry if it is time to, and take what is new in the folder."""
        try:
            self._ask_registry()
            self._take_what_is_new()
        except LorpredictError as error:
            count_renewal("refused")
            _log.error("the models stay as they are: %s", str(error))
        except OSError as error:
            count_renewal("refused")
            _log.error("the models could not be looked at: %s", error.strerror)

    def _ask_registry(self) -> None:
        registry = source(self.settings.registry) if self.settings.registry else None
        if not isinstance(registry, Registry):
            return
        with _alone(self.settings.cache) as last:
            if last is not None and _age(last) >= self.settings.renew_seconds:
                last.touch()
                fetch(registry, self.settings.cache, unless_there=True)

    def _take_what_is_new(self) -> None:
        found = fingerprints(self.settings)
        served = {alias: each.fingerprint for alias, each in self.desk.loaded().items()}
        if found in (served, self._refused):
            return
        self._refused = found  # until it is taken, so that it is tried, and told, once
        models = ServedModels.load(self.settings)
        if dict(columns_of(self.settings)) != dict(known_columns()):
            raise LorpredictError(
                "the new model knows other columns of its site, which become fields of a request; "
                "restart the service to serve it"
            )
        self.desk.models, self._refused = models, {}
        count_renewal("taken")
        told = ", ".join(f"{alias} {each.fingerprint[:12]}" for alias, each in models.items())
        _log.info("the models were renewed: %s", told)


@contextmanager
def _alone(cache: Path) -> Iterator[Path | None]:
    """Give the file whose time is that of the last look, to one process at a time."""
    cache.mkdir(parents=True, exist_ok=True)
    last = cache / ".last-look"
    with last.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield last


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime
