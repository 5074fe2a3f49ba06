"""Days and moments as FHIR writes them, by the calendar date that stands in the resource."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from lorpredict.fhir._json import Json, an_object

Precision = Literal["year", "month", "day"]
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T.{1,40})?)?)?", re.ASCII)


class Moment(NamedTuple):
    """A day, and where it is told the instant; the middle of a month or year known only so far."""

    day: date
    at: datetime | None
    precision: Precision

    @property
    def is_a_day(self) -> bool:
        """Whether the day itself is known."""
        return self.precision == "day"

    def is_certainly_by(self, day: date) -> bool:
        """Whether it lies on a day or before it, wherever in its month or year it was."""
        told = {"year": 1, "month": 2, "day": 3}[self.precision]
        own, other = ((d.year, d.month, d.day)[:told] for d in (self.day, day))
        return own < other or (self.is_a_day and own == other)


def moment(value: Any) -> Moment | None:
    """Read a date, dateTime or instant; nothing where it is none.

    A time without its zone is no instant, so only the day is kept.
    """
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, time = found.groups()
    try:
        told = date(int(year), int(month or 7), int(day or (15 if month else 2)))
    except ValueError:
        return None
    precision: Precision = "day" if day else "month" if month else "year"
    return Moment(told, _instant(value) if time else None, precision)


def _instant(value: str) -> datetime | None:
    try:
        told = datetime.fromisoformat(value)
        return told if told.utcoffset() is not None else None
    except ValueError:
        return None


def effective(resource: Json) -> Moment | None:
    """Return when an Observation or MedicationAdministration was: its day, or where it began."""
    for name in ("effectiveDateTime", "effectiveInstant"):
        if name in resource:
            return moment(resource[name])
    return moment(an_object(resource.get("effectivePeriod")).get("start"))


def age_years(born: date, on: date) -> float:
    """Return the age on a day: whole years by the calendar, and the share of the year begun."""
    whole = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    last, following = _birthday(born, born.year + whole), _birthday(born, born.year + whole + 1)
    return whole + (on - last).days / max(1, (following - last).days)


def _birthday(born: date, year: int) -> date:
    year = min(max(year, 1), 9999)
    if (born.month, born.day) == (2, 29) and not _is_leap(year):
        return date(year, 3, 1)
    return born.replace(year=year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
