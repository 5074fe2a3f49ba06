"""How predictors and their values are told to people; from the catalogue, else by their name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lorpredict.clinical import Catalogue, Kind, Predictor

NOT_MEASURED = "not measured"
_FINE = 10  # from here on tenths are told, below three digits


def is_measured(value: Any) -> bool:
    """Whether there is a value at all."""
    return not (value is None or value != value)  # NaN alone differs from itself


@dataclass(frozen=True)
class Labels:
    """The words of one catalogue; a name that it does not hold speaks for itself."""

    catalogue: Catalogue

    def label(self, name: str) -> str:
        """What a predictor is called."""
        known = self._known(name)
        return name if known is None else known.label

    def label_with_unit(self, name: str) -> str:
        """What a predictor is called, with its unit: ``C-reactive protein (mg/L)``."""
        unit = self.unit(name)
        return f"{self.label(name)} ({unit})" if unit else self.label(name)

    def told(self, name: str, value: Any) -> str:
        """Word a value without its unit: a number, yes or no, or the wording of a level."""
        return _worded(self._known(name), value)

    def told_with_unit(self, name: str, value: Any) -> str:
        """Word a value with its unit: ``12 mg/L``."""
        known = self._known(name)
        words = _worded(known, value)
        if words is NOT_MEASURED or known is None or not known.is_number:
            return words
        return f"{words} {known.readable_unit}".rstrip()

    def as_displayed(self, name: str, value: Any) -> float | str:
        """Keep numbers as numbers, so that plots keep their axis; word everything else."""
        known = self._known(name)
        if known is None:
            is_number = not isinstance(value, str | bool | np.bool_)
        else:
            is_number = known.kind is Kind.NUMBER
        if not is_number:
            return self.told(name, value)
        return float(value) if is_measured(value) else math.nan

    def as_number(self, name: str, value: Any) -> float:
        """Turn a value into a number for colouring; a level becomes its index, nothing NaN."""
        known = self._known(name)
        if not is_measured(value):
            return math.nan
        if isinstance(value, str):
            values = known.values if known else ()
            return float(values.index(value)) if value in values else math.nan
        return float(value)

    def levels(self, name: str, values: Iterable[Any]) -> tuple[str, ...]:
        """Words of the levels that occur, in the catalogue's order; none of a number."""
        known = self._known(name)
        measured = [value for value in values if is_measured(value)]
        if known is not None and known.kind is Kind.NUMBER:
            return ()
        if any(_is_boolean(known, value) for value in measured):
            return ("no", "yes")
        words = {self.told(name, value) for value in measured if isinstance(value, str)}
        in_order = [level.label for level in known.levels] if known else sorted(words)
        return tuple(word for word in in_order if word in words)

    def _known(self, name: str) -> Predictor | None:
        return self.catalogue.predictors.get(name)

    def unit(self, name: str) -> str:
        """Unit of a number as people write it; empty where there is none."""
        known = self._known(name)
        return known.readable_unit if known is not None and known.kind is Kind.NUMBER else ""


def _worded(known: Predictor | None, value: Any) -> str:
    if not is_measured(value):
        return NOT_MEASURED
    if isinstance(value, str):
        return known.level_labels.get(value, value) if known else value
    if _is_boolean(known, value):
        return "yes" if value else "no"
    return _digits(float(value))


def _digits(value: float) -> str:
    """Write a number as finely as a clinic measures: age in tenths of a year, never ``1e+04``."""
    return f"{round(value, 1):.12g}" if abs(value) >= _FINE else f"{value:.3g}"


def _is_boolean(known: Predictor | None, value: Any) -> bool:
    return (known is not None and known.kind is Kind.BOOLEAN) or isinstance(value, bool | np.bool_)
