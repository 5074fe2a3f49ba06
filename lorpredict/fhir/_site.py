"""What a site says beside its windows: its codes, its units, its classes of antibodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from lorpredict.clinical import catalogue
from lorpredict.errors import did_you_mean
from lorpredict.fhir._json import an_object

_CUTS = ("low_from", "high_from")
_SETTINGS = ("unit", *_CUTS, "values")


@dataclass(frozen=True)
class Antibodies:
    """How a site's laboratory classes antibodies; titres of different assays do not compare.

    Parameters
    ----------
    unit
        Of the titre, exactly as the laboratory writes it; no titre is read without it.
    low_from, high_from
        Titres from which they are low and high; below they are negative.
    values
        Code of an answer, a pair of system and code -> ``negative``, ``low`` or ``high``.
    """

    unit: str = ""
    low_from: float = 0.0
    high_from: float = 0.0
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def from_toml(cls, content: Mapping[str, Any]) -> Self:
        """Build it from the table ``antibodies``, which has no faults."""
        answers = {(v["system"], v["code"]): v["level"] for v in content.get("values", ())}
        cuts = {name: float(content[name]) for name in _CUTS if name in content}
        return cls(content.get("unit", ""), **cuts, values=MappingProxyType(answers))

    def of_titre(self, titre: float, unit: str, comparator: Any = None) -> str | None:
        """Return the class of a titre, or nothing where it cannot be told.

        Parameters
        ----------
        unit
            Has to be the site's.
        comparator
            A titre below a limit is negative where the limit is; one above it is high where it is.
        """
        if not self.unit or unit != self.unit:
            return None
        if comparator is not None:
            is_below = comparator == "<" and titre <= self.low_from
            is_above = comparator in (">", ">=") and titre >= self.high_from
            return "negative" if is_below else "high" if is_above else None
        if titre < self.low_from:
            return "negative"
        return "low" if titre < self.high_from else "high"

    def __reduce__(self) -> Any:
        """Travel to another process as plain values."""
        return Antibodies, (self.unit, self.low_from, self.high_from, dict(self.values))


def code_faults(codes: Mapping[str, Any]) -> Iterator[str]:
    """Name what is wrong with a site's codes."""
    for name, listed in codes.items():
        if not isinstance(listed, list) or not all(map(_is_code, listed)):
            yield (
                f"codes.{name} is no list of codes; "
                'expected [{ system = "https://...", code = "..." }]'
            )


def antibody_faults(table: Mapping[str, Any]) -> Iterator[str]:
    """Name what is wrong with a site's classes of antibodies."""
    for name in table:
        if name not in _SETTINGS:
            told = did_you_mean(name, _SETTINGS)
            yield f"unknown setting {name!r} of antibodies. {told}".rstrip()
    yield from _cut_faults(table)
    levels = catalogue()["antibodies_week14"].values
    values = table.get("values", [])
    for value in values if isinstance(values, list) else [None]:
        if not _is_code(value, "level") or an_object(value)["level"] not in levels:
            yield (
                "antibodies.values holds an entry that is none; "
                f"expected system, code and level, one of {', '.join(levels)}"
            )


def _cut_faults(table: Mapping[str, Any]) -> Iterator[str]:
    given = [name for name in ("unit", *_CUTS) if name in table]
    if not given:
        return
    low, high = (table.get(name) for name in _CUTS)
    numbers = all(isinstance(c, int | float) and not isinstance(c, bool) for c in (low, high))
    if len(given) < 3 or not numbers or not isinstance(table["unit"], str):
        yield "antibodies needs unit (a text), low_from and high_from (numbers) together"
    elif not 0 < low <= high:  # type: ignore[operator]  # both are numbers
        told = f"antibodies.low_from is {low} and high_from {high}"
        yield f"{told}; expected 0 < low_from <= high_from"


def unit_faults(units: Mapping[str, Any]) -> Iterator[str]:
    """Name what is wrong with a site's ways to write units."""
    known = sorted({p.unit for p in catalogue().values() if p.unit} | _other_units())
    for written, unit in units.items():
        if not isinstance(unit, str) or unit not in known:
            told = did_you_mean(unit, known) if isinstance(unit, str) else ""
            yield (
                f"units.{written!r} is {unit!r}; expected a unit of the catalogue, "
                f"one of {', '.join(known)}. {told}"
            ).rstrip()


def _other_units() -> set[str]:
    return {other.unit for each in catalogue().values() for other in each.other_units}


def _is_code(value: Any, *more: str) -> bool:
    wanted = {"system", "code", *more}
    return (
        isinstance(value, dict)
        and value.keys() == wanted
        and all(isinstance(each, str) and each for each in value.values())
    )
