"""Units as they come: UCUM code first, the text only without one, by the catalogue's factors.

A UCUM code that is not known is never read by its text: it says that the unit is another one.

Nothing is parsed. Unit libraries read K/uL as kelvin and G/L as gauss; here both stand, as
aliases, in a table that the catalogue gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from lorpredict.clinical import Predictor, catalogue
from lorpredict.fhir._json import Json, text

UCUM = "http://unitsofmeasure.org"
_LITRE = re.compile("(/[dmu\\u00b5\\u03bc]?)l\\Z")  # micro has two characters
UnitFault = Literal["missing", "unknown", "contradictory"]


@dataclass(frozen=True)
class UnitReader:
    """The units of one quantity and their factors into the canonical unit."""

    factors: Mapping[str, float]
    needs_none: bool

    @classmethod
    def of(cls, predictor: Predictor, aliases: Mapping[str, str]) -> UnitReader:
        """Take every spelling that the catalogue knows, and a site's own."""
        written = [predictor.unit, predictor.readable_unit]
        for other in predictor.other_units:
            written += [other.unit, other.suffix, *other.aliases]
        factors = {unit: predictor.factor_from(unit) for unit in written if unit}
        own = {alias: factors[unit] for alias, unit in aliases.items() if unit in factors}
        is_plain = not predictor.readable_unit
        return cls({**factors, **({"1": 1.0} if is_plain else {}), **own}, is_plain)

    def factor(self, quantity: Json) -> float | UnitFault:
        """Return the factor of a Quantity's unit, or what is wrong with it."""
        code = self._of(quantity.get("code")) if _is_of_ucum(quantity) else None
        if code is None and _has_ucum_code(quantity):
            return "unknown"
        written = self._of(quantity.get("unit"))
        if code is not None and written is not None and code != written:
            return "contradictory"
        known = code if code is not None else written
        if known is not None:
            return known
        if quantity.get("code") or quantity.get("unit"):
            return "unknown"
        return 1.0 if self.needs_none else "missing"

    def _of(self, unit: Any) -> float | None:
        told = text(unit)
        if told is None:
            return None
        told = told.strip()
        found = self.factors.get(told)
        return found if found is not None else self.factors.get(_LITRE.sub(r"\1L", told))


def _is_of_ucum(quantity: Json) -> bool:
    """Whether its code is UCUM's; one of no system is taken for that."""
    return bool(quantity.get("system", UCUM) == UCUM)


def _has_ucum_code(quantity: Json) -> bool:
    return _is_of_ucum(quantity) and quantity.get("code") not in (None, "")


def tellable(quantity: Json) -> str:
    """Return a Quantity's unit where it is one of ours, and nothing of the input otherwise."""
    for name in ("code",) if _has_ucum_code(quantity) else ("code", "unit"):
        written = text(quantity.get(name))
        if written and written.strip() in _known_units():
            return written.strip()
    return "(unreadable unit)"


def fitting_units(predictor: Predictor, value: float) -> list[str]:
    """Name the units in which a bare number would be plausible."""
    units = [predictor.unit or "", *(other.unit for other in predictor.other_units)]
    return [
        u for u in dict.fromkeys(units) if u and predictor.fits(value * predictor.factor_from(u))
    ]


@cache
def _known_units() -> frozenset[str]:
    return frozenset(
        unit
        for each in catalogue().values()
        for unit in (each.unit, *(other.unit for other in each.other_units))
        if unit
    ) | {"nmol/L", "umol/L", "mmol/L"}
