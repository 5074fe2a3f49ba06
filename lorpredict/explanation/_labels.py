"""How predictors and their values are told to people; from the catalogue, else by their name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lorpredict.clinical import Kind, Predictor, catalogue

NOT_MEASURED = "not measured"


def label(name: str) -> str:
    """What a predictor is called."""
    known = _known(name)
    return name if known is None else known.label


def label_with_unit(name: str) -> str:
    """What a predictor is called, with its unit: ``C-reactive protein (mg/L)``."""
    unit = _unit(name)
    return f"{label(name)} ({unit})" if unit else label(name)


def is_measured(value: Any) -> bool:
    """Whether there is a value at all."""
    return not (value is None or value != value)  # NaN alone differs from itself


def told(name: str, value: Any) -> str:
    """Word a value without its unit: a number, yes or no, or the wording of a level."""
    known = _known(name)
    if not is_measured(value):
        return NOT_MEASURED
    if isinstance(value, str):
        levels = {level.value: level.label for level in known.levels} if known else {}
        return levels.get(value, value)
    if _is_boolean(known, value):
        return "yes" if value else "no"
    return f"{value:.4g}"


def told_with_unit(name: str, value: Any) -> str:
    """Word a value with its unit: ``12 mg/L``."""
    unit = _unit(name) if is_measured(value) else ""
    return f"{told(name, value)} {unit}".rstrip()


def as_displayed(name: str, value: Any) -> float | str:
    """Keep numbers as numbers, so that plots keep their axis; word everything else."""
    known = _known(name)
    is_number = known.kind is Kind.NUMBER if known else not isinstance(value, str | bool | np.bool_)
    if not is_number:
        return told(name, value)
    return float(value) if is_measured(value) else math.nan


def as_number(name: str, value: Any) -> float:
    """Turn a value into a number for colouring; a level becomes its index, nothing becomes NaN."""
    known = _known(name)
    if not is_measured(value):
        return math.nan
    if isinstance(value, str):
        values = known.values if known else ()
        return float(values.index(value)) if value in values else math.nan
    return float(value)


def _known(name: str) -> Predictor | None:
    return catalogue().predictors.get(name)


def _unit(name: str) -> str:
    known = _known(name)
    return known.readable_unit if known is not None and known.kind is Kind.NUMBER else ""


def _is_boolean(known: Predictor | None, value: Any) -> bool:
    return (known is not None and known.kind is Kind.BOOLEAN) or isinstance(value, bool | np.bool_)
