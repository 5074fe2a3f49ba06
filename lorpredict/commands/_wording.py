"""How days, counts and models are told to people."""

from __future__ import annotations

import re

_UNIT = re.compile(r'unit="([^"]+)" \(column (\w+)\)')
_UNITS = re.compile(r'units=\{"([^"]+)": "([^"]+)"\}')

READING = (
    "The contributions describe the model, not causes: they are no advice to change a treatment."
)


def percent(share: float) -> str:
    """Return a risk as people read it."""
    return f"{100 * share:.1f} %"


def percent_with_interval(share: float, low: float | None = None, high: float | None = None) -> str:
    """Return a risk as people read it, with its interval where there is one."""
    if low is None or high is None:
        return percent(share)
    return f"{percent(share)} ({100 * low:.0f} to {100 * high:.0f})"


def for_the_shell(hint: str, *, column: str = "COLUMN") -> str:
    """Word a hint for somebody who types: an option in the place of an argument in Python.

    Examples
    --------
    >>> for_the_shell('Did you mean unit="g/dL" (column albumin_g_dl)?', column="albumin_g_l")
    'Did you mean --unit albumin_g_l=g/dL (or the column albumin_g_dl)?'
    """
    told = _UNIT.sub(rf"--unit {column}=\1 (or the column \2)", hint)
    return _UNITS.sub(r"--unit \1=\2", told).replace('query="', '--query "')
