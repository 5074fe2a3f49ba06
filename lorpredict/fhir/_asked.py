"""The day of the question, and whether the statuses that came are those of that day."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple


class Asked(NamedTuple):
    """When it is asked.

    Parameters
    ----------
    as_of
        The day of the question.
    statuses_as_of_now
        Whether statuses tell of the day of the export and not of ``as_of``.
    """

    as_of: date
    statuses_as_of_now: bool = False

    @classmethod
    def on(cls, as_of: date, statuses_as_of_now: bool) -> Asked:
        """Take the day of a time."""
        day = as_of.date() if isinstance(as_of, datetime) else as_of
        return cls(day, statuses_as_of_now)
