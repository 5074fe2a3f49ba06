"""What was typed into the form about troughs, field by field: values, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from serving.web._files import texts, trough_texts
from serving.web._trough_form import TroughField, TroughForm
from serving.web._typed import WHOLE, Typed, number_typed

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY = re.compile(r"[+-]?[0-9]{1,6}(\.[0-9]+)?")
_COUNT = re.compile(r"[0-9]{1,4}")
_BETWEEN = re.compile(r"[,;]?\s+")


@dataclass(frozen=True)
class Sheet:
    """The form as it was read.

    Parameters
    ----------
    typed : as it was sent
    first_date : of the first infusion, where dates were typed
    values : key -> what was read
    faults : key -> what is wrong with it
    """

    typed: Typed
    first_date: date | None
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, typed: Typed, form: TroughForm) -> Sheet:
        """Read every field by itself."""
        days = (typed.of(row["day"].key) for row in form.rows_of("infusions"))
        first = _date(next(filter(None, days), ""))
        sheet = cls(typed, first)
        for key, each in form.fields.items():
            if not typed.of(key):
                continue
            try:
                sheet.values[key] = _READ[each.kind](typed.of(key), each, first)
            except ValueError as error:
                sheet.faults[key] = str(error)
        if typed.values.keys() - form.fields.keys():
            sheet.faults[WHOLE] = texts()["typed"]["unknown_field"]
        return sheet

    def need(self, key: str, told: str) -> bool:
        """Say what is expected of a field that holds nothing; whether it holds something."""
        if key not in self.values:
            self.faults.setdefault(key, trough_texts()["typed"][told])
        return key in self.values

    def is_typed(self, row: Mapping[str, TroughField]) -> bool:
        """Whether anything stands in a row; a choice alone is nothing."""
        return any(self.typed.of(each.key) for each in row.values() if each.kind != "choice")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _moment(text: str, _: TroughField, first: date | None) -> float:
    """Return days since the first infusion, from days or from dates."""
    said = trough_texts()["typed"]
    if first is None:
        if not _DAY.fullmatch(text):
            raise ValueError(said["no_day"])
        return float(text)
    found = _date(text)
    if found is None:
        raise ValueError(said["no_date"])
    return float((found - first).days)


def _number(text: str, *_: Any) -> float:
    return number_typed(text)


def _count(text: str, *_: Any) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(trough_texts()["typed"]["no_count"])
    return int(text)


def _numbers(text: str, *_: Any) -> list[float]:
    try:
        return [number_typed(each) for each in _BETWEEN.split(text)]
    except ValueError:
        raise ValueError(trough_texts()["typed"]["no_numbers"]) from None


def _level(text: str, *_: Any) -> dict[str, Any]:
    """Read a level as laboratories print it: a number, or less than one."""
    below, limit = text.startswith("<"), text.removeprefix("<").strip()
    if below and not limit:
        return {"below_loq": True}
    try:
        value = number_typed(limit)
    except ValueError:
        raise ValueError(trough_texts()["typed"]["no_level"]) from None
    return {"below_loq": True, "loq": value} if below else {"value": value}


def _choice(text: str, asked: TroughField, _: date | None) -> str:
    if text not in {choice.value for choice in asked.choices}:
        choices = ", ".join(choice.label for choice in asked.choices)
        raise ValueError(texts()["typed"]["unknown_choice"].format(choices=choices))
    return text


def _flag(text: str, asked: TroughField, first: date | None) -> bool:
    return _choice(text, asked, first) == "true"


_READ: Mapping[str, Callable[[str, TroughField, date | None], Any]] = {
    "moment": _moment,
    "number": _number,
    "count": _count,
    "numbers": _numbers,
    "level": _level,
    "choice": _choice,
    "flag": _flag,
}
