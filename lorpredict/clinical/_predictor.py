"""One column of the cohort table, as the catalogue knows it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from lorpredict.clinical._entry_faults import entry_faults
from lorpredict.clinical._names import field_faults
from lorpredict.clinical._units import readable, unit_meant
from lorpredict.errors import CatalogueError, Fault

_NUMBERS = (int, float)


class Kind(StrEnum):
    """What sort of value a column holds."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"


class Known(StrEnum):
    """When a value is known; only the first two may predict."""

    FIRST_INFUSION = "first_infusion"
    LANDMARK = "landmark"
    LATER = "later"
    OUTCOME = "outcome"
    IDENTITY = "identity"


@dataclass(frozen=True)
class OtherUnit:
    """Another unit of the same quantity: canonical value = value x ``factor``."""

    unit: str
    suffix: str
    factor: float
    aliases: tuple[str, ...] = ()

    @property
    def readable_unit(self) -> str:
        """The unit as people write it."""
        return readable(self.unit)


@dataclass(frozen=True)
class Level:
    """One value of a category, with its wording."""

    value: str
    label: str


@dataclass(frozen=True)
class Predictor:
    """One column of the cohort table: what it means, what it may hold, where that was learnt.

    Parameters
    ----------
    key
        Canonical column name; ends in its unit where it has one.
    unit, other_units
        Canonical unit (UCUM) and the units that are converted into it.
    plausible
        Smallest and largest value that is not a slip of the pen, in the canonical unit.
    plausible_median
        Range of a cohort's median; outside it the unit is probably wrong.
    known
        When the value is known. Only ``first_infusion`` and ``landmark`` may predict.
    transform
        Scale on which models see a number: ``identity``, or ``log1p`` where none is below 0.

    Raises
    ------
    CatalogueError
        If the entry contradicts itself: unknown unit, empty range, no source, a name that no
        record can hold.
    """

    key: str
    label: str
    description: str
    kind: Kind
    known: Known
    source: str
    unit: str | None = None
    stem: str | None = None
    other_units: tuple[OtherUnit, ...] = ()
    plausible: tuple[float, float] | None = None
    plausible_source: str | None = None
    plausible_median: tuple[float, float] | None = None
    step: float | None = None
    transform: str = "identity"
    levels: tuple[Level, ...] = ()
    ordered: bool = False
    missing: str = "allowed"
    missing_means: str = "not recorded"
    derived_from: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    published_cut: str | None = None
    published_cut_source: str | None = None

    def __post_init__(self) -> None:
        faults = list(entry_faults(self))
        if faults:
            raise CatalogueError(f"catalogue entry {self.key!r}: " + "; ".join(faults))

    @classmethod
    def from_toml(cls, key: str, entry: dict[str, Any]) -> Self:
        """Build a predictor from its table in ``predictors.toml``."""
        fields = dict(entry)
        wrong = list(field_faults(fields.keys() | {"key"}, cls))
        if wrong:
            raise CatalogueError(f"catalogue entry {key!r}: " + "; ".join(wrong))
        try:
            fields["kind"] = Kind(fields.get("kind", ""))
            fields["known"] = Known(fields.get("known", ""))
            fields["other_units"] = tuple(
                OtherUnit(**{**unit, "aliases": tuple(unit.get("aliases", ()))})
                for unit in fields.get("other_units", ())
            )
            fields["levels"] = tuple(Level(**level) for level in fields.get("levels", ()))
            fields["codes"] = tuple((c["system"], c["code"]) for c in fields.get("codes", ()))
            fields["derived_from"] = tuple(fields.get("derived_from", ()))
            for name in ("plausible", "plausible_median"):
                if name in fields:
                    low, high = fields[name]
                    fields[name] = (float(low), float(high))
            return cls(key=key, **fields)
        except CatalogueError:
            raise
        except (TypeError, ValueError, KeyError) as error:
            raise CatalogueError(f"catalogue entry {key!r}: {error}") from error

    @property
    def may_predict(self) -> bool:
        """Whether the value is known when the prediction is made."""
        return self.known in (Known.FIRST_INFUSION, Known.LANDMARK)

    @cached_property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind is Kind.NUMBER

    @cached_property
    def is_category(self) -> bool:
        """Whether its values are levels."""
        return self.kind is Kind.CATEGORY

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The values that a category may take."""
        return tuple(level.value for level in self.levels)

    @cached_property
    def level_labels(self) -> dict[str, str]:
        """What people call each value that a category may take."""
        return {level.value: level.label for level in self.levels}

    @cached_property
    def readable_unit(self) -> str:
        """The unit as people write it; empty for a number without one."""
        return readable(self.unit or "")

    @cached_property
    def hides_wrong_units(self) -> bool:
        """Whether a value in another unit would look as plausible, so that its unit must be said.

        CRP in mg/dL is such a value: whatever is plausible there is plausible in mg/L too.
        """
        low, high = self.plausible or (math.nan, math.nan)
        factors = (other.factor for other in self.other_units if other.factor != 1)
        return any(low <= low / factor and high / factor <= high for factor in factors)

    @property
    def expected(self) -> str:
        """What a value has to be, in words."""
        if self.kind is Kind.CATEGORY:
            return "one of " + ", ".join(self.values)
        if self.kind is Kind.BOOLEAN:
            return "true or false"
        if self.kind is Kind.DATE:
            return "a date such as 2024-03-31"
        if self.kind is Kind.TEXT:
            return "a text"
        steps = f" in steps of {self.step:g}" if self.step else ""
        if self.plausible is None:
            return f"a number {self.readable_unit}".rstrip() + steps
        low, high = self.plausible
        return f"{low:g} to {high:g} {self.readable_unit}".rstrip() + steps

    @property
    def expected_of_text(self) -> str:
        """What was expected where something came that is no number at all."""
        return f"a number, {self.expected}" if self.kind is Kind.NUMBER else self.expected

    def in_canonical_unit(self, value: float, unit: str) -> float:
        """Convert a value that is given in ``unit``."""
        return value * self.factor_from(unit)

    def factor_from(self, unit: str) -> float:
        """Factor that turns a value in ``unit`` into the canonical unit.

        Raises
        ------
        CatalogueError
            If the unit is not one of this quantity.
        """
        if unit in (self.unit, self.readable_unit):
            return 1.0
        for other in self.other_units:
            if unit in (other.unit, other.suffix, *other.aliases):
                return other.factor
        known = dict.fromkeys(u for u in (self.unit, *(o.unit for o in self.other_units)) if u)
        raise CatalogueError(
            f"{self.key}: unit {unit!r} is not known; expected one of {', '.join(known)}. "
            f"{unit_meant(unit, list(known))}".rstrip(". ")
        )

    def fault(self, value: Any, *, row: int | None = None) -> Fault | None:
        """Say what is wrong with one value that is there, or nothing.

        Numbers are compared with the plausible range; the unit that would fit is named.
        """
        if self.fits(value):
            return None
        is_number = _is_number(value) and value == value
        problem = f"expected {self.expected if is_number else self.expected_of_text}"
        told = f"{value:g}" if isinstance(value, float) else repr(value)
        unit = f" {self.readable_unit}" if self.kind is Kind.NUMBER and self.unit else ""
        return Fault(self.key, problem, self._hint(value), row=row, value=f"{told}{unit}".rstrip())

    def fits(self, value: Any) -> bool:
        """Whether one value that is there may stand in this column."""
        if self.is_number:
            return self._is_plausible(value)
        if self.is_category:
            return value in self.values
        if self.kind is Kind.BOOLEAN:
            return isinstance(value, bool)
        if self.kind is Kind.DATE:
            return _is_date(value)
        return isinstance(value, str)

    def _is_plausible(self, value: Any) -> bool:
        if not _is_number(value):
            return False
        low, high = self.plausible or (-math.inf, math.inf)
        if not low <= value <= high:  # no number and no infinity lies between two numbers
            return False
        return self.step is None or abs(value / self.step - round(value / self.step)) < 1e-9

    def _hint(self, value: Any) -> str:
        """Name the unit in which an implausible number would be plausible."""
        if not _is_number(value) or self.plausible is None:
            return ""
        low, high = self.plausible
        for other in self.other_units:
            if other.factor != 1 and low / other.factor <= value <= high / other.factor:
                return f'Did you mean unit="{other.unit}" (column {self.stem}_{other.suffix})?'
        return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    if isinstance(value, date):
        return True
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
