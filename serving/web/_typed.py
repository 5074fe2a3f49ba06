"""What was typed into the form: read as strictly as the API reads, every fault beside its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from lorpredict.clinical import Kind, criteria
from serving.errors import InvalidRequest, RequestFault
from serving.faults import invalid_request
from serving.messages import Question, record_fields
from serving.web._files import texts
from serving.web._form import NOT_MEASURED, UNIT, Form, FormField, Unit

ELIGIBLE = "eligible."
WHOLE = ""  # where a fault of no single field stands
_MOST_FIELDS = 400
_STRICTLY: dict[str, Any] = {
    "strict_parsing": True,
    "keep_blank_values": True,
    "errors": "strict",
    "max_num_fields": _MOST_FIELDS,
}
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")  # \d would take digits of any script
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_WORD = re.compile(r"\w+")

Record = dict[str, Any]


class Unreadable(ValueError):
    """A body that no form of ours can have sent."""


@dataclass(frozen=True)
class Typed:
    """The fields of a form as they were sent.

    Parameters
    ----------
    values : name of the field -> what was typed; empty fields are left out
    """

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, body: bytes) -> Typed:
        """Read a body of ``application/x-www-form-urlencoded``.

        Raises
        ------
        Unreadable
            If it is none, or a field is there twice.
        """
        try:
            pairs = parse_qsl(body.decode("ascii"), **_STRICTLY)
        except ValueError:
            pairs = []
        values = dict(pairs)
        if not pairs or len(values) < len(pairs):
            raise Unreadable
        return cls({name: value.strip() for name, value in pairs if value.strip()})

    @classmethod
    def of_record(cls, record: Mapping[str, Any], form: Form) -> Typed:
        """Return what would have been typed for a record, everything confirmed."""
        confirmed = {ELIGIBLE + each.key: "on" for each in criteria()}
        told = {key: value for key, value in record.items() if key in form.fields}
        units = {key + UNIT: each.units[0].name for key, each in form.fields.items()
                 if key in told and each.units}  # fmt: skip
        return cls({**confirmed, **{key: _as_typed(value) for key, value in told.items()}, **units})

    def of(self, name: str) -> str:
        """What was typed into a field; empty where nothing was."""
        return self.values.get(name, "")

    @property
    def not_confirmed(self) -> list[str]:
        """What has to hold and was not confirmed, in words."""
        return [each.statement for each in criteria() if self.of(ELIGIBLE + each.key) != "on"]


@dataclass(frozen=True)
class Reading:
    """A form that was read.

    Parameters
    ----------
    record : columns of the catalogue in canonical units
    question : the record as the API takes it; None where there are faults
    faults : field -> what is wrong with it
    """

    record: Record
    question: Question | None
    faults: Mapping[str, str]


def read(typed: Typed, form: Form) -> Reading:
    """Read a form, all faults of all fields at once."""
    record, faults = _record(typed, form)
    errors: list[Mapping[str, Any]] = []
    try:
        question = Question.model_validate({"record": record})
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
    # Contradictions are looked for too, so that all is told at once.
    refused = invalid_request(errors, {"record": record})
    told = by_field(refused, form) | faults
    in_order = {key: told[key] for key in (*form.fields, WHOLE) if key in told}
    return Reading(record, None if in_order else question, in_order)


def by_field(refused: InvalidRequest, form: Form) -> dict[str, str]:
    """Return the faults that the API told, each beside its field."""
    told: dict[str, str] = {}
    for fault in refused.faults:
        name = fault.pointer.rpartition("/")[2]
        place = name if name in form.fields else WHOLE
        told[place] = "; ".join(filter(None, (told.get(place), _worded(fault))))
    return told


def _worded(fault: RequestFault) -> str:
    told = f"{fault.problem}. {fault.hint}" if fault.hint else fault.problem
    return _WORD.sub(lambda found: _label(found[0]), told)


def _label(word: str) -> str:
    """What the page calls a column, where the word is the name of one."""
    column = record_fields().get(word)
    return column.label if column and "_" in word else word


def _record(typed: Typed, form: Form) -> tuple[Record, dict[str, str]]:
    record: Record = {}
    faults: dict[str, str] = {}
    for key, each in form.fields.items():
        try:
            value = _value(each, typed)
        except ValueError as error:
            faults[key] = str(error)
            continue
        if value is not None:
            record[key] = value
    if any(not _is_ours(name, form) for name in typed.values):
        faults[WHOLE] = texts()["typed"]["unknown_field"]
    return record, faults


def _is_ours(name: str, form: Form) -> bool:
    known = {ELIGIBLE + each.key for each in criteria()}
    column = name.removesuffix(UNIT).removesuffix(NOT_MEASURED)
    # A column that no model uses any more since the page was opened is no fault of who typed it.
    return name in known or column in form.fields or column in record_fields()


def _value(asked: FormField, typed: Typed) -> bool | float | str | None:
    """Read one field.

    Raises
    ------
    ValueError
        With what was expected, and without what was typed.
    """
    text = typed.of(asked.key)
    if text and typed.of(asked.key + NOT_MEASURED):
        raise ValueError(texts()["typed"]["both"])
    if not text:
        return None
    if asked.column.is_number:
        return _number(asked, text, typed.of(asked.key + UNIT))
    if text not in {choice.value for choice in asked.choices}:
        choices = ", ".join(choice.label for choice in asked.choices)
        raise ValueError(texts()["typed"]["unknown_choice"].format(choices=choices))
    return text == "true" if asked.column.kind is Kind.BOOLEAN else text


def _number(asked: FormField, text: str, unit: str) -> float:
    said = texts()["typed"]
    if text.startswith("<") and asked.computed_from:
        raise ValueError(said["less_than"].format(names=", ".join(asked.computed_from)))
    value = number_typed(text)
    if not asked.units:
        return value
    known = {each.name: each for each in asked.units}
    labels = ", ".join(each.label for each in asked.units)
    if not unit and asked.asks_for_unit:
        raise ValueError(said["no_unit"].format(units=labels))
    if unit and unit not in known:
        raise ValueError(said["unknown_unit"].format(units=labels))
    factor = known[unit].factor if unit else 1.0
    _refuse_outside(asked, value, known.get(unit, asked.units[0]))
    return value * factor


def number_typed(text: str) -> float:
    """Read a number.

    Raises
    ------
    ValueError
        With what was expected, and without what was typed.
    """
    if _COMMA.fullmatch(text):
        raise ValueError(texts()["typed"]["comma"])
    if not _NUMBER.fullmatch(text):
        raise ValueError(texts()["typed"]["not_a_number"])
    return float(text)


def _refuse_outside(asked: FormField, value: float, unit: Unit) -> None:
    """Tell the range in the unit that was chosen; of the canonical one the API tells it."""
    if unit.factor == 1.0 or asked.column.plausible is None:
        return
    low, high = (end / unit.factor for end in asked.column.plausible)
    if not low <= value <= high:
        said: str = texts()["typed"]["outside_unit"]
        raise ValueError(said.format(low=f"{low:.3g}", high=f"{high:.3g}", unit=unit.label))


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:g}"
