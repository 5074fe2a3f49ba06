"""Units of the catalogue: as UCUM writes them, and as people do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lorpredict.errors import plain_name

_UNITS = frozenset(
    {
        "1", "%", "d", "mo", "a", "h", "kg", "g", "mg", "[lb_av]", "cm", "m", "[in_i]", "mg/L",
        "mg/dL", "ug/mL", "ug/dL", "ng/mL", "mm/h", "10*9/L", "10*3/uL", "10*6/L", "/uL", "g/L",
        "g/dL", "mmol/L", "umol/L", "nmol/L", "ug/L", "ng/L", "pg/mL", "U/L", "U/mL", "[iU]/L",
        "ug/g", "mg/kg", "mg/g", "ng/mg", "mm", "wk", "min",
    }
)  # fmt: skip
# UCUM's braces hold a unit that it does not know, such as {score} or {copies}/mL.
_ANNOTATED = re.compile(r"\{[^{}]+\}(/[A-Za-z]+)?")
_READABLE = {
    "1": "", "{score}": "", "{SD}": "SD", "{infusions}": "infusions", "d": "days", "mo": "months",
    "a": "years", "h": "hours", "[lb_av]": "lb", "[in_i]": "in", "ug/mL": "µg/mL",
    "ug/dL": "µg/dL", "ug/g": "µg/g", "10*9/L": "×10⁹/L", "10*6/L": "×10⁶/L", "10*3/uL": "×10³/µL",
    "/uL": "/µL", "{channels}": "channels",
}  # fmt: skip


def is_unit(unit: str) -> bool:
    """Whether the catalogue knows a unit, or it stands in braces."""
    return unit in _UNITS or _ANNOTATED.fullmatch(unit) is not None


def readable(unit: str) -> str:
    """The unit as people write it; empty where there is none."""
    return _READABLE.get(unit, unit)


# Units that are the same quantity, written otherwise.
_SAME = {"ug/l": "ng/mL", "mcg/l": "ng/mL", "ng/ul": "mg/L", "mg/ml": "g/L"}


def unit_meant(unit: str, known: Sequence[str]) -> str:
    """Name the known unit that is the same, or nothing.

    A name that is merely near may be a thousand times as much: ug/L is no ug/mL.

    Examples
    --------
    >>> unit_meant("ug/L", ["ug/mL", "mg/L", "ng/mL"])
    'Did you mean ng/mL?'
    """
    plain = plain_name(unit).replace("µ", "u").replace("μ", "u")
    meant = {plain, _SAME.get(plain, plain).lower()}
    found = next((each for each in known if plain_name(each) in meant), None)
    return "" if found is None else f"Did you mean {found}?"
