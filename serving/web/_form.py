"""The form: a field for each column that a served model uses, or that one is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from lorpredict.clinical import Kind, Predictor
from serving.messages import record_fields
from serving.models import ServedModels
from serving.web._files import layout, texts

UNIT = ".unit"
NOT_MEASURED = ".not_measured"


class Choice(NamedTuple):
    """One answer to choose."""

    value: str
    label: str


class Unit(NamedTuple):
    """A unit that a value may be typed in; canonical value = typed value x ``factor``."""

    name: str
    label: str
    factor: float


@dataclass(frozen=True)
class FormField:
    """One column of the catalogue as it is asked for.

    Parameters
    ----------
    column : what the catalogue knows
    is_used : whether a served model looks at it
    usual : the central 95 % of the training children of the first model that knows them
    computed_from : labels of the columns that it is computed from where it is left empty
    """

    column: Predictor
    is_used: bool
    usual: tuple[float, float] | None
    computed_from: Sequence[str]

    @property
    def key(self) -> str:
        """Name of the column, which the form's field bears too."""
        return self.column.key

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units that a value may be typed in, the canonical one first; none without a unit."""
        column = self.column
        if not column.is_number or not column.readable_unit:
            return ()
        canonical = Unit(column.unit or "", column.readable_unit, 1.0)
        others = (Unit(each.unit, each.readable_unit, each.factor) for each in column.other_units)
        # mg/L and µg/mL are one number by two names.
        differing = (each for each in others if each.factor != 1.0)
        return (canonical, *({each.name: each for each in differing}).values())

    @property
    def asks_for_unit(self) -> bool:
        """Whether the unit has to be chosen, since a wrong one would look as plausible."""
        return self.column.hides_wrong_units

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen of a yes or no, or of a category."""
        said = texts()["form"]
        if self.column.kind is Kind.BOOLEAN:
            return Choice("true", said["yes"]), Choice("false", said["no"])
        return tuple(Choice(level.value, level.label) for level in self.column.levels)


@dataclass(frozen=True)
class FieldGroup:
    """Fields that stand together."""

    key: str
    title: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class Form:
    """Every field of the page, in its groups."""

    groups: tuple[FieldGroup, ...]

    @classmethod
    def of(cls, models: ServedModels) -> Form:
        """Make the form of what the served models use."""
        fields = {each.key: each for each in _fields(models)}
        placed = {key: name for name, keys in layout()["groups"].items() for key in keys}
        groups = []
        for name, keys in layout()["groups"].items():
            others = [key for key in fields if key not in placed] if name == "other" else []
            found = tuple(fields[key] for key in (*keys, *others) if key in fields)
            if found:
                groups.append(FieldGroup(name, texts()["groups"][name], found))
        return cls(tuple(groups))

    @cached_property
    def fields(self) -> Mapping[str, FormField]:
        """Column -> its field."""
        return {each.key: each for group in self.groups for each in group.fields}


def _fields(models: ServedModels) -> Iterator[FormField]:
    known, used = record_fields(), _used(models)
    asked = _with_sources(used, known)
    for key, column in known.items():
        if key not in asked:
            continue
        sources = [known[each].label for each in column.derived_from if each in known]
        yield FormField(column, key in used, _usual(models, key), sources)


def _used(models: ServedModels) -> set[str]:
    return {name for served in models.values() for name in served.model.encoding.predictors}


def _with_sources(used: set[str], known: Mapping[str, Predictor]) -> set[str]:
    """Add what those that are used are computed from, and what tells whom a model is made for."""
    sources = {each for name in used if name in known for each in known[name].derived_from}
    return used | sources | set(layout()["always"]["columns"])


def _usual(models: ServedModels, key: str) -> tuple[float, float] | None:
    ends = (served.model.encoding.usual.get(key) for served in models.values())
    return next((each for each in ends if each is not None), None)
