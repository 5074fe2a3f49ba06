"""The form at loss of response: its fields, and what was typed into them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lorpredict.errors import RecordFaults
from lorpredict.pathway import Pathway, PathwayAnswer, at_loss_of_response
from serving.web._files import loss_texts, texts
from serving.web._form import Choice, Unit
from serving.web._typed import WHOLE, Typed

UNIT = "trough_unit"
UNITS = (Unit("ug/mL", "µg/mL", 1.0), Unit("mg/L", "mg/L", 1.0), Unit("ng/mL", "ng/mL", 0.001))
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_COUNT = re.compile(r"[0-9]{1,4}")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


@dataclass(frozen=True)
class LossField:
    """One field of the form.

    Parameters
    ----------
    key : of the situation
    kind : number, count, flag, choice or text
    label, hint : for people
    choices : what may be chosen
    """

    key: str
    kind: str
    label: str
    hint: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class LossForm:
    """Every field, by group.

    Parameters
    ----------
    groups : title of a group and its fields
    """

    groups: tuple[tuple[str, tuple[LossField, ...]], ...]

    @classmethod
    def of(cls, pathway: Pathway) -> LossForm:
        """Make the form; assays and drugs are those of the pathway."""
        said = loss_texts()
        choices = {
            **said["choices"],
            "assays": {each.label: each.label for each in pathway.assays},
            "immunomodulators": pathway.immunomodulators,
        }
        fields: dict[str, list[LossField]] = {name: [] for name in said["groups"]}
        for key, each in said["fields"].items():
            offered = choices[each["choices"]] if each["kind"] == "choice" else {}
            found = tuple(Choice(*choice) for choice in offered.items())
            if each["kind"] == "flag":
                found = (
                    Choice("true", texts()["form"]["yes"]),
                    Choice("false", texts()["form"]["no"]),
                )
            fields[each["group"]].append(
                LossField(key, each["kind"], each["label"], each["hint"], found)
            )
        return cls(tuple((said["groups"][name], tuple(each)) for name, each in fields.items()))

    @property
    def fields(self) -> dict[str, LossField]:
        """Key -> its field."""
        return {each.key: each for _, fields in self.groups for each in fields}


@dataclass(frozen=True)
class LossRead:
    """What was typed, and what the documents say of it.

    Parameters
    ----------
    record : the situation as the API takes it
    answer : None where there are faults
    faults : field -> what is wrong with it
    """

    record: dict[str, Any]
    answer: PathwayAnswer | None
    faults: Mapping[str, str]


def read_loss(typed: Typed, form: LossForm, pathway: Pathway) -> LossRead:
    """Read the form and ask the documents; all faults of all fields at once."""
    record: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key, each in form.fields.items():
        try:
            value = _value(each, typed.of(key))
        except ValueError as error:
            faults[key] = str(error)
            continue
        if value is not None:
            record[key] = value
    if typed.of(UNIT) and {"trough", "trough_loq"} & record.keys():
        record[UNIT] = typed.of(UNIT)
    if typed.values.keys() - form.fields.keys() - {UNIT}:
        faults[WHOLE] = texts()["typed"]["unknown_field"]
    answer = None
    try:
        answer = at_loss_of_response(record, pathway)
    except RecordFaults as refused:
        for fault in refused.faults:
            place = "trough" if fault.column == UNIT else fault.column
            told = f"{fault.problem}. {fault.hint}" if fault.hint else fault.problem
            faults.setdefault(place, _in_words(told, form))
    in_order = {key: faults[key] for key in (*form.fields, WHOLE) if key in faults}
    return LossRead(record, None if in_order else answer, in_order)


def _in_words(told: str, form: LossForm) -> str:
    """Call a field what the page calls it."""
    for key, each in form.fields.items():
        if "_" in key:
            told = re.sub(rf"\b{key}\b", f"\u201c{each.label}\u201d", told)
    return told


def _value(asked: LossField, text: str) -> bool | float | int | str | None:
    """Read one field.

    Raises
    ------
    ValueError
        With what was expected, and without what was typed.
    """
    said = texts()["typed"]
    if not text:
        return None
    if asked.kind == "text":
        return text
    if asked.kind in ("flag", "choice"):
        if text not in {choice.value for choice in asked.choices}:
            choices = ", ".join(choice.label for choice in asked.choices)
            raise ValueError(said["unknown_choice"].format(choices=choices))
        return text == "true" if asked.kind == "flag" else text
    if _COMMA.fullmatch(text):
        raise ValueError(said["comma"])
    if not (_COUNT if asked.kind == "count" else _NUMBER).fullmatch(text):
        raise ValueError(said["not_a_number"])
    return int(text) if asked.kind == "count" else float(text)
