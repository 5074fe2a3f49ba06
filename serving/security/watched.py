"""A file whose content is taken anew when it changes, so that nothing has to be restarted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from lorpredict.errors import LorpredictError

T = TypeVar("T")

SECONDS_BETWEEN_LOOKS = 1.0
_log = logging.getLogger("serving")


class Watched(Generic[T]):
    """What a file holds, never more than a second behind the file.

    A new file that cannot be used, or none, leaves the old content in force: an operator's slip
    of the pen locks nobody out, and nobody in. It is logged, by the file's name alone.

    Parameters
    ----------
    file : is read at once; what is wrong with it is raised
    read : makes the content out of the file
    clock : seconds, of which only differences count
    """

    def __init__(
        self, file: Path, read: Callable[[Path], T], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.file = file
        self._read = read
        self._clock = clock
        self._seen = self._state()
        self._content = read(file)
        self._looked = clock()

    def current(self) -> T:
        """Return the content, read anew if the file has changed."""
        now = self._clock()
        if now - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._looked = now
            state = self._state()
            if state != self._seen:
                self._seen = state
                self._renew()
        return self._content

    def _renew(self) -> None:
        try:
            self._content = self._read(self.file)
        except LorpredictError as error:
            _log.error(
                "%s has changed and cannot be used (%s); what it held before stays in force",
                self.file,
                type(error).__name__,
            )

    def _state(self) -> tuple[int, ...] | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
